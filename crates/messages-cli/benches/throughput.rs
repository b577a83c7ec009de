//! Messages a second of the whole command, and of the client beneath it.
//!
//! `cargo bench -p messages-cli --bench throughput`. Both are processes of their own that read the same file and post
//! the same bodies with the same kind of token over hyper, 64 at a time, to a server that is a third process. They
//! take turns, so that a noisy machine is as noisy for both, and the ratio is the median over the rounds. Each is
//! timed from its start to its end.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    missing_docs
)]

use std::fmt::Write as _;
use std::io::{BufRead, BufReader, Write as _};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use bytes::Bytes;
use http::{Request, StatusCode, Uri};
use http_body_util::{BodyExt, Full};
use hyper_util::client::legacy::Client;
use hyper_util::rt::TokioExecutor;
use tempfile::TempDir;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

const ROUNDS: usize = 9;
const MESSAGES: usize = 60_000;
const CONCURRENCY: usize = 64;
/// What the command has to reach.
const TARGET: f64 = 0.85;
const APPLICATION: &str = "a1b866c2-74f1-4668-8e3e-b3c524164edc";

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match words.as_slice() {
        ["serve"] => runtime().block_on(serve()),
        ["raw", file, url] => runtime().block_on(raw(Path::new(file), url)),
        // `cargo test --benches` gives no argument: then there is nothing to measure.
        _ if words.contains(&"--bench") => measure(),
        _ => {}
    }
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .unwrap()
}

/// Answers every request with a 202.
async fn serve() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    println!("http://{}", listener.local_addr().unwrap());
    std::io::stdout().flush().unwrap();
    loop {
        let (stream, _) = listener.accept().await.unwrap();
        stream.set_nodelay(true).unwrap();
        tokio::spawn(answer(stream));
    }
}

async fn answer(mut stream: TcpStream) {
    const ANSWER: &[u8] = b"HTTP/1.1 202 Accepted\r\ncontent-type: application/json\r\ncontent-length: 55\r\n\r\n{\"message_uuid\":\"aaaaaaaa-bbbb-4ccc-8ddd-0123456789ab\"}";
    let mut buffer = vec![0; 8192];
    let mut length = 0;
    loop {
        match stream.read(&mut buffer[length..]).await {
            Ok(0) | Err(_) => return,
            Ok(read) => length += read,
        }
        if is_whole(&buffer[..length]) {
            length = 0;
            if stream.write_all(ANSWER).await.is_err() {
                return;
            }
        }
    }
}

/// Whether all of a request is there. Clients here do not send the next one before the answer.
fn is_whole(request: &[u8]) -> bool {
    let Some(end) = request.windows(4).position(|bytes| bytes == b"\r\n\r\n") else {
        return false;
    };
    let head = std::str::from_utf8(&request[..end]).unwrap();
    assert!(head.contains("Bearer "), "a request without a token");
    let length = head.lines().find_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.eq_ignore_ascii_case("content-length")
            .then(|| value.trim().parse::<usize>().unwrap())
    });
    request.len() == end + 4 + length.expect("a length")
}

/// What a person would write who needs nothing but speed: hyper's client, and every line of the file as a body.
async fn raw(file: &Path, url: &str) {
    let uri: Uri = format!("{url}/v1/messages").parse().unwrap();
    let lines = BufReader::new(std::fs::File::open(file).unwrap()).lines();
    let lines = Arc::new(Mutex::new(lines));
    let client: Client<_, Full<Bytes>> = Client::builder(TokioExecutor::new()).build_http();
    let token = format!("Bearer {}", "x".repeat(600));
    let tasks: Vec<_> = (0..CONCURRENCY)
        .map(|_| {
            let (client, uri, token) = (client.clone(), uri.clone(), token.clone());
            let lines = Arc::clone(&lines);
            tokio::spawn(async move {
                let next = || lines.lock().unwrap().next();
                while let Some(line) = next() {
                    let request = Request::post(uri.clone())
                        .header("content-type", "application/json")
                        .header("accept", "application/json")
                        .header("authorization", &token)
                        .body(Full::from(line.unwrap()))
                        .unwrap();
                    let response = client.request(request).await.unwrap();
                    assert_eq!(response.status(), StatusCode::ACCEPTED);
                    response.into_body().collect().await.unwrap().to_bytes();
                }
            })
        })
        .collect();
    for task in tasks {
        task.await.unwrap();
    }
}

