//! Shared parts of the throughput benchmarks: a server in a process of its own, the bare clients that nothing
//! over them can beat, and rounds in turns.
//!
//! A shared machine makes absolute numbers worth little. So the contenders take turns in short rounds ([`turns`]), a noisy
//! machine is as noisy for all of them, and what is compared are medians of ratios within a round ([`ratio`]).

mod contender;
mod raw;
mod sample;
mod server;

pub use contender::{Call, Contender, Failure};
pub use raw::{BASIC, BODY, RawHyper, raw_hyper, raw_reqwest, request};
pub use sample::{Sample, median, ratio, round, row, turns};
pub use server::{Server, serve};

/// The runtime of clients and server alike: with as many threads on any machine.
///
/// # Errors
///
/// When the operating system gives no thread.
pub fn runtime() -> std::io::Result<tokio::runtime::Runtime> {
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
}
