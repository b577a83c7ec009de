//! Rules about times, references, revocation and outages of receivers.

use std::time::Duration;

use messages_emulator::{
    Action, Channel, Emulator, Query, RevokeEffect, Rule, Status, Turn, WebhookFault, WebhookOutage,
};
use messages_transport::http::Method;
use serde_json::{Value, json};

use crate::support::{Client, Receiver, sms, stepped, v0_1_sms};

const MINUTE: Duration = Duration::from_secs(60);

fn rcs(to: &str) -> Value {
    json!({
        "channel": "rcs", "message_type": "text", "from": "Shop", "to": to, "text": "Your parcel is here",
        "client_ref": "order-1"
    })
}

fn outage(for_: Duration) -> WebhookOutage {
    WebhookOutage {
        after_ms: 0,
        for_ms: u64::try_from(for_.as_millis()).unwrap(),
        lost: false,
    }
}

async fn add(emulator: &Emulator, rule: Value) -> (u16, Value) {
    let client = Client::basic(emulator);
    client.post("/emulator/v1/rules", &rule).await
}

#[tokio::test]
async fn webhooks_of_an_outage_are_retried_and_arrive_after_it() {
    let (emulator, receiver) = stepped().await;
    emulator.add_rule(Rule::always(Action::WebhookOutage(outage(30 * MINUTE))));
    let client = Client::basic(&emulator);
    let uuid = client.send("/v1/messages", &rcs("447700900000")).await;
    emulator.advance(30 * MINUTE - Duration::from_secs(1)).await;
    assert!(receiver.all().is_empty());
    let message = emulator.message(&uuid).unwrap();
    assert_eq!(message.message.status, Some(Status::Read), "life goes on");

    // The longest pause between two attempts is 15 minutes.
    emulator.advance(15 * MINUTE).await;
    let mut statuses = receiver.statuses();
    statuses.sort();
    assert_eq!(statuses, ["delivered", "read", "submitted"]);

    // It is over: the next webhooks come at once.
    client.send("/v1/messages", &rcs("447700900000")).await;
    emulator.advance(MINUTE).await;
    assert_eq!(receiver.all().len(), 6);
}

#[tokio::test]
async fn an_outage_begins_after_its_delay_and_lost_webhooks_never_come() {
    let (emulator, receiver) = stepped().await;
    emulator.add_rule(Rule::always(Action::WebhookOutage(WebhookOutage {
        after_ms: 600_000,
        lost: true,
        ..outage(10 * MINUTE)
    })));
    let client = Client::basic(&emulator);
    for expected in [2, 2, 4] {
        // Before, during and after.
        client.send("/v1/messages", &sms("447700900000")).await;
        emulator.advance(10 * MINUTE).await;
        assert_eq!(receiver.all().len(), expected);
    }
    emulator.advance(Duration::from_secs(25 * 3_600)).await;
    assert_eq!(receiver.all().len(), 4);
}

#[tokio::test]
async fn an_outage_holds_back_what_its_conditions_select() {
    let (emulator, receiver) = stepped().await;
    let only = |change: fn(&mut messages_emulator::When)| {
        Rule::always(Action::WebhookOutage(outage(60 * MINUTE))).and(change)
    };
    emulator.add_rule(only(|when| when.channel = Some(Channel::Rcs)));
    let client = Client::basic(&emulator);
    client.send("/v1/messages", &rcs("447700900000")).await;
    client.send("/v1/messages", &sms("447700900000")).await;
    emulator.advance(MINUTE).await;
    let channels: Vec<_> = receiver
        .all()
        .into_iter()
        .map(|one| one.json["channel"].clone())
        .collect();
    assert_eq!(channels, ["sms", "sms"]);

    // The path is that of the webhook's URL, and each second attempt fails.
    emulator.clear_rules();
    emulator.add_rule(only(|when| {
        when.path = Some("/webhooks".into());
        when.every = Some(2);
    }));
    let uuid = client.send("/v1/messages", &sms("447700900000")).await;
    emulator.advance(MINUTE).await;
    let webhooks = emulator.message(&uuid).unwrap().webhooks;
    let attempts: Vec<_> = webhooks
        .iter()
        .map(|webhook| webhook.attempts.len())
        .collect();
    assert_eq!(attempts, [1, 2]);
    let reason = webhooks[1].attempts[0].error.as_deref().unwrap();
    assert!(reason.contains("a rule says so"), "{reason}");
}

#[tokio::test]
async fn a_status_that_is_triggered_in_an_outage_says_that_it_did_not_arrive() {
    let (emulator, _receiver) = stepped().await;
    let uuid = Client::basic(&emulator)
        .send("/v1/messages", &sms("447700900000"))
        .await;
    emulator.add_rule(Rule::always(Action::WebhookOutage(outage(MINUTE))));
    let delivered = emulator
        .trigger(&uuid, Status::Delivered, None)
        .await
        .unwrap();
    let webhook = delivered.webhook.unwrap();
    assert!(!webhook.acknowledged && webhook.error.is_some());

    emulator.add_rule(Rule::always(Action::WebhookOutage(WebhookOutage {
        lost: true,
        ..outage(MINUTE)
    })));
    let delivered = emulator
        .trigger(&uuid, Status::Rejected, Some(1050))
        .await
        .unwrap();
    assert!(delivered.webhook.is_none());
}

