//! Where a decoder stands in the document, and what it has found so far.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::fmt::Write as _;

use super::{Check, Decode, Json, Member, Object, Tables};
use crate::error::{Invalid, Problem, Rule};

/// What happens to a member that does not fit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mode {
    /// It stays where it is, unreported.
    Open,
    /// It stays where it is and is reported as a problem.
    Strict,
}

enum Segment {
    Key(Cow<'static, str>),
    Index(usize),
}

/// The state of one decoding or one validation.
pub(crate) struct Context {
    mode: Mode,
    list_unknown: bool,
    path: Vec<Segment>,
    problems: Vec<Problem>,
    unknown: Vec<String>,
    /// Members of which enough is known: they are neither misplaced nor unknown.
    known: Vec<String>,
    scope: Scope,
}

/// Where the findings about the object that is being read begin. Whoever asks what has been said
/// of it need not look at what was said of the thousand objects before it.
#[derive(Clone, Copy)]
struct Scope {
    problems: usize,
    known: usize,
}

impl Context {
    pub(crate) fn new(mode: Mode) -> Self {
        Self {
            mode,
            list_unknown: false,
            path: Vec::new(),
            problems: Vec::new(),
            unknown: Vec::new(),
            known: Vec::new(),
            scope: Scope {
                problems: 0,
                known: 0,
            },
        }
    }

    /// Runs `read` for the object at the current place.
    pub(crate) fn object<T>(&mut self, read: impl FnOnce(&mut Self) -> T) -> T {
        let inner = Scope {
            problems: self.problems.len(),
            known: self.known.len(),
        };
        let outer = std::mem::replace(&mut self.scope, inner);
        let result = read(self);
        self.known.truncate(inner.known);
        self.scope = outer;
        result
    }

    /// Collects the pointers of members that the catalogue does not know.
    pub(crate) fn listing_unknown(mut self) -> Self {
        self.list_unknown = true;
        self
    }

    pub(crate) fn into_findings(self) -> (Vec<Problem>, Vec<String>) {
        (self.problems, self.unknown)
    }

    /// Whether the current place lies below the document's own member `key`.
    pub(crate) fn is_below(&self, key: &str) -> bool {
        matches!(self.path.first(), Some(Segment::Key(first)) if first == key)
    }

    pub(crate) fn is_strict(&self) -> bool {
        self.mode == Mode::Strict
    }

    /// Whether anything will be said about places. A webhook is read without: nobody asks.
    const fn reports(&self) -> bool {
        self.list_unknown || matches!(self.mode, Mode::Strict)
    }

    /// Runs `read` one level deeper, at the member `key`.
    pub(crate) fn within<T>(
        &mut self,
        key: impl Into<Cow<'static, str>>,
        read: impl FnOnce(&mut Self) -> T,
    ) -> T {
        if !self.reports() {
            return read(self);
        }
        self.path.push(Segment::Key(key.into()));
        let result = read(self);
        self.path.pop();
        result
    }

    /// Runs `read` one level deeper, at the item `index`.
    pub(crate) fn at_index<T>(&mut self, index: usize, read: impl FnOnce(&mut Self) -> T) -> T {
        if !self.reports() {
            return read(self);
        }
        self.path.push(Segment::Index(index));
        let result = read(self);
        self.path.pop();
        result
    }

    /// Checks the value of the member `key`, if it is one that can break a rule.
    pub(crate) fn check<T: Check>(&mut self, key: &'static str, value: &T) {
        if T::CAN_FAIL {
            self.within(key, |cx| value.check(cx));
        }
    }

    /// Takes the member `key` out of `map`; it stays there when it is absent, `null` or unfit.
    pub(crate) fn optional<T: Decode>(
        &mut self,
        map: &mut Object<'_>,
        key: &'static str,
    ) -> Option<T> {
        let value = map.remove(key);
        self.optional_value(value, map, key)
    }

    /// Reads the member `key`, which was taken out of `map`; it goes back when it is `null` or unfit.
    pub(crate) fn optional_value<'a, T: Decode>(
        &mut self,
        value: Option<Json<'a>>,
        map: &mut Object<'a>,
        key: &'static str,
    ) -> Option<T> {
        let value = value?;
        if value.is_null() {
            // An explicit null means absent; it is kept so that it is written again.
            map.insert(key, value);
            return None;
        }
        match self.within(key, |cx| T::decode(value, cx)) {
            Ok(decoded) => Some(decoded),
            Err(value) => {
                map.insert(key, value);
                None
            }
        }
    }

    /// As [`Context::optional`], and reports it (in strict mode) when it is not there.
    pub(crate) fn required<T: Decode>(
        &mut self,
        map: &mut Object<'_>,
        key: &'static str,
    ) -> Option<T> {
        let value = map.remove(key);
        self.required_value(value, map, key)
    }

