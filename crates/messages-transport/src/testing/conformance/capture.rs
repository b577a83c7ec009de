//! Listening for what must not be logged.

use std::fmt::{self, Write};
use std::sync::{Arc, Mutex, MutexGuard, Once, OnceLock, PoisonError, Weak};

use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::subscriber::DefaultGuard;
use tracing::{Dispatch, Event, Metadata, Subscriber};

/// Listens until it is dropped: to what `log` is told on any thread, and `tracing` on this one.
pub(super) struct Capture {
    watch: Arc<Watch>,
    _tracing: DefaultGuard,
}

/// Texts that must not be logged, and the target that logged one.
struct Watch {
    canaries: Vec<String>,
    culprit: Mutex<Option<String>>,
}

/// Those that listen to `log`, which knows one logger a process.
static WATCHES: Mutex<Vec<Weak<Watch>>> = Mutex::new(Vec::new());

/// Listens for these texts. They have to be new, since other threads may log what they like.
pub(super) fn start(canaries: &[String]) -> Capture {
    static INSTALL: Once = Once::new();
    // With a single dispatcher in the process, tracing asks the current thread's alone whether a place is of interest, and
    // remembers that for all threads. A second one that stays makes it ask each of them.
    static SECOND: OnceLock<Dispatch> = OnceLock::new();
    SECOND.get_or_init(|| Dispatch::new(Collector(Arc::new(Watch::new(&[])))));
    // If the test binary has a logger of its own, that one stays.
    INSTALL.call_once(|| {
        if log::set_logger(&Listener).is_ok() {
            log::set_max_level(log::LevelFilter::Trace);
        }
    });
    let watch = Arc::new(Watch::new(canaries));
    let mut watches = lock(&WATCHES);
    watches.retain(|watch| watch.strong_count() > 0);
    watches.push(Arc::downgrade(&watch));
    drop(watches);
    Capture {
        _tracing: tracing::subscriber::set_default(Collector(Arc::clone(&watch))),
        watch,
    }
}

impl Capture {
    /// The target that logged one of the texts, if any did.
    pub(super) fn culprit(&self) -> Option<String> {
        lock(&self.watch.culprit).clone()
    }
}

impl Watch {
    fn new(canaries: &[String]) -> Self {
        Self {
            canaries: canaries.to_vec(),
            culprit: Mutex::new(None),
        }
    }

    fn look_at(&self, target: &str, text: &str) {
        if self.canaries.iter().any(|canary| text.contains(canary)) {
            *lock(&self.culprit) = Some(target.to_owned());
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

struct Listener;

impl log::Log for Listener {
    fn enabled(&self, _: &log::Metadata<'_>) -> bool {
        true
    }

    fn log(&self, record: &log::Record<'_>) {
        // Formatting may run code of others, so the lock is not held meanwhile.
        let watches: Vec<_> = lock(&WATCHES).iter().filter_map(Weak::upgrade).collect();
        if watches.is_empty() {
            return;
        }
        let text = record.args().to_string();
        for watch in watches {
            watch.look_at(record.target(), &text);
        }
    }

    fn flush(&self) {}
}

struct Collector(Arc<Watch>);

struct Line(String);

impl Visit for Line {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        // Writing to a String cannot fail.
        let _ = write!(self.0, " {}={value:?}", field.name());
    }
}

impl Collector {
    fn look_at(&self, target: &str, record: impl FnOnce(&mut Line)) {
        let mut line = Line(String::new());
        record(&mut line);
        self.0.look_at(target, &line.0);
    }
}

impl Subscriber for Collector {
    fn enabled(&self, _: &Metadata<'_>) -> bool {
        true
    }

    fn new_span(&self, span: &Attributes<'_>) -> Id {
        self.look_at(span.metadata().target(), |line| span.record(line));
        Id::from_u64(1)
    }

    fn record(&self, _: &Id, values: &Record<'_>) {
        self.look_at("a span", |line| values.record(line));
    }

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn event(&self, event: &Event<'_>) {
        self.look_at(event.metadata().target(), |line| event.record(line));
    }

    fn enter(&self, _: &Id) {}

    fn exit(&self, _: &Id) {}
}
