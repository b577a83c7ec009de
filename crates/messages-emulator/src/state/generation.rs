//! The generations of the wire format.

use serde::{Deserialize, Serialize};

/// A generation of the wire format.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Generation {
    /// Nested: `from {type, number or id}`, `message.content`.
    #[serde(rename = "v0.1")]
    V0_1,
    /// Flat: `channel`, `message_type`.
    #[default]
    #[serde(rename = "v1")]
    V1,
}

impl Generation {
    /// The name that `webhook_version` has for it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::V0_1 => "v0.1",
            Self::V1 => "v1",
        }
    }
}
