//! Upgrades from v0.1 to v1.

use messages_types::journey::Journey;
use messages_types::upgrade::{Loss, LossKind, Upgrade};
use messages_types::v0_1::{Message, Workflow};
use messages_types::{Document, v1};
use serde_json::{Value, json};

/// A v0.1 message document.
#[expect(
    clippy::needless_pass_by_value,
    reason = "a literal reads better without `&`"
)]
fn message(channel: &str, content: Value) -> Value {
    let (from, to) = match channel {
        "messenger" => ("id", "id"),
        "viber_service_msg" => ("id", "number"),
        _ => ("number", "number"),
    };
    json!({
        "from": { "type": channel, from: "12345678" },
        "to": { "type": channel, to: "447700900000" },
        "message": { "content": content },
    })
}

/// Returns the v1 message, and the losses as `pointer kind`. The message must be valid v1.
fn outcome(upgrade: Upgrade) -> (Value, Vec<String>) {
    outcome_of(upgrade.message, &upgrade.losses)
}

fn outcome_of(message: Option<v1::Message>, losses: &[Loss]) -> (Value, Vec<String>) {
    let upgraded = message.map_or(Value::Null, |message| {
        assert!(message.validate().is_ok());
        let bytes = message.to_vec();
        assert!(v1::Message::from_slice(&bytes).is_ok());
        serde_json::from_slice(&bytes).unwrap()
    });
    let losses = losses.iter().map(|loss| {
        assert!(loss.to_string().starts_with(loss.pointer()) && loss.message().len() > 20);
        format!("{} {:?}", loss.pointer(), loss.kind())
    });
    (upgraded, losses.collect())
}

fn upgraded(document: &Value) -> (Value, Vec<String>) {
    outcome(Message::from_value(document.clone()).unwrap().upgrade())
}

/// Checks the upgrade of `content` over `channel`: its fields other than the addresses, and its losses.
#[expect(
    clippy::needless_pass_by_value,
    reason = "a literal reads better without `&`"
)]
fn expect(channel: &str, content: Value, members: Value, losses: &[&str]) {
    let (mut found, lost) = upgraded(&message(channel, content));
    let mut losses = losses.to_vec();
    if channel == "viber_service_msg" {
        losses.insert(0, "/to/type Changed");
    }
    assert_eq!(lost, losses);
    let shell = found.as_object_mut().unwrap();
    let name = if channel == "viber_service_msg" {
        "viber_service"
    } else {
        channel
    };
    assert_eq!(shell.remove("channel"), Some(json!(name)));
    assert_eq!(shell.remove("from"), Some(json!("12345678")));
    assert_eq!(shell.remove("to"), Some(json!("447700900000")));
    assert_eq!(found, members);
}

#[test]
fn every_content_that_both_generations_have() {
    let url = || json!({ "url": "https://example.com/cat" });
    for channel in ["sms", "messenger", "viber_service_msg", "whatsapp"] {
        let content = json!({ "type": "text", "text": "Hello" });
        expect(
            channel,
            content,
            json!({ "message_type": "text", "text": "Hello" }),
            &[],
        );
    }
    for (channel, kinds) in [
        ("mms", &["image"] as &[&str]),
        ("messenger", &["image", "audio", "video", "file"]),
        ("viber_service_msg", &["image"]),
        ("whatsapp", &["image", "audio", "video", "file"]),
    ] {
        for &kind in kinds {
            let content = json!({ "type": kind, kind: url() });
            expect(
                channel,
                content,
                json!({ "message_type": kind, kind: url() }),
                &[],
            );
        }
    }
    for kind in ["image", "video", "file"] {
        let captioned = || json!({ "url": "https://example.com/cat", "caption": "Look" });
        let content = json!({ "type": kind, kind: captioned() });
        expect(
            "whatsapp",
            content,
            json!({ "message_type": kind, kind: captioned() }),
            &[],
        );
    }
    let custom = || json!({ "type": "location", "location": { "latitude": 1 } });
    expect(
        "whatsapp",
        json!({ "type": "custom", "custom": custom() }),
        json!({ "message_type": "custom", "custom": custom() }),
        &[],
    );
}

#[test]
fn the_options_of_a_channel_and_the_reference_go_along() {
    for (channel, name, options) in [
        (
            "messenger",
            "messenger",
            json!({ "category": "message_tag", "tag": "HUMAN_AGENT" }),
        ),
        (
            "viber_service_msg",
            "viber_service",
            json!({ "category": "promotion", "ttl": 600, "type": "template" }),
        ),
    ] {
        let mut document = message(channel, json!({ "type": "text", "text": "Hello" }));
        document["message"][channel] = options.clone();
        document["client_ref"] = json!("order-17");
        let (found, _) = upgraded(&document);
        assert_eq!(found[name], options);
        assert_eq!(found["client_ref"], "order-17");
    }
}

