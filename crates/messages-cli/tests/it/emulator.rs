//! The emulator as another process sees it.

use crate::shell::{Emulator, SMS, Shell};

#[test]
fn the_private_key_is_private() {
    use std::os::unix::fs::PermissionsExt as _;

    let emulator = Emulator::start();
    let path = std::path::Path::new(emulator.member("private_key_path"));
    assert_eq!(path.metadata().unwrap().permissions().mode() & 0o777, 0o600);
    assert_eq!(
        path.parent()
            .unwrap()
            .metadata()
            .unwrap()
            .permissions()
            .mode()
            & 0o777,
        0o700
    );
}

#[test]
fn strangers_credentials_are_refused() {
    let emulator = Emulator::start();
    let sends = |variables: &[(&str, &str)]| {
        let shell = Shell::new().with("MESSAGES_ENDPOINT", emulator.member("url"));
        let shell = variables
            .iter()
            .fold(shell, |shell, (name, value)| shell.with(name, value));
        shell.run(&SMS).code
    };
    let id = ("VONAGE_APPLICATION_ID", emulator.member("application_id"));
    let key = (
        "VONAGE_PRIVATE_KEY_PATH",
        emulator.member("private_key_path"),
    );
    assert_eq!(sends(&[id, key]), 0);
    let stranger = (
        "VONAGE_APPLICATION_ID",
        "11111111-2222-4333-8444-555555555555",
    );
    assert_eq!(
        sends(&[stranger, key]),
        4,
        "an application that nobody knows"
    );
    assert_eq!(
        sends(&[
            ("VONAGE_API_KEY", "emulator"),
            ("VONAGE_API_SECRET", "wrong")
        ]),
        4
    );
}

const ID: &str = "11111111-2222-4333-8444-555555555555";
const FIRST: &str = "the first signature secret of thirty-two bytes";

#[test]
fn it_reads_the_variables_as_the_client_does_and_shows_none_of_them() {
    let secrets = format!(" {FIRST} , another signature secret of 32 bytes");
    let emulator = Emulator::start_with(
        &[
            ("VONAGE_SIGNATURE_SECRET", secrets.as_str()),
            ("VONAGE_API_KEY", " a1b2c3d4 "),
            ("NEXMO_API_SECRET", " a-real-secret\n"),
            ("VONAGE_APPLICATION_ID", &format!(" {ID}\n")),
        ],
        &[],
    );
    for member in [
        "signature_secret",
        "api_key",
        "api_secret",
        "application_id",
    ] {
        assert!(emulator.ready[member].is_null(), "{member}");
    }
    assert_eq!(
        emulator.ready["credentials_from"],
        serde_json::json!([
            "VONAGE_API_KEY",
            "NEXMO_API_SECRET",
            "VONAGE_SIGNATURE_SECRET",
            "VONAGE_APPLICATION_ID"
        ])
    );
    let sends = |variables: &[(&str, &str)]| {
        let shell = Shell::new().with("MESSAGES_ENDPOINT", emulator.member("url"));
        let shell = variables
            .iter()
            .fold(shell, |shell, (name, value)| shell.with(name, value));
        shell.run(&SMS).code
    };
    let key = ("VONAGE_API_KEY", "a1b2c3d4");
    assert_eq!(sends(&[key, ("VONAGE_API_SECRET", "a-real-secret")]), 0);
    let key_path = emulator.member("private_key_path");
    assert_eq!(
        sends(&[
            ("VONAGE_APPLICATION_ID", ID),
            ("VONAGE_PRIVATE_KEY_PATH", key_path)
        ]),
        0
    );
    let plain = Emulator::start();
    assert!(plain.ready.get("credentials_from").is_none());
}

