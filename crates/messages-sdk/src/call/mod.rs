//! One call, without I/O: what is sent becomes an HTTP request, and what came back an outcome.

mod answer;
mod attempt;
mod request;

pub(crate) use answer::{Answer, read};
pub(crate) use attempt::Authorize;
pub(crate) use request::RequestParts;

use std::future::Future;
use std::pin::Pin;

use bytes::Bytes;
use http::Response;
use messages_transport::TransportError;

/// What [`Transport::send`](messages_transport::Transport::send) returns once it is written out.
pub(crate) type Exchange<'f> =
    Pin<Box<dyn Future<Output = Result<Response<Bytes>, TransportError>> + Send + 'f>>;
