//! Upgrade of one message, channel by channel. Each conversion reports its losses and returns
//! `None` if the message has no equivalent at all.

use serde_json::Value;

use super::loss::{LossKind, Losses};
use crate::Extra;
use crate::v0_1::content::{Audio, CaptionedImage, CaptionedMedia, Image, Media};
use crate::v0_1::template::{Parameter, Template};
use crate::v0_1::{self, ClientRef};
use crate::v1::whatsapp::NamedFile;
use crate::v1::whatsapp::template::{Template as TemplateV1, TemplateOptions};
use crate::v1::{self, ChannelMessage, Envelope, media, messenger, mms, viber, whatsapp};

/// Place of the content in a message.
const CONTENT: [&str; 2] = ["message", "content"];

pub(super) fn message(message: v0_1::Message, losses: &mut Losses) -> Option<ChannelMessage> {
    match message {
        v0_1::Message::Sms(message) => sms(message, losses).map(ChannelMessage::Sms),
        v0_1::Message::Mms(message) => mms(message, losses).map(ChannelMessage::Mms),
        v0_1::Message::Whatsapp(message) => whatsapp(message, losses).map(ChannelMessage::Whatsapp),
        v0_1::Message::ViberServiceMsg(message) => {
            viber(message, losses).map(ChannelMessage::ViberService)
        }
        v0_1::Message::Messenger(message) => {
            messenger(message, losses).map(ChannelMessage::Messenger)
        }
    }
}

/// Reports the unknown fields of a message: its own, and those of its sender, recipient, body and content.
fn report_unknown(extras: [&Extra; 5], losses: &mut Losses) {
    let places: [&[&str]; 5] = [&[], &["from"], &["to"], &["message"], &CONTENT];
    for (place, extra) in places.into_iter().zip(extras) {
        losses.members(place, extra);
    }
}

fn envelope(client_ref: Option<ClientRef>, losses: &mut Losses) -> Envelope {
    Envelope {
        client_ref: client_ref.and_then(|reference| losses.value(&["client_ref"], reference)),
        ..Envelope::default()
    }
}

fn sms(message: v0_1::Sms, losses: &mut Losses) -> Option<v1::Sms> {
    report_unknown(message.extras(), losses);
    let v0_1::Sms {
        from,
        to,
        message,
        client_ref,
        extra: _,
    } = message;
    let from = losses.value(&["from", "number"], from.number);
    let to = losses.value(&["to", "number"], to.number);
    let envelope = envelope(client_ref, losses);
    let v0_1::sms::Content::Text(text) = message.content.kind;
    let text = losses.value(&path("text"), text);
    let ((from, to), text) = from.zip(to).zip(text)?;
    Some(v1::Sms::from_parts(from, to, text, envelope))
}

fn mms(message: v0_1::Mms, losses: &mut Losses) -> Option<v1::Mms> {
    report_unknown(message.extras(), losses);
    let v0_1::Mms {
        from,
        to,
        message,
        client_ref,
        extra: _,
    } = message;
    let from = losses.value(&["from", "number"], from.number);
    let to = losses.value(&["to", "number"], to.number);
    let envelope = envelope(client_ref, losses);
    let v0_1::mms::Content::Image(image) = message.content.kind;
    let image = captioned(image, losses);
    let ((from, to), image) = from.zip(to).zip(image)?;
    let content = mms::Content::Image(image);
    Some(v1::Mms::from_parts(from, to, content, envelope))
}

fn messenger(message: v0_1::Messenger, losses: &mut Losses) -> Option<v1::Messenger> {
    report_unknown(message.extras(), losses);
    let v0_1::Messenger {
        from,
        to,
        message,
        client_ref,
        extra: _,
    } = message;
    let from = losses.value(&["from", "id"], from.id);
    let to = losses.value(&["to", "id"], to.id);
    let envelope = envelope(client_ref, losses);
    let content = match message.content.kind {
        v0_1::messenger::Content::Text(text) => Some(messenger::Content::Text(text)),
        v0_1::messenger::Content::Image(Image { url, extra }) => {
            losses.members(&path("image"), &extra);
            let url = losses.value(&url_path("image"), url);
            url.map(|url| messenger::Content::Image(media::Media::from_parts(url)))
        }
        v0_1::messenger::Content::Audio(audio) => {
            upgraded_audio(audio, losses).map(messenger::Content::Audio)
        }
        v0_1::messenger::Content::Video(video) => {
            let video = uncaptioned("video", video, losses);
            Some(messenger::Content::Video(video))
        }
        v0_1::messenger::Content::File(file) => {
            let file = uncaptioned("file", file, losses);
            Some(messenger::Content::File(file))
        }
        v0_1::messenger::Content::Custom(_) => {
            losses.report(
                LossKind::Unsupported,
                &["message", "content", "type"],
                "is not a type of Messenger messages in v1, so that the message is left out",
            );
            None
        }
    };
    let mut options = message.messenger;
    if let Some(options) = &mut options {
        losses.strip(&["message", "messenger"], &mut options.extra);
    }
    let ((from, to), content) = from.zip(to).zip(content)?;
    let mut upgraded = v1::Messenger::from_parts(from, to, content, envelope);
    upgraded.messenger = options;
    Some(upgraded)
}

