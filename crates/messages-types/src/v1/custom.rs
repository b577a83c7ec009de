//! Content that the API passes on unchanged.

use std::fmt;

use serde::{Serialize, Serializer};
use serde_json::{Map, Value};

use crate::error::{Invalid, Rule};
use crate::wire::{Check, Context, Decode, Json, Redacted as _, Wire};

/// An object that the API passes on to the provider unchanged and unchecked: JSON of Google's
/// RCS Business Messaging, or of WhatsApp.
///
/// ```
/// use messages_types::v1::Custom;
/// use serde_json::json;
///
/// let custom = Custom::try_from(json!({ "contentMessage": { "text": "Hello" } }))?;
/// assert!(Custom::try_from(json!("no object")).is_err());
/// # Ok::<(), messages_types::Invalid>(())
/// ```
#[derive(Clone, PartialEq, Default, Wire)]
#[wire(strict, custom)]
pub struct Custom(Map<String, Value>);

impl Custom {
    /// Fields of the object.
    #[must_use]
    pub const fn members(&self) -> &Map<String, Value> {
        &self.0
    }

    /// Converts the object into its fields.
    #[must_use]
    pub fn into_members(self) -> Map<String, Value> {
        self.0
    }
}

impl From<Map<String, Value>> for Custom {
    fn from(members: Map<String, Value>) -> Self {
        Self(members)
    }
}

impl TryFrom<Value> for Custom {
    type Error = Invalid;

    fn try_from(value: Value) -> Result<Self, Invalid> {
        match value {
            Value::Object(members) => Ok(Self(members)),
            _ => Err(Invalid::new(Rule::Type, "must be an object")),
        }
    }
}

impl Serialize for Custom {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }
}

impl Decode for Custom {
    fn decode<'a>(value: Json<'a>, cx: &mut Context) -> Result<Self, Json<'a>> {
        Map::decode(value, cx).map(Self)
    }
}

impl Check for Custom {}

impl fmt::Debug for Custom {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.redacted(f)
    }
}
