//! Forged, damaged and outlandish webhooks: none is accepted. And the good ones: none is refused.

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE, URL_SAFE_NO_PAD};
use http::header::AUTHORIZATION;
use http::{HeaderMap, HeaderValue};
use messages_auth::webhook::{Verifier, WebhookSigner};
use messages_auth::{ApiKey, SignatureSecret};

use crate::support::{
    API_KEY, NOW, PKCS8, PUBLIC, Random, SECRET, bearer, builder, encode, headers, hs256, now,
    payload_hash, sign_raw, signer,
};

const BODY: &[u8] = br#"{"channel":"sms","message_uuid":"aaaaaaaa-bbbb-4ccc-8ddd-0123456789ab"}"#;
const HEADER: &str = r#"{"alg":"HS256","typ":"JWT"}"#;

/// No replay guard: it must not be what refuses them.
fn open() -> Verifier {
    builder().without_replay_guard().build().unwrap()
}

fn claims() -> String {
    claims_with("")
}

fn claims_with(more: &str) -> String {
    let hash = payload_hash(BODY);
    format!(
        r#"{{"iss":"Vonage","iat":{NOW},"jti":"j1","payload_hash":"{hash}","api_key":"{API_KEY}"{more}}}"#
    )
}

/// The hostile tokens, each with what it tries.
#[derive(Default)]
struct Corpus {
    cases: Vec<(String, HeaderMap)>,
    /// Not even an HTTP header: these cannot reach a server, and are not counted.
    unsendable: usize,
}

impl Corpus {
    fn add(&mut self, what: impl Into<String>, token: impl AsRef<str>) {
        match bearer(token.as_ref()) {
            Some(headers) => self.cases.push((what.into(), headers)),
            None => self.unsendable += 1,
        }
    }

    fn add_headers(&mut self, what: &str, values: &[&str]) {
        let mut headers = HeaderMap::new();
        for value in values {
            headers.append(AUTHORIZATION, HeaderValue::try_from(*value).unwrap());
        }
        self.cases.push((what.into(), headers));
    }
}

