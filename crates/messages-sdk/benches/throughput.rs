//! Cost of `Client::send` over hyper's own client.
//!
//! `cargo bench -p messages-sdk --bench throughput`. A token makes a request 600 bytes longer for anyone, so each kind of
//! credentials is measured against raw hyper with the same header.
#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    missing_docs,
    unreachable_pub,
    reason = "a benchmark"
)]

#[allow(dead_code, reason = "shared with the other benchmarks")]
mod support;

use std::time::Duration;

use messages_bench::{Sample, Server, ratio, round, row, runtime, serve, turns};
use support::Outcome;

const ROUNDS: usize = 61;
/// Short, since a noisy machine changes its pace within seconds, and many.
const ROUND: Duration = Duration::from_millis(200);
const CONCURRENCY: usize = 64;

fn main() -> Outcome {
    let arguments: Vec<String> = std::env::args().collect();
    if arguments.iter().any(|argument| argument == "serve") {
        runtime()?.block_on(serve())?;
    } else if arguments.iter().any(|argument| argument == "--bench") {
        runtime()?.block_on(measure())?;
    }
    Ok(())
}

async fn measure() -> Outcome {
    let server = Server::start()?;
    let contenders = support::beside_raw_hyper(server.base());
    for (_, contender) in &contenders {
        round(contender, CONCURRENCY, ROUND).await?;
    }
    let mut samples: [Vec<Sample>; 4] = Default::default();
    for turn in turns(contenders.len(), ROUNDS) {
        samples[turn].push(round(&contenders[turn].1, CONCURRENCY, ROUND).await?);
    }
    println!(
        "{CONCURRENCY} at a time, medians of {ROUNDS} rounds of {ROUND:?}, ratios to raw hyper, Basic"
    );
    for ((name, _), own) in contenders.iter().zip(&samples) {
        println!("{name:<16} {}", row(own, &samples[0]));
    }
    let [raw_basic, raw_jwt, sdk_basic, sdk_jwt] = &samples;
    println!("ratios to raw hyper, JWT");
    println!("{:<16} {}", contenders[3].0, row(sdk_jwt, raw_jwt));
    println!(
        "JWT to Basic: raw hyper x{:.3}, sdk x{:.3} of the messages a second",
        ratio(raw_jwt, raw_basic, Sample::rate),
        ratio(sdk_jwt, sdk_basic, Sample::rate),
    );
    Ok(())
}
