//! The bytes of every kind of v1 message.

use messages_types::v1::outbound::email::{
    CopyTo, EmailOptions, EmailPart, Importance, Priority, Sensitivity,
};
use messages_types::v1::outbound::media::{Caption, CaptionedMedia};
use messages_types::v1::outbound::messenger::MessengerOptions;
use messages_types::v1::outbound::mms::{MmsItem, MmsOptions};
use messages_types::v1::outbound::rcs::card::{Card, CardSuggestions, MediaHeight, ThumbnailUrl};
use messages_types::v1::outbound::rcs::suggestion::{
    CalendarEvent, Dial, OpenUrl, OpenUrlInWebview, Suggestion, ViewLocation, ViewMode,
};
use messages_types::v1::outbound::rcs::{
    CardWidth, CarouselContent, ImageAlignment, RcsCategory, RcsOptions, Suggestions, TextContent,
};
use messages_types::v1::outbound::sms::{SmsEncoding, SmsOptions};
use messages_types::v1::outbound::viber::{
    ViberAction, ViberCategory, ViberFile, ViberFileName, ViberOptions, ViberVideo,
};
use messages_types::v1::outbound::whatsapp::custom::Place;
use messages_types::v1::outbound::whatsapp::custom::contact::{
    Contact, ContactAddress, ContactEmail, ContactName, ContactOrg, ContactPhone, ContactUrl,
};
use messages_types::v1::outbound::whatsapp::custom::interactive::{
    Button, CatalogSection, Header, Interactive, ListSection, Row,
};
use messages_types::v1::outbound::whatsapp::custom::template::{
    ButtonKind, Component, ComponentTemplate, Document as HeaderDocument, Parameter,
};
use messages_types::v1::outbound::whatsapp::template::Template;
use messages_types::v1::outbound::whatsapp::{NamedFile, Quoted, Reaction, Sticker};
use messages_types::v1::outbound::{Custom, ReplyingIndicator, UpdateStatus};
use messages_types::v1::{
    ClientRef, Email, Message, Messenger, Mms, Rcs, Sms, Update, Viber, WebhookVersion, Whatsapp,
};
use messages_types::{Document, PhoneNumber, Seconds, Url};
use serde_json::{Value, json};

use crate::fuzz_seeds::assert_seed;

type Snapshots = Vec<(&'static str, Message)>;
type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;

const FROM: &str = "447700900001";
const TO: &str = "447700900000";

fn sms() -> Result<Snapshots> {
    let options = SmsOptions::default()
        .encoding_type(SmsEncoding::Unicode)
        .content_id("1107457532145798767".into())
        .entity_id("1101456324675322134".into())
        .pool_id("abc123".into());
    Ok(vec![
        ("sms__text", Sms::text(FROM, TO, "Hello")?.into()),
        (
            "sms__all_options",
            Sms::text("Acme", TO, "Grüße \"😀\"\n")?
                .client_ref(ClientRef::new("order-17")?)
                .webhook_url(Url::new("https://example.com/status")?)
                .webhook_version(WebhookVersion::V0_1)
                .ttl(Seconds::new(600)?)
                .sms(options)
                .trusted_recipient(true)
                .into(),
        ),
        (
            "sms__with_failover",
            Message::from(Sms::text(FROM, TO, "Hello")?).failover([
                Whatsapp::text(FROM, TO, "Hello")?.into(),
                Sms::text(FROM, TO, "Hi")?.into(),
            ]),
        ),
    ])
}

fn mms() -> Result<Snapshots> {
    let captioned = |url: &str| -> Result<CaptionedMedia> {
        Ok(CaptionedMedia::new(url)?.caption(Caption::new("A cat")?))
    };
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
                    MmsItem::image("https://example.com/cat.jpg")?.caption(Caption::new("A cat")?),
                    MmsItem::audio("https://example.com/cat.mp3")?,
                    MmsItem::video("https://example.com/cat.mp4")?,
                    MmsItem::vcard("https://example.com/cat.vcf")?,
                    MmsItem::file("https://example.com/cat.pdf")?,
                ],
            )?
            .into(),
        ),
        (
            "mms__group",
            Mms::text(FROM, TO, "Hello all")?
                .mms(MmsOptions::default().participants(vec![PhoneNumber::new("447700900002")?]))
                .ttl(Seconds::new(300)?)
                .trusted_recipient(false)
                .into(),
        ),
    ])
}

