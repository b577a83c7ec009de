//! One call, without I/O: what is sent becomes an HTTP request, and what came back an outcome.

mod answer;
mod attempt;
mod request;

pub(crate) use answer::{Answer, read};
pub(crate) use attempt::{Authorize, Witness};
pub(crate) use request::RequestParts;
