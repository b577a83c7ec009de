//! Which requests can be sent at all.

use bytes::Bytes;
use http::uri::{Authority, Scheme};
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

/// Refuses what no exchange can come of, before anything is sent. Returns whom to connect to.
pub(crate) fn check(request: &Request<Bytes>) -> Result<(&Scheme, &Authority), TransportError> {
    let uri = request.uri();
    let problem = match (uri.scheme(), uri.authority()) {
        (None, _) | (_, None) => Unsendable::Relative,
        (Some(scheme), _) if *scheme != Scheme::HTTP && *scheme != Scheme::HTTPS => {
            Unsendable::Scheme
        }
        _ if request.method() == Method::CONNECT => Unsendable::Tunnel,
        (Some(scheme), Some(authority)) => return Ok((scheme, authority)),
    };
    Err(TransportError::new(
        TransportErrorKind::InvalidRequest,
        Delivery::NotSent,
        problem,
    ))
}
