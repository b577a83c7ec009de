//! Integration tests of the store in Postgres.
//!
//! They need a server: the one of `MESSAGES_TEST_POSTGRES`, a URL of a role that may create databases, or the machine's
//! own `initdb` and `postgres`, which are started in a temporary folder. Where neither is found, each test says so and
//! passes; with `MESSAGES_REQUIRE_POSTGRES=1`, as in CI, it fails.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    missing_docs
)]

mod aa_trace_all;
mod campaigns;
mod contract;
mod crash;
mod enqueue;
mod kill;
mod operation;
mod options;
mod server;
mod size;
mod support;
