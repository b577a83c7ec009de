//! Errors of this crate and errors reported by the API.

pub(crate) mod chain;
mod delivery_code;
mod delivery_table;
mod object;
mod problem;
mod request_code;

pub use delivery_code::{DeliveryErrorCode, ErrorKind};
pub use object::{ErrorObject, InvalidParameter, InvalidParameters};
pub use problem::{DecodeError, Invalid, Problem, Problems, Rule};
pub use request_code::RequestErrorCode;
