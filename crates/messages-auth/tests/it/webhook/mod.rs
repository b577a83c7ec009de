//! Rules of the verifier, one by one, with the status code of the response.

mod claims;
mod report;
mod secrets;
mod times;
mod token;

use std::sync::Arc;

use bytes::Bytes;
use http::HeaderMap;
use messages_auth::webhook::{MemoryReplayGuard, Reason, VerifierBuilder};
use messages_auth::{ApplicationId, SignatureSecret};

use crate::support::{
    API_KEY, APPLICATION, NOW, application, at, bearer, builder, claims_of, headers, now,
    payload_hash, sign_raw, signer, verifier,
};

const BODY: &[u8] = br#"{"message_uuid":"aaaaaaaa-bbbb-4ccc-8ddd-0123456789ab"}"#;
const HEADER: &str = r#"{"alg":"HS256","typ":"JWT"}"#;

fn reason(builder: VerifierBuilder, headers: &HeaderMap, body: &'static [u8]) -> Option<Reason> {
    builder
        .build()
        .unwrap()
        .verify(headers, body, now())
        .err()
        .map(|error| error.reason())
}

/// The verdict on claims that are rightly signed.
fn verdict(builder: VerifierBuilder, claims: &serde_json::Value) -> Option<Reason> {
    reason(
        builder,
        &bearer(&sign_raw(HEADER, &claims.to_string())).unwrap(),
        BODY,
    )
}

fn good_claims() -> serde_json::Value {
    serde_json::json!({
        "iss": "Vonage",
        "iat": NOW,
        "jti": "c5ba8f24-1a14-4c10-bfdf-3fbe8ce511b5",
        "payload_hash": payload_hash(BODY),
        "api_key": API_KEY,
        "application_id": APPLICATION,
    })
}

fn with(name: &str, value: impl Into<serde_json::Value>) -> serde_json::Value {
    let mut claims = good_claims();
    claims[name] = value.into();
    claims
}

fn without(name: &str) -> serde_json::Value {
    let mut claims = good_claims();
    claims.as_object_mut().unwrap().remove(name);
    claims
}

#[test]
fn a_signed_webhook_is_verified_and_tells_its_claims() {
    let header = signer()
        .application_id(application())
        .sign_with_jti(BODY, now(), "one")
        .unwrap();
    assert!(header.is_sensitive());
    let body = Bytes::from_static(BODY);
    let verified = verifier()
        .verify(&headers(header), body.clone(), now())
        .unwrap();
    assert_eq!(verified.body(), &body);
    let claims = verified.claims();
    assert_eq!(claims.issued_at(), NOW);
    assert_eq!(claims.token_id(), "one");
    assert_eq!(claims.api_key().unwrap().as_str(), API_KEY);
    assert_eq!(claims.application_id(), Some(APPLICATION));
    assert_eq!(claims.issuer(), "Vonage");
    assert_eq!(claims.payload_hash(), payload_hash(BODY));
    assert_eq!((claims.expires_at(), claims.not_before()), (None, None));
    assert!(claims.extra().is_empty());
    verified.commit().unwrap();
}

#[test]
fn the_payload_hash_is_that_of_fips_180() {
    assert_eq!(
        payload_hash(b"abc"),
        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    );
    assert_eq!(
        payload_hash(b""),
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    );
}

#[test]
fn another_implementation_accepts_what_is_signed_and_signs_what_is_accepted() {
    use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation, decode, encode};

    let header = signer().sign(BODY, now()).unwrap();
    let token = header
        .to_str()
        .unwrap()
        .strip_prefix("Bearer ")
        .unwrap()
        .to_owned();
    let mut validation = Validation::new(Algorithm::HS256);
    validation.required_spec_claims.clear();
    let key = DecodingKey::from_secret(crate::support::SECRET.as_bytes());
    let decoded = decode::<serde_json::Value>(&token, &key, &validation).unwrap();
    assert_eq!(decoded.claims, claims_of(&token));

    let key = EncodingKey::from_secret(crate::support::SECRET.as_bytes());
    let token = encode(&Header::new(Algorithm::HS256), &good_claims(), &key).unwrap();
    assert_eq!(reason(builder(), &bearer(&token).unwrap(), BODY), None);
}