#[test]
fn a_private_key_that_was_given_is_not_copied() {
    use std::io::{BufRead as _, BufReader};

    let made = Emulator::start();
    let path = made.member("private_key_path");
    let pem = std::fs::read_to_string(path).unwrap();
    let line = pem.lines().nth(1).unwrap();
    for (name, value, shown) in [
        ("VONAGE_PRIVATE_KEY_PATH", path, Some(path)),
        ("NEXMO_APPLICATION_PRIVATE_KEY_PATH", path, Some(path)),
        ("VONAGE_PRIVATE_KEY", &pem, None),
    ] {
        for form in [&["--json"][..], &[]] {
            let shell = Shell::new();
            let temporary = tempfile::tempdir().unwrap();
            let temporary = temporary.path();
            let shell = shell
                .with("TMPDIR", temporary.to_str().unwrap())
                .with("VONAGE_API_SECRET", "a-real-secret")
                .with(name, value);
            let data = shell.path("data.db");
            let data = data.to_str().unwrap();
            let arguments = [&["emulator", "--port", "0", "--data", data], form].concat();
            let mut child = shell
                .command(&arguments)
                .stderr(std::process::Stdio::null())
                .spawn()
                .unwrap();
            let lines = BufReader::new(child.stdout.take().unwrap()).lines();
            let count = if form.is_empty() { 7 } else { 1 };
            let told: Vec<String> = lines.take(count).map(Result::unwrap).collect();
            let told = told.join("\n");
            assert_eq!(temporary.read_dir().unwrap().count(), 0, "{name}");
            // A kill leaves nothing behind either.
            child.kill().unwrap();
            child.wait().unwrap();
            assert_eq!(temporary.read_dir().unwrap().count(), 0, "{name}");
            assert!(!told.contains("a-real-secret"), "{told}");
            assert!(told.contains(shown.unwrap_or(name)), "{told}");
            assert_eq!(told.contains(path), shown.is_some(), "{told}");
            assert!(!told.contains(line), "{name}");
            for entry in std::path::Path::new(data)
                .parent()
                .unwrap()
                .read_dir()
                .unwrap()
            {
                let bytes = std::fs::read(entry.unwrap().path()).unwrap_or_default();
                let text = String::from_utf8_lossy(&bytes);
                assert!(
                    !text.contains(line) && !text.contains("a-real-secret"),
                    "{name}"
                );
            }
        }
    }
}

#[test]
fn a_receiver_that_registers_is_not_shown_a_signature_secret_that_was_given() {
    let emulator = Emulator::start_with(&[("VONAGE_SIGNATURE_SECRET", FIRST)], &[]);
    let shell = Shell::new().with("MESSAGES_ENDPOINT", emulator.member("url"));
    let listened = shell.run(&["listen", "--emulator", "--port", "0", "--json"]);
    assert_eq!(listened.code, 4, "{listened:?}");
    assert!(listened.stderr.contains("VONAGE_SIGNATURE_SECRET"));
    let targets = emulator.register("http://127.0.0.1:1");
    assert!(targets["signature_secret"].is_null(), "{targets}");
}

#[test]
fn a_program_may_use_another_name_of_this_machine_and_the_inbox_needs_it_declared() {
    let named = Emulator::start_with(&[], &["--host-name", "host.docker.internal"]);
    for (emulator, inbox) in [(&Emulator::start(), 403), (&named, 200)] {
        let port = emulator.member("url").rsplit_once(':').unwrap().1;
        let message = r#"{"channel":"sms","message_type":"text","from":"Shop","to":"447700900010","text":"x"}"#;
        let own = format!("host.docker.internal:{port}");
        for host in [own.as_str(), "127.0.0.1", "api.test:8080"] {
            // The credentials are `emulator` and `emulator-secret`.
            let head = "authorization: Basic ZW11bGF0b3I6ZW11bGF0b3Itc2VjcmV0\r\n";
            let status = emulator.status("POST", "/v1/messages", host, head, message);
            assert_eq!(status, 202, "{host}");
            let browser = format!("{head}origin: http://{host}\r\n");
            let status = emulator.status("POST", "/v1/messages", host, &browser, message);
            assert_eq!(status, 403, "{host}");
        }
        for host in [own.as_str(), "host.docker.internal"] {
            assert_eq!(emulator.status("GET", "/inbox/", host, "", ""), inbox);
        }
        assert_eq!(emulator.status("GET", "/inbox/", "api.test", "", ""), 403);
    }
    for name in ["", "http://api.test", "api.test:8080", "api test"] {
        let ended = Shell::new().run(&["emulator", "--port", "0", "--host-name", name]);
        assert_eq!(ended.code, 2, "{name}");
    }
}

