//! What `Client::send` costs over hyper's own client.
//!
//! `cargo bench -p messages-sdk --bench throughput`. The contenders take turns in short rounds, so that a noisy machine is as
//! noisy for all of them, and the ratios are medians over the rounds.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    missing_docs,
    unreachable_pub
)]

mod support;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use support::{Contender, Server};

const ROUNDS: usize = 11;
const ROUND: Duration = Duration::from_millis(600);
const CONCURRENCY: usize = 64;

fn main() {
    let arguments: Vec<_> = std::env::args().collect();
    if arguments.iter().any(|argument| argument == "serve") {
        support::runtime().block_on(support::serve());
    } else if arguments.iter().any(|argument| argument == "--bench") {
        support::runtime().block_on(measure());
    }
}

#[derive(Clone, Copy)]
struct Sample {
    per_second: f64,
    /// Microseconds a message.
    cpu: f64,
}

async fn measure() {
    let server = Server::start();
    let contenders: [(&str, Contender); 3] = [
        ("raw hyper", support::raw_hyper(&server.base)),
        ("sdk, Basic", support::sdk(&server.base, support::basic())),
        ("sdk, JWT", support::sdk(&server.base, support::jwt())),
    ];
    for (_, contender) in &contenders {
        round(contender, ROUND / 5).await;
    }
    let mut samples = vec![Vec::new(); contenders.len()];
    for number in 0..ROUNDS {
        for step in 0..contenders.len() {
            // No contender always runs after the same one.
            let n = (step + number) % contenders.len();
            samples[n].push(round(&contenders[n].1, ROUND).await);
        }
    }
    println!(
        "{CONCURRENCY} at a time, medians of {ROUNDS} rounds of {ROUND:?}, ratios to raw hyper"
    );
    for ((name, _), own) in contenders.iter().zip(&samples) {
        println!(
            "{name:<12} {:>7.0}/s  x{:.3}   {:>6.1} us CPU  x{:.3}",
            median(own.iter().map(|sample| sample.per_second)),
            ratio(own, &samples[0], |sample| sample.per_second),
            median(own.iter().map(|sample| sample.cpu)),
            ratio(own, &samples[0], |sample| sample.cpu),
        );
    }
    println!(
        "JWT to Basic: x{:.3} of the messages a second",
        ratio(&samples[2], &samples[1], |sample| sample.per_second)
    );
}

async fn round(contender: &Contender, length: Duration) -> Sample {
    let done = Arc::new(AtomicU64::new(0));
    let cpu_before = cpu_time();
    let began = Instant::now();
    let tasks: Vec<_> = (0..CONCURRENCY)
        .map(|_| {
            let (contender, done) = (Arc::clone(contender), Arc::clone(&done));
            tokio::spawn(async move {
                while began.elapsed() < length {
                    contender().await;
                    done.fetch_add(1, Ordering::Relaxed);
                }
            })
        })
        .collect();
    for task in tasks {
        task.await.unwrap();
    }
    let done = done.load(Ordering::Relaxed) as f64;
    Sample {
        per_second: done / began.elapsed().as_secs_f64(),
        cpu: (cpu_time() - cpu_before).as_secs_f64() * 1e6 / done,
    }
}

/// User and system time of this process, from the kernel's nanosecond account of each thread.
fn cpu_time() -> Duration {
    let threads = std::fs::read_dir("/proc/self/task").unwrap();
    let nanoseconds = threads
        .filter_map(|thread| std::fs::read_to_string(thread.ok()?.path().join("schedstat")).ok())
        .filter_map(|text| text.split_whitespace().next()?.parse::<u64>().ok())
        .sum();
    Duration::from_nanos(nanoseconds)
}

/// The median over the rounds of a value's ratio to the baseline's of the same round.
fn ratio(own: &[Sample], base: &[Sample], value: fn(&Sample) -> f64) -> f64 {
    median(
        own.iter()
            .zip(base)
            .map(|(own, base)| value(own) / value(base)),
    )
}

fn median(values: impl Iterator<Item = f64>) -> f64 {
    let mut values: Vec<_> = values.collect();
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}
