//! Listening to everything that this thread logs.

use std::cell::RefCell;
use std::fmt::{self, Write};
use std::sync::{Arc, Mutex, Once, PoisonError};

use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::subscriber::DefaultGuard;
use tracing::{Event, Metadata, Subscriber};

type Lines = Arc<Mutex<Vec<String>>>;

thread_local! {
    static LISTENING: RefCell<Option<Lines>> = const { RefCell::new(None) };
}

/// Collects what `tracing` and `log` are told on this thread, until it is dropped.
pub(super) struct Capture {
    lines: Lines,
    _tracing: DefaultGuard,
}

pub(super) fn start() -> Capture {
    static INSTALL: Once = Once::new();
    // `log` knows one logger a process. If the test binary has its own, that one stays.
    INSTALL.call_once(|| {
        if log::set_logger(&Listener).is_ok() {
            log::set_max_level(log::LevelFilter::Trace);
        }
    });
    let lines = Lines::default();
    LISTENING.set(Some(Arc::clone(&lines)));
    let subscriber = Collector {
        lines: Arc::clone(&lines),
    };
    Capture {
        lines,
        _tracing: tracing::subscriber::set_default(subscriber),
    }
}

impl Capture {
    /// Where one of these was logged, without showing it.
    pub(super) fn find(&self, canaries: &[&str]) -> Option<String> {
        let lines = self.lines.lock().unwrap_or_else(PoisonError::into_inner);
        let found = lines
            .iter()
            .find(|line| canaries.iter().any(|canary| line.contains(canary)))?;
        let source = found.split_whitespace().next().unwrap_or_default();
        Some(format!("something from a header or a body, by {source},"))
    }
}

impl Drop for Capture {
    fn drop(&mut self) {
        LISTENING.set(None);
    }
}

fn push(lines: &Lines, line: String) {
    lines
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .push(line);
}

struct Listener;

impl log::Log for Listener {
    fn enabled(&self, _: &log::Metadata<'_>) -> bool {
        true
    }

    fn log(&self, record: &log::Record<'_>) {
        LISTENING.with_borrow(|lines| {
            if let Some(lines) = lines {
                push(lines, format!("{} {}", record.target(), record.args()));
            }
        });
    }

    fn flush(&self) {}
}

struct Collector {
    lines: Lines,
}

struct Line(String);

impl Visit for Line {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        // Writing to a String cannot fail.
        let _ = write!(self.0, " {}={value:?}", field.name());
    }
}

impl Subscriber for Collector {
    fn enabled(&self, _: &Metadata<'_>) -> bool {
        true
    }

    fn new_span(&self, span: &Attributes<'_>) -> Id {
        let mut line = Line(span.metadata().target().to_owned());
        span.record(&mut line);
        push(&self.lines, line.0);
        Id::from_u64(1)
    }

    fn record(&self, _: &Id, values: &Record<'_>) {
        let mut line = Line("span".to_owned());
        values.record(&mut line);
        push(&self.lines, line.0);
    }

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn event(&self, event: &Event<'_>) {
        let mut line = Line(event.metadata().target().to_owned());
        event.record(&mut line);
        push(&self.lines, line.0);
    }

    fn enter(&self, _: &Id) {}

    fn exit(&self, _: &Id) {}
}
