//! `messages jwt`: tokens from keys in any form, and what is said of tokens from anywhere.

use serde_json::{Value, json};

use crate::shell::{Emulator, Ended, Shell};

const PKCS8: &str = include_str!("keys/rsa-2048.pkcs8.pem");
const PKCS1: &str = include_str!("keys/rsa-2048.pkcs1.pem");
const PUBLIC: &str = include_str!("keys/rsa-2048.public.pem");
const APPLICATION: &str = "5c2e8f6e-0f3c-4a3e-9d3b-2f1f0d8b7a61";

fn shell(key: &str) -> Shell {
    Shell::new()
        .with("VONAGE_APPLICATION_ID", APPLICATION)
        .with("VONAGE_PRIVATE_KEY", key)
}

/// An unsigned token with these parts.
fn unsigned(header: &Value, claims: &Value) -> String {
    let encode = |value: &Value| base64url(value.to_string().as_bytes());
    format!("{}.{}.AAAA", encode(header), encode(claims))
}

fn base64url(bytes: &[u8]) -> String {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

    let mut text = String::new();
    for chunk in bytes.chunks(3) {
        let bits = (0..3).fold(0_u32, |bits, at| {
            bits << 8 | u32::from(chunk.get(at).copied().unwrap_or(0))
        });
        let digits = (0..=chunk.len()).map(|at| ALPHABET[(bits >> (18 - 6 * at) & 63) as usize]);
        text.extend(digits.map(char::from));
    }
    text
}

fn inspect(input: &str, more: &[&str]) -> Ended {
    Shell::new().run_with(&[&["jwt", "inspect", "--json"], more].concat(), input)
}

fn faults(ended: &Ended) -> Vec<String> {
    let found = ended.object();
    let faults = found["faults"].as_array().unwrap();
    faults
        .iter()
        .map(|fault| fault.as_str().unwrap().to_owned())
        .collect()
}

#[test]
fn tokens_of_every_form_of_a_key_are_accepted_by_the_emulator() {
    let emulator = Emulator::start_with(
        &[
            ("VONAGE_APPLICATION_ID", APPLICATION),
            ("VONAGE_PRIVATE_KEY", PKCS8),
        ],
        &[],
    );
    let forms = [
        ("PKCS#8", PKCS8.to_owned()),
        ("PKCS#1", PKCS1.to_owned()),
        ("written out", PKCS1.replace('\n', "\\n")),
    ];
    for (form, key) in &forms {
        let sent = shell(key)
            .with("MESSAGES_ENDPOINT", emulator.member("url"))
            .run(&[
                "send",
                "sms",
                "--from",
                "447700900001",
                "--to",
                "447700900000",
                "--text",
                form,
            ]);
        assert_eq!(sent.code, 0, "{form}: {}", sent.stderr);
    }
    assert_eq!(emulator.texts().len(), forms.len());
}

#[test]
fn what_is_minted_has_no_faults_and_its_own_signature() {
    let minted = shell(PKCS1).run(&["jwt", "mint", "--ttl", "60", "--now", "1700000000"]);
    assert_eq!(minted.code, 0, "{}", minted.stderr);
    let folder = Shell::new();
    let key = folder.file("public.pem", PUBLIC);
    let key = key.to_str().unwrap();
    let forms = [
        minted.stdout.clone(),
        format!("Bearer {}", minted.stdout),
        format!("authorization: bearer {}", minted.stdout),
    ];
    for form in forms {
        let ended = inspect(&form, &["--now", "1700000010", "--key", key]);
        assert_eq!(ended.code, 0, "{}", ended.stdout);
        let found = ended.object();
        assert_eq!(found["signature"], "good");
        assert_eq!(found["age_seconds"], 10);
        assert_eq!(found["expires_in_seconds"], 50);
        assert_eq!(found["claims"]["application_id"], APPLICATION);
    }
    let late = inspect(&minted.stdout, &["--now", "1700000120", "--key", key]);
    assert_eq!(
        (late.code, faults(&late)),
        (3, vec!["the token has expired".to_owned()])
    );
    assert_eq!(late.object()["signature"], "good");
}

