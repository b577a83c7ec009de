//! Accepted and refused values at one place of a document.

use serde_json::{Value, json};

/// Values at one place of one document: the accepted ones, and the refused ones by rule.
pub(super) struct Cases {
    pub(super) document: &'static str,
    pub(super) at: &'static str,
    pub(super) accepted: Vec<Value>,
    pub(super) refused: Vec<(&'static str, Vec<Value>)>,
}

pub(super) fn at(document: &'static str, at: &'static str) -> Cases {
    Cases {
        document,
        at,
        accepted: Vec::new(),
        refused: Vec::new(),
    }
}

impl Cases {
    pub(super) fn accepts<T: Into<Value>>(mut self, values: impl IntoIterator<Item = T>) -> Self {
        self.accepted.extend(values.into_iter().map(Into::into));
        self
    }

    pub(super) fn refuses<T: Into<Value>>(
        mut self,
        rule: &'static str,
        values: impl IntoIterator<Item = T>,
    ) -> Self {
        self.refused
            .push((rule, values.into_iter().map(Into::into).collect()));
        self
    }

    /// A text of `min` to `max` characters. The last character takes four bytes.
    pub(super) fn length(self, min: usize, max: usize) -> Self {
        let long = self
            .accepts([text(min), text(max)])
            .refuses("max_length", [text(max + 1)]);
        if min == 0 {
            long
        } else {
            long.refuses("min_length", [text(min - 1)])
        }
    }

    /// Whole seconds.
    pub(super) fn seconds(self, min: u32, max: u32) -> Self {
        self.accepts([min, max])
            .refuses("range", [min - 1, max + 1, 0])
            .refuses("range", [json!(-1), json!(u64::MAX)])
            .refuses("type", [json!("600"), json!(600.5)])
    }

    /// A number as text.
    pub(super) fn number_text(self, max: u32) -> Self {
        self.accepts(["1".to_owned(), max.to_string()])
            .refuses(
                "range",
                [
                    "0".to_owned(),
                    (max + 1).to_string(),
                    "99999999999".to_owned(),
                ],
            )
            .refuses("format", ["", "ten", "1.5", "-1", "+1", " 1", "01"])
            .refuses("type", [json!(1), json!(10.0)])
    }

    pub(super) fn one_of(self, values: &[&str]) -> Self {
        let spelt_otherwise: Vec<String> = values
            .iter()
            .map(|value| {
                if value.to_uppercase() == *value {
                    value.to_lowercase()
                } else {
                    value.to_uppercase()
                }
            })
            .collect();
        self.accepts(values.iter().copied())
            .refuses("one_of", ["", "other"])
            .refuses("one_of", spelt_otherwise)
    }

    pub(super) fn url(self) -> Self {
        self.accepts([
            "https://example.com",
            "http://example.com/a?b=c#d",
            "ftp://example.com/a.jpg",
            "https://example.com/ä",
        ])
        .refuses(
            "format",
            [
                "",
                "example.com/a.jpg",
                "/a.jpg",
                "https://",
                "https:///a",
                "https://a b",
                "://a",
            ],
        )
    }

    pub(super) fn phone(self) -> Self {
        self.accepts(["4477009", "447700900000", "447700900000999"])
            .refuses("min_length", ["447700"])
            .refuses("max_length", ["4477009000009999"])
            .refuses(
                "format",
                [
                    "",
                    "+447700900000",
                    "00447700900000",
                    "44 7700 900000",
                    "44-7700-900000",
                    "person",
                    "٤٤٧٧٠٠٩٠٠",
                ],
            )
    }

    pub(super) fn address(self) -> Self {
        self.accepts(["ann@example.com", "a.n+n_%-@mail.example.co"])
            .refuses(
                "format",
                [
                    "",
                    "ann",
                    "ann@example",
                    "@example.com",
                    "ann@",
                    "ann@example.c",
                    "ann@example.c0m",
                    "Ann <ann@example.com>",
                    "ann@exa mple.com",
                    "ann@@example.com",
                    "änn@example.com",
                ],
            )
    }

    pub(super) fn count(self, min: usize, max: usize, item: &Value) -> Self {
        let items = |count| Value::from(vec![item.clone(); count]);
        let many = self
            .accepts([items(min), items(max)])
            .refuses("max_items", [items(max + 1)]);
        if min == 0 {
            many
        } else {
            many.refuses("min_items", (0..min).map(items))
        }
    }
}

pub(super) fn text(length: usize) -> String {
    let mut text = "é".repeat(length.saturating_sub(1));
    if length > 0 {
        text.push('😀');
    }
    text
}

pub(super) fn url(length: usize) -> String {
    let mut url = "https://e/".to_owned();
    url.extend(std::iter::repeat_n('é', length - 10));
    url
}
