//! Public keys, good and bad, pasted and in files.

use std::fs;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use messages_auth::key::KeyMistake;
use messages_auth::{AuthErrorKind, PublicKey};

use crate::keys::{PKCS1, body, utf16};
use crate::support::{PKCS8, PUBLIC};

#[test]
fn public_keys_are_read_and_their_mistakes_named() {
    let key = PublicKey::from_pem(PUBLIC).unwrap();
    for pem in [
        include_str!("keys/rsa-2048.public.pkcs1.pem").to_owned(),
        PUBLIC.replace('\n', "\\n"),
        PUBLIC.replace('\n', " "),
        STANDARD.encode(PUBLIC),
        body(PUBLIC),
    ] {
        assert_eq!(PublicKey::from_pem(&pem).unwrap(), key);
    }
    for (pem, mistake) in [
        (PKCS8, KeyMistake::PrivateKey),
        (PKCS1, KeyMistake::PrivateKey),
        (
            include_str!("keys/rsa-1024.public.pem"),
            KeyMistake::TooSmall { bits: 1024 },
        ),
        (
            include_str!("keys/ec.public.pem"),
            KeyMistake::EllipticCurve,
        ),
        (
            include_str!("keys/certificate.pem"),
            KeyMistake::Certificate,
        ),
        ("", KeyMistake::Empty),
    ] {
        assert_eq!(
            PublicKey::from_pem(pem).unwrap_err().kind(),
            AuthErrorKind::Key(mistake)
        );
    }
}

#[test]
fn public_key_files_are_read_whoever_may_read_them() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("public.key");
    let key = PublicKey::from_pem(PUBLIC).unwrap();
    let der = STANDARD.decode(body(PUBLIC)).unwrap();
    for contents in [
        PUBLIC.as_bytes().to_vec(),
        der,
        utf16(PUBLIC, [0xff, 0xfe], u16::to_le_bytes),
    ] {
        fs::write(&path, contents).unwrap();
        assert_eq!(PublicKey::from_path(&path).unwrap(), key);
    }
    fs::write(&path, PKCS8).unwrap();
    let error = PublicKey::from_path(&path).unwrap_err();
    assert_eq!(error.kind(), AuthErrorKind::Key(KeyMistake::PrivateKey));
    assert_eq!(error.path(), Some(path.as_path()));
    let error = PublicKey::from_path(directory.path().join("other.key")).unwrap_err();
    assert_eq!(error.kind(), AuthErrorKind::Key(KeyMistake::NotFound));
}
