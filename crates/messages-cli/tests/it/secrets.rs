//! No secret, number or text reaches a log, an error, a help text or the process list.

use std::process::Stdio;
use std::time::Duration;

use crate::shell::{Emulator, Ended, Shell};

const SIGNATURE: &str = "canary-signature-secret-of-32-bytes";
const API_SECRET: &str = "canary-api-secret";
const TEXT: &str = "canary text";
const FROM: &str = "447700900001";
const TO: &str = "447700900000";

/// Every secret text, with the forms that a header gives it.
fn canaries(emulator: &Emulator) -> Vec<String> {
    let key = std::fs::read_to_string(emulator.member("private_key_path")).unwrap();
    let lines = key.lines().filter(|line| !line.starts_with('-'));
    let mut canaries: Vec<String> = lines.map(str::to_owned).collect();
    canaries.extend([
        API_SECRET.to_owned(),
        // base64 of key and secret, as the header has it.
        "ZW11bGF0b3I6Y2FuYXJ5LWFwaS1zZWNyZXQ".to_owned(),
        "Bearer eyJ".to_owned(),
        SIGNATURE.to_owned(),
    ]);
    canaries
}

fn start() -> Emulator {
    let variables = [
        ("VONAGE_SIGNATURE_SECRET", SIGNATURE),
        ("VONAGE_API_SECRET", API_SECRET),
    ];
    Emulator::start_with(&variables, &[])
}

fn shell(emulator: &Emulator) -> Shell {
    emulator
        .shell()
        .with("VONAGE_API_SECRET", API_SECRET)
        .with("VONAGE_SIGNATURE_SECRET", SIGNATURE)
        .with("VONAGE_APPLICATION_ID", emulator.member("application_id"))
        .with(
            "VONAGE_PRIVATE_KEY_PATH",
            emulator.member("private_key_path"),
        )
}

#[test]
fn the_most_talkative_log_holds_no_secret_number_or_text() {
    let emulator = start();
    let secrets = canaries(&emulator);
    let shell = shell(&emulator).with("RUST_LOG", "trace");
    let sms = |to: &'static str| vec!["send", "sms", "--from", FROM, "--to", to, "--text", TEXT];
    shell.file(
        "messages.ndjson",
        &format!("{{\"channel\":\"sms\",\"message_type\":\"text\",\"from\":\"{FROM}\",\"to\":\"{TO}\",\"text\":\"{TEXT}\"}}\n"),
    );
    shell.file("body.json", &format!("{{\"message_uuid\":\"m\",\"channel\":\"sms\",\"message_type\":\"text\",\"to\":\"{TO}\",\"from\":\"{FROM}\",\"timestamp\":\"2026-01-01T00:00:00Z\",\"text\":\"{TEXT}\"}}"));
    let uuid = "aaaaaaaa-bbbb-4ccc-8ddd-0123456789ab";
    let mut runs: Vec<Vec<&str>> = Vec::new();
    for auth in ["basic", "jwt"] {
        for transport in ["hyper", "reqwest"] {
            // Accepted, refused for the credentials, refused for a rule, answered with nothing.
            for to in [TO, "447700960401", "447700960422", "447700960602"] {
                runs.push([sms(to), vec!["--auth", auth, "--transport", transport]].concat());
            }
            runs.push(vec![
                "send",
                "--file",
                "messages.ndjson",
                "--auth",
                auth,
                "--transport",
                transport,
            ]);
            runs.push(vec![
                "update",
                uuid,
                "--read",
                "--auth",
                auth,
                "--transport",
                transport,
            ]);
        }
    }
    runs.push(
        [
            sms(TO),
            vec!["--endpoint", "http://127.0.0.1:1", "--timeout", "1"],
        ]
        .concat(),
    );
    runs.push(vec!["doctor"]);
    runs.push(vec![
        "trigger",
        "inbound",
        "--channel",
        "sms",
        "--from",
        TO,
        "--to",
        FROM,
        "--text",
        TEXT,
    ]);
    runs.push(vec!["webhook", "sign", "--body-file", "body.json"]);
    runs.push(vec!["check", "messages.ndjson"]);
    runs.push(vec!["preview", "messages.ndjson"]);
    runs.push(vec!["profile", "list"]);
    shell.file(
        "refused.ndjson",
        &format!(
            "{}nonsense",
            ["447700960422", "447700960602"]
                .map(|to| format!("{{\"channel\":\"sms\",\"message_type\":\"text\",\"from\":\"{FROM}\",\"to\":\"{to}\",\"text\":\"{TEXT}\"}}\n"))
                .concat()
        ),
    );
    for arguments in [
        &["add", "messages.ndjson"][..],
        &["add", "--key", "/to", "messages.ndjson"],
        &["add", "--key", "/from", "messages.ndjson"],
        &["add", "--key", "/from", "refused.ndjson"],
        &["add", "--skip-invalid", "refused.ndjson"],
        &["work", "--until-empty", "--no-webhooks"],
        &[
            "work",
            "--until-empty",
            "--no-webhooks",
            "--transport",
            "reqwest",
        ],
        &["list"],
        &["status"],
        &["doctor"],
        &["apply", "body.json"],
        &["pause", "--sender", FROM],
        &["purge", "--older-than", "0s"],
    ] {
        runs.push([&["outbox"], arguments].concat());
    }
    let logged = runs.len();
    for arguments in &runs {
        let Ended { stderr, .. } = shell.run(arguments);
        for canary in &secrets {
            assert!(
                !stderr.contains(canary),
                "{canary} is logged by {arguments:?}"
            );
        }
        for canary in [TEXT, TO, FROM] {
            assert!(
                !stderr.contains(canary),
                "{canary} is logged by {arguments:?}"
            );
        }
    }
    let talkative = shell.run(&sms(TO));
    assert!(talkative.stderr.contains("TRACE"), "the log is on");
    println!(
        "secrets: {logged} commands at RUST_LOG=trace, {} canaries, 0 found",
        secrets.len() + 3
    );
}

