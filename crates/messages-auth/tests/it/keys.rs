//! Private keys in every form, good and bad, each with what a person is told.

use std::fs;

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use messages_auth::key::KeyMistake;
use messages_auth::{AuthErrorKind, PrivateKey, PublicKey};

use crate::support::{PKCS8, PUBLIC};

pub(crate) const PKCS1: &str = include_str!("keys/rsa-2048.pkcs1.pem");
const PKCS8_DER: &[u8] = include_bytes!("keys/rsa-2048.pkcs8.der");
pub(crate) const PKCS1_DER: &[u8] = include_bytes!("keys/rsa-2048.pkcs1.der");

pub(crate) fn utf16(text: &str, bom: [u8; 2], unit: fn(u16) -> [u8; 2]) -> Vec<u8> {
    bom.into_iter()
        .chain(text.encode_utf16().flat_map(unit))
        .collect()
}

/// The base64 between the armour lines.
pub(crate) fn body(pem: &str) -> String {
    pem.lines()
        .filter(|line| !line.starts_with("-----"))
        .collect()
}

/// Every way in which the one key of the fixtures is written. All are the same key.
fn good() -> Vec<(&'static str, Vec<u8>)> {
    let escaped = PKCS8.replace('\n', "\\n");
    let indented: String = PKCS8
        .lines()
        .map(|line| format!("      {line}\n"))
        .collect();
    let bundle = concat!(
        include_str!("keys/certificate.pem"),
        include_str!("keys/rsa-2048.pkcs8.pem")
    );
    let texts: Vec<(&'static str, String)> = vec![
        ("PKCS#8 PEM", PKCS8.into()),
        ("PKCS#1 PEM", PKCS1.into()),
        ("CRLF", PKCS8.replace('\n', "\r\n")),
        ("CR only", PKCS8.replace('\n', "\r")),
        ("no final line break", PKCS8.trim_end().into()),
        ("byte order mark", format!("\u{feff}{PKCS8}")),
        ("line breaks written out", escaped.clone()),
        (
            "line breaks written out as \\r\\n",
            PKCS8.replace('\n', "\\r\\n"),
        ),
        (
            "line breaks written out and escaped again",
            PKCS8.replace('\n', "\\\\n"),
        ),
        ("written out and double quoted", format!("\"{escaped}\"")),
        ("single quoted", format!("'{}'", PKCS8.trim_end())),
        (
            "a line of a .env file",
            format!("PRIVATE_KEY=\"{escaped}\"\n"),
        ),
        (
            "a line of a JSON file",
            format!("  \"private_key\": \"{escaped}\","),
        ),
        ("line breaks turned into spaces", PKCS8.replace('\n', " ")),
        ("line breaks lost", PKCS8.replace('\n', "")),
        ("all white space lost", PKCS8.split_whitespace().collect()),
        ("indented, as in YAML", indented),
        (
            "tabs before each line",
            PKCS8.lines().map(|line| format!("\t{line}\n")).collect(),
        ),
        ("blank lines between", PKCS8.replace('\n', "\n\n")),
        ("continued with backslashes", PKCS8.replace('\n', "\\\n")),
        ("zero-width spaces", PKCS8.replace('\n', "\u{200b}\n")),
        (
            "PKCS#8 under the label of PKCS#1",
            PKCS8.replace("PRIVATE KEY", "RSA PRIVATE KEY"),
        ),
        (
            "PKCS#1 under the label of PKCS#8",
            PKCS1.replace("RSA PRIVATE KEY", "PRIVATE KEY"),
        ),
        (
            "text before and after",
            format!("Here it is:\n{PKCS8}\nRegards"),
        ),
        ("certificate first, then the key", bundle.into()),
        (
            "bag attributes of PKCS#12",
            include_str!("keys/bag-attributes.pem").into(),
        ),
        ("base64 of PEM", STANDARD.encode(PKCS8)),
        (
            "base64 of base64 of PEM",
            STANDARD.encode(STANDARD.encode(PKCS8)),
        ),
        ("base64 of PKCS#8 DER", STANDARD.encode(PKCS8_DER)),
        ("base64 of PKCS#1 DER", STANDARD.encode(PKCS1_DER)),
        (
            "base64 without padding",
            STANDARD.encode(PKCS1_DER).trim_end_matches('=').into(),
        ),
        ("base64url", URL_SAFE_NO_PAD.encode(PKCS8_DER)),
        (
            "base64 of DER in a .env file",
            format!("KEY={}", STANDARD.encode(PKCS8_DER)),
        ),
        ("PEM without its armour", body(PKCS8)),
    ];
    let mut all: Vec<_> = texts
        .into_iter()
        .map(|(name, text)| (name, text.into_bytes()))
        .collect();
    all.push(("PKCS#8 DER", PKCS8_DER.into()));
    all.push(("PKCS#1 DER", PKCS1_DER.into()));
    all.push((
        "UTF-16 little endian, as PowerShell writes",
        utf16(PKCS8, [0xff, 0xfe], u16::to_le_bytes),
    ));
    all.push((
        "UTF-16 big endian",
        utf16(PKCS8, [0xfe, 0xff], u16::to_be_bytes),
    ));
    all
}

