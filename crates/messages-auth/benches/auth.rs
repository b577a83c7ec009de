//! What a request and a webhook cost. The last lines of `verify` are the sum that verification is held against:
//! `jsonwebtoken`'s own verification of the same token, and one SHA-256 of the same body.
#![allow(missing_docs, clippy::unwrap_used, reason = "a benchmark")]

use std::hint::black_box;
use std::time::{Duration, UNIX_EPOCH};

use aws_lc_rs::digest;
use bytes::Bytes;
use criterion::{Criterion, criterion_group, criterion_main};
use http::HeaderMap;
use http::header::AUTHORIZATION;
use jsonwebtoken::{Algorithm, DecodingKey, Validation};
use messages_auth::jwt::{self, Claims, JwtOptions, TokenSource};
use messages_auth::webhook::{Verifier, WebhookSigner};
use messages_auth::{ApiKey, ApplicationId, Basic, PrivateKey, RsaSigner, SignatureSecret};
use serde::Deserialize;

/// As much of the claims as anyone reads.
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

fn headers(c: &mut Criterion) {
    let now = UNIX_EPOCH + Duration::from_secs(1_700_000_000);
    let key = PrivateKey::generate().unwrap();
    let signer = RsaSigner::new(key.clone());
    let id = ApplicationId::random();
    let source = TokenSource::new(id, signer.clone());
    source.header_value(now).unwrap();
    let basic = Basic::new("a1b2c3d4", "Secret0123456789").unwrap();
    let claims = Claims::new(id, &JwtOptions::new(), now).unwrap();
    let token = jwt::mint(&claims, &signer).unwrap();
    let public = key.public_key();

    let mut group = c.benchmark_group("header");
    group.bench_function("cached token", |b| {
        b.iter(|| source.header_value(black_box(now)).unwrap());
    });
    group.bench_function("basic", |b| b.iter(|| black_box(&basic).header_value()));
    group.bench_function("mint", |b| {
        b.iter(|| jwt::mint(black_box(&claims), &signer).unwrap());
    });
    group.bench_function("verify", |b| {
        b.iter(|| jwt::verify(black_box(token.expose()), &public, now).unwrap());
    });
    group.finish();
}

fn webhooks(c: &mut Criterion) {
    let now = UNIX_EPOCH + Duration::from_secs(1_700_000_000);
    let account = ApiKey::new("a1b2c3d4").unwrap();
    let secret = "QWxhZGRpbjpPcGVuU2VzYW1lMTIzNDU2";
    let signature_secret = SignatureSecret::new(secret).unwrap();
    let signer = WebhookSigner::new(account.clone(), signature_secret.clone())
        .application_id(ApplicationId::random());
    let body = Bytes::from(vec![b'x'; 1024]);
    let header = signer.sign(&body, now).unwrap();
    let token = header.to_str().unwrap()["Bearer ".len()..].to_owned();
    let headers = HeaderMap::from_iter([(AUTHORIZATION, header)]);
    let builder = Verifier::builder().secret(account, signature_secret);
    let guarded = builder.clone().build().unwrap();
    let open = builder.without_replay_guard().build().unwrap();
    let key = DecodingKey::from_secret(secret.as_bytes());
    let mut validation = Validation::new(Algorithm::HS256);
    validation.required_spec_claims.clear();
    validation.validate_aud = false;

    let jsonwebtoken =
        || jsonwebtoken::decode::<WebhookClaims>(black_box(&token), &key, &validation).unwrap();
    let sha256 = || digest::digest(&digest::SHA256, black_box(&body));

    let mut group = c.benchmark_group("verify 1 KiB webhook");
    // The claim is dropped, and with it given back: each iteration claims anew.
    group.bench_function("with replay guard", |b| {
        b.iter(|| guarded.verify(&headers, body.clone(), now).unwrap());
    });
    group.bench_function("without replay guard", |b| {
        b.iter(|| open.verify(&headers, body.clone(), now).unwrap());
    });
    group.bench_function("jsonwebtoken alone", |b| b.iter(jsonwebtoken));
    group.bench_function("sha256 alone", |b| b.iter(sha256));
    group.bench_function("jsonwebtoken and sha256", |b| {
        b.iter(|| (jsonwebtoken(), sha256()));
    });
    group.finish();
    c.bench_function("sign 1 KiB webhook", |b| {
        b.iter(|| signer.sign(black_box(&body), now).unwrap());
    });
}

criterion_group!(benches, headers, webhooks);
criterion_main!(benches);
