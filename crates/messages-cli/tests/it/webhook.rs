//! `messages webhook`: signing and verifying, offline.

use std::path::{Path, PathBuf};

use crate::shell::{Ended, Shell};

const OLD: &str = "the old secret of at least 32 bytes";
const NEW: &str = "the new secret of at least 32 bytes";
const NOW: &str = "1700000000";
const BODY: &str = r#"{"message_uuid":"m","channel":"sms","to":"447700900000","from":"447700900001","timestamp":"2026-01-01T00:00:00Z","status":"read"}"#;

fn shell(secrets: &str) -> Shell {
    Shell::new()
        .with("VONAGE_API_KEY", "a1b2c3d4")
        .with("VONAGE_SIGNATURE_SECRET", secrets)
}

fn sign(shell: &Shell, body: &Path) -> String {
    let body = body.to_str().unwrap();
    let signed = shell.run(&["webhook", "sign", "--body-file", body, "--now", NOW]);
    assert_eq!(signed.code, 0, "{}", signed.stderr);
    signed.stdout
}

fn verify(shell: &Shell, authorization: &Path, body: &Path, now: &str) -> Ended {
    verify_within(shell, authorization, body, now, &[])
}

fn verify_within(
    shell: &Shell,
    authorization: &Path,
    body: &Path,
    now: &str,
    window: &[&str],
) -> Ended {
    let arguments = [
        "webhook",
        "verify",
        "--authorization-file",
        authorization.to_str().unwrap(),
        "--body-file",
        body.to_str().unwrap(),
        "--now",
        now,
        "--json",
    ];
    shell.run(&[&arguments[..], window].concat())
}

/// A body that is signed by the shell's own first secret.
fn signed(shell: &Shell) -> (PathBuf, String) {
    let body = shell.file("body.json", BODY);
    let value = sign(shell, &body);
    (body, value)
}

#[track_caller]
fn refused(ended: &Ended, reason: &str) {
    assert_eq!(ended.code, 4, "{}{}", ended.stdout, ended.stderr);
    let report = ended.object();
    assert_eq!(
        (&report["verified"], &report["reason"]),
        (&false.into(), &reason.into())
    );
}

#[test]
fn what_is_signed_is_verified_with_all_its_claims_and_its_event() {
    let shell = shell(NEW);
    let (body, value) = signed(&shell);
    let spellings = [
        value.clone(),
        value.trim_end().to_owned(),
        format!("Authorization: {value}"),
        format!("authorization:{value}\r\n\r\n"),
    ];
    for spelling in spellings {
        let file = shell.file("authorization", &spelling);
        let ended = verify(&shell, &file, &body, NOW);
        assert_eq!(ended.code, 0, "{spelling}: {}", ended.stderr);
        let report = ended.object();
        assert_eq!(report["verified"], true);
        assert_eq!(report["event"]["status"], "read");
        let claims = report["claims"].as_object().unwrap();
        let mut names: Vec<_> = claims.keys().map(String::as_str).collect();
        names.sort_unstable();
        assert_eq!(names, ["api_key", "iat", "iss", "jti", "payload_hash"]);
    }
}

#[test]
fn each_reason_is_named() {
    let shell = shell(NEW);
    let (body, value) = signed(&shell);
    let file = shell.file("authorization", &value);
    refused(&verify(&shell, &file, &body, "1800000000"), "stale");
    refused(&verify(&shell, &file, &body, "1600000000"), "early");
    let other = shell.file("other.json", "{}");
    refused(&verify(&shell, &file, &other, NOW), "payload_hash");
    let stranger = self::shell(OLD);
    refused(&verify(&stranger, &file, &body, NOW), "signature");

    let token = value.trim_end().strip_prefix("Bearer ").unwrap();
    let (signed, _) = token.rsplit_once('.').unwrap();
    let (_, claims) = signed.split_once('.').unwrap();
    // `{"alg":"none"}`, and `{"alg":"RS256"}`.
    let none = format!("Bearer eyJhbGciOiJub25lIn0.{claims}.");
    let rs256 = format!("Bearer eyJhbGciOiJSUzI1NiJ9.{claims}.AAAA");
    for (contents, reason) in [
        ("", "missing"),
        (" \n\n", "missing"),
        (token, "malformed"),
        (&format!("Basic {token}"), "malformed"),
        (&format!("{value}{value}"), "malformed"),
        (
            &format!("Authorization: {value}Authorization: {value}"),
            "malformed",
        ),
        (&format!("Bearer {signed}"), "malformed"),
        (&format!("Bearer {}", "A".repeat(100_000)), "malformed"),
        ("Bearer Ünverständlich", "malformed"),
        ("Bearer \u{1}\u{2}", "malformed"),
        (&none, "algorithm"),
        (&rs256, "algorithm"),
        (&format!("Bearer {signed}."), "signature"),
    ] {
        let file = shell.file("other-authorization", contents);
        refused(&verify(&shell, &file, &body, NOW), reason);
    }
    let file = shell.path("binary");
    std::fs::write(&file, [0xff, 0xfe, 0x00, 0x80]).unwrap();
    refused(&verify(&shell, &file, &body, NOW), "malformed");
}

