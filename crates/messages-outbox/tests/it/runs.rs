//! Transitions of runs.

use std::time::Duration;

use messages_outbox::run::{RunEvent, RunState, Sight, Task, TaskEnd};
use messages_outbox::{Definition, DefinitionError, RunIntent, State};
use messages_sdk::types::Usage;
use serde_json::{Value, json};

use crate::story::Step::*;
use crate::story::{Step, Story, check, journey, message, send, until, with};
use crate::support::now;

#[test]
fn a_condition_in_time() {
    let document = journey(&[with(send("whatsapp"), &until("read")), send("sms")]);
    check(
        &document,
        &[
            (&[], "sending", &[1]),
            (&[Row(1, State::Sent)], "waiting", &[1]),
            // The period begins with the acceptance.
            (
                &[After(900), Row(1, State::Sent), After(599)],
                "waiting",
                &[1],
            ),
            (&[Row(1, State::Sent), After(599)], "waiting", &[1]),
            (&[Row(1, State::Sent), After(600)], "leaving", &[1]),
            (
                &[Row(1, State::Sent), After(600), After(4)],
                "leaving",
                &[1],
            ),
            (
                &[Row(1, State::Sent), After(600), After(5)],
                "sending",
                &[1, 2],
            ),
            (&[Row(1, State::Sent), Is(1, "read")], "completed", &[1]),
            (&[Is(1, "delivered")], "waiting", &[1]),
            (
                &[Is(1, "delivered"), After(600), Is(1, "read"), After(5)],
                "completed",
                &[1],
            ),
            // What is committed first wins.
            (
                &[Is(1, "delivered"), After(600), After(5), Is(1, "read")],
                "sending",
                &[1, 2],
            ),
            (&[Row(1, State::Failed)], "sending", &[1, 2]),
            (&[Row(1, State::Expired)], "sending", &[1, 2]),
            (&[Row(1, State::Suppressed)], "sending", &[1, 2]),
            (&[Row(1, State::Cancelled)], "cancelled", &[1]),
            (&[Is(1, "rejected")], "sending", &[1, 2]),
            (
                &[Is(1, "undeliverable"), Row(2, State::Sent)],
                "completed",
                &[1, 2],
            ),
            (
                &[Is(1, "rejected"), Row(2, State::Failed)],
                "failed",
                &[1, 2],
            ),
            (
                &[Cancel, Is(1, "rejected"), After(9_000)],
                "cancelled",
                &[1],
            ),
        ],
    );
}

#[test]
fn the_costs_of_a_report() {
    let sms = json!({
        "from": {"type": "sms", "number": "447700900001"},
        "to": {"type": "sms", "number": "447700900000"},
        "message": {"content": {"type": "text", "text": "Hi"}},
    });
    let condition = json!({"expiry_time": 600, "condition_status": "delivered"});
    let first = with(sms.clone(), &json!({"failover": condition}));
    let workflow = json!({"template": "failover", "workflow": [first, sms]});
    // The prices that the statuses of both messages name, and the total.
    let table = [
        ([None, None], json!({"price": "0.0000", "currency": "EUR"})),
        (
            [Some("0.0333"), None],
            json!({"price": "0.0333", "currency": "EUR"}),
        ),
        (
            [Some("0.0333"), Some("0.1")],
            json!({"price": "0.1333", "currency": "EUR"}),
        ),
        ([Some("0.0333"), Some("free")], Value::Null),
    ];
    for (prices, total) in table {
        let mut story = Story::of(&workflow);
        for (number, price) in (1..).zip(prices) {
            let mut view = story.view(number, State::Sent, Some("undeliverable"), Some(1260));
            view.usage = price.map(|price| {
                let mut usage = Usage::default();
                usage.currency = Some("EUR".to_owned());
                usage.price = Some(price.to_owned().into());
                usage
            });
            story.event(&RunEvent::Row(view));
        }
        assert_eq!(story.run.state, RunState::Failed);
        let report: Value = serde_json::from_str(&story.run.progress.report.unwrap()).unwrap();
        assert_eq!(report["usage"], total, "{prices:?}");
    }
}

