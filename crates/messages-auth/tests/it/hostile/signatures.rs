//! Signatures.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE;

use super::{Corpus, HEADER, claims_with, good_claims};
use crate::support::{SECRET, encode, hs256, sign_raw};

/// Signatures of the wrong length, encoding or content.
pub(super) fn add(corpus: &mut Corpus) {
    let good = sign_raw(HEADER, &good_claims());
    let (signed, signature) = good.rsplit_once('.').unwrap();
    let mac = hs256(SECRET.as_bytes(), signed);
    let mut add = |what: String, signature: &str| corpus.add(what, format!("{signed}.{signature}"));
    for len in 0..32 {
        add(
            format!("first {len} bytes of the MAC"),
            &encode(&mac[..len]),
        );
        add(
            format!("last {len} bytes of the MAC"),
            &encode(&mac[32 - len..]),
        );
    }
    for extra in [&[0_u8][..], &[0; 32], &mac, b"x"] {
        add(
            format!("the MAC and {} bytes", extra.len()),
            &encode([&mac, extra].concat()),
        );
        add(
            format!("{} bytes and the MAC", extra.len()),
            &encode([extra, &mac].concat()),
        );
    }
    for (what, key) in [("zeros", 0_u8), ("ones", 0xff)] {
        add(format!("32 {what}"), &encode([key; 32]));
    }
    add(
        "reversed".into(),
        &encode(mac.iter().rev().copied().collect::<Vec<_>>()),
    );
    add(
        "in hexadecimal".into(),
        &mac.iter()
            .map(|byte| format!("{byte:02x}"))
            .collect::<String>(),
    );
    add("with padding".into(), &URL_SAFE.encode(&mac));
    add("with two paddings".into(), &format!("{signature}=="));
    add("a space before".into(), &format!(" {signature}"));
    add("a space after".into(), &format!("{signature} "));
    add(
        "a tab inside".into(),
        &format!("{}\t{}", &signature[..20], &signature[20..]),
    );
    add("encoded twice".into(), &encode(signature));
    add("an asterisk".into(), "*");
    // 32 bytes leave two bits of the last character unused: four spellings, of which one is right.
    let last = signature.chars().last().unwrap();
    let alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let index = alphabet.find(last).unwrap();
    for other in (index & !3)..(index & !3) + 4 {
        if other != index {
            add(
                "unused bits set".into(),
                &format!("{}{}", &signature[..42], &alphabet[other..=other]),
            );
        }
    }
    // A MAC with `-` or `_`, so that the standard alphabet differs.
    for number in 0..20 {
        let token = sign_raw(HEADER, &claims_with(&format!(r#","n":{number}"#)));
        let standard = token.replace('-', "+").replace('_', "/");
        if standard != token {
            corpus.add(format!("standard alphabet {number}"), standard);
        }
    }
}