/// Headers that name another algorithm, or none, or that ask for what is not supported. The MAC is right each time.
fn headers_of_tokens(corpus: &mut Corpus) {
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
        corpus.add(format!("alg {name}"), sign_raw(&header, &claims()));
        // The same without a signature, and with that of nothing.
        let unsigned = format!("{}.{}", encode(&header), encode(claims()));
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
            sign_raw(&format!(r#"{{"alg":{alg},"typ":"JWT"}}"#), &claims()),
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
        corpus.add(format!("header {header}"), sign_raw(header, &claims()));
    }
    for extra in ["jwk", "jku", "x5u", "x5c", "kid"] {
        let header = format!(r#"{{"alg":"HS256","{extra}":"x"}}"#);
        let signed = format!("{}.{}", encode(header), encode(claims()));
        corpus.add(
            format!("{extra} of the forger's own"),
            format!("{signed}.{}", encode(hs256(b"x", &signed))),
        );
    }
    corpus.add(
        "header nested 2,000 deep",
        sign_raw(&"[".repeat(2_000), &claims()),
    );
}

/// Right claims under keys that a forger may know or guess.
fn keys(corpus: &mut Corpus) {
    let der = include_bytes!("keys/rsa-2048.pkcs8.der");
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
            include_bytes!("keys/certificate.pem").to_vec(),
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
        let signed = format!("{}.{}", encode(HEADER), encode(claims()));
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

/// Signatures of the wrong length, encoding or content.
fn signatures(corpus: &mut Corpus) {
    let good = sign_raw(HEADER, &claims());
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

/// Tokens with too few, too many, empty or foreign parts.
fn shapes(corpus: &mut Corpus) {
    let good = sign_raw(HEADER, &claims());
    let [header, payload, signature] =
        <[&str; 3]>::try_from(good.split('.').collect::<Vec<_>>()).unwrap();
    let tokens = [
        String::new(),
        ".".into(),
        "..".into(),
        "...".into(),
        "....".into(),
        header.into(),
        format!("{header}.{payload}"),
        format!("{header}.{payload}."),
        format!("{header}..{signature}"),
        format!(".{payload}.{signature}"),
        format!("{payload}.{header}.{signature}"),
        format!("{header}.{signature}.{payload}"),
        format!("{header}.{header}.{signature}"),
        format!(".{good}"),
        format!("{good}."),
        format!("{good}.."),
        format!("{good}.{signature}"),
        format!("{good}.{good}"),
        format!("{good},{good}"),
        format!("{good};{good}"),
        format!("{header}.{payload}.{signature}.{signature}.{signature}"),
        format!("{header}.{payload},{signature}"),
        format!("{header}:{payload}:{signature}"),
        format!("{header}%2e{payload}%2e{signature}"),
        format!("\"{good}\""),
        format!("<{good}>"),
        format!("token={good}"),
        format!("Bearer {good}"),
        format!("{good}="),
        format!("{good}#"),
        format!("{header}=.{payload}.{signature}"),
        format!("{header}.{payload}=.{signature}"),
        format!("{header}.{payload}==.{signature}"),
        format!(" {good}x"),
        format!("{good}%00"),
        good.to_uppercase(),
        good.to_lowercase(),
        good.chars().rev().collect(),
        format!(r#"{{"protected":"{header}","payload":"{payload}","signature":"{signature}"}}"#),
        format!(r#"{{"payload":"{payload}","signatures":[{{"protected":"{header}","signature":"{signature}"}}]}}"#),
        // RFC 7516, appendix A.1: a JWE in its compact form.
        "eyJhbGciOiJSU0EtT0FFUCIsImVuYyI6IkEyNTZHQ00ifQ.OKOawDo13gRp2ojaHV7LFpZcgV7T6DVZKTyKOMTYUmKoTCVJRgckCL9kiMT03JGeipsEdY3mx_etLbbWSrFr05kLzcSr4qKAq7YN7e9jwQRb23nfa6c9d-StnImGyFDbSv04uVuxIp5Zms1gNxKKK2Da14B8S4rzVRltdYwam_lDp5XnZAYpQdb76FdIKLaVmqgfwX7XWRxv2322i-vDxRfqNzo_tETKzpVLzfiwQyeyPGLBIO56YJ7eObdv0je81860ppamavo35UgoRdbYaBcoh9QcfylQr66oc6vFWXRcZ_ZT2LawVCWTIy3brGPi6UklfCpIMfIjf7iGdXKHzg.48V1_ALb6US04U3b.5eym8TW_c8SuK0ltJ3rpYIzOeDQz7TALvtu6UG9oMo4vpzs9tX_EFShS8iB7j6jiSdiwkIr3ajwQzaBtQD_A.XFBoMYUZodetZdvTiFvSkQ".into(),
        // RFC 7519, section 6.1: an unsecured JWT.
        "eyJhbGciOiJub25lIn0.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ.".into(),
        // RFC 7515, appendix A.1: rightly signed, by somebody else.
        "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ.dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk".into(),
        "A".repeat(1024 * 1024),
        format!("{header}.{}.{signature}", "A".repeat(1024 * 1024)),
        ".".repeat(8000),
        sign_raw(HEADER, &claims_with(&format!(r#","pad":"{}""#, "x".repeat(1024 * 1024)))),
        sign_raw(HEADER, &claims_with(&format!(r#","pad":"{}""#, "x".repeat(8 * 1024)))),
        sign_raw(HEADER, &claims_with(&format!(r#","deep":{}{}"#, "[".repeat(500), "]".repeat(500)))),
    ];
    for (number, token) in tokens.iter().enumerate() {
        corpus.add(format!("shape {number}"), token);
    }
    let nested = sign_raw(HEADER, &claims());
    for payload in [
        nested.clone(),
        format!("\"{nested}\""),
        format!("[{}]", claims()),
        "null".into(),
        "1".into(),
        String::new(),
    ] {
        corpus.add(format!("payload {payload:.20}"), sign_raw(HEADER, &payload));
    }
    // Rightly signed, with a part encoded otherwise than canonically.
    for (header_part, payload_part) in [
        (URL_SAFE.encode(r#"{"alg":"HS256" }"#), encode(claims())),
        (encode(HEADER), URL_SAFE.encode(claims_with(r#","a":1"#))),
        (encode(HEADER), URL_SAFE.encode(claims_with(r#","a":12"#))),
        (
            STANDARD.encode(r#"{"alg":"HS256","kid":"??>>"}"#),
            encode(claims()),
        ),
        (format!("{}\t", encode(HEADER)), encode(claims())),
        (encode(HEADER), claims()),
        (HEADER.to_owned(), encode(claims())),
    ] {
        let signed = format!("{header_part}.{payload_part}");
        if signed.contains(['=', '+', '/', '\t', '{']) {
            corpus.add(
                "part not canonical",
                format!("{signed}.{}", encode(hs256(SECRET.as_bytes(), &signed))),
            );
        }
    }
    corpus.add_headers("no header", &[]);
    corpus.add_headers("empty header", &[""]);
    let bearer = format!("Bearer {good}");
    corpus.add_headers("the same header twice", &[&bearer, &bearer]);
    corpus.add_headers("a good and an empty header", &[&bearer, ""]);
    corpus.add_headers("an empty and a good header", &["", &bearer]);
    corpus.add_headers("Basic and Bearer", &["Basic YTpi", &bearer]);
    corpus.add_headers("Bearer and Basic", &[&bearer, "Basic YTpi"]);
    corpus.add_headers("two in one", &[&format!("{bearer}, {bearer}")]);
    for scheme in [
        "Basic",
        "Token",
        "JWT",
        "Digest",
        "BearerX",
        "Bear",
        "Bearer,",
        "Bearer:",
        "bearer\u{a0}",
    ] {
        if let Ok(value) = HeaderValue::try_from(format!("{scheme} {good}")) {
            corpus
                .cases
                .push((format!("scheme {scheme}"), headers(value)));
        }
    }
}

/// Claims that are rightly signed and must be refused for what they say.
fn claims_of_tokens(corpus: &mut Corpus) {
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
        let value = serde_json::from_str::<serde_json::Value>(&claims())
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
        let claims = claims().replacen("payload_hash", name, 1);
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
        NOW + 61,
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
        ("exp", NOW - 60),
        ("nbf", NOW + 61),
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
fn replaced(name: &str, value: Option<&str>) -> String {
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

#[test]
fn no_hostile_token_is_accepted() {
    let verifier = open();
    assert!(
        verifier
            .verify(&bearer(&sign_raw(HEADER, &claims())).unwrap(), BODY, now())
            .is_ok(),
        "the control"
    );
    assert!(
        verifier
            .verify(
                &bearer(&sign_raw(HEADER, &replaced("", None))).unwrap(),
                BODY,
                now()
            )
            .is_ok()
    );
    let mut corpus = Corpus::default();
    headers_of_tokens(&mut corpus);
    keys(&mut corpus);
    signatures(&mut corpus);
    shapes(&mut corpus);
    claims_of_tokens(&mut corpus);
    let accepted: Vec<_> = corpus
        .cases
        .iter()
        .filter(|(_, headers)| verifier.verify(headers, BODY, now()).is_ok())
        .map(|(what, _)| what)
        .collect();
    println!(
        "hostile tokens: {}, accepted {} ({} more cannot be sent)",
        corpus.cases.len(),
        accepted.len(),
        corpus.unsendable
    );
    assert!(accepted.is_empty(), "{accepted:?}");
    assert!(corpus.cases.len() >= 400);
}

/// A secret that accepts any account must not open what the account's own would not.
#[test]
fn no_hostile_token_is_accepted_for_any_account() {
    let verifier = Verifier::builder()
        .any_account(SignatureSecret::new(SECRET).unwrap())
        .without_replay_guard()
        .build()
        .unwrap();
    let mut corpus = Corpus::default();
    headers_of_tokens(&mut corpus);
    signatures(&mut corpus);
    shapes(&mut corpus);
    for (what, headers) in &corpus.cases {
        assert!(verifier.verify(headers, BODY, now()).is_err(), "{what}");
    }
}

#[test]
fn no_single_bit_can_be_changed() {
    let verifier = open();
    let mut random = Random(1);
    let (mut flips, mut unsendable, mut accepted) = (0_u64, 0_u64, 0_u64);
    for pair in 0..20 {
        let length = 300 + random.below(300) as usize;
        let body = random.bytes(length);
        let token = signer()
            .sign_with_jti(&body, now(), &format!("pair-{pair}"))
            .unwrap();
        let value = token.as_bytes().to_vec();
        assert!(
            verifier
                .verify(&headers(token.clone()), body.clone(), now())
                .is_ok()
        );
        for bit in 0..body.len() * 8 {
            let mut changed = body.clone();
            changed[bit / 8] ^= 1 << (bit % 8);
            flips += 1;
            accepted += u64::from(
                verifier
                    .verify(&headers(token.clone()), changed, now())
                    .is_ok(),
            );
        }
        let from = "Bearer ".len() * 8;
        for bit in from..value.len() * 8 {
            let mut changed = value.clone();
            changed[bit / 8] ^= 1 << (bit % 8);
            flips += 1;
            match HeaderValue::from_bytes(&changed) {
                Ok(changed) => {
                    accepted += u64::from(
                        verifier
                            .verify(&headers(changed), body.clone(), now())
                            .is_ok(),
                    );
                }
                Err(_) => unsendable += 1,
            }
        }
    }
    println!(
        "bit flips: {flips} over 20 pairs ({unsendable} of them no header at all), accepted {accepted}"
    );
    assert_eq!(accepted, 0);
    assert!(flips - unsendable >= 100_000);
}

#[test]
fn no_valid_webhook_is_refused() {
    const COUNT: u64 = 10_000;

    let verifier = builder().build().unwrap();
    let mut random = Random(2);
    let mut refused = 0;
    for number in 0..COUNT {
        let length = random.below(2_000) as usize;
        let body = random.bytes(length);
        // Anywhere within the window, by either form of the header.
        let signed_at = crate::support::at(NOW + 60 - random.below(24 * 3600 + 15 * 60 + 61));
        let header = if number % 2 == 0 {
            signer().sign(&body, signed_at).unwrap()
        } else {
            let claims = format!(
                r#" {{ "payload_hash":"{}", "extra":[{number}],"api_key":"{API_KEY}","jti":"{number}","iat":{NOW}.0,"iss":"Vonage" }} "#,
                payload_hash(&body)
            );
            let header = [
                r#"{"typ":"JWT","alg":"HS256"}"#,
                r#"{"alg":"HS256","kid":"1"}"#,
                r#"{"typ":"jwt","alg":"HS256"}"#,
            ];
            bearer(&sign_raw(header[number as usize % 3], &claims)).unwrap()[AUTHORIZATION].clone()
        };
        match verifier.verify(&headers(header), body, now()) {
            Ok(verified) => verified.commit().unwrap(),
            Err(_) => refused += 1,
        }
    }
    println!("valid webhooks: {COUNT}, refused {refused}");
    assert_eq!(refused, 0);
}

/// Nothing that arrives makes the verifier panic, and nothing of it is accepted.
#[test]
fn noise_is_refused() {
    let verifier = open();
    let mut random = Random(3);
    let good = sign_raw(HEADER, &claims()).into_bytes();
    for _ in 0..20_000 {
        let mut token = good.clone();
        for _ in 0..1 + random.below(4) {
            let at = random.below(token.len() as u64) as usize;
            match random.below(4) {
                0 => token[at] = 0x20 + random.below(95) as u8,
                1 => token.truncate(at.max(1)),
                2 => token.insert(at, b".=-_aA0"[random.below(7) as usize]),
                _ => {
                    token.remove(at);
                    token.push(b'A');
                }
            }
        }
        if token == good {
            continue;
        }
        let Ok(value) = HeaderValue::from_bytes(&[b"Bearer ", token.as_slice()].concat()) else {
            continue;
        };
        assert!(
            verifier.verify(&headers(value), BODY, now()).is_err(),
            "{}",
            String::from_utf8_lossy(&token)
        );
    }
    let part = URL_SAFE_NO_PAD.encode(random.bytes(64));
    assert!(
        verifier
            .verify(
                &bearer(&format!("{part}.{part}.{part}")).unwrap(),
                BODY,
                now()
            )
            .is_err()
    );
}