#[test]
fn a_message_in_doubt() {
    let wait = journey(&[with(send("whatsapp"), &until("read")), send("sms")]);
    check(
        &wait,
        &[
            (&[Row(1, State::InDoubt)], "doubtful", &[1]),
            (&[Row(1, State::InDoubt), After(100_000)], "doubtful", &[1]),
            (
                &[Row(1, State::InDoubt), Row(1, State::Abandoned)],
                "in_doubt",
                &[1],
            ),
            (
                &[Row(1, State::InDoubt), Row(1, State::Queued)],
                "sending",
                &[1],
            ),
            (
                &[
                    Row(1, State::InDoubt),
                    After(60),
                    Row(1, State::Sent),
                    After(599),
                ],
                "waiting",
                &[1],
            ),
            (&[Row(1, State::InDoubt), Is(1, "read")], "completed", &[1]),
        ],
    );
    let proceed = with(wait, &json!({"doubt": "proceed"}));
    check(
        &proceed,
        &[
            (&[Row(1, State::InDoubt), After(604)], "doubtful", &[1]),
            (&[Row(1, State::InDoubt), After(605)], "sending", &[1, 2]),
            (
                &[Row(1, State::InDoubt), Row(1, State::Abandoned)],
                "sending",
                &[1, 2],
            ),
        ],
    );
}

#[test]
fn failures_by_code_and_jumps() {
    let first = with(
        send("whatsapp"),
        &json!({"on_error": [1120], "else": {"step": "last"}}),
    );
    let last = with(send("sms"), &json!({"name": "last"}));
    check(
        &journey(&[first, send("sms"), last]),
        &[
            (&[Code(1, 1120)], "sending", &[1, 3]),
            (&[Code(1, 1300)], "failed", &[1]),
            (&[Row(1, State::Failed)], "failed", &[1]),
            (&[Row(1, State::Sent)], "sending", &[1, 2]),
        ],
    );
    let stop = with(
        with(send("sms"), &until("delivered")),
        &json!({"else": "stop"}),
    );
    check(
        &journey(&[stop, send("sms")]),
        &[
            (&[Row(1, State::Sent), After(600)], "exhausted", &[1]),
            (&[Is(1, "rejected")], "failed", &[1]),
            (&[Is(1, "delivered")], "completed", &[1]),
        ],
    );
}

#[test]
fn waits_and_alternatives() {
    let wait = json!({"wait": {"for": 60}});
    check(
        &journey(&[wait.clone(), send("sms"), wait]),
        &[
            (&[], "pausing", &[]),
            (&[After(59)], "pausing", &[]),
            (&[After(60)], "sending", &[1]),
            (&[After(60), Row(1, State::Sent)], "pausing", &[1]),
            (
                &[After(60), Row(1, State::Sent), After(60)],
                "completed",
                &[1],
            ),
        ],
    );
    let to = json!([
        {"channel": "rcs", "from": "Acme", "to": "447700900000"},
        {"channel": "sms", "from": "447700900001", "to": "447700900000"},
    ]);
    let template = json!({"message_type": "text", "text": "Hi {{name}}"});
    let choice = json!({"send": {"template": template, "variables": {"name": "Ada"}, "to": to}});
    check(
        &journey(&[choice, send("whatsapp")]),
        &[
            (&[Row(1, State::Suppressed)], "sending", &[1, 2]),
            (
                &[Row(1, State::Suppressed), Row(2, State::Suppressed)],
                "sending",
                &[1, 2, 3],
            ),
            (&[Row(1, State::Failed)], "sending", &[1, 3]),
        ],
    );
}