fn viber(message: v0_1::Viber, losses: &mut Losses) -> Option<v1::Viber> {
    losses.report(
        LossKind::Changed,
        &["to", "type"],
        "is the channel viber_service in v1",
    );
    report_unknown(message.extras(), losses);
    let v0_1::Viber {
        from,
        to,
        message,
        client_ref,
        extra: _,
    } = message;
    let from = losses.value(&["from", "id"], from.id);
    let to = losses.value(&["to", "number"], to.number);
    let envelope = envelope(client_ref, losses);
    let content = match message.content.kind {
        v0_1::viber::Content::Text(text) => Some(viber::Content::Text(text)),
        v0_1::viber::Content::Image(image) => captioned(image, losses).map(viber::Content::Image),
        v0_1::viber::Content::Template(_) => {
            losses.report(
                LossKind::Unsupported,
                &["message", "content", "type"],
                "is not a type of Viber messages in v1, so that the message is left out",
            );
            None
        }
    };
    let options = message.viber_service_msg;
    let options = options.map(|options| viber_options(options, losses));
    let ((from, to), content) = from.zip(to).zip(content)?;
    let mut upgraded = v1::Viber::from_parts(from, to, content, envelope);
    upgraded.viber_service = options;
    Some(upgraded)
}

/// The options have the same fields in both generations; v1 has more of them.
fn viber_options(options: v0_1::viber::Options, losses: &mut Losses) -> viber::Options {
    losses.members(&["message", "viber_service_msg"], &options.extra);
    viber::Options {
        category: options.category,
        ttl: options.ttl,
        kind: options.kind,
        ..viber::Options::default()
    }
}

fn whatsapp(message: v0_1::Whatsapp, losses: &mut Losses) -> Option<v1::Whatsapp> {
    use whatsapp::Content as V1;

    report_unknown(message.extras(), losses);
    let v0_1::Whatsapp {
        from,
        to,
        message,
        client_ref,
        extra: _,
    } = message;
    let from = losses.value(&["from", "number"], from.number);
    let to = losses.value(&["to", "number"], to.number);
    let envelope = envelope(client_ref, losses);
    let options = message.whatsapp;
    if !matches!(message.content.kind, v0_1::whatsapp::Content::Template(_)) {
        losses_of_options(options.as_ref(), losses);
    }
    let content = match message.content.kind {
        v0_1::whatsapp::Content::Text(text) => losses.value(&path("text"), text).map(V1::Text),
        v0_1::whatsapp::Content::Image(CaptionedImage {
            url,
            caption,
            extra,
        }) => {
            losses.members(&path("image"), &extra);
            let url = losses.value(&url_path("image"), url);
            url.map(|url| {
                let mut image = CaptionedMedia::from_parts(url);
                image.caption = caption;
                V1::Image(image)
            })
        }
        v0_1::whatsapp::Content::Audio(audio) => upgraded_audio(audio, losses).map(V1::Audio),
        v0_1::whatsapp::Content::Video(mut video) => {
            losses.strip(&path("video"), &mut video.extra);
            Some(V1::Video(video))
        }
        v0_1::whatsapp::Content::File(file) => {
            losses.members(&path("file"), &file.extra);
            let mut named = NamedFile::from_parts(file.url);
            named.caption = file.caption;
            Some(V1::File(named))
        }
        v0_1::whatsapp::Content::Template(template) => whatsapp_template(template, options, losses),
        v0_1::whatsapp::Content::Custom(custom) => Some(V1::Custom(custom)),
    };
    let ((from, to), content) = from.zip(to).zip(content)?;
    Some(v1::Whatsapp::from_parts(from, to, content, envelope))
}