#[test]
fn templates_keep_their_texts_and_their_language() {
    let mut document = message(
        "whatsapp",
        json!({
            "type": "template",
            "template": { "name": "example:verify", "parameters": ["Ann", "4711"] },
        }),
    );
    document["message"]["whatsapp"] = json!({ "policy": "deterministic", "locale": "en-GB" });
    let (found, losses) = upgraded(&document);
    assert_eq!(losses, [""; 0]);
    assert_eq!(
        found["template"],
        json!({ "name": "example:verify", "parameters": ["Ann", "4711"] })
    );
    assert_eq!(
        found["whatsapp"],
        json!({ "policy": "deterministic", "locale": "en-GB" })
    );

    let template = &mut document["message"]["content"]["template"];
    template["parameters"] = json!(["Ann", { "default": "4711" }]);
    template["name"] = json!("whatsapp:hsm:technology:example:verify");
    let (found, losses) = upgraded(&document);
    assert_eq!(
        losses,
        [
            "/message/content/template/name Doubtful",
            "/message/content/template/parameters Changed",
        ]
    );
    assert_eq!(found["template"]["parameters"], json!(["Ann", "4711"]));

    document["message"]["content"] = json!({ "type": "text", "text": "Hello" });
    let (found, losses) = upgraded(&document);
    assert_eq!(
        losses,
        [
            "/message/whatsapp/policy Dropped",
            "/message/whatsapp/locale Dropped"
        ]
    );
    assert_eq!(found.get("whatsapp"), None);
}

#[test]
fn what_v1_cannot_say_is_left_out() {
    let short = "x://y";
    for (channel, content, loss) in [
        (
            "messenger",
            json!({ "type": "custom", "custom": { "attachment": {} } }),
            "/message/content/type Unsupported",
        ),
        (
            "viber_service_msg",
            json!({ "type": "template", "template": { "name": "verify" } }),
            "/message/content/type Unsupported",
        ),
        (
            "messenger",
            json!({ "type": "audio", "audio": { "url": short } }),
            "/message/content/audio/url Unsupported",
        ),
        (
            "whatsapp",
            json!({ "type": "audio", "audio": { "url": short } }),
            "/message/content/audio/url Unsupported",
        ),
    ] {
        let (found, losses) = upgraded(&message(channel, content));
        assert_eq!(found, Value::Null);
        assert_eq!(losses.last().unwrap(), loss);
    }
}

#[test]
fn members_that_nobody_knows_are_lost_and_named() {
    let mut document = message(
        "whatsapp",
        json!({
            "type": "image",
            "image": { "url": "https://example.com/a", "colour": 1, "shade": null },
            "colour": 2,
        }),
    );
    document["colour"] = json!(3);
    document["to"]["colour"] = json!(4);
    document["message"]["a/b"] = json!(5);
    let (found, losses) = upgraded(&document);
    assert_eq!(
        losses,
        [
            "/colour Dropped",
            "/to/colour Dropped",
            "/message/a~1b Dropped",
            "/message/content/colour Dropped",
            "/message/content/image/colour Dropped",
        ]
    );
    assert_eq!(found["image"], json!({ "url": "https://example.com/a" }));

    let mut document = message(
        "whatsapp",
        json!({ "type": "template", "template": {
            "name": "space:login",
            "parameters": ["a", { "default": "$100.99", "currency": { "code": "USD" } }],
        } }),
    );
    document["message"]["whatsapp"] = json!({ "locale": "en" });
    let (found, losses) = upgraded(&document);
    assert_eq!(
        losses,
        [
            "/message/content/template/parameters Changed",
            "/message/content/template/parameters/1/currency Dropped",
        ]
    );
    assert_eq!(found["template"]["parameters"], json!(["a", "$100.99"]));
}

fn workflow(steps: Vec<Value>) -> (Value, Vec<String>) {
    outcome(workflow_of(steps).upgrade())
}

/// A workflow in which every step but the last waits until its message is read.
fn workflow_of(steps: Vec<Value>) -> Workflow {
    let last = steps.len() - 1;
    let steps: Vec<Value> = steps
        .into_iter()
        .enumerate()
        .map(|(index, mut step)| {
            if index < last {
                step["failover"] = json!({ "expiry_time": 600, "condition_status": "read" });
            }
            step
        })
        .collect();
    let document = json!({ "template": "failover", "workflow": steps });
    Workflow::from_value(document).unwrap()
}

#[test]
fn a_workflow_becomes_a_message_with_failover() {
    let text = || json!({ "type": "text", "text": "Hello" });
    let (found, losses) = workflow(vec![
        message("messenger", text()),
        message("viber_service_msg", text()),
        message("sms", text()),
    ]);
    assert_eq!(
        losses,
        [
            "/workflow/0/failover/expiry_time Dropped",
            "/workflow/0/failover/condition_status Dropped",
            "/workflow/1/to/type Changed",
            "/workflow/1/failover/expiry_time Dropped",
            "/workflow/1/failover/condition_status Dropped",
        ]
    );
    assert_eq!(found["channel"], "messenger");
    let channels: Vec<_> = found["failover"]
        .as_array()
        .unwrap()
        .iter()
        .map(|message| &message["channel"])
        .collect();
    assert_eq!(channels, ["viber_service", "sms"]);

    let (alone, losses) = workflow(vec![message("sms", text())]);
    assert_eq!((alone.get("failover"), losses), (None, Vec::new()));
}

