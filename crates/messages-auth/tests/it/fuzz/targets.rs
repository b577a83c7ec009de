//! Properties of every header, token and key, for any bytes: the fuzz targets call these functions.
//!
//! A target starts from its seeds and keeps what it finds in `corpus`:
//! `cargo xtask fuzz --only=tokens --seconds=60`

use std::error::Error;
use std::sync::LazyLock;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use http::header::{AUTHORIZATION, HeaderMap, HeaderValue};
use jsonwebtoken::{Algorithm, EncodingKey};
use messages_auth::jwt;
use messages_auth::key::{MAX_BITS, MIN_BITS};
use messages_auth::webhook::{ISSUER, Verifier};
use messages_auth::{AuthError, Basic, PrivateKey, PublicKey, SignatureSecret};
use serde_json::Value;

const SECRET: &str = "QWxhZGRpbjpPcGVuU2VzYW1lMTIzNDU2";
const BODY: &[u8] = b"{}";
/// The SHA-256 of the body.
const BODY_HASH: &str = "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a";
const NOW: u64 = 1_700_000_000;

static VERIFIER: LazyLock<Verifier> = LazyLock::new(|| {
    let secret = SignatureSecret::new(SECRET).expect("a good secret");
    let builder = Verifier::builder().any_account(secret);
    let verifier = builder.without_replay_guard().build();
    verifier.expect("it has a secret")
});

static PUBLIC_KEY: LazyLock<PublicKey> = LazyLock::new(|| {
    let pem = include_str!("../keys/rsa-2048.public.pem");
    PublicKey::from_pem(pem).expect("a good key")
});

fn now() -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(NOW)
}

/// An `Authorization` value as received. Without the secret, none is accepted.
pub fn header(bytes: &[u8]) {
    let Ok(value) = HeaderValue::from_bytes(bytes) else {
        return;
    };
    match Basic::parse(&value) {
        Ok(basic) => {
            assert!(basic.matches(&value));
            let again = Basic::parse(&basic.header_value()).expect("what is written is read");
            assert!(again == basic);
            assert!(jwt::bearer_token(&value).is_none());
        }
        Err(error) => shown(&error),
    }
    if let Some(token) = jwt::bearer_token(&value) {
        forged(token);
    }
    let headers = HeaderMap::from_iter([(AUTHORIZATION, value)]);
    let error = VERIFIER.verify(&headers, BODY, now()).expect_err("forged");
    shown(&error);
}

/// A token as it comes in, and one whose header and claims (the input's first line, and the rest) are rightly signed as
/// a webhook's: it is accepted only if it says what it must.
pub fn token(bytes: &[u8]) {
    if let Ok(text) = std::str::from_utf8(bytes) {
        forged(text);
    }
    let end = bytes.iter().position(|byte| *byte == b'\n');
    let (header, claims) = bytes.split_at(end.unwrap_or(bytes.len()));
    let claims = claims.get(1..).unwrap_or_default();
    let token = signed(header, claims);
    forged(&token);
    let value = HeaderValue::try_from(format!("Bearer {token}")).expect("base64url and dots");
    let headers = HeaderMap::from_iter([(AUTHORIZATION, value)]);
    match VERIFIER.verify(&headers, BODY, now()) {
        Ok(verified) => {
            let [header, claims]: [Value; 2] =
                [header, claims].map(|json| serde_json::from_slice(json).expect("JSON"));
            assert_eq!(header["alg"], "HS256");
            assert_eq!(claims["iss"], ISSUER);
            assert_eq!(claims["payload_hash"], BODY_HASH);
            assert_eq!(claims["jti"], verified.claims().token_id());
            let issued = claims["iat"].as_f64().expect("a number");
            let age = NOW as f64 - issued;
            let max_age = Verifier::DEFAULT_MAX_AGE.as_secs_f64() + 1.0;
            let max_ahead = Verifier::DEFAULT_MAX_AHEAD.as_secs_f64() + 1.0;
            assert!((-max_ahead..max_age).contains(&age), "accepted {age} s old");
            let _ = format!("{verified:?}");
        }
        Err(error) => shown(&error),
    }
}

/// A token that no application has signed.
fn forged(token: &str) {
    let found = jwt::inspect(token, now());
    let _ = format!("{found:?}");
    let fault = jwt::verify(token, &PUBLIC_KEY, now()).expect_err("forged");
    shown(&fault);
}

fn signed(header: &[u8], claims: &[u8]) -> String {
    let encode = |part| URL_SAFE_NO_PAD.encode(part);
    let signed = format!("{}.{}", encode(header), encode(claims));
    let key = EncodingKey::from_secret(SECRET.as_bytes());
    let signature = jsonwebtoken::crypto::sign(signed.as_bytes(), &key, Algorithm::HS256)
        .expect("HMAC takes any message");
    format!("{signed}.{signature}")
}

/// The contents of a key file. What is read as a key is one, and is the same when it is written and read again.
pub fn key(bytes: &[u8]) {
    let text = std::str::from_utf8(bytes).ok();
    let private = [
        Some(PrivateKey::from_der(bytes)),
        text.map(PrivateKey::from_text),
        text.map(PrivateKey::from_pem),
    ];
    for key in private.into_iter().flatten().filter_map(read) {
        assert!((MIN_BITS..=MAX_BITS).contains(&key.bits()));
        let pem = key.to_pem().expect("a key is written");
        let again = PrivateKey::from_pem(&pem).expect("what is written is read");
        assert_eq!(again.public_key(), key.public_key());
    }
    let public = [
        Some(PublicKey::from_der(bytes)),
        text.map(PublicKey::from_pem),
    ];
    for key in public.into_iter().flatten().filter_map(read) {
        assert!((MIN_BITS..=MAX_BITS).contains(&key.bits()));
        let pem = key.to_pem().expect("a key is written");
        assert!(PublicKey::from_pem(&pem).expect("what is written is read") == key);
    }
}

fn read<K>(key: Result<K, AuthError>) -> Option<K> {
    key.inspect_err(|error| shown(error)).ok()
}

/// Printing must not fail either.
fn shown(error: &dyn Error) {
    let _ = format!("{error} {error:?}");
}
