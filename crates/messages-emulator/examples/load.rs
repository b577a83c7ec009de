//! Throughput of an emulator: `cargo run --release -p messages-emulator --example load -- [MESSAGES [KEEP [DATA]]]`.
//!
//! The generator runs in the same process, over real sockets. It sends MESSAGES messages (200,000) over 32 connections,
//! with webhooks off, to an emulator that keeps KEEP of them (100,000), in the file DATA if it is given. It prints how
//! many a second were acknowledged, how long that took, and how much memory the process has at the end.
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
use tokio::net::TcpStream;
use tokio::task::JoinSet;

type Failure = Box<dyn Error + Send + Sync>;

const CONNECTIONS: usize = 32;
/// Above what KEEP messages take, so that their number alone limits them.
const MIB_MAX: usize = 16 * 1_024;

#[tokio::main(flavor = "multi_thread", worker_threads = 2)]
async fn main() -> Result<(), Failure> {
    let mut arguments = std::env::args().skip(1);
    let messages: usize = arguments.next().map_or(Ok(200_000), |text| text.parse())?;
    let keep: usize = arguments.next().map_or(Ok(100_000), |text| text.parse())?;
    let builder = Emulator::builder().keep(keep).keep_mib(MIB_MAX);
    let builder = match arguments.next() {
        #[cfg(feature = "persistence")]
        Some(file) => builder.data(file),
        #[cfg(not(feature = "persistence"))]
        Some(_) => return Err("a data file needs --features persistence".into()),
        None => builder,
    };
    let emulator = builder.start().await?;
    let authorization = emulator.credentials().basic()?.header_value();
    let authority = emulator.base_url().trim_start_matches("http://").to_owned();
    let head = Arc::new(format!(
        "POST /v1/messages HTTP/1.1\r\nhost: {authority}\r\nauthorization: {}\r\ncontent-type: application/json\r\n",
        authorization.to_str()?
    ));

    let next = Arc::new(AtomicUsize::new(0));
    let begun = Instant::now();
    let mut senders = JoinSet::new();
    for _ in 0..CONNECTIONS {
        let (authority, head, next) = (authority.clone(), Arc::clone(&head), Arc::clone(&next));
        senders.spawn(async move { send(&authority, &head, &next, messages).await });
    }
    let mut took = Vec::with_capacity(messages);
    while let Some(sender) = senders.join_next().await {
        took.extend(sender??);
    }
    let seconds = begun.elapsed().as_secs_f64();
    took.sort_unstable();
    let at = |share: usize| took.get((took.len() * share / 1_000).min(took.len() - 1));
    #[expect(clippy::cast_precision_loss, reason = "a figure to be read")]
    let rate = took.len() as f64 / seconds;
    println!(
        "{} acknowledged in {seconds:.1} s: {rate:.0} a second; p50 {:?}, p99 {:?}, p99.9 {:?}",
        took.len(),
        at(500).unwrap_or(&Duration::ZERO),
        at(990).unwrap_or(&Duration::ZERO),
        at(999).unwrap_or(&Duration::ZERO),
    );
    println!(
        "{} MiB resident, with the generator's own",
        resident().unwrap_or(0)
    );
    Ok(())
}

/// Sends until all are sent, and returns how long each took.
async fn send(
    authority: &str,
    head: &str,
    next: &AtomicUsize,
    messages: usize,
) -> Result<Vec<Duration>, Failure> {
    let mut stream = TcpStream::connect(authority).await?;
    stream.set_nodelay(true)?;
    let mut took = Vec::new();
    let mut answer = vec![0; 4_096];
    loop {
        let number = next.fetch_add(1, Ordering::Relaxed);
        if number >= messages {
            return Ok(took);
        }
        let body = format!(
            r#"{{"channel":"sms","message_type":"text","from":"447700900001","to":"4477{:08}","text":"Your code is {number}","client_ref":"order-{number}"}}"#,
            number % 50_000 * 7
        );
        let request = format!("{head}content-length: {}\r\n\r\n{body}", body.len());
        let begun = Instant::now();
        stream.write_all(request.as_bytes()).await?;
        // An answer is small and comes whole, or in two parts.
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
        took.push(begun.elapsed());
    }
}

/// The resident memory of this process in MiB, where `/proc` tells it.
fn resident() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmRSS:"))?;
    let kilobytes: u64 = line.split_whitespace().nth(1)?.parse().ok()?;
    Some(kilobytes / 1_024)
}
