//! What happens to each attempt: it is signed anew, and what it leaves open is remembered.

use std::sync::Arc;
use std::time::SystemTime;

use bytes::Bytes;
use http::header::{AUTHORIZATION, DATE};
use http::{HeaderMap, Method, Request, Response, StatusCode, Uri};
use messages_auth::Credentials;
use messages_transport::layer::retry::DeliveryPolicy;
use messages_transport::{
    CallContext, Delivery, Timer, Transport, TransportError, TransportErrorKind,
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

/// A request that may have to be sent again, without the table that a copy of all its extensions
/// needs: of these it keeps the call's context, the only one that the SDK's layers below read.
struct Spare {
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
    context: Option<CallContext>,
}

impl Spare {
    fn of(request: &Request<Bytes>) -> Self {
        Self {
            method: request.method().clone(),
            uri: request.uri().clone(),
            headers: request.headers().clone(),
            body: request.body().clone(),
            context: request.extensions().get().cloned(),
        }
    }

    fn into_request(self) -> Request<Bytes> {
        let mut request = Request::new(self.body);
        *request.method_mut() = self.method;
        *request.uri_mut() = self.uri;
        *request.headers_mut() = self.headers;
        if let Some(context) = self.context {
            request.extensions_mut().insert(context);
        }
        request
    }
}

/// Signs every attempt, and once more after a 401 to a token; and notes in the call's context what it
/// leaves open.
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
            request.headers_mut().insert(AUTHORIZATION, header);
            let attempts = CallContext::attempts_of(&request).cloned();
            let delivery = request.extensions().get().copied().unwrap_or(self.delivery);
            // Only a token can be stale; a key and secret stay as wrong as they are.
            let spare =
                matches!(self.credentials, Credentials::Jwt(_)).then(|| Spare::of(&request));
            let mut result = self.inner.send(request).await;
            if let Some(spare) = spare
                && is_unauthorised(&result)
            {
                // In a box of its own, to keep the usual way small.
                result = Box::pin(self.send_again(spare.into_request(), result)).await;
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
        if let Some(attempts) = CallContext::attempts_of(&request) {
            attempts.start();
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