#[test]
fn a_token_of_another_sdks_tests_has_a_good_signature_and_no_payload_hash() {
    // The test vector of the Java SDK: its signature is right, so all that is wrong with it are its claims.
    let secret =
        SignatureSecret::new("XsA09z2MhUxYcdbXaUX3aTT7TzGmnCLfkdILf0NIyC9hN9criTEUdlI3OZ5hRjR")
            .unwrap();
    let token = "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiJTaW5hIiwibmFtZSI6IkphdmFfU0RLIiwiaWF0IjoxNjk4NjgwMzkyfQ.4qJpi46NSYURiLI1xoLIfGRygA8IUI2QSG9P2Kus1Oo";
    let verifier = builder().any_account(secret).build().unwrap();
    let error = verifier
        .verify(&bearer(token).unwrap(), BODY, at(1_698_680_392))
        .unwrap_err();
    assert_eq!(error.reason(), Reason::Malformed);
    let (signed, _) = token.rsplit_once('.').unwrap();
    let wrong = format!("{signed}.XsaXHXqxe2kfIbPy-JH2J6hfbHnEv8jdWsOhEuvzU98");
    let error = verifier
        .verify(&bearer(&wrong).unwrap(), BODY, at(1_698_680_392))
        .unwrap_err();
    assert_eq!(error.reason(), Reason::Signature);
}

#[test]
fn the_first_fault_in_the_documented_order_is_named() {
    // All that can be wrong at once, put right one by one.
    let mut claims = good_claims();
    claims["api_key"] = "stranger".into();
    claims["jti"] = 5.into();
    claims["iss"] = "Mallory".into();
    claims["application_id"] = ApplicationId::random().to_string().into();
    claims["iat"] = 0.into();
    claims["payload_hash"] = "".into();
    let demanding = || builder().application_id(application());
    let check = |claims: &serde_json::Value| verdict(demanding(), claims);
    let check_header = |header: &str, claims: &serde_json::Value| {
        let token = sign_raw(header, &claims.to_string());
        let forged = format!("{}AAAA", &token[..token.len() - 4]);
        reason(demanding(), &bearer(&forged).unwrap(), BODY)
    };
    assert_eq!(
        check_header(r#"{"alg":"none"}"#, &claims),
        Some(Reason::Algorithm)
    );
    assert_eq!(check_header(HEADER, &claims), Some(Reason::UnknownKey));
    claims["api_key"] = API_KEY.into();
    assert_eq!(check_header(HEADER, &claims), Some(Reason::Signature));
    assert_eq!(check(&claims), Some(Reason::Malformed));
    claims["jti"] = "j1".into();
    assert_eq!(check(&claims), Some(Reason::Issuer));
    claims["iss"] = "Vonage".into();
    assert_eq!(check(&claims), Some(Reason::Application));
    claims["application_id"] = APPLICATION.into();
    assert_eq!(check(&claims), Some(Reason::Stale));
    claims["iat"] = NOW.into();
    assert_eq!(check(&claims), Some(Reason::PayloadHash));
    claims["payload_hash"] = payload_hash(BODY).into();
    assert_eq!(check(&claims), None);
}

#[test]
fn a_refused_webhook_claims_nothing() {
    let guard = Arc::new(MemoryReplayGuard::new());
    let verifier = builder().replay_guard(guard.clone()).build().unwrap();
    let header = headers(signer().sign_with_jti(BODY, now(), "one").unwrap());
    assert!(verifier.verify(&header, &b"changed"[..], now()).is_err());
    assert!(guard.is_empty());
    verifier
        .verify(&header, BODY, now())
        .unwrap()
        .commit()
        .unwrap();
    assert_eq!(guard.len(), 1);
    assert!(!guard.is_empty());
}
