//! Both sides of every limit of the API documentation.

use messages_types::limits;
use serde_json::{Value, json};

use super::documents::named;
use super::{problems, put};

/// Values at one place of one document, all accepted or all refused by one rule.
struct Cases {
    document: &'static str,
    at: &'static str,
    accepted: Vec<Value>,
    refused: Vec<(&'static str, Vec<Value>)>,
}

fn at(document: &'static str, at: &'static str) -> Cases {
    Cases {
        document,
        at,
        accepted: Vec::new(),
        refused: Vec::new(),
    }
}

impl Cases {
    fn accepts<T: Into<Value>>(mut self, values: impl IntoIterator<Item = T>) -> Self {
        self.accepted.extend(values.into_iter().map(Into::into));
        self
    }

    fn refuses<T: Into<Value>>(
        mut self,
        rule: &'static str,
        values: impl IntoIterator<Item = T>,
    ) -> Self {
        self.refused
            .push((rule, values.into_iter().map(Into::into).collect()));
        self
    }

    /// A text of `min` to `max` characters. The last character takes four bytes.
    fn length(self, min: usize, max: usize) -> Self {
        let long = self
            .accepts([text(min), text(max)])
            .refuses("max_length", [text(max + 1)]);
        if min == 0 {
            long
        } else {
            long.refuses("min_length", [text(min - 1)])
        }
    }

    /// Whole seconds.
    fn seconds(self, min: u32, max: u32) -> Self {
        self.accepts([min, max])
            .refuses("range", [min - 1, max + 1, 0])
            .refuses("range", [json!(-1), json!(u64::MAX)])
            .refuses("type", [json!("600"), json!(600.5)])
    }

    /// A number as text.
    fn number_text(self, max: u32) -> Self {
        self.accepts(["1".to_owned(), max.to_string()])
            .refuses(
                "range",
                [
                    "0".to_owned(),
                    (max + 1).to_string(),
                    "99999999999".to_owned(),
                ],
            )
            .refuses("format", ["", "ten", "1.5", "-1", "+1", " 1", "01"])
            .refuses("type", [json!(1), json!(10.0)])
    }

    fn one_of(self, values: &[&str]) -> Self {
        let spelt_otherwise: Vec<String> = values
            .iter()
            .map(|value| {
                if value.to_uppercase() == *value {
                    value.to_lowercase()
                } else {
                    value.to_uppercase()
                }
            })
            .collect();
        self.accepts(values.iter().copied())
            .refuses("one_of", ["", "other"])
            .refuses("one_of", spelt_otherwise)
    }

    fn url(self) -> Self {
        self.accepts([
            "https://example.com",
            "http://example.com/a?b=c#d",
            "ftp://example.com/a.jpg",
            "https://example.com/ä",
        ])
        .refuses(
            "format",
            [
                "",
                "example.com/a.jpg",
                "/a.jpg",
                "https://",
                "https:///a",
                "https://a b",
                "://a",
            ],
        )
    }

    fn phone(self) -> Self {
        self.accepts(["4477009", "447700900000", "447700900000999"])
            .refuses("min_length", ["447700"])
            .refuses("max_length", ["4477009000009999"])
            .refuses(
                "format",
                [
                    "",
                    "+447700900000",
                    "00447700900000",
                    "44 7700 900000",
                    "44-7700-900000",
                    "person",
                    "٤٤٧٧٠٠٩٠٠",
                ],
            )
    }

    fn address(self) -> Self {
        self.accepts(["ann@example.com", "a.n+n_%-@mail.example.co"])
            .refuses(
                "format",
                [
                    "",
                    "ann",
                    "ann@example",
                    "@example.com",
                    "ann@",
                    "ann@example.c",
                    "ann@example.c0m",
                    "Ann <ann@example.com>",
                    "ann@exa mple.com",
                    "ann@@example.com",
                    "änn@example.com",
                ],
            )
    }

