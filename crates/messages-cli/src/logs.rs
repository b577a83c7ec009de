//! Logs on stderr, for whoever sets `RUST_LOG`.

use std::io::{self, IsTerminal};

use tracing_subscriber::EnvFilter;

/// Starts logging when `RUST_LOG` says so. What is logged holds neither secrets nor numbers nor texts: the layers
/// below promise that, and the tests of this crate read the logs at their most talkative.
pub(crate) fn start() {
    if std::env::var_os("RUST_LOG").is_none_or(|value| value.is_empty()) {
        return;
    }
    // It fails only where a logger is set already, which here nobody does.
    let _ = tracing_subscriber::fmt()
        .with_env_filter(EnvFilter::from_default_env())
        .with_writer(io::stderr)
        .with_ansi(io::stderr().is_terminal())
        // It would tell of a log that cannot be written on stderr, which is what cannot be written, and panic.
        .log_internal_errors(false)
        .try_init();
}
