//! Joins the state, which only computes, to the clock and to the tasks that do what it wants done.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::Notify;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

use crate::clock::{Clock, Moment, Pace};
use crate::event::log::EventLog;
use crate::state::{Effects, Outgoing, State, WorkspaceId};
use crate::store::{Store, StoreError};

/// Changes that may wait to be stored, in bytes, before nothing new is accepted.
const BACKLOG: usize = 32 * 1024 * 1024;

/// The running emulator, without its sockets.
pub(crate) struct Engine {
    state: Mutex<State>,
    pub(crate) clock: Clock,
    /// Something earlier than before may be due.
    wake: Notify,
    /// Signals the end of a webhook attempt, or another event.
    changed: Notify,
    /// The state hands out no more at once than may be in flight.
    outgoing: UnboundedSender<Outgoing>,
    store: Option<Arc<dyn Store>>,
    pub(crate) events: EventLog,
    numbers: AtomicU64,
}

impl Engine {
    /// The state on a clock; what changes in it is handed to `store`, if there is one.
    pub(crate) fn new(
        mut state: State,
        clock: Clock,
        store: Option<Arc<dyn Store>>,
    ) -> (Self, UnboundedReceiver<Outgoing>) {
        if store.is_some() {
            state.track();
        }
        let (outgoing, receiver) = unbounded_channel();
        let engine = Self {
            state: Mutex::new(state),
            clock,
            wake: Notify::new(),
            changed: Notify::new(),
            outgoing,
            store,
            events: EventLog::new(),
            numbers: AtomicU64::new(0),
        };
        (engine, receiver)
    }

    /// Does something with the state, after everything that was due before, and hands out what follows from it.
    pub(crate) fn with<T>(&self, act: impl FnOnce(&mut State, Moment, &mut Effects) -> T) -> T {
        let mut effects = Effects::default();
        let result = {
            let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
            let due_before = state.next_due();
            let now = self.clock.now();
            state.run(now, &mut effects);
            let result = act(&mut state, now, &mut effects);
            state.pump(now, &mut effects);
            if state.next_due() != due_before {
                self.wake.notify_one();
            }
            // Inside the lock, so that everything leaves in the order in which it came about.
            if let Some(store) = &self.store {
                let changes = state.take_changes();
                if !changes.is_empty() {
                    store.keep(changes);
                }
            }
            for outgoing in effects.webhooks.drain(..) {
                // There is no receiver only while the emulator is being dropped.
                let _ = self.outgoing.send(outgoing);
            }
            for event in effects.events.drain(..) {
                self.events.add(event);
            }
            result
        };
        self.changed.notify_waiters();
        result
    }

    /// Looks at the state as it is.
    pub(crate) fn look<T>(&self, look: impl FnOnce(&State, Moment) -> T) -> T {
        let state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        look(&state, self.clock.now())
    }

    /// Counters and gauges, for Prometheus.
    pub(crate) fn metrics(&self) -> String {
        let gauges = self.look(|state, _| state.gauges());
        self.events.metrics(gauges)
    }

    /// A number that was never given before.
    pub(crate) fn next_number(&self) -> u64 {
        self.numbers.fetch_add(1, Ordering::Relaxed) + 1
    }

    /// Waits until `ready` says so, asking whenever something has changed.
    pub(crate) async fn wait_until<T>(&self, mut ready: impl FnMut(&State) -> Option<T>) -> T {
        loop {
            let changed = self.changed.notified();
            tokio::pin!(changed);
            // Registered before the question, so that no change is missed in between.
            changed.as_mut().enable();
            if let Some(answer) = self.look(|state, _| ready(state)) {
                return answer;
            }
            changed.await;
        }
    }

    /// Waits until everything that has happened so far is kept: only then may it be acknowledged.
    ///
    /// # Errors
    /// If it cannot be kept. Without a store, nothing is asked for.
    pub(crate) async fn flush(&self) -> Result<(), StoreError> {
        match &self.store {
            None => Ok(()),
            Some(store) => store.barrier().await.map_err(|_| StoreError),
        }
    }

    /// Waits while the changes to store exceed the memory for them.
    pub(crate) async fn room(&self) {
        let is_full = |store: &Arc<dyn Store>| store.backlog() > BACKLOG;
        if self.store.as_ref().is_some_and(is_full) {
            // A caller that waits for the store gets the error itself.
            let _ = self.flush().await;
        }
    }

    pub(crate) fn store(&self) -> Option<&dyn Store> {
        self.store.as_deref()
    }

    /// Waits until no webhook is being posted.
    pub(crate) async fn settled(&self) {
        self.wait_until(|state| state.is_settled().then_some(()))
            .await;
    }

    /// Waits until nothing that has been posted so far is in flight in a workspace.
    pub(crate) async fn landed(&self, workspace: WorkspaceId) {
        let last = self.look(|state, _| state.last_flight());
        self.wait_until(|state| state.has_landed(workspace, last).then_some(()))
            .await;
    }

    /// Moves the clock on, stopping at each due event until its webhooks have their responses: the effects of
    /// a response happen at their time.
    pub(crate) async fn advance(&self, by: Duration) {
        let target = self.clock.now().after(by);
        self.settled().await;
        loop {
            match self.look(|state, _| state.next_due()) {
                Some(due) if due <= target => self.clock.move_to(due),
                _ => break,
            }
            self.with(|_, _, _| ());
            self.settled().await;
        }
        self.clock.move_to(target);
        self.with(|state, now, _| state.moved_to(now));
        self.settled().await;
        self.wake.notify_one();
    }

    /// Changes how time passes.
    pub(crate) fn set_pace(&self, pace: Pace) {
        self.clock.set_pace(pace);
        self.wake.notify_one();
    }
}

/// Lets things happen when they are due, for ever.
pub(crate) async fn drive(engine: Arc<Engine>) {
    loop {
        let due = engine.look(|state, _| state.next_due());
        match due.and_then(|due| engine.clock.real_time_until(due)) {
            Some(left) => {
                tokio::select! {
                    () = tokio::time::sleep(left) => {}
                    () = engine.wake.notified() => {}
                }
            }
            None => engine.wake.notified().await,
        }
        engine.room().await;
        engine.with(|_, _, _| ());
    }
}
