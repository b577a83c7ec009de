//! Rules over several fields, and several problems in one document.

use serde_json::{Value, json};

use super::documents::named;
use super::{problems, put};

/// Rules over several fields. Columns: document, changed place, new value, expected problems.
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

    // Rules over several fields are reported in addition to a missing sender.
    let mut document = named("viber_video");
    put(&mut document, "/from", None);
    put(&mut document, "/viber_service", None);
    assert_eq!(
        problems(&document),
        ["/from required", "/viber_service required"]
    );

    // A valid field is not reported as misplaced because of other problems.
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
