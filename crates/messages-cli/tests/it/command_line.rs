//! Arguments as people type them, and what a message says of those that cannot be used.

use serde_json::Value;

use crate::shell::Shell;

#[test]
fn a_text_may_begin_with_a_dash() {
    let shell = Shell::new();
    let sent = |arguments: &[&str]| {
        let head = ["send", "--from", "447700900001", "--to", "447700900000"];
        let ended = shell.run(&[&head[..], arguments, &["--dry-run", "--json"]].concat());
        assert_eq!(ended.code, 0, "{arguments:?}: {}", ended.stderr);
        ended.object()["body"].clone()
    };
    let picture = "https://example.com/cat.jpg";
    for (arguments, pointer, text) in [
        (&["sms", "--text", "-20% today"][..], "/text", "-20% today"),
        (&["sms", "--text", "-- Ann"], "/text", "-- Ann"),
        (
            &["mms", "--image", picture, "--caption", "-1"],
            "/image/caption",
            "-1",
        ),
        (
            &["sms", "--text", "Hi", "--client-ref", "-7"],
            "/client_ref",
            "-7",
        ),
        (
            &[
                "whatsapp",
                "--template",
                "a:b",
                "--locale",
                "en-GB",
                "--parameter",
                "-5",
            ],
            "/template/parameters/0",
            "-5",
        ),
    ] {
        assert_eq!(sent(arguments).pointer(pointer), Some(&Value::from(text)));
    }
    let preview = shell.run(&["preview", "--text", "-20% today", "--json"]);
    assert_eq!(preview.object()["characters"], 10, "{}", preview.stderr);
    // A text that was forgotten does not turn a dry run into a send.
    for option in ["--text", "--client-ref", "--from"] {
        let ended = shell.run(&["send", "sms", option, "--dry-run"]);
        assert_eq!(ended.code, 2, "{option}");
        assert!(
            ended.stderr.contains("form of an option"),
            "{}",
            ended.stderr
        );
    }
}

#[test]
fn a_fault_of_a_configuration_is_shown_on_its_line() {
    let shell = Shell::new();
    for (config, line, caret) in [
        (
            "[[rules]]\nwhen = { to = \"4477*\" }\nthen = \"delivered\"\n",
            "3 | then = \"delivered\"",
            "^^^^",
        ),
        ("port = \"x\"\n", "1 | port = \"x\"", "^^^"),
        ("speed = 1\n[[rules\n", "2 | [[rules", "^"),
    ] {
        shell.file("config.toml", config);
        let ended = shell.run(&["emulator", "--config", "config.toml"]);
        assert_eq!(ended.code, 3, "{}", ended.stderr);
        let mut lines = ended.stderr.lines();
        assert!(lines.any(|said| said == line), "{}", ended.stderr);
        assert!(lines.next().unwrap().contains(caret), "{}", ended.stderr);
    }
}

#[test]
fn the_statuses_that_can_be_triggered_are_named() {
    let shell = Shell::new();
    for status in ["failed", "Delivered", ""] {
        let ended = shell.run(&["trigger", "status", "--uuid", "a", "--status", status]);
        assert_eq!(ended.code, 2, "{}", ended.stderr);
        for name in [
            "submitted",
            "delivered",
            "read",
            "rejected",
            "undeliverable",
        ] {
            assert!(ended.stderr.contains(name), "{name}: {}", ended.stderr);
        }
    }
}

#[test]
fn of_a_message_its_text_is_previewed() {
    let shell = Shell::new();
    let text = "x".repeat(101);
    let sms = |more: &str| {
        format!(
            r#"{{"channel":"sms","message_type":"text","from":"1","to":"2","text":"{text}"{more}}}"#
        )
    };
    let old = format!(
        r#"{{"from":{{"type":"sms","number":"1"}},"to":{{"type":"sms","number":"2"}},"message":{{"content":{{"type":"text","text":"{text}"}}}}}}"#
    );
    let other = r#"{"channel":"whatsapp","text":"Hi"}"#;
    for (document, segments) in [
        (sms(""), &[1][..]),
        (sms(r#","sms":{"encoding_type":"unicode"}"#), &[2]),
        (old.clone(), &[1]),
        (
            format!(r#"{{"template":"failover","workflow":[{old},{old}]}}"#),
            &[1, 1],
        ),
        (
            format!("{{\"channel\":\"whatsapp\",\"failover\":[{}]}}", sms("")),
            &[1],
        ),
        (format!("[{},{other}]", sms("")), &[1]),
        (format!("{}\n{old}\n", sms("")), &[1, 1]),
        ("4711".to_owned(), &[1]),
        ("{not JSON".to_owned(), &[1]),
    ] {
        shell.file("in", &document);
        let ended = shell.run(&["preview", "in", "--json"]);
        assert_eq!(ended.code, 0, "{document}: {}", ended.stderr);
        let found: Vec<_> = ended
            .objects()
            .iter()
            .map(|shown| shown["segments"].as_u64())
            .collect();
        let expected: Vec<_> = segments.iter().copied().map(Some).collect();
        assert_eq!(found, expected, "{document}");
        if !document.contains("4711") && !document.contains("not JSON") {
            assert_eq!(ended.objects()[0]["characters"], 101);
        }
    }
    shell.file("in", other);
    assert_eq!(shell.run(&["preview", "in"]).code, 3);
    shell.file("in", &sms(r#","sms":{"encoding_type":"unicode"}"#));
    for (most, code) in [("2", 0), ("1", 3)] {
        assert_eq!(
            shell.run(&["preview", "in", "--max-segments", most]).code,
            code
        );
    }
    let valid = sms(r#","sms":{"encoding_type":"unicode"}"#);
    shell.file(
        "in",
        &valid
            .replace(r#""to":"2""#, r#""to":"447700900000""#)
            .replace(r#""from":"1""#, r#""from":"Shop""#),
    );
    let dry = shell.run(&["send", "--file", "in", "--dry-run", "--json"]);
    assert_eq!(dry.object()["dry_run"]["segments"], 2, "{}", dry.stdout);
}
