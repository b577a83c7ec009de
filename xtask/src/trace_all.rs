//! Part of the integration tests of every crate that logs, for `cargo xtask canary`: from this test on, everything that is
//! logged at any level is printed. There it is the first one, since with one thread tests run in the order of their names.

use tracing_subscriber::filter::LevelFilter;
use tracing_subscriber::fmt::format::FmtSpan;

#[test]
fn prints_everything_that_is_logged() {
    let Some(mode) = std::env::var_os("MESSAGES_CANARY") else {
        return;
    };
    tracing_subscriber::fmt()
        .with_max_level(LevelFilter::TRACE)
        .with_span_events(FmtSpan::NEW | FmtSpan::CLOSE)
        .with_ansi(false)
        .with_writer(std::io::stdout)
        .init();
    if mode == "planted" {
        tracing::trace!(to = "447700900000", "a canary that must be found");
    }
}
