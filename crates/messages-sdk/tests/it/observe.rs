//! Calls of an observer, and the metrics made of them.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use messages_sdk::auth::jwt::TokenSource;
use messages_sdk::auth::{ApplicationId, PrivateKey, RsaSigner};
use messages_sdk::observe::{ClientObserver, ObservedAttempt, ObservedCall, OpenTelemetryMetrics};
use messages_sdk::transport::testing::ScriptedTransport;
use messages_sdk::transport::{Delivery, TransportError, TransportErrorKind};
use opentelemetry::metrics::MeterProvider;
use opentelemetry_sdk::metrics::data::{AggregatedMetrics, MetricData};
use opentelemetry_sdk::metrics::{InMemoryMetricExporter, SdkMeterProvider};

use crate::support::{UUID, accepted, builder, sms};

#[derive(Debug, Clone, Default)]
struct Told(Arc<Mutex<Vec<String>>>);

impl Told {
    fn take(&self) -> Vec<String> {
        std::mem::take(&mut self.0.lock().unwrap())
    }
}

impl ClientObserver for Told {
    fn on_attempt(&self, attempt: &ObservedAttempt<'_>) {
        let result = attempt.result.map_err(TransportError::kind);
        let line = format!("{} {} {result:?}", attempt.number, attempt.route);
        self.0.lock().unwrap().push(line);
    }

    fn on_call(&self, call: &ObservedCall<'_>) {
        let mut line = format!("{} after {}", call.outcome, call.attempts);
        if call.cancelled {
            line.push_str(", cancelled");
        }
        self.0.lock().unwrap().push(line);
    }
}

#[tokio::test(start_paused = true)]
async fn every_attempt_and_every_call_is_reported_once() {
    let told = Told::default();
    let refused = || TransportError::without_source(TransportErrorKind::Connect, Delivery::NotSent);
    let script = ScriptedTransport::new()
        .then_error(refused())
        .then_status(202, accepted())
        .then_status(422, "{}")
        .then_never();
    let client = builder(&Arc::new(script))
        .observer(told.clone())
        .build()
        .unwrap();

    client.send(sms()).await.unwrap();
    let taken = [
        "1 /v1/messages Err(Connect)",
        "2 /v1/messages Ok(202)",
        "accepted after 2",
    ];
    assert_eq!(told.take(), taken);
    client.send(sms()).await.unwrap_err();
    assert_eq!(told.take(), ["1 /v1/messages Ok(422)", "rejected after 1"]);
    let _ = tokio::time::timeout(Duration::from_secs(1), client.send(sms())).await;
    assert_eq!(told.take(), ["in_doubt after 1, cancelled"]);
}

#[tokio::test(start_paused = true)]
async fn the_second_try_after_a_401_is_an_attempt_of_its_own() {
    let told = Told::default();
    let script = ScriptedTransport::new()
        .then_status(401, "{}")
        .then_status(202, "");
    let key = PrivateKey::generate().unwrap();
    let client = builder(&Arc::new(script))
        .credentials(TokenSource::new(
            ApplicationId::random(),
            RsaSigner::new(key),
        ))
        .observer(told.clone())
        .build()
        .unwrap();
    client.revoke(UUID).await.unwrap();
    let route = "/v1/messages/{message_uuid}";
    let told = told.take();
    assert_eq!(told[0], format!("1 {route} Ok(401)"));
    assert_eq!(told[1], format!("2 {route} Ok(202)"));
    assert_eq!(told[2], "accepted after 2");
}

/// Name, number of values and attributes of each series of each histogram.
fn exported(exporter: &InMemoryMetricExporter) -> Vec<(String, u64, String)> {
    let mut series = Vec::new();
    let mut add = |name: &str, count: u64, attributes: Vec<String>| {
        let mut attributes = attributes;
        attributes.sort_unstable();
        series.push((name.to_owned(), count, attributes.join(" ")));
    };
    for resource in exporter.get_finished_metrics().unwrap() {
        for scope in resource.scope_metrics() {
            for metric in scope.metrics() {
                macro_rules! points {
                    ($histogram:expr) => {
                        for point in $histogram.data_points() {
                            let attributes = point.attributes();
                            let attributes = attributes
                                .map(|pair| format!("{}={}", pair.key, pair.value))
                                .collect();
                            add(metric.name(), point.count(), attributes);
                        }
                    };
                }
                match metric.data() {
                    AggregatedMetrics::F64(MetricData::Histogram(histogram)) => points!(histogram),
                    AggregatedMetrics::U64(MetricData::Histogram(histogram)) => points!(histogram),
                    other => panic!("no histogram: {other:?}"),
                }
            }
        }
    }
    series.sort_unstable();
    series
}

#[tokio::test(start_paused = true)]
async fn opentelemetry_gets_metrics_that_name_nobody() {
    let exporter = InMemoryMetricExporter::default();
    let provider = SdkMeterProvider::builder()
        .with_periodic_exporter(exporter.clone())
        .build();
    let script = ScriptedTransport::new()
        .then_status(429, "{}")
        .then_status(202, accepted())
        .then_error(TransportError::without_source(
            TransportErrorKind::Interrupted,
            Delivery::Unknown,
        ));
    let client = builder(&Arc::new(script))
        .observer(OpenTelemetryMetrics::new(&provider.meter("test")))
        .build()
        .unwrap();
    client.send(sms()).await.unwrap();
    client.send(sms()).await.unwrap_err();
    provider.force_flush().unwrap();

    let series = exported(&exporter);
    let of = |name: &str| {
        let series = series.iter().filter(|(of, ..)| of == name);
        series
            .map(|(_, count, attributes)| (*count, attributes.as_str()))
            .collect::<Vec<_>>()
    };
    let http = "http.request.method=POST";
    let server = "server.address=api.nexmo.com url.template=/v1/messages";
    assert_eq!(
        of("http.client.request.duration"),
        [
            (
                1,
                &*format!("error.type=429 {http} http.response.status_code=429 {server}")
            ),
            (1, &*format!("error.type=interrupted {http} {server}")),
            (
                1,
                &*format!("{http} http.response.status_code=202 {server}")
            ),
        ]
    );
    let calls = [
        (
            1,
            "error.type=in_doubt messages.channel=sms messages.outcome=in_doubt url.template=/v1/messages",
        ),
        (
            1,
            "messages.channel=sms messages.outcome=accepted url.template=/v1/messages",
        ),
    ];
    assert_eq!(of("messages.client.call.duration"), calls);
    assert_eq!(of("messages.client.call.attempts"), calls);
    for (_, _, attributes) in &series {
        for private in ["447700900", "canary", UUID] {
            assert!(!attributes.contains(private), "{private} in {attributes}");
        }
    }
}
