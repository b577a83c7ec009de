//! WhatsApp.

use messages_types::v1::whatsapp::custom::Place;
use messages_types::v1::whatsapp::custom::contact::{
    Contact, ContactAddress, ContactEmail, ContactName, ContactOrg, ContactPhone, ContactUrl,
};
use messages_types::v1::whatsapp::custom::interactive::{
    Button, CatalogSection, Header, HeaderContent, Interactive, ListSection, Row,
};
use messages_types::v1::whatsapp::custom::template::{
    ButtonKind, Component, ComponentTemplate, Document as HeaderDocument, Link, Parameter,
    ParameterValue,
};
use messages_types::v1::whatsapp::template::{Policy, Template, TemplateOptions};
use messages_types::v1::whatsapp::{NamedFile, Reaction, Sticker};
use messages_types::v1::{Custom, Message, Whatsapp};
use serde_json::json;

use super::{FROM, Result, Snapshots, TO};

pub(super) fn messages() -> Result<Snapshots> {
    let theirs = "aaaaaaaa-bbbb-4ccc-8ddd-0123456789ab";
    let named = NamedFile::new("https://example.com/1")?
        .caption("The bill")?
        .name("bill.pdf");
    Ok(vec![
        ("whatsapp__text", Whatsapp::text(FROM, TO, "Hello")?.into()),
        (
            "whatsapp__text_quoting",
            Whatsapp::text(FROM, "US.13491208655302741918", "Hello")?
                .context(theirs)?
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
                TemplateOptions::new("de")?.policy(Policy::Deterministic),
            )?
            .into(),
        ),
        (
            "whatsapp__sticker",
            Whatsapp::sticker(FROM, TO, "https://example.com/cat.webp")?.into(),
        ),
        (
            "whatsapp__sticker_by_id",
            Whatsapp::sticker(FROM, TO, Sticker::default().id("4711"))?.into(),
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

pub(super) fn custom() -> Result<Snapshots> {
    let template = ComponentTemplate::new("order", "en_GB")
        .namespace("space")
        .components(vec![
            Component::header(Parameter::document(
                HeaderDocument::new("https://example.com/bill.pdf").filename("bill.pdf"),
            )),
            Component::body([
                Parameter::text("Ann"),
                Parameter::text("17").parameter_name("number"),
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
                Row::new("1", "Tabby").description("striped"),
                Row::new("2", "Tom"),
            ],
        )],
    )
    .header(Header::text("The menu"))
    .footer("While stocks last");
    let contact = Contact::new(
        ContactName::new("Ann Example")
            .prefix("Dr")
            .first_name("Ann")
            .middle_name("Bea")
            .last_name("Example")
            .suffix("PhD"),
    )
    .addresses(vec![
        ContactAddress::default()
            .street("1 High Street")
            .city("London")
            .state("Greater London")
            .zip("N1")
            .country("United Kingdom")
            .country_code("GB")
            .kind("HOME"),
    ])
    .birthday("1990-01-31")
    .emails(vec![ContactEmail::new("ann@example.com").kind("WORK")])
    .org(
        ContactOrg::default()
            .company("Acme")
            .department("Sales")
            .title("Head"),
    )
    .phones(vec![
        ContactPhone::new("+44 7700 900000").kind("CELL").wa_id(TO),
    ])
    .urls(vec![ContactUrl::new("https://example.com").kind("WORK")]);
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
                Interactive::product("catalogue-1", "cat-1").body("Look"),
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
                    .name("Office")
                    .address("London"),
            )?
            .into(),
        ),
        (
            "whatsapp__custom_contacts",
            Whatsapp::custom(FROM, TO, vec![contact])?.into(),
        ),
        (
            "whatsapp__custom_template_media",
            Whatsapp::custom(FROM, TO, template_of_media()?)?.into(),
        ),
        headed("image", HeaderContent::Image(link()))?,
        headed("video", HeaderContent::Video(link()))?,
        headed("document", HeaderContent::Document(document()))?,
    ])
}

fn link() -> Link {
    Link::new("https://example.com/cat")
}

fn document() -> HeaderDocument {
    HeaderDocument::new("https://example.com/cat.pdf").filename("Cat.pdf")
}

/// A template has one header only, but each of its forms is pinned.
fn template_of_media() -> Result<ComponentTemplate> {
    let office = Place::new(51.523_037, -0.085_249)?
        .name("Office")
        .address("London");
    let headers = [
        Parameter::image("https://example.com/cat.jpg"),
        Parameter::video("https://example.com/cat.mp4"),
        Parameter::document(document()),
        ParameterValue::Place(office).into(),
    ];
    Ok(ComponentTemplate::new("media", "en_GB").components(
        headers
            .into_iter()
            .map(Component::header)
            .collect::<Vec<_>>(),
    ))
}

fn headed(kind: &'static str, content: HeaderContent) -> Result<(&'static str, Message)> {
    let name = match kind {
        "image" => "whatsapp__custom_buttons_under_image",
        "video" => "whatsapp__custom_buttons_under_video",
        _ => "whatsapp__custom_buttons_under_document",
    };
    let buttons = Interactive::buttons("Today?", vec![Button::new("yes", "Yes")]);
    Ok((
        name,
        Whatsapp::custom(FROM, TO, buttons.header(content))?.into(),
    ))
}
