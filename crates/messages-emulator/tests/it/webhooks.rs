use std::time::Duration;

use messages_emulator::{
    Action, ApplicationSettings, Channel, DeliveryState, Emulator, Event, InboundMessage, Query,
    Rule, Status, WebhookFault, WebhookVersion,
};
use messages_types::{Document, v0_1, v1};
use serde_json::json;

use crate::support::{Client, LIMIT, Receiver, is_signed, sms, stepped, v0_1_sms};

#[tokio::test]
async fn a_message_goes_through_its_states_and_each_is_told_and_signed() {
    let (emulator, receiver) = stepped().await;
    let client = Client::basic(&emulator);
    let viber = json!({
        "channel": "viber_service", "message_type": "text", "from": "service-1", "to": "447700900000",
        "text": "Hello", "client_ref": "order-17"
    });
    let uuid = client.send("/v1/messages", &viber).await;
    emulator.advance(Duration::from_secs(60)).await;
    assert_eq!(receiver.statuses(), ["submitted", "delivered", "read"]);
    for received in receiver.all() {
        assert!(is_signed(&received, emulator.credentials()));
        let status = v1::MessageStatus::from_slice(&received.raw).unwrap();
        assert_eq!(status.message_uuid, uuid);
        assert_eq!(status.client_ref.as_deref(), Some("order-17"));
        assert_eq!(received.json["channel"], "viber_service");
        assert!(status.timestamp.unwrap().instant().is_some());
    }
}

#[tokio::test]
async fn statuses_come_in_the_version_that_is_asked_for() {
    let (emulator, receiver) = stepped().await;
    let client = Client::basic(&emulator);
    let mut body = sms("447700900000");
    body["webhook_version"] = "v0.1".into();
    client.send("/v1/messages", &body).await;
    emulator.advance(Duration::from_secs(60)).await;
    for received in receiver.all() {
        let status = v0_1::MessageStatus::from_slice(&received.raw).unwrap();
        assert_eq!(
            received.json["to"],
            json!({ "type": "sms", "number": "447700900000" })
        );
        assert!(status.timestamp.unwrap().as_str().ends_with('Z'));
    }
    assert_eq!(receiver.statuses(), ["submitted", "delivered"]);
}

#[tokio::test]
async fn the_message_wins_over_the_application_and_that_over_the_account() {
    let (account, application) = (Receiver::start().await, Receiver::start().await);
    let emulator = Emulator::builder()
        .stepped()
        .status_url(&account.url)
        .inbound_url(&account.url)
        .application(ApplicationSettings {
            status_url: Some(application.url.clone()),
            webhook_version: Some(WebhookVersion::V0_1),
            ..ApplicationSettings::default()
        })
        .start()
        .await
        .unwrap();
    let client = Client::jwt(&emulator);
    client.send("/v1/messages", &sms("447700900000")).await;
    let mut own = sms("447700900002");
    own["webhook_version"] = "v1".into();
    client.send("/v1/messages", &own).await;
    emulator.advance(Duration::from_secs(60)).await;
    let objects = application
        .all()
        .iter()
        .filter(|one| one.json["to"].is_object())
        .count();
    assert_eq!(
        (application.all().len(), objects, account.all().len()),
        (4, 2, 0)
    );
    let hello = InboundMessage::text(Channel::Sms, "447700900000", "447700900001", "Hello");
    emulator.inject(hello).await;
    assert_eq!(account.all().len(), 1);
}

#[tokio::test]
async fn a_receiver_that_hangs_holds_up_nobody_elses_webhooks() {
    let hanging = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let hang = format!("http://{}/", hanging.local_addr().unwrap());
    let receiver = Receiver::start().await;
    let builder = Emulator::builder().speed(1_000.0).status_url(&receiver.url);
    let emulator = builder.start().await.unwrap();
    let client = Client::basic(&emulator);
    let mut stuck = sms("447700900000");
    stuck["webhook_url"] = hang.into();
    for _ in 0..100 {
        client.send("/v1/messages", &stuck).await;
    }
    client.send("/v1/messages", &sms("447700900002")).await;
    let both = tokio::time::timeout(Duration::from_secs(9), receiver.wait_for(2)).await;
    assert!(both.is_ok(), "only when the others' time was over");
}

#[tokio::test]
async fn a_messages_own_url_wins() {
    let (emulator, receiver) = stepped().await;
    let own = Receiver::start().await;
    let mut body = sms("447700900000");
    body["webhook_url"] = own.url.clone().into();
    Client::basic(&emulator).send("/v1/messages", &body).await;
    emulator.advance(Duration::from_secs(60)).await;
    assert_eq!((own.all().len(), receiver.all().len()), (2, 0));
}