#[test]
fn a_signature_is_judged_by_a_key_of_either_half_and_any_form() {
    use std::os::unix::fs::PermissionsExt as _;

    let token = shell(PKCS8).run(&["jwt", "mint"]).stdout;
    let folder = Shell::new();
    let der = include_bytes!("keys/rsa-2048.pkcs8.der");
    let private = folder.path("private.der");
    std::fs::write(&private, der).unwrap();
    let judge = || inspect(&token, &["--key", private.to_str().unwrap()]);
    let private_mode = |mode| {
        std::fs::set_permissions(&private, std::fs::Permissions::from_mode(mode)).unwrap();
    };
    private_mode(0o600);
    assert_eq!(judge().object()["signature"], "good");
    private_mode(0o644);
    assert_eq!(judge().code, 4, "a private key that others can read");

    let own = shell(PKCS8).run_with(&["jwt", "inspect", "--json", "--key"], &token);
    assert_eq!(own.object()["signature"], "good");

    let other = include_str!("keys/rsa-4096.pem");
    let other = shell(other).run_with(&["jwt", "inspect", "--json", "--key"], &token);
    assert_eq!(other.code, 3);
    assert_eq!(other.object()["signature"], "bad");
    assert_eq!(faults(&other), ["the token's signature is not of this key"]);

    let certificate = include_str!("keys/certificate.pem");
    let certificate = folder.file("certificate.pem", certificate);
    let ended = inspect(&token, &["--key", certificate.to_str().unwrap()]);
    assert_eq!(ended.code, 4);
    assert!(
        ended.stderr.contains("this is a certificate"),
        "{}",
        ended.stderr
    );
}

#[test]
fn every_fault_is_listed_and_none_breaks_the_command() {
    let good = json!({"alg": "RS256", "typ": "JWT"});
    let cases = [
        (json!({"alg": "none"}), json!({}), "not signed with RS256"),
        (
            good.clone(),
            json!({"iat": "now"}),
            "claim iat must be a number",
        ),
        (
            good.clone(),
            json!({"iat": -1e300, "exp": 1e300}),
            "claim exp must be a number",
        ),
        (
            good.clone(),
            json!({"iat": 1e300, "exp": -1e300}),
            "claim iat must be a number",
        ),
        (
            good.clone(),
            json!({"iat": -5}),
            "claim iat must be a number",
        ),
        (
            good.clone(),
            json!({"exp": 1_700_000_900_000_u64}),
            "claim exp is in milliseconds",
        ),
        (
            good.clone(),
            json!({"iat": 1_700_000_000_000_u64}),
            "claim iat is in milliseconds",
        ),
        (
            good.clone(),
            json!({"nbf": 1_700_000_000_000_000_u64}),
            "claim nbf is in microseconds",
        ),
        (
            good.clone(),
            json!({"exp": "1700000900"}),
            "claim exp must be a number",
        ),
        (
            good.clone(),
            json!({"iat": 1_700_000_000, "exp": 900}),
            "claim exp is a lifetime",
        ),
        (
            good.clone(),
            json!({"acl": {"/*/messages/**": {}}}),
            "acl needs `paths`",
        ),
        (
            good.clone(),
            json!({"acl": ["/*/messages/**"]}),
            "acl needs `paths`",
        ),
        (
            good.clone(),
            json!({"acl": {"paths": ["/*/messages/**"]}}),
            "acl needs `paths`",
        ),
        (
            good.clone(),
            json!({"iat": 4_000_000_000_u32}),
            "issued in the future",
        ),
        (
            good,
            json!({"iat": 1, "exp": 2}),
            "lives less than 30 seconds",
        ),
    ];
    for (header, claims, fault) in cases {
        let token = unsigned(&header, &claims);
        let ended = inspect(&token, &["--now", "1700000000"]);
        assert_eq!(ended.code, 3, "{claims}");
        let faults = faults(&ended);
        assert!(
            faults.iter().any(|found| found.contains(fault)),
            "{faults:?}"
        );
        let found = ended.object();
        if fault.starts_with("claim iat") {
            assert!(found.get("age_seconds").is_none(), "{found}");
        }
        // In words too.
        let words = Shell::new().run_with(&["jwt", "inspect"], &token);
        assert_eq!(words.code, 3, "{}", words.stderr);
        assert!(words.stdout.contains("fault "), "{}", words.stdout);
    }
    let long = format!("{}.{}.AAAA", base64url(b"{}"), "A".repeat(20_000));
    for token in ["", "a.b.c", "..", "Bearer", long.as_str()] {
        let ended = inspect(token, &[]);
        assert_eq!(
            (ended.code, faults(&ended)),
            (3, vec!["the token is malformed".to_owned()])
        );
    }
}

