//! Fields of a JSON object.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::Json;

/// Fields of an object in the order received, repetitions included. Of fields
/// with the same name the last one is used, as in [`Map`]; the others are ignored.
///
/// This is a list, because a model reads each field once, so sorting the fields never pays
/// off. The number of searches depends on the model and not on the document, so a hostile
/// object takes time in proportion to its length.
#[derive(Default)]
pub(crate) struct Object<'a>(Vec<(Cow<'a, str>, Json<'a>)>);

impl<'a> Object<'a> {
    pub(crate) const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(crate) fn get(&self, key: &str) -> Option<&Json<'a>> {
        let mut latest_first = self.0.iter().rev();
        latest_first
            .find(|(name, _)| name == key)
            .map(|(_, value)| value)
    }

    pub(crate) fn contains_key(&self, key: &str) -> bool {
        self.0.iter().any(|(name, _)| name == key)
    }

    /// Adds a field, or replaces the one of this name.
    pub(crate) fn insert(&mut self, key: impl Into<Cow<'a, str>>, value: Json<'a>) {
        self.0.push((key.into(), value));
    }

    pub(crate) fn remove(&mut self, key: &str) -> Option<Json<'a>> {
        let mut removed = None;
        self.retain(|name, value| {
            let found = name == key;
            if found {
                removed = Some(std::mem::take(value));
            }
            !found
        });
        removed
    }

    /// Passes each field to `keep`, which may take its value, and removes those for which it returns
    /// `false`. Of a repeated name the last one is passed last.
    pub(crate) fn retain(&mut self, mut keep: impl FnMut(&str, &mut Json<'a>) -> bool) {
        self.0.retain_mut(|(name, value)| keep(name, value));
    }

    /// The fields in the order received, repetitions included.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&str, &Json<'a>)> {
        self.0.iter().map(|(name, value)| (name.as_ref(), value))
    }

    /// Names of the fields. A repeated name is repeated.
    pub(crate) fn keys(&self) -> impl Iterator<Item = &str> {
        self.iter().map(|(name, _)| name)
    }

    /// The fields in alphabetical order, each name once.
    pub(crate) fn sorted(&self) -> BTreeMap<&str, &Json<'a>> {
        self.iter().collect()
    }
}

impl From<Object<'_>> for Map<String, Value> {
    fn from(object: Object<'_>) -> Self {
        // Usually there are no or few fields; `collect` would sort them first.
        let mut members = Self::new();
        for (name, value) in object.0 {
            members.insert(name.into_owned(), value.into());
        }
        members
    }
}

impl<'a> From<&'a Map<String, Value>> for Object<'a> {
    fn from(members: &'a Map<String, Value>) -> Self {
        let members = members.iter();
        Self(
            members
                .map(|(name, value)| (name.into(), value.into()))
                .collect(),
        )
    }
}

impl From<Map<String, Value>> for Object<'_> {
    fn from(members: Map<String, Value>) -> Self {
        let members = members.into_iter();
        Self(
            members
                .map(|(name, value)| (name.into(), value.into()))
                .collect(),
        )
    }
}
