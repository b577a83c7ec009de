//! Keys that a forger may know or guess.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use messages_auth::webhook::WebhookSigner;
use messages_auth::{ApiKey, SignatureSecret};

use super::{BODY, Corpus, HEADER, good_claims};
use crate::support::{API_KEY, PKCS8, PUBLIC, SECRET, encode, hs256, now};

/// Right claims under keys that a forger may know or guess.
pub(super) fn add(corpus: &mut Corpus) {
    let der = include_bytes!("../keys/rsa-2048.pkcs8.der");
    let guesses: Vec<(String, Vec<u8>)> = vec![
        ("empty".into(), vec![]),
        ("one zero".into(), vec![0]),
        ("32 zeros".into(), vec![0; 32]),
        ("64 zeros".into(), vec![0; 64]),
        ("public key in PEM".into(), PUBLIC.into()),
        (
            "public key without its last line break".into(),
            PUBLIC.trim_end().into(),
        ),
        (
            "public key with CRLF".into(),
            PUBLIC.replace('\n', "\r\n").into(),
        ),
        ("private key in PEM".into(), PKCS8.into()),
        ("private key in DER".into(), der.to_vec()),
        (
            "certificate".into(),
            include_bytes!("../keys/certificate.pem").to_vec(),
        ),
        ("the api key".into(), API_KEY.into()),
        ("Vonage".into(), b"Vonage".to_vec()),
        ("secret".into(), b"secret".to_vec()),
        ("null".into(), b"null".to_vec()),
        ("undefined".into(), b"undefined".to_vec()),
        (
            "the secret in base64".into(),
            STANDARD.encode(SECRET).into(),
        ),
        (
            "what the secret decodes to".into(),
            STANDARD.decode(SECRET).unwrap(),
        ),
        (
            "the secret in lower case".into(),
            SECRET.to_lowercase().into(),
        ),
        (
            "the secret and a line break".into(),
            format!("{SECRET}\n").into(),
        ),
        (
            "the secret in quotes".into(),
            format!("\"{SECRET}\"").into(),
        ),
        ("the secret twice".into(), SECRET.repeat(2).into()),
        (
            "the secret reversed".into(),
            SECRET.chars().rev().collect::<String>().into(),
        ),
    ];
    let shortened = (0..SECRET.len()).map(|len| {
        (
            format!("first {len} bytes of the secret"),
            SECRET.as_bytes()[..len].to_vec(),
        )
    });
    for (what, key) in guesses.into_iter().chain(shortened) {
        let signed = format!("{}.{}", encode(HEADER), encode(good_claims()));
        corpus.add(
            format!("signed with {what}"),
            format!("{signed}.{}", encode(hs256(&key, &signed))),
        );
    }
    let of_other = |name: &str, secret: &str| {
        let signer = WebhookSigner::new(
            ApiKey::new(name).unwrap(),
            SignatureSecret::new(secret).unwrap(),
        );
        signer
            .sign(BODY, now())
            .unwrap()
            .to_str()
            .unwrap()
            .replace("Bearer ", "")
    };
    corpus.add(
        "another account's secret",
        of_other("other", &"o".repeat(40)),
    );
    corpus.add(
        "another account's name under this secret",
        of_other("other", SECRET),
    );
    corpus.add(
        "this account's name in other case",
        of_other("A1B2C3D4", SECRET),
    );
}