#[test]
fn a_step_without_equivalent_is_left_out_and_the_next_one_moves_up() {
    let custom = || message("messenger", json!({ "type": "custom", "custom": {} }));
    let sms = message("sms", json!({ "type": "text", "text": "Hello" }));
    let (found, losses) = workflow(vec![custom(), sms]);
    assert_eq!(
        (found["channel"].as_str(), found.get("failover")),
        (Some("sms"), None)
    );
    assert_eq!(losses[0], "/workflow/0/message/content/type Unsupported");

    let (found, losses) = workflow(vec![custom(), custom()]);
    assert_eq!(found, Value::Null);
    assert_eq!(
        losses.last().unwrap(),
        "/workflow/1/message/content/type Unsupported"
    );
}

/// The journey of a workflow, which must be valid, and the losses as `pointer kind`.
fn journey(steps: Vec<Value>) -> (Option<Value>, Vec<String>) {
    let upgrade = workflow_of(steps).upgrade_to_journey();
    let (_, losses) = outcome_of(None, &upgrade.losses);
    let journey = upgrade.journey.map(|journey| {
        journey.validate().unwrap();
        let written = serde_json::to_value(&journey).unwrap();
        assert_eq!(Journey::from_value(written.clone()).unwrap(), journey);
        written
    });
    (journey, losses)
}

#[test]
fn a_workflow_becomes_a_journey_with_its_times_and_conditions() {
    let text = || json!({ "type": "text", "text": "Hello" });
    let (found, losses) = journey(vec![
        message("messenger", text()),
        message("sms", text()),
        message("whatsapp", text()),
    ]);
    assert_eq!(
        losses,
        ["/workflow/1/failover/condition_status Changed"],
        "an SMS is never read"
    );
    let message = |channel: &str| {
        json!({ "message": { "channel": channel, "message_type": "text", "from": "12345678",
            "to": "447700900000", "text": "Hello" } })
    };
    assert_eq!(
        found.unwrap(),
        json!({ "template": "journey/1", "steps": [
            { "send": message("messenger"), "until": { "status": "read", "within": 600 } },
            { "send": message("sms"), "until": { "status": "delivered", "within": 600 } },
            { "send": message("whatsapp") },
        ] })
    );
}

#[test]
fn a_journey_leaves_out_what_v1_and_a_journey_lack() {
    let custom = || message("messenger", json!({ "type": "custom", "custom": {} }));
    let sms = || message("sms", json!({ "type": "text", "text": "Hello" }));
    let (found, losses) = journey(vec![custom(), sms()]);
    let steps = json!([{ "send": { "message": { "channel": "sms", "message_type": "text", "from": "12345678",
        "to": "447700900000", "text": "Hello" } } }]);
    assert_eq!(found.unwrap()["steps"], steps);
    assert_eq!(losses, ["/workflow/0/message/content/type Unsupported"]);

    let (found, losses) = journey(vec![custom(), custom()]);
    assert_eq!((found, losses.len()), (None, 2));

    let (found, losses) = journey(vec![sms(); 52]);
    assert_eq!(found.unwrap()["steps"].as_array().unwrap().len(), 50);
    let unsupported = losses.iter().filter(|loss| loss.ends_with("Unsupported"));
    assert_eq!(
        Vec::from_iter(unsupported),
        [
            "/workflow/50/message Unsupported",
            "/workflow/51/message Unsupported"
        ]
    );
}

#[test]
fn a_caption_of_a_workflow_goes_where_v1_shows_it() {
    let image = json!({
        "type": "image",
        "image": { "url": "https://example.com/a", "caption": "Look" },
    });
    let sms = || message("sms", json!({ "type": "text", "text": "Hello" }));
    for (channel, shown) in [
        ("mms", true),
        ("viber_service_msg", true),
        ("messenger", false),
    ] {
        let (found, losses) = workflow(vec![message(channel, image.clone()), sms()]);
        assert_eq!(found["image"].get("caption").is_some(), shown, "{channel}");
        let lost = losses.contains(&"/workflow/0/message/content/image/caption Dropped".to_owned());
        assert_eq!(lost, !shown, "{channel}");
    }
}

#[test]
fn losses_hold_no_contents() {
    let mut document = message(
        "messenger",
        json!({
            "type": "image",
            "image": { "url": "https://example.com/canary", "note": "canary" },
        }),
    );
    document["note"] = json!("canary");
    let upgrade = Message::from_value(document).unwrap().upgrade();
    assert_eq!(upgrade.losses.len(), 2);
    assert!(
        upgrade
            .losses
            .iter()
            .all(|loss| loss.kind() == LossKind::Dropped)
    );
    let shown = format!("{upgrade:?}");
    assert!(
        !shown.contains("canary") && !shown.contains("4477"),
        "{shown}"
    );
}