#[tokio::test]
async fn magic_recipients_fail_with_every_code() {
    let (emulator, receiver) = stepped().await;
    let client = Client::basic(&emulator);
    let codes: Vec<u32> = messages_types::DeliveryErrorCode::known()
        .map(|code| code.number())
        .collect();
    for code in &codes {
        client
            .send(
                "/v1/messages",
                &sms(&format!("447700 99{code}").replace(' ', "")),
            )
            .await;
        client
            .send("/v0.1/messages", &v0_1_sms(&format!("44770098{code}")))
            .await;
    }
    emulator.advance(Duration::from_secs(60)).await;
    for code in &codes {
        for (to, statuses) in [
            (format!("44770099{code}"), vec![Status::Rejected]),
            (
                format!("44770098{code}"),
                vec![Status::Submitted, Status::Undeliverable],
            ),
        ] {
            let found = emulator.messages(&Query::sent().to(&to), 1);
            let message = emulator.message(&found[0].message_uuid).unwrap();
            let history: Vec<_> = message.history.iter().map(|passed| passed.status).collect();
            assert_eq!(history, statuses, "{to}");
            assert_eq!(message.message.code.map(u32::from), Some(*code));
        }
    }
    for received in receiver
        .all()
        .iter()
        .filter(|received| received.json["status"] == "rejected")
    {
        let status = v1::MessageStatus::from_slice(&received.raw).unwrap();
        assert!(status.error.is_some());
    }
    println!(
        "{} codes, each as rejected and as undeliverable",
        codes.len()
    );
}

#[tokio::test]
async fn a_refused_webhook_is_tried_again_on_the_emulators_clock() {
    let (emulator, receiver) = stepped().await;
    receiver.answer([500, 429, 503]);
    emulator.add_rule(Rule::always(Action::Script(vec![
        messages_emulator::Turn {
            status: Status::Submitted,
            after_ms: 0,
            code: None,
        },
    ])));
    let uuid = Client::basic(&emulator)
        .send("/v1/messages", &sms("447700900000"))
        .await;
    let begun = emulator.now();
    emulator.advance(Duration::from_secs(4)).await;
    assert_eq!(receiver.all().len(), 1);
    emulator.advance(Duration::from_secs(60)).await;
    assert_eq!(receiver.all().len(), 4);
    let detail = emulator.message(&uuid).unwrap();
    let webhook = &detail.webhooks[0];
    assert_eq!(webhook.state, DeliveryState::Acknowledged);
    let seconds: Vec<_> = webhook
        .attempts
        .iter()
        .map(|attempt| attempt.at.since(begun).as_secs())
        .collect();
    assert_eq!(seconds, [0, 5, 15, 35]);
    assert_eq!(webhook.attempts[1].status, Some(429));
}

#[tokio::test]
async fn webhooks_can_be_late_doubled_reordered_unsigned_wrongly_signed_and_lost() {
    for (fault, first, all, signed) in [
        (
            WebhookFault::Doubled,
            vec!["submitted", "submitted", "delivered", "delivered"],
            4,
            true,
        ),
        (
            WebhookFault::Reordered,
            vec!["delivered", "submitted"],
            2,
            true,
        ),
        (
            WebhookFault::Unsigned,
            vec!["submitted", "delivered"],
            2,
            false,
        ),
        (
            WebhookFault::WronglySigned,
            vec!["submitted", "delivered"],
            2,
            false,
        ),
        (WebhookFault::Dropped, vec![], 0, true),
        (WebhookFault::Late { ms: 20_000 }, vec![], 2, true),
    ] {
        let (emulator, receiver) = stepped().await;
        emulator.add_rule(Rule::always(Action::Webhooks(fault)));
        Client::basic(&emulator)
            .send("/v1/messages", &sms("447700900000"))
            .await;
        emulator.advance(Duration::from_secs(10)).await;
        assert_eq!(receiver.statuses(), first, "{fault:?}");
        emulator.advance(Duration::from_secs(60)).await;
        let received = receiver.all();
        assert_eq!(received.len(), all, "{fault:?}");
        for webhook in received {
            assert_eq!(
                is_signed(&webhook, emulator.credentials()),
                signed,
                "{fault:?}"
            );
        }
    }
}

#[tokio::test]
async fn webhooks_go_to_this_machine_only() {
    let (emulator, _receiver) = stepped().await;
    for url in [
        "http://192.0.2.1/x",
        "http://169.254.169.254/latest",
        "https://127.0.0.1/x",
        "http://0.0.0.0:1/",
    ] {
        emulator.set_status_url(Some(url));
        let uuid = Client::basic(&emulator)
            .send("/v1/messages", &sms("447700900000"))
            .await;
        let delivered = emulator
            .trigger(&uuid, Status::Delivered, None)
            .await
            .unwrap();
        let webhook = delivered.webhook.unwrap();
        assert_eq!(webhook.answer, None, "{url}");
        let error = webhook.error.as_deref().unwrap();
        assert!(error.contains("this machine"), "{url}: {error}");
        emulator.advance(Duration::from_secs(3600)).await;
        let detail = emulator.message(&uuid).unwrap();
        assert_eq!(detail.webhooks[0].attempts.len(), 1, "{url}: tried again");
    }
}

