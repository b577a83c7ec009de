//! Long-running commands: readers that stop reading, clients that leave, signals.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::listen::Listener;
use crate::shell::{Emulator, Shell};

const STATUS: &str =
    r#"{"message_uuid":"m","channel":"sms","to":"1","from":"2","timestamp":"t","status":"read"}"#;

/// A command whose standard output is read up to its first line, and no further.
struct Paused {
    child: Child,
    address: String,
    output: BufReader<ChildStdout>,
}

impl Paused {
    fn start(shell: &Shell, arguments: &[&str]) -> Self {
        let mut child = shell
            .command(arguments)
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut output = BufReader::new(child.stdout.take().unwrap());
        let mut line = String::new();
        output.read_line(&mut line).unwrap();
        let ready: Value = serde_json::from_str(&line).unwrap();
        let url = ready["url"].as_str().unwrap();
        Self {
            child,
            address: url.strip_prefix("http://").unwrap().to_owned(),
            output,
        }
    }

    fn signal(&self, name: &str) {
        signal(&self.child, name);
    }

    /// The lines from here to the end, read on a thread of their own.
    fn rest(self) -> (Child, std::thread::JoinHandle<Vec<Value>>) {
        let lines = self.output.lines();
        let reading = std::thread::spawn(move || {
            lines
                .map(|line| serde_json::from_str(&line.unwrap()).unwrap())
                .collect()
        });
        (self.child, reading)
    }
}

pub(crate) fn signal(child: &Child, name: &str) {
    let id = child.id().to_string();
    let sent = Command::new("kill")
        .args([&format!("-{name}"), &id])
        .status();
    assert!(sent.unwrap().success());
}

/// The exit code, within so long.
fn exit_code(child: &mut Child, limit: Duration) -> Option<i32> {
    let began = Instant::now();
    loop {
        if let Some(status) = child.try_wait().unwrap() {
            return status.code();
        }
        if began.elapsed() > limit {
            child.kill().unwrap();
            panic!("it goes on after {limit:?}");
        }
        std::thread::sleep(Duration::from_millis(10));
    }
}

fn post(stream: &mut TcpStream, more: &str, body: &str) {
    let length = body.len();
    let request =
        format!("POST /status HTTP/1.1\r\nhost: x\r\ncontent-length: {length}\r\n{more}\r\n{body}");
    // In one write: the second of two waits for the delayed acknowledgement of the first, 40 ms.
    stream.write_all(request.as_bytes()).unwrap();
}

fn status(stream: &mut TcpStream) -> u16 {
    stream
        .set_read_timeout(Some(Duration::from_secs(10)))
        .unwrap();
    let mut head = Vec::new();
    let mut byte = [0];
    while !head.ends_with(b"\r\n\r\n") {
        stream
            .read_exact(&mut byte)
            .expect("a response within 10 s");
        head.push(byte[0]);
    }
    let head = String::from_utf8(head).unwrap();
    head.split(' ').nth(1).unwrap().parse().unwrap()
}

