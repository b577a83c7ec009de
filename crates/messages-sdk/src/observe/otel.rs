//! Metrics for OpenTelemetry, by its API crate alone: which exporter they go to is the program's choice.

use std::fmt;

use http::StatusCode;
use messages_transport::TransportErrorKind;
use opentelemetry::KeyValue;
use opentelemetry::metrics::{Histogram, Meter};

use super::{ClientObserver, ObservedAttempt, ObservedCall};
use crate::outcome::Outcome;

/// Metrics of calls and attempts.
///
/// | instrument | unit | attributes |
/// | --- | --- | --- |
/// | `http.client.request.duration`, one value an attempt | s | `http.request.method`, `server.address`, `url.template`, `http.response.status_code`, `error.type` |
/// | `messages.client.call.duration`, one value a call | s | `url.template`, `messages.channel`, `messages.outcome`, `error.type` |
/// | `messages.client.call.attempts`, one value a call | `{attempt}` | as the call's duration |
///
/// The first one is as the semantic conventions for HTTP clients have it: `http.response.status_code` = 429 counts how often
/// the API throttled. `messages.outcome` is an [`Outcome::name`], so `in_doubt` counts the sends of unknown outcome. No
/// attribute names a person, and each has few values.
///
/// ```
/// use messages_sdk::{Client, transport::testing::ScriptedTransport};
/// use messages_sdk::auth::Basic;
/// use messages_sdk::observe::OpenTelemetryMetrics;
///
/// let meter = opentelemetry::global::meter("my-shop");
/// # let script = ScriptedTransport::new();
/// let client = Client::builder()
///     .credentials(Basic::new("a1b2c3d4", "secret")?)
///     .transport(script)
///     .observer(OpenTelemetryMetrics::new(&meter))
///     .build()?;
/// # let _ = client;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct OpenTelemetryMetrics {
    request_duration: Histogram<f64>,
    call_duration: Histogram<f64>,
    call_attempts: Histogram<u64>,
}

/// The boundaries that the semantic conventions advise, in seconds, and further ones up to the longest calls.
const SECONDS: [f64; 17] = [
    0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1.0, 2.5, 5.0, 7.5, 10.0, 20.0, 40.0,
    60.0,
];

impl OpenTelemetryMetrics {
    /// Makes the instruments on `meter`.
    #[must_use]
    pub fn new(meter: &Meter) -> Self {
        let seconds = |name, description| {
            meter
                .f64_histogram(name)
                .with_unit("s")
                .with_description(description)
                .with_boundaries(SECONDS.to_vec())
                .build()
        };
        Self {
            request_duration: seconds(
                "http.client.request.duration",
                "Duration of HTTP client requests.",
            ),
            call_duration: seconds(
                "messages.client.call.duration",
                "Duration of calls of the Messages API, waits and retries included.",
            ),
            call_attempts: meter
                .u64_histogram("messages.client.call.attempts")
                .with_unit("{attempt}")
                .with_description("Requests that a call of the Messages API took.")
                .with_boundaries(vec![0.0, 1.0, 2.0, 3.0, 5.0, 10.0])
                .build(),
        }
    }
}

impl ClientObserver for OpenTelemetryMetrics {
    fn on_attempt(&self, attempt: &ObservedAttempt<'_>) {
        let mut attributes = vec![
            KeyValue::new("http.request.method", attempt.method.as_str().to_owned()),
            KeyValue::new("server.address", attempt.host.to_owned()),
            KeyValue::new("url.template", attempt.route),
        ];
        let status = match attempt.result {
            Ok(status) => Some(status),
            Err(error) => {
                attributes.push(KeyValue::new("error.type", kind(error.kind())));
                error.status()
            }
        };
        if let Some(status) = status {
            attributes.push(status_code(status));
            if attempt.result.is_ok() && (status.is_client_error() || status.is_server_error()) {
                attributes.push(KeyValue::new("error.type", status.as_str().to_owned()));
            }
        }
        self.request_duration
            .record(attempt.elapsed.as_secs_f64(), &attributes);
    }

    fn on_call(&self, call: &ObservedCall<'_>) {
        let mut attributes = vec![
            KeyValue::new("url.template", call.route),
            KeyValue::new("messages.outcome", call.outcome.name()),
        ];
        if let Some(channel) = call.channel {
            attributes.push(KeyValue::new("messages.channel", channel));
        }
        if call.cancelled {
            attributes.push(KeyValue::new("error.type", "cancelled"));
        } else if call.outcome != Outcome::Accepted {
            attributes.push(KeyValue::new("error.type", call.outcome.name()));
        }
        self.call_duration
            .record(call.elapsed.as_secs_f64(), &attributes);
        self.call_attempts
            .record(u64::from(call.attempts), &attributes);
    }
}

fn status_code(status: StatusCode) -> KeyValue {
    KeyValue::new("http.response.status_code", i64::from(status.as_u16()))
}

/// A name that stays, whatever the variant's.
fn kind(kind: TransportErrorKind) -> &'static str {
    match kind {
        TransportErrorKind::Connect => "connect",
        TransportErrorKind::Timeout => "timeout",
        TransportErrorKind::Interrupted => "interrupted",
        TransportErrorKind::Response => "response",
        TransportErrorKind::TooLarge => "too_large",
        TransportErrorKind::InvalidRequest => "invalid_request",
        TransportErrorKind::Limited => "limited",
        _ => "_OTHER",
    }
}

impl fmt::Debug for OpenTelemetryMetrics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OpenTelemetryMetrics")
            .finish_non_exhaustive()
    }
}
