//! Every way in which a call can end, through the whole stack of layers, on tokio's paused clock.

use std::sync::Arc;
use std::time::Duration;

use messages_sdk::policy::DeliveryPolicy;
use messages_sdk::transport::testing::ScriptedTransport;
use messages_sdk::transport::{Delivery, TransportError, TransportErrorKind, http::StatusCode};
use messages_sdk::types::v1::{ClientRef, Sms};
use messages_sdk::{Accepted, Client, Error, Outcome, SendOptions};

use crate::support::{UUID, accepted, builder, client, sms};

fn broken(kind: TransportErrorKind, delivery: Delivery) -> TransportError {
    TransportError::new(kind, delivery, "planted")
}

/// One scripted answer of the server.
#[derive(Debug, Clone, Copy)]
enum Then {
    Accepts,
    Status(u16),
    NotSent,
    Unknown,
    CutAfter(u16),
}

fn script(answers: &[Then]) -> Arc<ScriptedTransport> {
    let mut script = ScriptedTransport::new();
    for answer in answers {
        script = match *answer {
            Then::Accepts => script.then_status(202, accepted()),
            Then::Status(status) => script.then_status(status, ""),
            Then::NotSent => {
                script.then_error(broken(TransportErrorKind::Connect, Delivery::NotSent))
            }
            Then::Unknown => {
                script.then_error(broken(TransportErrorKind::Interrupted, Delivery::Unknown))
            }
            Then::CutAfter(status) => script.then_error(
                broken(TransportErrorKind::Interrupted, Delivery::Unknown)
                    .with_status(StatusCode::from_u16(status).unwrap()),
            ),
        };
    }
    Arc::new(script)
}

