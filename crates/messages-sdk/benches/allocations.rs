//! Allocations of `Client::send`, compared to hyper's own client.
//!
//! `cargo bench -p messages-sdk --bench allocations`. One call at a time, connection and token already there; the server is
//! another process, so that all allocations are the client's. It counts, so it gives the same figures on any machine.
#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    missing_docs,
    unreachable_pub,
    reason = "a benchmark"
)]

#[allow(dead_code, reason = "shared with the other benchmarks")]
mod support;

use messages_bench::{Contender, Failure, Server, runtime, serve};
use support::Outcome;

#[global_allocator]
static ALLOCATOR: dhat::Alloc = dhat::Alloc;

const CALLS: u64 = 1_000;

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
    println!("allocations of one call, mean of {CALLS}");
    let mut raw = None;
    for (name, contender) in &support::beside_raw_hyper(server.base()) {
        let (blocks, bytes) = count(contender).await?;
        let raw = *raw.get_or_insert(blocks);
        println!(
            "{name:<16} {blocks:>6.1} blocks  {bytes:>8.0} bytes  {:+.1} blocks",
            blocks - raw
        );
    }
    Ok(())
}

/// Blocks and bytes a call.
async fn count(contender: &Contender) -> Result<(f64, f64), Failure> {
    for _ in 0..100 {
        contender().await?;
    }
    let _profiler = dhat::Profiler::builder().testing().build();
    for _ in 0..CALLS {
        contender().await?;
    }
    let stats = dhat::HeapStats::get();
    Ok((
        stats.total_blocks as f64 / CALLS as f64,
        stats.total_bytes as f64 / CALLS as f64,
    ))
}
