//! Fields of an object that its type does not represent.

use std::fmt;

use serde_json::{Map, Value};

use crate::wire::Object;

/// Fields of a JSON object that its type does not represent: unknown ones, explicit `null`s, and
/// known ones of an unexpected JSON type. They are written unchanged.
///
/// `Debug` shows the number of fields, not their content.
#[derive(Clone, Default, PartialEq, serde::Serialize, serde::Deserialize)]
#[serde(transparent)]
pub struct Extra(Map<String, Value>);

impl Extra {
    /// The field `key`, if present.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&Value> {
        self.0.get(key)
    }

    /// Adds or replaces a field, for fields this version does not support yet.
    /// A field of the type itself would be written twice; set that one by its name.
    pub fn insert(&mut self, key: impl Into<String>, value: impl Into<Value>) {
        self.0.insert(key.into(), value.into());
    }

    /// Returns `true` if the type represents all fields of the object.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Number of fields.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// The fields in alphabetical order.
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
