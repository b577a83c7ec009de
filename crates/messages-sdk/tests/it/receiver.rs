//! Raw bytes and headers in, a verified event or the right refusal out.

use std::time::{Duration, SystemTime};

use axum::body::Body;
use axum::extract::FromRequest as _;
use messages_sdk::auth::webhook::{Verifier, WebhookSigner};
use messages_sdk::auth::{ApiKey, SignatureSecret};
use messages_sdk::transport::http::header::AUTHORIZATION;
use messages_sdk::transport::http::{HeaderMap, Request, StatusCode};
use messages_sdk::types::{Status, WebhookEvent};
use messages_sdk::webhook::{
    ReceiveError, Receiver, StatusTracker, VerifiedWebhook, WebhookService,
};
use tower_service::Service as _;

fn key() -> ApiKey {
    ApiKey::new("a1b2c3d4").unwrap()
}

fn secret(text: &str) -> SignatureSecret {
    SignatureSecret::new(text).unwrap()
}

fn signed(body: &str, with: &str) -> HeaderMap {
    signed_at(body, with, SystemTime::now())
}

fn signed_at(body: &str, with: &str, now: SystemTime) -> HeaderMap {
    let signer = WebhookSigner::new(key(), secret(with));
    let mut headers = HeaderMap::new();
    headers.insert(AUTHORIZATION, signer.sign(body.as_bytes(), now).unwrap());
    headers
}

const GOOD: &str = "a secret of at least thirty-two bytes";
const STATUS: &str = r#"{"message_uuid":"aaaaaaaa-bbbb-4ccc-8ddd-0123456789ab","channel":"sms","to":"447700900000",
    "from":"447700900001","timestamp":"2026-01-01T14:00:00Z","status":"delivered"}"#;

fn receiver() -> Receiver {
    Receiver::new(
        Verifier::builder()
            .secret(key(), secret(GOOD))
            .build()
            .unwrap(),
    )
}

#[test]
fn a_signed_status_is_an_event() {
    let received = receiver()
        .receive(&signed(STATUS, GOOD), STATUS, SystemTime::now())
        .unwrap();
    assert!(matches!(
        received.commit().unwrap(),
        WebhookEvent::V1Status(_)
    ));
}

#[test]
fn an_event_nobody_knows_is_delivered() {
    let body = r#"{"something":"new"}"#;
    let received = receiver()
        .receive(&signed(body, GOOD), body, SystemTime::now())
        .unwrap();
    assert!(matches!(received.event(), WebhookEvent::Unknown(_)));
}

#[test]
fn half_a_surrogate_pair_is_replaced_and_the_body_is_kept() {
    let body = r#"{"message_uuid":"aaaaaaaa-bbbb-4ccc-8ddd-0123456789ab","channel":"whatsapp","to":"447700900000",
        "from":"447700900001","timestamp":"2026-01-01T14:00:00Z","message_type":"text","text":"cut \ud83d",
        "profile":{"name":"\udc00 Ann"}}"#;
    let received = receiver()
        .receive(&signed(body, GOOD), body, SystemTime::now())
        .unwrap();
    assert_eq!(received.body(), body);
    let WebhookEvent::V1Inbound(inbound) = received.commit().unwrap() else {
        panic!("not an inbound message")
    };
    assert_eq!(inbound.content.text(), Some("cut \u{fffd}"));
}

#[test]
fn a_status_with_odd_fields_is_a_status() {
    for odd in [
        r#""timestamp":1795865700"#,
        r#""timestamp":{}"#,
        r#""to":447700900000"#,
        r#""error":{"title":1022}"#,
    ] {
        let body = format!(
            r#"{{"message_uuid":"aaaaaaaa-bbbb-4ccc-8ddd-0123456789ab","channel":"sms","status":"delivered",{odd}}}"#
        );
        let received = receiver()
            .receive(&signed(&body, GOOD), body.clone(), SystemTime::now())
            .unwrap();
        let tracker = StatusTracker::new();
        let tracked = tracker.apply(&received.commit().unwrap()).unwrap();
        assert_eq!(tracked.current, Status::Delivered, "{odd}");
    }
}

#[test]
fn each_refusal_has_its_answer() {
    let receiver = receiver();
    let answer = |headers: &HeaderMap, body: &'static str| -> StatusCode {
        receiver
            .receive(headers, body, SystemTime::now())
            .unwrap_err()
            .response_status()
    };
    assert_eq!(
        answer(&HeaderMap::new(), STATUS),
        StatusCode::SERVICE_UNAVAILABLE
    );
    assert_eq!(
        answer(
            &signed(STATUS, "another secret of thirty-two bytes"),
            STATUS
        ),
        StatusCode::UNAUTHORIZED
    );
    assert_eq!(
        answer(&signed("{}", GOOD), STATUS),
        StatusCode::UNAUTHORIZED
    );
    assert_eq!(
        answer(&signed("no json", GOOD), "no json"),
        StatusCode::BAD_REQUEST
    );

    let headers = signed(STATUS, GOOD);
    receiver
        .receive(&headers, STATUS, SystemTime::now())
        .unwrap()
        .commit()
        .unwrap();
    assert_eq!(
        answer(&headers, STATUS),
        StatusCode::OK,
        "a duplicate has been handled"
    );
}

#[test]
fn what_was_not_committed_may_come_again() {
    let (receiver, headers) = (receiver(), signed(STATUS, GOOD));
    drop(
        receiver
            .receive(&headers, STATUS, SystemTime::now())
            .unwrap(),
    );
    let again = receiver.receive(&headers, STATUS, SystemTime::now());
    assert!(
        !matches!(again, Err(ReceiveError::Unverified(_))),
        "{again:?}"
    );
}

/// A machine whose clock is minutes off is sent the webhook again, whichever way it receives.
#[tokio::test]
async fn every_way_to_receive_defers_what_is_early_or_stale() {
    let now = SystemTime::now();
    let (minute, day) = (Duration::from_secs(60), Duration::from_secs(24 * 60 * 60));
    let cases = [
        (now + 4 * minute, GOOD, StatusCode::OK),
        (now + 6 * minute, GOOD, StatusCode::SERVICE_UNAVAILABLE),
        (now + day, GOOD, StatusCode::SERVICE_UNAVAILABLE),
        (now - day, GOOD, StatusCode::OK),
        (
            now - day - 16 * minute,
            GOOD,
            StatusCode::SERVICE_UNAVAILABLE,
        ),
        (
            now + day,
            "another secret of thirty-two bytes",
            StatusCode::UNAUTHORIZED,
        ),
    ];
    for (signed, secret, expected) in cases {
        let headers = signed_at(STATUS, secret, signed);
        let answer = receiver()
            .receive(&headers, STATUS, SystemTime::now())
            .map_or_else(|error| error.response_status(), |_| StatusCode::OK);
        let request = || {
            let mut request = Request::post("/webhooks").body(Body::from(STATUS)).unwrap();
            *request.headers_mut() = headers.clone();
            request
        };
        let extracted = VerifiedWebhook::from_request(request(), &receiver())
            .await
            .map_or_else(|error| error.response_status(), |_| StatusCode::OK);
        let mut service = WebhookService::new(receiver(), |_: WebhookEvent| async {
            Ok::<_, std::convert::Infallible>(())
        });
        let served = service.call(request()).await.unwrap().status();
        assert_eq!([answer, extracted, served], [expected; 3]);
    }
}
