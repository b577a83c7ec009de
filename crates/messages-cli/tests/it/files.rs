//! Private files: created with their mode whatever the umask, and never written through a link.
#![cfg(unix)]

use std::fs;
use std::os::unix::fs::{PermissionsExt as _, symlink};
use std::path::Path;
use std::process::{Command, Stdio};

use crate::fake::Client;
use crate::shell::{Emulator, Shell};

const MESSAGE: &str = r#"{"channel":"sms","message_type":"text","from":"447700900001","to":"447700900000","text":"Hello"}"#;

/// Counts cases, and collects those that are wrong.
#[derive(Default)]
struct Cases {
    tried: usize,
    wrong: Vec<String>,
}

impl Cases {
    fn check(&mut self, what: String, holds: bool) {
        self.tried += 1;
        if !holds {
            self.wrong.push(what);
        }
    }

    fn mode(&mut self, what: &str, path: &Path, wanted: u32) {
        let mode = fs::symlink_metadata(path).map(|file| file.permissions().mode() & 0o777);
        let holds = mode.as_ref().is_ok_and(|mode| *mode == wanted);
        self.check(format!("{what}: {mode:?} instead of {wanted:o}"), holds);
    }
}

/// A command under a umask.
fn under(umask: &str, command: &Command) -> Command {
    let mut shell = Command::new("/bin/sh");
    shell
        .args(["-c", "umask \"$1\"; shift; exec \"$@\"", "sh", umask])
        .arg(command.get_program())
        .args(command.get_args())
        .current_dir(command.get_current_dir().unwrap())
        .env_clear()
        .envs(
            command
                .get_envs()
                .filter_map(|(name, value)| Some((name, value?))),
        )
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    shell
}

fn run(umask: &str, command: &Command, stdin: &str) -> i32 {
    use std::io::Write as _;
    let mut child = under(umask, command).spawn().unwrap();
    child
        .stdin
        .take()
        .unwrap()
        .write_all(stdin.as_bytes())
        .unwrap();
    child.wait_with_output().unwrap().status.code().unwrap()
}

#[test]
fn private_files_are_private_under_every_umask() {
    let emulator = Emulator::start();
    let mut cases = Cases::default();
    for umask in ["000", "002", "022", "027", "077"] {
        let shell = emulator.shell();
        let add = shell.command(&["profile", "add", "home", "--api-key", "a1b2c3d4"]);
        let folder = shell.path(".config/messages");
        let profiles = folder.join("profiles.toml");
        for time in ["new", "replaced"] {
            cases.check(
                format!("{umask}: profile add"),
                run(umask, &add, "secret\n") == 0,
            );
            cases.mode(&format!("{umask}: profiles, {time}"), &profiles, 0o600);
            cases.mode(&format!("{umask}: their folder, {time}"), &folder, 0o700);
        }
        let left = fs::read_dir(&folder).unwrap().count();
        cases.check(format!("{umask}: temporary files are left"), left == 1);

        let send = shell.command(&["send", "--file", "-", "--results", "results"]);
        cases.check(format!("{umask}: send"), run(umask, &send, MESSAGE) == 0);
        cases.mode(&format!("{umask}: results"), &shell.path("results"), 0o600);
        // The journal exists while messages are in flight: this one gets no response before the run is killed.
        let silent = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", silent.local_addr().unwrap());
        let waiting = [
            "send",
            "--file",
            "-",
            "--results",
            "waiting",
            "--endpoint",
            &url,
        ];
        let mut child = under(umask, &shell.command(&waiting)).spawn().unwrap();
        let journal = shell.path("waiting.pending");
        wait_for(&journal);
        cases.mode(&format!("{umask}: journal"), &journal, 0o600);
        child.kill().unwrap();
        child.wait().unwrap();

        let listen = [
            "listen",
            "--port",
            "0",
            "--unverified",
            "--json",
            "--store",
            "events",
        ];
        let mut child = under(umask, &shell.command(&listen)).spawn().unwrap();
        let url = first_line(&mut child)["url"].as_str().unwrap().to_owned();
        let event = r#"{"message_uuid":"m","channel":"sms","to":"1","from":"2","timestamp":"t","status":"read"}"#;
        Client::connect(&url)
            .ask("POST", b"/status", event)
            .unwrap();
        cases.mode(&format!("{umask}: events"), &shell.path("events"), 0o600);
        child.kill().unwrap();
        child.wait().unwrap();

        let mut child = under(
            umask,
            &Shell::new().command(&["emulator", "--port", "0", "--json"]),
        )
        .spawn()
        .unwrap();
        let key = first_line(&mut child)["private_key_path"]
            .as_str()
            .unwrap()
            .to_owned();
        cases.mode(
            &format!("{umask}: the emulator's key"),
            Path::new(&key),
            0o600,
        );
        let folder = Path::new(&key).parent().unwrap();
        cases.mode(&format!("{umask}: its folder"), folder, 0o700);
        child.kill().unwrap();
        child.wait().unwrap();
        fs::remove_dir_all(folder).unwrap();
    }
    assert!(cases.tried >= 40, "{}", cases.tried);
    assert_eq!(cases.wrong, Vec::<String>::new());
    println!("files: {} cases under 5 umasks, 0 wrong", cases.tried);
}

