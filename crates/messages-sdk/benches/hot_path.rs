//! The hot path of sends and webhooks, one operation at a time, for tools that count instructions.
//!
//! `hot_path NAME COUNT` performs one of the operations so many times; without arguments the names are listed.
//! `cargo xtask instructions` runs it under callgrind.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    missing_docs,
    reason = "a benchmark"
)]

use std::hint::black_box;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use bytes::Bytes;
use http::header::AUTHORIZATION;
use http::{HeaderMap, Request, Response};
use messages_sdk::Client;
use messages_sdk::auth::jwt::TokenSource;
use messages_sdk::auth::webhook::{Verifier, WebhookSigner};
use messages_sdk::auth::{ApiKey, ApplicationId, Basic, SignError, SignatureSecret, Signer};
use messages_sdk::transport::{Transport, TransportError, async_trait};
use messages_sdk::types::v1::{Message, Sms};
use messages_sdk::types::{Document, WebhookEvent};

/// Name of an operation, and a function that repeats it.
type Operation = (&'static str, fn(u32));

const OPERATIONS: [Operation; 7] = [
    ("construct", construct),
    ("encode", encode),
    ("decode_message", decode_message),
    ("decode_webhook", decode_webhook),
    ("token", token),
    ("verify", verify),
    ("send", send),
];

const TEXT: &str = "Your appointment is on Tuesday at 10:30. Reply C to confirm.";
const STATUS: &[u8] = br#"{"message_uuid":"aaaaaaaa-bbbb-4ccc-8ddd-0123456789ab","channel":"sms","to":"447700900000","from":"447700900001","timestamp":"2026-01-01T14:00:00Z","status":"delivered","usage":{"currency":"EUR","price":"0.0333"},"client_ref":"order-17"}"#;
const ANSWER: &[u8] = br#"{"message_uuid":"aaaaaaaa-bbbb-4ccc-8ddd-0123456789ab"}"#;

fn main() {
    let mut arguments = std::env::args().skip(1);
    let name = arguments.next().unwrap_or_default();
    let count = arguments.next().and_then(|count| count.parse().ok());
    for (operation, perform) in OPERATIONS {
        match count {
            Some(count) if operation == name => perform(count),
            Some(_) => {}
            None => println!("{operation}"),
        }
    }
}

fn sms() -> Sms {
    Sms::text(
        black_box("447700900001"),
        black_box("447700900000"),
        black_box(TEXT),
    )
    .unwrap()
}

fn now() -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(1_700_000_000)
}

fn construct(count: u32) {
    for _ in 0..count {
        black_box(Message::from(sms()).validate().is_ok());
    }
}

fn encode(count: u32) {
    let message = Message::from(sms());
    for _ in 0..count {
        black_box(black_box(&message).to_vec());
    }
}

fn decode_message(count: u32) {
    let bytes = Message::from(sms()).to_vec();
    for _ in 0..count {
        black_box(Message::from_slice(black_box(&bytes)).unwrap());
    }
}

fn decode_webhook(count: u32) {
    for _ in 0..count {
        black_box(WebhookEvent::from_slice(black_box(STATUS)).unwrap());
    }
}

/// A token that is there already: making one costs a signature, once in a quarter of an hour.
fn token(count: u32) {
    let source = TokenSource::new(ApplicationId::random(), Unchanging);
    for _ in 0..count {
        black_box(source.header_value(black_box(now())).unwrap());
    }
}

/// Signs in no time: an RSA key and its signature would be most of what is counted, and differ from run to run.
#[derive(Debug)]
struct Unchanging;

impl Signer for Unchanging {
    fn sign(&self, _message: &[u8]) -> Result<Vec<u8>, SignError> {
        Ok(vec![0; 256])
    }
}

fn verify(count: u32) {
    let account = ApiKey::new("a1b2c3d4").unwrap();
    let secret = SignatureSecret::new("QWxhZGRpbjpPcGVuU2VzYW1lMTIzNDU2").unwrap();
    let body = Bytes::from_static(STATUS);
    let header = WebhookSigner::new(account.clone(), secret.clone())
        .sign(&body, now())
        .unwrap();
    let headers = HeaderMap::from_iter([(AUTHORIZATION, header)]);
    let verifier = Verifier::builder().secret(account, secret).build().unwrap();
    for _ in 0..count {
        // The verified webhook is dropped and its claim released, so each one is new.
        drop(black_box(
            verifier.verify(&headers, body.clone(), now()).unwrap(),
        ));
    }
}

/// Everything but the network: the answer is there at once.
fn send(count: u32) {
    let client = Client::builder()
        .credentials(Basic::new("a1b2c3d4", "secret").unwrap())
        .transport(Instant)
        .build()
        .unwrap();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .build()
        .unwrap();
    runtime.block_on(async {
        for _ in 0..count {
            black_box(client.send(sms()).await.unwrap());
        }
    });
}

#[derive(Debug)]
struct Instant;

#[async_trait]
impl Transport for Instant {
    async fn send(&self, request: Request<Bytes>) -> Result<Response<Bytes>, TransportError> {
        black_box(request);
        let mut response = Response::new(Bytes::from_static(ANSWER));
        *response.status_mut() = http::StatusCode::ACCEPTED;
        Ok(response)
    }
}