#[tokio::test]
async fn a_client_ref_is_left_out_of_both_generations_and_other_rules_still_apply() {
    let (emulator, receiver) = stepped().await;
    emulator.add_rule(Rule::always(Action::OmitClientRef));
    emulator.add_rule(Rule::always(Action::Webhooks(WebhookFault::Doubled)));
    let client = Client::basic(&emulator);
    let uuid = client.send("/v1/messages", &rcs("447700970002")).await;
    let mut old = v0_1_sms("447700970002");
    old["client_ref"] = json!("order-1");
    client.send("/v0.1/messages", &old).await;
    emulator.advance(MINUTE).await;
    let all = receiver.all();
    assert_eq!(all.len(), 8);
    assert!(all.iter().all(|one| one.json.get("client_ref").is_none()));
    // The emulator itself still knows it.
    let found = emulator.messages(&Query::sent().client_ref("order-1"), 9);
    assert!(found.iter().any(|message| message.message_uuid == uuid));

    emulator.clear_rules();
    client.send("/v1/messages", &rcs("447700970002")).await;
    emulator.advance(MINUTE).await;
    assert_eq!(receiver.all()[8].json["client_ref"], "order-1");
}

/// Revokes an RCS message some time after it was accepted. Returns the HTTP status and the statuses that were told.
async fn revoked(effect: Option<RevokeEffect>, after: Duration) -> (u16, Vec<String>) {
    let (emulator, receiver) = stepped().await;
    emulator.add_rule(Rule::always(Action::Slow { ms: 10_000 }));
    if let Some(effect) = effect {
        emulator.add_rule(Rule::always(Action::Revoke(effect)));
    }
    let client = Client::jwt(&emulator);
    let uuid = client.send("/v1/messages", &rcs("447700900000")).await;
    emulator.advance(after).await;
    let path = format!("/v1/messages/{uuid}");
    let answer = client
        .call(Method::PATCH, &path, r#"{"status":"revoked"}"#)
        .await
        .unwrap();
    emulator.advance(10 * MINUTE).await;
    (answer.status().as_u16(), receiver.statuses())
}

#[tokio::test]
async fn a_revoked_message_has_the_statuses_that_the_rule_says() {
    let script = |turns: &[(Status, Option<u16>)]| {
        let turns = turns.iter().map(|(status, code)| Turn {
            status: *status,
            after_ms: 2_000,
            code: *code,
        });
        Some(RevokeEffect::Script(turns.collect()))
    };
    let submitted = Duration::from_secs(15);
    let delivered = Duration::from_secs(25);
    for (effect, after, status, told) in [
        (None, Duration::ZERO, 202, &[][..]),
        (None, submitted, 202, &["submitted"]),
        (None, delivered, 202, &["submitted", "delivered"]),
        (None, MINUTE, 422, &["submitted", "delivered", "read"]),
        (
            Some(RevokeEffect::Ignored),
            submitted,
            202,
            &["submitted", "delivered", "read"],
        ),
        (
            Some(RevokeEffect::Refused),
            submitted,
            422,
            &["submitted", "delivered", "read"],
        ),
        (script(&[]), submitted, 202, &["submitted"]),
        (
            script(&[(Status::Rejected, Some(1330))]),
            submitted,
            202,
            &["submitted", "rejected"],
        ),
        (
            script(&[(Status::Undeliverable, None)]),
            Duration::ZERO,
            202,
            &["undeliverable"],
        ),
        (
            script(&[(Status::Delivered, None), (Status::Read, None)]),
            submitted,
            202,
            &["submitted", "delivered", "read"],
        ),
    ] {
        let seen = revoked(effect.clone(), after).await;
        let told: Vec<_> = told.iter().map(|status| (*status).to_owned()).collect();
        assert_eq!(seen, (status, told), "{effect:?} {after:?}");
    }
}

#[tokio::test]
async fn the_states_after_a_revocation_are_counted_from_it() {
    let (emulator, receiver) = stepped().await;
    emulator.add_rule(Rule::always(Action::Slow { ms: 60_000 }));
    emulator.add_rule(Rule::always(Action::Revoke(RevokeEffect::Script(vec![
        Turn {
            status: Status::Undeliverable,
            after_ms: 90_000,
            code: Some(1330),
        },
    ]))));
    let client = Client::jwt(&emulator);
    let uuid = client.send("/v1/messages", &rcs("447700900000")).await;
    emulator.advance(Duration::from_secs(30)).await;
    let path = format!("/v1/messages/{uuid}");
    client
        .call(Method::PATCH, &path, r#"{"status":"revoked"}"#)
        .await
        .unwrap();
    // The time of the status that was planned before has no effect, also after a restart from a snapshot.
    emulator.restore(&emulator.snapshot()).await.unwrap();
    emulator.advance(Duration::from_secs(89)).await;
    assert_eq!(receiver.statuses(), [""; 0]);
    emulator.advance(Duration::from_secs(1)).await;
    assert_eq!(receiver.statuses(), ["undeliverable"]);
}

#[tokio::test]
async fn a_late_read_follows_the_failover_of_a_workflow() {
    let (emulator, receiver) = stepped().await;
    emulator.add_rule(
        Rule::always(Action::LateRead { ms: 700_000 })
            .and(|when| when.channel = Some(Channel::Messenger)),
    );
    let first = json!({
        "from": { "type": "messenger", "id": "page-1" },
        "to": { "type": "messenger", "id": "user-1" },
        "message": { "content": { "type": "text", "text": "Your table is free" } },
        "failover": { "expiry_time": 600, "condition_status": "read" }
    });
    let body = json!({ "template": "failover", "workflow": [first, v0_1_sms("447700900000")] });
    Client::basic(&emulator).post("/v0.1/dispatch", &body).await;
    emulator.advance(Duration::from_secs(699)).await;
    assert_eq!(
        receiver.statuses(),
        [
            "submitted",
            "delivered",
            "submitted",
            "delivered",
            "completed"
        ]
    );
    emulator.advance(Duration::from_secs(1)).await;
    assert_eq!(receiver.statuses().last().unwrap(), "read");
}

#[tokio::test]
async fn a_slow_channel_leaves_the_others_as_they_are_and_a_ttl_ends_its_messages() {
    let (emulator, receiver) = stepped().await;
    emulator.add_rule(
        Rule::always(Action::Slow { ms: 60_000 }).and(|when| when.channel = Some(Channel::Rcs)),
    );
    let client = Client::basic(&emulator);
    client.send("/v1/messages", &sms("447700900000")).await;
    client.send("/v1/messages", &rcs("447700900000")).await;
    let mut short = rcs("447700900001");
    short["ttl"] = json!(100);
    client.send("/v1/messages", &short).await;
    emulator.advance(Duration::from_secs(59)).await;
    assert_eq!(receiver.statuses(), ["submitted", "delivered"]);
    emulator.advance(Duration::from_secs(41)).await;
    let told = receiver.all();
    let last = &told.last().unwrap().json;
    assert_eq!(
        (&last["status"], &last["error"]["title"]),
        (&json!("rejected"), &json!("1360"))
    );
    emulator.advance(10 * MINUTE).await;
    assert_eq!(receiver.all().len(), 7);
}

#[tokio::test]
async fn every_rule_can_be_added_by_its_json() {
    let emulator = Emulator::builder().stepped().start().await.unwrap();
    for then in [
        json!("omit_client_ref"),
        json!({ "late_read": { "ms": 700_000 } }),
        json!({ "slow": { "ms": 60_000 } }),
        json!({ "revoke": "ignored" }),
        json!({ "revoke": "refused" }),
        json!({ "revoke": { "script": [{ "status": "rejected", "code": 1330, "after_ms": 500 }] } }),
        json!({ "webhook_outage": { "for_ms": 1_800_000 } }),
        json!({ "webhook_outage": { "for_ms": 1_800_000, "after_ms": 1, "lost": true } }),
    ] {
        let (status, answer) = add(&emulator, json!({ "then": then })).await;
        assert_eq!(status, 201, "{answer}");
    }
    for (rule, field) in [
        (json!({ "when": { "nth": 0 }, "then": "read" }), "when.nth"),
        (
            json!({ "then": { "slow": { "ms": 99_999_999_999_u64 } } }),
            "then.slow.ms",
        ),
        (
            json!({ "then": { "webhook_outage": { "for_ms": 0 } } }),
            "then.webhook_outage.for_ms",
        ),
    ] {
        let (status, answer) = add(&emulator, rule).await;
        assert_eq!(status, 422);
        let error = answer["error"].as_str().unwrap();
        assert!(error.contains(&format!("`{field}` must be")), "{error}");
    }
    let (_, rules) = Client::basic(&emulator).get("/emulator/v1/rules").await;
    assert_eq!(rules["rules"].as_array().unwrap().len(), 8);
}

#[cfg(feature = "persistence")]
#[tokio::test]
async fn an_outage_goes_on_after_a_restart() {
    let directory = tempfile::tempdir().unwrap();
    let receiver = Receiver::start().await;
    let start = async || {
        Emulator::builder()
            .stepped()
            .data(directory.path().join("data.db"))
            .status_url(&receiver.url)
            .start()
            .await
            .unwrap()
    };
    let emulator = start().await;
    emulator.add_rule(Rule::always(Action::WebhookOutage(outage(30 * MINUTE))));
    Client::basic(&emulator)
        .send("/v1/messages", &sms("447700900000"))
        .await;
    emulator.advance(20 * MINUTE).await;
    drop(emulator);
    let emulator = start().await;
    emulator.advance(9 * MINUTE).await;
    assert!(receiver.all().is_empty());
    emulator.advance(16 * MINUTE).await;
    assert_eq!(receiver.all().len(), 2);
}
