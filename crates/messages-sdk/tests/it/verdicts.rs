//! Every result of an attempt through the whole client: the outcome, the number of attempts, and the advice.

use std::sync::Arc;

use messages_sdk::policy::{DeliveryPolicy, RetryPolicy};
use messages_sdk::transport::bytes::Bytes;
use messages_sdk::transport::http::{Response, StatusCode};
use messages_sdk::transport::layer::retry::{Refusal, RetryBudget};
use messages_sdk::transport::testing::ScriptedTransport;
use messages_sdk::transport::{Delivery, TransportError, TransportErrorKind};
use messages_sdk::{Error, Outcome, SendOptions};

use DeliveryPolicy::{AtLeastOnce, AtMostOnce, TrustRefusals};
use Outcome::{AcceptedIdUnknown, InDoubt, NotSent, Rejected};
use TransportErrorKind::{Connect, Interrupted, InvalidRequest, Limited, Other, Timeout, TooLarge};

use crate::support::{builder, client, sms};

/// The server's or the backend's part in an attempt.
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

    const fn status(self) -> Option<u16> {
        match self {
            Self::Status(status) | Self::StatusThen(status, _) => Some(status),
            Self::Failure(..) => None,
        }
    }
}

const POLICIES: [DeliveryPolicy; 3] = [AtMostOnce, TrustRefusals, AtLeastOnce];

/// An attempt, and under each policy the outcome of two attempts at most, and their number.
type Row = (Attempt, [(Outcome, u32); 3]);

fn table() -> Vec<Row> {
    use Attempt::{Failure, Status, StatusThen};

    let repeatable = [(InDoubt, 1), (InDoubt, 1), (InDoubt, 2)];
    let trusted = [(InDoubt, 1), (Rejected, 2), (InDoubt, 2)];
    let mut rows = vec![
        (Status(429), [(Rejected, 2); 3]),
        (StatusThen(429, Interrupted), [(Rejected, 2); 3]),
        (Status(503), trusted),
        (StatusThen(503, Interrupted), trusted),
        (Failure(TooLarge, Delivery::Unknown), [(InDoubt, 1); 3]),
    ];
    for status in [408, 500, 502, 504] {
        rows.push((Status(status), repeatable));
        rows.push((StatusThen(status, Interrupted), repeatable));
    }
    for status in [100, 101, 501, 505, 599, 600, 999] {
        rows.push((Status(status), [(InDoubt, 1); 3]));
    }
    for status in [200, 202, 204, 299] {
        // The empty body names no message.
        rows.push((Status(status), [(AcceptedIdUnknown, 1); 3]));
        for kind in [Interrupted, Timeout, TooLarge] {
            let cut = StatusThen(status, kind);
            rows.push((cut, [(AcceptedIdUnknown, 1); 3]));
        }
    }
    for status in [300, 307, 399, 400, 401, 402, 403, 404, 409, 413, 422, 499] {
        rows.push((Status(status), [(Rejected, 1); 3]));
        rows.push((StatusThen(status, Interrupted), [(Rejected, 1); 3]));
    }
    for kind in [InvalidRequest, TooLarge, Limited] {
        rows.push((Failure(kind, Delivery::NotSent), [(NotSent, 1); 3]));
    }
    for (kind, delivery) in [
        (Connect, Delivery::NotSent),
        (Timeout, Delivery::NotSent),
        (Other, Delivery::NotSent),
        (Interrupted, Delivery::Refused),
    ] {
        rows.push((Failure(kind, delivery), [(NotSent, 2); 3]));
    }
    for kind in [
        Connect,
        Timeout,
        Interrupted,
        TransportErrorKind::Response,
        Other,
    ] {
        rows.push((Failure(kind, Delivery::Unknown), repeatable));
    }
    rows
}

/// Sends one message, with every attempt ending alike.
async fn send(attempt: Attempt, policy: DeliveryPolicy) -> Error {
    let script = ScriptedTransport::from_fn(move |_| async move { attempt.result() });
    let retry = RetryPolicy::default()
        .max_attempts(2)
        .budget(RetryBudget::new(100));
    let client = builder(&Arc::new(script)).retry(retry).delivery(policy);
    client.build().unwrap().send(sms()).await.unwrap_err()
}

#[tokio::test(start_paused = true)]
async fn each_result_has_its_outcome_under_each_policy() {
    for (attempt, columns) in table() {
        for (policy, expected) in POLICIES.into_iter().zip(columns) {
            let error = send(attempt, policy).await;
            let name = format!("{attempt:?}, {policy:?}");
            assert_eq!(
                (error.outcome(), error.report().attempts),
                expected,
                "{name}"
            );
            let status = error.status().map(|status| status.as_u16());
            assert_eq!(status, attempt.status(), "{name}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn each_refusal_has_its_advice() {
    for (status, refusal, word, is_credentials, is_retryable) in [
        (302, Refusal::Redirect, "redirect", false, false),
        (400, Refusal::Invalid, "fields", false, false),
        (401, Refusal::Unauthorized, "key and secret", true, false),
        (402, Refusal::NoCredit, "balance", false, false),
        (403, Refusal::Forbidden, "permissions", true, false),
        (404, Refusal::NotFound, "endpoint", false, false),
        (409, Refusal::Other, "problem", false, false),
        (422, Refusal::Invalid, "fields", false, false),
        (429, Refusal::Throttled, "retry_after", false, true),
        (503, Refusal::Unavailable, "available", false, true),
    ] {
        let error = send(Attempt::Status(status), TrustRefusals).await;
        assert_eq!(error.refusal(), Some(refusal), "{status}");
        assert!(error.hint().contains(word), "{status}: {}", error.hint());
        assert_eq!(error.is_credentials(), is_credentials, "{status}");
        assert_eq!(error.is_retryable(), is_retryable, "{status}");
    }
}

#[tokio::test(start_paused = true)]
async fn what_can_never_be_sent_is_not_retryable() {
    let used_up = Arc::new(ScriptedTransport::new());
    let elsewhere = SendOptions::new().endpoint("https://api.example".parse().unwrap());
    let closed = client(&used_up);
    closed.close().await;
    let mut invalid = sms();
    invalid.envelope.client_ref = None;
    for (name, error) in [
        (
            "a script that is used up",
            client(&used_up).send(sms()).await,
        ),
        (
            "a foreign endpoint",
            client(&used_up).send_with(sms(), elsewhere).await,
        ),
        ("a closed client", closed.send(sms()).await),
        (
            "a reference that is too long",
            client(&used_up)
                .send_with(invalid, SendOptions::new().client_ref("r".repeat(101)))
                .await,
        ),
    ] {
        let error = error.unwrap_err();
        assert!(!error.is_retryable(), "{name}: {error:?}");
        assert!(
            !error.hint().contains("send it again once"),
            "{name}: {}",
            error.hint()
        );
    }
    // What passes is.
    for kind in [Connect, Timeout, Limited] {
        let error = send(Attempt::Failure(kind, Delivery::NotSent), AtMostOnce).await;
        assert!(error.is_retryable(), "{kind:?}");
        assert!(error.hint().contains("again"), "{kind:?}");
    }
}
