//! `emulator --data` and kill -9: nothing that was acknowledged is lost.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Mutex;
use std::time::Duration;

use serde_json::Value;

use crate::shell::Shell;

const SENDERS: usize = 4;

/// `emulator:emulator-secret`.
const BASIC: &str = "Basic ZW11bGF0b3I6ZW11bGF0b3Itc2VjcmV0";

struct Running {
    child: Child,
    authority: String,
}

impl Running {
    fn start(shell: &Shell, file: &Path) -> Self {
        // Retention would look like loss.
        let config = shell.file("emulator.toml", "keep = 100000000");
        let (file, config) = (file.to_str().unwrap(), config.to_str().unwrap());
        let arguments = [
            "emulator", "--port", "0", "--json", "--data", file, "--config", config,
        ];
        let child = shell
            .command(&arguments)
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        Self::of(child)
    }

    fn of(mut child: Child) -> Self {
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let ready: Value = serde_json::from_str(&lines.next().unwrap().unwrap()).unwrap();
        // Read on, so that the emulator never waits for its output.
        std::thread::spawn(move || lines.map_while(Result::ok).for_each(drop));
        let url = ready["url"].as_str().unwrap();
        Self {
            child,
            authority: url.trim_start_matches("http://").to_owned(),
        }
    }

    /// SIGKILL.
    fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

/// The response's body, if the whole response came.
fn call(
    stream: &mut TcpStream,
    authority: &str,
    request: &str,
    body: &str,
) -> Option<(u16, Value)> {
    let length = body.len();
    write!(
        stream,
        "{request} HTTP/1.1\r\nhost: {authority}\r\nauthorization: {BASIC}\r\ncontent-type: application/json\r\n\
         content-length: {length}\r\n\r\n{body}"
    )
    .ok()?;
    let mut reader = BufReader::new(stream);
    let mut line = String::new();
    reader.read_line(&mut line).ok()?;
    let status = line.split(' ').nth(1)?.parse().ok()?;
    let mut length = 0;
    loop {
        line.clear();
        reader.read_line(&mut line).ok().filter(|read| *read > 0)?;
        let line = line.trim_end().to_lowercase();
        if line.is_empty() {
            break;
        }
        if let Some(value) = line.strip_prefix("content-length: ") {
            length = value.parse().ok()?;
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    Some((status, serde_json::from_slice(&body).unwrap_or_default()))
}

fn connect(authority: &str) -> Option<TcpStream> {
    let stream = TcpStream::connect(authority).ok()?;
    stream
        .set_read_timeout(Some(Duration::from_secs(20)))
        .ok()?;
    Some(stream)
}

/// Sends until the emulator dies, and records the acknowledged messages.
fn send(authority: &str, acknowledged: &Mutex<Vec<String>>) {
    let Some(mut stream) = connect(authority) else {
        return;
    };
    let body = r#"{"channel":"sms","message_type":"text","from":"447700900001","to":"447700900000","text":"Hello"}"#;
    while let Some((status, answer)) = call(&mut stream, authority, "POST /v1/messages", body) {
        assert_eq!(status, 202, "{answer}");
        let uuid = answer["message_uuid"].as_str().unwrap().to_owned();
        acknowledged.lock().unwrap().push(uuid);
    }
}

fn kill_cycles(cycles: usize) {
    let shell = Shell::new();
    let file = shell.path("data.db");
    let acknowledged = Mutex::new(Vec::new());
    for cycle in 0..cycles {
        let running = Running::start(&shell, &file);
        let authority = running.authority.clone();
        std::thread::scope(|scope| {
            for _ in 0..SENDERS {
                scope.spawn(|| send(&authority, &acknowledged));
            }
            // Another instant in each cycle, in the middle of the sending.
            let enough = acknowledged.lock().unwrap().len() + 20 + cycle * 37 % 211;
            while acknowledged.lock().unwrap().len() < enough {
                std::thread::sleep(Duration::from_millis(1));
            }
            running.kill();
        });
    }
    let acknowledged = acknowledged.into_inner().unwrap();
    let running = Running::start(&shell, &file);
    let mut stream = connect(&running.authority).unwrap();
    let mut lost = 0;
    for uuid in &acknowledged {
        let request = format!("GET /emulator/v1/messages/{uuid}");
        let (status, _) = call(&mut stream, &running.authority, &request, "").unwrap();
        lost += usize::from(status != 200);
    }
    running.kill();
    println!(
        "{cycles} kills, {} acknowledged, {lost} lost",
        acknowledged.len()
    );
    assert!(acknowledged.len() >= 20 * cycles);
    assert_eq!(lost, 0);
}

/// A limit on the size of files has the effect of a full disk: writing fails. Ignored, its signal does not end the process.
#[cfg(unix)]
#[test]
fn a_full_disk_ends_the_acknowledgements_and_loses_nothing() {
    let shell = Shell::new();
    let file = shell.path("data.db");
    // Made without the limit.
    Running::start(&shell, &file).kill();
    let script = "trap '' XFSZ; ulimit -f 512; exec \"$0\" emulator --port 0 --json --data \"$1\"";
    let mut limited = Command::new("/bin/sh");
    limited
        .args(["-c", script, env!("CARGO_BIN_EXE_messages")])
        .arg(&file)
        .env_clear()
        .env("HOME", shell.path("."))
        .stdout(Stdio::piped())
        .stderr(Stdio::null());
    let running = Running::of(limited.spawn().unwrap());
    let mut stream = connect(&running.authority).unwrap();
    let body = r#"{"channel":"sms","message_type":"text","from":"447700900001","to":"447700900000","text":"Hello"}"#;
    let mut acknowledged = Vec::new();
    let refused = loop {
        let request = "POST /v1/messages";
        match call(&mut stream, &running.authority, request, body).unwrap() {
            (202, answer) => acknowledged.push(answer["message_uuid"].as_str().unwrap().to_owned()),
            (status, _) => break status,
        }
        assert!(acknowledged.len() < 100_000, "the limit has no effect");
    };
    assert_eq!(refused, 500);
    let (status, answer) = call(
        &mut stream,
        &running.authority,
        "POST /emulator/v1/reset",
        "",
    )
    .unwrap();
    assert_eq!(status, 500);
    assert_eq!(answer["error"], "the data file cannot be written");
    let (status, _) = call(&mut stream, &running.authority, "GET /healthz", "").unwrap();
    assert_eq!(status, 503);
    running.kill();
    assert!(!acknowledged.is_empty());

    let running = Running::start(&shell, &file);
    let mut stream = connect(&running.authority).unwrap();
    for uuid in &acknowledged {
        let request = format!("GET /emulator/v1/messages/{uuid}");
        let (status, _) = call(&mut stream, &running.authority, &request, "").unwrap();
        assert_eq!(status, 200, "{} acknowledged", acknowledged.len());
    }
    running.kill();
}

#[test]
fn nothing_acknowledged_is_lost() {
    kill_cycles(5);
}

#[test]
#[ignore = "takes minutes: many more instants of death"]
fn nothing_acknowledged_is_lost_in_200_kills() {
    kill_cycles(200);
}