fn suggestions() -> Result<Suggestions> {
    let page = "https://example.com";
    Ok(Suggestions::new([
        Suggestion::reply("Yes", "yes")?,
        Suggestion::dial(
            "Call",
            "call",
            Dial::new("+447700900001")?.fallback_url(Url::new(page)?),
        )?,
        Suggestion::view_location("Map", "map", ViewLocation::new("51.5", "-0.085", "London")?)?,
        Suggestion::share_location("Where are you?", "where")?,
        Suggestion::open_url("Open", "open", OpenUrl::new(page, "Our page")?)?,
        Suggestion::open_url_in_webview(
            "Open here",
            "here",
            OpenUrlInWebview::new(page, "Our page")?.view_mode(ViewMode::Tall),
        )?,
        Suggestion::create_calendar_event(
            "Save",
            "save",
            CalendarEvent::new(
                "2026-06-28T19:00:00Z",
                "2026-06-28T20:00:00Z",
                "Launch",
                "We launch",
            )?,
        )?,
    ])?)
}

fn card() -> Result<Card> {
    Ok(Card::new(
        "A cat",
        "It sits on a mat",
        "https://example.com/cat.jpg",
    )?)
}

fn rcs() -> Result<Snapshots> {
    let to = TO;
    let reply = Suggestion::reply("More", "more")?;
    let full_card = card()?
        .media_description("a cat on a mat".into())
        .media_height(MediaHeight::Tall)
        .thumbnail_url(ThumbnailUrl::new("https://example.com/small.jpg")?)
        .media_force_refresh(true)
        .suggestions(CardSuggestions::new([reply.clone()])?);
    Ok(vec![
        (
            "rcs__text",
            Rcs::text("Acme", to, "Hello")?
                .ttl(Seconds::new(600)?)
                .rcs(RcsOptions::default().category(RcsCategory::ServiceRequest))
                .trusted_recipient(true)
                .into(),
        ),
        (
            "rcs__text_all_suggestions",
            Rcs::text(
                "Acme",
                to,
                TextContent::new("Hello")?.suggestions(suggestions()?),
            )?
            .into(),
        ),
        (
            "rcs__image",
            Rcs::image("Acme", to, "https://example.com/cat.jpg")?.into(),
        ),
        (
            "rcs__video",
            Rcs::video("Acme", to, "https://example.com/cat.mp4")?.into(),
        ),
        (
            "rcs__file",
            Rcs::file("Acme", to, "https://example.com/cat.pdf")?.into(),
        ),
        ("rcs__card", Rcs::card("Acme", to, card()?)?.into()),
        (
            "rcs__card_horizontal",
            Rcs::card("Acme", to, full_card)?
                .rcs(RcsOptions::horizontal(ImageAlignment::Right))
                .into(),
        ),
        (
            "rcs__carousel",
            Rcs::carousel("Acme", to, [card()?, card()?])?.into(),
        ),
        (
            "rcs__carousel_with_suggestions",
            Rcs::carousel(
                "Acme",
                to,
                CarouselContent::from([card()?, card()?]).suggestions(Suggestions::new([reply])?),
            )?
            .rcs(RcsOptions::default().card_width(CardWidth::Small))
            .into(),
        ),
        (
            "rcs__custom",
            Rcs::custom(
                "Acme",
                to,
                Custom::try_from(json!({ "contentMessage": { "text": "Hello" } }))?,
            )?
            .into(),
        ),
    ])
}

