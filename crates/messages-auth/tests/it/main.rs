//! The only integration binary of the crate: offline, deterministic, no clock.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a failure here is the report, and the counts are printed"
)]

mod basic;
mod clock_jumps;
mod crash;
mod errors;
mod fuzz;
mod guards;
mod hostile;
mod jwt;
mod key_paths;
mod keys;
mod leaks;
mod public_keys;
mod replay;
mod rotation;
mod source;
mod support;
mod webhook;
