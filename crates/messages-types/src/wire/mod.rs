//! Decoding and encoding of the models: one mechanism for both directions.
//!
//! A document is read into a tree, [`Json`]. Each type then *removes* the fields
//! it represents from the [`Object`], and the remaining ones are stored in the object's
//! [`Extra`](crate::Extra). So nothing is lost, an unknown field needs no special case, and a field of
//! an unexpected type simply remains. Two modes share the code:
//!
//! - **open** (documents sent by the API): fields that do not fit remain, unreported;
//! - **strict** (documents sent to the API): a field that does not fit is a [`Problem`](crate::Problem)
//!   with its JSON pointer, and decoding continues to find all problems.

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
pub(crate) use document::{deserialize, from_json, from_slice, to_value, validate};
pub use json::repair_json;
pub(crate) use json::{Json, Object};
pub use member::Member;
pub(crate) use member::{Tables, flattened, members};
pub(crate) use messages_types_derive::Wire;
pub(crate) use object::{object, object_without_extra, restore, restore_members};
pub(crate) use redact::{Redacted, Show};
pub(crate) use tag::{report_unknown_tag, report_unusable_tag};
