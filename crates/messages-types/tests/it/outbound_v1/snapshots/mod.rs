//! Encodings of every kind of v1 message.

mod rcs;
mod whatsapp;

use messages_types::v1::email;
use messages_types::v1::email::{CopyTo, Importance, Priority, Sensitivity};
use messages_types::v1::media::CaptionedMedia;
use messages_types::v1::messenger;
use messages_types::v1::mms;
use messages_types::v1::sms;
use messages_types::v1::viber;
use messages_types::v1::{Email, Message, Messenger, Mms, Sms, Viber, WebhookVersion, Whatsapp};
use messages_types::{Document, PhoneNumber};

use crate::fuzz_seeds::assert_seed;

type Snapshots = Vec<(&'static str, Message)>;
type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

const FROM: &str = "447700900001";
const TO: &str = "447700900000";

fn sms() -> Result<Snapshots> {
    let options = sms::Options::default()
        .encoding_type(sms::Encoding::Unicode)
        .content_id("1107457532145798767")
        .entity_id("1101456324675322134")
        .pool_id("abc123");
    Ok(vec![
        ("sms__text", Sms::text(FROM, TO, "Hello")?.into()),
        (
            "sms__all_options",
            Sms::text("Acme", TO, "Grüße \"😀\"\n")?
                .client_ref("order-17")?
                .webhook_url("https://example.com/status")?
                .webhook_version(WebhookVersion::V0_1)
                .ttl(600)?
                .sms(options)
                .trusted_recipient(true)
                .trusted_sender(true)
                .into(),
        ),
        (
            "sms__with_failover",
            Message::from(Sms::text(FROM, TO, "Hello")?)
                .failover([Whatsapp::text(FROM, TO, "Hello")?])
                .failover([Sms::text(FROM, TO, "Hi")?]),
        ),
    ])
}

fn mms() -> Result<Snapshots> {
    let captioned =
        |url: &str| -> Result<CaptionedMedia> { Ok(CaptionedMedia::new(url)?.caption("A cat")?) };
    Ok(vec![
        ("mms__text", Mms::text(FROM, TO, "Hello")?.into()),
        (
            "mms__image",
            Mms::image(FROM, TO, "https://example.com/cat.jpg")?.into(),
        ),
        (
            "mms__image_captioned",
            Mms::image(FROM, TO, captioned("https://example.com/cat.jpg")?)?.into(),
        ),
        (
            "mms__vcard",
            Mms::vcard(FROM, TO, captioned("https://example.com/cat.vcf")?)?.into(),
        ),
        (
            "mms__audio",
            Mms::audio(FROM, TO, captioned("https://example.com/cat.mp3")?)?.into(),
        ),
        (
            "mms__video",
            Mms::video(FROM, TO, captioned("https://example.com/cat.mp4")?)?.into(),
        ),
        (
            "mms__file",
            Mms::file(FROM, TO, captioned("https://example.com/cat.pdf")?)?.into(),
        ),
        (
            "mms__content",
            Mms::content(
                FROM,
                TO,
                [
                    mms::Item::image("https://example.com/cat.jpg")?.caption("A cat")?,
                    mms::Item::audio("https://example.com/cat.mp3")?,
                    mms::Item::video("https://example.com/cat.mp4")?,
                    mms::Item::vcard("https://example.com/cat.vcf")?,
                    mms::Item::file("https://example.com/cat.pdf")?,
                ],
            )?
            .into(),
        ),
        (
            "mms__group",
            Mms::text(FROM, TO, "Hello all")?
                .mms(mms::Options::default().participants(vec![PhoneNumber::new("447700900002")?]))
                .ttl(300)?
                .trusted_recipient(false)
                .trusted_sender(false)
                .into(),
        ),
    ])
}

fn messenger() -> Result<Snapshots> {
    Ok(vec![
        (
            "messenger__text",
            Messenger::text("page", "person", "Hello")?.into(),
        ),
        (
            "messenger__text_tagged",
            Messenger::text("page", "person", "Hello")?
                .messenger(messenger::Options::message_tag("HUMAN_AGENT")?)
                .into(),
        ),
        (
            "messenger__image",
            Messenger::image("page", "person", "https://example.com/cat.jpg")?.into(),
        ),
        (
            "messenger__audio",
            Messenger::audio("page", "person", "https://example.com/cat.mp3")?.into(),
        ),
        (
            "messenger__video",
            Messenger::video("page", "person", "https://example.com/cat.mp4")?.into(),
        ),
        (
            "messenger__file",
            Messenger::file("page", "person", "https://example.com/cat.pdf")?.into(),
        ),
    ])
}

fn viber() -> Result<Snapshots> {
    let button = viber::Options::default()
        .category(viber::Category::Promotion)
        .ttl(600)?
        .kind("template")
        .action(viber::Action::new("https://example.com", "Open")?);
    let captioned = CaptionedMedia::new("https://example.com/cat.jpg")?.caption("A cat")?;
    let video = viber::Video::new("https://example.com/cat.mp4", "https://example.com/cat.jpg")?
        .caption("A cat")?;
    let file = viber::File::new("https://example.com/files/")?.name("cat.pdf")?;
    Ok(vec![
        (
            "viber_service__text",
            Viber::text("service", TO, "Hello")?.into(),
        ),
        (
            "viber_service__text_with_button",
            Viber::text("service", TO, "Hello")?
                .viber_service(button.clone())
                .into(),
        ),
        (
            "viber_service__image",
            Viber::image("service", TO, "https://example.com/cat.jpg")?.into(),
        ),
        (
            "viber_service__image_with_button",
            Viber::image("service", TO, captioned)?
                .viber_service(button)
                .into(),
        ),
        (
            "viber_service__video",
            Viber::video("service", TO, video, 30, "10")?.into(),
        ),
        (
            "viber_service__file",
            Viber::file("service", TO, file)?.into(),
        ),
    ])
}

fn email() -> Result<Snapshots> {
    let (from, to) = ("shop@example.com", "ann@example.com");
    let copy = |address: &str| -> Result<CopyTo> { Ok(CopyTo::new(address)?) };
    let head = email::Options::new("Your order")?
        .to_name("Ann")?
        .from_name("The shop")?
        .importance(Importance::High)
        .priority(Priority::NonUrgent)
        .sensitivity(Sensitivity::CompanyConfidential)
        .cc(vec![copy("bob@example.com")?.name("Bob")?])
        .bcc(vec![copy("cat@example.com")?]);
    Ok(vec![
        (
            "email__text",
            Email::text(from, to, "Hello", "It is on its way")?.into(),
        ),
        (
            "email__html",
            Email::html(from, to, head, "<p>It is on its way</p>")?.into(),
        ),
        (
            "email__content",
            Email::content(
                from,
                to,
                "Hello",
                [
                    email::Part::text("It is on its way")?,
                    email::Part::html("<p>It is on its way</p>")?,
                ],
            )?
            .into(),
        ),
    ])
}

pub(super) fn assert_snapshots<T: Document>(
    target: &str,
    documents: impl IntoIterator<Item = (&'static str, T)>,
) {
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path("../../../snapshots/v1/outbound");
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| {
        for (name, document) in documents {
            let bytes = document.to_vec();
            // The encoding is decoded again, and encoded to the same bytes.
            assert_eq!(T::from_slice(&bytes).unwrap().to_vec(), bytes, "{name}");
            assert_seed(target, name, &bytes);
            insta::assert_snapshot!(name, String::from_utf8(bytes).unwrap());
        }
    });
}

#[test]
fn messages() -> Result<()> {
    let messages = [
        sms()?,
        mms()?,
        rcs::messages()?,
        whatsapp::messages()?,
        whatsapp::custom()?,
        messenger()?,
        viber()?,
        email()?,
    ]
    .concat();
    for (name, message) in &messages {
        assert!(message.validate().is_ok(), "{name}");
        assert!(
            name.starts_with(&format!("{}__", message.primary.channel())),
            "{name}"
        );
    }
    println!("{} kinds of v1 message pinned", messages.len());
    assert_snapshots("v1_message", messages);
    Ok(())
}