fn whatsapp() -> Result<Snapshots> {
    let theirs = "aaaaaaaa-bbbb-4ccc-8ddd-0123456789ab";
    let named = NamedFile::new("https://example.com/1")?
        .caption(Caption::new("The bill")?)
        .name("bill.pdf".into());
    Ok(vec![
        ("whatsapp__text", Whatsapp::text(FROM, TO, "Hello")?.into()),
        (
            "whatsapp__text_quoting",
            Whatsapp::text(FROM, "US.13491208655302741918", "Hello")?
                .context(Quoted::new(theirs)?)
                .into(),
        ),
        (
            "whatsapp__image",
            Whatsapp::image(FROM, TO, "https://example.com/cat.jpg")?.into(),
        ),
        (
            "whatsapp__audio",
            Whatsapp::audio(FROM, TO, "https://example.com/cat.mp3")?.into(),
        ),
        (
            "whatsapp__video",
            Whatsapp::video(FROM, TO, "https://example.com/cat.mp4")?.into(),
        ),
        ("whatsapp__file", Whatsapp::file(FROM, TO, named)?.into()),
        (
            "whatsapp__template",
            Whatsapp::template(FROM, TO, "login", "en_GB")?.into(),
        ),
        (
            "whatsapp__template_with_parameters",
            Whatsapp::template(
                FROM,
                TO,
                Template::new("space:login")?.parameters(vec!["4711".into(), "10".into()]),
                "de",
            )?
            .into(),
        ),
        (
            "whatsapp__sticker",
            Whatsapp::sticker(FROM, TO, "https://example.com/cat.webp")?.into(),
        ),
        (
            "whatsapp__sticker_by_id",
            Whatsapp::sticker(FROM, TO, Sticker::default().id("4711".into()))?.into(),
        ),
        (
            "whatsapp__reaction",
            Whatsapp::reaction(FROM, TO, Reaction::react("👍")?, theirs)?.into(),
        ),
        (
            "whatsapp__reaction_withdrawn",
            Whatsapp::reaction(FROM, TO, Reaction::unreact(), theirs)?.into(),
        ),
        (
            "whatsapp__custom",
            Whatsapp::custom(
                FROM,
                TO,
                Custom::try_from(json!({ "type": "anything", "anything": {} }))?,
            )?
            .into(),
        ),
    ])
}

fn whatsapp_custom() -> Result<Snapshots> {
    let template = ComponentTemplate::new("order", "en_GB").components(vec![
        Component::header(Parameter::document(
            HeaderDocument::new("https://example.com/bill.pdf").filename("bill.pdf".into()),
        )),
        Component::body([
            Parameter::text("Ann"),
            Parameter::text("17").parameter_name("number".into()),
        ]),
        Component::button(ButtonKind::QuickReply, 0, Parameter::payload("stop")),
        Component::button(ButtonKind::Url, 1, Parameter::text("orders/17")),
    ]);
    let list = Interactive::list(
        "What would you like?",
        "Choose",
        vec![ListSection::new(
            "Cats",
            vec![
                Row::new("1", "Tabby").description("striped".into()),
                Row::new("2", "Tom"),
            ],
        )],
    )
    .header(Header::text("The menu"))
    .footer("While stocks last".into());
    let contact = Contact::new(
        ContactName::new("Ann Example")
            .first_name("Ann".into())
            .last_name("Example".into()),
    )
    .addresses(vec![
        ContactAddress::default()
            .city("London".into())
            .zip("N1".into()),
    ])
    .birthday("1990-01-31".into())
    .emails(vec![
        ContactEmail::new("ann@example.com").kind("WORK".into()),
    ])
    .org(ContactOrg::default().company("Acme".into()))
    .phones(vec![
        ContactPhone::new("+44 7700 900000")
            .kind("CELL".into())
            .wa_id(TO.into()),
    ])
    .urls(vec![ContactUrl::new("https://example.com")]);
    Ok(vec![
        (
            "whatsapp__custom_template",
            Whatsapp::custom(FROM, TO, template)?.into(),
        ),
        (
            "whatsapp__custom_buttons",
            Whatsapp::custom(
                FROM,
                TO,
                Interactive::buttons(
                    "Today?",
                    vec![Button::new("yes", "Yes"), Button::new("no", "No")],
                ),
            )?
            .into(),
        ),
        (
            "whatsapp__custom_list",
            Whatsapp::custom(FROM, TO, list)?.into(),
        ),
        (
            "whatsapp__custom_product",
            Whatsapp::custom(
                FROM,
                TO,
                Interactive::product("catalogue-1", "cat-1").body("Look".into()),
            )?
            .into(),
        ),
        (
            "whatsapp__custom_product_list",
            Whatsapp::custom(
                FROM,
                TO,
                Interactive::product_list(
                    "Cats",
                    "All of them",
                    "catalogue-1",
                    vec![CatalogSection::new(
                        "Striped",
                        vec!["cat-1".into(), "cat-2".into()],
                    )],
                ),
            )?
            .into(),
        ),
        (
            "whatsapp__custom_location",
            Whatsapp::custom(
                FROM,
                TO,
                Place::new(51.523_037, -0.085_249)?
                    .name("Office".into())
                    .address("London".into()),
            )?
            .into(),
        ),
        (
            "whatsapp__custom_contacts",
            Whatsapp::custom(FROM, TO, vec![contact])?.into(),
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
                .messenger(MessengerOptions::message_tag("HUMAN_AGENT")?)
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
    let button = ViberOptions::default()
        .category(ViberCategory::Promotion)
        .ttl(Seconds::new(600)?)
        .kind("template".into())
        .action(ViberAction::new("https://example.com", "Open")?);
    let captioned =
        CaptionedMedia::new("https://example.com/cat.jpg")?.caption(Caption::new("A cat")?);
    let video = ViberVideo::new("https://example.com/cat.mp4", "https://example.com/cat.jpg")?;
    let file = ViberFile::new("https://example.com/files/")?.name(ViberFileName::new("cat.pdf")?);
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
    let head = EmailOptions::new("Your order")
        .to_name("Ann".parse()?)
        .from_name("The shop".parse()?)
        .importance(Importance::High)
        .priority(Priority::NonUrgent)
        .sensitivity(Sensitivity::CompanyConfidential)
        .cc(vec![copy("bob@example.com")?.name("Bob".parse()?)])
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
                    EmailPart::text("It is on its way"),
                    EmailPart::html("<p>It is on its way</p>"),
                ],
            )?
            .into(),
        ),
    ])
}

