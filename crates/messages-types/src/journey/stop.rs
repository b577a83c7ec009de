//! Events that end a journey.

use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};

use super::{Condition, either, only_field};
use crate::error::Rule;
use crate::limits;
use crate::value::{List, Text};
use crate::wire::{Check, Context, Decode, Json, Wire};

/// Name of a signal: 1 to 64 characters.
pub type SignalName = Text<1, { limits::JOURNEY_NAME_MAX }>;

/// Events that end a journey: 1 to 20.
pub type StopConditions = List<StopOn, 1, { limits::JOURNEY_STOP_ON_MAX }>;

/// An event that ends a journey.
#[derive(Debug, Clone, PartialEq, Eq, Wire)]
#[wire(strict, custom)]
#[non_exhaustive]
pub enum StopOn {
    /// A message from the recipient to the sender of one of the journey's messages.
    Reply,
    /// A signal of this name from the application.
    Signal(SignalName),
    /// This status of any message of the journey.
    Status(Condition),
}

impl Decode for StopOn {
    fn decode<'a>(value: Json<'a>, cx: &mut Context) -> Result<Self, Json<'a>> {
        match value.as_str() {
            Some("reply") => return Ok(Self::Reply),
            Some(_) => {
                cx.report(
                    Rule::OneOf,
                    "must be reply, or an object with signal or status",
                );
                return Err(value);
            }
            None => {}
        }
        match either(&value, ["signal", "status"], cx) {
            Some("signal") => only_field(value, "signal", cx).map(Self::Signal),
            Some(_) => only_field(value, "status", cx).map(Self::Status),
            None => Err(value),
        }
    }
}

impl Serialize for StopOn {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if *self == Self::Reply {
            return serializer.serialize_str("reply");
        }
        let mut out = serializer.serialize_map(Some(1))?;
        match self {
            Self::Reply => {}
            Self::Signal(name) => out.serialize_entry("signal", name)?,
            Self::Status(status) => out.serialize_entry("status", status)?,
        }
        out.end()
    }
}

impl Check for StopOn {}