#[test]
fn stops() {
    let stops = json!({"stop_on": ["reply", {"signal": "booked"}, {"status": "read"}]});
    let steps = [send("whatsapp"), json!({"wait": {"for": 60}}), send("sms")];
    let document = with(journey(&steps), &stops);
    check(
        &document,
        &[
            (&[Reply], "stopped", &[1]),
            (&[Signal("booked")], "stopped", &[1]),
            (&[Signal("other")], "sending", &[1]),
            // Also after the run has moved on from the message.
            (
                &[Row(1, State::Sent), Is(1, "read"), After(60)],
                "stopped",
                &[1],
            ),
            (
                &[Row(1, State::Sent), After(60), Is(1, "read")],
                "stopped",
                &[1, 2],
            ),
        ],
    );
    check(
        &journey(&steps),
        &[(&[Reply, Signal("booked")], "sending", &[1])],
    );
    let mut story = Story::of(&document);
    story.take(Reply);
    assert_eq!(story.cancelled, [1], "the queued row is cancelled");
}

#[test]
fn a_message_is_revoked_before_the_next() {
    let first = with(send("rcs"), &until("read"));
    let steps = [first.clone(), send("sms")];
    let due = [Row(1, State::Sent), After(600)];
    let then = |more: &[Step]| [due.as_slice(), more].concat();
    check(
        &journey(&steps),
        &[
            (&due, "revoking", &[1]),
            (&then(&[Revoked(TaskEnd::Done)]), "leaving", &[1]),
            (&then(&[Revoked(TaskEnd::Refused)]), "leaving", &[1]),
            (
                &then(&[Revoked(TaskEnd::Done), After(5)]),
                "sending",
                &[1, 2],
            ),
            (&then(&[Is(1, "read")]), "completed", &[1]),
            (
                &then(&[
                    Revoked(TaskEnd::Failed),
                    After(5),
                    Revoked(TaskEnd::Failed),
                    After(10),
                    Revoked(TaskEnd::Failed),
                ]),
                "leaving",
                &[1],
            ),
            // Workers that die: the task is given three times.
            (&then(&[After(90), After(90), After(90)]), "leaving", &[1]),
        ],
    );
    let kept = with(
        first,
        &json!({"before_next": {"revoke": false, "grace": 0}}),
    );
    check(
        &journey(&[kept, send("sms")]),
        &[(&due, "sending", &[1, 2])],
    );
    let mut story = Story::of(&journey(&steps));
    due.iter().for_each(|step| story.take(*step));
    assert_eq!(story.tasks, [Task::Revoke(1)]);
}

#[test]
fn late_facts_are_counted_once() {
    let document = journey(&[with(send("whatsapp"), &until("read")), send("sms")]);
    let mut story = Story::of(&document);
    for step in [Row(1, State::Sent), After(600), After(5)] {
        story.take(step);
    }
    for status in ["delivered", "delivered", "read", "read"] {
        story.take(Is(1, status));
    }
    let progress = &story.run.progress;
    assert_eq!((progress.late_deliveries, progress.late_reads), (1, 1));
    assert_eq!(story.sent, [1, 2]);
}

#[test]
fn deadlines_count_sighted_time() {
    let document = journey(&[with(send("whatsapp"), &until("read")), send("sms")]);
    let blind: &[Step] = &[
        Accepted,
        Row(1, State::Sent),
        After(600),
        After(600),
        After(600),
    ];
    let then = |more: &[Step]| [blind, more].concat();
    check(
        &document,
        &[
            (blind, "waiting", &[1]),
            // 30 minutes were missed, and as many as 15 more give the webhooks time to come again.
            (&then(&[Webhook, After(1_499)]), "waiting", &[1]),
            (&then(&[Webhook, After(1_499), After(1)]), "leaving", &[1]),
            (&then(&[Webhook, Is(1, "read")]), "completed", &[1]),
        ],
    );
    let held = with(document.clone(), &json!({"max_hold": 600}));
    check(
        &held,
        &[
            (&blind[..4], "leaving", &[1]),
            (&[&blind[..3], &[After(599)]].concat(), "waiting", &[1]),
        ],
    );
    // A webhook about any message shows that they come.
    check(
        &document,
        &[(
            &[Accepted, Row(1, State::Sent), Webhook, After(600)],
            "leaving",
            &[1],
        )],
    );
    // It ends all the same, also while it waits for the webhooks in flight.
    let week = 7 * 24 * 3_600;
    let sent = [Accepted, Row(1, State::Sent)];
    let leaving = [Row(1, State::Sent), After(600), Accepted];
    check(
        &document,
        &[
            (
                &[&sent[..], &[After(600 + week)]].concat(),
                "exhausted",
                &[1],
            ),
            (&[&leaving[..], &[After(600)]].concat(), "leaving", &[1]),
            (&[&leaving[..], &[After(week)]].concat(), "exhausted", &[1]),
        ],
    );
}

