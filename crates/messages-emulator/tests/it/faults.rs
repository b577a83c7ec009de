//! Deliberate faults: the client's view, and the messages that were really accepted.

use std::time::{Duration, Instant};

use messages_emulator::{Action, Emulator, Query, Rule, Status, WebhookFault};
use messages_transport::http::Method;
use messages_transport::{Delivery, TransportError};

use crate::support::{Client, sms, stepped, v0_1_sms};

/// The client's view of one message under a fault, and the number of accepted messages.
async fn under(action: Action) -> (Result<(u16, String), TransportError>, usize) {
    let emulator = Emulator::builder().stepped().start().await.unwrap();
    emulator.add_rule(Rule::always(action));
    let seen = send(&emulator, "447700900000").await;
    (seen, taken(&emulator))
}

async fn send(emulator: &Emulator, to: &str) -> Result<(u16, String), TransportError> {
    let client = Client::basic(emulator);
    let response = client
        .call(Method::POST, "/v1/messages", sms(to).to_string())
        .await?;
    let body = String::from_utf8_lossy(response.body()).into_owned();
    Ok((response.status().as_u16(), body))
}

fn taken(emulator: &Emulator) -> usize {
    emulator.messages(&Query::default(), 10).len()
}

#[tokio::test]
async fn a_broken_connection_leaves_the_client_in_doubt_whether_or_not_the_message_was_taken() {
    for (action, expected) in [
        (Action::CutBeforeBody, 0),
        (Action::CutAfterBody, 0),
        (Action::Reset, 0),
        (Action::LoseAnswer, 1),
        (Action::CutAnswer, 1),
    ] {
        let (seen, taken) = under(action.clone()).await;
        let error = seen.expect_err("an answer");
        assert_eq!(error.delivery(), Delivery::Unknown, "{action:?}");
        assert_eq!(taken, expected, "{action:?}");
        // The head of a cut answer has arrived: the message was taken, only its uuid is lost.
        let status = error.status().map(|status| status.as_u16());
        assert_eq!(
            status,
            (action == Action::CutAnswer).then_some(202),
            "{action:?}"
        );
    }
}

#[tokio::test]
async fn refusals_take_nothing_and_look_like_the_apis_or_the_gateways() {
    for status in [401, 402, 403, 404, 422, 429, 500, 502, 503, 504] {
        let refuse = Action::Status {
            status,
            retry_after: None,
        };
        let (seen, taken) = under(refuse).await;
        let (seen, body) = seen.unwrap();
        assert_eq!((seen, taken), (status, 0));
        let body: serde_json::Value = serde_json::from_str(&body).unwrap();
        assert!(
            body["title"].is_string() && body["instance"].is_string(),
            "{status}"
        );
    }
    let (seen, taken) = under(Action::Html { status: 502 }).await;
    let (status, body) = seen.unwrap();
    assert_eq!((status, taken), (502, 0));
    assert!(body.starts_with("<html>"));
}

#[tokio::test]
async fn slow_answers_arrive_whole() {
    let begun = Instant::now();
    let (seen, taken) = under(Action::Latency { ms: 150 }).await;
    assert_eq!((seen.unwrap().0, taken), (202, 1));
    assert!(begun.elapsed() >= Duration::from_millis(150));

    let begun = Instant::now();
    let (seen, _) = under(Action::SlowBytes { ms: 2 }).await;
    let (status, body) = seen.unwrap();
    assert_eq!(status, 202);
    let pause = Duration::from_millis(2 * u64::try_from(body.len()).unwrap());
    assert!(begun.elapsed() >= pause, "{} bytes", body.len());
    assert!(serde_json::from_str::<serde_json::Value>(&body).unwrap()["message_uuid"].is_string());
}

#[tokio::test]
async fn magic_recipients_bring_faults_about_and_can_be_switched_off() {
    let emulator = Emulator::builder().stepped().start().await.unwrap();
    assert_eq!(send(&emulator, "447700960429").await.unwrap().0, 429);
    assert_eq!(send(&emulator, "447700960500").await.unwrap().0, 500);
    assert_eq!(taken(&emulator), 0);
    assert!(send(&emulator, "447700960602").await.is_err());
    assert_eq!(taken(&emulator), 1);

    let off = Emulator::builder()
        .stepped()
        .magic_numbers(false)
        .start()
        .await
        .unwrap();
    assert_eq!(send(&off, "447700960429").await.unwrap().0, 202);
}

#[tokio::test]
async fn a_rule_counts_its_calls() {
    let emulator = Emulator::builder().stepped().start().await.unwrap();
    let refuse = Action::Status {
        status: 503,
        retry_after: None,
    };
    emulator.add_rule(Rule::nth(2, refuse));
    let mut seen = Vec::new();
    for _ in 0..3 {
        seen.push(send(&emulator, "447700900000").await.unwrap().0);
    }
    assert_eq!(seen, [202, 503, 202]);
}

#[tokio::test]
async fn a_client_that_gives_up_on_a_late_answer_has_sent_its_message() {
    let emulator = Emulator::builder().stepped().start().await.unwrap();
    emulator.add_rule(Rule::always(Action::Latency { ms: 60_000 }));
    let patience = async {
        while taken(&emulator) == 0 {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    tokio::select! {
        _ = send(&emulator, "447700900000") => panic!("answered"),
        () = patience => {}
    }
    // It has gone.
    tokio::time::sleep(Duration::from_millis(100)).await;
    assert_eq!(taken(&emulator), 1);
}

#[tokio::test]
async fn a_path_is_a_condition_at_every_stage() {
    let only_v1 = |action| Rule::always(action).and(|when| when.path = Some("/v1/*".into()));
    for (stage, action) in [
        ("head", Action::CutBeforeBody),
        (
            "request",
            Action::Status {
                status: 503,
                retry_after: None,
            },
        ),
        ("life", Action::Reject { code: 1050 }),
        ("webhooks", Action::Webhooks(WebhookFault::Dropped)),
    ] {
        let (emulator, receiver) = stepped().await;
        emulator.add_rule(only_v1(action));
        let client = Client::basic(&emulator);
        let mut told = Vec::new();
        for (path, body) in [
            ("/v0.1/messages", v0_1_sms("447700900000")),
            ("/v1/messages", sms("447700900002")),
        ] {
            let answer = client.call(Method::POST, path, body.to_string()).await;
            emulator.advance(Duration::from_secs(60)).await;
            told.push((
                answer.is_ok_and(|answer| answer.status() == 202),
                receiver.statuses().join(" "),
            ));
        }
        let untouched = (true, "submitted delivered".to_owned());
        assert_eq!(told[0], untouched, "{stage}");
        let expected = match stage {
            "head" | "request" => (false, "submitted delivered"),
            "life" => (true, "submitted delivered rejected"),
            _ => (true, "submitted delivered"),
        };
        assert_eq!((told[1].0, told[1].1.as_str()), expected, "{stage}");
    }
}

#[tokio::test]
async fn a_later_message_of_a_list_came_by_the_path_of_the_list() {
    let (emulator, _receiver) = stepped().await;
    emulator.add_rule(
        Rule::always(Action::Reject { code: 1050 }).and(|when| when.path = Some("/v1/*".into())),
    );
    let mut list = sms("447700900000");
    list["failover"] = serde_json::json!([sms("447700900002")]);
    Client::basic(&emulator).send("/v1/messages", &list).await;
    emulator.advance(Duration::from_secs(60)).await;
    let all = emulator.messages(&Query::default(), 9);
    let statuses: Vec<_> = all.iter().map(|message| message.status).collect();
    assert_eq!(statuses, [Some(Status::Rejected); 2]);
}
