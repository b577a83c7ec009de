//! Journeys made by the builder, and their bytes.

use messages_types::journey::{
    Alternative, BeforeNext, Condition, Day, Doubt, Journey, Otherwise, SendStep, StepName, StopOn,
    TemplateMessage, Until, Wait, WaitSpan, WaitStep, Window,
};
use messages_types::v1::{Sms, Whatsapp};
use messages_types::{DeliveryErrorCode, Document, Template, Timestamp};
use serde_json::json;

use super::{FROM, TO, complete};
use crate::fuzz_seeds::assert_seed;

type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

/// The complete journey.
fn built() -> Result<Journey> {
    let template = Template::new(json!({ "message_type": "text", "text": "Hello {{name}}" }))?;
    let mut sms = Alternative::new("sms", FROM, TO);
    sms.extra.insert("ttl", 600);
    let message = TemplateMessage::new(template, [Alternative::new("rcs", "Acme", TO), sms])?
        .variables([("name", "Ada")]);
    let journey = Journey::starting_with(
        SendStep::new(Whatsapp::text(FROM, TO, "Hello")?)
            .name("whatsapp")?
            .until(Until::read(600)?)
            .otherwise(Otherwise::Step(StepName::new("sms")?))
            .on_error([DeliveryErrorCode::new(1120), DeliveryErrorCode::new(1300)])?
            .before_next(BeforeNext::default().ttl(true).revoke(false).grace(5)?),
    )
    .then(WaitStep::new(Wait::For(WaitSpan::new(3600)?)).name("pause")?)
    .then(WaitStep::new(Wait::Until(Timestamp::from(
        "2026-12-01T09:00:00Z",
    ))))
    .then(
        SendStep::new(message)
            .name("sms")?
            .otherwise(Otherwise::Stop)
            .window(Window::new("22:00", "06:00")?),
    )
    .zone("Europe/Berlin")?
    .window(Window::new("09:00", "20:00")?.days([Day::Mon, Day::Fri])?)
    .stop_on([
        StopOn::Reply,
        StopOn::Signal("booked".parse()?),
        StopOn::Status(Condition::Read),
    ])?
    .doubt(Doubt::Proceed)
    .max_hold(3600)?;
    Ok(journey)
}

fn assert_snapshot(name: &str, journey: &Journey) {
    let bytes = journey.to_vec();
    assert_eq!(
        Journey::from_slice(&bytes).unwrap().to_vec(),
        bytes,
        "{name}"
    );
    assert_seed("journey_1", name, &bytes);
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path("../../snapshots/journey");
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| insta::assert_snapshot!(name, String::from_utf8(bytes).unwrap()));
}

#[test]
fn a_built_journey_is_the_decoded_one() -> Result<()> {
    let built = built()?;
    built.validate()?;
    assert_eq!(built, Journey::from_value(complete())?);
    assert_eq!(serde_json::to_value(&built)?, complete());
    assert_snapshot("complete", &built);
    let short = Journey::starting_with(
        SendStep::new(Whatsapp::text(FROM, TO, "Hello")?).until(Until::read(600)?),
    )
    .then(SendStep::new(Sms::text(FROM, TO, "Hello")?));
    short.validate()?;
    assert_snapshot("two_messages", &short);
    Ok(())
}

#[test]
fn defaults_are_those_of_the_documentation() {
    let before = BeforeNext::default();
    assert!(before.limits_ttl() && before.revokes());
    assert_eq!(before.grace_seconds(), 5);
    assert_eq!(Doubt::default(), Doubt::Wait);
    assert_eq!(Otherwise::default(), Otherwise::Next);
}

#[test]
fn validation_finds_what_the_builder_cannot() -> Result<()> {
    let sms = || Sms::text(FROM, TO, "Hello");
    let journey = Journey::starting_with(SendStep::new(sms()?).name("a")?.until(Until::read(600)?))
        .then(SendStep::new(sms()?).name("a")?)
        .then(SendStep::new(sms()?).otherwise(Otherwise::Step(StepName::new("a")?)))
        .then(WaitStep::new(Wait::Until(Timestamp::from("soon"))));
    let problems = journey.validate().unwrap_err();
    let problems: Vec<_> = problems
        .iter()
        .map(|problem| format!("{} {}", problem.pointer(), problem.rule()))
        .collect();
    assert_eq!(
        problems,
        [
            "/steps/1/name combination",
            "/steps/2/else/step one_of",
            "/steps/0/until/status combination",
            "/steps/3/wait/until format",
        ]
    );
    Ok(())
}

#[test]
fn debug_shows_neither_texts_nor_numbers() -> Result<()> {
    let shown = format!("{:?}", built()?);
    for secret in [TO, FROM, "Hello", "Ada", "booked"] {
        assert!(!shown.contains(secret), "{secret} in {shown}");
    }
    assert!(shown.contains("within: 600 s"), "{shown}");
    Ok(())
}