#[test]
fn links_are_not_followed_and_a_failed_write_changes_nothing() {
    let emulator = Emulator::start();
    let shell = emulator.shell();
    let victim = shell.file("victim", "theirs");
    for name in ["results", "events"] {
        symlink(&victim, shell.path(name)).unwrap();
    }
    fs::create_dir_all(shell.path(".config/messages")).unwrap();
    let profiles = shell.path(".config/messages/profiles.toml");
    symlink(&victim, &profiles).unwrap();
    for (arguments, code) in [
        (&["send", "--file", "-", "--results", "results"][..], 1),
        (&["send", "--file", "-", "--resume", "results"], 1),
        (
            &["listen", "--port", "0", "--unverified", "--store", "events"],
            1,
        ),
        (
            &[
                "listen",
                "resend",
                "1",
                "--store",
                "events",
                "--forward-to",
                "http://127.0.0.1:9",
            ],
            1,
        ),
        (&["profile", "add", "home", "--api-key", "a1b2c3d4"], 4),
        (&["profile", "list"], 4),
    ] {
        let ended = shell.run_with(arguments, "secret\n");
        assert_eq!(ended.code, code, "{arguments:?}: {}", ended.stderr);
        assert!(ended.stderr.contains("symbolic link"), "{}", ended.stderr);
    }
    assert_eq!(fs::read_to_string(&victim).unwrap(), "theirs");
    println!("files: 6 links, 0 followed");
}

/// Opening a pipe without its other end would block forever.
#[test]
fn what_is_not_a_regular_file_is_refused() {
    let emulator = Emulator::start();
    let shell = emulator.shell();
    shell.file("messages.ndjson", MESSAGE);
    shell.file("template.json", MESSAGE);
    let folder = shell.path(".config/messages");
    fs::create_dir_all(&folder).unwrap();
    for path in [
        shell.path("pipe"),
        shell.path("results.pending"),
        folder.join("profiles.toml"),
    ] {
        assert!(Command::new("mkfifo").arg(path).status().unwrap().success());
    }
    fs::create_dir(shell.path("folder")).unwrap();
    shell.file("results", "");
    let send = ["send", "--file", "messages.ndjson"];
    let table = ["send", "--template", "template.json", "--csv"];
    let listen = ["listen", "--port", "0", "--unverified", "--store"];
    for (arguments, path, code) in [
        (&[&send[..], &["--resume"]].concat(), "pipe", 1),
        (&[&send[..], &["--results"]].concat(), "pipe", 1),
        (&[&send[..], &["--resume"]].concat(), "folder", 1),
        // Its journal is the pipe.
        (&[&send[..], &["--resume"]].concat(), "results", 1),
        (&table.to_vec(), "pipe", 2),
        (&table.to_vec(), "folder", 2),
        (&listen.to_vec(), "pipe", 1),
        (&listen.to_vec(), "folder", 1),
        (&vec!["profile"], "list", 4),
    ] {
        let mut child = shell
            .command(&[&arguments[..], &[path]].concat())
            .spawn()
            .unwrap();
        for _ in 0..2_000 {
            if child.try_wait().unwrap().is_some() {
                break;
            }
            std::thread::sleep(std::time::Duration::from_millis(5));
        }
        let _ = child.kill();
        let output = child.wait_with_output().unwrap();
        let told = String::from_utf8_lossy(&output.stderr);
        assert_eq!(
            output.status.code(),
            Some(code),
            "{arguments:?} {path}: {told}"
        );
    }
    assert_eq!(emulator.received().len(), 0);
}

fn wait_for(path: &Path) {
    for _ in 0..2_000 {
        if path.exists() {
            return;
        }
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
    panic!("{} never came", path.display());
}

fn first_line(child: &mut std::process::Child) -> serde_json::Value {
    use std::io::BufRead as _;
    let mut line = String::new();
    std::io::BufReader::new(child.stdout.take().unwrap())
        .read_line(&mut line)
        .unwrap();
    serde_json::from_str(&line).unwrap()
}
