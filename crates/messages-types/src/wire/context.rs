//! State of a decoder: its place in the document, and its findings.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::fmt::Write as _;

use super::{Check, Decode, Json, Member, Object, Tables};
use crate::error::{Invalid, Problem, Rule};

/// Treatment of a field that does not fit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mode {
    /// The field remains in the object, unreported.
    Open,
    /// The field remains in the object and is reported as a problem.
    Strict,
}

enum Segment {
    Key(Cow<'static, str>),
    Index(usize),
}

/// State of one decoding or one validation.
pub(crate) struct Context {
    mode: Mode,
    list_unknown: bool,
    path: Vec<Segment>,
    problems: Vec<Problem>,
    unknown: Vec<String>,
    /// Pointers of fields that are already accounted for: neither misplaced nor unknown.
    known: Vec<String>,
    scope: Scope,
}

/// Start of the findings about the current object, so that a search for them skips the findings
/// about all objects before it.
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

    /// Collects the pointers of fields that no model has.
    pub(crate) fn listing_unknown(mut self) -> Self {
        self.list_unknown = true;
        self
    }

    pub(crate) fn into_findings(self) -> (Vec<Problem>, Vec<String>) {
        (self.problems, self.unknown)
    }

    /// Returns `true` if the current place is below the document's field `key`.
    pub(crate) fn is_below(&self, key: &str) -> bool {
        matches!(self.path.first(), Some(Segment::Key(first)) if first == key)
    }

    pub(crate) fn is_strict(&self) -> bool {
        self.mode == Mode::Strict
    }

    /// Returns `true` if places are ever reported. Webhooks are read without them.
    const fn reports(&self) -> bool {
        self.list_unknown || matches!(self.mode, Mode::Strict)
    }

    /// Runs `read` one level deeper, at the field `key`.
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

    /// Checks the value of the field `key`, if its type can break a rule.
    pub(crate) fn check<T: Check>(&mut self, key: &'static str, value: &T) {
        if T::CAN_FAIL {
            self.within(key, |cx| value.check(cx));
        }
    }

    /// Removes the field `key` from `map`; it remains there if it is `null` or does not fit.
    pub(crate) fn optional<T: Decode>(
        &mut self,
        map: &mut Object<'_>,
        key: &'static str,
    ) -> Option<T> {
        let value = map.remove(key);
        self.optional_value(value, map, key)
    }

