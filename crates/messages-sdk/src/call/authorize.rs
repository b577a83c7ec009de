//! The layer that signs every attempt.

use std::sync::Arc;
use std::time::SystemTime;

use bytes::Bytes;
use http::header::{AUTHORIZATION, DATE};
use http::{HeaderValue, Request, Response};
use messages_auth::Credentials;
use messages_transport::{
    Delivery, Timer, Transport, TransportError, TransportErrorKind, TryAgain,
};

use super::Exchange;
use super::outcome::refuses_credentials;
use crate::endpoint::Endpoint;

/// Signs every attempt. A token that was refused is replaced, and the layer above is asked for one more
/// attempt.
#[derive(Debug)]
pub(crate) struct Authorize<T> {
    pub(crate) inner: T,
    pub(crate) credentials: Credentials,
    pub(crate) endpoint: Endpoint,
    pub(crate) timer: Arc<dyn Timer>,
}

impl<T: Transport> Transport for Authorize<T> {
    fn send<'a, 'f>(&'a self, mut request: Request<Bytes>) -> Exchange<'f>
    where
        'a: 'f,
        Self: 'f,
    {
        Box::pin(async move {
            if !self.endpoint.trusts(request.uri()) {
                return Err(unsigned(ForeignEndpoint));
            }
            let now = self.timer.calendar();
            let header = self.credentials.header_value(now).map_err(unsigned)?;
            // Only a token can be stale; a key and secret stay as wrong as they are.
            let is_tls = request.uri().scheme_str() == Some("https");
            let token =
                matches!(self.credentials, Credentials::Jwt(_)).then(|| TokenEnd::of(&header));
            request.headers_mut().insert(AUTHORIZATION, header);
            let mut result = self.inner.send(request).await;
            if let (Some(token), Ok(answer)) = (token, &mut result)
                && refuses_credentials(answer)
            {
                if let Some(server) = date(answer) {
                    self.correct_clock(server, is_tls || self.endpoint.is_loopback());
                }
                self.replace(token, answer)?;
            }
            result
        })
    }
}

impl<T> Authorize<T> {
    /// Issues tokens by the API's clock. A date over plain HTTP is not used: it may have been changed on the way.
    fn correct_clock(&self, server: SystemTime, is_protected: bool) {
        let now = self.timer.calendar();
        let corrected = is_protected.then(|| self.credentials.correct_clock(server, now));
        #[cfg(feature = "tracing")]
        match corrected {
            None => tracing::warn!(
                "the Date of a 401 over plain HTTP is not used to correct the token clock"
            ),
            Some(Ok(None)) => {}
            Some(Ok(Some(ahead))) => tracing::warn!(
                ahead_seconds = ahead,
                "the API's clock differs from this machine's: tokens are issued by the API's clock"
            ),
            Some(Err(error)) => {
                tracing::warn!(%error, "the Date of a 401 is not used to correct the token clock");
            }
        }
        #[cfg(not(feature = "tracing"))]
        drop(corrected);
    }

    /// Gets another token in place of one that was refused.
    fn replace(
        &self,
        rejected: TokenEnd,
        refused: &mut Response<Bytes>,
    ) -> Result<(), TransportError> {
        let now = self.timer.calendar();
        let current = self.credentials.header_value(now).map_err(unsigned)?;
        if TokenEnd::of(&current) == rejected {
            self.credentials.refresh(&current, now).map_err(unsigned)?;
        }
        refused.extensions_mut().insert(TryAgain);
        Ok(())
    }
}

/// Part of a token that identifies it among the tokens of a call: the end, which is of the signature. Where two end alike all the same,
/// one that is good is replaced too.
///
/// A clone of the header would contend for one reference count with every request of every thread.
#[derive(Clone, Copy, PartialEq, Eq)]
struct TokenEnd(Option<[u8; 16]>);

impl TokenEnd {
    fn of(header: &HeaderValue) -> Self {
        Self(header.as_bytes().last_chunk().copied())
    }
}

/// Credentials are sent to the API only.
#[derive(Debug, thiserror::Error)]
#[error("credentials are sent to the vendor's hosts and to the client's own endpoint only")]
struct ForeignEndpoint;

fn unsigned(error: impl std::error::Error + Send + Sync + 'static) -> TransportError {
    TransportError::new(TransportErrorKind::InvalidRequest, Delivery::NotSent, error)
}

/// The API's clock, as its answer shows it.
fn date(answer: &Response<Bytes>) -> Option<SystemTime> {
    let text = answer.headers().get(DATE)?.to_str().ok()?;
    httpdate::parse_http_date(text).ok()
}
