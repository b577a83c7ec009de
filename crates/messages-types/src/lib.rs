#![doc = include_str!("../README.md")]

mod channels;
mod error_code;
mod error_object;
mod event;
mod extra;
mod kind;
pub mod limits;
mod problem;
pub mod sms;
mod status;
mod submission;
mod sync_error_code;
pub mod upgrade;
mod usage;
pub mod v0_1;
pub mod v1;
mod value;
mod wire;

pub use error_code::{ErrorCode, ErrorKind};
pub use error_object::{ErrorObject, InvalidParameter, InvalidParameters};
pub use event::{EventView, WebhookEvent, What};
pub use extra::Extra;
pub use kind::{Checked, Kind};
pub use problem::{DecodeError, Invalid, Problem, Problems, Rule};
pub use status::{Progress, Status};
pub use submission::Submission;
pub use sync_error_code::SyncErrorCode;
pub use usage::Usage;
pub use value::{
    EmailAddress, Field, List, NumberText, PhoneNumber, Scalar, Seconds, SmsSender, Text,
    Timestamp, Url,
};
pub use wire::Document;
