//! The SDK and the bare HTTP clients beneath it as contenders of `cargo xtask bench`, which says what they read and write.
//!
//! `comparison serve` answers; `comparison CONTENDER BASE` sends.
#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    missing_docs,
    unreachable_pub,
    reason = "a benchmark"
)]

#[allow(dead_code, reason = "shared with the other benchmarks")]
mod support;

use std::io::Write;
use std::time::Duration;

use messages_bench::{BASIC, Contender, Sample, raw_hyper, raw_reqwest, round, runtime, serve};
use messages_sdk::auth::Credentials;
use support::Outcome;

fn main() -> Outcome {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let runtime = runtime()?;
    let contender = match arguments[..] {
        ["serve"] => match runtime.block_on(serve())? {},
        ["raw-hyper", base] => raw_hyper(base, BASIC)?,
        ["raw-reqwest", base] => raw_reqwest(base, BASIC)?,
        ["sdk-hyper-basic", base] => support::sdk(base, support::basic()),
        ["sdk-hyper-jwt", base] => support::sdk(base, support::jwt()),
        ["sdk-reqwest-basic", base] => over_reqwest(base, support::basic()),
        ["sdk-reqwest-jwt", base] => over_reqwest(base, support::jwt()),
        _ => return Ok(()),
    };
    println!("ready");
    for line in std::io::stdin().lines() {
        let line = line?;
        let (concurrency, milliseconds) = line.split_once(' ').ok_or("two numbers are expected")?;
        let length = Duration::from_millis(milliseconds.parse()?);
        let sample = runtime.block_on(round(&contender, concurrency.parse()?, length))?;
        println!("{}", answer(&sample));
        std::io::stdout().flush()?;
    }
    Ok(())
}

fn over_reqwest(base: &str, credentials: Credentials) -> Contender {
    let builder = support::builder(base, credentials).reqwest().unwrap();
    support::typed(builder.build().unwrap())
}

/// Number of messages, duration in seconds, and the median and the 99th percentile in microseconds.
fn answer(sample: &Sample) -> String {
    let microseconds = |time: Duration| time.as_secs_f64() * 1e6;
    format!(
        "{} {} {:.1} {:.1}",
        sample.sent,
        sample.took.as_secs_f64(),
        microseconds(sample.p50),
        microseconds(sample.p99)
    )
}
