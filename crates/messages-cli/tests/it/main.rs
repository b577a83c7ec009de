//! The binary as a person or a script uses it: a temporary home, a bare environment, exit codes.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod batch;
mod demo;
mod emulator;
mod jwt;
mod listen;
mod offline;
mod profile;
mod send;
mod shell;
mod terminal;
mod webhook;
