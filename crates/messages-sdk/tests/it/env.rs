//! Credentials from the environment. A process cannot change its own in safe code, so each case is a process: this binary
//! again, with one test.

use std::process::Command;

use messages_sdk::auth::{Credentials, PrivateKey};
use messages_sdk::env::{self, AuthPreference, VARIABLES};
use messages_sdk::webhook::Receiver;
use messages_sdk::{Client, blocking};

const ID: &str = "aaaaaaaa-bbbb-4ccc-8ddd-0123456789ab";

/// Output of a process with these variables.
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
    for variable in VARIABLES {
        for name in variable.names() {
            child.env_remove(name);
        }
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
    let found = match env::credentials(preference) {
        Ok(Credentials::Basic(basic)) => format!("Basic of {}", basic.api_key().as_str()),
        Ok(Credentials::Jwt(source)) => format!("JWT of {}", source.application_id()),
        Ok(_) => "something else".to_owned(),
        Err(error) => error.to_string(),
    };
    let secrets = env::signature_secrets().map_or_else(
        |error| error.to_string(),
        |secrets| format!("{} signature secrets", secrets.len()),
    );
    let client = Client::from_env();
    let endpoint = match &client {
        Ok(client) => client.endpoint().to_string(),
        Err(error) => std::error::Error::source(error).unwrap().to_string(),
    };
    assert_eq!(blocking::Client::from_env().is_ok(), client.is_ok());
    let receiver =
        Receiver::from_env().map_or_else(|error| error.to_string(), |_| "a receiver".to_owned());
    let client = client.is_ok();
    println!("said: {found}; {secrets}; client: {client}; {endpoint}; {receiver}");
}

#[test]
fn both_sets_of_names_are_read() {
    let pem = PrivateKey::generate().unwrap().to_pem().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("private.key");
    write_private(&path, &pem);
    let path = path.to_str().unwrap();

    let secret = "canary-secret";
    let rest = "0 signature secrets; client: true; https://api.nexmo.com; no signature secret in the environment: set \
                VONAGE_SIGNATURE_SECRET";
    let basic = format!("Basic of a1b2c3d4; {rest}");
    let jwt = format!("JWT of {ID}; {rest}");
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
        let both = said("", &[key, secret, signature]);
        assert!(
            both.contains("2 signature secrets") && both.ends_with("; a receiver"),
            "{both}"
        );
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

#[test]
fn the_endpoint_is_read_and_never_ignored() {
    let account = [
        ("VONAGE_API_KEY", "a1b2c3d4"),
        ("VONAGE_API_SECRET", "canary-secret"),
    ];
    let with = |endpoint: &str| {
        said(
            "",
            &[account[0], account[1], ("MESSAGES_ENDPOINT", endpoint)],
        )
    };
    for (endpoint, expected) in [
        ("eu", "client: true; https://api-eu.nexmo.com;"),
        (
            " http://127.0.0.1:4040 ",
            "client: true; http://127.0.0.1:4040;",
        ),
        ("", "client: true; https://api.nexmo.com;"),
        (
            "http://example.com",
            "client: false; MESSAGES_ENDPOINT cannot be used;",
        ),
        ("europe", "client: false; MESSAGES_ENDPOINT cannot be used;"),
    ] {
        let said = with(endpoint);
        assert!(said.contains(expected), "{endpoint}: {said}");
    }
}

#[test]
fn a_key_in_the_wrong_variable_is_named_with_the_right_one() {
    let pem = PrivateKey::generate().unwrap().to_pem().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("private.key");
    write_private(&path, &pem);
    let id = ("VONAGE_APPLICATION_ID", ID);
    let found = said("", &[id, ("VONAGE_PRIVATE_KEY", path.to_str().unwrap())]);
    let expected =
        "VONAGE_PRIVATE_KEY holds the path of a key: set VONAGE_PRIVATE_KEY_PATH to it instead;";
    assert!(found.starts_with(expected), "{found}");
    let found = said("", &[id, ("NEXMO_APPLICATION_PRIVATE_KEY_PATH", &pem)]);
    let expected = "NEXMO_APPLICATION_PRIVATE_KEY_PATH holds the text of a key: set VONAGE_PRIVATE_KEY to it instead;";
    assert!(found.starts_with(expected), "{found}");
    // The variable that is set is named, not another one of its kind.
    let found = said("", &[("VONAGE_PRIVATE_KEY", &pem)]);
    assert!(
        found.starts_with("VONAGE_PRIVATE_KEY is set, but VONAGE_APPLICATION_ID is not"),
        "{found}"
    );
}

#[test]
fn a_key_file_that_others_can_read_is_refused() {
    use std::os::unix::fs::PermissionsExt as _;

    let pem = PrivateKey::generate().unwrap().to_pem().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("private.key");
    write_private(&path, &pem);
    for (mode, refused) in [(0o600, false), (0o400, false), (0o640, true), (0o644, true)] {
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(mode)).unwrap();
        let said = said(
            "",
            &[
                ("VONAGE_APPLICATION_ID", ID),
                ("VONAGE_PRIVATE_KEY_PATH", path.to_str().unwrap()),
            ],
        );
        let reason = format!("can be read by others (mode {mode:03o}): restrict it (chmod 600)");
        assert_eq!(said.contains(&reason), refused, "{said}");
        assert_eq!(said.contains("client: false"), refused, "{said}");
    }
}

/// Writes a file that others cannot read.
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
