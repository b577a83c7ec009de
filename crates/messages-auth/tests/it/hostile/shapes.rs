//! The parts of a token, and the header that carries it.

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE};
use http::HeaderValue;

use super::{Corpus, HEADER, claims_with, good_claims};
use crate::support::{SECRET, encode, headers, hs256, sign_raw};

/// Tokens with too few, too many, empty or foreign parts.
pub(super) fn add(corpus: &mut Corpus) {
    let good = sign_raw(HEADER, &good_claims());
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
        // RFC 7515, appendix A.1: validly signed by another party.
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
    let nested = sign_raw(HEADER, &good_claims());
    for payload in [
        nested.clone(),
        format!("\"{nested}\""),
        format!("[{}]", good_claims()),
        "null".into(),
        "1".into(),
        String::new(),
    ] {
        corpus.add(format!("payload {payload:.20}"), sign_raw(HEADER, &payload));
    }
    // Rightly signed, with a part encoded otherwise than canonically.
    for (header_part, payload_part) in [
        (
            URL_SAFE.encode(r#"{"alg":"HS256" }"#),
            encode(good_claims()),
        ),
        (encode(HEADER), URL_SAFE.encode(claims_with(r#","a":1"#))),
        (encode(HEADER), URL_SAFE.encode(claims_with(r#","a":12"#))),
        (
            STANDARD.encode(r#"{"alg":"HS256","kid":"??>>"}"#),
            encode(good_claims()),
        ),
        (format!("{}\t", encode(HEADER)), encode(good_claims())),
        (encode(HEADER), good_claims()),
        (HEADER.to_owned(), encode(good_claims())),
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
