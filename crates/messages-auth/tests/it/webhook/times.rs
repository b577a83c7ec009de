//! `iat`, `exp` and `nbf`.

use std::time::{Duration, UNIX_EPOCH};

use messages_auth::AuthErrorKind;
use messages_auth::webhook::{Reason, VerifierBuilder};

use super::{BODY, HEADER, reason, verdict, with};
use crate::support::{NOW, at, bearer, builder, headers, now, sign_raw, signer, verifier};

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
    assert_eq!(verdict_at(builder(), NOW + 300), None);
    assert_eq!(verdict_at(builder(), NOW + 301), Some(Reason::Early));
    assert_eq!(verdict_at(builder().strict(), NOW - 300), None);
    assert_eq!(
        verdict_at(builder().strict(), NOW - 301),
        Some(Reason::Stale)
    );
    assert_eq!(
        verdict_at(builder().strict(), NOW + 301),
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
    assert_eq!(verdict(builder(), &with("exp", NOW - 299)), None);
    assert_eq!(
        verdict(builder(), &with("exp", NOW - 300)),
        Some(Reason::Stale)
    );
    let claims = with("nbf", NOW + 300);
    let headers = bearer(&sign_raw(HEADER, &claims.to_string())).unwrap();
    let verified = verifier().verify(&headers, BODY, now()).unwrap();
    assert_eq!(verified.claims().not_before(), Some(NOW + 300));
    assert_eq!(
        verdict(builder(), &with("nbf", NOW + 301)),
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
