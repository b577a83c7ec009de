//! Claims: which must be there, and what they must say.

use messages_auth::ApplicationId;
use messages_auth::webhook::Reason;

use super::{BODY, HEADER, good_claims, reason, verdict, with, without};
use crate::support::{
    APPLICATION, NOW, application, bearer, builder, headers, now, payload_hash, sign_raw, signer,
    verifier,
};

#[test]
fn every_claim_that_a_webhook_has_must_be_there_and_of_its_type() {
    assert_eq!(verdict(builder(), &good_claims()), None);
    for (name, reason) in [
        ("iss", Reason::Issuer),
        ("iat", Reason::Malformed),
        ("jti", Reason::Malformed),
        ("payload_hash", Reason::PayloadHash),
    ] {
        assert_eq!(verdict(builder(), &without(name)), Some(reason), "{name}");
        for value in [
            serde_json::json!(null),
            serde_json::json!([]),
            serde_json::json!({}),
            serde_json::json!(true),
        ] {
            assert_eq!(
                verdict(builder(), &with(name, value)),
                Some(Reason::Malformed),
                "{name}"
            );
        }
    }
    for name in ["iss", "jti", "payload_hash", "api_key", "application_id"] {
        assert_eq!(
            verdict(builder(), &with(name, 5)),
            Some(Reason::Malformed),
            "{name}"
        );
    }
    for name in ["iat", "exp", "nbf"] {
        for value in [
            serde_json::json!("1700000000"),
            serde_json::json!(-1),
            serde_json::json!(1e300),
        ] {
            assert_eq!(
                verdict(builder(), &with(name, value)),
                Some(Reason::Malformed),
                "{name}"
            );
        }
    }
    assert_eq!(verdict(builder(), &without("application_id")), None);
    assert_eq!(
        verdict(builder(), &without("api_key")),
        Some(Reason::UnknownKey)
    );
    assert_eq!(verdict(builder(), &with("iat", NOW as f64 + 0.5)), None);
}

#[test]
fn the_identity_of_a_token_is_bounded() {
    assert_eq!(
        verdict(builder(), &with("jti", "")),
        Some(Reason::Malformed)
    );
    assert_eq!(verdict(builder(), &with("jti", "j".repeat(255))), None);
    assert_eq!(
        verdict(builder(), &with("jti", "j".repeat(256))),
        Some(Reason::Malformed)
    );
}

#[test]
fn unknown_claims_are_kept_and_not_judged() {
    let claims = with("region", serde_json::json!({"dc": ["eu", 1]}));
    let headers = bearer(&sign_raw(HEADER, &claims.to_string())).unwrap();
    let verified = verifier().verify(&headers, BODY, now()).unwrap();
    assert_eq!(verified.claims().extra()["region"]["dc"][0], "eu");
}

#[test]
fn the_issuer_is_checked() {
    for issuer in ["Mallory", "vonage", "Vonage ", ""] {
        assert_eq!(
            verdict(builder(), &with("iss", issuer)),
            Some(Reason::Issuer),
            "{issuer}"
        );
    }
}

#[test]
fn the_body_must_be_the_one_that_was_signed() {
    let hash = payload_hash(BODY);
    for wrong in [
        payload_hash(b"{}"),
        String::new(),
        hash[..63].to_owned(),
        format!("{hash}0"),
        hash.to_uppercase(),
    ] {
        assert_eq!(
            verdict(builder(), &with("payload_hash", wrong)),
            Some(Reason::PayloadHash)
        );
    }
    // Equal as JSON is not equal: the bytes count.
    let header = headers(signer().sign(br#"{"a":1}"#, now()).unwrap());
    assert_eq!(
        reason(builder(), &header, br#"{"a": 1}"#),
        Some(Reason::PayloadHash)
    );
}

#[test]
fn an_application_can_be_demanded() {
    let demanding = || builder().application_id(application());
    assert_eq!(verdict(demanding(), &good_claims()), None);
    assert_eq!(
        verdict(
            demanding(),
            &with("application_id", APPLICATION.to_uppercase())
        ),
        None
    );
    assert_eq!(
        verdict(demanding(), &without("application_id")),
        Some(Reason::Application)
    );
    assert_eq!(
        verdict(demanding(), &with("application_id", "x")),
        Some(Reason::Application)
    );
    let other = ApplicationId::random().to_string();
    assert_eq!(
        verdict(demanding(), &with("application_id", other.clone())),
        Some(Reason::Application)
    );
    assert_eq!(verdict(builder(), &with("application_id", other)), None);
}
