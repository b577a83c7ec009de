//! Logs on stderr, enabled by `RUST_LOG`.

use std::io::{self, IsTerminal};

use tracing_subscriber::EnvFilter;

/// Starts logging if `RUST_LOG` is set. Logs hold neither secrets nor numbers nor texts: the layers below promise that,
/// and the tests of this crate read the logs at TRACE.
pub(crate) fn start() {
    if std::env::var_os("RUST_LOG").is_none_or(|value| value.is_empty()) {
        return;
    }
    // Fails only if a logger is set already, which never happens here.
    let _ = tracing_subscriber::fmt()
        .with_env_filter(EnvFilter::from_default_env())
        .with_writer(io::stderr)
        .with_ansi(io::stderr().is_terminal())
        // Otherwise it reports on stderr that a log cannot be written there, and panics.
        .log_internal_errors(false)
        .try_init();
}
