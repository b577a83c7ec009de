//! Integration tests of the outbox.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    missing_docs
)]

mod aa_trace_all;
mod api;
mod blindness;
mod broken;
mod conformance;
mod policies;
mod races;
mod redaction;
mod run_histories;
mod runs;
mod runs_worker;
mod search;
mod simulation;
mod story;
mod support;
mod transitions;
mod values;
mod windows;
mod worker;
mod worker_faults;
mod worker_rates;
