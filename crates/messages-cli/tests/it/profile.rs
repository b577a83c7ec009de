//! Profiles: who may read what, and whether the account is a profile's or the environment's: all of it or nothing.
#![cfg(unix)]

use std::fs::{self, Permissions};
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::Path;

use crate::shell::{Emulator, SMS, Shell};

fn mode(path: &Path) -> u32 {
    fs::symlink_metadata(path).unwrap().permissions().mode() & 0o777
}

#[test]
fn a_profile_is_private_and_sends() {
    let emulator = Emulator::start();
    let shell = Shell::new();
    let secret = emulator.member("api_secret");
    let added = shell.run_with(
        &[
            "profile",
            "add",
            "work",
            "--api-key",
            "emulator",
            "--endpoint",
            emulator.member("url"),
        ],
        &format!("{secret}\n"),
    );
    assert_eq!(added.code, 0, "{}", added.stderr);
    let folder = shell.path(".config/messages");
    let file = folder.join("profiles.toml");
    assert_eq!((mode(&folder), mode(&file)), (0o700, 0o600));

    assert_eq!(
        shell.run(&SMS).code,
        0,
        "the first profile is the active one"
    );
    let listed = shell.run(&["profile", "list", "--json"]);
    assert_eq!(listed.object()["name"], "work");
    assert_eq!(listed.object()["active"], true);
    assert!(!listed.stdout.contains(secret));
    assert_eq!(shell.run(&["profile", "use", "home"]).code, 4);
    assert_eq!(
        shell.run(&[&["--profile", "home"], &SMS[..]].concat()).code,
        4
    );
    assert_eq!(shell.run(&["profile", "remove", "work"]).code, 0);
    assert_eq!(shell.run(&SMS).code, 4);
}

#[test]
fn files_that_others_can_read_are_refused_with_the_command_that_helps() {
    let emulator = Emulator::start();
    let key = fs::read_to_string(emulator.member("private_key_path")).unwrap();
    let mut wrong = 0;
    let modes = [
        0o604, 0o640, 0o644, 0o660, 0o664, 0o666, 0o777, 0o610, 0o601, 0o622,
    ];
    for shared in modes {
        let shell = Shell::new();
        let file = shell.file("private key.pem", &key);
        fs::set_permissions(&file, Permissions::from_mode(shared)).unwrap();
        let shell = shell
            .with("VONAGE_APPLICATION_ID", emulator.member("application_id"))
            .with("VONAGE_PRIVATE_KEY_PATH", file.to_str().unwrap())
            .with("MESSAGES_ENDPOINT", emulator.member("url"));
        for command in [&SMS[..], &["jwt", "mint"]] {
            let ended = shell.run(command);
            assert_eq!(ended.code, 4, "{shared:o}");
            assert!(ended.stderr.contains("chmod 600 '"), "{}", ended.stderr);
            wrong += 1;
        }
        fs::set_permissions(&file, Permissions::from_mode(0o600)).unwrap();
        assert_eq!(shell.run(&SMS).code, 0);

        let folder = shell.path(".config/messages");
        fs::create_dir_all(&folder).unwrap();
        let profiles = folder.join("profiles.toml");
        fs::write(&profiles, "").unwrap();
        fs::set_permissions(&profiles, Permissions::from_mode(shared)).unwrap();
        for command in [&["profile", "list"][..], &["profile", "remove", "work"]] {
            assert_eq!(shell.run(command).code, 4, "{shared:o}");
            wrong += 1;
        }
        // A link to a foreign file is neither read nor written through.
        fs::remove_file(&profiles).unwrap();
        symlink(&file, &profiles).unwrap();
        assert_eq!(shell.run(&["profile", "list"]).code, 4);
        wrong += 1;
    }
    println!("files: {wrong} shared or linked, 0 used");
}

/// The sources of the account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Said {
    Active,
    Named,
    /// Key, secret and signature secret in the environment.
    Environment,
    /// Its signature secret alone.
    Secret,
    /// `MESSAGES_ENDPOINT`.
    Endpoint,
    /// `--endpoint`.
    Flag,
}

