//! Integration tests of the facade.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

mod blocking;
mod bulk;
mod doubts;
mod endpoint;
mod env;
mod error_chain;
mod faults;
mod observe;
mod outcomes;
mod receiver;
mod server;
mod support;
mod table;
mod tracker;
mod wire;
