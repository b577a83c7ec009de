//! How JSON enters and leaves the models: one mechanism for both directions.
//!
//! A document is read into a tree, [`Json`], and then *taken apart*: each type takes the members
//! that it can hold out of the [`Object`], and whatever is left stays in the object's
//! [`Extra`](crate::Extra). So nothing can be lost, an unknown member needs no special case, and a member of
//! an unexpected type simply stays behind. Two modes share the code:
//!
//! - **open** (what the API sends): what does not fit is left in place, silently;
//! - **strict** (what will be sent to the API): what does not fit is a [`Problem`](crate::Problem)
//!   with its JSON pointer, and decoding goes on to find the next one.

mod context;
mod decode;
mod document;
mod json;
mod member;
mod object;
mod redact;
mod tag;

pub(crate) use context::{Context, Mode};
pub(crate) use decode::{Check, Decode, Members, choice, text};
pub use document::Document;
pub(crate) use document::sealed as sealed_document;
pub(crate) use document::{deserialize, from_json, to_value, validate};
pub(crate) use json::{Json, Object};
pub use member::Member;
pub(crate) use member::{Tables, flattened, members};
pub(crate) use messages_types_derive::Wire;
pub(crate) use object::{object, object_without_extra, restore, restore_members};
pub(crate) use redact::{Redacted, Show};
pub(crate) use tag::{report_unknown_tag, report_unusable_tag};
