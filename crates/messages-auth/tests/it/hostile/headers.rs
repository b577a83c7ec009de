//! Headers of tokens.

use super::{Corpus, good_claims};
use crate::support::{encode, hs256, sign_raw};

/// Headers that name another algorithm, or none, or that ask for what is not supported. The MAC is right each time.
pub(super) fn add(corpus: &mut Corpus) {
    let algorithms = [
        "none",
        "None",
        "NONE",
        "nOnE",
        "none ",
        "",
        "HS384",
        "HS512",
        "hs256",
        "Hs256",
        "HS256 ",
        " HS256",
        "HS256\\u0000",
        "HMAC",
        "HmacSHA256",
        "HS1",
        "RS256",
        "RS384",
        "RS512",
        "PS256",
        "PS384",
        "PS512",
        "ES256",
        "ES256K",
        "ES384",
        "ES512",
        "EdDSA",
        "Ed25519",
        "dir",
        "A128KW",
        "A256KW",
        "A128GCM",
        "RSA-OAEP",
        "RSA1_5",
        "ECDH-ES",
        "PBES2-HS256+A128KW",
        "HS256,none",
        "HS-256",
        "HＳ256",
        "ΗS256",
        "SHA256",
        "0",
        "null",
        "true",
        "undefined",
    ];
    for name in algorithms {
        let header = format!(r#"{{"alg":"{name}","typ":"JWT"}}"#);
        corpus.add(format!("alg {name}"), sign_raw(&header, &good_claims()));
        // The same without a signature, and with that of nothing.
        let unsigned = format!("{}.{}", encode(&header), encode(good_claims()));
        corpus.add(
            format!("alg {name} and no signature"),
            format!("{unsigned}."),
        );
        corpus.add(format!("alg {name} and no third part"), &unsigned);
    }
    for alg in [
        "null",
        "true",
        "256",
        "[]",
        r#"["HS256"]"#,
        r#"["HS256","none"]"#,
        "{}",
        r#"{"HS256":1}"#,
        r#""HS256""none""#,
    ] {
        corpus.add(
            format!("alg is {alg}"),
            sign_raw(&format!(r#"{{"alg":{alg},"typ":"JWT"}}"#), &good_claims()),
        );
    }
    for header in [
        r#"{"typ":"JWT"}"#,
        r"{}",
        r#"{"Alg":"HS256"}"#,
        r#"{"ALG":"HS256"}"#,
        r#"{"alg ":"HS256"}"#,
        r#"{"alg":"none","alg":"HS256"}"#,
        r#"{"alg":"HS256","alg":"none"}"#,
        r#"{"alg":"HS256","alg":"HS256"}"#,
        r#"{"alg":"HS256","\u0061lg":"none"}"#,
        r#"{"alg":"HS256","typ":"JWT","typ":"JWT"}"#,
        r#"{"alg":"HS256","kid":"1","kid":"2"}"#,
        r#"{"alg":"HS256","crit":[]}"#,
        r#"{"alg":"HS256","crit":["exp"],"exp":1}"#,
        r#"{"alg":"HS256","crit":["b64"],"b64":false}"#,
        r#"{"alg":"HS256","b64":false}"#,
        r#"{"alg":"HS256","b64":true}"#,
        r#"{"alg":"HS256","crit":null}"#,
        r#"{"alg":"HS256","zip":"DEF"}"#,
        r#"{"alg":"HS256","enc":"A128GCM"}"#,
        r#"{"alg":"HS256","cty":"JWT"}"#,
        r#"{"alg":"HS256","typ":"JWE"}"#,
        r#"{"alg":"HS256","typ":"at+jwt"}"#,
        r#"{"alg":"HS256","typ":"secevent+jwt"}"#,
        r#"{"alg":"HS256","typ":""}"#,
        r#"{"alg":"HS256","typ":null}"#,
        r#"{"alg":"HS256","typ":["JWT"]}"#,
        r#"{"alg":"HS256","typ":1}"#,
        r#"["alg","HS256"]"#,
        r#""HS256""#,
        "null",
        "",
        " ",
        "{",
        r#"{"alg":"HS256""#,
        r#"{"alg":"HS256",}"#,
        r#"{"alg":"HS256"}{"alg":"HS256"}"#,
        r#"{"alg":"HS256"} x"#,
        r#"{'alg':'HS256'}"#,
        r#"{alg:"HS256"}"#,
        r#"/**/{"alg":"HS256"}"#,
        "\u{feff}{\"alg\":\"HS256\"}",
        "{\"alg\":\"HS256\"}\0",
        "{\"alg\":\"HS\u{0}256\"}",
    ] {
        corpus.add(format!("header {header}"), sign_raw(header, &good_claims()));
    }
    for extra in ["jwk", "jku", "x5u", "x5c", "kid"] {
        let header = format!(r#"{{"alg":"HS256","{extra}":"x"}}"#);
        let signed = format!("{}.{}", encode(header), encode(good_claims()));
        corpus.add(
            format!("{extra} of the forger's own"),
            format!("{signed}.{}", encode(hs256(b"x", &signed))),
        );
    }
    corpus.add(
        "header nested 2,000 deep",
        sign_raw(&"[".repeat(2_000), &good_claims()),
    );
}
