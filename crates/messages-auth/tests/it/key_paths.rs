//! Paths of private keys: what is there, and who may read it.

use std::fs;
use std::path::Path;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use messages_auth::key::{KeyMistake, KeyWarning};
use messages_auth::{AuthErrorKind, PrivateKey};

use crate::keys::{PKCS1_DER, body};
use crate::support::PKCS8;

#[test]
fn the_faults_of_paths_are_named() {
    let directory = tempfile::tempdir().unwrap();
    let missing = directory.path().join("private.key");
    let error = PrivateKey::from_path(&missing).unwrap_err();
    assert_eq!(error.kind(), AuthErrorKind::Key(KeyMistake::NotFound));
    assert_eq!(error.path(), Some(missing.as_path()));

    let error = PrivateKey::from_path("no/such.key").unwrap_err();
    let looked_in = std::env::current_dir().unwrap().join("no/such.key");
    assert_eq!(
        error.to_string(),
        format!("{}: there is no such file", looked_in.display())
    );

    let error = PrivateKey::from_path(directory.path()).unwrap_err();
    assert_eq!(error.kind(), AuthErrorKind::Key(KeyMistake::Directory));

    let long = directory.path().join("long");
    fs::write(&long, vec![b'A'; 64 * 1024 + 1]).unwrap();
    assert_eq!(
        PrivateKey::from_path(&long).unwrap_err().kind(),
        AuthErrorKind::Key(KeyMistake::TooLong)
    );
}

#[test]
fn a_long_path_is_a_path() {
    let directory = tempfile::tempdir().unwrap();
    let deep = directory
        .path()
        .join("d".repeat(200))
        .join("e".repeat(200))
        .join("f".repeat(200));
    fs::create_dir_all(&deep).unwrap();
    let path = deep.join("private.key");
    fs::write(&path, PKCS8).unwrap();
    PrivateKey::from_path(&path).unwrap();
}

#[test]
fn a_key_passed_as_a_path_is_not_repeated() {
    for text in [
        PKCS8.to_owned(),
        body(PKCS8),
        PKCS8.replace('\n', "\\n"),
        STANDARD.encode(PKCS1_DER),
    ] {
        let error = PrivateKey::from_path(Path::new(&text)).unwrap_err();
        assert_eq!(error.kind(), AuthErrorKind::Key(KeyMistake::TextAsPath));
        assert!(error.path().is_none());
        assert!(!format!("{error:?} {error}").contains(&body(PKCS8)[..40]));
    }
}

#[cfg(unix)]
#[test]
fn permissions_are_looked_at() {
    use std::os::unix::fs::{PermissionsExt, symlink};

    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("key");
    fs::write(&path, PKCS8).unwrap();
    for (mode, warned) in [
        (0o600, false),
        (0o400, false),
        (0o640, true),
        (0o604, true),
        (0o644, true),
        (0o620, true),
    ] {
        fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
        let expected: &[KeyWarning] = if warned {
            &[KeyWarning::ReadableByOthers { mode }]
        } else {
            &[]
        };
        assert_eq!(
            PrivateKey::from_path(&path).unwrap().warnings(),
            expected,
            "{mode:o}"
        );
    }
    let warning = KeyWarning::ReadableByOthers { mode: 0o644 };
    assert_eq!(
        warning.to_string(),
        "the key file can be read by others (mode 644), restrict it (chmod 600)"
    );

    // A link to itself cannot be opened, not even by root.
    let circle = directory.path().join("circle");
    symlink(&circle, &circle).unwrap();
    let error = PrivateKey::from_path(&circle).unwrap_err();
    assert_eq!(error.kind(), AuthErrorKind::Key(KeyMistake::Unreadable));
    assert!(std::error::Error::source(&error).is_some());
}
