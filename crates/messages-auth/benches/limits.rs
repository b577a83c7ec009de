//! The two promises about speed, measured in one run and held: a header from a cached token, and the verification of a
//! webhook against the sum of `jsonwebtoken`'s own verification of the same token and one SHA-256 of the same body.
//!
//! The contestants take turns, and the fastest turn of each counts: whatever disturbs a turn only ever makes it slower.
//! Without `--bench`, which `cargo bench` passes, one short turn each shows that it runs, and nothing is judged.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a benchmark"
)]

use std::hint::black_box;
use std::process::ExitCode;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use aws_lc_rs::digest;
use bytes::Bytes;
use http::HeaderMap;
use http::header::AUTHORIZATION;
use jsonwebtoken::{Algorithm, DecodingKey, Validation};
use messages_auth::jwt::TokenSource;
use messages_auth::webhook::{Verifier, WebhookSigner};
use messages_auth::{ApiKey, ApplicationId, PrivateKey, RsaSigner, SignatureSecret};
use serde::Deserialize;

const HEADER_LIMIT: f64 = 100.0;
const VERIFICATION_LIMIT: f64 = 1.3;

/// Turns, and calls in each.
#[derive(Clone, Copy)]
struct Plan {
    turns: usize,
    calls: u32,
}

/// As much of a webhook's claims as anyone reads.
#[derive(Deserialize)]
#[expect(dead_code, reason = "deserialised, not read")]
struct WebhookClaims {
    iss: String,
    iat: u64,
    jti: String,
    payload_hash: String,
    api_key: String,
    application_id: Option<String>,
}

fn main() -> ExitCode {
    let judged = std::env::args().any(|argument| argument == "--bench");
    let plan = if judged {
        Plan {
            turns: 200,
            calls: 1_000,
        }
    } else {
        Plan { turns: 1, calls: 1 }
    };
    let now = UNIX_EPOCH + Duration::from_secs(1_700_000_000);
    let holds = [header(plan, now), verification(plan, now)];
    if holds.contains(&false) && judged {
        return ExitCode::FAILURE;
    }
    ExitCode::SUCCESS
}

fn header(plan: Plan, now: SystemTime) -> bool {
    let signer = RsaSigner::new(PrivateKey::generate().unwrap());
    let source = TokenSource::new(ApplicationId::random(), signer);
    source.header_value(now).unwrap();
    let read = || drop(black_box(source.header_value(black_box(now)).unwrap()));
    let [nanoseconds] = fastest(plan, [&read]);
    let allocations = allocation_counter::measure(read).count_total;
    println!(
        "header from a cached token: {nanoseconds:.1} ns, {allocations} allocations (limit {HEADER_LIMIT} ns, 0)"
    );
    nanoseconds < HEADER_LIMIT && allocations == 0
}

fn verification(plan: Plan, now: SystemTime) -> bool {
    let account = ApiKey::new("a1b2c3d4").unwrap();
    let secret = "QWxhZGRpbjpPcGVuU2VzYW1lMTIzNDU2";
    let signature_secret = SignatureSecret::new(secret).unwrap();
    let signer = WebhookSigner::new(account.clone(), signature_secret.clone())
        .application_id(ApplicationId::random());
    let body = Bytes::from(vec![b'x'; 1024]);
    let value = signer.sign(&body, now).unwrap();
    let token = value.to_str().unwrap()["Bearer ".len()..].to_owned();
    let headers = HeaderMap::from_iter([(AUTHORIZATION, value)]);
    let builder = Verifier::builder().secret(account, signature_secret);
    let guarded = builder.clone().build().unwrap();
    let open = builder.without_replay_guard().build().unwrap();
    let key = DecodingKey::from_secret(secret.as_bytes());
    let mut validation = Validation::new(Algorithm::HS256);
    validation.required_spec_claims.clear();
    validation.validate_aud = false;

    // The claim is dropped, and with it given back: each call claims anew.
    let judge = |verifier: &Verifier| {
        drop(black_box(
            verifier.verify(&headers, body.clone(), now).unwrap(),
        ));
    };
    let (with_guard, without_guard) = (|| judge(&guarded), || judge(&open));
    let jsonwebtoken = || {
        let decoded =
            jsonwebtoken::decode::<WebhookClaims>(black_box(&token), &key, &validation).unwrap();
        drop(black_box(decoded));
    };
    let sha256 = || {
        black_box(digest::digest(&digest::SHA256, black_box(&body)));
    };
    let [with_guard, without_guard, jsonwebtoken, sha256] =
        fastest(plan, [&with_guard, &without_guard, &jsonwebtoken, &sha256]);
    let sum = jsonwebtoken + sha256;
    let ratio = with_guard / sum;
    println!(
        "verification of a webhook of 1 KiB: {with_guard:.0} ns; jsonwebtoken {jsonwebtoken:.0} ns + SHA-256 {sha256:.0} ns: \
         ratio {ratio:.2}, without the replay guard {:.2} (limit {VERIFICATION_LIMIT})",
        without_guard / sum
    );
    ratio <= VERIFICATION_LIMIT
}

/// Nanoseconds of one call of each, in its fastest turn.
fn fastest<const N: usize>(plan: Plan, contestants: [&dyn Fn(); N]) -> [f64; N] {
    let mut fastest = [f64::INFINITY; N];
    for _ in 0..plan.turns {
        for (contestant, fastest) in contestants.iter().zip(&mut fastest) {
            let start = Instant::now();
            for _ in 0..plan.calls {
                contestant();
            }
            let nanoseconds = start.elapsed().as_secs_f64() * 1e9 / f64::from(plan.calls);
            *fastest = fastest.min(nanoseconds);
        }
    }
    fastest
}
