//! Decoding webhooks: the typed events compared with `serde_json::Value`, to measure the cost of open decoding.
#![allow(missing_docs, clippy::unwrap_used)]

use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use messages_types::WebhookEvent;
use serde_json::Value;

const WEBHOOKS: &[(&str, &[u8])] = &[
    (
        "inbound_sms",
        include_bytes!("../tests/fixtures/v1/inbound/sms__text.json"),
    ),
    (
        "inbound_whatsapp",
        include_bytes!("../tests/fixtures/v1/inbound/whatsapp__text_quoted.json"),
    ),
    (
        "inbound_whatsapp_order",
        include_bytes!("../tests/fixtures/v1/inbound/whatsapp__order.json"),
    ),
    (
        "status_whatsapp",
        include_bytes!("../tests/fixtures/v1/status/whatsapp__delivered.json"),
    ),
    (
        "status_v0_1",
        include_bytes!("../tests/fixtures/v0_1/status/sms__delivered.json"),
    ),
];

fn decode(criterion: &mut Criterion) {
    for (name, webhook) in WEBHOOKS {
        // Compact, as the API sends them: without the fixtures' white space.
        let compact: Value = serde_json::from_slice(webhook).unwrap();
        let body = serde_json::to_vec(&compact).unwrap();
        let mut group = criterion.benchmark_group(*name);
        group.bench_function("value", |bencher| {
            bencher.iter(|| serde_json::from_slice::<Value>(black_box(&body)).unwrap());
        });
        group.bench_function("event", |bencher| {
            bencher.iter(|| WebhookEvent::from_slice(black_box(&body)).unwrap());
        });
        group.finish();
    }
}

criterion_group!(benches, decode);
criterion_main!(benches);
