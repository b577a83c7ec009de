//! The comparison that a user would make: this SDK beside bare HTTP clients and beside other SDKs, in one run.
//!
//! Each contender is a process of its own, so that its CPU time and memory are its alone. They take turns in short rounds, so
//! that a noisy machine is as noisy for all of them, and what is compared are the medians of ratios within a round.

mod codec;
mod contender;
mod peers;
mod picture;
mod promises;
mod report;
mod sample;

use anyhow::Result;
use xshell::Shell;

use crate::workspace;
use contender::{Contender, Server};
use sample::Sample;

const CONCURRENCY: [u32; 4] = [1, 16, 64, 256];

/// Enough for a median, and for a noisy neighbour to come and go.
const ROUNDS: usize = 7;
const ROUND_MILLISECONDS: u64 = 700;

/// The contenders of this repository: the name in the table, and what `comparison.rs` calls it.
const OURS: [(&str, &str); 6] = [
    ("raw hyper", "raw-hyper"),
    ("raw reqwest", "raw-reqwest"),
    ("SDK over hyper, Basic", "sdk-hyper-basic"),
    ("SDK over hyper, JWT", "sdk-hyper-jwt"),
    ("SDK over reqwest, Basic", "sdk-reqwest-basic"),
    ("SDK over reqwest, JWT", "sdk-reqwest-jwt"),
];

/// Samples of one contender at one concurrency, one for each round.
struct Series {
    contender: String,
    samples: Vec<Sample>,
    /// The most memory that it ever had until then, in KiB.
    peak: u64,
}

/// Measures, and writes what it measured into `docs/benchmarks.md` and the picture beside it.
pub(crate) fn run(sh: &Shell, flags: &[String]) -> Result<String> {
    let binary = workspace::benchmark(sh, "messages-sdk", "comparison")?
        .display()
        .to_string();
    let server = Server::start(&binary)?;
    let mut contenders = Vec::new();
    for (name, argument) in OURS {
        let command = [binary.clone(), argument.to_owned(), server.base.clone()];
        contenders.push(Contender::start(name, &command)?);
    }
    if flags.iter().any(|flag| flag == "--peers") {
        for (name, command) in peers::commands(sh, &server.base)? {
            contenders.push(Contender::start(&name, &command)?);
        }
    }
    let mut levels = Vec::new();
    for concurrency in CONCURRENCY {
        levels.push((concurrency, measure(&mut contenders, concurrency)?));
    }
    drop(contenders);
    drop(server);
    let codec = codec::measure(sh)?;
    let promises = promises::measure(sh)?;
    report::write(sh, &levels, &codec, &promises)?;
    Ok("docs/benchmarks.md is written".to_owned())
}

fn measure(contenders: &mut [Contender], concurrency: u32) -> Result<Vec<Series>> {
    for contender in contenders.iter_mut() {
        contender.round(concurrency, ROUND_MILLISECONDS / 2)?;
    }
    let mut samples = vec![Vec::new(); contenders.len()];
    for round in 0..ROUNDS {
        for step in 0..contenders.len() {
            // No contender always runs after the same one.
            let turn = (step + round) % contenders.len();
            samples[turn].push(contenders[turn].round(concurrency, ROUND_MILLISECONDS)?);
        }
    }
    contenders
        .iter()
        .zip(samples)
        .map(|(contender, samples)| {
            Ok(Series {
                contender: contender.name.clone(),
                samples,
                peak: contender.peak_memory()?,
            })
        })
        .collect()
}
