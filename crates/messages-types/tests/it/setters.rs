//! Setters accept what constructors accept, and report it the same way.

use messages_types::v0_1::{self, Condition, Workflow};
use messages_types::v1::whatsapp::custom::interactive::Row;
use messages_types::v1::whatsapp::custom::template::{Component, Parameter};
use messages_types::v1::{Message, Messenger, Sms, Viber, Whatsapp, viber};
use messages_types::{Problems, Rule};

const FROM: &str = "447700900001";
const TO: &str = "447700900000";

fn sms() -> Sms {
    Sms::text(FROM, TO, "Hello").unwrap()
}

fn json(message: impl Into<Message>) -> serde_json::Value {
    serde_json::to_value(message.into()).unwrap()
}

#[test]
fn a_checked_value_is_given_as_plain_text_or_number() {
    let message = sms()
        .client_ref("order-17")
        .and_then(|sms| sms.webhook_url("https://example.com/status"))
        .and_then(|sms| sms.ttl(600))
        .unwrap();
    let json = json(message);
    assert_eq!(json["client_ref"], "order-17");
    assert_eq!(json["webhook_url"], "https://example.com/status");
    assert_eq!(json["ttl"], 600);

    let options = viber::Options::default().ttl(600).unwrap();
    let viber = Viber::text("ShopId", TO, "Hello")
        .unwrap()
        .viber_service(options);
    assert_eq!(self::json(viber)["viber_service"]["ttl"], 600);
}

#[test]
fn a_value_that_cannot_be_invalid_needs_no_result() {
    let row: Row = Row::new("1", "Tabby").description("striped");
    assert_eq!(serde_json::to_value(row).unwrap()["description"], "striped");
    let component: Component = Component::body([Parameter::text("17")]).index(0);
    assert_eq!(serde_json::to_value(component).unwrap()["index"], 0);
}

#[test]
fn a_refused_value_is_named_by_its_pointer() {
    let pointer = |result: Result<Sms, Problems>| {
        let problems = result.unwrap_err();
        let [problem] = problems.as_slice() else {
            panic!("{problems}")
        };
        (problem.pointer().to_owned(), problem.rule())
    };
    let (place, rule) = pointer(sms().client_ref(""));
    assert_eq!(
        (place.as_str(), matches!(rule, Rule::MinLength(1))),
        ("/client_ref", true)
    );
    let (place, _) = pointer(sms().webhook_url("example"));
    assert_eq!(place, "/webhook_url");
    for ttl in [-1_i64, 0, 1 << 40] {
        let (place, rule) = pointer(sms().ttl(ttl));
        assert_eq!(
            (place.as_str(), matches!(rule, Rule::Range(..))),
            ("/ttl", true),
            "{ttl}"
        );
    }
    let file = Whatsapp::text(FROM, TO, "Hello").unwrap();
    assert_eq!(
        file.client_ref("x".repeat(101)).unwrap_err().as_slice()[0].pointer(),
        "/client_ref"
    );
}

#[test]
fn failover_messages_are_given_as_they_are() {
    let message = Message::from(Messenger::text("page", "user", "Hello").unwrap())
        .failover([Whatsapp::text(FROM, TO, "Hello").unwrap()])
        .failover(vec![sms(), sms()]);
    assert_eq!(message.attempts().count(), 4);
}

#[test]
fn steps_of_a_workflow_take_a_number_of_seconds() {
    let sms = || v0_1::Sms::text(FROM, TO, "Hello").unwrap();
    let step = sms().expecting(Condition::Delivered, 60).unwrap();
    let workflow = Workflow::starting_with(step)
        .then(
            v0_1::Message::from(sms())
                .expecting(Condition::Delivered, 600)
                .unwrap(),
        )
        .ending_with(sms().client_ref("order-17").unwrap());
    let json = serde_json::to_value(&workflow).unwrap();
    assert_eq!(json["workflow"][1]["failover"]["expiry_time"], 600);

    let problems = sms().expecting(Condition::Delivered, 3).unwrap_err();
    assert_eq!(problems.as_slice()[0].pointer(), "/failover/expiry_time");
}

#[test]
fn a_refused_value_becomes_the_problems_of_a_document() {
    fn build() -> Result<Sms, Problems> {
        let reference = messages_types::v1::ClientRef::new("")?;
        sms().client_ref(reference)
    }
    let problems = build().unwrap_err();
    assert_eq!(problems.as_slice()[0].pointer(), "");
}
