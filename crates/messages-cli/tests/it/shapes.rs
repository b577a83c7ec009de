//! Webhooks with odd fields and documents of other APIs: `check`, `listen` and `webhook verify` agree.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;

use serde_json::{Value, json};

use crate::listen::Listener;
use crate::shell::Shell;

const UUID: &str = "11111111-2222-4333-8444-555566667777";

/// Sends one request, and returns the status line of the response.
fn request(url: &str, method: &str, path: &str, content_type: &str, body: &str) -> String {
    let authority = url.strip_prefix("http://").unwrap().trim_end_matches('/');
    let mut stream = TcpStream::connect(authority).unwrap();
    write!(
        stream,
        "{method} {path} HTTP/1.1\r\nhost: {authority}\r\nconnection: close\r\ncontent-type: {content_type}\r\n\
         content-length: {}\r\n\r\n{body}",
        body.len()
    )
    .unwrap();
    let mut response = String::new();
    stream.read_to_string(&mut response).unwrap();
    response.lines().next().unwrap_or_default().to_owned()
}

fn file(shell: &Shell, name: &str, contents: &str) -> String {
    shell.file(name, contents).to_str().unwrap().to_owned()
}

fn check(shell: &Shell, body: &str) -> Value {
    shell
        .run(&["check", "--json", &file(shell, "document.json", body)])
        .object()
}

#[test]
fn check_and_listen_agree_on_events_with_odd_fields() {
    let shell = Shell::new();
    let listener = Listener::start(&shell, &["--unverified"]);
    let address = |number: &str| json!({"type": "sms", "number": number});
    for (kind, whole, odd_fields) in [
        (
            "v1/status",
            json!({"message_uuid": UUID, "channel": "sms", "from": "447700900001", "to": "447700900000",
                "timestamp": "2026-02-03T12:14:25Z", "status": "rejected", "error": {"title": 1000}}),
            &["channel", "from", "to", "timestamp", "error"][..],
        ),
        (
            "v1/inbound",
            json!({"message_uuid": UUID, "channel": "sms", "from": "447700900000", "to": "447700900001",
                "timestamp": "2026-02-03T12:14:25Z", "message_type": "text", "text": "Hi"}),
            &["channel", "from", "to", "timestamp", "message_type"],
        ),
        (
            "v0.1/status",
            json!({"message_uuid": UUID, "from": address("447700900001"), "to": address("447700900000"),
                "timestamp": "2026-02-03T12:14:25Z", "status": "delivered"}),
            &["from", "to", "timestamp"],
        ),
        (
            "v0.1/inbound",
            json!({"message_uuid": UUID, "from": address("447700900000"), "to": address("447700900001"),
                "timestamp": "2026-02-03T12:14:25Z", "message": {"content": {"type": "text", "text": "Hi"}}}),
            &["from", "to", "timestamp"],
        ),
    ] {
        for field in odd_fields {
            for odd in [json!({}), json!(1_772_359_200), json!(null)] {
                let mut document = whole.clone();
                document[*field] = odd;
                let report = check(&shell, &document.to_string());
                assert_eq!(
                    (&report["kind"], &report["valid"]),
                    (&json!(kind), &json!(true)),
                    "{document}"
                );
                assert_eq!(report["value"], document);
                let status = request(
                    &listener.url,
                    "POST",
                    "/",
                    "application/json",
                    &document.to_string(),
                );
                assert!(status.contains("200"), "{status}");
                let seen = listener.next();
                assert_eq!(seen["event"], document);
                assert_eq!(seen.get("hint"), None, "{seen}");
            }
        }
    }
}

const RECEIPT: &str = "msisdn=447700900000&to=447700900001&network-code=23410&messageId=0A&price=0.03&status=delivered\
    &scts=2603011000&err-code=0&api-key=a1b2c3d4&message-timestamp=2026-03-01+10%3A00%3A00";
const INBOUND: &str = "msisdn=447700900000&to=447700900001&messageId=0B&text=STOP&type=text&keyword=STOP\
    &message-timestamp=2026-03-01+10%3A00%3A00";

const FAILED_RECEIPT: &str = "err-code=12&timestamp=1772359200&messageId=0C&msisdn=447700900000&price=0.0071&to=Shop&network-code=23410\
    &client-ref=r-17&message-timestamp=2026-03-01+10%3A00%3A00&status=failed";
const LONG_INBOUND: &str = "api-key=a1b2c3d4&msisdn=447700900000&to=447700900001&messageId=0D&text=Part&type=unicode&concat=true\
    &concat-ref=7&concat-part=1&concat-total=2&message-timestamp=2026-03-01+10%3A00%3A00&sig=ab12";

