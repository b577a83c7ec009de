//! The emulator as another process sees it.

use crate::shell::{Emulator, SMS, Shell};

#[test]
fn the_private_key_is_nobody_elses() {
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

#[test]
fn it_reads_the_variables_as_the_client_does() {
    let first = "the first signature secret of thirty-two bytes";
    let secrets = format!(" {first} , another signature secret of 32 bytes");
    let emulator = Emulator::start_with(
        &[
            ("VONAGE_SIGNATURE_SECRET", secrets.as_str()),
            ("VONAGE_API_KEY", " a1b2c3d4 "),
            ("VONAGE_API_SECRET", " secret\n"),
            (
                "VONAGE_APPLICATION_ID",
                " 11111111-2222-4333-8444-555555555555\n",
            ),
        ],
        &[],
    );
    assert_eq!(emulator.member("signature_secret"), first);
    assert_eq!(emulator.member("api_key"), "a1b2c3d4");
    assert_eq!(emulator.member("api_secret"), "secret");
    assert_eq!(
        emulator.member("application_id"),
        "11111111-2222-4333-8444-555555555555"
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
    // Nobody reads on, so that it soon waits for its output in the midst of an event.
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
