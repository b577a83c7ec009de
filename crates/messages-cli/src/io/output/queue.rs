//! Lines for a reader who may fall behind, written by a thread of their own.

use std::collections::VecDeque;
use std::io;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use serde::Serialize;
use serde_json::json;
use tokio::sync::Notify;

use super::{Line, Output};

/// The most bytes that wait for the reader.
const LIMIT: usize = 4 << 20;
/// Longest wait at the end for a reader that reads nothing, or reads slowly.
const PATIENCE: Duration = Duration::from_secs(1);
const PATIENCE_IN_ALL: Duration = Duration::from_secs(5);

/// Results of a command that goes on: a paused terminal or a slow pipe delays nothing but its own lines.
///
/// Up to 4 MiB wait for the reader. Lines beyond that are left out; the first line after them is preceded by their number, as
/// `{"missed":N}` on stdout with `--json`, else as a warning on stderr.
pub(crate) struct Queue {
    out: Output,
    shared: Arc<Shared>,
}

#[derive(Default)]
struct Shared {
    state: Mutex<State>,
    changed: Condvar,
    broken: Notify,
}

#[derive(Default)]
struct State {
    entries: VecDeque<Entry>,
    /// The bytes of the entries, of which each has one at least, and of the one that is being written.
    bytes: usize,
    /// Lines left out since the last entry.
    missed: u64,
    error: Option<io::ErrorKind>,
    is_closed: bool,
}

enum Entry {
    Text(String),
    Missed(u64),
}

impl Entry {
    fn bytes(&self) -> usize {
        match self {
            Self::Text(text) => text.len(),
            Self::Missed(_) => 1,
        }
    }
}

impl State {
    fn push(&mut self, entry: Entry) {
        self.bytes += entry.bytes();
        self.entries.push_back(entry);
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Queue {
    pub(super) fn new(out: Output) -> io::Result<Self> {
        let shared = Arc::new(Shared::default());
        let writer = Arc::clone(&shared);
        std::thread::Builder::new()
            .name("output".to_owned())
            .spawn(move || write(out, &writer))?;
        Ok(Self { out, shared })
    }

    /// Enqueues a result: an object with `--json`, else lines. Fails if stdout is broken.
    pub(crate) fn result<T: Serialize>(
        &self,
        value: &T,
        lines: impl FnOnce(&T) -> Vec<Line>,
    ) -> io::Result<()> {
        let text = self.out.text(value, lines)?;
        let mut state = self.shared.lock();
        if let Some(kind) = state.error {
            return Err(kind.into());
        }
        // Not at the first free byte, so that lines left out come in few gaps.
        if state.missed > 0 && state.bytes < LIMIT / 2 {
            let missed = std::mem::take(&mut state.missed);
            state.push(Entry::Missed(missed));
        }
        if state.missed > 0 || (state.bytes > 0 && state.bytes + text.len() > LIMIT) {
            state.missed += 1;
            return Ok(());
        }
        state.push(Entry::Text(text));
        self.shared.changed.notify_all();
        Ok(())
    }

    /// Writes a remark to stderr, beside the queue.
    pub(crate) fn note(&self, line: &Line) {
        self.out.note(line);
    }

    /// Waits until stdout is broken: its reader has gone.
    pub(crate) async fn broken(&self) -> io::Error {
        self.shared.broken.notified().await;
        let error = self.shared.lock().error;
        error.unwrap_or(io::ErrorKind::Other).into()
    }

    /// Waits for the lines to be written, as long as their reader reads.
    pub(crate) fn close(&self) {
        let end = Instant::now() + PATIENCE_IN_ALL;
        let mut state = self.shared.lock();
        state.is_closed = true;
        self.shared.changed.notify_all();
        loop {
            let left = state.bytes;
            if (left == 0 && state.missed == 0) || state.error.is_some() {
                return;
            }
            let waited = self.shared.changed.wait_timeout(state, PATIENCE);
            state = waited.unwrap_or_else(PoisonError::into_inner).0;
            if (left > 0 && state.bytes == left) || Instant::now() >= end {
                return;
            }
        }
    }
}

/// Ends the thread once what is left is written.
impl Drop for Queue {
    fn drop(&mut self) {
        self.shared.lock().is_closed = true;
        self.shared.changed.notify_all();
    }
}

fn write(out: Output, shared: &Shared) {
    let mut state = shared.lock();
    loop {
        let entry = match state.entries.pop_front() {
            Some(entry) => entry,
            None if state.missed > 0 => {
                let missed = std::mem::take(&mut state.missed);
                state.push(Entry::Missed(missed));
                continue;
            }
            None if state.is_closed => return,
            None => {
                state = shared
                    .changed
                    .wait(state)
                    .unwrap_or_else(PoisonError::into_inner);
                continue;
            }
        };
        drop(state);
        let written = match &entry {
            Entry::Text(text) => out.write(text),
            Entry::Missed(lines) => tell_missed(out, *lines),
        };
        state = shared.lock();
        state.bytes = state.bytes.saturating_sub(entry.bytes());
        if let Err(error) = written {
            state.error = Some(error.kind());
            state.entries.clear();
            shared.broken.notify_one();
            shared.changed.notify_all();
            return;
        }
        shared.changed.notify_all();
    }
}

fn tell_missed(out: Output, lines: u64) -> io::Result<()> {
    if out.is_json() {
        return out.object(&json!({ "missed": lines }));
    }
    out.note(&Line::new().warn("warning").plain(format!(
        ": {lines} lines are left out, since the output was read too slowly"
    )));
    Ok(())
}