struct Server {
    child: Child,
    url: String,
}

impl Server {
    fn start() -> Self {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .arg("serve")
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut url = String::new();
        BufReader::new(child.stdout.take().unwrap())
            .read_line(&mut url)
            .unwrap();
        let url = url.trim().to_owned();
        Self { child, url }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The same bytes as the command posts, so that both carry the same.
fn bodies() -> String {
    (0..MESSAGES).fold(String::new(), |mut text, index| {
        writeln!(
            text,
            r#"{{"channel":"sms","message_type":"text","from":"447700900001","to":"447700900000","text":"Your code is {index}"}}"#
        )
        .unwrap();
        text
    })
}

fn measure() {
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("messages.ndjson");
    std::fs::write(&file, bodies()).unwrap();
    let key = private_key(folder.path());
    let server = Server::start();
    let raw = || {
        let mut command = Command::new(std::env::current_exe().unwrap());
        command.arg("raw").arg(&file).arg(&server.url);
        command
    };
    let whole = || {
        let mut command = Command::new(env!("CARGO_BIN_EXE_messages"));
        command
            .args(["send", "--concurrency", "64", "--transport", "hyper"])
            .args(["--auth", "jwt", "--endpoint", &server.url, "--file"])
            .arg(&file)
            .env_clear()
            .env("HOME", folder.path())
            .env("VONAGE_APPLICATION_ID", APPLICATION)
            .env("VONAGE_PRIVATE_KEY_PATH", &key);
        command
    };
    // Once unmeasured: caches, and that both get through.
    time(raw());
    time(whole());
    let mut rounds = Vec::new();
    for number in 0..ROUNDS {
        // Neither always runs after the other.
        let (raw, whole) = if number % 2 == 0 {
            let raw = time(raw());
            (raw, time(whole()))
        } else {
            let whole = time(whole());
            (time(raw()), whole)
        };
        rounds.push((raw, whole));
    }
    let rate = |time: Duration| MESSAGES as f64 / time.as_secs_f64();
    let ratio = median(rounds.iter().map(|(raw, whole)| rate(*whole) / rate(*raw)));
    println!(
        "medians of {ROUNDS} rounds of {MESSAGES} messages, {CONCURRENCY} at a time: raw hyper {:.0}/s, `messages send --file` {:.0}/s, ratio {ratio:.3} (target {TARGET})",
        median(rounds.iter().map(|(raw, _)| rate(*raw))),
        median(rounds.iter().map(|(_, whole)| rate(*whole))),
    );
    assert!(ratio >= TARGET, "the command is slower than it has to be");
}

/// How long a command takes from its start to its end.
fn time(mut command: Command) -> Duration {
    let began = Instant::now();
    let status = command.stdout(Stdio::null()).status().unwrap();
    let took = began.elapsed();
    assert!(status.success(), "{command:?} ended with {status}");
    took
}

/// A key as a person has it: in a file of her own.
fn private_key(folder: &Path) -> std::path::PathBuf {
    let path = folder.join("private.key");
    let key = rcgen::KeyPair::generate_rsa_for(&rcgen::PKCS_RSA_SHA256, rcgen::RsaKeySize::_2048)
        .unwrap();
    std::fs::write(&path, key.serialize_pem()).unwrap();
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).unwrap();
    }
    path
}

fn median(values: impl Iterator<Item = f64>) -> f64 {
    let mut values: Vec<_> = values.collect();
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}