#[test]
fn a_paused_reader_delays_no_webhook_and_is_told_what_it_missed() {
    const LARGE: usize = 40;
    let listen = ["listen", "--port", "0", "--json", "--unverified"];
    let mut paused = Paused::start(&Shell::new(), &listen);
    let mut stream = TcpStream::connect(&paused.address).unwrap();
    for _ in 0..600 {
        post(&mut stream, "", STATUS);
        assert_eq!(status(&mut stream), 200);
    }
    let large = STATUS.replace(r#""m""#, &format!(r#""{}""#, "m".repeat(250_000)));
    for _ in 0..LARGE {
        post(&mut stream, "", &large);
        assert_eq!(status(&mut stream), 200);
    }
    let (mut child, reading) = {
        // The reader reads on, and one more webhook comes.
        std::thread::sleep(Duration::from_millis(50));
        let mut line = String::new();
        while !line.contains("mmm") {
            line.clear();
            paused.output.read_line(&mut line).unwrap();
        }
        paused.signal("TERM");
        paused.rest()
    };
    assert_eq!(exit_code(&mut child, Duration::from_secs(10)), Some(0));
    let lines = reading.join().unwrap();
    let missed: u64 = lines
        .iter()
        .filter_map(|line| line["missed"].as_u64())
        .sum();
    let shown = lines.iter().filter(|line| line["id"].is_u64()).count();
    assert!(missed > 10, "{missed} missed");
    assert_eq!(shown as u64 + missed, LARGE as u64 - 1);
}

#[test]
fn a_paused_reader_delays_no_request_to_the_emulator_nor_its_end() {
    let mut paused = Paused::start(&Shell::new(), &["emulator", "--port", "0", "--json"]);
    let mut stream = TcpStream::connect(&paused.address).unwrap();
    let host = paused.address.clone();
    for _ in 0..1_500 {
        let head =
            format!("POST /v1/messages HTTP/1.1\r\nhost: {host}\r\ncontent-length: 0\r\n\r\n");
        stream.write_all(head.as_bytes()).unwrap();
        let mut reader = BufReader::new(&mut stream);
        let (mut length, mut line) = (0, String::new());
        while line != "\r\n" {
            line.clear();
            reader.read_line(&mut line).unwrap();
            if let Some(value) = line.strip_prefix("content-length: ") {
                length = value.trim().parse().unwrap();
            }
        }
        reader.read_exact(&mut vec![0; length]).unwrap();
    }
    paused.signal("TERM");
    assert_eq!(
        exit_code(&mut paused.child, Duration::from_secs(10)),
        Some(0)
    );
}

#[test]
fn a_reader_that_is_gone_ends_the_emulator() {
    let Paused {
        mut child,
        address,
        output,
    } = Paused::start(&Shell::new(), &["emulator", "--port", "0", "--json"]);
    drop(output);
    let mut stream = TcpStream::connect(&address).unwrap();
    write!(
        stream,
        "POST /v1/messages HTTP/1.1\r\nhost: {address}\r\ncontent-length: 0\r\n\r\n"
    )
    .unwrap();
    assert_eq!(exit_code(&mut child, Duration::from_secs(10)), Some(1));
}

#[test]
fn a_signal_waits_for_the_webhook_in_flight() {
    for name in ["HUP", "TERM", "INT"] {
        let application = crate::fake::serve(|_| {
            std::thread::sleep(Duration::from_millis(600));
            (200, String::new())
        });
        let listen = ["listen", "--port", "0", "--json", "--unverified"];
        let arguments = [&listen[..], &["--forward-to", &application]].concat();
        let paused = Paused::start(&Shell::new(), &arguments);
        let mut stream = TcpStream::connect(&paused.address).unwrap();
        post(&mut stream, "", STATUS);
        std::thread::sleep(Duration::from_millis(200));
        paused.signal(name);
        assert_eq!(status(&mut stream), 200, "{name}");
        let (mut child, reading) = paused.rest();
        assert_eq!(
            exit_code(&mut child, Duration::from_secs(5)),
            Some(0),
            "{name}"
        );
        assert_eq!(reading.join().unwrap()[0]["answer"], 200, "{name}");
    }
}

#[test]
fn a_hangup_ends_every_command_in_order_unless_it_is_ignored() {
    let mut emulator = Paused::start(&Shell::new(), &["emulator", "--port", "0", "--json"]);
    emulator.signal("HUP");
    assert_eq!(
        exit_code(&mut emulator.child, Duration::from_secs(5)),
        Some(0)
    );

    let emulator = Emulator::start();
    let message = r#"{"channel":"sms","message_type":"text","from":"447700900001","to":"447700900000","text":"Hello"}"#;
    let shell = emulator.shell();
    let input = shell.file("messages.ndjson", &format!("{message}\n").repeat(2_000));
    let send = [
        "send",
        "--file",
        input.to_str().unwrap(),
        "--rate",
        "200",
        "--json",
    ];
    let mut batch = shell.command(&send).stderr(Stdio::null()).spawn().unwrap();
    let mut lines = BufReader::new(batch.stdout.take().unwrap()).lines();
    lines.next().unwrap().unwrap();
    signal(&batch, "HUP");
    let last: Value = serde_json::from_str(&lines.last().unwrap().unwrap()).unwrap();
    assert_eq!(last["summary"]["interrupted"], true);
    assert_eq!(exit_code(&mut batch, Duration::from_secs(5)), Some(8));

    if cfg!(target_os = "linux") {
        let shell = Shell::new();
        let command = format!(
            "trap '' HUP; exec {} emulator --port 0 --json",
            env!("CARGO_BIN_EXE_messages")
        );
        let mut child = Command::new("sh")
            .args(["-c", &command])
            .env_clear()
            .env("HOME", shell.path("."))
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut output = BufReader::new(child.stdout.take().unwrap());
        output.read_line(&mut String::new()).unwrap();
        signal(&child, "HUP");
        std::thread::sleep(Duration::from_millis(200));
        assert!(child.try_wait().unwrap().is_none(), "nohup has no effect");
        signal(&child, "TERM");
        assert_eq!(exit_code(&mut child, Duration::from_secs(5)), Some(0));
    }
}

#[test]
fn a_webhook_is_forwarded_even_if_its_sender_leaves() {
    let application = crate::fake::serve(|_| {
        std::thread::sleep(Duration::from_millis(400));
        (200, String::new())
    });
    let listener = Listener::start(
        &Shell::new(),
        &["--unverified", "--forward-to", &application],
    );
    let mut stream = TcpStream::connect(listener.url.strip_prefix("http://").unwrap()).unwrap();
    post(&mut stream, "", STATUS);
    std::thread::sleep(Duration::from_millis(100));
    drop(stream);
    assert_eq!(listener.next()["answer"], 200);
}

#[test]
fn fields_of_the_connection_and_of_a_proxy_are_neither_forwarded_nor_stored() {
    let application = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", application.local_addr().unwrap());
    let seen = std::thread::spawn(move || {
        let mut reader = BufReader::new(application.accept().unwrap().0);
        let mut head = String::new();
        while !head.ends_with("\r\n\r\n") {
            reader.read_line(&mut head).unwrap();
        }
        reader
            .get_mut()
            .write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n")
            .unwrap();
        head.to_ascii_lowercase()
    });
    let shell = Shell::new();
    let store = shell.path("events.ndjson");
    let stored = store.to_str().unwrap();
    let options = ["--unverified", "--forward-to", &url, "--store", stored];
    let listener = Listener::start(&shell, &options);
    let mut stream = TcpStream::connect(listener.url.strip_prefix("http://").unwrap()).unwrap();
    let fields = [
        "connection: keep-alive, X-Of-The-Hop",
        "keep-alive: timeout=5",
        "proxy-connection: keep-alive",
        "proxy-authorization: Basic c2VjcmV0",
        "proxy-authenticate: Basic",
        "te: trailers",
        "trailer: x-sum",
        "x-of-the-hop: 1",
        "x-of-the-request: 1",
        "authorization: Bearer token",
    ];
    post(&mut stream, &(fields.join("\r\n") + "\r\n"), STATUS);
    assert_eq!(status(&mut stream), 200);
    let kept = std::fs::read_to_string(&store)
        .unwrap()
        .to_ascii_lowercase();
    for (place, text) in [("forwarded", seen.join().unwrap()), ("stored", kept)] {
        for field in &fields[1..8] {
            let name = field.split(':').next().unwrap();
            let is_there =
                text.contains(&format!("\n{name}:")) || text.contains(&format!("[\"{name}\""));
            assert!(!is_there, "{name} is {place}: {text}");
        }
        assert!(
            text.contains("x-of-the-request") && text.contains("bearer token"),
            "{text}"
        );
    }
}
