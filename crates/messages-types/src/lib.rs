#![doc = include_str!("../README.md")]

mod constructors;
mod document;
mod error;
pub mod journey;
pub mod limits;
pub mod sms;
mod status;
mod template;
pub mod upgrade;
mod usage;
pub mod v0_1;
pub mod v1;
mod value;
mod wire;

pub use document::{
    Checked, DetectError, EventKind, EventView, Kind, OutboundMessage, Submission, WebhookEvent,
};
pub use error::{
    DecodeError, DeliveryErrorCode, ErrorKind, ErrorObject, Invalid, InvalidParameter,
    InvalidParameters, Problem, Problems, RequestErrorCode, Rule,
};
pub use status::{Progress, Status};
pub use template::{MissingVariable, RenderError, Template, Variables};
pub use usage::Usage;
pub use value::{
    EmailAddress, Extra, Field, FieldType, List, NumberOrString, NumberText, PhoneNumber, Seconds,
    Set, SetterArgument, SetterError, SmsSender, Text, Timestamp, Url,
};
pub use wire::{Document, Member, repair_json};