    fn count(self, min: usize, max: usize, item: &Value) -> Self {
        let items = |count| Value::from(vec![item.clone(); count]);
        let many = self
            .accepts([items(min), items(max)])
            .refuses("max_items", [items(max + 1)]);
        if min == 0 {
            many
        } else {
            many.refuses("min_items", (0..min).map(items))
        }
    }
}

fn text(length: usize) -> String {
    let mut text = "é".repeat(length.saturating_sub(1));
    if length > 0 {
        text.push('😀');
    }
    text
}

fn url(length: usize) -> String {
    let mut url = "https://e/".to_owned();
    url.extend(std::iter::repeat_n('é', length - 10));
    url
}

/// Section by section of the API documentation.
fn cases() -> Vec<Cases> {
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
        at("sms_text", "/text").length(0, limits::SMS_TEXT_MAX),
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
        at("mms_text", "/text").accepts([text(0), text(10_000)]),
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

    // Media without captions and names.
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
        at("rcs_text", "/text").length(0, limits::RCS_TEXT_MAX),
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
        at("rcs_carousel", "/carousel/cards/1/title").length(0, limits::RCS_CARD_TITLE_MAX),
        at("rcs_carousel", "/carousel/cards/1/suggestions").count(
            0,
            limits::RCS_CARD_SUGGESTIONS_MAX,
            &reply,
        ),
        at("rcs_card", "/card/title").length(0, limits::RCS_CARD_TITLE_MAX),
        at("rcs_card", "/card/text").length(0, limits::RCS_CARD_TEXT_MAX),
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
        cases.push(at("rcs_text", suggestion).length(0, limits::RCS_SUGGESTION_TEXT_MAX));
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
        at("whatsapp_text", "/text").length(0, limits::WHATSAPP_TEXT_MAX),
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
        at("messenger_text", "/text").length(0, limits::MESSENGER_TEXT_MAX),
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
        at("viber_text", "/text").length(0, limits::VIBER_TEXT_MAX),
        at("viber_text", "/ttl").refuses("not_allowed", [600]),
        at("viber_text", "/viber_service/category").one_of(&["transaction", "promotion"]),
        at("viber_text", "/viber_service/ttl")
            .seconds(limits::VIBER_TTL_MIN, limits::VIBER_TTL_MAX),
        at("viber_text", "/viber_service/action/text").length(0, limits::VIBER_ACTION_TEXT_MAX),
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

#[test]
fn both_sides_of_every_limit() {
    let (mut accepted, mut refused) = (0, 0);
    for Cases {
        document,
        at,
        accepted: good,
        refused: bad,
    } in cases()
    {
        let base = named(document);
        for value in good {
            let mut changed = base.clone();
            put(&mut changed, at, Some(value.clone()));
            assert_eq!(problems(&changed), [""; 0], "{document}{at} {value}");
            accepted += 1;
        }
        for (rule, values) in bad {
            for value in values {
                let mut changed = base.clone();
                put(&mut changed, at, Some(value.clone()));
                assert_eq!(
                    problems(&changed),
                    [format!("{at} {rule}")],
                    "{document}{at} {value}"
                );
                refused += 1;
            }
        }
    }
    println!("limits of v1 messages: {accepted} values accepted, {refused} refused");
    assert!(accepted > 300 && refused > 500);
}

/// Rules that see several members: what is removed, what is put there, and what is then found.
#[test]
fn members_that_need_each_other() {
    let options = json!({ "action": { "url": "https://example.com", "text": "Open" } });
    let rows: Vec<(&str, &str, Option<Value>, &[&str])> = vec![
        (
            "viber_image",
            "/image/caption",
            None,
            &["/image/caption required"],
        ),
        (
            "viber_file",
            "/viber_service",
            Some(options),
            &["/viber_service/action not_allowed"],
        ),
        (
            "viber_video",
            "/viber_service",
            None,
            &["/viber_service required"],
        ),
        (
            "viber_video",
            "/viber_service",
            Some(json!({ "category": "promotion" })),
            &[
                "/viber_service/duration required",
                "/viber_service/file_size required",
            ],
        ),
        (
            "viber_video",
            "/viber_service",
            Some(json!(5)),
            &["/viber_service type"],
        ),
        (
            "rcs_card",
            "/rcs",
            Some(json!({ "card_orientation": "HORIZONTAL" })),
            &["/rcs/image_alignment required"],
        ),
        (
            "rcs_card",
            "/rcs",
            Some(json!({ "card_orientation": "VERTICAL" })),
            &[],
        ),
        (
            "rcs_card",
            "/rcs",
            Some(json!({ "card_orientation": "VERTICAL", "image_alignment": "LEFT" })),
            &[],
        ),
        (
            "rcs_card",
            "/rcs",
            Some(json!({ "card_orientation": "HORIZONTAL", "image_alignment": "TOP" })),
            &["/rcs/image_alignment one_of"],
        ),
        (
            "messenger_text",
            "/messenger",
            Some(json!({ "category": "message_tag" })),
            &["/messenger/tag required"],
        ),
        (
            "messenger_text",
            "/messenger",
            Some(json!({ "category": "message_tag", "tag": null })),
            &["/messenger/tag required"],
        ),
        (
            "whatsapp_reaction",
            "/context",
            None,
            &["/context required"],
        ),
        (
            "whatsapp_reaction",
            "/context",
            Some(json!({})),
            &["/context/message_uuid required"],
        ),
        (
            "whatsapp_reaction",
            "/reaction",
            Some(json!({ "action": "react" })),
            &["/reaction/emoji required"],
        ),
        (
            "whatsapp_reaction",
            "/reaction",
            Some(json!({ "action": "unreact", "emoji": "👍" })),
            &["/reaction/emoji not_allowed"],
        ),
        (
            "whatsapp_sticker",
            "/sticker",
            Some(json!({})),
            &["/sticker/url required"],
        ),
        (
            "whatsapp_template",
            "/whatsapp",
            None,
            &["/whatsapp required"],
        ),
        (
            "whatsapp_template",
            "/whatsapp",
            Some(json!({})),
            &["/whatsapp/locale required"],
        ),
        ("email_html", "/email", None, &["/email required"]),
    ];
    for (document, at, value, expected) in rows {
        let mut changed = named(document);
        put(&mut changed, at, value);
        assert_eq!(problems(&changed), expected, "{document}{at}");
    }
}

#[test]
fn a_problem_hides_no_other_one() {
    let document = json!({
        "channel": "whatsapp", "message_type": "reaction", "to": "+447700900000",
        "reaction": { "action": "react", "emoji": "" }, "ttl": 5, "client_ref": "",
    });
    let mut found = problems(&document);
    found.sort_unstable();
    assert_eq!(
        found,
        [
            "/client_ref min_length",
            "/from required",
            "/reaction/emoji min_length",
            "/to format",
            "/ttl not_allowed"
        ]
    );

    // Rules that span members are reported beside a missing sender.
    let mut document = named("viber_video");
    put(&mut document, "/from", None);
    put(&mut document, "/viber_service", None);
    assert_eq!(
        problems(&document),
        ["/from required", "/viber_service required"]
    );

    // What fits is not called misplaced because something else does not.
    let mut document = named("rcs_text");
    put(&mut document, "/to", None);
    assert_eq!(problems(&document), ["/to required"]);
    put(&mut document, "/message_type", None);
    let mut found = problems(&document);
    found.sort_unstable();
    assert_eq!(found, ["/message_type required", "/to required"]);
    put(&mut document, "/text", Some("x".repeat(4_000).into()));
    put(&mut document, "/message_type", Some("text".into()));
    let mut found = problems(&document);
    found.sort_unstable();
    assert_eq!(found, ["/text max_length", "/to required"]);
}

#[test]
fn what_is_no_message_is_refused() {
    for value in [json!(null), json!([]), json!("sms"), json!(5)] {
        assert_eq!(problems(&value), [" type"], "{value}");
    }
    assert_eq!(problems(&json!({})), ["/channel required"]);
    assert_eq!(problems(&json!({ "channel": null })), ["/channel required"]);
    assert_eq!(problems(&json!({ "channel": 5 })), ["/channel type"]);
    let mut document = named("sms_text");
    put(&mut document, "/failover", Some(json!(["sms"])));
    assert_eq!(problems(&document), ["/failover/0 type"]);
}

/// The tables above compare with the constants, so the constants are compared with the
/// documentation.
#[test]
fn the_limits_are_those_of_the_documentation() {
    use limits as l;

    let lengths = [
        (l::PHONE_DIGITS_MIN, 7),
        (l::PHONE_DIGITS_MAX, 15),
        (l::ID_MAX, 50),
        (l::CAPTION_MAX, 3_000),
        (l::AUDIO_URL_MIN, 10),
        (l::AUDIO_URL_MAX, 2_000),
        (l::CLIENT_REF_MAX, 100),
        (l::SMS_TEXT_MAX, 3_200),
        (l::RCS_TEXT_MAX, 3_072),
        (l::RCS_SUGGESTIONS_MAX, 11),
        (l::RCS_CARD_SUGGESTIONS_MAX, 4),
        (l::RCS_CARD_TITLE_MAX, 200),
        (l::RCS_CARD_TEXT_MAX, 2_000),
        (l::RCS_CARDS_MIN, 2),
        (l::RCS_CARDS_MAX, 10),
        (l::RCS_SUGGESTION_TEXT_MAX, 25),
        (l::RCS_DIAL_DIGITS_MIN, 2),
        (l::RCS_DIAL_DIGITS_MAX, 15),
        (l::RCS_DESCRIPTION_MAX, 500),
        (l::RCS_EVENT_TITLE_MAX, 100),
        (l::WHATSAPP_TEXT_MAX, 4_096),
        (l::MESSENGER_TEXT_MAX, 640),
        (l::VIBER_TEXT_MAX, 1_000),
        (l::VIBER_ACTION_TEXT_MAX, 30),
        (l::VIBER_THUMB_URL_MAX, 1_000),
        (l::VIBER_FILE_NAME_MAX, 25),
        (l::EMAIL_NAME_MAX, 100),
    ];
    let spans = [
        (l::SMS_TTL_MIN, 20),
        (l::SMS_TTL_MAX, 604_800),
        (l::MMS_TTL_MIN, 300),
        (l::MMS_TTL_MAX, 259_200),
        (l::RCS_TTL_MIN, 20),
        (l::RCS_TTL_MAX, 259_200),
        (l::VIBER_TTL_MIN, 30),
        (l::VIBER_TTL_MAX, 259_200),
        (l::VIBER_DURATION_MAX, 600),
        (l::VIBER_FILE_SIZE_MAX, 200),
    ];
    for (constant, documented) in lengths {
        assert_eq!(constant, documented);
    }
    for (constant, documented) in spans {
        assert_eq!(constant, documented);
    }
}
