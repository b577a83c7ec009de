//! Integration tests of the store in SQLite.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    missing_docs
)]

mod aa_trace_all;
mod commit;
mod contract;
mod dispatch;
mod enqueue;
mod erase;
mod file;
mod kill;
#[cfg(target_os = "linux")]
mod power;
mod redaction;
mod support;
