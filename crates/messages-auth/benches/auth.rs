//! Cost of signing a request and of verifying a webhook; `limits` has the promised bounds.
#![allow(missing_docs, clippy::unwrap_used, reason = "a benchmark")]

use std::hint::black_box;
use std::time::{Duration, UNIX_EPOCH};

use aws_lc_rs::digest;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use criterion::{Criterion, criterion_group, criterion_main};
use http::HeaderMap;
use http::header::AUTHORIZATION;
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use messages_auth::jwt::{self, Claims, JwtOptions, TokenSource};
use messages_auth::webhook::{Verifier, WebhookSigner};
use messages_auth::{ApiKey, ApplicationId, Basic, PrivateKey, RsaSigner, SignatureSecret};
use serde_json::{Map, Value};

const KEY: &[u8] = include_bytes!("../tests/it/keys/rsa-2048.pkcs1.der");

/// Its public half.
fn public_pkcs1() -> Vec<u8> {
    let pem = include_str!("../tests/it/keys/rsa-2048.public.pkcs1.pem");
    let body: String = pem.lines().filter(|line| !line.starts_with("--")).collect();
    STANDARD.decode(body).unwrap()
}

/// A check of the signature alone.
fn signature_only(algorithm: Algorithm) -> Validation {
    let mut validation = Validation::new(algorithm);
    validation.required_spec_claims.clear();
    validation.validate_exp = false;
    validation.validate_aud = false;
    validation
}

fn headers(c: &mut Criterion) {
    let now = UNIX_EPOCH + Duration::from_secs(1_700_000_000);
    let key = PrivateKey::from_der(KEY).unwrap();
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
    let bare = EncodingKey::from_rsa_der(KEY);
    let header = Header::new(Algorithm::RS256);
    group.bench_function("mint, bare jsonwebtoken", |b| {
        b.iter(|| jsonwebtoken::encode(&header, black_box(&claims), &bare).unwrap());
    });
    let bare = DecodingKey::from_rsa_der(&public_pkcs1());
    let validation = signature_only(Algorithm::RS256);
    group.bench_function("verify, bare jsonwebtoken", |b| {
        b.iter(|| {
            jsonwebtoken::decode::<Map<String, Value>>(
                black_box(token.expose()),
                &bare,
                &validation,
            )
            .unwrap()
        });
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

    let mut group = c.benchmark_group("verify 1 KiB webhook");
    // The claim is dropped, and with it given back: each iteration claims anew.
    group.bench_function("with replay guard", |b| {
        b.iter(|| guarded.verify(&headers, body.clone(), now).unwrap());
    });
    group.bench_function("without replay guard", |b| {
        b.iter(|| open.verify(&headers, body.clone(), now).unwrap());
    });
    let bare = DecodingKey::from_secret(secret.as_bytes());
    let validation = signature_only(Algorithm::HS256);
    group.bench_function("bare jsonwebtoken, the token alone", |b| {
        b.iter(|| {
            jsonwebtoken::decode::<Map<String, Value>>(black_box(&token), &bare, &validation)
                .unwrap()
        });
    });
    group.bench_function("bare SHA-256, the body alone", |b| {
        b.iter(|| digest::digest(&digest::SHA256, black_box(&body)));
    });
    group.finish();
    c.bench_function("sign 1 KiB webhook", |b| {
        b.iter(|| signer.sign(black_box(&body), now).unwrap());
    });
}

criterion_group!(benches, headers, webhooks);
criterion_main!(benches);
