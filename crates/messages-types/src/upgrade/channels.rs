//! One message, channel by channel. Each conversion reports what it loses and, when the message
//! has no equivalent at all, gives `None`.

use serde_json::Value;

use super::loss::{LossKind, Losses};
use crate::v0_1;
use crate::v0_1::outbound::content::{Audio, CaptionedImage, CaptionedMedia, Image, Media};
use crate::v0_1::outbound::messenger::MessengerContent;
use crate::v0_1::outbound::mms::MmsContent;
use crate::v0_1::outbound::sms::SmsContent;
use crate::v0_1::outbound::template::{Parameter, Template};
use crate::v0_1::outbound::viber::{ViberContent, ViberOptions};
use crate::v0_1::outbound::whatsapp::{WhatsappContent, WhatsappOptions};
use crate::v1::outbound::media;
use crate::v1::outbound::whatsapp::NamedFile;
use crate::v1::outbound::whatsapp::template::{
    Template as TemplateV1, TemplateContent, TemplateOptions,
};
use crate::v1::outbound::{messenger, mms, viber, whatsapp};
use crate::v1::{self, ChannelMessage, Envelope};

/// Where the content of a message stands.
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

/// What is the same for every channel: takes a message apart into sender, recipient and envelope,
/// and reports the members that no type holds.
macro_rules! shell {
    ($message:ident, $losses:ident, $from:ident, $to:ident) => {{
        $losses.members(&[], &$message.extra);
        $losses.members(&["from"], &$message.from.extra);
        $losses.members(&["to"], &$message.to.extra);
        $losses.members(&["message"], &$message.message.extra);
        $losses.members(&CONTENT, &$message.message.content.extra);
        let from = $losses.value(&["from", stringify!($from)], $message.from.$from);
        let to = $losses.value(&["to", stringify!($to)], $message.to.$to);
        let client_ref = $message
            .client_ref
            .and_then(|reference| $losses.value(&["client_ref"], reference));
        let envelope = Envelope {
            client_ref,
            ..Envelope::default()
        };
        from.zip(to).map(|(from, to)| (from, to, envelope))
    }};
}

fn sms(message: v0_1::Sms, losses: &mut Losses) -> Option<v1::Sms> {
    let shell = shell!(message, losses, number, number);
    let SmsContent::Text(text) = message.message.content.kind;
    let text = losses.value(&path("text"), text);
    let ((from, to, envelope), text) = shell.zip(text)?;
    Some(v1::Sms::bare(from, to, text, envelope))
}

fn mms(message: v0_1::Mms, losses: &mut Losses) -> Option<v1::Mms> {
    let shell = shell!(message, losses, number, number);
    let MmsContent::Image(image) = message.message.content.kind;
    let image = captioned(image, losses);
    let ((from, to, envelope), image) = shell.zip(image)?;
    let content = mms::MmsContent::Image(image);
    Some(v1::Mms::bare(from, to, content, envelope))
}

fn messenger(message: v0_1::Messenger, losses: &mut Losses) -> Option<v1::Messenger> {
    let shell = shell!(message, losses, id, id);
    let content = match message.message.content.kind {
        MessengerContent::Text(text) => Some(messenger::MessengerContent::Text(text)),
        MessengerContent::Image(Image { url, extra }) => {
            losses.members(&path("image"), &extra);
            let url = losses.value(&url_path("image"), url);
            url.map(|url| messenger::MessengerContent::Image(media::Media::bare(url)))
        }
        MessengerContent::Audio(audio) => {
            upgraded_audio(audio, losses).map(messenger::MessengerContent::Audio)
        }
        MessengerContent::Video(video) => {
            let video = uncaptioned("video", video, losses);
            Some(messenger::MessengerContent::Video(video))
        }
        MessengerContent::File(file) => {
            let file = uncaptioned("file", file, losses);
            Some(messenger::MessengerContent::File(file))
        }
        MessengerContent::Custom(_) => {
            losses.report(
                LossKind::Unsupported,
                &["message", "content", "type"],
                "is not a type of Messenger messages in v1, so that the message is left out",
            );
            None
        }
    };
    let mut options = message.message.messenger;
    if let Some(options) = &mut options {
        losses.strip(&["message", "messenger"], &mut options.extra);
    }
    let ((from, to, envelope), content) = shell.zip(content)?;
    let mut upgraded = v1::Messenger::bare(from, to, content, envelope);
    upgraded.messenger = options;
    Some(upgraded)
}

