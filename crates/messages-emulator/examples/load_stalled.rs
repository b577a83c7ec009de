//! Memory of an emulator whose peers stall: `cargo run --release -p messages-emulator --example load_stalled -- MODE [MESSAGES]`.
//!
//! Sends MESSAGES messages (300,000) over 32 connections while time passes 100 times as fast as real time, and prints the
//! resident memory of the process, the generator's own included. MODE is
//! - `quiet`: without webhooks, to compare with;
//! - `hanging`: to a receiver of webhooks that never answers; at the end a reset, and how many webhooks came after it;
//! - `events`: with a reader of the event stream that stops reading;
//! - `large`: 4,000 messages of 900 KB, which are kept by their bytes.
#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "this is the command's output"
)]

use std::error::Error;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use messages_emulator::Emulator;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;

type Failure = Box<dyn Error + Send + Sync>;

const CONNECTIONS: usize = 32;
const LARGE: usize = 900_000;

#[tokio::main(flavor = "multi_thread", worker_threads = 2)]
async fn main() -> Result<(), Failure> {
    let mut arguments = std::env::args().skip(1);
    let mode = arguments.next().ok_or("a mode is needed")?;
    let size = if mode == "large" { LARGE } else { 20 };
    let messages: usize = match arguments.next() {
        Some(text) => text.parse()?,
        None if size == LARGE => 4_000,
        None => 300_000,
    };
    let mut builder = Emulator::builder().speed(100.0);
    let posted = Arc::new(AtomicUsize::new(0));
    if mode == "hanging" {
        builder = builder.status_url(hanging(Arc::clone(&posted)).await?);
    }
    let emulator = builder.start().await?;
    let authority = emulator.base_url().trim_start_matches("http://").to_owned();
    let mut reader = TcpStream::connect(&authority).await?;
    if mode == "events" {
        let request = format!("GET /emulator/v1/events HTTP/1.1\r\nhost: {authority}\r\n\r\n");
        reader.write_all(request.as_bytes()).await?;
    }
    let authorization = emulator.credentials().basic()?.header_value();
    let head = Arc::new(format!(
        "POST /v1/messages HTTP/1.1\r\nhost: {authority}\r\nauthorization: {}\r\ncontent-type: application/json\r\n",
        authorization.to_str()?
    ));

    let next = Arc::new(AtomicUsize::new(0));
    let begun = Instant::now();
    let mut senders = JoinSet::new();
    for _ in 0..CONNECTIONS {
        let (authority, head, next) = (authority.clone(), Arc::clone(&head), Arc::clone(&next));
        senders.spawn(async move { send(&authority, &head, &next, messages, size).await });
    }
    let mut slowest = Duration::ZERO;
    while let Some(sender) = senders.join_next().await {
        slowest = slowest.max(sender??);
    }
    println!(
        "{mode}: {messages} accepted in {:.1} s, the slowest in {slowest:?}; {} MiB resident, {} at the peak",
        begun.elapsed().as_secs_f64(),
        resident("VmRSS:").unwrap_or(0),
        resident("VmHWM:").unwrap_or(0),
    );
    if mode == "hanging" {
        emulator.reset();
        emulator.settled().await;
        // The receiver may still read what was sent before.
        tokio::time::sleep(Duration::from_millis(200)).await;
        let before = posted.load(Ordering::SeqCst);
        tokio::time::sleep(Duration::from_secs(3)).await;
        let after = posted.load(Ordering::SeqCst);
        println!(
            "{before} webhooks came before the reset, {} after it",
            after - before
        );
    }
    Ok(())
}

/// A receiver that reads and never answers.
async fn hanging(posted: Arc<AtomicUsize>) -> Result<String, Failure> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let url = format!("http://{}/", listener.local_addr()?);
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let posted = Arc::clone(&posted);
            tokio::spawn(async move {
                let mut buffer = [0; 4_096];
                while let Ok(1..) = stream.read(&mut buffer).await {
                    posted.fetch_add(1, Ordering::SeqCst);
                }
            });
        }
    });
    Ok(url)
}

/// Sends until all are sent, and returns how long the slowest took.
async fn send(
    authority: &str,
    head: &str,
    next: &AtomicUsize,
    messages: usize,
    size: usize,
) -> Result<Duration, Failure> {
    let mut stream = TcpStream::connect(authority).await?;
    stream.set_nodelay(true)?;
    let mut slowest = Duration::ZERO;
    let mut answer = vec![0; 4_096];
    let text = "x".repeat(size);
    loop {
        let number = next.fetch_add(1, Ordering::Relaxed);
        if number >= messages {
            return Ok(slowest);
        }
        let body = if size == LARGE {
            format!(
                r#"{{"channel":"rcs","message_type":"custom","from":"Brand","to":"4477{number:08}","custom":{{"contentMessage":{{"text":"{text}"}}}}}}"#
            )
        } else {
            format!(
                r#"{{"channel":"sms","message_type":"text","from":"447700900001","to":"4477{:08}","text":"{text}","client_ref":"order-{number}"}}"#,
                number % 50_000 * 7
            )
        };
        let request = format!("{head}content-length: {}\r\n\r\n{body}", body.len());
        let begun = Instant::now();
        stream.write_all(request.as_bytes()).await?;
        let mut read = 0;
        while !answer.get(..read).is_some_and(|part| part.ends_with(b"}")) {
            let more = stream
                .read(answer.get_mut(read..).unwrap_or_default())
                .await?;
            if more == 0 {
                return Err("the emulator has closed the connection".into());
            }
            read += more;
        }
        if !answer.starts_with(b"HTTP/1.1 202") {
            return Err(String::from_utf8_lossy(answer.get(..read).unwrap_or_default()).into());
        }
        slowest = slowest.max(begun.elapsed());
    }
}

/// A figure of the memory of this process in MiB, where `/proc` tells it.
fn resident(name: &str) -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with(name))?;
    let kilobytes: u64 = line.split_whitespace().nth(1)?.parse().ok()?;
    Some(kilobytes / 1_024)
}