/// Everything that is no usable key, and what is said of it.
fn bad() -> Vec<(&'static str, Vec<u8>, KeyMistake)> {
    use KeyMistake::*;

    macro_rules! file {
        ($name:literal) => {
            include_bytes!(concat!("keys/", $name)).to_vec()
        };
    }

    let text = |text: &str| text.as_bytes().to_vec();
    let mut swapped = body(PKCS8).into_bytes();
    swapped[700..900].rotate_left(4);
    let swapped = format!(
        "-----BEGIN PRIVATE KEY-----\n{}\n-----END PRIVATE KEY-----\n",
        String::from_utf8(swapped).unwrap()
    );
    let mut flipped = PKCS1_DER.to_vec();
    flipped[600] ^= 1;
    vec![
        ("nothing", vec![], Empty),
        ("white space", text(" \r\n\t"), Empty),
        ("empty quotes", text("\"\""), Empty),
        ("public key", text(PUBLIC), PublicKey),
        (
            "PKCS#1 public key",
            file!("rsa-2048.public.pkcs1.pem"),
            PublicKey,
        ),
        (
            "base64 of a public key",
            STANDARD.encode(PUBLIC).into(),
            PublicKey,
        ),
        (
            "public key under the label of a private one",
            text(&PUBLIC.replace("PUBLIC", "PRIVATE")),
            PublicKey,
        ),
        ("elliptic public key", file!("ec.public.pem"), EllipticCurve),
        ("Ed25519 public key", file!("ed25519.public.pem"), Edwards),
        ("certificate", file!("certificate.pem"), Certificate),
        (
            "certificate of version 1",
            file!("certificate-v1.pem"),
            Certificate,
        ),
        ("certificate in DER", file!("certificate.der"), Certificate),
        (
            "certificate request",
            file!("request.pem"),
            CertificateRequest,
        ),
        ("encrypted PKCS#8", file!("encrypted.pkcs8.pem"), Encrypted),
        ("encrypted PKCS#1", file!("encrypted.pkcs1.pem"), Encrypted),
        ("encrypted PKCS#8 in DER", file!("encrypted.der"), Encrypted),
        (
            "elliptic key in PKCS#8",
            file!("ec.pkcs8.pem"),
            EllipticCurve,
        ),
        (
            "elliptic key in SEC 1 with its parameters",
            file!("ec.sec1.pem"),
            EllipticCurve,
        ),
        ("Ed25519", file!("ed25519.pem"), Edwards),
        ("X25519", file!("x25519.pem"), Edwards),
        ("DSA in PKCS#8", file!("dsa.pkcs8.pem"), Dsa),
        ("DSA in its own format", file!("dsa.traditional.pem"), Dsa),
        ("Diffie-Hellman", file!("dh.pem"), OtherAlgorithm),
        ("RSA-PSS", file!("rsa-pss.pem"), RsaPss),
        (
            "1024 bits in PKCS#8",
            file!("rsa-1024.pem"),
            TooSmall { bits: 1024 },
        ),
        (
            "1024 bits in PKCS#1",
            file!("rsa-1024.pkcs1.pem"),
            TooSmall { bits: 1024 },
        ),
        ("8256 bits", file!("rsa-8256.pem"), TooLarge { bits: 8256 }),
        ("three primes", file!("rsa-three-primes.pem"), Corrupt),
        ("OpenSSH private key", file!("openssh.pem"), OpenSsh),
        ("OpenSSH public key", file!("openssh.pub"), SshPublicKey),
        ("SSH2 public key", file!("ssh2.pub"), SshPublicKey),
        (
            "PuTTY",
            text("PuTTY-User-Key-File-3: ssh-rsa\nEncryption: none\n"),
            Putty,
        ),
        (
            "OpenPGP",
            text(
                "-----BEGIN PGP PRIVATE KEY BLOCK-----\n\nlQdG\n-----END PGP PRIVATE KEY BLOCK-----\n",
            ),
            OpenPgp,
        ),
        (
            "JSON web key",
            text(r#"{"kty":"RSA","n":"0vx7","e":"AQAB","d":"X4cT"}"#),
            Jwk,
        ),
        ("PKCS#12", file!("container.p12"), Pkcs12),
        (
            "Java key store",
            vec![0xfe, 0xed, 0xfe, 0xed, 0, 0, 0, 2, 0, 0, 0, 1],
            JavaKeyStore,
        ),
        (
            "no end line",
            text(PKCS8.split("-----END").next().unwrap()),
            Truncated,
        ),
        ("half of the text", text(&PKCS8[..800]), Truncated),
        (
            "armour with nothing in it",
            text("-----BEGIN PRIVATE KEY-----\n-----END PRIVATE KEY-----"),
            Truncated,
        ),
        (
            "a line lost",
            text(
                &PKCS8
                    .lines()
                    .enumerate()
                    .filter(|(n, _)| *n != 5)
                    .map(|(_, l)| format!("{l}\n"))
                    .collect::<String>(),
            ),
            Truncated,
        ),
        ("half of the DER", PKCS8_DER[..600].to_vec(), Truncated),
        (
            "an ellipsis inside",
            text(&PKCS8.replacen("MII", "MII...", 1)),
            Base64,
        ),
        ("four characters moved", text(&swapped), Corrupt),
        ("one bit flipped", flipped, Corrupt),
        (
            "DER with something behind it",
            [PKCS8_DER, b"x"].concat(),
            Unrecognised,
        ),
        ("a path", text("./private.key"), PathAsText),
        (
            "a path of Windows",
            text(r"C:\keys\new\private.key"),
            PathAsText,
        ),
        ("an API secret", text("Secret0123456789"), Unrecognised),
        ("prose", text("no key at all, sorry"), Unrecognised),
        (
            "a placeholder",
            text("<your private key here>"),
            Unrecognised,
        ),
        (
            "random bytes",
            vec![0x8f, 0x1b, 0x00, 0xff, 0xc3, 0x28],
            Unrecognised,
        ),
        ("an empty DER sequence", vec![0x30, 0x00], Unrecognised),
    ]
}

#[test]
fn every_form_of_a_key_is_read_and_every_mistake_is_named() {
    let directory = tempfile::tempdir().unwrap();
    let public = PublicKey::from_pem(PUBLIC).unwrap();
    let (good, bad) = (good(), bad());
    for (name, contents) in &good {
        let path = directory.path().join("key");
        fs::write(&path, contents).unwrap();
        let key = PrivateKey::from_path(&path).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_eq!(key.public_key(), public, "{name}");
        assert_eq!(key.bits(), 2048, "{name}");
        if let Ok(text) = std::str::from_utf8(contents) {
            let key = PrivateKey::from_text(text).unwrap_or_else(|error| panic!("{name}: {error}"));
            assert_eq!(key.public_key(), public, "{name}");
        }
    }
    for (name, contents, mistake) in &bad {
        let path = directory.path().join("key");
        fs::write(&path, contents).unwrap();
        let error = PrivateKey::from_path(&path).expect_err(name);
        assert_eq!(error.kind(), AuthErrorKind::Key(*mistake), "{name}");
        assert_eq!(
            error.to_string(),
            format!("{}: {mistake}", path.display()),
            "{name}"
        );
        if let Ok(text) = std::str::from_utf8(contents) {
            assert_eq!(
                PrivateKey::from_text(text).expect_err(name).kind(),
                error.kind(),
                "{name}"
            );
        }
    }
    println!("key files: {} good, {} bad", good.len(), bad.len());
    assert!(good.len() + bad.len() >= 40);
}

#[test]
fn mistakes_say_what_to_do() {
    for (mistake, words) in [
        (
            KeyMistake::PublicKey,
            "this is a public key, the private key is needed",
        ),
        (
            KeyMistake::Encrypted,
            "this key is encrypted, decrypt it first (openssl pkey -in FILE -out NEW)",
        ),
        (
            KeyMistake::TooSmall { bits: 1024 },
            "this key has 1024 bits, at least 2048 are needed",
        ),
        (
            KeyMistake::EllipticCurve,
            "this is an elliptic curve key, an RSA key is needed",
        ),
    ] {
        assert_eq!(mistake.to_string(), words);
    }
}

#[test]
fn longer_keys_and_generated_keys_work() {
    let long = PrivateKey::from_pem(include_str!("keys/rsa-4096.pem")).unwrap();
    assert_eq!(long.bits(), 4096);
    let made = PrivateKey::generate().unwrap();
    assert_eq!(made.bits(), 2048);
    let again = PrivateKey::from_pem(&made.to_pem().unwrap()).unwrap();
    assert_eq!(again.public_key(), made.public_key());
    assert_ne!(made.public_key(), long.public_key());
}

#[test]
fn what_is_written_is_what_openssl_writes() {
    let key = PrivateKey::from_der(PKCS1_DER).unwrap();
    assert_eq!(*key.to_pem().unwrap(), PKCS8);
    assert_eq!(key.public_key().to_pem().unwrap(), PUBLIC);
}

#[test]
fn from_pem_wants_armour_and_from_der_wants_der() {
    let kind = |result: Result<PrivateKey, messages_auth::AuthError>| result.unwrap_err().kind();
    assert_eq!(
        kind(PrivateKey::from_pem(&body(PKCS8))),
        AuthErrorKind::Key(KeyMistake::Unrecognised)
    );
    assert_eq!(
        kind(PrivateKey::from_pem(PUBLIC)),
        AuthErrorKind::Key(KeyMistake::PublicKey)
    );
    assert_eq!(
        kind(PrivateKey::from_der(PKCS8.as_bytes())),
        AuthErrorKind::Key(KeyMistake::Unrecognised)
    );
}

#[test]
fn no_damaged_key_is_accepted() {
    let mut tried = 0;
    for der in [PKCS8_DER, PKCS1_DER] {
        assert!(PrivateKey::from_der(der).is_ok());
        for at in 0..der.len() {
            let mut damaged = der.to_vec();
            damaged[at] ^= 1 << (at % 8);
            assert!(
                PrivateKey::from_der(&damaged).is_err(),
                "bit flipped in byte {at}"
            );
            assert!(PrivateKey::from_der(&der[..at]).is_err(), "cut at {at}");
            tried += 2;
        }
    }
    println!("damaged keys: {tried}, accepted 0");
}
