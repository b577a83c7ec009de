//! Which requests can be sent at all.

use bytes::Bytes;
use http::{Method, Request};

use crate::{Delivery, TransportError, TransportErrorKind};

#[derive(Debug, thiserror::Error)]
enum Unsendable {
    #[error("the URI has no scheme and authority")]
    Relative,
    #[error("the scheme of the URI is neither http nor https")]
    Scheme,
    #[error("CONNECT opens a tunnel, which is not an exchange")]
    Tunnel,
}

/// Refuses what no exchange can come of, before anything is sent.
pub(crate) fn check(request: &Request<Bytes>) -> Result<(), TransportError> {
    let uri = request.uri();
    let problem = match (uri.scheme_str(), uri.authority()) {
        (None, _) | (_, None) => Unsendable::Relative,
        (Some("http" | "https"), _) if request.method() == Method::CONNECT => Unsendable::Tunnel,
        (Some("http" | "https"), _) => return Ok(()),
        _ => Unsendable::Scheme,
    };
    Err(TransportError::new(
        TransportErrorKind::InvalidRequest,
        Delivery::NotSent,
        problem,
    ))
}
