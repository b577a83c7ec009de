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

mod choice;
mod content;
mod context;
mod decode;
mod document;
mod json;
mod object;
mod redact;

pub(crate) use context::{Context, Mode};
pub(crate) use decode::{Check, Decode, Members, text};
pub use document::Document;
pub(crate) use document::sealed as sealed_document;
pub(crate) use document::{document, from_json, to_value, validate};
pub(crate) use json::{Json, Object};
pub(crate) use redact::{Redacted, Show};

pub(crate) use choice::wire_choice;
pub(crate) use content::wire_content;
pub(crate) use object::{object, restore, restore_members, wire_object};
