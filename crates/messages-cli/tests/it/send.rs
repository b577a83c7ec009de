//! `send` and `workflow`: what goes out, and the exit code of every way to end.

#[cfg(target_os = "linux")]
use std::process::Stdio;

use serde_json::{Value, json};

use crate::shell::{Emulator, SMS, Shell};

/// The arguments of an SMS to this number.
fn sms_to(number: &str) -> Vec<&str> {
    let mut arguments = SMS.to_vec();
    arguments[5] = number;
    arguments
}

#[test]
fn a_dry_run_prints_the_documented_request_and_needs_no_credentials() {
    let ended = Shell::new().run(&[
        "send",
        "sms",
        "--api",
        "v0.1",
        "--from",
        "447700900001",
        "--to",
        "447700900000",
        "--text",
        "This is an SMS sent from the Messages API",
        "--dry-run",
    ]);
    assert_eq!(ended.code, 0, "{}", ended.stderr);
    let (head, body) = ended.stdout.split_once("\n\n").unwrap();
    assert!(
        head.starts_with("POST https://api.nexmo.com/v0.1/messages\n"),
        "{head}"
    );
    let body: Value = serde_json::from_str(body).unwrap();
    assert_eq!(
        body,
        json!({
            "from": { "type": "sms", "number": "447700900001" },
            "to": { "type": "sms", "number": "447700900000" },
            "message": { "content": { "type": "text", "text": "This is an SMS sent from the Messages API" } },
        })
    );
}

#[test]
fn a_dry_run_masks_the_credentials() {
    let ended = Shell::new()
        .with("VONAGE_API_KEY", "a1b2c3d4")
        .with("VONAGE_API_SECRET", "canary-secret")
        .run(&[&SMS[..], &["--dry-run"]].concat());
    assert_eq!(ended.code, 0);
    assert!(
        ended.stdout.contains("authorization: Basic "),
        "{}",
        ended.stdout
    );
    for canary in ["canary-secret", "YTFiMmMzZDQ6Y2FuYXJ5LXNlY3JldA"] {
        assert!(!ended.stdout.contains(canary) && !ended.stderr.contains(canary));
    }
}

#[test]
fn without_credentials_the_variables_are_named() {
    let ended = Shell::new().run(&SMS);
    assert_eq!(ended.code, 4);
    for name in [
        "VONAGE_API_KEY",
        "VONAGE_API_SECRET",
        "VONAGE_APPLICATION_ID",
        "VONAGE_PRIVATE_KEY_PATH",
        "demo",
    ] {
        assert!(ended.stderr.contains(name), "{name} in {}", ended.stderr);
    }
}

#[test]
fn a_number_with_a_plus_is_refused_with_the_right_form() {
    for (number, said) in [
        ("+447700900000", "without the leading +"),
        ("00447700900000", "without the leading 00"),
        ("07700 900000", "digits only"),
        ("07700900000", "which never begins with 0"),
        ("0447700900000", "which never begins with 0"),
        ("015112345678", "which never begins with 0"),
    ] {
        let ended = Shell::new().run(&sms_to(number));
        assert_eq!(ended.code, 3, "{number}");
        assert!(ended.stderr.contains(said), "{}", ended.stderr);
        let message = json!({"channel": "sms", "message_type": "text", "from": "Shop", "to": number, "text": "x"});
        let ended = Shell::new().run_with(&["check"], &message.to_string());
        assert_eq!(ended.code, 3, "{number}");
        assert!(ended.stdout.contains(said), "{}", ended.stdout);
    }
}

#[test]
fn components_of_a_template_are_refused_with_advice() {
    let emulator = Emulator::start();
    let shell = emulator.shell();
    let image = json!({ "type": "image", "image": { "link": "https://example.com/a.png" } });
    for components in [
        json!([{ "type": "header", "parameters": [image] }, { "type": "body", "parameters": [] }]),
        json!([{ "type": "button", "sub_type": "quick_reply", "index": "0", "parameters": [] }]),
        json!([]),
    ] {
        let template = json!({ "name": "shop:ready", "components": components });
        let options = json!({ "policy": "deterministic", "locale": "en" });
        let address = |number: &str| json!({ "type": "whatsapp", "number": number });
        for (message, pointer) in [
            (
                json!({ "channel": "whatsapp", "message_type": "template", "from": "447700900001",
                    "to": "447700900000", "template": template, "whatsapp": options }),
                "/template/components is not part",
            ),
            (
                json!({ "from": address("447700900001"), "to": address("447700900000"), "message": {
                    "content": { "type": "template", "template": template }, "whatsapp": options } }),
                "/message/content/template/components is not part",
            ),
        ] {
            shell.file("in", &message.to_string());
            for arguments in [&["check", "in"][..], &["send", "--file", "in"]] {
                let ended = shell.run(arguments);
                assert_eq!(ended.code, 3, "{message}: {}", ended.stderr);
                let said = format!("{}{}", ended.stdout, ended.stderr);
                assert!(said.contains(pointer), "{said}");
                assert!(said.contains("`custom`"), "{said}");
            }
        }
    }
    assert_eq!(emulator.texts().len(), 0, "nothing was sent");
}

