//! Claims.

use super::{BODY, Corpus, HEADER, claims_with, good_claims};
use crate::support::{API_KEY, NOW, encode, payload_hash, sign_raw};

/// Claims that are rightly signed and must be refused for what they say.
pub(super) fn add(corpus: &mut Corpus) {
    let wrong_values = [
        "null",
        "true",
        "[]",
        "{}",
        "-1",
        r#""x""#,
        r#""""#,
        "1e400",
        r#"{"$gt":0}"#,
        "[1700000000]",
        r#"["Vonage"]"#,
    ];
    for name in ["iss", "iat", "payload_hash"] {
        for value in wrong_values {
            corpus.add(
                format!("{name} is {value}"),
                sign_raw(HEADER, &replaced(name, Some(value))),
            );
        }
        corpus.add(
            format!("no {name}"),
            sign_raw(HEADER, &replaced(name, None)),
        );
    }
    for name in ["jti", "api_key"] {
        for value in ["null", "true", "[]", "{}", "-1", "1", r#""""#] {
            corpus.add(
                format!("{name} is {value}"),
                sign_raw(HEADER, &replaced(name, Some(value))),
            );
        }
        corpus.add(
            format!("no {name}"),
            sign_raw(HEADER, &replaced(name, None)),
        );
    }
    for name in ["exp", "nbf"] {
        for value in [
            "null",
            "true",
            "[]",
            "{}",
            "-1",
            r#""1700000000""#,
            r#""never""#,
            "1e400",
            "[1900000000]",
        ] {
            corpus.add(
                format!("{name} is {value}"),
                sign_raw(HEADER, &claims_with(&format!(r#","{name}":{value}"#))),
            );
        }
    }
    for name in [
        "iss",
        "iat",
        "jti",
        "payload_hash",
        "api_key",
        "exp",
        "nbf",
        "other",
    ] {
        let value = serde_json::from_str::<serde_json::Value>(&good_claims())
            .unwrap()
            .get(name)
            .cloned()
            .unwrap_or(1.into());
        corpus.add(
            format!("{name} twice"),
            sign_raw(
                HEADER,
                &claims_with(&format!(r#","{name}":{value},"{name}":{value}"#)),
            ),
        );
        corpus.add(
            format!("{name} twice, once null"),
            sign_raw(
                HEADER,
                &claims_with(&format!(r#","{name}":null,"{name}":{value}"#)),
            ),
        );
    }
    for name in [
        "Iss",
        "IAT",
        "payloadHash",
        "payload-hash",
        "payload_hash ",
        "PAYLOAD_HASH",
    ] {
        let claims = good_claims().replacen("payload_hash", name, 1);
        corpus.add(
            format!("{name} for payload_hash"),
            sign_raw(HEADER, &claims),
        );
    }
    for seconds in [
        0,
        1,
        NOW - 24 * 3600 - 15 * 60 - 1,
        NOW - 6 * 365 * 86_400,
        NOW + 301,
        NOW + 3600,
        NOW * 1000,
        u64::MAX,
        i64::MAX as u64,
    ] {
        corpus.add(
            format!("iat {seconds}"),
            sign_raw(HEADER, &replaced("iat", Some(&seconds.to_string()))),
        );
    }
    for (name, seconds) in [
        ("exp", 0),
        ("exp", NOW - 300),
        ("nbf", NOW + 301),
        ("nbf", NOW * 1000),
        ("exp", u64::MAX),
    ] {
        corpus.add(
            format!("{name} {seconds}"),
            sign_raw(HEADER, &claims_with(&format!(r#","{name}":{seconds}"#))),
        );
    }
    let hash = payload_hash(BODY);
    for wrong in [
        payload_hash(b""),
        payload_hash(&BODY[1..]),
        payload_hash(&[BODY, b"\n"].concat()),
        hash.to_uppercase(),
        format!("0x{hash}"),
        format!("sha256={hash}"),
        format!("{hash} "),
        hash[..32].to_owned(),
        "0".repeat(64),
        encode(&hash),
        "*".into(),
    ] {
        corpus.add(
            format!("hash {wrong}"),
            sign_raw(
                HEADER,
                &replaced("payload_hash", Some(&format!("\"{wrong}\""))),
            ),
        );
    }
    for issuer in [
        "Mallory",
        "vonage",
        "VONAGE",
        "Vonage ",
        "Nexmo",
        "https://vonage.com",
        "Vonage\\u0000",
        "Ｖonage",
    ] {
        corpus.add(
            format!("iss {issuer}"),
            sign_raw(HEADER, &replaced("iss", Some(&format!("\"{issuer}\"")))),
        );
    }
}

/// The right claims with one of them replaced or left out.
pub(super) fn replaced(name: &str, value: Option<&str>) -> String {
    let hash = payload_hash(BODY);
    let mut claims = String::new();
    for (known, right) in [
        ("iss", "\"Vonage\"".to_owned()),
        ("iat", NOW.to_string()),
        ("jti", "\"j1\"".to_owned()),
        ("payload_hash", format!("\"{hash}\"")),
        ("api_key", format!("\"{API_KEY}\"")),
    ] {
        let right = if known == name {
            value
        } else {
            Some(right.as_str())
        };
        if let Some(right) = right {
            let comma = if claims.is_empty() { "" } else { "," };
            claims += &format!(r#"{comma}"{known}":{right}"#);
        }
    }
    format!("{{{claims}}}")
}
