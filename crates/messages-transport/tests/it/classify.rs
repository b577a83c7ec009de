//! The table of what a result means: by itself, and as the retry layer applies it.

use bytes::Bytes;
use http::{Method, Response, StatusCode, Uri};
use messages_transport::layer::retry::{
    Cause, Delivered, DeliveryPolicy, Refusal, Retry, RetryBudget, RetryPolicy, classify,
};
use messages_transport::testing::ScriptedTransport;
use messages_transport::{
    CallContext, Delivery, TokioTimer, Transport, TransportError, TransportErrorKind,
};

use Delivered::{Accepted, NotSent, Refused, Unknown};
use DeliveryPolicy::{AtLeastOnce, AtMostOnce, TrustRefusals};
use TransportErrorKind::{Connect, Interrupted, InvalidRequest, Limited, Other, Timeout, TooLarge};

use crate::support::{eventually, post};

/// Behaviour of a server or a backend for an attempt.
#[derive(Debug, Clone, Copy)]
enum Attempt {
    Status(u16),
    /// A failure after the status line.
    StatusThen(u16, TransportErrorKind),
    Failure(TransportErrorKind, Delivery),
}

impl Attempt {
    fn result(self) -> Result<Response<Bytes>, TransportError> {
        let code = |status| StatusCode::from_u16(status).unwrap();
        match self {
            Self::Status(status) => {
                let mut response = Response::new(Bytes::new());
                *response.status_mut() = code(status);
                Ok(response)
            }
            Self::StatusThen(status, kind) => {
                let error = TransportError::without_source(kind, Delivery::Unknown);
                Err(error.with_status(code(status)))
            }
            Self::Failure(kind, delivery) => Err(TransportError::without_source(kind, delivery)),
        }
    }
}

const NEVER: Option<Cause> = None;
const UNSENT: Option<Cause> = Some(Cause::Unsent);
const THROTTLED: Option<Cause> = Some(Cause::Throttled);
const TRANSIENT: Option<Cause> = Some(Cause::Transient);

/// A result, and under each policy whether it was delivered, and why it is retried.
type Row = (Attempt, [Delivered; 3], [Option<Cause>; 3]);

const POLICIES: [DeliveryPolicy; 3] = [AtMostOnce, TrustRefusals, AtLeastOnce];

fn table() -> Vec<Row> {
    use Attempt::{Failure, Status, StatusThen};

    let repeatable = [NEVER, NEVER, TRANSIENT];
    let refused = |refusal| [Refused(refusal); 3];
    let trusted = [Unknown, Refused(Refusal::Unavailable), Unknown];
    let mut rows = vec![
        (Status(429), refused(Refusal::Throttled), [THROTTLED; 3]),
        (Status(503), trusted, [NEVER, TRANSIENT, TRANSIENT]),
        (
            StatusThen(429, Interrupted),
            refused(Refusal::Throttled),
            [THROTTLED; 3],
        ),
        (
            StatusThen(503, Interrupted),
            trusted,
            [NEVER, TRANSIENT, TRANSIENT],
        ),
        (
            Failure(TooLarge, Delivery::Unknown),
            [Unknown; 3],
            [NEVER; 3],
        ),
    ];
    for status in [408, 500, 502, 504] {
        rows.push((Status(status), [Unknown; 3], repeatable));
        rows.push((StatusThen(status, Interrupted), [Unknown; 3], repeatable));
        rows.push((StatusThen(status, TooLarge), [Unknown; 3], repeatable));
    }
    for status in [100, 101, 199, 501, 505, 511, 599, 600, 999] {
        rows.push((Status(status), [Unknown; 3], [NEVER; 3]));
    }
    for status in [200, 201, 202, 204, 299] {
        rows.push((Status(status), [Accepted; 3], [NEVER; 3]));
        for kind in [Interrupted, Timeout, TooLarge] {
            rows.push((StatusThen(status, kind), [Accepted; 3], [NEVER; 3]));
        }
    }
    for (refusal, statuses) in [
        (Refusal::Redirect, &[300, 301, 302, 307, 308, 399][..]),
        (Refusal::Invalid, &[400, 422]),
        (Refusal::Unauthorized, &[401]),
        (Refusal::NoCredit, &[402]),
        (Refusal::Forbidden, &[403]),
        (Refusal::NotFound, &[404]),
        (
            Refusal::Other,
            &[405, 409, 413, 421, 425, 428, 431, 451, 499],
        ),
    ] {
        for status in statuses {
            rows.push((Status(*status), refused(refusal), [NEVER; 3]));
            let cut = StatusThen(*status, Interrupted);
            rows.push((cut, refused(refusal), [NEVER; 3]));
        }
    }
    for kind in [InvalidRequest, TooLarge, Limited] {
        rows.push((Failure(kind, Delivery::NotSent), [NotSent; 3], [NEVER; 3]));
    }
    for (kind, delivery) in [
        (Connect, Delivery::NotSent),
        (Timeout, Delivery::NotSent),
        (Other, Delivery::NotSent),
        (Interrupted, Delivery::Refused),
    ] {
        rows.push((Failure(kind, delivery), [NotSent; 3], [UNSENT; 3]));
    }
    for kind in [
        Connect,
        Timeout,
        Interrupted,
        TransportErrorKind::Response,
        Other,
    ] {
        rows.push((Failure(kind, Delivery::Unknown), [Unknown; 3], repeatable));
    }
    rows
}