#[test]
fn unknown_words_are_usage_errors() {
    assert_eq!(Shell::new().run(&["sned"]).code, 2);
    assert_eq!(Shell::new().run(&["send", "fax"]).code, 2);
    assert_eq!(
        Shell::new().run(&["send", "sms", "--colour", "red"]).code,
        2
    );
}

#[test]
fn every_outcome_has_its_exit_code() {
    let emulator = Emulator::start();
    let shell = emulator.shell();
    for (to, code, outcome) in [
        ("447700900000", 0, "accepted"),
        ("447700960422", 5, "rejected"),
        ("447700960402", 5, "rejected"),
        ("447700960401", 4, "rejected"),
        ("447700960500", 7, "in_doubt"),
        ("447700960503", 7, "in_doubt"),
        ("447700960599", 7, "in_doubt"),
        ("447700960602", 7, "in_doubt"),
        ("447700960606", 7, "accepted_id_unknown"),
    ] {
        let ended = shell.run(&[&sms_to(to)[..], &["--json"]].concat());
        assert_eq!(ended.code, code, "{to}: {}{}", ended.stdout, ended.stderr);
        let object = ended.object();
        assert_eq!(object["outcome"], outcome, "{to}");
        assert_eq!(object["attempts"], 1, "{to}");
        assert!(
            !ended.stderr.contains(to) && !ended.stderr.contains("canary"),
            "{}",
            ended.stderr
        );
    }
    let nobody = Shell::new()
        .with("MESSAGES_ENDPOINT", "http://127.0.0.1:1")
        .with("VONAGE_API_KEY", "a1b2c3d4")
        .with("VONAGE_API_SECRET", "secret")
        .run(&[&SMS[..], &["--json", "--timeout", "2"]].concat());
    assert_eq!(nobody.code, 6);
    assert_eq!(nobody.object()["outcome"], "not_sent");
}

#[test]
fn the_older_names_of_the_variables_work() {
    let emulator = Emulator::start();
    let basic = Shell::new()
        .with("MESSAGES_ENDPOINT", emulator.member("url"))
        .with("NEXMO_API_KEY", emulator.member("api_key"))
        .with("NEXMO_API_SECRET", emulator.member("api_secret"));
    assert_eq!(basic.run(&SMS).code, 0);
    let jwt = Shell::new()
        .with("MESSAGES_ENDPOINT", emulator.member("url"))
        .with("NEXMO_APPLICATION_ID", emulator.member("application_id"))
        .with(
            "NEXMO_APPLICATION_PRIVATE_KEY_PATH",
            emulator.member("private_key_path"),
        );
    for transport in ["hyper", "reqwest"] {
        let ended = jwt.run(&[&SMS[..], &["--transport", transport]].concat());
        assert_eq!(ended.code, 0, "{transport}: {}", ended.stderr);
    }
}

#[test]
fn a_file_of_both_generations_is_sent() {
    let emulator = Emulator::start();
    let shell = emulator.shell();
    let file = shell.file(
        "messages.ndjson",
        concat!(
            r#"{"channel":"sms","message_type":"text","from":"447700900001","to":"447700900000","text":"one"}"#, "\n",
            r#"{"from":{"type":"sms","number":"447700900001"},"to":{"type":"sms","number":"447700900000"},"message":{"content":{"type":"text","text":"two"}}}"#, "\n",
            r#"{"channel":"sms","message_type":"text","from":"447700900001","text":"three"}"#, "\n",
        ),
    );
    let arguments = ["send", "--file", file.to_str().unwrap(), "--json"];
    let refused = shell.run(&arguments);
    assert_eq!(refused.code, 3, "{}", refused.stderr);
    assert_eq!(refused.object()["summary"]["invalid"], 1);
    assert_eq!(emulator.texts().len(), 0, "nothing was sent");
    let ended = shell.run(&[&arguments[..], &["--skip-invalid"]].concat());
    assert_eq!(ended.code, 8, "{}", ended.stderr);
    let invalid = ended
        .objects()
        .into_iter()
        .find(|object| object["outcome"] == "invalid");
    assert_eq!(invalid.unwrap()["line"], 3);
    let summary = ended.object();
    assert_eq!(summary["summary"]["accepted"], 2, "{summary}");
    assert_eq!(summary["summary"]["invalid"], 1, "{summary}");
}

