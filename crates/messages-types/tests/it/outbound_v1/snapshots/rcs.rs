//! RCS.

use messages_types::Url;
use messages_types::v1::Custom;
use messages_types::v1::Rcs;
use messages_types::v1::rcs;
use messages_types::v1::rcs::card::{Card, MediaHeight};
use messages_types::v1::rcs::suggestion::{
    Action, CalendarEvent, OpenUrl, OpenUrlInWebview, Suggestion, ViewLocation, ViewMode,
};
use messages_types::v1::rcs::{CardWidth, ImageAlignment, Suggestions};
use serde_json::json;

use super::{Result, Snapshots, TO};

fn suggestions() -> Result<Suggestions> {
    let page = "https://example.com";
    Ok(Suggestions::new([
        Suggestion::reply("Yes", "yes")?,
        Suggestion::new(
            "Call",
            "call",
            Action::Dial {
                phone_number: "+447700900001".parse()?,
                fallback_url: Some(Url::new(page)?),
            },
        )?,
        Suggestion::new(
            "Map",
            "map",
            ViewLocation::new("51.5", "-0.085", "London")?.fallback_url(page)?,
        )?,
        Suggestion::share_location("Where are you?", "where")?,
        Suggestion::new("Open", "open", OpenUrl::new(page, "Our page")?)?,
        Suggestion::new(
            "Open here",
            "here",
            OpenUrlInWebview::new(page, "Our page")?.view_mode(ViewMode::Tall),
        )?,
        Suggestion::new(
            "Save",
            "save",
            CalendarEvent::new(
                "2026-06-28T19:00:00Z",
                "2026-06-28T20:00:00Z",
                "Launch",
                "We launch",
            )?
            .fallback_url(page)?,
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

pub(super) fn messages() -> Result<Snapshots> {
    let to = TO;
    let reply = Suggestion::reply("More", "more")?;
    let full_card = card()?
        .media_description("a cat on a mat")
        .media_height(MediaHeight::Tall)
        .thumbnail_url("https://example.com/small.jpg")?
        .media_force_refresh(true)
        .suggestions([reply.clone()])?;
    Ok(vec![
        (
            "rcs__text",
            Rcs::text("Acme", to, "Hello")?
                .ttl(600)?
                .rcs(rcs::Options::default().category(rcs::Category::ServiceRequest))
                .trusted_recipient(true)
                .trusted_sender(true)
                .into(),
        ),
        (
            "rcs__text_all_suggestions",
            Rcs::text("Acme", to, "Hello")?
                .suggestions(suggestions()?)?
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
                .rcs(rcs::Options::horizontal(ImageAlignment::Right))
                .into(),
        ),
        (
            "rcs__carousel",
            Rcs::carousel("Acme", to, [card()?, card()?])?.into(),
        ),
        (
            "rcs__carousel_with_suggestions",
            Rcs::carousel("Acme", to, [card()?, card()?])?
                .suggestions(Suggestions::new([reply])?)?
                .rcs(rcs::Options::default().card_width(CardWidth::Small))
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