#[test]
fn each_result_has_its_verdict() {
    for (attempt, delivered, retry) in table() {
        let result = attempt.result();
        let columns = POLICIES.into_iter().zip(delivered).zip(retry);
        for ((policy, delivered), retry) in columns {
            let verdict = classify(&Method::POST, policy, &result);
            assert_eq!(verdict.delivered, delivered, "{attempt:?}, {policy:?}");
            assert_eq!(verdict.retry, retry, "{attempt:?}, {policy:?}");
        }
        // An idempotent method may be repeated under every policy; no other method may.
        let [at_most_once, .., at_least_once] = retry;
        for (method, retry) in [
            (Method::PATCH, at_most_once),
            (Method::CONNECT, at_most_once),
            (
                Method::from_bytes(b"PROPPATCH-OF-OUR-OWN").unwrap(),
                at_most_once,
            ),
            (Method::GET, at_least_once),
            (Method::HEAD, at_least_once),
            (Method::OPTIONS, at_least_once),
            (Method::TRACE, at_least_once),
            (Method::PUT, at_least_once),
            (Method::DELETE, at_least_once),
        ] {
            let verdict = classify(&method, AtMostOnce, &result);
            assert_eq!(verdict.retry, retry, "{method}, {attempt:?}");
        }
    }
}

#[test]
fn a_refusal_is_known_by_its_status_alone() {
    for (attempt, [delivered, ..], _) in table() {
        if let Attempt::Status(status) = attempt {
            let refusal = match delivered {
                Refused(refusal) => Some(refusal),
                _ => None,
            };
            let status = StatusCode::from_u16(status).unwrap();
            assert_eq!(Refusal::of(status), refusal, "{status}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn the_retry_layer_applies_the_table() {
    for (attempt, delivered, retry) in table() {
        let columns = POLICIES.into_iter().zip(delivered).zip(retry);
        for ((policy, delivered), retry) in columns {
            let script = ScriptedTransport::from_fn(move |_| async move { attempt.result() });
            let budget = RetryBudget::new(100);
            let layer = Retry::new(
                script.clone(),
                RetryPolicy::default()
                    .max_attempts(2)
                    .budget(budget.clone()),
                TokioTimer,
            );
            let layer = layer.delivery(policy);
            let context = CallContext::new();
            let attempts = context.attempts().clone();
            let mut request = post(Uri::from_static("https://api.example/"), "{}");
            request.extensions_mut().insert(context);
            let _ = eventually(layer.send(request)).await;
            let name = format!("{attempt:?}, {policy:?}");
            assert_eq!(script.requests().len(), 1 + retry.iter().count(), "{name}");
            assert_eq!(
                attempts.has_unknown_outcome(),
                delivered == Unknown,
                "{name}"
            );
            let cost = match retry {
                None => 0,
                Some(Cause::Throttled) => 5,
                Some(_) => 10,
            };
            assert_eq!(budget.tokens(), 100 - cost, "{name}");
        }
    }
}
