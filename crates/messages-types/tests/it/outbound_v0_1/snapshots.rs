//! Encodings of every kind of message and workflow step.

use messages_types::Document;
use messages_types::v0_1::Custom;
use messages_types::v0_1::content::{CaptionedImage, CaptionedMedia};
use messages_types::v0_1::messenger;
use messages_types::v0_1::template::Template;
use messages_types::v0_1::viber;
use messages_types::v0_1::whatsapp;
use messages_types::v0_1::whatsapp::Policy;
use messages_types::v0_1::{
    Condition, ExpiryTime, Message, Messenger, Mms, Sms, Viber, Whatsapp, Workflow,
};
use serde_json::json;

use crate::fuzz_seeds::assert_seed;

type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

const FROM: &str = "447700900001";
const TO: &str = "447700900000";

fn messages() -> Result<Vec<(&'static str, Message)>> {
    let place =
        json!({ "type": "location", "location": { "latitude": 51.5, "longitude": -0.085 } });
    let attachment = json!({ "attachment": { "type": "template", "payload": {} } });
    let tag = messenger::Options::message_tag("HUMAN_AGENT")?;
    let template = || Template::new("example:verify").with(["Ann", "4711"]);
    Ok(vec![
        ("sms__text", Sms::text(FROM, TO, "Hello")?.into()),
        (
            "sms__client_ref",
            Sms::text("ACME", TO, "Hello")?
                .client_ref("order-17")?
                .into(),
        ),
        (
            "mms__image",
            Mms::image("12345", TO, "https://example.com/cat.jpg")?.into(),
        ),
        (
            "messenger__text",
            Messenger::text("page", "person", "Hello")?.into(),
        ),
        (
            "messenger__text_with_category",
            Messenger::text("page", "person", "Hello")?
                .messenger(messenger::Options::default().category(messenger::Category::Update))
                .into(),
        ),
        (
            "messenger__text_with_tag",
            Messenger::text("page", "person", "Hello")?
                .messenger(tag)
                .client_ref("order-17")?
                .into(),
        ),
        (
            "messenger__image",
            Messenger::image("page", "person", "https://example.com/a.png")?.into(),
        ),
        (
            "messenger__audio",
            Messenger::audio("page", "person", "https://example.com/a.mp3")?.into(),
        ),
        (
            "messenger__video",
            Messenger::video("page", "person", "https://example.com/a.mp4")?.into(),
        ),
        (
            "messenger__file",
            Messenger::file("page", "person", "https://example.com/a.zip")?.into(),
        ),
        (
            "messenger__custom",
            Messenger::custom("page", "person", attachment)?.into(),
        ),
        (
            "viber_service_msg__text",
            Viber::text("service", TO, "Hello")?.into(),
        ),
        (
            "viber_service_msg__text_with_options",
            Viber::text("service", TO, "Hello")?
                .viber_service_msg(
                    viber::Options::default()
                        .category(viber::Category::Promotion)
                        .ttl(600)?
                        .kind("template".to_owned()),
                )
                .into(),
        ),
        (
            "viber_service_msg__image",
            Viber::image("service", TO, "https://example.com/a.png")?.into(),
        ),
        (
            "viber_service_msg__template",
            Viber::template("service", TO, template())?.into(),
        ),
        ("whatsapp__text", Whatsapp::text(FROM, TO, "Hello")?.into()),
        (
            "whatsapp__image",
            Whatsapp::image(
                FROM,
                TO,
                CaptionedImage::new("https://example.com/a.png")?.caption("A cat")?,
            )?
            .into(),
        ),
        (
            "whatsapp__audio",
            Whatsapp::audio(FROM, TO, "https://example.com/a.mp3")?.into(),
        ),
        (
            "whatsapp__video",
            Whatsapp::video(
                FROM,
                TO,
                CaptionedMedia::new("https://example.com/a.mp4")?.caption("A cat")?,
            )?
            .into(),
        ),
        (
            "whatsapp__file",
            Whatsapp::file(FROM, TO, "https://example.com/a.pdf")?.into(),
        ),
        (
            "whatsapp__template",
            Whatsapp::template(FROM, TO, template(), "en-GB")?.into(),
        ),
        (
            "whatsapp__template_without_parameters",
            Whatsapp::template(FROM, TO, "example:hello", "en-GB")?
                .whatsapp(
                    whatsapp::Options::default()
                        .policy(Policy::Deterministic)
                        .locale("en-GB")?,
                )
                .into(),
        ),
        (
            "whatsapp__custom",
            Whatsapp::custom(FROM, TO, Custom::try_from(place)?)?.into(),
        ),
    ])
}

fn assert_snapshot<T: Document>(target: &str, name: &str, document: &T) {
    let bytes = document.to_vec();
    // The encoding is decoded again, and encoded to the same bytes.
    assert_eq!(T::from_slice(&bytes).unwrap().to_vec(), bytes, "{name}");
    assert_seed(target, name, &bytes);
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path("../../snapshots/v0_1/outbound");
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| insta::assert_snapshot!(name, String::from_utf8(bytes).unwrap()));
}

#[test]
fn every_kind_of_message() -> Result<()> {
    for (name, message) in messages()? {
        assert!(message.validate().is_ok(), "{name}");
        let kind = format!("{}__{}", message.channel(), message.message_type());
        assert!(
            name.starts_with(&kind) || name == "sms__client_ref",
            "{name}"
        );
        assert_snapshot("v0_1_message", name, &message);
    }
    Ok(())
}

#[test]
fn every_kind_of_workflow_step() -> Result<()> {
    for (name, message) in messages()? {
        let step = message.clone().expecting(Condition::Read, 600)?;
        let workflow = Workflow::starting_with(step).ending_with(Sms::text(FROM, TO, "Hello")?);
        assert!(workflow.validate().is_ok(), "{name}");
        assert_snapshot("v0_1_workflow", &format!("{name}__step"), &workflow);
    }
    Ok(())
}

#[test]
fn workflows_of_one_and_of_three_steps() -> Result<()> {
    let last = || Sms::text(FROM, TO, "Hello");
    assert_snapshot(
        "v0_1_workflow",
        "workflow__one_step",
        &Workflow::only(last()?),
    );
    let workflow = Workflow::starting_with(
        Messenger::text("page", "person", "Hello")?.expecting(Condition::Read, ExpiryTime::MIN)?,
    )
    .then(Viber::text("service", TO, "Hello")?.expecting(Condition::Delivered, ExpiryTime::MAX)?)
    .ending_with(last()?);
    assert_snapshot("v0_1_workflow", "workflow__three_steps", &workflow);
    Ok(())
}
