//! Members of an object that its type does not hold.

use std::fmt;

use serde_json::{Map, Value};

use crate::wire::Object;

/// The members of a JSON object that its type does not hold: unknown ones, explicit `null`s, and
/// known ones of an unexpected JSON type. They are written again exactly as they came.
///
/// `Debug` shows how many there are, not what they say.
#[derive(Clone, Default, PartialEq, serde::Serialize, serde::Deserialize)]
#[serde(transparent)]
pub struct Extra(Map<String, Value>);

impl Extra {
    /// The member `key`, if it is here.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&Value> {
        self.0.get(key)
    }

    /// Adds or replaces a member: the way to send what this version does not know yet.
    /// A member that the type itself holds would be written twice; set that one by its name.
    pub fn insert(&mut self, key: impl Into<String>, value: impl Into<Value>) {
        self.0.insert(key.into(), value.into());
    }

    /// Whether every member found its place in the type.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// How many members there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// The members in alphabetical order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &Value)> {
        self.0.iter().map(|(key, value)| (key.as_str(), value))
    }
}

impl From<Map<String, Value>> for Extra {
    fn from(members: Map<String, Value>) -> Self {
        Self(members)
    }
}

impl From<Object<'_>> for Extra {
    fn from(rest: Object<'_>) -> Self {
        Self(rest.into())
    }
}

impl From<Extra> for Object<'_> {
    fn from(extra: Extra) -> Self {
        extra.0.into()
    }
}

impl<'a> IntoIterator for &'a Extra {
    type Item = (&'a String, &'a Value);
    type IntoIter = serde_json::map::Iter<'a>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.iter()
    }
}

impl fmt::Debug for Extra {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "[{} members]", self.0.len())
    }
}
