//! What happens to each attempt: it is signed anew, and what it leaves open is remembered.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::SystemTime;

use bytes::Bytes;
use http::header::{AUTHORIZATION, DATE};
use http::{Request, Response, StatusCode};
use messages_auth::Credentials;
use messages_transport::layer::retry::DeliveryPolicy;
use messages_transport::{
    AttemptCounter, Delivery, Timer, Transport, TransportError, TransportErrorKind,
};

use crate::call::Exchange;
use crate::endpoint::Endpoint;

/// Remembers, across the attempts of one call, whether one of them may have been taken. The last
/// attempt alone cannot tell: a timeout followed by "connection refused" is a doubt.
///
/// It travels in the request's extensions.
#[derive(Debug, Clone)]
pub(crate) struct Witness {
    policy: DeliveryPolicy,
    doubts: Arc<AtomicBool>,
}

impl Witness {
    pub(crate) fn new(policy: DeliveryPolicy) -> Self {
        Self {
            policy,
            doubts: Arc::default(),
        }
    }

    /// What the caller allows to be sent again.
    pub(crate) fn policy(&self) -> DeliveryPolicy {
        self.policy
    }

    /// Whether an attempt may have been taken.
    pub(crate) fn doubts(&self) -> bool {
        self.doubts.load(Ordering::Acquire)
    }

    fn note(&self, result: &Result<Response<Bytes>, TransportError>) {
        let doubtful = match result {
            Ok(answer) => is_doubtful(answer.status(), self.policy),
            Err(error) => match error.status() {
                // By its status, as in `read`; a 2xx is no doubt but an acceptance, and ends the call.
                Some(status) => is_doubtful(status, self.policy),
                None => error.delivery().may_be_taken(),
            },
        };
        if doubtful {
            self.doubts.store(true, Ordering::Release);
        }
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

/// Signs every attempt, and once more after a 401 to a token.
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
                // Credentials go to the API and nowhere else.
                return Err(TransportError::without_source(
                    TransportErrorKind::InvalidRequest,
                    Delivery::NotSent,
                ));
            }
            let now = self.timer.calendar();
            let header = self.credentials.header_value(now).map_err(unsigned)?;
            request.headers_mut().insert(AUTHORIZATION, header);
            let witness: Option<Witness> = request.extensions().get().cloned();
            // Only a token can be stale; a key and secret stay as wrong as they are.
            let spare = matches!(self.credentials, Credentials::Jwt(_)).then(|| request.clone());
            let mut result = self.inner.send(request).await;
            if let Some(spare) = spare
                && is_unauthorised(&result)
            {
                // In a box of its own, to keep the usual way small.
                result = Box::pin(self.send_again(spare, result)).await;
            }
            if let Some(witness) = &witness {
                witness.note(&result);
            }
            result
        })
    }
}

impl<T: Transport> Authorize<T> {
    /// Sends a request again whose token was refused, unless no other token can be had.
    async fn send_again(
        &self,
        mut request: Request<Bytes>,
        refused: Result<Response<Bytes>, TransportError>,
    ) -> Result<Response<Bytes>, TransportError> {
        if let Some(server) = refused.as_ref().ok().and_then(date) {
            self.credentials
                .correct_clock(server, self.timer.calendar());
        }
        let Some(used) = request.headers().get(AUTHORIZATION) else {
            return refused;
        };
        let fresh = self.credentials.refresh(used, self.timer.calendar());
        let Some(fresh) = fresh.map_err(unsigned)? else {
            return refused;
        };
        request.headers_mut().insert(AUTHORIZATION, fresh);
        if let Some(counter) = request.extensions().get::<AttemptCounter>() {
            counter.start();
        }
        self.inner.send(request).await
    }
}

fn is_unauthorised(result: &Result<Response<Bytes>, TransportError>) -> bool {
    matches!(result, Ok(answer) if answer.status() == StatusCode::UNAUTHORIZED)
}

fn unsigned(error: messages_auth::AuthError) -> TransportError {
    TransportError::new(TransportErrorKind::InvalidRequest, Delivery::NotSent, error)
}

/// The API's clock, as its answer shows it.
fn date(answer: &Response<Bytes>) -> Option<SystemTime> {
    let text = answer.headers().get(DATE)?.to_str().ok()?;
    httpdate::parse_http_date(text).ok()
}