/// The same webhook as JSON.
fn as_json(form: &str) -> String {
    let pairs = form.split('&').filter_map(|pair| pair.split_once('='));
    let object: Value = pairs
        .map(|(name, value)| (name.to_owned(), json!(value)))
        .collect();
    object.to_string()
}

#[test]
fn webhooks_of_the_sms_api_are_named_in_every_form() {
    let shell = Shell::new();
    let listener = Listener::start(&shell, &["--unverified"]);
    for (form, said) in [
        (RECEIPT, "delivery receipt"),
        (FAILED_RECEIPT, "delivery receipt"),
        (INBOUND, "inbound message"),
        (LONG_INBOUND, "inbound message"),
    ] {
        let json = as_json(form);
        let report = check(&shell, &json);
        assert_eq!(
            (&report["kind"], &report["valid"]),
            (&Value::Null, &json!(false))
        );
        let message = report["problems"][0]["message"].as_str().unwrap();
        assert!(
            message.contains(said) && message.contains("SMS API"),
            "{message}"
        );

        let url = &listener.url;
        request(url, "POST", "/", "application/json", &json);
        assert_eq!(listener.next()["hint"], message);
        request(url, "POST", "/", "application/x-www-form-urlencoded", form);
        assert_eq!(listener.next()["hint"], message);
        request(url, "GET", &format!("/?{form}"), "text/plain", "");
        assert_eq!(listener.next()["hint"], message);
    }
}

#[test]
fn a_user_is_told_of_the_sms_api_once() {
    let shell = Shell::new();
    let listen = ["listen", "--port", "0", "--unverified"];
    let mut child = shell.command(&listen).spawn().unwrap();
    let mut notes = BufReader::new(child.stderr.take().unwrap()).lines();
    let mut note_with = |part: &str| {
        let note = notes
            .by_ref()
            .map(Result::unwrap)
            .find(|note| note.contains(part));
        note.unwrap_or_else(|| panic!("no note has {part}"))
    };
    let head = note_with("http://");
    let url = head
        .split_whitespace()
        .find(|word| word.starts_with("http://"))
        .unwrap();
    let path = format!("/?{RECEIPT}");
    request(url, "GET", &path, "text/plain", "");
    let note = note_with("SMS API");
    assert!(
        note.contains("request 1") && !note.contains("4477009"),
        "{note}"
    );
    request(url, "GET", &path, "text/plain", "");
    child.kill().unwrap();
    child.wait().unwrap();
    assert!(
        notes
            .map(Result::unwrap)
            .all(|note| !note.contains("SMS API"))
    );
}

#[test]
fn documents_of_no_kind_are_refused() {
    let shell = Shell::new();
    let record = json!({"account_id": "a1b2c3d4", "message_id": UUID, "from": "447700900001", "to": "447700900000",
        "provider": "whatsapp", "date_received": "2026-03-01T10:00:00+00:00", "status": "delivered"});
    let sms_record = json!({"account_id": "a1b2c3d4", "message_id": "0A", "from": "Shop", "to": "447700900000",
        "direction": "outbound", "date_finalized": "2026-03-01T10:00:00+0000", "status": "expired", "total_price": "0.03"});
    let inbound_record = json!({"account_id": "a1b2c3d4", "message_id": UUID, "from": "447700900000", "to": "447700900001",
        "direction": "inbound", "message_body": "STOP", "date_received": "2026-03-01T10:00:00+00:00"});
    let message = json!({"channel": "sms", "message_type": "text", "from": "Shop", "to": "447700900000", "text": "x"});
    for (document, said) in [
        (json!({}), "expected `channel`"),
        (json!({"colour": "red"}), "--kind"),
        (record, "Reports API"),
        (sms_record, "Reports API"),
        (inbound_record, "Reports API"),
        (json!({"body": message}), "\"body\""),
        (json!({"data": message, "id": 7}), "\"data\""),
        (
            json!({"channel": "sms", "to": "447700900000", "status": "read", "timestamp": "t"}),
            "`message_uuid`",
        ),
        (json!([]), "must be an object"),
    ] {
        let path = file(&shell, "document.json", &document.to_string());
        let run = shell.run(&["check", "--json", &path]);
        assert_eq!(run.code, 3, "{document}");
        let report = run.object();
        assert_eq!(report["problems"][0]["rule"], "kind");
        let message = report["problems"][0]["message"].as_str().unwrap();
        assert!(message.contains(said), "{message}");
    }
}

