//! Arguments as users type them, and the errors for those that are invalid.

use serde_json::Value;

use crate::fake::serve_bodies;
use crate::shell::{Emulator, SMS, Shell};

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
        (
            &["sms", "--text", "Hi", "--content-id", "-c"],
            "/sms/content_id",
            "-c",
        ),
        (
            &["sms", "--text", "Hi", "--entity-id", "-e"],
            "/sms/entity_id",
            "-e",
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
    for (text, segments) in [
        (sms(r#","sms":{"encoding_type":"unicode"}"#), 2),
        ("Votre rendez‑vous est confirmé. ".repeat(5), 3),
        ("x".repeat(161), 2),
        (old, 1),
    ] {
        shell.file("in", &text);
        for (most, code) in [(segments, 0), (segments - 1, 3)] {
            let ended = shell.run(&["preview", "in", "--max-segments", &most.to_string()]);
            assert_eq!(ended.code, code, "{text}: {}", ended.stdout);
        }
    }
}

#[test]
fn a_dry_run_counts_the_segments_of_the_requested_encoding() {
    let shell = Shell::new();
    for (characters, encoding, segments) in [
        (70, "unicode", 1),
        (101, "unicode", 2),
        (135, "unicode", 3),
        (135, "text", 1),
        (135, "auto", 1),
    ] {
        let text = "x".repeat(characters);
        let message = format!(
            r#"{{"channel":"sms","message_type":"text","from":"Shop","to":"447700900000","text":"{text}","sms":{{"encoding_type":"{encoding}"}}}}"#
        );
        shell.file("in", &message);
        shell.file(
            "template.json",
            &message.replace("447700900000", "{{phone}}"),
        );
        shell.file("people.csv", "phone\n447700900000\n");
        let table = ["send", "--csv", "people.csv", "--template", "template.json"];
        for arguments in [&["send", "--file", "in"][..], &table] {
            let dry = shell.run(&[arguments, &["--dry-run", "--json"]].concat());
            let counted = dry.object()["dry_run"]["segments"].clone();
            assert_eq!(counted, segments, "{characters} {encoding}: {}", dry.stderr);
        }
    }
}

#[test]
fn faults_are_named_by_their_flags_and_all_at_once() {
    let shell = Shell::new();
    let head = ["send", "--from", "447700900001", "--to", "+447700900000"];
    let picture = "https://example.com/cat.jpg";
    for (arguments, flags) in [
        (
            &["sms", "--text", ""][..],
            &["--to must", "--text must"][..],
        ),
        (
            &["sms", "--text", "", "--api", "v0.1"],
            &["--to must", "--text must"],
        ),
        (
            &["sms", "--text", "Hi", "--ttl", "1"],
            &["--to must", "--ttl must"],
        ),
        (
            &["sms", "--text", "Hi", "--encoding", "x"],
            &["--to must", "--encoding must"],
        ),
        (&["mms", "--image", "cat"], &["--to must", "--image "]),
        (
            &["viber", "--image", picture, "--category", "x"],
            &["--to must", "--category must"],
        ),
        (&["rcs", "--card", "{\"x\":1}"], &["--to must", "--card "]),
    ] {
        let ended = shell.run(&[&head[..], arguments].concat());
        assert_eq!(ended.code, 3, "{arguments:?}: {}", ended.stderr);
        for flag in flags {
            assert!(ended.stderr.contains(flag), "{flag}: {}", ended.stderr);
        }
        assert!(!ended.stderr.contains("  /"), "{}", ended.stderr);
    }
    for (arguments, parts) in [
        (
            &["send", "sms"][..],
            &["--from is missing", "--to is missing", "no content"][..],
        ),
        (
            &[
                "send", "sms", "--text", "Hi", "--from", "1", "--tag", "x", "--locale", "en",
            ],
            &[
                "--to is missing",
                "--tag is not an option",
                "--locale is not an option",
            ],
        ),
        (
            &[
                "send",
                "mms",
                "--to",
                "1",
                "--parameter",
                "x",
                "--suggestions",
                "{",
                "--text",
                "Hi",
            ],
            &[
                "--from is missing",
                "--parameter needs",
                "--suggestions is not JSON",
            ],
        ),
    ] {
        let ended = shell.run(arguments);
        assert_eq!(ended.code, 2, "{arguments:?}: {}", ended.stderr);
        for part in parts {
            assert!(ended.stderr.contains(part), "{part}: {}", ended.stderr);
        }
    }
}

#[test]
fn the_doctor_proves_the_credentials_without_sending() {
    let emulator = Emulator::start();
    let account = |shell: &Shell| {
        let ended = shell.run(&["doctor", "--json"]);
        let mut checks = ended.objects().into_iter();
        (
            ended.code,
            checks
                .find(|check| check["check"] == "account")
                .unwrap_or_default(),
        )
    };
    let (code, proven) = account(&emulator.shell());
    assert_eq!((code, &proven["ok"]), (0, &Value::from(true)), "{proven}");
    assert_eq!(proven["detail"], "the credentials are accepted");
    let (code, refused) = account(&emulator.shell().with("VONAGE_API_SECRET", "another"));
    assert_eq!(
        (code, &refused["ok"]),
        (4, &Value::from(false)),
        "{refused}"
    );
    assert_eq!(emulator.received().len(), 0);

    // With the credentials first, and then without them.
    for (answers, code, ok, detail) in [
        ([422, 401], 0, true, "are accepted"),
        ([400, 401], 0, true, "are accepted"),
        ([422, 422], 0, true, "cannot be proven"),
        ([404, 404], 0, true, "cannot be proven"),
        ([202, 202], 0, true, "cannot be proven"),
        ([500, 500], 0, true, "cannot be proven"),
        ([401, 401], 4, false, "refuses the credentials"),
        ([402, 402], 5, false, "no credit"),
        ([403, 403], 5, false, "may not send"),
    ] {
        // The question for the time comes before.
        let url = serve_bodies(move |before, body| {
            let answer = match before {
                0 => 404,
                number => answers[number - 1],
            };
            assert!(before == 0 || body == "{}");
            (answer, String::new())
        });
        let shell = Shell::new()
            .with("MESSAGES_ENDPOINT", &url)
            .with("VONAGE_API_KEY", "a1b2c3d4")
            .with("VONAGE_API_SECRET", "canary");
        let (ended, check) = account(&shell);
        assert_eq!(
            (ended, &check["ok"]),
            (code, &Value::from(ok)),
            "{answers:?}: {check}"
        );
        assert!(
            check["detail"].as_str().unwrap().contains(detail),
            "{check}"
        );
        assert!(!check.to_string().contains("canary"));
    }
}

#[test]
fn the_emulator_is_found_by_endpoint_profile_and_environment() {
    let emulator = Emulator::start();
    let url = emulator.member("url");
    let sms = [&SMS[..], &["--emulator", "--json"]].concat();
    let trigger = [
        "trigger",
        "inbound",
        "--channel",
        "sms",
        "--from",
        "447700900000",
        "--to",
        "447700900001",
        "--text",
        "Hi",
    ];
    let profile = |shell: &Shell, endpoint: &str| {
        let text = format!(
            "active = \"a\"\n[profiles.a]\nendpoint = \"{endpoint}\"\napi_key = \"emulator\"\napi_secret = \"emulator-secret\"\n"
        );
        let path = shell.file("profiles.toml", &text);
        #[cfg(unix)]
        std::fs::set_permissions(&path, std::os::unix::fs::PermissionsExt::from_mode(0o600))
            .unwrap();
    };
    let with_profile = |endpoint: &str| {
        let shell = Shell::new();
        profile(&shell, endpoint);
        let folder = shell.path("").display().to_string();
        shell.with("MESSAGES_CONFIG_DIR", &folder)
    };
    for (shell, more) in [
        (Shell::new(), &["--endpoint", url][..]),
        (Shell::new().with("MESSAGES_ENDPOINT", url), &[]),
        (with_profile(url), &[]),
        (with_profile(url), &["--profile", "a"]),
    ] {
        for arguments in [&sms[..], &trigger] {
            let ended = shell.run(&[arguments, more].concat());
            assert_eq!(ended.code, 0, "{more:?}: {}{}", ended.stdout, ended.stderr);
        }
    }
    // Sent and inbound.
    assert_eq!(emulator.received().values().sum::<u64>(), 8);
    // Nothing goes to the API itself, regardless of the environment or a named profile.
    for (shell, more) in [
        (Shell::new(), &["--endpoint", "eu"][..]),
        (Shell::new().with("MESSAGES_ENDPOINT", "us"), &[]),
        (with_profile("sandbox"), &["--profile", "a"]),
    ] {
        for arguments in [&sms[..], &trigger, &["listen", "--emulator", "--port", "0"]] {
            let ended = shell.run(&[arguments, more].concat());
            assert_eq!(ended.code, 2, "{more:?}: {}{}", ended.stdout, ended.stderr);
            assert!(
                ended.stderr.contains("is not an emulator"),
                "{}",
                ended.stderr
            );
        }
    }
}
