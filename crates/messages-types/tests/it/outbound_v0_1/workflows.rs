//! Failover workflows.

use messages_types::v0_1::viber;
use messages_types::v0_1::{Condition, ExpiryTime, Message, Messenger, Sms, Viber, Workflow};
use serde_json::{Value, json};

use super::documents::named;
use super::{put, workflow_problems};

fn failover() -> Value {
    json!({ "expiry_time": 600, "condition_status": "delivered" })
}

/// A workflow of `count` steps.
fn steps(count: usize) -> Value {
    let mut steps = vec![named("sms_text"); count];
    for step in steps.iter_mut().rev().skip(1) {
        step["failover"] = failover();
    }
    json!({ "template": "failover", "workflow": steps })
}

#[test]
fn a_workflow_has_one_step_or_more() {
    for count in 1..=5 {
        assert_eq!(workflow_problems(&steps(count)), [""; 0], "{count}");
    }
    assert_eq!(workflow_problems(&steps(0)), ["/workflow min_items"]);
}

#[test]
fn every_step_but_the_last_has_a_failover() {
    for count in 1..=4 {
        for step in 0..count {
            let place = format!("/workflow/{step}/failover");
            let is_last = step + 1 == count;
            for value in [None, Some(Value::Null)] {
                let mut changed = steps(count);
                if is_last && value.is_none() {
                    continue;
                }
                put(&mut changed, &place, value);
                let expected = Vec::from_iter((!is_last).then(|| format!("{place} required")));
                assert_eq!(workflow_problems(&changed), expected, "{count} {step}");
            }
            if is_last {
                for value in [failover(), json!({}), json!([]), json!("x")] {
                    let mut changed = steps(count);
                    put(&mut changed, &place, Some(value));
                    assert_eq!(
                        workflow_problems(&changed),
                        [format!("{place} not_allowed")]
                    );
                }
            }
        }
    }
}

#[test]
fn both_sides_of_the_limits_of_a_failover() {
    let mut tried = 0;
    for (member, value, rule) in [
        ("expiry_time", json!(14), "range"),
        ("expiry_time", json!(15), ""),
        ("expiry_time", json!(86_400), ""),
        ("expiry_time", json!(86_401), "range"),
        ("expiry_time", json!(0), "range"),
        ("expiry_time", json!(-15), "range"),
        ("expiry_time", json!(u64::MAX), "range"),
        ("expiry_time", json!("600"), "type"),
        ("expiry_time", json!(600.5), "type"),
        ("expiry_time", json!(null), "required"),
        ("condition_status", json!("delivered"), ""),
        ("condition_status", json!("read"), ""),
        ("condition_status", json!("submitted"), "one_of"),
        ("condition_status", json!("Read"), "one_of"),
        ("condition_status", json!(""), "one_of"),
        ("condition_status", json!(1), "type"),
        ("condition_status", json!(null), "required"),
    ] {
        for step in 0..2 {
            let place = format!("/workflow/{step}/failover/{member}");
            let mut changed = steps(3);
            put(&mut changed, &place, Some(value.clone()));
            let expected = match rule {
                "" => Vec::new(),
                rule => vec![format!("{place} {rule}")],
            };
            assert_eq!(workflow_problems(&changed), expected, "{value}");
            tried += 1;
        }
    }
    assert_eq!(tried, 34);
}

#[test]
fn the_shell_of_a_workflow() {
    for (place, value, expected) in [
        ("/template", json!("fallback"), "/template one_of"),
        ("/template", json!(1), "/template type"),
        ("/template", json!(null), "/template required"),
        ("/workflow", json!({}), "/workflow type"),
        ("/workflow", json!(null), "/workflow required"),
        ("/workflow/0", json!("x"), "/workflow/0 type"),
        ("/workflow/1", json!([]), "/workflow/1 type"),
    ] {
        let mut changed = steps(2);
        put(&mut changed, place, Some(value));
        assert_eq!(workflow_problems(&changed), [expected]);
    }
    assert_eq!(
        workflow_problems(&json!({})),
        ["/template required", "/workflow required"]
    );
    assert_eq!(workflow_problems(&json!([])), [" type"]);
    let mut changed = steps(2);
    changed["colour"] = json!(3);
    changed["workflow"][0]["failover"]["colour"] = json!(null);
    assert_eq!(workflow_problems(&changed), [""; 0]);
}

