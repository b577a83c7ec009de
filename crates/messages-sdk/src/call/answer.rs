//! What came back becomes an outcome.

use std::error::Error as StdError;

use bytes::Bytes;
use http::{HeaderMap, Response, StatusCode};
use messages_auth::AuthError;
use messages_transport::layer::retry::{DeliveryPolicy, retry_after};
use messages_transport::{Timer, TransportError};
use messages_types::{Document, ErrorObject};

use super::attempt::is_doubtful;
use crate::error::{Error, RawAnswer, Rejection};
use crate::outcome::CallReport;

/// An answer that says yes.
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) request_id: Option<String>,
    pub(crate) body: Bytes,
}

impl Answer {
    /// Reads the body; an unreadable one means that the id is unknown, not that nothing was taken.
    pub(crate) fn decode<T: Document>(&self) -> Result<T, Error> {
        T::from_slice(&self.body).map_err(|_| self.unreadable())
    }

    pub(crate) fn unreadable(&self) -> Error {
        let raw = RawAnswer {
            status: self.status,
            request_id: self.request_id.clone(),
            body: self.body.clone(),
        };
        Error::id_unknown(None, Some(raw))
    }
}

/// Sorts the result of a call by what it means for the message.
///
/// `doubts`: an earlier attempt of the same call may have been taken, so neither a refusal nor a
/// failure of the last one can say that nothing was.
///
/// `timer`: for a refusal that names a date to wait for.
pub(crate) fn read(
    result: Result<Response<Bytes>, TransportError>,
    policy: DeliveryPolicy,
    doubts: bool,
    timer: &dyn Timer,
) -> Result<Answer, Error> {
    let response = match result {
        Ok(response) => response,
        Err(error) => return Err(failure(error, policy, doubts)),
    };
    let (parts, body) = response.into_parts();
    let status = parts.status;
    let request_id = request_id(&parts.headers);
    if status.is_success() {
        return Ok(Answer {
            status,
            request_id,
            body,
        });
    }
    let answer = RawAnswer {
        status,
        request_id,
        body,
    };
    if doubts || is_doubtful(status, policy) {
        return Err(Error::in_doubt(None, Some(answer)));
    }
    Err(Error::Rejected(Box::new(Rejection {
        problem: ErrorObject::from_slice(&answer.body).ok(),
        retry_after: retry_after(&parts.headers, timer.calendar()),
        answer,
        source: None,
        report: CallReport::default(),
    })))
}

fn failure(error: TransportError, policy: DeliveryPolicy, doubts: bool) -> Error {
    match error.status() {
        Some(status) if status.is_success() => return Error::id_unknown(Some(error), None),
        // The head of the answer said no, so that its body broke off changes nothing.
        Some(status) if !doubts && !is_doubtful(status, policy) => {
            return Error::Rejected(Box::new(Rejection {
                answer: RawAnswer {
                    status,
                    request_id: None,
                    body: Bytes::new(),
                },
                problem: None,
                retry_after: None,
                source: Some(error),
                report: CallReport::default(),
            }));
        }
        _ => {}
    }
    if doubts || error.delivery().may_be_taken() {
        return Error::in_doubt(Some(error), None);
    }
    if let Some(auth) = error
        .source()
        .and_then(|source| source.downcast_ref::<AuthError>())
    {
        return Error::credentials(Some(auth.clone()));
    }
    Error::not_sent(Some(Box::new(error)))
}

fn request_id(headers: &HeaderMap) -> Option<String> {
    let id = headers.get("x-request-id")?.to_str().ok()?;
    Some(id.to_owned())
}
