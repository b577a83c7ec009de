//! The state of one connection.

use std::sync::atomic::{AtomicU8, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use http::StatusCode;
use tokio::sync::Notify;
use tokio::time::Instant;

use super::limits::Share;
use super::registry::Registry;

/// Breaks the connection on which a request came, in the extensions of each request. For servers that test their clients.
#[derive(Debug, Clone, Default)]
pub struct Disconnect(Arc<AtomicU8>);

const CLOSE: u8 = 1;
const RESET: u8 = 2;

impl Disconnect {
    /// Closes the connection before another byte is written.
    pub fn close(&self) {
        self.0.store(CLOSE, Ordering::Release);
    }

    /// Resets the connection (TCP RST) before another byte is written.
    pub fn reset(&self) {
        self.0.store(RESET, Ordering::Release);
    }

    pub(super) fn is_wanted(&self) -> bool {
        self.0.load(Ordering::Acquire) != 0
    }

    pub(super) fn is_reset(&self) -> bool {
        self.0.load(Ordering::Acquire) == RESET
    }
}

/// A connection as its stream, its bodies and the accept loop share it.
pub(super) struct Connection {
    pub(super) registry: Arc<Registry>,
    pub(super) disconnect: Disconnect,
    /// Notified when the connection has been evicted or is to drain.
    pub(super) signal: Notify,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    /// Time at which the connection began to wait for a request.
    idle_since: Option<Instant>,
    /// Time at which the last bytes of an incomplete request body arrived.
    body_since: Option<Instant>,
    /// Time at which the client last read of a pending response.
    blocked_since: Option<Instant>,
    /// Bytes of the current request's body.
    held: usize,
    share: Share,
    /// The response is complete, but not flushed.
    is_answered: bool,
    /// Bytes arrived while the connection was idle.
    has_read: bool,
    /// Requests in a row that did not wait for the response before.
    pipelined: usize,
    /// The status for the failure of the current request's body.
    failure: Option<StatusCode>,
    is_evicted: bool,
    is_draining: bool,
    /// Bytes to discard after the last response.
    linger: usize,
}

impl State {
    /// Time of the last progress, unless the connection waits for this server.
    fn stalled_since(&self) -> Option<Instant> {
        [self.idle_since, self.body_since, self.blocked_since]
            .into_iter()
            .flatten()
            .min()
    }
}

/// Instruction for a connection after its signal.
pub(super) enum Order {
    Continue,
    Close,
    /// Close after the response.
    Drain,
}

impl Connection {
    pub(super) fn new(registry: Arc<Registry>) -> Self {
        Self {
            registry,
            disconnect: Disconnect::default(),
            signal: Notify::new(),
            state: Mutex::new(State {
                idle_since: Some(Instant::now()),
                ..State::default()
            }),
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Bytes arrived.
    pub(super) fn has_read(&self) {
        let mut state = self.state();
        if state.idle_since.is_some() {
            state.has_read = true;
        }
    }

    /// A request begins. Returns how many in a row did not wait for the response before.
    pub(super) fn begin(&self, share: Share) -> usize {
        let mut state = self.state();
        state.pipelined = if state.has_read {
            0
        } else {
            state.pipelined + 1
        };
        state.has_read = false;
        state.is_answered = false;
        state.idle_since = None;
        state.share = share;
        state.failure = None;
        state.pipelined
    }

    /// The body of the current request has failed.
    pub(super) fn fail(&self, status: StatusCode) {
        self.state().failure = Some(status);
    }

    pub(super) fn failure(&self) -> Option<StatusCode> {
        self.state().failure
    }

    /// The response is complete, though not flushed.
    pub(super) fn answered(&self) {
        self.state().is_answered = true;
    }

    /// The stream has accepted all that was written.
    pub(super) fn flushed(&self) {
        let mut state = self.state();
        state.blocked_since = None;
        if std::mem::take(&mut state.is_answered) {
            state.idle_since = Some(Instant::now());
        }
    }

    /// The response waits for its reader, as of `now`.
    pub(super) fn blocked(&self, now: Instant) {
        self.state().blocked_since = Some(now);
    }

    /// The request body is incomplete since `since`, or complete.
    pub(super) fn receiving(&self, since: Option<Instant>) {
        self.state().body_since = since;
    }

    /// Counts bytes of a body. Returns the bytes of the request and their share.
    pub(super) fn hold(&self, bytes: usize) -> (usize, Share) {
        let mut state = self.state();
        state.held += bytes;
        (state.held, state.share)
    }

    /// The bytes that are no longer held, and their share.
    pub(super) fn release(&self) -> (usize, Share) {
        let mut state = self.state();
        (std::mem::take(&mut state.held), state.share)
    }

    /// Time of the last progress, if it can be evicted.
    pub(super) fn evictable_since(&self) -> Option<Instant> {
        let state = self.state();
        state.stalled_since().filter(|_| !state.is_evicted)
    }

    /// The bytes of its incomplete body, if it can be evicted.
    pub(super) fn evictable_bytes(&self, share: Share) -> Option<usize> {
        let state = self.state();
        (state.body_since.is_some() && !state.is_evicted && state.share == share)
            .then_some(state.held)
    }

    pub(super) fn evict(&self) {
        self.state().is_evicted = true;
        self.signal.notify_one();
    }

    pub(super) fn drain(&self) {
        self.state().is_draining = true;
        self.signal.notify_one();
    }

    pub(super) fn order(&self) -> Order {
        let mut state = self.state();
        // A request that was complete in the meantime saves the connection.
        if std::mem::take(&mut state.is_evicted) && state.stalled_since().is_some() {
            Order::Close
        } else if !state.is_draining {
            Order::Continue
        } else if state.idle_since.is_some() {
            Order::Close
        } else {
            Order::Drain
        }
    }

    /// After the last response, discards so many bytes for a moment, so that a client that is still sending can read it.
    pub(super) fn linger(&self, bytes: usize) {
        self.state().linger = bytes;
    }

    pub(super) fn bytes_to_discard(&self) -> usize {
        self.state().linger
    }
}
