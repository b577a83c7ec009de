//! For `cargo xtask canary`: prints everything that is logged at any level. Its name makes it the first test of a single thread.

use tracing_subscriber::filter::LevelFilter;
use tracing_subscriber::fmt::format::FmtSpan;

#[test]
fn prints_everything_that_is_logged() {
    if std::env::var_os("MESSAGES_CANARY").is_some() {
        tracing_subscriber::fmt()
            .with_max_level(LevelFilter::TRACE)
            .with_span_events(FmtSpan::NEW | FmtSpan::CLOSE)
            .with_ansi(false)
            .with_writer(std::io::stdout)
            .init();
    }
}
