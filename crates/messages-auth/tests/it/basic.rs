//! Basic authentication, and the texts that identifiers and secrets may have.

use http::HeaderValue;
use messages_auth::{
    ApiKey, ApiSecret, ApplicationId, AuthErrorKind, Basic, Credentials, Flaw, SignatureSecret,
};

use crate::support::{APPLICATION, PKCS8, PUBLIC, now};

#[test]
fn the_header_is_that_of_rfc_7617() {
    // The example of the RFC's section 2.
    let basic = Basic::new("Aladdin", "open sesame").unwrap();
    let header = basic.header_value();
    assert_eq!(header, "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==");
    assert!(header.is_sensitive());
    assert_eq!(Basic::parse(&header).unwrap(), basic);
    assert_eq!(
        Credentials::from(basic).header_value(now()).unwrap(),
        header
    );
}

#[test]
fn a_secret_may_hold_colons_and_other_scripts() {
    let basic = Basic::new("key", "a:b:ключ").unwrap();
    let parsed = Basic::parse(&basic.header_value()).unwrap();
    assert_eq!(parsed.api_key().as_str(), "key");
    assert_eq!(parsed.api_secret().expose(), "a:b:ключ");
}

#[test]
fn only_the_same_pair_matches() {
    let basic = Basic::new("a1b2c3d4", "Secret0123456789").unwrap();
    let header = |text: &str| HeaderValue::try_from(text).unwrap();
    assert!(basic.matches(&basic.header_value()));
    assert!(basic.matches(&header("basic   YTFiMmMzZDQ6U2VjcmV0MDEyMzQ1Njc4OQ==")));
    for other in [
        Basic::new("a1b2c3d4", "Secret0123456788")
            .unwrap()
            .header_value(),
        Basic::new("a1b2c3d4", "Secret012345678")
            .unwrap()
            .header_value(),
        Basic::new("a1b2c3d5", "Secret0123456789")
            .unwrap()
            .header_value(),
        header("Bearer YTFiMmMzZDQ6U2VjcmV0MDEyMzQ1Njc4OQ=="),
        header("YTFiMmMzZDQ6U2VjcmV0MDEyMzQ1Njc4OQ=="),
        header("Basic"),
        header("Basic "),
        header("Basic YTFiMmMzZDQ"),
        header("Basic YTFiMmMzZDQ="),
        header("Basic !!!!"),
        header("Basic YTFiMmMzZDQ6U2VjcmV0MDEyMzQ1Njc4OQ== x"),
    ] {
        assert!(!basic.matches(&other));
    }
}

#[test]
fn credentials_of_basic_have_nothing_to_refresh() {
    let credentials = Credentials::from(Basic::new("a1b2c3d4", "Secret0123456789").unwrap());
    let header = credentials.header_value(now()).unwrap();
    assert_eq!(credentials.refresh(&header, now()).unwrap(), None);
}

#[test]
fn flaws_of_api_keys_are_named() {
    for (text, flaw) in [
        ("", Flaw::Empty),
        (" a1b2c3d4", Flaw::OuterSpace),
        ("a1b2c3d4\n", Flaw::OuterSpace),
        ("a1b2:3d4", Flaw::Character),
        ("a1b2 3d4", Flaw::Character),
        ("schlüssel", Flaw::Character),
        (&"a".repeat(65), Flaw::TooLong),
    ] {
        assert_eq!(
            ApiKey::new(text).unwrap_err().kind(),
            AuthErrorKind::ApiKey(flaw),
            "{text:?}"
        );
    }
    assert_eq!(ApiKey::new("a".repeat(64)).unwrap().as_str().len(), 64);
}

#[test]
fn flaws_of_secrets_are_named() {
    for (text, flaw) in [
        ("", Flaw::Empty),
        ("secret\r\n", Flaw::OuterSpace),
        ("sec\0ret", Flaw::Character),
        (PKCS8, Flaw::Pem),
        (PUBLIC, Flaw::Pem),
        (&"s".repeat(513), Flaw::TooLong),
    ] {
        assert_eq!(
            ApiSecret::new(text).unwrap_err().kind(),
            AuthErrorKind::ApiSecret(flaw)
        );
        assert_eq!(
            SignatureSecret::new(text).unwrap_err().kind(),
            AuthErrorKind::SignatureSecret(flaw)
        );
    }
    assert!(SignatureSecret::new("s".repeat(31)).unwrap().is_weak());
    assert!(!SignatureSecret::new("s".repeat(32)).unwrap().is_weak());
}

#[test]
fn secrets_are_equal_only_if_they_are() {
    let secret = |text: &str| ApiSecret::new(text).unwrap();
    assert_eq!(secret("abcd"), secret("abcd"));
    assert_ne!(secret("abcd"), secret("abce"));
    assert_ne!(secret("abcd"), secret("abcde"));
    assert_ne!(secret("abcd"), secret("bbcd"));
}

#[test]
fn secrets_are_zeroed_on_drop_by_type() {
    fn zeroed<T: zeroize::ZeroizeOnDrop>() {}

    zeroed::<ApiSecret>();
    zeroed::<SignatureSecret>();
    zeroed::<messages_auth::jwt::Token>();
}

#[test]
fn application_ids_are_uuids() {
    let id = ApplicationId::parse(APPLICATION).unwrap();
    assert_eq!(id.to_string(), APPLICATION);
    assert_eq!(
        ApplicationId::parse(&APPLICATION.to_uppercase()).unwrap(),
        id
    );
    assert_eq!(
        ApplicationId::parse(&format!("{APPLICATION}\n")).unwrap(),
        id
    );
    for text in ["", "5c2e8f6e", "not-a-uuid", &format!("{APPLICATION}0")] {
        assert_eq!(
            ApplicationId::parse(text).unwrap_err().kind(),
            AuthErrorKind::ApplicationId
        );
    }
    assert_ne!(ApplicationId::random(), ApplicationId::random());
}