#[test]
fn a_member_of_a_step_is_refused_beside_the_steps() {
    for (member, value) in [
        ("/client_ref", json!("order-17")),
        ("/failover", failover()),
        ("/from", json!({ "type": "sms", "number": "447700900001" })),
        ("/ttl", json!(600)),
        ("/webhook_url", json!("https://example.com")),
    ] {
        let mut changed = steps(2);
        put(&mut changed, member, Some(value));
        assert_eq!(
            workflow_problems(&changed),
            [format!("{member} not_allowed")]
        );
    }
}

#[test]
fn the_problems_of_all_steps_are_reported_at_once() {
    let mut changed = steps(3);
    put(&mut changed, "/template", None);
    put(
        &mut changed,
        "/workflow/0/to/number",
        Some(json!("+447700900000")),
    );
    put(&mut changed, "/workflow/1/failover", None);
    put(
        &mut changed,
        "/workflow/1/message/content/text",
        Some(json!(5)),
    );
    put(&mut changed, "/workflow/2/failover", Some(failover()));
    put(&mut changed, "/workflow/2/client_ref", Some(json!("")));
    let mut found = workflow_problems(&changed);
    found.sort_unstable();
    assert_eq!(
        found,
        [
            "/template required",
            "/workflow/0/to/number format",
            "/workflow/1/failover required",
            "/workflow/1/message/content/text type",
            "/workflow/2/client_ref min_length",
            "/workflow/2/failover not_allowed",
        ]
    );
}

fn built() -> Result<Workflow, Box<dyn std::error::Error>> {
    let day = viber::Ttl::new(86_401)?;
    Ok(Workflow::starting_with(
        Messenger::text("page", "person", "canary")?.expecting(Condition::Read, 600)?,
    )
    .then(
        Viber::text("service", "447700900000", "canary")?
            .viber_service_msg(viber::Options::default().ttl(day)?)
            .expecting(Condition::Delivered, ExpiryTime::MIN)?,
    )
    .ending_with(Sms::text("447700900001", "447700900000", "canary")?))
}

#[test]
fn what_is_built_is_checked_as_a_whole() {
    let workflow = built().unwrap();
    let problems = workflow.validate().unwrap_err();
    assert_eq!(problems.count(), 1);
    let problem = &problems.as_slice()[0];
    assert_eq!(
        problem.pointer(),
        "/workflow/1/message/viber_service_msg/ttl"
    );
    assert_eq!(problem.rule().name(), "range");

    let mut single = Workflow::only(workflow.last().clone());
    assert!(single.validate().is_ok());
    assert_eq!((single.steps().len(), single.messages().count()), (0, 1));
    for message in single.messages_mut() {
        message.set_client_ref(Some("a".parse().unwrap()));
    }
    assert_eq!(single.last().client_ref().unwrap().as_str(), "a");
}

#[test]
fn a_message_tells_who_whom_and_what() {
    let workflow = built().unwrap();
    let told: Vec<_> = workflow
        .messages()
        .map(|message: &Message| {
            let channel = message.channel().as_str().to_owned();
            (
                channel,
                message.sender(),
                message.recipient(),
                message.message_type(),
            )
        })
        .collect();
    assert_eq!(
        told,
        [
            ("messenger".to_owned(), "page", "person", "text"),
            (
                "viber_service_msg".to_owned(),
                "service",
                "447700900000",
                "text"
            ),
            ("sms".to_owned(), "447700900001", "447700900000", "text"),
        ]
    );
}

#[test]
fn debug_shows_neither_text_nor_number() {
    let workflow = built().unwrap();
    let shown = format!(
        "{workflow:?} {:?}",
        Workflow::starting_with(workflow.steps()[0].clone())
    );
    for secret in ["canary", "4477009", "page", "person"] {
        assert!(!shown.contains(secret), "{shown}");
    }
}
