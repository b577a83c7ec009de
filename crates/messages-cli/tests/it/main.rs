//! The binary as a user or a script runs it: a temporary home, a bare environment, exit codes.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout
)]

#[cfg(target_os = "linux")]
mod bad_clients;
mod batch;
mod batch_input;
mod campaign_options;
mod campaigns;
mod changed_input;
mod command_line;
mod demo;
mod emulator;
#[cfg(unix)]
mod endurance;
mod fake;
mod files;
mod hostile;
mod journey;
mod jwt;
mod kill;
mod large;
mod listen;
mod million;
mod offline;
mod options;
mod outbox;
mod outbox_journeys;
mod outbox_operation;
#[cfg(all(unix, feature = "postgres"))]
mod outbox_postgres;
mod outbox_runs;
mod profile;
mod proxies;
mod recipients;
mod references;
mod resume;
mod secrets;
mod send;
mod shapes;
mod shell;
mod table;
mod webhook;
