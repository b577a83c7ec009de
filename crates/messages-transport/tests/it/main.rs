//! The integration tests of the crate, in one binary.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout
)]

mod aa_trace_all;
mod backoff;
mod bounded;
mod broken;
mod classify;
mod conformance;
mod connections;
mod drops;
mod fuzz;
mod limits;
#[cfg(target_os = "linux")]
mod memory;
mod no_double_send;
mod proxies;
mod rate_limit;
mod retry;
mod retry_after;
mod server;
mod stale_pool;
mod support;
mod tls;
