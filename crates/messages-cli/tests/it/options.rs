//! Every option of a message: where its value stands in the body.

use serde_json::{Value, json};

use crate::shell::Shell;

/// The channel and its content, the option, and what of the body then is so.
type Row = (&'static str, &'static [&'static str], &'static str, Value);

const PICTURE: &str = "https://example.com/cat.jpg";

#[rustfmt::skip]
fn v1() -> Vec<Row> {
    vec![
        ("sms --text Hi", &["--client-ref", "order-17"], "/client_ref", json!("order-17")),
        ("sms --text Hi", &["--webhook-url", PICTURE], "/webhook_url", json!(PICTURE)),
        ("sms --text Hi", &["--webhook-version", "v0.1"], "/webhook_version", json!("v0.1")),
        ("sms --text Hi", &["--ttl", "600"], "/ttl", json!(600)),
        ("sms --text Hi", &["--trusted-recipient"], "/trusted_recipient", json!(true)),
        ("sms --text Hi", &["--encoding", "unicode"], "/sms/encoding_type", json!("unicode")),
        ("sms --text Hi", &["--content-id", "1"], "/sms/content_id", json!("1")),
        ("sms --text Hi", &["--entity-id", "2"], "/sms/entity_id", json!("2")),
        ("sms --text Hi", &["--pool-id", "3"], "/sms/pool_id", json!("3")),
        ("mms --image URL", &["--caption", "A cat"], "/image/caption", json!("A cat")),
        ("mms --image URL", &["--ttl", "600"], "/ttl", json!(600)),
        ("rcs --text Hi", &["--category", "promotion"], "/rcs/category", json!("promotion")),
        ("rcs --text Hi", &["--suggestions", r#"[{"type":"reply","text":"Yes","postback_data":"y"}]"#],
            "/suggestions/0/text", json!("Yes")),
        ("whatsapp --text Hi", &["--context", "aaaaaaaa-bbbb-4ccc-8ddd-0123456789ab"],
            "/context/message_uuid", json!("aaaaaaaa-bbbb-4ccc-8ddd-0123456789ab")),
        ("whatsapp --file URL", &["--name", "cat.jpg"], "/file/name", json!("cat.jpg")),
        ("whatsapp --template verify --locale en_GB", &["--parameter", "4711"],
            "/template/parameters/0", json!("4711")),
        ("whatsapp --template verify", &["--locale", "en_GB"], "/whatsapp/locale", json!("en_GB")),
        ("messenger --text Hi --category message_tag", &["--tag", "ACCOUNT_UPDATE"],
            "/messenger/tag", json!("ACCOUNT_UPDATE")),
        ("messenger --text Hi", &["--category", "update"], "/messenger/category", json!("update")),
        ("viber --text Hi", &["--ttl", "600"], "/viber_service/ttl", json!(600)),
        ("viber --text Hi", &["--category", "promotion"], "/viber_service/category", json!("promotion")),
        ("viber --text Hi --action-text Look", &["--action-url", PICTURE],
            "/viber_service/action", json!({"url": PICTURE, "text": "Look"})),
        ("viber --video URL --file-size 3 --thumbnail URL", &["--duration", "12"],
            "/viber_service/duration", json!("12")),
        ("viber --video URL --duration 12 --thumbnail URL", &["--file-size", "3"],
            "/viber_service/file_size", json!("3")),
        ("viber --video URL --duration 12 --file-size 3", &["--thumbnail", PICTURE],
            "/video/thumb_url", json!(PICTURE)),
        ("email --text Hi", &["--subject", "Your order"], "/email/subject", json!("Your order")),
    ]
}

#[rustfmt::skip]
fn v0_1() -> Vec<Row> {
    vec![
        ("sms --text Hi", &["--client-ref", "order-17"], "/client_ref", json!("order-17")),
        ("messenger --image URL", &["--category", "update"], "/message/messenger/category", json!("update")),
        ("viber --text Hi", &["--ttl", "600"], "/message/viber_service_msg/ttl", json!(600)),
        ("viber --text Hi", &["--category", "promotion"],
            "/message/viber_service_msg/category", json!("promotion")),
        ("whatsapp --image URL", &["--caption", "A cat"], "/message/content/image/caption", json!("A cat")),
    ]
}

/// The body that `messages send` would post.
fn body(api: &str, message: &str, option: &[&str]) -> Value {
    let (channel, content) = message.split_once(' ').unwrap();
    let (from, to) = match channel {
        "email" => ("shop@example.com", "ann@example.com"),
        "rcs" => ("Acme", "447700900000"),
        _ => ("447700900001", "447700900000"),
    };
    let mut arguments = vec!["send", channel, "--api", api, "--dry-run"];
    arguments.extend(["--from", from, "--to", to]);
    arguments.extend(content.split(' ').map(|word| match word {
        "URL" => PICTURE,
        word => word,
    }));
    arguments.extend(option);
    let ended = Shell::new().run(&arguments);
    assert_eq!(ended.code, 0, "{message} {option:?}: {}", ended.stderr);
    let (_, body) = ended.stdout.split_once("\n\n").unwrap();
    serde_json::from_str(body).unwrap()
}

#[test]
fn every_option_stands_where_the_api_looks_for_it() {
    for (api, rows) in [("v1", v1()), ("v0.1", v0_1())] {
        for (message, option, pointer, value) in rows {
            let body = body(api, message, option);
            assert_eq!(
                body.pointer(pointer),
                Some(&value),
                "{api} {message} {option:?}: {body}"
            );
        }
    }
}

/// An option that is added to the binary has a row above.
#[test]
fn every_option_of_the_help_is_tried() {
    let help = Shell::new().run(&["send", "--help"]).stdout;
    let (_, options) = help.split_once("Options of the message:\n").unwrap();
    let mut offered = Vec::new();
    for line in options.lines().take_while(|line| !line.ends_with(':')) {
        if let Some(flag) = line.split_whitespace().find(|word| word.starts_with("--")) {
            offered.push(flag.to_owned());
        }
    }
    assert!(offered.len() > 20, "{help}");
    let rows = [v1(), v0_1()].concat();
    offered.retain(|flag| {
        let is_tried = |(message, option, ..): &Row| {
            option.contains(&flag.as_str()) || message.split(' ').any(|word| word == flag)
        };
        !rows.iter().any(is_tried)
    });
    assert!(offered.is_empty(), "no row above has {offered:?}");
}