    /// As [`Context::optional_value`], and reports it (in strict mode) when it is not there.
    pub(crate) fn required_value<'a, T: Decode>(
        &mut self,
        value: Option<Json<'a>>,
        map: &mut Object<'a>,
        key: &'static str,
    ) -> Option<T> {
        if value.as_ref().is_none_or(Json::is_null) {
            self.report_at(key, Rule::Required, "is required");
        }
        self.optional_value(value, map, key)
    }

    /// Takes the member `key` out of `map` if it is exactly `tag`.
    pub(crate) fn constant(
        &mut self,
        map: &mut Object<'_>,
        key: &'static str,
        tag: &'static str,
    ) -> bool {
        match map.get(key) {
            Some(Json::String(found)) if found == tag => {
                map.remove(key);
                true
            }
            None | Some(Json::Null) => {
                self.report_at(key, Rule::Required, "is required");
                false
            }
            Some(Json::String(_)) => {
                self.report_at(key, Rule::OneOf, format!("must be \"{tag}\" here"));
                false
            }
            Some(_) => {
                self.report_at(key, Rule::Type, "must be a string");
                false
            }
        }
    }

    /// Looks at what an object leaves behind: members that belong elsewhere are problems (in
    /// strict mode), members that nobody knows are listed.
    pub(crate) fn leftover(
        &mut self,
        map: &Object<'_>,
        own: impl Fn(&str) -> bool,
        misplaced: Tables,
    ) {
        if map.is_empty() || !self.reports() {
            return;
        }
        let here = self.pointer();
        let unfit: BTreeSet<&str> = self.problems[self.scope.problems..]
            .iter()
            .filter_map(|problem| problem.member_of(&here))
            .collect();
        let mut found = Vec::new();
        for (key, value) in map.sorted() {
            if own(key) {
                continue;
            }
            let belongs_elsewhere = misplaced
                .iter()
                .any(|members| Member::is_among(key, members));
            let segment = escaped(key);
            if value.is_null() && belongs_elsewhere {
                // An explicit null means absent.
                continue;
            }
            if unfit.contains(segment.as_ref()) {
                // It was left behind because it is unfit, and that has been said.
                continue;
            }
            let pointer = format!("{here}/{segment}");
            if self.known[self.scope.known..].contains(&pointer) {
                // It fits where it is, but the object as a whole does not.
            } else if belongs_elsewhere {
                if self.mode == Mode::Strict {
                    found.push(Invalid::new(Rule::NotAllowed, "is not allowed here").at(pointer));
                }
            } else if self.list_unknown {
                self.unknown.push(pointer);
            }
        }
        self.problems.append(&mut found);
    }

    /// Says that the member `key` of the current place, left behind, is not misplaced there.
    pub(crate) fn mark_known(&mut self, key: &str) {
        if self.reports() {
            let pointer = format!("{}/{}", self.pointer(), escaped(key));
            self.known.push(pointer);
        }
    }

    /// Reports that other members call for the member `key`, unless it, or what holds it, is
    /// there and unfit.
    pub(crate) fn lacks(&mut self, key: &'static str, hint: &'static str) {
        self.report_once(key, Rule::Required, hint);
    }

    /// Reports that other members exclude the member `key`, unless that has been said.
    pub(crate) fn misplaced(&mut self, key: &'static str, hint: &'static str) {
        self.report_once(key, Rule::NotAllowed, hint);
    }

    fn report_once(&mut self, key: &'static str, rule: Rule, hint: &'static str) {
        let here = self.pointer();
        let pointer = self.within(key, |cx| cx.pointer());
        let said = |known: &Problem| known.pointer() == here || known.is_at_or_below(&pointer);
        if !self.problems[self.scope.problems..].iter().any(said) {
            self.report_at(key, rule, hint);
        }
    }

    /// Reports a problem at the current place. In open mode nothing is a problem.
    pub(crate) fn report(&mut self, rule: Rule, hint: impl Into<Cow<'static, str>>) {
        if self.is_strict() {
            self.refuse(Invalid::new(rule, hint));
        }
    }

    /// Reports a problem at the member `key` of the current place.
    pub(crate) fn report_at(
        &mut self,
        key: impl Into<Cow<'static, str>>,
        rule: Rule,
        hint: impl Into<Cow<'static, str>>,
    ) {
        if self.is_strict() {
            self.within(key, |cx| cx.refuse(Invalid::new(rule, hint)));
        }
    }

    /// Reports that the member `key` is none of the values that are allowed there.
    pub(crate) fn report_one_of<'v>(
        &mut self,
        key: &'static str,
        values: impl Iterator<Item = &'v str>,
    ) {
        if self.is_strict() {
            let mut hint = "must be one of:".to_owned();
            for value in values {
                hint.push(' ');
                hint.push_str(value);
            }
            self.report_at(key, Rule::OneOf, hint);
        }
    }

    /// Reports what a value's own constructor says of it.
    pub(crate) fn refuse(&mut self, invalid: Invalid) {
        if self.is_strict() {
            let pointer = self.pointer();
            self.problems.push(invalid.at(pointer));
        }
    }

    fn pointer(&self) -> String {
        let mut pointer = String::new();
        for segment in &self.path {
            pointer.push('/');
            match segment {
                Segment::Key(key) => pointer.push_str(&escaped(key)),
                Segment::Index(index) => {
                    // Writing to a String cannot fail.
                    let _ = write!(pointer, "{index}");
                }
            }
        }
        pointer
    }
}

/// A member's name as a segment of a JSON pointer.
fn escaped(key: &str) -> Cow<'_, str> {
    if key.contains(['~', '/']) {
        Cow::Owned(key.replace('~', "~0").replace('/', "~1"))
    } else {
        Cow::Borrowed(key)
    }
}
