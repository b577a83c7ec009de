//! What the verifier accepts and refuses, rule by rule, and what it says to answer.

use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use bytes::Bytes;
use http::header::AUTHORIZATION;
use http::{HeaderMap, HeaderValue, StatusCode};
use messages_auth::webhook::{MemoryReplayGuard, Reason, Secrets, VerifierBuilder, WebhookSigner};
use messages_auth::{ApiKey, ApplicationId, AuthErrorKind, SignatureSecret};

use crate::support::{
    API_KEY, APPLICATION, NOW, account, application, at, bearer, builder, claims_of, headers, now,
    payload_hash, secret, sign_raw, signer, verifier,
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
fn an_unsigned_webhook_is_to_come_again() {
    let error = verifier()
        .verify(&HeaderMap::new(), BODY, now())
        .unwrap_err();
    assert_eq!(
        (error.reason(), error.answer()),
        (Reason::Missing, StatusCode::SERVICE_UNAVAILABLE)
    );
}

#[test]
fn exactly_one_bearer_is_wanted() {
    let good = signer().sign(BODY, now()).unwrap();
    let token = good.to_str().unwrap().strip_prefix("Bearer ").unwrap();
    for text in [
        token.to_owned(),
        format!("Basic {token}"),
        format!("Bearer{token}"),
        format!("Bearer {token},"),
        format!("Bearer {token} "),
        format!("Bearer {token} {token}"),
        format!("Bearer {token}, Bearer {token}"),
        format!("Bearer\t{token}"),
        "Bearer".to_owned(),
        "Bearer ".to_owned(),
        String::new(),
    ] {
        let headers = headers(HeaderValue::try_from(&text).unwrap());
        assert_eq!(
            reason(builder(), &headers, BODY),
            Some(Reason::Malformed),
            "{text}"
        );
    }
    for text in [
        format!("bearer {token}"),
        format!("BEARER {token}"),
        format!("Bearer   {token}"),
    ] {
        assert_eq!(
            reason(
                builder(),
                &headers(HeaderValue::try_from(&text).unwrap()),
                BODY
            ),
            None,
            "{text}"
        );
    }
    let mut twice = headers(good.clone());
    twice.append(AUTHORIZATION, good.clone());
    assert_eq!(reason(builder(), &twice, BODY), Some(Reason::Malformed));
    let mut with_basic = headers(good);
    with_basic.append(AUTHORIZATION, HeaderValue::from_static("Basic YTpi"));
    assert_eq!(
        reason(builder(), &with_basic, BODY),
        Some(Reason::Malformed)
    );
}

#[test]
fn the_body_is_bounded_before_anything_is_looked_at() {
    let error = verifier()
        .verify(&HeaderMap::new(), vec![0; 1024 * 1024 + 1], now())
        .unwrap_err();
    assert_eq!(
        (error.reason(), error.answer()),
        (Reason::TooLarge, StatusCode::PAYLOAD_TOO_LARGE)
    );
    let body = vec![b'x'; 1024 * 1024];
    let header = signer().sign(&body, now()).unwrap();
    assert!(verifier().verify(&headers(header), body, now()).is_ok());

    let header = headers(signer().sign(BODY, now()).unwrap());
    assert_eq!(reason(builder().max_body(BODY.len()), &header, BODY), None);
    assert_eq!(
        reason(builder().max_body(BODY.len() - 1), &header, BODY),
        Some(Reason::TooLarge)
    );
}

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
fn age_is_bounded_on_both_sides() {
    let verdict_at = |builder: VerifierBuilder, signed: u64| {
        reason(
            builder,
            &headers(signer().sign(BODY, at(signed)).unwrap()),
            BODY,
        )
    };
    let max_age = 24 * 3600 + 15 * 60;
    assert_eq!(verdict_at(builder(), NOW - max_age), None);
    assert_eq!(
        verdict_at(builder(), NOW - max_age - 1),
        Some(Reason::Stale)
    );
    assert_eq!(verdict_at(builder(), NOW + 60), None);
    assert_eq!(verdict_at(builder(), NOW + 61), Some(Reason::Early));
    assert_eq!(verdict_at(builder().strict(), NOW - 300), None);
    assert_eq!(
        verdict_at(builder().strict(), NOW - 301),
        Some(Reason::Stale)
    );
    assert_eq!(
        verdict_at(builder().strict(), NOW + 61),
        Some(Reason::Early)
    );
    let narrow = || {
        builder()
            .max_age(Duration::from_secs(5))
            .max_ahead(Duration::ZERO)
    };
    assert_eq!(verdict_at(narrow(), NOW - 5), None);
    assert_eq!(verdict_at(narrow(), NOW - 6), Some(Reason::Stale));
    assert_eq!(verdict_at(narrow(), NOW), None);
    assert_eq!(verdict_at(narrow(), NOW + 1), Some(Reason::Early));
}

#[test]
fn exp_and_nbf_hold_where_they_are_present() {
    let claims = with("exp", NOW + 1);
    let headers = bearer(&sign_raw(HEADER, &claims.to_string())).unwrap();
    let verified = verifier().verify(&headers, BODY, now()).unwrap();
    assert_eq!(verified.claims().expires_at(), Some(NOW + 1));
    assert_eq!(verdict(builder(), &with("exp", NOW - 59)), None);
    assert_eq!(
        verdict(builder(), &with("exp", NOW - 60)),
        Some(Reason::Stale)
    );
    let claims = with("nbf", NOW + 60);
    let headers = bearer(&sign_raw(HEADER, &claims.to_string())).unwrap();
    let verified = verifier().verify(&headers, BODY, now()).unwrap();
    assert_eq!(verified.claims().not_before(), Some(NOW + 60));
    assert_eq!(
        verdict(builder(), &with("nbf", NOW + 61)),
        Some(Reason::Early)
    );
}

#[test]
fn a_clock_before_1970_accepts_nothing_of_today() {
    let header = headers(signer().sign(BODY, now()).unwrap());
    let before = UNIX_EPOCH - Duration::from_secs(1);
    assert_eq!(
        verifier()
            .verify(&header, BODY, before)
            .unwrap_err()
            .reason(),
        Reason::Early
    );
    assert_eq!(
        signer().sign(BODY, before).unwrap_err().kind(),
        AuthErrorKind::Clock
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

#[test]
fn a_secret_vouches_for_its_own_account_only() {
    let (alice, bob) = (ApiKey::new("alice").unwrap(), ApiKey::new("bob").unwrap());
    let [of_alice, of_bob, old_of_bob, shared] =
        ["1", "2", "3", "4"].map(|digit| SignatureSecret::new(digit.repeat(40)).unwrap());
    let verifier = || {
        builder()
            .secret(alice.clone(), of_alice.clone())
            .secret(bob.clone(), old_of_bob.clone())
            .secret(bob.clone(), of_bob.clone())
    };
    let verdict = |builder: VerifierBuilder, name: &ApiKey, secret: &SignatureSecret| {
        let header = WebhookSigner::new(name.clone(), secret.clone())
            .sign(BODY, now())
            .unwrap();
        reason(builder, &headers(header), BODY)
    };
    assert_eq!(verdict(verifier(), &alice, &of_alice), None);
    assert_eq!(verdict(verifier(), &bob, &of_bob), None);
    assert_eq!(verdict(verifier(), &bob, &old_of_bob), None);
    assert_eq!(
        verdict(verifier(), &alice, &of_bob),
        Some(Reason::Signature)
    );
    assert_eq!(
        verdict(verifier(), &bob, &of_alice),
        Some(Reason::Signature)
    );
    assert_eq!(
        verdict(verifier(), &alice, &shared),
        Some(Reason::Signature)
    );
    let carol = ApiKey::new("carol").unwrap();
    assert_eq!(
        verdict(verifier(), &carol, &of_alice),
        Some(Reason::UnknownKey)
    );
    let open = || verifier().any_account(shared.clone());
    assert_eq!(verdict(open(), &carol, &shared), None);
    assert_eq!(verdict(open(), &alice, &shared), None);
    assert_eq!(verdict(open(), &alice, &of_alice), None);
    assert_eq!(verdict(open(), &carol, &of_alice), Some(Reason::Signature));
}

#[test]
fn a_webhook_without_an_account_needs_a_secret_for_any() {
    let claims = without("api_key");
    let only_any = || messages_auth::webhook::Verifier::builder().any_account(secret());
    assert_eq!(verdict(only_any(), &claims), None);
    assert_eq!(verdict(builder(), &claims), Some(Reason::UnknownKey));
}

#[test]
fn a_verifier_without_a_secret_cannot_be_built() {
    let error = messages_auth::webhook::Verifier::builder()
        .build()
        .unwrap_err();
    assert_eq!(error.kind(), AuthErrorKind::NoSecret);
    assert_eq!(
        verifier()
            .replace_secrets(Secrets::new())
            .unwrap_err()
            .kind(),
        AuthErrorKind::NoSecret
    );
    let all = Secrets::new().secret(account(), secret());
    assert_eq!(
        verdict(
            messages_auth::webhook::Verifier::builder().secrets(all),
            &good_claims()
        ),
        None
    );
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
        (Reason::Stale, "stale", Code::UNAUTHORIZED),
        (Reason::Early, "early", Code::UNAUTHORIZED),
        (Reason::PayloadHash, "payload_hash", Code::UNAUTHORIZED),
        (Reason::Replayed, "replayed", Code::OK),
        (Reason::InProgress, "in_progress", Code::SERVICE_UNAVAILABLE),
        (Reason::Guard, "guard", Code::SERVICE_UNAVAILABLE),
    ];
    for (reason, name, answer) in table {
        assert_eq!((reason.name(), reason.answer()), (name, answer));
    }
    let error = verifier()
        .verify(&HeaderMap::new(), BODY, SystemTime::UNIX_EPOCH)
        .unwrap_err();
    assert_eq!(
        (error.name(), error.to_string().as_str()),
        ("missing", "the webhook is not signed")
    );
}

#[test]
fn the_token_is_bounded_at_8_kib() {
    // Padded so that the header value, `Bearer` included, has exactly this many bytes.
    let of_length = |length: usize| {
        (5_000..9_000)
            .map(|pad| {
                bearer(&sign_raw(HEADER, &with("pad", "x".repeat(pad)).to_string())).unwrap()
            })
            .find(|headers| headers[AUTHORIZATION].len() >= length)
            .unwrap()
    };
    let (longest, longer) = (of_length(8 * 1024), of_length(8 * 1024 + 1));
    assert_eq!(longest[AUTHORIZATION].len(), 8 * 1024);
    assert_eq!(reason(builder(), &longest, BODY), None);
    assert_eq!(reason(builder(), &longer, BODY), Some(Reason::Malformed));
}

/// What logs show: enough to find one's way, and the leak test sees to it that it is not more.
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
