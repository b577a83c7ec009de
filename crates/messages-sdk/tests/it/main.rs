//! Integration tests of the facade.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

mod aa_trace_all;
mod blocking;
mod doubts;
mod endpoint;
mod env;
mod error_chain;
mod faults;
mod observe;
mod outcomes;
mod receiver;
mod refusals;
mod refused_token;
mod server;
mod service;
mod submit;
mod support;
mod table;
mod token_clock;
mod tracker;
mod verdicts;
mod wire;