/// In v1 only templates have options.
fn losses_of_options(options: Option<&v0_1::whatsapp::Options>, losses: &mut Losses) {
    let Some(options) = options else { return };
    let given = [
        ("policy", options.policy.is_some()),
        ("locale", options.locale.is_some()),
    ];
    for (member, _) in given.iter().filter(|(_, given)| *given) {
        losses.report(
            LossKind::Dropped,
            &["message", "whatsapp", member],
            "is lost: v1 has it with templates only",
        );
    }
    losses.members(&["message", "whatsapp"], &options.extra);
}

fn whatsapp_template(
    template: Template,
    options: Option<v0_1::whatsapp::Options>,
    losses: &mut Losses,
) -> Option<whatsapp::Content> {
    const TEMPLATE: [&str; 3] = ["message", "content", "template"];
    let at = |member: &'static str| [TEMPLATE[0], TEMPLATE[1], TEMPLATE[2], member];

    losses.members(&TEMPLATE, &template.extra);
    if template.name.starts_with("whatsapp:hsm:") {
        losses.report(
            LossKind::Doubtful,
            &at("name"),
            "has the old form whatsapp:hsm:…, which is not documented for v1: there it is the \
             template's own name, or namespace:name",
        );
    }
    let is_object = |parameter: &Parameter| matches!(parameter, Parameter::Object(_));
    if template.parameters.iter().flatten().any(is_object) {
        losses.report(
            LossKind::Changed,
            &at("parameters"),
            "becomes a list of strings: v1 has no objects with default",
        );
    }
    for (index, parameter) in template.parameters.iter().flatten().enumerate() {
        if let Parameter::Object(object) = parameter {
            let index = index.to_string();
            let place = [TEMPLATE[0], TEMPLATE[1], TEMPLATE[2], "parameters", &index];
            losses.members(&place, &object.extra);
        }
    }
    let name = losses.value(&at("name"), template.name);
    let locale = options.as_ref().and_then(|options| options.locale.clone());
    if locale.is_none() {
        losses.report(
            LossKind::Unsupported,
            &["message", "whatsapp", "locale"],
            "is missing, and v1 demands it with a template, so that the message is left out",
        );
    }
    let (name, locale) = name.zip(locale)?;
    let mut upgraded = TemplateV1::from_parts(name);
    upgraded.parameters = template.parameters.map(|parameters| {
        let texts = parameters.into_iter().map(|parameter| match parameter {
            Parameter::Text(text) => text,
            Parameter::Object(object) => object.default,
        });
        texts.collect()
    });
    let mut kept = TemplateOptions::from_parts(locale);
    if let Some(options) = options {
        losses.members(&["message", "whatsapp"], &options.extra);
        kept.policy = options.policy;
    }
    Some(whatsapp::Content::Template {
        template: upgraded,
        whatsapp: kept,
    })
}

/// Converts an image for a channel that shows captions in v1; a caption set in a workflow is preserved.
fn captioned(image: Image, losses: &mut Losses) -> Option<CaptionedMedia> {
    let Image { url, extra } = image;
    let caption = extra.get("caption").and_then(Value::as_str);
    let caption = caption.and_then(|text| media::Caption::new(text).ok());
    for (key, value) in &extra {
        if key != "caption" || caption.is_none() {
            losses.member(&path("image"), key, value);
        }
    }
    let url = losses.value(&url_path("image"), url)?;
    let mut upgraded = CaptionedMedia::from_parts(url);
    upgraded.caption = caption;
    Some(upgraded)
}

fn upgraded_audio(audio: Audio, losses: &mut Losses) -> Option<media::Audio> {
    losses.members(&path("audio"), &audio.extra);
    let url = losses.value(&url_path("audio"), audio.url);
    url.map(media::Audio::from_parts)
}

/// Converts a file for Messenger, which never shows captions.
fn uncaptioned(kind: &'static str, medium: Media, losses: &mut Losses) -> media::Media {
    losses.members(&path(kind), &medium.extra);
    media::Media::from_parts(medium.url)
}

fn path(kind: &'static str) -> [&'static str; 3] {
    [CONTENT[0], CONTENT[1], kind]
}

fn url_path(kind: &'static str) -> [&'static str; 4] {
    [CONTENT[0], CONTENT[1], kind, "url"]
}
