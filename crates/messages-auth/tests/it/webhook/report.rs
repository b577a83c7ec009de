//! Names, status codes and logged text of each verdict.

use std::sync::Arc;
use std::time::SystemTime;

use http::{HeaderMap, StatusCode};
use messages_auth::webhook::{MemoryReplayGuard, Reason, Secrets};

use super::BODY;
use crate::support::{
    APPLICATION, NOW, account, application, builder, headers, now, secret, signer, verifier,
};

#[test]
fn every_reason_has_a_name_of_its_own_and_an_answer() {
    use StatusCode as Code;

    let table = [
        (Reason::TooLarge, "too_large", Code::PAYLOAD_TOO_LARGE),
        (Reason::Missing, "missing", Code::SERVICE_UNAVAILABLE),
        (Reason::Malformed, "malformed", Code::UNAUTHORIZED),
        (Reason::Algorithm, "algorithm", Code::UNAUTHORIZED),
        (Reason::UnknownKey, "unknown_key", Code::UNAUTHORIZED),
        (Reason::Signature, "signature", Code::UNAUTHORIZED),
        (Reason::Issuer, "issuer", Code::UNAUTHORIZED),
        (Reason::Application, "application", Code::UNAUTHORIZED),
        (Reason::Stale, "stale", Code::SERVICE_UNAVAILABLE),
        (Reason::Early, "early", Code::SERVICE_UNAVAILABLE),
        (Reason::PayloadHash, "payload_hash", Code::UNAUTHORIZED),
        (Reason::Replayed, "replayed", Code::OK),
        (Reason::InProgress, "in_progress", Code::SERVICE_UNAVAILABLE),
        (Reason::Guard, "guard", Code::SERVICE_UNAVAILABLE),
    ];
    for (reason, name, answer) in table {
        assert_eq!((reason.name(), reason.response_status()), (name, answer));
    }
    let error = verifier()
        .verify(&HeaderMap::new(), BODY, SystemTime::UNIX_EPOCH)
        .unwrap_err();
    assert_eq!(
        (error.name(), error.to_string().as_str()),
        ("missing", "the webhook is not signed")
    );
}

/// Logged text: the leak test checks that it holds nothing secret.
#[test]
fn debug_output_says_which_and_how_many() {
    let guard = Arc::new(MemoryReplayGuard::with_capacity(7));
    let verifier = builder().replay_guard(guard.clone()).build().unwrap();
    let signer = signer().application_id(application());
    let header = headers(signer.sign_with_jti(BODY, now(), "j1").unwrap());
    let verified = verifier.verify(&header, BODY, now()).unwrap();
    let claims = format!(
        "WebhookClaims {{ issued_at: {NOW}, token_id: \"j1\", api_key: Some(ApiKey(a1…)), \
         application_id: Some(\"{APPLICATION}\"), .. }}"
    );
    assert_eq!(format!("{:?}", verified.claims()), claims);
    let length = BODY.len();
    assert_eq!(
        format!("{verified:?}"),
        format!("Verified {{ claims: {claims}, body_len: {length}, .. }}")
    );
    let (_, _, claim) = verified.into_parts();
    assert_eq!(
        format!("{:?}", claim.unwrap()),
        "ReplayClaim { key: ReplayKey(\"j1\"), .. }"
    );
    assert_eq!(
        format!("{guard:?}"),
        "MemoryReplayGuard { capacity: 7, lease: 300s, len: 0 }"
    );
    assert_eq!(
        format!("{signer:?}"),
        format!(
            "WebhookSigner {{ api_key: ApiKey(a1…), application_id: Some(ApplicationId({APPLICATION})), .. }}"
        )
    );
    let secrets = Secrets::new()
        .secret(account(), secret())
        .any_account(secret());
    assert_eq!(
        format!("{secrets:?}"),
        "Secrets { accounts: 1, any_account: 1 }"
    );
}
