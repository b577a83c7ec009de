//! The emulator from outside: real HTTP, real webhooks.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    missing_docs
)]

mod aa_trace_all;
#[cfg(feature = "persistence")]
mod accounts;
mod api;
mod bounds;
mod browser;
mod by_hand;
mod channels;
mod control;
#[cfg(feature = "persistence")]
mod data_file;
mod faults;
mod flows;
mod handed_over;
mod observe;
#[cfg(feature = "persistence")]
mod persistence;
mod rules;
mod settings;
mod snapshots;
mod support;
mod webhooks;
