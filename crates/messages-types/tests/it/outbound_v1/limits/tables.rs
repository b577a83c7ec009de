//! The limits, section by section of the API documentation.

use messages_types::limits;
use serde_json::json;

use super::cases::{Cases, at, text, url};

pub(super) fn cases() -> Vec<Cases> {
    let reply = json!({ "type": "reply", "text": "Yes", "postback_data": "yes" });
    let card = json!({ "title": "A", "text": "B", "media_url": "https://example.com/a.jpg" });
    let mut cases = Vec::new();

    // Every channel has the same envelope.
    for document in [
        "sms_text",
        "mms_image",
        "rcs_text",
        "whatsapp_text",
        "messenger_text",
        "viber_text",
        "email_text",
    ] {
        cases.extend([
            at(document, "/client_ref").length(1, limits::CLIENT_REF_MAX),
            at(document, "/webhook_url").url(),
            at(document, "/webhook_version")
                .one_of(&["v0.1", "v1"])
                .refuses("one_of", ["v2", "v0"]),
            at(document, "/channel").refuses(
                "one_of",
                ["", "SMS", "fax", "viber", "viber_service_msg", "instagram"],
            ),
            at(document, "/failover")
                .refuses("min_items", [json!([])])
                .refuses("type", [json!({}), json!("sms")]),
        ]);
    }

    // Addresses.
    for document in ["sms_text", "mms_text", "rcs_text", "viber_text"] {
        cases.push(at(document, "/to").phone());
    }
    cases.extend([
        at("sms_text", "/from")
            .accepts(["447700900001", "12345", "ACME", "Acme Shop"])
            .refuses("format", ["+447700900001", "00447700900001"])
            .refuses("min_length", [""]),
        at("mms_text", "/from")
            .accepts(["12125550100", "12345"])
            .refuses(
                "format",
                ["+12125550100", "0012125550100", "Acme", "1212 5550100"],
            )
            .refuses("min_length", [""]),
        at("rcs_text", "/from")
            .accepts(["Acme", "a-b_c&D9", "447700900001"])
            .refuses(
                "format",
                ["", "Acme Shop", "Acme!", "Äcme", "+447700900001"],
            ),
        at("whatsapp_text", "/to")
            .phone()
            .accepts([
                "US.13491208655302741918",
                "US.ENT.11815799212886844830",
                "GB.a1B2",
            ])
            .refuses(
                "format",
                [
                    "us.1349",
                    "USA.1349",
                    "U.1349",
                    "US.",
                    "US.ENT.",
                    "US.13 49",
                    "US.ent.1",
                    "US-1349",
                    ".1349",
                    "US.EN.1349",
                ],
            ),
        at("whatsapp_text", "/from")
            .phone()
            .refuses("format", ["US.13491208655302741918"]),
        at("messenger_text", "/from").length(1, limits::ID_MAX),
        at("messenger_text", "/to").length(1, limits::ID_MAX),
        at("viber_text", "/from").length(1, limits::ID_MAX),
        at("email_text", "/from").address(),
        at("email_text", "/to").address(),
    ]);

    // SMS.
    cases.extend([
        at("sms_text", "/text").length(1, limits::SMS_TEXT_MAX),
        at("sms_text", "/ttl").seconds(limits::SMS_TTL_MIN, limits::SMS_TTL_MAX),
        at("sms_text", "/sms/encoding_type").one_of(&["text", "unicode", "auto"]),
        at("sms_text", "/sms/ttl").refuses("not_allowed", [60]),
        at("sms_text", "/sms/trusted_recipient").refuses("not_allowed", [true]),
        at("sms_text", "/pool_id").refuses("not_allowed", ["1"]),
        at("sms_text", "/entity_id").refuses("not_allowed", ["1"]),
        at("sms_text", "/content_id").refuses("not_allowed", ["1"]),
        at("sms_text", "/encoding_type").refuses("not_allowed", ["auto"]),
        at("sms_text", "/message_type").refuses("one_of", ["", "Text", "unicode"]),
    ]);

    // MMS.
    cases.extend([
        at("mms_text", "/ttl").seconds(limits::MMS_TTL_MIN, limits::MMS_TTL_MAX),
        at("mms_text", "/text")
            .accepts([text(1), text(10_000)])
            .refuses("min_length", [""]),
        at("mms_text", "/mms/participants").accepts([json!([]), json!(["447700900002"])]),
        at("mms_text", "/mms/participants/0").phone(),
        at("mms_content", "/content/0/type")
            .one_of(&["image", "audio", "video", "vcard", "file"])
            .refuses("one_of", ["text", "sticker"]),
        at("mms_content", "/content/0/url").url(),
        at("mms_content", "/content/0/caption").length(1, limits::CAPTION_MAX),
        at("mms_content", "/content")
            .refuses("min_items", [json!([])])
            .refuses(
                "type",
                [json!({ "type": "image", "url": "https://example.com" })],
            ),
    ]);
    for (document, medium) in [
        ("mms_image", ["/image/url", "/image/caption"]),
        ("mms_vcard", ["/vcard/url", "/vcard/caption"]),
        ("mms_audio", ["/audio/url", "/audio/caption"]),
        ("mms_video", ["/video/url", "/video/caption"]),
        ("mms_file", ["/file/url", "/file/caption"]),
        ("whatsapp_image", ["/image/url", "/image/caption"]),
        ("whatsapp_video", ["/video/url", "/video/caption"]),
        ("whatsapp_file", ["/file/url", "/file/caption"]),
    ] {
        cases.push(at(document, medium[0]).url());
        cases.push(at(document, medium[1]).length(1, limits::CAPTION_MAX));
    }

    // Media files without captions and names.
    for (document, members) in [
        ("mms_file", &["/file/name"][..]),
        ("rcs_image", &["/image/caption", "/image/name"]),
        ("rcs_video", &["/video/caption", "/video/thumb_url"]),
        ("rcs_file", &["/file/caption", "/file/name"]),
        ("whatsapp_image", &["/image/name"]),
        ("whatsapp_audio", &["/audio/caption", "/audio/name"]),
        ("whatsapp_sticker", &["/sticker/caption"]),
        ("messenger_image", &["/image/caption"]),
        ("messenger_audio", &["/audio/caption"]),
        ("messenger_video", &["/video/caption"]),
        ("messenger_file", &["/file/caption", "/file/name"]),
        ("viber_image", &["/image/thumb_url"]),
        ("viber_video", &["/video/duration", "/video/file_size"]),
        ("viber_file", &["/file/caption"]),
    ] {
        cases.extend(
            members
                .iter()
                .map(|member| at(document, member).refuses("not_allowed", ["a"])),
        );
    }
    for (document, member) in [
        ("rcs_image", "/image/url"),
        ("rcs_video", "/video/url"),
        ("rcs_file", "/file/url"),
        ("messenger_image", "/image/url"),
        ("messenger_video", "/video/url"),
        ("messenger_file", "/file/url"),
        ("whatsapp_sticker", "/sticker/url"),
        ("viber_image", "/image/url"),
        ("viber_video", "/video/url"),
        ("viber_file", "/file/url"),
        ("viber_text", "/viber_service/action/url"),
        ("rcs_card", "/card/media_url"),
        ("rcs_text", "/suggestions/1/fallback_url"),
        ("rcs_text", "/suggestions/2/fallback_url"),
        ("rcs_text", "/suggestions/4/url"),
        ("rcs_text", "/suggestions/5/url"),
        ("rcs_text", "/suggestions/6/fallback_url"),
    ] {
        cases.push(at(document, member).url());
    }
    for document in ["whatsapp_audio", "messenger_audio"] {
        cases.push(
            at(document, "/audio/url")
                .accepts([url(limits::AUDIO_URL_MIN), url(limits::AUDIO_URL_MAX)])
                .refuses("min_length", ["https://e"])
                .refuses("max_length", [url(limits::AUDIO_URL_MAX + 1)])
                .refuses("format", ["example.com/a.mp3"]),
        );
    }

    // RCS.
    cases.extend([
        at("rcs_text", "/text").length(1, limits::RCS_TEXT_MAX),
        at("rcs_text", "/ttl").seconds(limits::RCS_TTL_MIN, limits::RCS_TTL_MAX),
        at("rcs_text", "/suggestions").count(0, limits::RCS_SUGGESTIONS_MAX, &reply),
        at("rcs_carousel", "/suggestions").count(0, limits::RCS_SUGGESTIONS_MAX, &reply),
        at("rcs_text", "/rcs/category")
            .one_of(&[
                "authentication",
                "transaction",
                "promotion",
                "service-request",
                "acknowledgement",
            ])
            .refuses("one_of", ["acknoledgement", "service_request", "category"]),
        at("rcs_text", "/rcs/card_orientation").refuses("not_allowed", ["VERTICAL"]),
        at("rcs_text", "/rcs/image_alignment").refuses("not_allowed", ["LEFT"]),
        at("rcs_text", "/rcs/card_width").refuses("not_allowed", ["SMALL"]),
        at("rcs_text", "/rcs/ttl").refuses("not_allowed", [60]),
        at("rcs_card", "/rcs/card_width").refuses("not_allowed", ["SMALL"]),
        at("rcs_card", "/rcs/image_alignment").one_of(&["LEFT", "RIGHT"]),
        at("rcs_card", "/rcs/card_orientation").one_of(&["VERTICAL", "HORIZONTAL"]),
        at("rcs_carousel", "/rcs/card_width")
            .one_of(&["SMALL", "MEDIUM"])
            .refuses("one_of", ["LARGE"]),
        at("rcs_carousel", "/rcs/card_orientation").refuses("not_allowed", ["VERTICAL"]),
        at("rcs_carousel", "/rcs/image_alignment").refuses("not_allowed", ["LEFT"]),
        at("rcs_carousel", "/carousel/suggestions").refuses("not_allowed", [json!([reply])]),
        at("rcs_carousel", "/carousel/cards").count(
            limits::RCS_CARDS_MIN,
            limits::RCS_CARDS_MAX,
            &card,
        ),
        at("rcs_carousel", "/carousel").refuses("type", [json!([card, card])]),
        at("rcs_carousel", "/carousel/cards/1/title").length(1, limits::RCS_CARD_TITLE_MAX),
        at("rcs_carousel", "/carousel/cards/1/suggestions").count(
            0,
            limits::RCS_CARD_SUGGESTIONS_MAX,
            &reply,
        ),
        at("rcs_card", "/card/title").length(1, limits::RCS_CARD_TITLE_MAX),
        at("rcs_card", "/card/text").length(1, limits::RCS_CARD_TEXT_MAX),
        at("rcs_card", "/card/media_height").one_of(&["SHORT", "MEDIUM", "TALL"]),
        at("rcs_card", "/card/thumbnail_url")
            .accepts(["", "https://example.com/a.jpg"])
            .refuses("format", ["a.jpg", "https://"]),
        at("rcs_card", "/card/suggestions").count(0, limits::RCS_CARD_SUGGESTIONS_MAX, &reply),
        at("rcs_card", "/suggestions").refuses("not_allowed", [json!([reply])]),
        at("rcs_custom", "/custom").accepts([json!({}), json!({ "text": { "a": [] } })]),
    ]);
    for suggestion in [
        "/suggestions/0/text",
        "/suggestions/1/text",
        "/suggestions/2/text",
        "/suggestions/3/text",
        "/suggestions/4/text",
        "/suggestions/5/text",
        "/suggestions/6/text",
    ] {
        cases.push(at("rcs_text", suggestion).length(1, limits::RCS_SUGGESTION_TEXT_MAX));
    }
    cases.extend([
        at("rcs_text", "/suggestions/0/type").refuses("one_of", ["", "Reply", "link", "open_uri"]),
        at("rcs_text", "/suggestions/0/url").refuses("not_allowed", ["https://example.com"]),
        at("rcs_text", "/suggestions/0/phone_number").refuses("not_allowed", ["447700900000"]),
        at("rcs_text", "/suggestions/4/view_mode").refuses("not_allowed", ["FULL"]),
        at("rcs_text", "/suggestions/4/fallback_url")
            .refuses("not_allowed", ["https://example.com"]),
        at("rcs_text", "/suggestions/1/phone_number")
            .accepts(["12", "+12", "123456789012345", "+123456789012345"])
            .refuses(
                "format",
                [
                    "",
                    "1",
                    "+1",
                    "0123",
                    "+0123",
                    "++123",
                    "1234567890123456",
                    "+1234567890123456",
                    "12 34",
                    "12a",
                ],
            ),
        at("rcs_text", "/suggestions/4/description").length(1, limits::RCS_DESCRIPTION_MAX),
        at("rcs_text", "/suggestions/5/description").length(1, limits::RCS_DESCRIPTION_MAX),
        at("rcs_text", "/suggestions/5/view_mode").one_of(&["FULL", "TALL", "HALF"]),
        at("rcs_text", "/suggestions/6/title").length(1, limits::RCS_EVENT_TITLE_MAX),
        at("rcs_text", "/suggestions/6/description").length(1, limits::RCS_DESCRIPTION_MAX),
    ]);
    for instant in ["/suggestions/6/start_time", "/suggestions/6/end_time"] {
        cases.push(
            at("rcs_text", instant)
                .accepts([
                    "2026-06-28T19:00:00Z",
                    "2026-06-28T19:00:00.250Z",
                    "2026-06-28T21:00:00+02:00",
                ])
                .refuses(
                    "format",
                    [
                        "",
                        "tomorrow",
                        "2026-06-28",
                        "2026-06-28T19:00:00",
                        "2026-06-28 19:00:00Z",
                        "2026-13-28T19:00:00Z",
                        "2026-06-31T19:00:00Z",
                        "2026-06-28T25:00:00Z",
                        "28/06/2026 19:00",
                        "1782673200",
                        "2026-06-28T19:00:00+02:00[Europe/Berlin]",
                    ],
                ),
        );
    }

    // WhatsApp.
    cases.extend([
        at("whatsapp_text", "/text").length(1, limits::WHATSAPP_TEXT_MAX),
        at("whatsapp_text", "/ttl").refuses("not_allowed", [600]),
        at("whatsapp_text", "/category").refuses("not_allowed", ["utility"]),
        at("whatsapp_text", "/whatsapp").refuses("not_allowed", [json!({ "locale": "en" })]),
        at("whatsapp_text", "/context/message_uuid").refuses("min_length", [""]),
        at("whatsapp_template", "/template/name")
            .accepts(["login", "space:login"])
            .refuses("min_length", [""]),
        at("whatsapp_template", "/template/parameters")
            .accepts([json!([]), json!(["a", "b"])])
            .refuses("type", [json!({ "0": "a" })]),
        at("whatsapp_template", "/template/parameters/0")
            .refuses("type", [json!({ "default": "a" })]),
        at("whatsapp_template", "/whatsapp/locale")
            .accepts(["en", "en_US", "pt-BR"])
            .refuses("min_length", [""]),
        at("whatsapp_template", "/whatsapp/policy")
            .one_of(&["deterministic"])
            .refuses("one_of", ["fallback"]),
        at("whatsapp_sticker", "/sticker").accepts([
            json!({ "id": "1" }),
            json!({ "url": "https://example.com/a.webp" }),
        ]),
        at("whatsapp_sticker", "/sticker").refuses(
            "combination",
            [json!({ "id": "1", "url": "https://example.com/a.webp" })],
        ),
        at("whatsapp_reaction", "/reaction").accepts([
            json!({ "action": "react", "emoji": "❤️" }),
            json!({ "action": "unreact" }),
        ]),
        at("whatsapp_reaction", "/reaction/action").refuses("one_of", ["", "React", "like"]),
        at("whatsapp_reaction", "/reaction/emoji").refuses("min_length", [""]),
        at("whatsapp_custom", "/custom").accepts([json!({}), json!({ "type": "anything" })]),
    ]);

    // Messenger.
    cases.extend([
        at("messenger_text", "/text").length(1, limits::MESSENGER_TEXT_MAX),
        at("messenger_text", "/ttl").refuses("not_allowed", [600]),
        at("messenger_text", "/messenger/category")
            .one_of(&["response", "update", "message_tag"])
            .refuses("one_of", ["message-tag"]),
        at("messenger_text", "/messenger/tag")
            .accepts(["CONFIRMED_EVENT_UPDATE", "SHIPPING_UPDATE"])
            .refuses("min_length", [""]),
        at("messenger_text", "/messenger").accepts([json!({}), json!({ "category": "update" })]),
    ]);

    // Viber.
    cases.extend([
        at("viber_text", "/text").length(1, limits::VIBER_TEXT_MAX),
        at("viber_text", "/ttl").refuses("not_allowed", [600]),
        at("viber_text", "/viber_service/category").one_of(&["transaction", "promotion"]),
        at("viber_text", "/viber_service/ttl")
            .seconds(limits::VIBER_TTL_MIN, limits::VIBER_TTL_MAX),
        at("viber_text", "/viber_service/action/text").length(1, limits::VIBER_ACTION_TEXT_MAX),
        at("viber_text", "/viber_service/duration").refuses("not_allowed", ["30"]),
        at("viber_text", "/viber_service/file_size").refuses("not_allowed", ["30"]),
        at("viber_image", "/viber_service/duration").refuses("not_allowed", ["30"]),
        at("viber_file", "/viber_service").refuses("type", ["x"]),
        at("viber_video", "/viber_service/action").refuses(
            "not_allowed",
            [json!({ "url": "https://example.com", "text": "Open" })],
        ),
        at("viber_video", "/viber_service/duration").number_text(limits::VIBER_DURATION_MAX),
        at("viber_video", "/viber_service/file_size").number_text(limits::VIBER_FILE_SIZE_MAX),
        at("viber_video", "/video/thumb_url")
            .accepts([url(limits::VIBER_THUMB_URL_MAX)])
            .refuses("max_length", [url(limits::VIBER_THUMB_URL_MAX + 1)])
            .refuses("format", ["", "a.jpg"]),
        at("viber_file", "/file/name").length(0, limits::VIBER_FILE_NAME_MAX),
    ]);

    // E-mail.
    cases.extend([
        at("email_text", "/ttl").refuses("not_allowed", [600]),
        at("email_text", "/email/to_name").length(1, limits::EMAIL_NAME_MAX),
        at("email_text", "/email/from_name").length(1, limits::EMAIL_NAME_MAX),
        at("email_text", "/email/importance").one_of(&["High", "Normal", "Low"]),
        at("email_text", "/email/priority")
            .one_of(&["Non-urgent", "Normal", "Urgent"])
            .refuses("one_of", ["Non-Urgent"]),
        at("email_text", "/email/sensitivity").one_of(&[
            "Personal",
            "Private",
            "Company-Confidential",
        ]),
        at("email_text", "/email/cc/0/address").address(),
        at("email_text", "/email/bcc/0/address").address(),
        at("email_text", "/email/cc/0/name").length(1, limits::EMAIL_NAME_MAX),
        at("email_text", "/email/bcc/0/name").length(1, limits::EMAIL_NAME_MAX),
        at("email_content", "/content").refuses("min_items", [json!([])]),
        at("email_content", "/content/0/type").refuses("one_of", ["", "TEXT", "image"]),
        at("email_content", "/content/0/body").refuses("not_allowed", ["<p>"]),
        at("email_content", "/content/1/text").refuses("not_allowed", ["Hello"]),
    ]);
    cases
}
