//! One call: the request, its way through the layers, and the outcome.

mod authorize;
#[expect(clippy::module_inception, reason = "the module is about one call")]
mod call;
mod in_flight;
mod outcome;
mod request;

pub(crate) use authorize::Authorize;
pub(crate) use call::{Call, Decoded};
pub(crate) use in_flight::InFlightCalls;
pub(crate) use outcome::Response;
pub(crate) use request::CallRequest;

use std::future::Future;
use std::pin::Pin;

use bytes::Bytes;
use messages_transport::TransportError;

/// The future of [`Transport::send`](messages_transport::Transport::send), written out.
pub(crate) type Exchange<'f> =
    Pin<Box<dyn Future<Output = Result<http::Response<Bytes>, TransportError>> + Send + 'f>>;