/// A laptop or WSL whose clock is minutes off.
#[test]
fn the_clocks_may_differ_by_five_minutes_or_by_what_is_asked_for() {
    let shell = shell(NEW);
    let (body, value) = signed(&shell);
    let file = shell.file("authorization", &value);
    let now = NOW.parse::<u64>().unwrap();
    let verdict = |now: u64, window: &[&str]| {
        let ended = verify_within(&shell, &file, &body, &now.to_string(), window);
        let report = ended.object();
        report["reason"].as_str().unwrap_or("verified").to_owned()
    };
    let (day, window) = (24 * 60 * 60, 24 * 60 * 60 + 15 * 60);
    for (now, arguments, expected) in [
        (now - 150, &[][..], "verified"),
        (now - 300, &[], "verified"),
        (now - 301, &[], "early"),
        (now + window, &[], "verified"),
        (now + window + 1, &[], "stale"),
        (now - 301, &["--clock-skew", "10m"], "verified"),
        (now - 601, &["--clock-skew", "10m"], "early"),
        (now - 1, &["--clock-skew", "0"], "early"),
        (now - day, &["--clock-skew", "24h"], "verified"),
        (now + 90, &["--max-age", "90s"], "verified"),
        (now + 91, &["--max-age=90"], "stale"),
        (now + 7 * day, &["--max-age", "168h"], "verified"),
        (now - 300, &["--max-age", "1s"], "verified"),
    ] {
        assert_eq!(verdict(now, arguments), expected, "{now} {arguments:?}");
    }
    let early = verify(&shell, &file, &body, &(now - 301).to_string());
    for word in ["messages doctor", "--clock-skew"] {
        assert!(early.stderr.contains(word), "{}", early.stderr);
    }
    for (option, value) in [
        ("--max-age", "0"),
        ("--max-age", "169h"),
        ("--max-age", "1.5s"),
        ("--max-age", "-5s"),
        ("--max-age", "1d"),
        ("--max-age", "1e300h"),
        ("--clock-skew", "25h"),
        ("--clock-skew", "500ms"),
        ("--clock-skew", "soon"),
        ("--clock-skew", ""),
    ] {
        let option_value = format!("{option}={value}");
        let ended = verify_within(&shell, &file, &body, NOW, &[&option_value]);
        assert_eq!(
            (ended.code, ended.stdout.as_str()),
            (2, ""),
            "{option_value}"
        );
        assert!(ended.stderr.contains("must be"), "{}", ended.stderr);
    }
}

#[test]
fn all_secrets_are_tried_and_the_first_signs() {
    let (both, new) = (shell(&format!("{OLD},{NEW}")), shell(NEW));
    let (body, by_old) = signed(&both);
    let by_new = sign(&new, &body);
    for value in [by_old, by_new] {
        let file = both.file("authorization", &value);
        assert_eq!(verify(&both, &file, &body, NOW).code, 0);
    }
    let file = both.file("authorization", &sign(&both, &body));
    refused(&verify(&new, &file, &body, NOW), "signature");
}

#[test]
fn a_secret_that_is_none_is_refused_and_a_weak_one_warned_about() {
    let good = shell(NEW);
    let (body, value) = signed(&good);
    let file = good.file("authorization", &value);
    let unset = Shell::new().with("VONAGE_API_KEY", "a1b2c3d4");
    assert_eq!(verify(&unset, &file, &body, NOW).code, 4);
    let pem = include_str!("keys/rsa-2048.public.pem");
    let ended = verify(&shell(pem), &file, &body, NOW);
    assert_eq!((ended.code, ended.stdout.as_str()), (4, ""));
    assert!(!ended.stderr.contains("MII"), "{}", ended.stderr);

    assert!(!verify(&good, &file, &body, NOW).stderr.contains("32 bytes"));
    let weak = shell("short");
    let (body, value) = signed(&weak);
    let file = weak.file("authorization", &value);
    let ended = verify(&weak, &file, &body, NOW);
    assert_eq!(ended.code, 0);
    assert!(
        ended.stderr.contains("fewer than 32 bytes"),
        "{}",
        ended.stderr
    );
}

#[test]
fn a_body_that_is_no_json_is_genuine_and_still_invalid() {
    let shell = shell(NEW);
    for contents in ["", "hello", "{", "\u{feff}{}"] {
        let body = shell.file("body", contents);
        let file = shell.file("authorization", &sign(&shell, &body));
        let ended = verify(&shell, &file, &body, NOW);
        assert_eq!(ended.code, 3, "{contents}: {}", ended.stderr);
        let report = ended.object();
        assert_eq!(
            (&report["verified"], &report["reason"]),
            (&true.into(), &"not_json".into())
        );
    }
}

#[test]
fn files_that_cannot_be_read_and_wrong_uses_have_codes_of_their_own() {
    let shell = shell(NEW);
    let (body, value) = signed(&shell);
    let file = shell.file("authorization", &value);
    let missing = shell.path("missing");
    assert_eq!(verify(&shell, &missing, &body, NOW).code, 1);
    assert_eq!(verify(&shell, &file, &missing, NOW).code, 1);
    assert_eq!(verify(&shell, Path::new("-"), Path::new("-"), NOW).code, 2);
    assert_eq!(verify(&shell, &file, &body, "soon").code, 2);
    assert_eq!(verify(&shell, &file, &body, "18446744073709551615").code, 2);
    let arguments = [
        "webhook",
        "verify",
        "--authorization-file",
        "-",
        "--body-file",
    ];
    let arguments = [&arguments[..], &[body.to_str().unwrap(), "--now", NOW]].concat();
    assert_eq!(
        shell.run_with(&arguments, &value).code,
        0,
        "either may be stdin"
    );
}
