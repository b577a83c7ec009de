//! Shared by the tests: one key, one account, one moment, and tokens that are put together by hand.

use std::sync::LazyLock;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use http::header::AUTHORIZATION;
use http::{HeaderMap, HeaderValue};
use messages_auth::webhook::{Verifier, VerifierBuilder, WebhookSigner};
use messages_auth::{ApiKey, ApplicationId, PrivateKey, SignatureSecret};

pub(crate) const PKCS8: &str = include_str!("keys/rsa-2048.pkcs8.pem");
pub(crate) const PUBLIC: &str = include_str!("keys/rsa-2048.public.pem");
pub(crate) const API_KEY: &str = "a1b2c3d4";
pub(crate) const SECRET: &str = "QWxhZGRpbjpPcGVuU2VzYW1lMTIzNDU2";
pub(crate) const APPLICATION: &str = "5c2e8f6e-0f3c-4a3e-9d3b-2f1f0d8b7a61";

/// Time of the tests: 2023-11-14 22:13:20 UTC.
pub(crate) const NOW: u64 = 1_700_000_000;

pub(crate) static KEY: LazyLock<PrivateKey> =
    LazyLock::new(|| PrivateKey::from_pem(PKCS8).unwrap());

pub(crate) fn at(seconds: u64) -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(seconds)
}

pub(crate) fn now() -> SystemTime {
    at(NOW)
}

pub(crate) fn account() -> ApiKey {
    ApiKey::new(API_KEY).unwrap()
}

pub(crate) fn secret() -> SignatureSecret {
    SignatureSecret::new(SECRET).unwrap()
}

pub(crate) fn application() -> ApplicationId {
    ApplicationId::parse(APPLICATION).unwrap()
}

pub(crate) fn signer() -> WebhookSigner {
    WebhookSigner::new(account(), secret())
}

pub(crate) fn builder() -> VerifierBuilder {
    Verifier::builder().secret(account(), secret())
}

pub(crate) fn verifier() -> Verifier {
    builder().build().unwrap()
}

pub(crate) fn headers(value: HeaderValue) -> HeaderMap {
    HeaderMap::from_iter([(AUTHORIZATION, value)])
}

/// Headers with this token, or `None` where HTTP itself cannot carry it.
pub(crate) fn bearer(token: &str) -> Option<HeaderMap> {
    HeaderValue::try_from(format!("Bearer {token}"))
        .ok()
        .map(headers)
}

pub(crate) fn encode(text: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(text)
}

/// HMAC-SHA256 by this crate's own library, to sign what no signer would.
pub(crate) fn hs256(secret: &[u8], signed: &str) -> Vec<u8> {
    let key = jsonwebtoken::EncodingKey::from_secret(secret);
    let signature =
        jsonwebtoken::crypto::sign(signed.as_bytes(), &key, jsonwebtoken::Algorithm::HS256)
            .unwrap();
    URL_SAFE_NO_PAD.decode(signature).unwrap()
}

/// A token with this header and these claims, rightly signed by the account's secret.
pub(crate) fn sign_raw(header: &str, claims: &str) -> String {
    let signed = format!("{}.{}", encode(header), encode(claims));
    let signature = hs256(SECRET.as_bytes(), &signed);
    format!("{signed}.{}", encode(signature))
}

/// The `payload_hash` that the signer writes for `body`; a published vector in `webhook/mod.rs` vouches for it.
pub(crate) fn payload_hash(body: &[u8]) -> String {
    let header = signer().sign(body, now()).unwrap();
    let claims = claims_of(header.to_str().unwrap());
    claims["payload_hash"].as_str().unwrap().to_owned()
}

/// The claims in a token, with or without `Bearer` before it.
pub(crate) fn claims_of(token: &str) -> serde_json::Value {
    let claims = URL_SAFE_NO_PAD
        .decode(token.split('.').nth(1).unwrap())
        .unwrap();
    serde_json::from_slice(&claims).unwrap()
}

/// Small, fast and repeatable (splitmix64).
pub(crate) struct Random(pub u64);

impl Random {
    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    pub(crate) fn below(&mut self, limit: u64) -> u64 {
        self.next() % limit
    }

    pub(crate) fn bytes(&mut self, len: usize) -> Vec<u8> {
        (0..len).map(|_| self.next() as u8).collect()
    }
}