/// The first part of the credentials, the endpoint, and whose key and secret sign webhooks; or the exit code.
type Used = Result<(&'static str, &'static str, Option<&'static str>), i32>;

#[test]
fn one_source_gives_all_of_the_account() {
    use Said::*;

    const STATUS: &str = r#"{"message_uuid":"m","channel":"sms","to":"1","from":"2","timestamp":"t","status":"read"}"#;
    const BEARER: &str = "Bearer ****";
    const BASIC: &str = "Basic ****";
    const NOBODY: &str = "(no credentials found)";
    const PROFILE: &str = "https://profile.example";
    const ENVIRONMENT: &str = "https://environment.example";
    const FLAG: &str = "https://flag.example";
    const GLOBAL: &str = "https://api.nexmo.com";
    let cases: [(&[Said], Used); 14] = [
        (&[], Ok((NOBODY, GLOBAL, None))),
        (&[Endpoint], Ok((NOBODY, ENVIRONMENT, None))),
        (&[Active], Ok((BEARER, PROFILE, Some("profile")))),
        (&[Active, Flag], Ok((BEARER, FLAG, Some("profile")))),
        (&[Active, Secret], Ok((BEARER, PROFILE, Some("mixed")))),
        (&[Environment], Ok((BASIC, GLOBAL, Some("environment")))),
        (
            &[Environment, Endpoint],
            Ok((BASIC, ENVIRONMENT, Some("environment"))),
        ),
        // The environment's secret does not go to where a forgotten profile points.
        (
            &[Active, Environment],
            Ok((BASIC, GLOBAL, Some("environment"))),
        ),
        (
            &[Active, Environment, Endpoint],
            Ok((BASIC, ENVIRONMENT, Some("environment"))),
        ),
        (
            &[Active, Environment, Endpoint, Flag],
            Ok((BASIC, FLAG, Some("environment"))),
        ),
        (
            &[Named, Environment, Endpoint],
            Ok((BEARER, PROFILE, Some("profile"))),
        ),
        (
            &[Named, Environment, Endpoint, Flag],
            Ok((BEARER, FLAG, Some("profile"))),
        ),
        (&[Named, Secret], Ok((BEARER, PROFILE, Some("profile")))),
        // The profile's secret does not go there, and the message goes only where the variable points.
        (&[Active, Endpoint], Err(2)),
    ];
    let emulator = Emulator::start();
    let [ours, theirs] = [
        "our signature secret of thirty-two bytes",
        "their signature secret of 32 bytes",
    ];
    let sign = [
        "webhook",
        "sign",
        "--body-file",
        "-",
        "--now",
        "1700000000",
        "--json",
    ];
    let verify = [
        "webhook",
        "verify",
        "--body-file",
        "-",
        "--now",
        "1700000000",
        "--json",
    ];
    let signer = |shell: &Shell, more: &[&str]| {
        let signed = shell.run_with(&[&sign[..], more].concat(), STATUS);
        if signed.code != 0 {
            assert_eq!(signed.code, 4, "{}", signed.stderr);
            return None;
        }
        let authorization = signed.object()["authorization"].to_string();
        let authorization = shell.file("authorization", authorization.trim_matches('"'));
        let authorization = authorization.to_str().unwrap();
        let verify = [&verify[..], &["--authorization-file", authorization]].concat();
        let claims = |secret| {
            let shell = Shell::new().with("VONAGE_SIGNATURE_SECRET", secret);
            let ended = shell.run_with(&verify, STATUS);
            (ended.code == 0).then(|| ended.object()["claims"]["api_key"].clone())
        };
        Some(match (claims(ours), claims(theirs)) {
            (Some(key), None) if key == "environ1" => "environment",
            (None, Some(key)) if key == "profile1" => "profile",
            (Some(key), None) if key == "profile1" => "mixed",
            other => panic!("{other:?}"),
        })
    };
    for (said, used) in cases {
        let mut shell = Shell::new();
        let mut more = Vec::new();
        if said.contains(&Active) || said.contains(&Named) {
            let active = if said.contains(&Active) {
                "active = \"work\"\n"
            } else {
                ""
            };
            let (id, key) = (
                emulator.member("application_id"),
                emulator.member("private_key_path"),
            );
            let text = format!(
                "{active}[profiles.work]\nendpoint = \"{PROFILE}\"\napi_key = \"profile1\"\napi_secret = \"secret\"\n\
                 application_id = \"{id}\"\nprivate_key_path = \"{key}\"\nsignature_secret = \"{theirs}\"\n"
            );
            fs::create_dir_all(shell.path(".config/messages")).unwrap();
            let file = shell.file(".config/messages/profiles.toml", &text);
            fs::set_permissions(&file, Permissions::from_mode(0o600)).unwrap();
        }
        for said in said {
            match said {
                Active => {}
                Named => more.extend(["--profile", "work"]),
                Environment => {
                    shell = shell
                        .with("VONAGE_API_KEY", "environ1")
                        .with("VONAGE_API_SECRET", "secret")
                        .with("VONAGE_SIGNATURE_SECRET", ours);
                }
                Secret => shell = shell.with("VONAGE_SIGNATURE_SECRET", ours),
                Endpoint => shell = shell.with("MESSAGES_ENDPOINT", ENVIRONMENT),
                Flag => more.extend(["--endpoint", FLAG]),
            }
        }
        let dry = shell.run(&[&SMS[..], &["--dry-run", "--json"], &more].concat());
        let (credentials, endpoint, signs) = match used {
            Ok(used) => used,
            Err(code) => {
                assert_eq!(dry.code, code, "{said:?}: {}", dry.stdout);
                assert!(dry.stderr.contains("MESSAGES_ENDPOINT"), "{}", dry.stderr);
                continue;
            }
        };
        assert_eq!(dry.code, 0, "{said:?}: {}", dry.stderr);
        let request = dry.object();
        assert_eq!(request["headers"]["authorization"], credentials, "{said:?}");
        assert_eq!(
            request["url"],
            format!("{endpoint}/v1/messages"),
            "{said:?}"
        );
        assert_eq!(signer(&shell, &more), signs, "{said:?}");
    }
    // Half a source is not filled up from another one.
    let shell = Shell::new().with("VONAGE_SIGNATURE_SECRET", ours);
    fs::create_dir_all(shell.path(".config/messages")).unwrap();
    let file = shell.file(
        ".config/messages/profiles.toml",
        "[profiles.work]\napi_key = \"profile1\"\n",
    );
    fs::set_permissions(&file, Permissions::from_mode(0o600)).unwrap();
    assert_eq!(signer(&shell, &["--profile", "work"]), None);
}

#[test]
fn a_profile_leads_where_the_environment_led_when_it_was_added() {
    let emulator = Emulator::start();
    let shell = Shell::new().with("MESSAGES_ENDPOINT", emulator.member("url"));
    let arguments = ["profile", "add", "work", "--api-key", "emulator"];
    let secret = format!("{}\n", emulator.member("api_secret"));
    let added = shell.run_with(&arguments, &secret);
    assert_eq!(added.code, 0, "{}", added.stderr);
    assert_eq!(
        shell.run(&[&["--profile", "work"], &SMS[..]].concat()).code,
        0
    );
    assert_eq!(shell.run(&SMS).code, 0, "the two say the same");
    assert_eq!(crate::batch::taken(&emulator), 2);

    // A slash makes no other place of it.
    let spelled = format!("{}/", emulator.member("url"));
    assert_eq!(shell.with("MESSAGES_ENDPOINT", &spelled).run(&SMS).code, 0);
}

/// A secret that a command does not need is not left in its memory.
#[cfg(target_os = "linux")]
#[test]
fn only_the_secret_that_is_needed_is_kept() {
    use std::io::{BufRead as _, BufReader};

    let needed = "needed-4b1d8f0e6a7c-needed-4b1d8f0e6a7c";
    // None of them stands in the test's own binary, which the command does not load anyhow.
    let others =
        ["api", "work-api", "work-signature"].map(|name| format!("{name}-0c9e51b7d3a2-{name}"));
    let [api, work_api, work_signature] = &others;
    let shell = Shell::new();
    let text = format!(
        "active = \"home\"\n[profiles.home]\napi_key = \"home1234\"\napi_secret = \"{api}\"\n\
         signature_secret = \"{needed}\"\n[profiles.work]\napi_key = \"work1234\"\napi_secret = \"{work_api}\"\n\
         signature_secret = \"{work_signature}\"\n"
    );
    fs::create_dir_all(shell.path(".config/messages")).unwrap();
    let file = shell.file(".config/messages/profiles.toml", &text);
    fs::set_permissions(&file, Permissions::from_mode(0o600)).unwrap();
    let mut child = shell
        .command(&["listen", "--port", "0", "--json"])
        .spawn()
        .unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap())
        .read_line(&mut line)
        .unwrap();
    assert!(line.contains("url"), "{line}");
    let memory = memory(child.id());
    child.kill().unwrap();
    child.wait().unwrap();
    let Some(memory) = memory else {
        println!("profiles: this system does not let a parent read the memory of its child");
        return;
    };
    let holds = |secret: &str| {
        memory
            .windows(secret.len())
            .any(|part| part == secret.as_bytes())
    };
    assert!(holds(needed), "the memory was not read");
    for secret in &others {
        assert!(!holds(secret), "{secret}");
    }
}

/// The writable memory of a process: its heap and its stacks.
#[cfg(target_os = "linux")]
fn memory(process: u32) -> Option<Vec<u8>> {
    use std::io::{Read as _, Seek as _, SeekFrom};

    let maps = fs::read_to_string(format!("/proc/{process}/maps")).ok()?;
    let mut memory = fs::File::open(format!("/proc/{process}/mem")).ok()?;
    let mut found = Vec::new();
    for line in maps.lines().filter(|line| line.contains(" rw-p ")) {
        let (from, rest) = line.split_once('-').unwrap();
        let (to, _) = rest.split_once(' ').unwrap();
        let [from, to] = [from, to].map(|text| u64::from_str_radix(text, 16).unwrap());
        memory.seek(SeekFrom::Start(from)).ok()?;
        let mut part = Vec::new();
        // Pages that were never touched are left out by the system, some cannot be read.
        let _ = (&mut memory).take(to - from).read_to_end(&mut part);
        found.extend(part);
    }
    (!found.is_empty()).then_some(found)
}