#[test]
fn numbers_are_shown_with_the_digits_they_have() {
    let shell = Shell::new();
    let digits = [
        "7615917337495251231",
        "0.12345678901234567891",
        "1234567890123456789012345",
        "1e400",
        "0.10",
    ];
    let [id, price, long, large, short] = digits;
    let body = format!(
        r#"{{"message_uuid":"{UUID}","channel":"messenger","to":"1","from":"2","timestamp":"2026-03-01T10:00:00Z",
        "status":"delivered","provider_id":{id},"usage":{{"price":{price}}},"more":[{long},{large},{short}]}}"#
    );
    let path = file(&shell, "document.json", &body);
    let checked = shell.run(&["check", "--json", &path]);
    assert_eq!(checked.code, 0, "{}", checked.stdout);
    for digits in digits {
        // The parser writes the sign of an exponent.
        let found = checked.stdout.replace("e+", "e");
        assert!(found.contains(digits), "{digits} in {found}");
    }
}

#[test]
fn half_a_character_is_replaced_in_a_webhook_and_refused_in_a_message() {
    let shell = Shell::new().with(
        "VONAGE_SIGNATURE_SECRET",
        "a signature secret of thirty-two bytes",
    );
    // The store has the body as received.
    let store = shell.path("events.ndjson");
    let listener = Listener::start(
        &shell,
        &["--unverified", "--store", store.to_str().unwrap()],
    );
    for (index, (kind, fields, shown)) in [
        (
            "v1/inbound",
            r#""channel":"whatsapp","to":"447700900001","from":"447700900000","message_type":"text","text":"Cut \ud83d",
            "profile":{"name":"Ann \ud83d"}"#,
            &[("/text", "Cut \u{fffd}"), ("/profile/name", "Ann \u{fffd}")][..],
        ),
        (
            "v1/status",
            r#""channel":"sms","to":"447700900000","from":"447700900001","status":"delivered","client_ref":"\uDE00 r-17""#,
            &[("/client_ref", "\u{fffd} r-17")],
        ),
        (
            "v0.1/inbound",
            r#""from":{"type":"messenger","id":"1"},"to":{"type":"messenger","id":"2"},
            "message":{"content":{"type":"text","text":"\ud83d\ud83d\ude00"}}"#,
            &[("/message/content/text", "\u{fffd}\u{1f600}")],
        ),
    ]
    .into_iter()
    .enumerate()
    {
        let body = format!(
            r#"{{"message_uuid":"{UUID}","timestamp":"2026-03-01T10:00:00Z",{fields}}}"#
        );
        let assert_shown = |event: &Value| {
            for (pointer, text) in shown {
                assert_eq!(event.pointer(pointer), Some(&json!(text)), "{event}");
            }
        };
        let report = check(&shell, &body);
        assert_eq!(
            (&report["kind"], &report["valid"]),
            (&json!(kind), &json!(true))
        );
        assert_shown(&report["value"]);

        let path = file(&shell, "body.json", &body);
        let signed = shell.run(&["webhook", "sign", "--body-file", &path]);
        let header = file(&shell, "header.txt", &signed.stdout);
        let verify = [
            "webhook",
            "verify",
            "--authorization-file",
            &header,
            "--body-file",
            &path,
            "--json",
        ];
        let verified = shell.run(&verify);
        assert_eq!(verified.code, 0, "{}", verified.stderr);
        assert_shown(&verified.object()["event"]);

        let status = request(&listener.url, "POST", "/", "application/json", &body);
        assert!(status.contains("200"), "{status}");
        assert_shown(&listener.next()["event"]);
        let stored = std::fs::read_to_string(&store).unwrap();
        let stored: Value = serde_json::from_str(stored.lines().nth(index).unwrap()).unwrap();
        assert_eq!(stored["body"], body);
    }

    for message in [
        r#"{"channel":"sms","message_type":"text","from":"Shop","to":"447700900000","text":"Cut \ud83d"}"#,
        r#"{"channel":"sms","message_type":"text","from":"Shop","to":"447700900000","text":"x","client_ref":"\ude00"}"#,
        r#"{"from":{"type":"messenger","id":"1"},"to":{"type":"messenger","id":"2"},"message":{"content":{"type":"text","text":"\ud83d!"}}}"#,
    ] {
        let report = check(&shell, message);
        assert_eq!(report["valid"], false);
        let said = report["problems"][0]["message"].as_str().unwrap();
        assert!(said.starts_with("has half of a character"), "{said}");
        let path = file(&shell, "message.json", message);
        let sent = shell.run(&["send", "--file", &path, "--dry-run"]);
        assert_eq!(sent.code, 3);
        let all = format!("{}{}", sent.stdout, sent.stderr);
        assert!(all.contains("half of a character"), "{all}");
    }
}