/// The entry of a process in the process list. It is empty until the program has replaced the process.
fn command_line(process: u32) -> String {
    let path = format!("/proc/{process}/cmdline");
    for _ in 0..1_000 {
        let listed = std::fs::read(&path).unwrap();
        if !listed.is_empty() {
            return String::from_utf8_lossy(&listed).into_owned();
        }
        std::thread::sleep(Duration::from_millis(5));
    }
    panic!("the process list shows nothing of the program");
}

#[test]
fn help_and_the_process_list_hold_no_secret() {
    let emulator = start();
    let secrets = canaries(&emulator);
    let shell = shell(&emulator);
    let mut pages = 0;
    for command in [
        "",
        "demo",
        "send",
        "workflow",
        "update",
        "check",
        "upgrade",
        "preview",
        "listen",
        "listen resend",
        "webhook",
        "webhook verify",
        "webhook sign",
        "jwt",
        "jwt mint",
        "jwt inspect",
        "emulator",
        "trigger",
        "trigger inbound",
        "trigger status",
        "explain",
        "doctor",
        "profile",
        "profile add",
        "profile list",
        "profile use",
        "profile remove",
        "completions",
        "man",
    ] {
        let words = command.split_whitespace();
        let arguments: Vec<&str> = words.clone().chain(["--help"]).collect();
        let ended = shell.run(&arguments);
        assert_eq!(ended.code, 0, "{command}");
        assert!(
            ended.stdout.contains("Example"),
            "{command} shows no example"
        );
        for canary in &secrets {
            assert!(
                !ended.stdout.contains(canary),
                "{canary} in the help of {command}"
            );
        }
        pages += 1;
    }
    // Nothing but the environment and files can hold them, so no process shows them to the others.
    let mut child = shell
        .command(&["send", "--file", "-"])
        .stdin(Stdio::piped())
        .spawn()
        .unwrap();
    if cfg!(target_os = "linux") {
        let listed = command_line(child.id());
        assert!(listed.contains("send"), "{listed}");
        assert!(secrets.iter().all(|canary| !listed.contains(canary)));
    }
    drop(child.stdin.take());
    child.wait().unwrap();
    for option in [
        "--api-secret",
        "--secret",
        "--private-key",
        "--token",
        "--password",
    ] {
        let ended = shell.run(&["send", "sms", option, "canary"]);
        assert_eq!(
            ended.code, 2,
            "{option} would show a secret to every process"
        );
    }
    println!("secrets: {pages} help texts with an example each, 0 secrets");
}

#[test]
fn what_is_wrong_with_a_secret_is_said_without_it() {
    let key = "-----BEGIN PRIVATE KEY-----\ncanarycanarycanary\n-----END PRIVATE KEY-----";
    let id = "5c2e8f6e-0f3c-4a3e-9d3b-2f1f0d8b7a61";
    let mint = ["jwt", "mint"];
    let send = ["send", "sms", "--from", FROM, "--to", TO, "--text", TEXT];
    for (shell, arguments) in [
        (
            Shell::new()
                .with("VONAGE_APPLICATION_ID", id)
                .with("VONAGE_PRIVATE_KEY", key),
            &mint[..],
        ),
        (
            Shell::new()
                .with("VONAGE_APPLICATION_ID", "canary")
                .with("VONAGE_PRIVATE_KEY", key),
            &send,
        ),
        (
            Shell::new()
                .with("VONAGE_API_KEY", "a:canary")
                .with("VONAGE_API_SECRET", "canary\n"),
            &send,
        ),
        (
            Shell::new()
                .with("VONAGE_API_KEY", "a1b2c3d4")
                .with("VONAGE_API_SECRET", "canary\u{7}canary"),
            &send,
        ),
        (
            Shell::new().with("VONAGE_SIGNATURE_SECRET", key),
            &["listen", "--port", "0"],
        ),
    ] {
        let ended = shell.run(arguments);
        assert_eq!(ended.code, 4, "{arguments:?}: {}", ended.stderr);
        assert!(!ended.stderr.contains("canary"), "{}", ended.stderr);
        let doctor = shell.run(&["doctor", "--offline"]);
        assert!(!format!("{}{}", doctor.stdout, doctor.stderr).contains("canary"));
    }
    // A profile file that cannot be read names the line, and does not quote it.
    let shell = Shell::new();
    std::fs::create_dir_all(shell.path(".config/messages")).unwrap();
    let file = shell.file(
        ".config/messages/profiles.toml",
        "[profiles.work]\napi_secret = \"canary\n",
    );
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o600)).unwrap();
    }
    let ended = shell.run(&["profile", "list"]);
    assert_eq!(ended.code, 4);
    assert!(
        ended.stderr.contains("line 2") && !ended.stderr.contains("canary"),
        "{}",
        ended.stderr
    );
}