#[test]
fn a_workflow_is_posted() {
    let emulator = Emulator::start();
    let shell = emulator.shell();
    let step = |kind: &str, from: Value| {
        json!({
            "from": from, "to": { "type": kind, "number": "447700900000" },
            "message": { "content": { "type": "text", "text": "Hello" } },
        })
    };
    let mut first = step(
        "viber_service_msg",
        json!({ "type": "viber_service_msg", "id": "Shop" }),
    );
    first["failover"] = json!({ "expiry_time": 600, "condition_status": "delivered" });
    let last = step("sms", json!({ "type": "sms", "number": "447700900001" }));
    let workflow = json!({ "template": "failover", "workflow": [first, last] }).to_string();
    let file = shell.file("workflow.json", &workflow);
    let path = file.to_str().unwrap();
    for more in [&["--json"][..], &["--json", "--path", "beta"]] {
        let ended = shell.run(&[&["workflow", "--file", path][..], more].concat());
        assert_eq!(ended.code, 0, "{}", ended.stderr);
        assert!(
            ended.object()["dispatch_uuid"].is_string(),
            "{}",
            ended.stdout
        );
    }
    let headless = json!({ "template": "failover", "workflow": [] }).to_string();
    let file = shell.file("headless.json", &headless);
    assert_eq!(
        shell
            .run(&["workflow", "--file", file.to_str().unwrap()])
            .code,
        3
    );
}

#[cfg(target_os = "linux")]
#[test]
fn logs_that_nobody_can_read_stop_nothing() {
    let emulator = Emulator::start();
    let shell = emulator.shell().with("RUST_LOG", "trace");
    let full = std::fs::File::create("/dev/full").unwrap();
    let (reader, closed) = std::io::pipe().unwrap();
    drop(reader);
    for stderr in [Stdio::from(full), closed.into()] {
        let mut command = shell.command(&SMS);
        let output = command.stderr(stderr).output().unwrap();
        assert_eq!(output.status.code(), Some(0), "{output:?}");
    }
}

#[test]
fn a_dry_run_hides_no_fault_of_the_credentials() {
    let dry = [&SMS[..], &["--dry-run"]].concat();
    let ended = Shell::new().run(&dry);
    assert_eq!(ended.code, 0, "{}", ended.stderr);
    assert!(
        ended.stdout.contains("(no credentials found)"),
        "{}",
        ended.stdout
    );
    assert_eq!(ended.stderr, "");
    let ended = Shell::new().with("VONAGE_API_KEY", "a1b2c3d4").run(&dry);
    assert_eq!(ended.code, 0, "{}", ended.stderr);
    assert!(
        !ended.stdout.contains("(no credentials found)"),
        "{}",
        ended.stdout
    );
    assert!(
        ended.stderr.contains("VONAGE_API_SECRET"),
        "{}",
        ended.stderr
    );
}

#[cfg(unix)]
#[test]
fn a_dry_run_says_how_to_correct_the_fault_of_a_key() {
    use std::os::unix::fs::PermissionsExt as _;

    let key = include_str!("keys/rsa-2048.pkcs8.pem");
    for mode in [0o644, 0o640, 0o604] {
        let shell = Shell::new()
            .with(
                "VONAGE_APPLICATION_ID",
                "11111111-2222-4333-8444-555555555555",
            )
            .with("VONAGE_PRIVATE_KEY_PATH", "private.key");
        let path = shell.file("private.key", key);
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
        for (more, code) in [(&["--dry-run"][..], 0), (&[], 4)] {
            let ended = shell.run(&[&SMS[..], more].concat());
            assert_eq!(ended.code, code, "{}", ended.stderr);
            let hint = "hint: chmod 600 private.key";
            assert!(ended.stderr.contains(hint), "{mode:o}: {}", ended.stderr);
        }
    }
}
