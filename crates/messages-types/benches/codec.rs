//! Encoding and validating a text message, compared with serde_json on a minimal hand-written struct.
#![allow(missing_docs, clippy::unwrap_used)]

use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use messages_types::Document;
use messages_types::v1::{Message, Sms};
use serde::Serialize;

/// Baseline: only the five fields.
#[derive(Serialize)]
struct Flat<'a> {
    channel: &'a str,
    message_type: &'a str,
    from: &'a str,
    to: &'a str,
    text: &'a str,
}

const TEXT: &str =
    "Your appointment is on Tuesday at 10:30. Reply C to confirm or R to reschedule.";

fn encode(c: &mut Criterion) {
    let message = Message::from(Sms::text("447700900001", "447700900000", TEXT).unwrap());
    let flat = Flat {
        channel: "sms",
        message_type: "text",
        from: "447700900001",
        to: "447700900000",
        text: TEXT,
    };
    assert_eq!(message.to_vec(), serde_json::to_vec(&flat).unwrap());
    let mut group = c.benchmark_group("encode a text SMS");
    group.bench_function("serde_json, flat struct", |b| {
        b.iter(|| serde_json::to_vec(black_box(&flat)).unwrap());
    });
    group.bench_function("messages-types", |b| {
        b.iter(|| black_box(&message).to_vec());
    });
    group.finish();
}

fn validate(c: &mut Criterion) {
    let message = Message::from(Sms::text("447700900001", "447700900000", TEXT).unwrap());
    c.bench_function("validate a text SMS", |b| {
        b.iter(|| black_box(&message).validate().is_ok());
    });
    c.bench_function("construct a text SMS, all rules checked", |b| {
        b.iter(|| {
            Sms::text(
                black_box("447700900001"),
                black_box("447700900000"),
                black_box(TEXT),
            )
            .is_ok()
        });
    });
}

criterion_group!(benches, encode, validate);
criterion_main!(benches);