#[test]
fn claims_that_the_api_does_not_define_are_remarked_on() {
    let minted = shell(PKCS8).run(&["jwt", "mint", "--sub", "alice", "--acl", "/*/messages/**"]);
    let ended = inspect(&minted.stdout, &[]);
    assert_eq!(ended.object()["remarks"], json!([]), "{}", ended.stdout);
    for name in ["ttl", "expiresIn", "aud", "\u{1b}[31m"] {
        let mut claims = json!({
            "application_id": APPLICATION, "iat": 1_700_000_000, "jti": "j", "exp": 1_700_000_900,
        });
        claims[name] = json!(900);
        let token = unsigned(&json!({"alg": "RS256"}), &claims);
        let ended = inspect(&token, &["--now", "1700000000"]);
        assert_eq!((ended.code, faults(&ended)), (0, vec![]), "no fault");
        let remarks = ended.object()["remarks"].clone();
        assert_eq!(remarks.as_array().unwrap().len(), 1);
        let remark = remarks[0].as_str().unwrap();
        assert!(remark.contains(&format!("the claim {name} ")), "{remark}");
        let words = Shell::new().run_with(&["jwt", "inspect", "--now", "1700000000"], &token);
        assert!(words.stdout.contains("remark"), "{}", words.stdout);
        assert!(!words.stdout.contains('\u{1b}'), "{}", words.stdout);
    }
}

#[test]
fn a_token_has_the_end_the_subject_and_the_paths_that_are_asked_for() {
    let mint = |more: &[&str]| {
        let arguments = ["jwt", "mint", "--now", "1700000000"];
        shell(PKCS8).run(&[&arguments[..], more].concat())
    };
    let claims = |more: &[&str]| {
        let minted = mint(more);
        assert_eq!(minted.code, 0, "{more:?}: {}", minted.stderr);
        let found = inspect(&minted.stdout, &["--now", "1700000001"]);
        assert_eq!(found.code, 0, "{more:?}: {}", found.stdout);
        found.object()["claims"].clone()
    };
    for end in [1_700_000_030, 1_700_003_600, 1_700_086_400] {
        assert_eq!(claims(&["--exp", &end.to_string()])["exp"], end);
    }
    for subject in ["alice", "user 7", "Zoë"] {
        assert_eq!(claims(&["--sub", subject])["sub"], subject);
    }
    let paths = ["--acl", "/*/messages/**", "--acl", "/*/users/**"];
    let both = json!({"paths": {"/*/messages/**": {}, "/*/users/**": {}}});
    assert_eq!(claims(&paths)["acl"], both);
    let narrow = json!({"paths": {"/*/messages/**": {"methods": ["POST"]}}});
    assert_eq!(claims(&["--acl", &narrow.to_string()])["acl"], narrow);
    let plain = claims(&[]);
    assert!(plain.get("acl").is_none() && plain.get("sub").is_none());

    for refused in [
        &["--exp", "1700000029"][..],
        &["--exp", "1600000000"],
        &["--exp", "1700086401"],
        &["--exp", "1700000900000"],
        &["--exp", "1700000900", "--ttl", "60"],
        &["--sub", ""],
        &["--acl", ""],
        &["--acl", "messages"],
        &["--acl", "/a b"],
        &["--acl", "{}"],
        &["--acl", r#"{"/*/messages/**":{}}"#],
        &["--acl", r#"{"paths":{"/x":{"methods":[]}}}"#],
        &["--acl", r#"{"paths":{}}"#, "--acl", "/x"],
    ] {
        let ended = mint(refused);
        assert_eq!(ended.code, 2, "{refused:?}: {}", ended.stderr);
        assert_eq!(ended.stdout, "");
    }
}

#[test]
fn a_webhook_s_token_is_told_from_an_application_s() {
    let token = unsigned(&json!({"alg": "HS256"}), &json!({"iss": "Vonage"}));
    let ended = inspect(&token, &[]);
    assert_eq!(ended.code, 3);
    assert!(
        ended.stderr.contains("messages webhook verify"),
        "{}",
        ended.stderr
    );
}

#[test]
fn a_lifetime_out_of_range_is_a_wrong_use_and_a_useless_key_a_wrong_credential() {
    for (ttl, code) in [
        ("29", 2),
        ("30", 0),
        ("86400", 0),
        ("86401", 2),
        ("x", 2),
        ("-1", 2),
    ] {
        let ended = shell(PKCS8).run(&["jwt", "mint", &format!("--ttl={ttl}")]);
        assert_eq!(ended.code, code, "{ttl}: {}", ended.stderr);
        assert_eq!(ended.stdout.is_empty(), code != 0);
    }
    let weak = include_str!("keys/rsa-1024.pem");
    for (key, word) in [
        (PUBLIC, "public key"),
        (weak, "1024 bits"),
        ("./private.key", "set VONAGE_PRIVATE_KEY_PATH to it"),
        ("nonsense", "not a key"),
    ] {
        let ended = shell(key).run(&["jwt", "mint"]);
        assert_eq!((ended.code, ended.stdout.as_str()), (4, ""));
        assert!(ended.stderr.contains(word), "{}", ended.stderr);
        assert!(!ended.stderr.contains("MII"), "{}", ended.stderr);
    }
    assert_eq!(Shell::new().run(&["jwt", "mint"]).code, 4);
}