fn assert_snapshots<T: Document>(
    target: &str,
    documents: impl IntoIterator<Item = (&'static str, T)>,
) {
    let mut settings = insta::Settings::clone_current();
    settings.set_snapshot_path("../../snapshots/v1/outbound");
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.bind(|| {
        for (name, document) in documents {
            let bytes = document.to_vec();
            // What is written is accepted again, and written again as it was.
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
        rcs()?,
        whatsapp()?,
        whatsapp_custom()?,
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

#[test]
fn updates() {
    let mut hidden = Update::read();
    if let UpdateStatus::Read(read) = &mut hidden.status {
        read.replying_indicator = Some(ReplyingIndicator::new(false));
    }
    assert_snapshots(
        "v1_update",
        [
            ("update__read", Update::read()),
            ("update__read_and_typing", Update::read_and_typing()),
            ("update__read_not_typing", hidden),
            ("update__revoked", Update::revoked()),
        ],
    );
}

/// The problems of a body of a PATCH.
fn problems(body: &Value) -> Vec<String> {
    match Update::from_value(body.clone()) {
        Ok(update) => {
            assert_eq!(serde_json::to_value(&update).unwrap(), *body);
            Vec::new()
        }
        Err(messages_types::DecodeError::Problems(problems)) => problems
            .iter()
            .map(|problem| format!("{} {}", problem.pointer(), problem.rule()))
            .collect(),
        Err(other) => panic!("{other:?}"),
    }
}

#[test]
fn updates_are_checked() {
    let rows: &[(Value, &[&str])] = &[
        (json!({ "status": "read" }), &[]),
        (json!({ "status": "revoked" }), &[]),
        (
            json!({ "status": "read", "replying_indicator": { "show": false, "type": "text" } }),
            &[],
        ),
        (json!({ "status": "read", "colour": 1 }), &[]),
        (json!({ "status": "read", "replying_indicator": null }), &[]),
        (json!([]), &[" type"]),
        (json!({}), &["/status required"]),
        (json!({ "status": 5 }), &["/status type"]),
        (json!({ "status": "delivered" }), &["/status one_of"]),
        (
            json!({ "status": "revoked", "replying_indicator": { "show": true, "type": "text" } }),
            &["/replying_indicator not_allowed"],
        ),
        (
            json!({ "status": "read", "replying_indicator": { "show": "true" } }),
            &[
                "/replying_indicator/show type",
                "/replying_indicator/type required",
            ],
        ),
        (
            json!({ "status": "read", "replying_indicator": { "type": "voice" } }),
            &[
                "/replying_indicator/show required",
                "/replying_indicator/type one_of",
            ],
        ),
        (
            json!({ "status": "read", "replying_indicator": true }),
            &["/replying_indicator type"],
        ),
    ];
    for (body, expected) in rows {
        assert_eq!(problems(body), *expected, "{body}");
    }
}
