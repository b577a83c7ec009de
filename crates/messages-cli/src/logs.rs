//! Logs on stderr, enabled by `RUST_LOG`.

use std::io::{self, IsTerminal};

use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::prelude::*;

/// Starts logging if `RUST_LOG` is set: a level, or `target=level` separated by commas. An invalid value logs errors only.
///
/// Logs hold neither secrets nor numbers nor texts: the layers below promise that, and the tests of this crate read the logs at
/// TRACE.
pub(crate) fn start() {
    let Some(value) = std::env::var_os("RUST_LOG").filter(|value| !value.is_empty()) else {
        return;
    };
    let targets = value.to_str().and_then(|value| value.parse().ok());
    let targets = targets.unwrap_or_else(|| Targets::new().with_default(LevelFilter::ERROR));
    let layer = tracing_subscriber::fmt::layer()
        .with_writer(io::stderr)
        .with_ansi(io::stderr().is_terminal())
        // Otherwise it reports on stderr that a log cannot be written there, and panics.
        .log_internal_errors(false)
        .with_filter(targets);
    // Fails only if a logger is set already, which never happens here.
    let _ = tracing_subscriber::registry().with(layer).try_init();
}
