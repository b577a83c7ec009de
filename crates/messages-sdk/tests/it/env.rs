//! Credentials from the environment. A process cannot change its own in safe code, so each case is a process: this binary
//! again, with one test.

use std::process::Command;

use messages_sdk::Client;
use messages_sdk::auth::{Credentials, PrivateKey};
use messages_sdk::env::{AuthPreference, credentials_from_env, signature_secrets_from_env};

const ID: &str = "aaaaaaaa-bbbb-4ccc-8ddd-0123456789ab";
const EVERY_NAME: [&str; 11] = [
    "VONAGE_API_KEY",
    "VONAGE_API_SECRET",
    "VONAGE_APPLICATION_ID",
    "VONAGE_PRIVATE_KEY",
    "VONAGE_PRIVATE_KEY_PATH",
    "VONAGE_SIGNATURE_SECRET",
    "NEXMO_API_KEY",
    "NEXMO_API_SECRET",
    "NEXMO_APPLICATION_ID",
    "NEXMO_APPLICATION_PRIVATE_KEY_PATH",
    "NEXMO_SIGNATURE_SECRET",
];

/// What a process with these variables says of its credentials.
fn said(preference: &str, variables: &[(&str, &str)]) -> String {
    let mut child = Command::new(std::env::current_exe().unwrap());
    child
        .args([
            "env::says_what_it_finds",
            "--exact",
            "--ignored",
            "--nocapture",
        ])
        .env("PREFERENCE", preference);
    for name in EVERY_NAME {
        child.env_remove(name);
    }
    let output = child.envs(variables.iter().copied()).output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success(), "{text}");
    for secret in ["canary-secret", "BEGIN PRIVATE", "another"] {
        assert!(!text.contains(secret), "{secret} in {text}");
    }
    let (_, said) = text.split_once("said: ").unwrap();
    said.lines().next().unwrap().to_owned()
}

#[test]
#[ignore = "the child process of the tests below"]
fn says_what_it_finds() {
    let preference = match std::env::var("PREFERENCE").unwrap().as_str() {
        "basic" => AuthPreference::Basic,
        "jwt" => AuthPreference::Jwt,
        _ => AuthPreference::Automatic,
    };
    let found = match credentials_from_env(preference) {
        Ok(Credentials::Basic(basic)) => format!("Basic of {}", basic.api_key().as_str()),
        Ok(Credentials::Jwt(source)) => format!("JWT of {}", source.application_id()),
        Ok(_) => "something else".to_owned(),
        Err(error) => error.to_string(),
    };
    let secrets = signature_secrets_from_env().map_or_else(
        |error| error.to_string(),
        |secrets| format!("{} signature secrets", secrets.len()),
    );
    let client = Client::from_env().is_ok();
    println!("said: {found}; {secrets}; client: {client}");
}

#[test]
fn both_sets_of_names_are_read() {
    let pem = PrivateKey::generate().unwrap().to_pem().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("private.key");
    write_private(&path, &pem);
    let path = path.to_str().unwrap();

    let secret = "canary-secret";
    let basic = "Basic of a1b2c3d4; 0 signature secrets; client: true";
    let jwt = format!("JWT of {ID}; 0 signature secrets; client: true");
    for prefix in ["VONAGE", "NEXMO"] {
        let key = (&*format!("{prefix}_API_KEY"), "a1b2c3d4");
        let secret = (&*format!("{prefix}_API_SECRET"), secret);
        let id = (&*format!("{prefix}_APPLICATION_ID"), ID);
        let key_path = match prefix {
            "VONAGE" => ("VONAGE_PRIVATE_KEY_PATH", path),
            _ => ("NEXMO_APPLICATION_PRIVATE_KEY_PATH", path),
        };
        assert_eq!(said("", &[key, secret]), basic);
        assert_eq!(said("", &[id, key_path]), jwt);
        assert_eq!(said("", &[key, secret, id, key_path]), jwt);
        assert_eq!(said("basic", &[key, secret, id, key_path]), basic);
        assert_eq!(said("jwt", &[key, secret, id, key_path]), jwt);
        assert!(said("", &[key]).starts_with(&format!(
            "{prefix}_API_KEY is set, but VONAGE_API_SECRET is not"
        )));
        assert!(said("", &[id]).starts_with(&format!(
            "{prefix}_APPLICATION_ID is set, but VONAGE_PRIVATE_KEY_PATH is not"
        )));
        assert!(said("jwt", &[key, secret]).starts_with("no credentials"));
        let signature = (
            &*format!("{prefix}_SIGNATURE_SECRET"),
            "canary-secret-1, another-secret-of-thirty-two-bytes",
        );
        assert!(said("", &[key, secret, signature]).contains("2 signature secrets"));
    }
    // The newer name wins, an empty value is none, the key may stand in the variable, its line breaks written as `\n` too.
    assert_eq!(
        said(
            "",
            &[
                ("VONAGE_API_KEY", "a1b2c3d4"),
                ("NEXMO_API_KEY", "b1b2c3d4"),
                ("NEXMO_API_SECRET", secret)
            ]
        ),
        basic
    );
    assert_eq!(
        said(
            "",
            &[
                ("VONAGE_API_KEY", " "),
                ("NEXMO_API_KEY", "a1b2c3d4"),
                ("VONAGE_API_SECRET", secret)
            ]
        ),
        basic
    );
    let one_line = pem.replace('\n', "\\n");
    for text in [&*pem, &*one_line] {
        assert_eq!(
            said(
                "",
                &[("VONAGE_APPLICATION_ID", ID), ("VONAGE_PRIVATE_KEY", text)]
            ),
            jwt
        );
    }
    assert!(said("", &[]).starts_with("no credentials in the environment"));
    assert!(
        said(
            "",
            &[("VONAGE_APPLICATION_ID", "x"), ("VONAGE_PRIVATE_KEY", &pem)]
        )
        .starts_with("VONAGE_APPLICATION_ID cannot be used")
    );
}

/// A key file that others can read is refused.
fn write_private(path: &std::path::Path, pem: &str) {
    use std::io::Write;
    use std::os::unix::fs::OpenOptionsExt;

    let mut file = std::fs::OpenOptions::new();
    let mut file = file
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path)
        .unwrap();
    file.write_all(pem.as_bytes()).unwrap();
}