    /// Reads the field `key`, already removed from `map`; it is put back if it is `null` or does not fit.
    pub(crate) fn optional_value<'a, T: Decode>(
        &mut self,
        value: Option<Json<'a>>,
        map: &mut Object<'a>,
        key: &'static str,
    ) -> Option<T> {
        let value = value?;
        if value.is_null() {
            // An explicit null means absent; it is preserved so that it is written again.
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

    /// Like [`Context::optional`]; in strict mode, a missing field is reported.
    pub(crate) fn required<T: Decode>(
        &mut self,
        map: &mut Object<'_>,
        key: &'static str,
    ) -> Option<T> {
        let value = map.remove(key);
        self.required_value(value, map, key)
    }

    /// Like [`Context::optional_value`]; in strict mode, a missing field is reported.
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

    /// Removes the field `key` from `map` if its value is exactly `tag`.
    pub(crate) fn constant(
        &mut self,
        map: &mut Object<'_>,
        key: &'static str,
        tag: &'static str,
    ) -> bool {
        match map.get(key) {
            Some(Json::String(found)) if found == tag => {
                map.remove(key);
                return true;
            }
            Some(Json::String(_)) => {
                self.report_at(key, Rule::OneOf, format!("must be \"{tag}\" here"));
            }
            other => self.report_not_string(key, other),
        }
        false
    }

    /// Checks the remaining fields of an object: fields that belong elsewhere are problems (in
    /// strict mode), unknown fields are listed.
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
            let mut tables = misplaced.iter();
            let hint = tables.find_map(|members| Member::hint(key, members));
            let segment = escaped(key);
            if value.is_null() && hint.is_some() {
                // An explicit null means absent.
                continue;
            }
            if unfit.contains(segment.as_ref()) {
                // It remains because it does not fit, which is reported already.
                continue;
            }
            let pointer = format!("{here}/{segment}");
            if self.known[self.scope.known..].contains(&pointer) {
                // The field itself fits, but the object as a whole does not.
            } else if let Some(hint) = hint {
                if self.mode == Mode::Strict {
                    found.push(Invalid::new(Rule::NotAllowed, hint).at(pointer));
                }
            } else if self.list_unknown {
                self.unknown.push(pointer);
            }
        }
        self.problems.append(&mut found);
    }

    /// Checks the remaining fields of an object that has no others than those of its type.
    pub(crate) fn refuse_leftover(&mut self, map: &Object<'_>, own: impl Fn(&str) -> bool) {
        if !self.is_strict() {
            return self.leftover(map, own, &[]);
        }
        for (key, value) in map.sorted() {
            if !own(key) {
                let hint = "is not a field of this object";
                self.report_at(key.to_owned(), Rule::NotAllowed, hint);
            } else if value.is_null() && !self.is_reported(key) {
                let hint = "must not be null: leave the field out";
                self.report_at(key.to_owned(), Rule::Type, hint);
            }
        }
    }

    /// Returns `true` if a problem of the field `key`, or of a part of it, is reported already.
    pub(crate) fn is_reported(&self, key: &str) -> bool {
        let pointer = format!("{}/{}", self.pointer(), escaped(key));
        self.problems[self.scope.problems..]
            .iter()
            .any(|problem| problem.is_at_or_below(&pointer))
    }

    /// Reports a problem at a pointer below the current place, once.
    pub(crate) fn refuse_at(&mut self, pointer: &str, invalid: Invalid) {
        let problem = invalid.at(format!("{}{pointer}", self.pointer()));
        if self.is_strict() && !self.problems.contains(&problem) {
            self.problems.push(problem);
        }
    }

    /// Lists a field that no model has, by its pointer below the current place, once.
    pub(crate) fn list_unknown_at(&mut self, pointer: &str) {
        let pointer = format!("{}{pointer}", self.pointer());
        if self.list_unknown && !self.unknown.contains(&pointer) {
            self.unknown.push(pointer);
        }
    }

    /// Marks `key` as accounted for, so [`Context::leftover`] skips it.
    pub(crate) fn mark_known(&mut self, key: &str) {
        if self.reports() {
            let pointer = format!("{}/{}", self.pointer(), escaped(key));
            self.known.push(pointer);
        }
    }

    /// Reports that other fields require the field `key`, unless a problem of it, or of the object
    /// that contains it, is reported already.
    pub(crate) fn lacks(&mut self, key: &'static str, hint: &'static str) {
        self.report_once(key, Rule::Required, hint);
    }

    /// Reports that other fields exclude the field `key`, unless a problem of it is reported already.
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

    /// Reports a problem at the current place. In open mode nothing is reported.
    pub(crate) fn report(&mut self, rule: Rule, hint: impl Into<Cow<'static, str>>) {
        if self.is_strict() {
            self.refuse(Invalid::new(rule, hint));
        }
    }

    /// Reports a value of another JSON type than expected, and returns it.
    pub(crate) fn unfit<'a, T>(
        &mut self,
        value: Json<'a>,
        expected: &'static str,
    ) -> Result<T, Json<'a>> {
        self.report(Rule::Type, expected);
        Err(value)
    }

    /// Reports the value of the required field `key`, which is not a string or missing.
    pub(crate) fn report_not_string(&mut self, key: &'static str, value: Option<&Json<'_>>) {
        match value {
            None | Some(Json::Null) => self.report_at(key, Rule::Required, "is required"),
            Some(_) => self.report_at(key, Rule::Type, "must be a string"),
        }
    }

    /// Reports a problem at the field `key` of the current place.
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

    /// Reports that the field `key` is not one of the allowed values.
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

    /// Reports the refusal of a value by its own constructor.
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

/// Escapes the name of a field as a segment of a JSON pointer.
fn escaped(key: &str) -> Cow<'_, str> {
    if key.contains(['~', '/']) {
        Cow::Owned(key.replace('~', "~0").replace('/', "~1"))
    } else {
        Cow::Borrowed(key)
    }
}
