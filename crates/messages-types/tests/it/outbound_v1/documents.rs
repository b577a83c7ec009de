//! One complete document for every kind of v1 message, with its required fields.

use serde_json::{Value, json};

/// A document, its required fields, and the fields with arbitrary content.
pub(super) struct Full {
    pub(super) name: &'static str,
    pub(super) document: Value,
    pub(super) required: &'static [&'static str],
    pub(super) free: &'static [&'static str],
}

fn full(name: &'static str, document: Value, required: &'static [&'static str]) -> Full {
    Full {
        name,
        document,
        required,
        free: &[],
    }
}

const TO: &str = "447700900000";
const FROM: &str = "447700900001";

/// Adds the fields common to all messages to `document`.
fn enveloped(
    mut document: Value,
    channel: &str,
    message_type: &str,
    from: &str,
    to: &str,
) -> Value {
    let members = document.as_object_mut().unwrap();
    for (key, value) in [
        ("channel", channel),
        ("message_type", message_type),
        ("from", from),
        ("to", to),
        ("client_ref", "order-17"),
        ("webhook_url", "https://example.com/status"),
        ("webhook_version", "v1"),
    ] {
        members.insert(key.to_owned(), value.into());
    }
    document
}

fn suggestions() -> Value {
    json!([
        { "type": "reply", "text": "Yes", "postback_data": "yes" },
        { "type": "dial", "text": "Call", "postback_data": "call", "phone_number": "+447700900001",
          "fallback_url": "https://example.com/call" },
        { "type": "view_location", "text": "Map", "postback_data": "map", "latitude": "51.5",
          "longitude": "-0.085", "pin_label": "Us", "fallback_url": "https://example.com/map" },
        { "type": "share_location", "text": "Where are you?", "postback_data": "where" },
        { "type": "open_url", "text": "Open", "postback_data": "open",
          "url": "https://example.com", "description": "Our page" },
        { "type": "open_url_in_webview", "text": "Open here", "postback_data": "here",
          "url": "https://example.com", "description": "Our page", "view_mode": "TALL" },
        { "type": "create_calendar_event", "text": "Save", "postback_data": "save",
          "start_time": "2026-06-28T19:00:00Z", "end_time": "2026-06-28T20:00:00Z",
          "title": "Launch", "description": "We launch", "fallback_url": "https://example.com/cal" },
    ])
}

fn card() -> Value {
    json!({
        "title": "A cat", "text": "It sits on a mat", "media_url": "https://example.com/cat.jpg",
        "media_description": "a cat", "media_height": "TALL",
        "thumbnail_url": "https://example.com/small.jpg", "media_force_refresh": true,
        "suggestions": [{ "type": "reply", "text": "More", "postback_data": "more" }],
    })
}

pub(super) fn all() -> Vec<Full> {
    let sms = |document| enveloped(document, "sms", "text", FROM, TO);
    let mms = |kind: &str, document| enveloped(document, "mms", kind, FROM, TO);
    let rcs = |kind: &str, document| enveloped(document, "rcs", kind, "Acme", TO);
    let whatsapp = |kind: &str, document| enveloped(document, "whatsapp", kind, FROM, TO);
    let messenger = |kind: &str, document| enveloped(document, "messenger", kind, "page", "person");
    let viber = |kind: &str, document| enveloped(document, "viber_service", kind, "service", TO);
    let email = |kind: &str, document| {
        enveloped(
            document,
            "email",
            kind,
            "shop@example.com",
            "ann@example.com",
        )
    };
    let captioned = json!({ "url": "https://example.com/file", "caption": "A caption" });
    let plain = json!({ "url": "https://example.com/file" });

    let mut all = vec![full(
        "sms_text",
        sms(json!({
            "text": "Hello", "ttl": 600, "trusted_recipient": true, "trusted_sender": false,
            "sms": { "encoding_type": "auto", "content_id": "1", "entity_id": "2", "pool_id": "3" },
        })),
        &["/text"],
    )];
    all.push(full(
        "mms_text",
        mms(
            "text",
            json!({
                "text": "Hello", "ttl": 600, "trusted_recipient": true, "trusted_sender": false,
                "mms": { "participants": ["447700900002", "447700900003"] },
            }),
        ),
        &["/text"],
    ));
    all.extend([
        full("mms_image", mms("image", json!({ "image": captioned })), &["/image", "/image/url"]),
        full("mms_vcard", mms("vcard", json!({ "vcard": captioned })), &["/vcard", "/vcard/url"]),
        full("mms_audio", mms("audio", json!({ "audio": captioned })), &["/audio", "/audio/url"]),
        full("mms_video", mms("video", json!({ "video": captioned })), &["/video", "/video/url"]),
        full("mms_file", mms("file", json!({ "file": captioned })), &["/file", "/file/url"]),
        full(
            "mms_content",
            mms("content", json!({ "content": [
                { "type": "image", "url": "https://example.com/a.jpg", "caption": "A" },
            ] })),
            &["/content", "/content/0/type", "/content/0/url"],
        ),
        full(
            "rcs_text",
            rcs("text", json!({
                "text": "Hello", "ttl": 600, "trusted_recipient": true, "trusted_sender": false,
                "suggestions": suggestions(), "rcs": { "category": "transaction" },
            })),
            &[
                "/text",
                "/suggestions/0/text", "/suggestions/0/postback_data", "/suggestions/0/type",
                "/suggestions/1/text", "/suggestions/1/postback_data", "/suggestions/1/type",
                "/suggestions/1/phone_number",
                "/suggestions/2/text", "/suggestions/2/postback_data", "/suggestions/2/type",
                "/suggestions/2/latitude", "/suggestions/2/longitude", "/suggestions/2/pin_label",
                "/suggestions/3/text", "/suggestions/3/postback_data", "/suggestions/3/type",
                "/suggestions/4/text", "/suggestions/4/postback_data", "/suggestions/4/type",
                "/suggestions/4/url", "/suggestions/4/description",
                "/suggestions/5/text", "/suggestions/5/postback_data", "/suggestions/5/type",
                "/suggestions/5/url", "/suggestions/5/description",
                "/suggestions/6/text", "/suggestions/6/postback_data", "/suggestions/6/type",
                "/suggestions/6/start_time", "/suggestions/6/end_time", "/suggestions/6/title",
                "/suggestions/6/description",
            ],
        ),
        full("rcs_image", rcs("image", json!({ "image": plain })), &["/image", "/image/url"]),
        full("rcs_video", rcs("video", json!({ "video": plain })), &["/video", "/video/url"]),
        full("rcs_file", rcs("file", json!({ "file": plain })), &["/file", "/file/url"]),
        full(
            "rcs_card",
            rcs("card", json!({
                "card": card(),
                "rcs": { "card_orientation": "HORIZONTAL", "image_alignment": "LEFT" },
            })),
            &[
                "/card", "/card/title", "/card/text", "/card/media_url", "/rcs/image_alignment",
                "/card/suggestions/0/type", "/card/suggestions/0/text",
                "/card/suggestions/0/postback_data",
            ],
        ),
        full(
            "rcs_carousel",
            rcs("carousel", json!({
                "carousel": { "cards": [card(), card()] }, "rcs": { "card_width": "SMALL" },
                "suggestions": [{ "type": "reply", "text": "More", "postback_data": "more" }],
            })),
            &[
                "/carousel", "/carousel/cards", "/carousel/cards/0/title",
                "/carousel/cards/0/text", "/carousel/cards/0/media_url", "/carousel/cards/1/title",
                "/carousel/cards/1/text", "/carousel/cards/1/media_url",
                "/carousel/cards/0/suggestions/0/type", "/carousel/cards/0/suggestions/0/text",
                "/carousel/cards/0/suggestions/0/postback_data",
                "/carousel/cards/1/suggestions/0/type", "/carousel/cards/1/suggestions/0/text",
                "/carousel/cards/1/suggestions/0/postback_data",
                "/suggestions/0/type", "/suggestions/0/text", "/suggestions/0/postback_data",
            ],
        ),
        Full {
            free: &["/custom"],
            ..full(
                "rcs_custom",
                rcs("custom", json!({ "custom": { "contentMessage": { "text": "Hello" } } })),
                &["/custom"],
            )
        },
        full(
            "whatsapp_text",
            whatsapp("text", json!({ "text": "Hello", "context": { "message_uuid": "u-1" } })),
            &["/text", "/context/message_uuid"],
        ),
        full("whatsapp_image", whatsapp("image", json!({ "image": captioned })), &["/image", "/image/url"]),
        full("whatsapp_audio", whatsapp("audio", json!({ "audio": plain })), &["/audio", "/audio/url"]),
        full("whatsapp_video", whatsapp("video", json!({ "video": captioned })), &["/video", "/video/url"]),
        full(
            "whatsapp_file",
            whatsapp("file", json!({ "file": {
                "url": "https://example.com/a.pdf", "caption": "A", "name": "a.pdf",
            } })),
            &["/file", "/file/url"],
        ),
        full(
            "whatsapp_template",
            whatsapp("template", json!({
                "template": { "name": "login", "parameters": ["4711"] },
                "whatsapp": { "locale": "en_GB", "policy": "deterministic" },
            })),
            &["/template", "/template/name", "/whatsapp", "/whatsapp/locale"],
        ),
        full(
            "whatsapp_sticker",
            whatsapp("sticker", json!({ "sticker": { "url": "https://example.com/a.webp" } })),
            &["/sticker", "/sticker/url"],
        ),
        full(
            "whatsapp_reaction",
            whatsapp("reaction", json!({
                "reaction": { "action": "react", "emoji": "👍" },
                "context": { "message_uuid": "u-1" },
            })),
            &["/reaction", "/reaction/action", "/reaction/emoji", "/context", "/context/message_uuid"],
        ),
        Full {
            free: &["/custom"],
            ..full(
                "whatsapp_custom",
                whatsapp("custom", json!({ "custom": { "type": "interactive", "interactive": {} } })),
                &["/custom"],
            )
        },
        full(
            "messenger_text",
            messenger("text", json!({
                "text": "Hello", "messenger": { "category": "message_tag", "tag": "HUMAN_AGENT" },
            })),
            &["/text", "/messenger/tag"],
        ),
        full("messenger_image", messenger("image", json!({ "image": plain })), &["/image", "/image/url"]),
        full("messenger_audio", messenger("audio", json!({ "audio": plain })), &["/audio", "/audio/url"]),
        full("messenger_video", messenger("video", json!({ "video": plain })), &["/video", "/video/url"]),
        full("messenger_file", messenger("file", json!({ "file": plain })), &["/file", "/file/url"]),
        full(
            "viber_text",
            viber("text", json!({
                "text": "Hello",
                "viber_service": {
                    "category": "promotion", "ttl": 600, "type": "string",
                    "action": { "url": "https://example.com", "text": "Open" },
                },
            })),
            &["/text", "/viber_service/action/url", "/viber_service/action/text"],
        ),
        full(
            "viber_image",
            viber("image", json!({
                "image": captioned,
                "viber_service": { "action": { "url": "https://example.com", "text": "Open" } },
            })),
            &[
                "/image", "/image/url", "/image/caption", "/viber_service/action/url",
                "/viber_service/action/text",
            ],
        ),
        full(
            "viber_video",
            viber("video", json!({
                "video": {
                    "url": "https://example.com/a.mp4", "thumb_url": "https://example.com/a.jpg",
                    "caption": "A",
                },
                "viber_service": { "duration": "30", "file_size": "10" },
            })),
            &[
                "/video", "/video/url", "/video/thumb_url", "/viber_service",
                "/viber_service/duration", "/viber_service/file_size",
            ],
        ),
        full(
            "viber_file",
            viber("file", json!({ "file": { "url": "https://example.com/a.pdf", "name": "a.pdf" } })),
            &["/file", "/file/url"],
        ),
        full(
            "email_text",
            email("text", json!({
                "text": "Hello",
                "email": {
                    "subject": "Hello", "to_name": "Ann", "from_name": "The shop",
                    "importance": "High", "priority": "Non-urgent", "sensitivity": "Private",
                    "cc": [{ "address": "bob@example.com", "name": "Bob" }],
                    "bcc": [{ "address": "cat@example.com", "name": "Cat" }],
                },
            })),
            &["/text", "/email", "/email/subject", "/email/cc/0/address", "/email/bcc/0/address"],
        ),
        full(
            "email_html",
            email("html", json!({ "html": { "body": "<p>Hello</p>" }, "email": { "subject": "Hello" } })),
            &["/html", "/html/body", "/email", "/email/subject"],
        ),
        full(
            "email_content",
            email("content", json!({
                "content": [
                    { "type": "text", "text": "Hello" }, { "type": "html", "body": "<p>Hello</p>" },
                ],
                "email": { "subject": "Hello" },
            })),
            &[
                "/content", "/content/0/type", "/content/0/text", "/content/1/type",
                "/content/1/body", "/email", "/email/subject",
            ],
        ),
    ]);
    all
}

/// Returns the complete document of this name.
pub(super) fn named(name: &str) -> Value {
    all()
        .into_iter()
        .find(|full| full.name == name)
        .unwrap_or_else(|| panic!("no document {name}"))
        .document
}
