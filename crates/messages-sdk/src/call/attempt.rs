//! What happens to each attempt: it is signed anew, and what it leaves open is remembered.

use std::sync::Arc;
use std::time::SystemTime;

use bytes::Bytes;
use http::header::{AUTHORIZATION, DATE};
use http::{HeaderValue, Request, Response, StatusCode};
use messages_auth::Credentials;
use messages_transport::layer::retry::DeliveryPolicy;
use messages_transport::{
    CallContext, Delivery, Timer, Transport, TransportError, TransportErrorKind, TryAgain,
};

use crate::call::Exchange;
use crate::endpoint::Endpoint;

/// Whether an attempt that ended so may have been taken.
fn leaves_doubt(result: &Result<Response<Bytes>, TransportError>, policy: DeliveryPolicy) -> bool {
    match result {
        Ok(answer) => is_doubtful(answer.status(), policy),
        Err(error) => match error.status() {
            // By its status, as in `read`; a 2xx is no doubt but an acceptance, and ends the call.
            Some(status) => is_doubtful(status, policy),
            None => error.delivery().may_be_taken(),
        },
    }
}

/// Whether an answer with this status leaves it open if the request was taken: a gateway answers so
/// for a server behind it that may well have read the request.
pub(crate) fn is_doubtful(status: StatusCode, policy: DeliveryPolicy) -> bool {
    match status {
        StatusCode::SERVICE_UNAVAILABLE => policy != DeliveryPolicy::TrustRefusals,
        StatusCode::REQUEST_TIMEOUT => true,
        other => other.is_server_error(),
    }
}

/// Signs every attempt, and notes in the call's context what it leaves open.
///
/// A token that was refused is replaced, and the layer above asked to try again.
#[derive(Debug)]
pub(crate) struct Authorize<T> {
    pub(crate) inner: T,
    pub(crate) credentials: Credentials,
    pub(crate) endpoint: Endpoint,
    /// Unless the call has a policy of its own.
    pub(crate) delivery: DeliveryPolicy,
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
                // Credentials go to the API and nowhere else.
                return Err(TransportError::without_source(
                    TransportErrorKind::InvalidRequest,
                    Delivery::NotSent,
                ));
            }
            let now = self.timer.calendar();
            let header = self.credentials.header_value(now).map_err(unsigned)?;
            let mark = mark(&header);
            request.headers_mut().insert(AUTHORIZATION, header);
            let attempts = CallContext::attempts_of(&request).cloned();
            let delivery = request.extensions().get().copied().unwrap_or(self.delivery);
            let mut result = self.inner.send(request).await;
            if let Ok(answer) = &mut result
                && answer.status() == StatusCode::UNAUTHORIZED
            {
                self.replace(mark, answer)?;
            }
            if leaves_doubt(&result, delivery)
                && let Some(attempts) = &attempts
            {
                attempts.note_doubt();
            }
            result
        })
    }
}

impl<T> Authorize<T> {
    /// Gets another token in place of one that was refused, for which the API's clock is set right first.
    fn replace(
        &self,
        rejected: Option<Mark>,
        refused: &mut Response<Bytes>,
    ) -> Result<(), TransportError> {
        if !matches!(self.credentials, Credentials::Jwt(_)) {
            // Only a token can be stale; a key and secret stay as wrong as they are.
            return Ok(());
        }
        let now = self.timer.calendar();
        if let Some(server) = date(refused) {
            self.credentials.correct_clock(server, now);
        }
        let current = self.credentials.header_value(now).map_err(unsigned)?;
        if mark(&current) == rejected {
            self.credentials.refresh(&current, now).map_err(unsigned)?;
        }
        refused.extensions_mut().insert(TryAgain);
        Ok(())
    }
}

/// The end of a header value. A token ends with its signature, so this tells it from every other.
///
/// It is what an attempt keeps of its token: of the header itself, all threads count their shares in one word.
type Mark = [u8; 16];

fn mark(header: &HeaderValue) -> Option<Mark> {
    header.as_bytes().last_chunk().copied()
}

fn unsigned(error: messages_auth::AuthError) -> TransportError {
    TransportError::new(TransportErrorKind::InvalidRequest, Delivery::NotSent, error)
}

/// The API's clock, as its answer shows it.
fn date(answer: &Response<Bytes>) -> Option<SystemTime> {
    let text = answer.headers().get(DATE)?.to_str().ok()?;
    httpdate::parse_http_date(text).ok()
}