#[tokio::test(start_paused = true)]
async fn each_policy_ends_each_story_as_the_table_says() {
    use DeliveryPolicy::{AtLeastOnce, AtMostOnce, TrustRefusals};
    use Then::{Accepts, CutAfter, NotSent, Status, Unknown};

    // Policy, what the server does, the outcome, how many requests it saw.
    let table: &[(DeliveryPolicy, &[Then], Outcome, usize)] = &[
        (AtMostOnce, &[Accepts], Outcome::Accepted, 1),
        (AtMostOnce, &[NotSent, Accepts], Outcome::Accepted, 2),
        (
            AtMostOnce,
            &[NotSent, NotSent, NotSent],
            Outcome::NotSent,
            3,
        ),
        (AtMostOnce, &[Status(429), Accepts], Outcome::Accepted, 2),
        (AtMostOnce, &[Status(503)], Outcome::InDoubt, 1),
        (TrustRefusals, &[Status(503), Accepts], Outcome::Accepted, 2),
        (
            TrustRefusals,
            &[Status(503), Status(503), Status(503)],
            Outcome::Rejected,
            3,
        ),
        (AtLeastOnce, &[Status(503), Accepts], Outcome::Accepted, 2),
        (AtMostOnce, &[Status(408)], Outcome::InDoubt, 1),
        (AtMostOnce, &[Status(500)], Outcome::InDoubt, 1),
        (TrustRefusals, &[Status(502)], Outcome::InDoubt, 1),
        (TrustRefusals, &[Status(504)], Outcome::InDoubt, 1),
        (AtLeastOnce, &[Status(500), Accepts], Outcome::Accepted, 2),
        (AtMostOnce, &[Unknown], Outcome::InDoubt, 1),
        (TrustRefusals, &[Unknown], Outcome::InDoubt, 1),
        (AtLeastOnce, &[Unknown, Accepts], Outcome::Accepted, 2),
        // An attempt that may have been taken keeps the call in doubt, whatever the later ones say.
        (
            AtLeastOnce,
            &[Unknown, NotSent, NotSent],
            Outcome::InDoubt,
            3,
        ),
        (AtLeastOnce, &[Unknown, Status(422)], Outcome::InDoubt, 2),
        (AtMostOnce, &[CutAfter(202)], Outcome::AcceptedIdUnknown, 1),
        (AtLeastOnce, &[CutAfter(202)], Outcome::AcceptedIdUnknown, 1),
        (AtMostOnce, &[Status(202)], Outcome::AcceptedIdUnknown, 1),
        (AtLeastOnce, &[Status(200)], Outcome::AcceptedIdUnknown, 1),
        (AtLeastOnce, &[Status(302)], Outcome::Rejected, 1),
        (AtLeastOnce, &[Status(307)], Outcome::Rejected, 1),
        (AtLeastOnce, &[Status(401)], Outcome::Rejected, 1),
        (AtLeastOnce, &[Status(402)], Outcome::Rejected, 1),
        (AtLeastOnce, &[Status(422)], Outcome::Rejected, 1),
    ];
    for (policy, answers, outcome, requests) in table {
        let script = script(answers);
        let client = builder(&script).delivery(*policy).build().unwrap();
        let result = client.send(sms()).await;
        let ended = match &result {
            Ok(accepted) => {
                assert_eq!(accepted.message_uuid, UUID);
                Outcome::Accepted
            }
            Err(error) => error.outcome(),
        };
        assert_eq!(ended, *outcome, "{policy:?} {answers:?}");
        assert_eq!(script.requests().len(), *requests, "{policy:?} {answers:?}");
        let report = match &result {
            Ok(accepted) => &accepted.report,
            Err(error) => error.report(),
        };
        assert_eq!(
            report.attempts as usize, *requests,
            "{policy:?} {answers:?}"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn a_call_that_hears_nothing_ends_in_doubt_at_its_deadline() {
    let script = Arc::new(ScriptedTransport::new().then_never());
    let client = builder(&script)
        .deadline(Duration::from_secs(7))
        .build()
        .unwrap();
    let began = tokio::time::Instant::now();
    let error = client.send(sms()).await.unwrap_err();
    assert_eq!(error.outcome(), Outcome::InDoubt);
    assert_eq!(began.elapsed(), Duration::from_secs(7));
}

#[tokio::test(start_paused = true)]
async fn one_call_can_have_a_policy_and_a_deadline_of_its_own() {
    let script = script(&[Then::Unknown, Then::Accepts]);
    let client = client(&script);
    let options = SendOptions::new().delivery(DeliveryPolicy::AtLeastOnce);
    assert!(client.send_with(sms(), options).await.is_ok());

    let script = Arc::new(ScriptedTransport::new().then_never());
    let client = self::client(&script);
    let began = tokio::time::Instant::now();
    let options = SendOptions::new().deadline(Duration::from_secs(2));
    assert!(client.send_with(sms(), options).await.is_err());
    assert_eq!(began.elapsed(), Duration::from_secs(2));
}

#[tokio::test(start_paused = true)]
async fn a_deadline_out_of_range_is_no_panic_and_no_wait() {
    let script = script(&[Then::Accepts]);
    let client = client(&script);
    let options = SendOptions::new().deadline(Duration::MAX);
    assert!(client.send_with(sms(), options).await.is_ok());

    let options = SendOptions::new().deadline(Duration::ZERO);
    let error = client.send_with(sms(), options).await.unwrap_err();
    assert_eq!(error.outcome(), Outcome::NotSent);
    assert_eq!(script.requests().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_call_elsewhere_takes_its_credentials_to_the_vendor_only() {
    let script = script(&[Then::Accepts]);
    let client = client(&script);
    let to = |url: &str| SendOptions::new().endpoint(url.parse().unwrap());
    client.send_with(sms(), to("eu")).await.unwrap();
    assert_eq!(script.requests()[0].uri().host(), Some("api-eu.nexmo.com"));
    let error = client
        .send_with(sms(), to("https://api.nexmo.com.example"))
        .await
        .unwrap_err();
    assert_eq!(error.outcome(), Outcome::NotSent);
    assert_eq!(script.requests().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_rejection_keeps_what_the_api_said() {
    let body = r#"{"type":"https://developer.vonage.com/api-errors/messages#1150","title":"Invalid params","detail":"d",
        "instance":"i","invalid_parameters":[{"name":"image.url","reason":"is required."}]}"#;
    let script = Arc::new(ScriptedTransport::new().then_status(422, body));
    let error = client(&script).send(sms()).await.unwrap_err();
    assert_eq!(error.status(), Some(StatusCode::UNPROCESSABLE_ENTITY));
    assert_eq!(
        error.problem().unwrap().title.as_deref(),
        Some("Invalid params")
    );
    assert_eq!(error.body().unwrap(), body);
    assert!(!error.is_retryable());
}

#[tokio::test(start_paused = true)]
async fn a_502_that_is_no_json_is_still_a_502() {
    let script = Arc::new(ScriptedTransport::new().then_status(502, "<html>Bad Gateway</html>"));
    let error = client(&script).send(sms()).await.unwrap_err();
    assert_eq!(error.status(), Some(StatusCode::BAD_GATEWAY));
    assert!(error.to_string().contains("502"), "{error}");
}

#[tokio::test(start_paused = true)]
async fn a_message_that_breaks_a_rule_never_leaves() {
    use messages_sdk::types::v1::Messenger;
    use messages_sdk::types::v1::messenger;

    let script = Arc::new(ScriptedTransport::new());
    let untagged = Messenger::text("page", "person", "Hello")
        .unwrap()
        .messenger(messenger::Options::default().category(messenger::Category::MessageTag));
    let error = client(&script).send(untagged).await.unwrap_err();
    assert!(matches!(error, Error::Invalid(_)));
    assert_eq!(error.problems()[0].pointer(), "/messenger/tag");
    assert!(script.requests().is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_closed_client_sends_nothing() {
    let script = script(&[Then::Accepts]);
    let client = client(&script);
    client.send(sms()).await.unwrap();
    client.close().await;
    let error = client.send(sms()).await.unwrap_err();
    assert_eq!(error.outcome(), Outcome::NotSent);
    assert_eq!(script.requests().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn closing_waits_for_what_is_under_way() {
    let script = Arc::new(ScriptedTransport::new().then_never());
    let client = builder(&script)
        .deadline(Duration::from_secs(5))
        .build()
        .unwrap();
    let sending = tokio::spawn({
        let client = client.clone();
        async move { client.send(sms()).await }
    });
    tokio::task::yield_now().await;
    let began = tokio::time::Instant::now();
    client.close().await;
    assert_eq!(began.elapsed(), Duration::from_secs(5));
    assert!(sending.await.unwrap().is_err());
}

#[test]
fn a_result_costs_at_most_two_words_more_than_its_value() {
    assert!(size_of::<Error>() <= 16);
}

#[test]
fn the_futures_of_a_client_can_cross_threads() {
    fn is_send<T: Send>(_: &T) {}
    let script = script(&[]);
    let client = client(&script);
    is_send(&client.send(sms()));
    is_send(&client.revoke(UUID));
}

#[tokio::test]
async fn a_function_that_builds_and_sends_returns_one_error() {
    async fn send(client: &Client, to: &str, reference: &str) -> Result<Accepted, Error> {
        let sms = Sms::text("447700900001", to, "Hello")?.client_ref(reference)?;
        let reference: ClientRef = reference.try_into()?;
        client.send(sms.client_ref(reference)?).await
    }
    let script = ScriptedTransport::new().then_status(202, r#"{"message_uuid":"aaaa"}"#);
    let client = client(&Arc::new(script));
    let error = send(&client, "0", "order-17").await.unwrap_err();
    assert_eq!(
        (error.outcome(), error.problems()[0].pointer()),
        (Outcome::Invalid, "/to")
    );
    let error = send(&client, "447700900000", "").await.unwrap_err();
    assert_eq!(error.problems()[0].pointer(), "/client_ref");
    let value = ClientRef::new("").unwrap_err();
    assert_eq!(Error::from(value).outcome(), Outcome::Invalid);
    send(&client, "447700900000", "order-17").await.unwrap();
}
