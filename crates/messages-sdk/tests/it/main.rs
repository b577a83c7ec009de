//! Integration tests of the facade.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

mod doubts;
mod endpoint;
mod error_chain;
mod outcomes;
mod receiver;
mod support;
mod tracker;
mod wire;
