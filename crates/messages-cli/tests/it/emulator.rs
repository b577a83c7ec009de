//! The emulator as another process sees it.

use crate::shell::{Emulator, Shell};

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
fn a_token_is_checked_to_its_expiry() {
    let emulator = Emulator::start();
    let sends = |variables: &[(&str, &str)]| {
        let shell = Shell::new().with("MESSAGES_ENDPOINT", emulator.member("url"));
        let shell = variables
            .iter()
            .fold(shell, |shell, (name, value)| shell.with(name, value));
        shell
            .run(&[
                "send",
                "sms",
                "--from",
                "447700900001",
                "--to",
                "447700900000",
                "--text",
                "Hello",
            ])
            .code
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