#[test]
fn a_silence_is_long_by_comparison_with_the_usual_one() {
    let second = Duration::from_secs(1);
    let mut sight = Sight::default();
    let mut time = now();
    sight.on_accepted(time);
    assert_eq!(sight.blind_since(time + second * 119), None);
    assert_eq!(sight.blind_since(time + second * 120), Some(time));
    // A slow channel: webhooks come a minute after the acceptance.
    for _ in 0..40 {
        time += second * 60;
        sight.on_webhook(time);
        sight.on_accepted(time);
    }
    assert_eq!(sight.blind_since(time + second * 240), None);
    assert_eq!(sight.blind_since(time + second * 300), Some(time));
    // A quiet night is no outage.
    sight.on_webhook(time);
    assert_eq!(sight.blind_since(time + second * 100_000), None);
    assert_eq!(sight.lost_at(time + second * 100_000), Duration::ZERO);
}

#[test]
fn ttl_is_set_where_a_step_follows() {
    let ttl = |document: &Value| {
        let definition = Definition::from_slice(document.to_string().as_bytes()).unwrap();
        let plan = definition.plan().unwrap();
        let messages = plan.messages().map(|message| {
            let json = serde_json::to_value(message.message()).unwrap();
            json.get("ttl").and_then(Value::as_u64)
        });
        messages.collect::<Vec<_>>()
    };
    let short = json!({"until": {"status": "delivered", "within": 5}});
    let own = with(send("sms"), &until("delivered"));
    let mut own_ttl = own.clone();
    own_ttl["send"]["message"]["ttl"] = json!(900);
    let off = with(own.clone(), &json!({"before_next": {"ttl": false}}));
    let document = journey(&[
        own.clone(),
        with(send("sms"), &short),
        own_ttl,
        off,
        with(send("whatsapp"), &until("read")),
        own,
    ]);
    assert_eq!(
        ttl(&document),
        [Some(600), Some(20), Some(900), None, None, None]
    );
}

#[test]
fn documents_that_cannot_be_run_are_refused() {
    let read = |document: &Value| {
        let definition = Definition::from_slice(document.to_string().as_bytes());
        definition.and_then(|definition| RunIntent::new("key", definition).map(drop))
    };
    let never = with(send("sms"), &until("read"));
    assert!(matches!(
        read(&journey(&[never])),
        Err(DefinitionError::Decode(_))
    ));
    let mut list = send("sms");
    list["send"]["message"]["failover"] = json!([message("sms")]);
    assert!(matches!(
        read(&journey(&[list])),
        Err(DefinitionError::Decode(_))
    ));
    let window = json!({"window": {"from": "09:00", "to": "20:00"}});
    let messenger = json!({"channel": "messenger", "message_type": "text", "from": "page-1", "to": "user-1", "text": "Hi"});
    let step = json!({"send": {"message": messenger}});
    let document = with(journey(&[send("sms"), step]), &window);
    assert!(matches!(
        read(&document),
        Err(DefinitionError::ZoneUnknown { step: 1 })
    ));
    assert!(read(&with(document, &json!({"zone": "Europe/Berlin"}))).is_ok());
}