#[test]
fn a_setting_that_cannot_be_used_is_refused_with_its_option() {
    for (option, value, told) in [
        ("--speed", "0", "0.001"),
        ("--speed", "-1", "0.001"),
        ("--speed", "NaN", "0.001"),
        ("--speed", "inf", "0.001"),
        ("--speed", "1e9", "0.001"),
        (
            "--status-url",
            "/status",
            "`status_url` must be an absolute URL",
        ),
        (
            "--status-url",
            "http://127.0.0.1/status",
            "`status_url` must name the port",
        ),
        (
            "--inbound-url",
            "https://127.0.0.1:3000/",
            "`inbound_url` needs `--webhook-ca`",
        ),
        (
            "--webhook-ca",
            "no-such-file.pem",
            "`webhook_ca` must be a readable PEM file",
        ),
    ] {
        let setting = format!("{option}={value}");
        let ended = Shell::new().run(&["emulator", "--port", "0", &setting]);
        assert_eq!(ended.code, 2, "{setting}");
        assert!(ended.stderr.contains(told), "{ended:?}");
        assert!(
            ended.stderr.contains(&format!("correct `{option}`")),
            "{ended:?}"
        );
    }
    let shell = Shell::new();
    shell.file(
        "config.toml",
        "[[rules]]\nwhen = { nth = 0 }\nthen = \"read\"\n",
    );
    let ended = shell.run(&["emulator", "--port", "0", "--config", "config.toml"]);
    assert_eq!(ended.code, 2, "{ended:?}");
    assert!(
        ended
            .stderr
            .contains("`rules[0].when.nth` must be at least 1"),
        "{ended:?}"
    );
}

#[cfg(unix)]
#[test]
fn a_signal_is_not_lost_while_it_writes() {
    use std::io::{BufRead as _, BufReader, Read as _};
    use std::time::{Duration, Instant};

    let shell = Shell::new();
    let mut child = shell
        .command(&["emulator", "--port", "0", "--json"])
        .stderr(std::process::Stdio::null())
        .spawn()
        .unwrap();
    let mut output = BufReader::new(child.stdout.take().unwrap());
    let mut line = String::new();
    output.read_line(&mut line).unwrap();
    let ready: serde_json::Value = serde_json::from_str(&line).unwrap();
    // The output is not read on, so that the emulator soon waits for it in the midst of an event.
    let message = r#"{"channel":"sms","message_type":"text","from":"447700900001","to":"447700900000","text":"Hello"}"#;
    let sender = Shell::new()
        .with("MESSAGES_ENDPOINT", ready["url"].as_str().unwrap())
        .with("VONAGE_API_KEY", "emulator")
        .with("VONAGE_API_SECRET", "emulator-secret");
    let many = format!("{message}\n").repeat(1_500);
    assert_eq!(sender.run_with(&["send", "--file", "-"], &many).code, 0);
    let kill = std::process::Command::new("kill")
        .args(["-TERM", &child.id().to_string()])
        .status();
    assert!(kill.unwrap().success());
    std::thread::sleep(Duration::from_millis(300));
    std::thread::spawn(move || output.read_to_end(&mut Vec::new()));
    let began = Instant::now();
    while child.try_wait().unwrap().is_none() {
        if began.elapsed() > Duration::from_secs(10) {
            child.kill().unwrap();
            panic!("it goes on");
        }
        std::thread::sleep(Duration::from_millis(10));
    }
}
