//! One complete document for every kind of v0.1 message, with its required fields.

use serde_json::{Value, json};

/// A document and its required fields, besides those common to all messages.
pub(super) struct Full {
    pub(super) name: &'static str,
    pub(super) document: Value,
    pub(super) required: &'static [&'static str],
}

/// Fields required in every message.
pub(super) const ENVELOPE: &[&str] = &[
    "/from",
    "/from/type",
    "/to",
    "/to/type",
    "/message",
    "/message/content",
    "/message/content/type",
];

/// Fields that hold addresses, of which every message has two.
pub(super) const ADDRESSES: &[&str] = &["/from/number", "/from/id", "/to/number", "/to/id"];

/// Place of an object that is passed on unchanged.
pub(super) const FREE: &str = "/message/content/custom";

#[expect(
    clippy::needless_pass_by_value,
    reason = "a literal reads better without `&`"
)]
fn full(
    name: &'static str,
    kind: &str,
    content: Value,
    options: Option<Value>,
    required: &'static [&'static str],
) -> Full {
    let channel = channel_of(name);
    let (from, to) = match channel {
        "messenger" => (("id", "107083064136738"), ("id", "1234567890123456")),
        "viber_service_msg" => (("id", "service-1"), ("number", "447700900000")),
        _ => (("number", "447700900001"), ("number", "447700900000")),
    };
    let mut document = json!({
        "from": { "type": channel, from.0: from.1 },
        "to": { "type": channel, to.0: to.1 },
        "message": { "content": { "type": kind, kind: content } },
        "client_ref": "order-17",
    });
    if let Some(options) = options {
        document["message"][channel] = options;
    }
    Full {
        name,
        document,
        required,
    }
}

/// Returns the channel of the document `name`.
pub(super) fn channel_of(name: &str) -> &str {
    let (channel, _) = name.rsplit_once('_').unwrap();
    channel
}

fn medium(file: &str) -> Value {
    json!({ "url": format!("https://example.com/{file}") })
}

fn captioned(file: &str) -> Value {
    json!({ "url": format!("https://example.com/{file}"), "caption": "Have a look" })
}

pub(super) fn all() -> Vec<Full> {
    let tagged = || Some(json!({ "category": "message_tag", "tag": "HUMAN_AGENT" }));
    let viber = || Some(json!({ "category": "transaction", "ttl": 600, "type": "template" }));
    let locale = || Some(json!({ "policy": "deterministic", "locale": "en-GB" }));
    let text = "Hello";
    let template = json!({
        "name": "example:verify",
        "parameters": ["Ann", { "default": "4711" }],
    });
    let attachment = json!({ "attachment": { "type": "template", "payload": { "a": [1] } } });
    let custom = json!({ "type": "location", "location": { "latitude": 51.5, "longitude": 0 } });
    vec![
        full(
            "sms_text",
            "text",
            text.into(),
            None,
            &["/message/content/text"],
        ),
        full("mms_image", "image", medium("cat.jpg"), None, IMAGE),
        full(
            "messenger_text",
            "text",
            text.into(),
            tagged(),
            &["/message/content/text", "/message/messenger/tag"],
        ),
        full("messenger_image", "image", medium("cat.jpg"), None, IMAGE),
        full("messenger_audio", "audio", medium("cat.mp3"), None, AUDIO),
        full("messenger_video", "video", medium("cat.mp4"), None, VIDEO),
        full("messenger_file", "file", medium("cat.zip"), None, FILE),
        full("messenger_custom", "custom", attachment, None, &[FREE]),
        full(
            "viber_service_msg_text",
            "text",
            text.into(),
            viber(),
            &["/message/content/text"],
        ),
        full(
            "viber_service_msg_image",
            "image",
            medium("cat.jpg"),
            viber(),
            IMAGE,
        ),
        full(
            "viber_service_msg_template",
            "template",
            template.clone(),
            viber(),
            &[
                "/message/content/template",
                "/message/content/template/name",
                "/message/content/template/parameters/1/default",
            ],
        ),
        full(
            "whatsapp_text",
            "text",
            text.into(),
            locale(),
            &["/message/content/text"],
        ),
        full("whatsapp_image", "image", captioned("cat.jpg"), None, IMAGE),
        full("whatsapp_audio", "audio", medium("cat.mp3"), None, AUDIO),
        full("whatsapp_video", "video", captioned("cat.mp4"), None, VIDEO),
        full("whatsapp_file", "file", captioned("cat.pdf"), None, FILE),
        full(
            "whatsapp_template",
            "template",
            template,
            locale(),
            &[
                "/message/content/template",
                "/message/content/template/name",
                "/message/content/template/parameters/1/default",
                "/message/whatsapp/locale",
            ],
        ),
        full("whatsapp_custom", "custom", custom, None, &[FREE]),
    ]
}

const IMAGE: &[&str] = &["/message/content/image", "/message/content/image/url"];
const AUDIO: &[&str] = &["/message/content/audio", "/message/content/audio/url"];
const VIDEO: &[&str] = &["/message/content/video", "/message/content/video/url"];
const FILE: &[&str] = &["/message/content/file", "/message/content/file/url"];

pub(super) fn named(name: &str) -> Value {
    let found = all().into_iter().find(|full| full.name == name);
    found
        .unwrap_or_else(|| panic!("no document {name}"))
        .document
}
