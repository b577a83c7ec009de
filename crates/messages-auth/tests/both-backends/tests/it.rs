//! Minting and verifying with both backends of `jsonwebtoken` compiled in and none chosen.

use std::panic::catch_unwind;
use std::time::SystemTime;

use http::HeaderMap;
use http::header::AUTHORIZATION;
use messages_auth::jwt::{self, TokenSource};
use messages_auth::webhook::{Verifier, WebhookSigner};
use messages_auth::{ApiKey, ApplicationId, PrivateKey, RsaSigner, SignatureSecret};

/// The control: if this fails, the build is not the one that the other tests are about.
#[test]
fn jsonwebtoken_itself_panics() {
    let key = jsonwebtoken::EncodingKey::from_secret(b"secret");
    let encode = || jsonwebtoken::encode(&jsonwebtoken::Header::default(), &(), &key);
    assert!(catch_unwind(std::panic::AssertUnwindSafe(encode)).is_err());
}

#[test]
fn tokens_are_minted_and_verified() {
    let (key, id, now) = (
        PrivateKey::generate().unwrap(),
        ApplicationId::random(),
        SystemTime::now(),
    );
    let header = TokenSource::new(id, RsaSigner::new(key.clone()))
        .header_value(now)
        .unwrap();
    let claims = jwt::verify(jwt::bearer_token(&header).unwrap(), &key.public_key(), now).unwrap();
    assert_eq!(claims.application_id, id);
}

#[test]
fn webhooks_are_signed_and_verified() {
    let account = ApiKey::new("a1b2c3d4").unwrap();
    let secret = SignatureSecret::new("QWxhZGRpbjpPcGVuU2VzYW1lMTIzNDU2").unwrap();
    let now = SystemTime::now();
    let header = WebhookSigner::new(account.clone(), secret.clone())
        .sign(b"{}", now)
        .unwrap();
    let headers = HeaderMap::from_iter([(AUTHORIZATION, header)]);
    let verifier = Verifier::builder().secret(account, secret).build().unwrap();
    verifier
        .verify(&headers, "{}", now)
        .unwrap()
        .commit()
        .unwrap();
}
