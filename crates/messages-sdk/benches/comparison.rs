//! The SDK and the bare HTTP clients beneath it as contenders of `cargo xtask bench`, which says what they read and write.
//!
//! `comparison serve` answers; `comparison CONTENDER BASE` sends.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    missing_docs,
    unreachable_pub,
    reason = "a benchmark"
)]

#[allow(
    dead_code,
    reason = "the other benchmarks start the server by themselves"
)]
mod support;

use std::io::Write;
use std::sync::Arc;
use std::time::{Duration, Instant};

use messages_sdk::auth::Credentials;
use support::Contender;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let runtime = support::runtime();
    let contender = match arguments[..] {
        ["serve"] => return runtime.block_on(support::serve()),
        ["raw-hyper", base] => support::raw_hyper(base),
        ["raw-reqwest", base] => raw_reqwest(base),
        ["sdk-hyper-basic", base] => support::sdk(base, support::basic()),
        ["sdk-hyper-jwt", base] => support::sdk(base, support::jwt()),
        ["sdk-reqwest-basic", base] => over_reqwest(base, support::basic()),
        ["sdk-reqwest-jwt", base] => over_reqwest(base, support::jwt()),
        _ => return,
    };
    println!("ready");
    for line in std::io::stdin().lines() {
        let line = line.unwrap();
        let (concurrency, milliseconds) = line.split_once(' ').unwrap();
        let length = Duration::from_millis(milliseconds.parse().unwrap());
        let answer = runtime.block_on(round(&contender, concurrency.parse().unwrap(), length));
        println!("{answer}");
        std::io::stdout().flush().unwrap();
    }
}

/// reqwest's own client with a body that is there already.
fn raw_reqwest(base: &str) -> Contender {
    let client = reqwest::Client::new();
    let url = format!("{base}/v1/messages");
    Arc::new(move || {
        let request = client
            .post(&url)
            .header("content-type", "application/json")
            .header("accept", "application/json")
            .header("user-agent", "raw")
            .header("authorization", "Basic YTFiMmMzZDQ6c2VjcmV0")
            .body(support::BODY);
        Box::pin(async move {
            let response = request.send().await.unwrap();
            assert_eq!(response.status(), 202);
            response.bytes().await.unwrap();
        })
    })
}

fn over_reqwest(base: &str, credentials: Credentials) -> Contender {
    let builder = support::builder(base, credentials).reqwest().unwrap();
    support::typed(builder.build().unwrap())
}

/// Sends for a while: how many messages, in how many seconds, and the median and the 99th percentile in microseconds.
async fn round(contender: &Contender, concurrency: usize, length: Duration) -> String {
    let began = Instant::now();
    let tasks: Vec<_> = (0..concurrency)
        .map(|_| {
            let contender = Arc::clone(contender);
            tokio::spawn(async move {
                let mut times = Vec::new();
                let mut before = Instant::now();
                while before - began < length {
                    contender().await;
                    let after = Instant::now();
                    times.push(after - before);
                    before = after;
                }
                times
            })
        })
        .collect();
    let mut times = Vec::new();
    for task in tasks {
        times.extend(task.await.unwrap());
    }
    let seconds = began.elapsed().as_secs_f64();
    times.sort_unstable();
    let at = |hundredths: usize| times[(times.len() * hundredths / 100).min(times.len() - 1)];
    let microseconds = |time: Duration| time.as_secs_f64() * 1e6;
    format!(
        "{} {seconds} {:.1} {:.1}",
        times.len(),
        microseconds(at(50)),
        microseconds(at(99))
    )
}
