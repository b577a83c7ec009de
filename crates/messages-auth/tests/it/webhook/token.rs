//! The header, its token, and the sizes of both and of the body.

use http::header::AUTHORIZATION;
use http::{HeaderMap, HeaderValue, StatusCode};
use messages_auth::webhook::Reason;

use super::{BODY, HEADER, reason, with};
use crate::support::{bearer, builder, headers, now, sign_raw, signer, verifier};

#[test]
fn an_unsigned_webhook_is_to_come_again() {
    let error = verifier()
        .verify(&HeaderMap::new(), BODY, now())
        .unwrap_err();
    assert_eq!(
        (error.reason(), error.response_status()),
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
        (error.reason(), error.response_status()),
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
