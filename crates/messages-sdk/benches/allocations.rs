//! How often `Client::send` allocates, against hyper's own client.
//!
//! `cargo bench -p messages-sdk --bench allocations`. One call at a time, connection and token already there; the server is
//! another process, so that all allocations are the client's. It counts, so it gives the same figures on any machine.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    missing_docs,
    unreachable_pub
)]

mod support;

use support::{Contender, Server};

#[global_allocator]
static ALLOCATOR: dhat::Alloc = dhat::Alloc;

const CALLS: u64 = 1_000;

fn main() {
    let arguments: Vec<_> = std::env::args().collect();
    if arguments.iter().any(|argument| argument == "serve") {
        support::runtime().block_on(support::serve());
    } else if arguments.iter().any(|argument| argument == "--bench") {
        support::runtime().block_on(measure());
    }
}

async fn measure() {
    let server = Server::start();
    let contenders = [
        ("raw hyper", support::raw_hyper(&server.base)),
        ("sdk, Basic", support::sdk(&server.base, support::basic())),
        ("sdk, JWT", support::sdk(&server.base, support::jwt())),
    ];
    println!("allocations of one call, mean of {CALLS}");
    let mut raw = None;
    for (name, contender) in &contenders {
        let (blocks, bytes) = count(contender).await;
        let raw = *raw.get_or_insert(blocks);
        println!(
            "{name:<12} {blocks:>6.1} blocks  {bytes:>8.0} bytes  {:+.1} blocks",
            blocks - raw
        );
    }
}

/// Blocks and bytes a call.
async fn count(contender: &Contender) -> (f64, f64) {
    for _ in 0..100 {
        contender().await;
    }
    let _profiler = dhat::Profiler::builder().testing().build();
    for _ in 0..CALLS {
        contender().await;
    }
    let stats = dhat::HeapStats::get();
    (
        stats.total_blocks as f64 / CALLS as f64,
        stats.total_bytes as f64 / CALLS as f64,
    )
}