#[tokio::test]
async fn inbound_messages_arrive_in_both_formats() {
    for version in [WebhookVersion::V1, WebhookVersion::V0_1] {
        let receiver = Receiver::start().await;
        let emulator = Emulator::builder()
            .inbound_url(&receiver.url)
            .webhook_version(version)
            .start()
            .await
            .unwrap();
        let location = json!({ "lat": 40.34772, "long": -74.18847 });
        let messages = [
            InboundMessage::text(Channel::Sms, "447700900000", "447700900001", "Stop that"),
            InboundMessage::text(Channel::Messenger, "user-1", "page-1", "Hello"),
            InboundMessage::new(Channel::Messenger, "user-1", "page-1", "location")
                .with("location", location.clone()),
            InboundMessage::new(
                Channel::Whatsapp,
                "447700900000",
                "447700900001",
                "location",
            )
            .with("location", location),
            InboundMessage::text(Channel::ViberService, "447700900000", "service-1", "Hello"),
        ];
        for message in messages {
            let delivered = emulator.inject(message).await;
            let webhook = delivered.webhook.unwrap();
            assert_eq!(webhook.answer, Some(200));
            match version {
                WebhookVersion::V1 => {
                    let inbound = v1::Inbound::from_slice(webhook.body.as_bytes()).unwrap();
                    assert_eq!(inbound.message_uuid, delivered.message_uuid);
                }
                _ => {
                    let inbound = v0_1::Inbound::from_slice(webhook.body.as_bytes()).unwrap();
                    assert_eq!(inbound.message_uuid, delivered.message_uuid);
                }
            }
        }
        let all = receiver.all();
        assert!(
            all.iter()
                .all(|received| is_signed(received, emulator.credentials()))
        );
        if version == WebhookVersion::V1 {
            assert_eq!(
                all[0].json["sms"],
                json!({ "num_messages": "1", "keyword": "STOP" })
            );
        } else {
            let content = &all[3].json["message"]["content"];
            assert_eq!(content["location"]["latitude"], "40.34772");
        }
    }
}

#[tokio::test]
async fn any_inbound_webhook_can_be_read_and_sent_again() {
    let (emulator, receiver) = stepped().await;
    let documents = [
        json!({ "channel": "rcs", "message_uuid": "x", "to": "Brand", "from": "447700900000", "timestamp": "y",
            "message_type": "reply", "reply": { "id": "opt-1", "title": "Yes" } }),
        json!({ "message_uuid": "x", "to": { "type": "messenger", "id": "page-1" },
            "from": { "type": "messenger", "id": "user-1" }, "timestamp": "y",
            "message": { "content": { "type": "location", "location": { "lat": "51.5", "long": "-0.1" } } } }),
    ];
    for document in documents {
        emulator
            .inject(InboundMessage::from_json(document).unwrap())
            .await;
    }
    let all = receiver.all();
    assert_eq!(all[0].json["reply"]["id"], "opt-1");
    assert_eq!(
        all[1].json["location"],
        json!({ "lat": 51.5, "long": -0.1 })
    );
    for wrong in [
        json!([]),
        json!({}),
        json!({ "channel": "x" }),
        json!({ "channel": "sms", "to": 1, "from": "1" }),
    ] {
        assert!(InboundMessage::from_json(wrong).is_err());
    }
}

#[tokio::test]
async fn events_tell_of_requests_and_webhooks_without_numbers_and_texts() {
    let (emulator, _receiver) = stepped().await;
    let mut events = emulator.events();
    let uuid = Client::basic(&emulator)
        .send("/v1/messages", &sms("447700900000"))
        .await;
    emulator.advance(Duration::from_secs(10)).await;
    let (mut requests, mut webhooks) = (0, 0);
    while webhooks < 2 {
        let event = tokio::time::timeout(LIMIT, events.next())
            .await
            .unwrap()
            .unwrap();
        match &event {
            Event::Request(request) => {
                assert_eq!(request.message_uuid.as_deref(), Some(&*uuid));
                assert_eq!((request.status, request.auth), (202, "basic"));
                requests += 1;
            }
            Event::Webhook(webhook) => {
                assert_eq!(webhook.message_uuid, uuid);
                assert!(webhook.acknowledged);
                webhooks += 1;
            }
            _ => {}
        }
        let shown = format!("{event:?} {}", serde_json::to_string(&event).unwrap());
        for private in ["447700900000", "447700900001", "4711", "emulator-secret"] {
            assert!(!shown.contains(private), "{shown}");
        }
    }
    assert_eq!(requests, 1);
}