fn viber(message: v0_1::Viber, losses: &mut Losses) -> Option<v1::Viber> {
    losses.report(
        LossKind::Changed,
        &["to", "type"],
        "is the channel viber_service in v1",
    );
    let shell = shell!(message, losses, id, number);
    let content = match message.message.content.kind {
        ViberContent::Text(text) => Some(viber::ViberContent::Text(text)),
        ViberContent::Image(image) => captioned(image, losses).map(viber::ViberContent::Image),
        ViberContent::Template(_) => {
            losses.report(
                LossKind::Unsupported,
                &["message", "content", "type"],
                "is not a type of Viber messages in v1, so that the message is left out",
            );
            None
        }
    };
    let options = message.message.viber_service_msg;
    let options = options.map(|options| viber_options(options, losses));
    let ((from, to, envelope), content) = shell.zip(content)?;
    let mut upgraded = v1::Viber::bare(from, to, content, envelope);
    upgraded.viber_service = options;
    Some(upgraded)
}

/// The options have the same members in both generations; v1 knows more of them.
fn viber_options(options: ViberOptions, losses: &mut Losses) -> viber::ViberOptions {
    losses.members(&["message", "viber_service_msg"], &options.extra);
    viber::ViberOptions {
        category: options.category,
        ttl: options.ttl,
        kind: options.kind,
        ..viber::ViberOptions::default()
    }
}

fn whatsapp(message: v0_1::Whatsapp, losses: &mut Losses) -> Option<v1::Whatsapp> {
    use whatsapp::WhatsappContent as V1;

    let shell = shell!(message, losses, number, number);
    let options = message.message.whatsapp;
    if !matches!(message.message.content.kind, WhatsappContent::Template(_)) {
        losses_of_options(options.as_ref(), losses);
    }
    let content = match message.message.content.kind {
        WhatsappContent::Text(text) => losses.value(&path("text"), text).map(V1::Text),
        WhatsappContent::Image(CaptionedImage {
            url,
            caption,
            extra,
        }) => {
            losses.members(&path("image"), &extra);
            let url = losses.value(&url_path("image"), url);
            url.map(|url| {
                let mut image = CaptionedMedia::bare(url);
                image.caption = caption;
                V1::Image(image)
            })
        }
        WhatsappContent::Audio(audio) => upgraded_audio(audio, losses).map(V1::Audio),
        WhatsappContent::Video(mut video) => {
            losses.strip(&path("video"), &mut video.extra);
            Some(V1::Video(video))
        }
        WhatsappContent::File(file) => {
            losses.members(&path("file"), &file.extra);
            let mut named = NamedFile::bare(file.url);
            named.caption = file.caption;
            Some(V1::File(named))
        }
        WhatsappContent::Template(template) => {
            whatsapp_template(template, options, losses).map(V1::Template)
        }
        WhatsappContent::Custom(custom) => Some(V1::Custom(custom)),
    };
    let ((from, to, envelope), content) = shell.zip(content)?;
    Some(v1::Whatsapp::bare(from, to, content, envelope))
}

/// In v1 only templates have options.
fn losses_of_options(options: Option<&WhatsappOptions>, losses: &mut Losses) {
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
    options: Option<WhatsappOptions>,
    losses: &mut Losses,
) -> Option<TemplateContent> {
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
    let mut upgraded = TemplateV1::bare(name);
    upgraded.parameters = template.parameters.map(|parameters| {
        let texts = parameters.into_iter().map(|parameter| match parameter {
            Parameter::Text(text) => text,
            Parameter::Object(object) => object.default,
        });
        texts.collect()
    });
    let mut kept = TemplateOptions::bare(locale);
    if let Some(options) = options {
        losses.members(&["message", "whatsapp"], &options.extra);
        kept.policy = options.policy;
    }
    Some(TemplateContent::bare(upgraded, kept))
}

/// An image over a channel that shows captions in v1: one that a workflow gave is taken along.
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
    let mut upgraded = CaptionedMedia::bare(url);
    upgraded.caption = caption;
    Some(upgraded)
}

fn upgraded_audio(audio: Audio, losses: &mut Losses) -> Option<media::Audio> {
    losses.members(&path("audio"), &audio.extra);
    let url = losses.value(&url_path("audio"), audio.url);
    url.map(media::Audio::bare)
}

/// A medium over Messenger, which never shows captions.
fn uncaptioned(kind: &'static str, medium: Media, losses: &mut Losses) -> media::Media {
    losses.members(&path(kind), &medium.extra);
    media::Media::bare(medium.url)
}

fn path(kind: &'static str) -> [&'static str; 3] {
    [CONTENT[0], CONTENT[1], kind]
}

fn url_path(kind: &'static str) -> [&'static str; 4] {
    [CONTENT[0], CONTENT[1], kind, "url"]
}
