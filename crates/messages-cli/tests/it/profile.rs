//! Profiles: who may read what, and which credentials win.
#![cfg(unix)]

use std::fs::{self, Permissions};
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::Path;

use crate::shell::{Emulator, Shell};

const SMS: [&str; 8] = [
    "send",
    "sms",
    "--from",
    "447700900001",
    "--to",
    "447700900000",
    "--text",
    "Hello",
];

fn mode(path: &Path) -> u32 {
    fs::symlink_metadata(path).unwrap().permissions().mode() & 0o777
}

#[test]
fn a_profile_is_private_and_sends() {
    let emulator = Emulator::start();
    let shell = Shell::new();
    let secret = emulator.member("api_secret");
    let added = shell.run_with(
        &[
            "profile",
            "add",
            "work",
            "--api-key",
            "emulator",
            "--endpoint",
            emulator.member("url"),
        ],
        &format!("{secret}\n"),
    );
    assert_eq!(added.code, 0, "{}", added.stderr);
    let folder = shell.path(".config/messages");
    let file = folder.join("profiles.toml");
    assert_eq!((mode(&folder), mode(&file)), (0o700, 0o600));

    assert_eq!(
        shell.run(&SMS).code,
        0,
        "the first profile is the active one"
    );
    let listed = shell.run(&["profile", "list", "--json"]);
    assert_eq!(listed.object()["name"], "work");
    assert_eq!(listed.object()["active"], true);
    assert!(!listed.stdout.contains(secret));
    assert_eq!(shell.run(&["profile", "use", "home"]).code, 4);
    assert_eq!(
        shell.run(&[&["--profile", "home"], &SMS[..]].concat()).code,
        4
    );
    assert_eq!(shell.run(&["profile", "remove", "work"]).code, 0);
    assert_eq!(shell.run(&SMS).code, 4);
}

#[test]
fn files_that_others_can_read_are_refused_with_the_command_that_helps() {
    let emulator = Emulator::start();
    let key = fs::read_to_string(emulator.member("private_key_path")).unwrap();
    let mut wrong = 0;
    let modes = [
        0o604, 0o640, 0o644, 0o660, 0o664, 0o666, 0o777, 0o610, 0o601, 0o622,
    ];
    for shared in modes {
        let shell = Shell::new();
        let file = shell.file("private key.pem", &key);
        fs::set_permissions(&file, Permissions::from_mode(shared)).unwrap();
        let shell = shell
            .with("VONAGE_APPLICATION_ID", emulator.member("application_id"))
            .with("VONAGE_PRIVATE_KEY_PATH", file.to_str().unwrap())
            .with("MESSAGES_ENDPOINT", emulator.member("url"));
        for command in [&SMS[..], &["jwt", "mint"]] {
            let ended = shell.run(command);
            assert_eq!(ended.code, 4, "{shared:o}");
            assert!(ended.stderr.contains("chmod 600 '"), "{}", ended.stderr);
            wrong += 1;
        }
        fs::set_permissions(&file, Permissions::from_mode(0o600)).unwrap();
        assert_eq!(shell.run(&SMS).code, 0);

        let folder = shell.path(".config/messages");
        fs::create_dir_all(&folder).unwrap();
        let profiles = folder.join("profiles.toml");
        fs::write(&profiles, "").unwrap();
        fs::set_permissions(&profiles, Permissions::from_mode(shared)).unwrap();
        for command in [&["profile", "list"][..], &["profile", "remove", "work"]] {
            assert_eq!(shell.run(command).code, 4, "{shared:o}");
            wrong += 1;
        }
        // A link to somebody else's file is neither read nor written through.
        fs::remove_file(&profiles).unwrap();
        symlink(&file, &profiles).unwrap();
        assert_eq!(shell.run(&["profile", "list"]).code, 4);
        wrong += 1;
    }
    println!("files: {wrong} shared or linked, 0 used");
}
