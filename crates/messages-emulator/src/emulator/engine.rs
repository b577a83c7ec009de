//! Joins the world, which only computes, to the clock and to the tasks that do what it wants done.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::Notify;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

use crate::clock::{Clock, Moment, Pace};
use crate::event::log::EventLog;
use crate::state::{Effects, Outgoing, WorkspaceId, World};
use crate::store::{Keeper, NotKept};

/// Changes that may wait to be stored, in bytes, before nothing new is accepted.
const BACKLOG: usize = 32 * 1024 * 1024;

/// The running emulator, without its sockets.
pub(crate) struct Engine {
    world: Mutex<World>,
    pub(crate) clock: Clock,
    /// Something earlier than before may be due.
    wake: Notify,
    /// A webhook was answered, or something has happened.
    changed: Notify,
    /// The world hands out no more at once than may be in flight.
    outgoing: UnboundedSender<Outgoing>,
    keeper: Option<Arc<dyn Keeper>>,
    pub(crate) events: EventLog,
    numbers: AtomicU64,
}

impl Engine {
    /// The world on a clock; what changes in it is handed to `keeper`, if there is one.
    pub(crate) fn new(
        mut world: World,
        clock: Clock,
        keeper: Option<Arc<dyn Keeper>>,
    ) -> (Self, UnboundedReceiver<Outgoing>) {
        if keeper.is_some() {
            world.track();
        }
        let (outgoing, receiver) = unbounded_channel();
        let engine = Self {
            world: Mutex::new(world),
            clock,
            wake: Notify::new(),
            changed: Notify::new(),
            outgoing,
            keeper,
            events: EventLog::new(),
            numbers: AtomicU64::new(0),
        };
        (engine, receiver)
    }

    /// Does something with the world, after everything that was due before, and hands out what follows from it.
    pub(crate) fn with<T>(&self, act: impl FnOnce(&mut World, Moment, &mut Effects) -> T) -> T {
        let mut effects = Effects::default();
        let result = {
            let mut world = self.world.lock().unwrap_or_else(PoisonError::into_inner);
            let due_before = world.next_due();
            let now = self.clock.now();
            world.run(now, &mut effects);
            let result = act(&mut world, now, &mut effects);
            world.pump(&mut effects);
            if world.next_due() != due_before {
                self.wake.notify_one();
            }
            // Inside the lock, so that everything leaves in the order in which it came about.
            if let Some(keeper) = &self.keeper {
                let changes = world.take_changes();
                if !changes.is_empty() {
                    keeper.keep(changes);
                }
            }
            for outgoing in effects.posts.drain(..) {
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

    /// Looks at the world as it is.
    pub(crate) fn look<T>(&self, look: impl FnOnce(&World, Moment) -> T) -> T {
        let world = self.world.lock().unwrap_or_else(PoisonError::into_inner);
        look(&world, self.clock.now())
    }

    /// Counters and gauges, for Prometheus.
    pub(crate) fn metrics(&self) -> String {
        let gauges = self.look(|world, _| world.gauges());
        self.events.metrics(gauges)
    }

    /// A number that was never given before.
    pub(crate) fn next_number(&self) -> u64 {
        self.numbers.fetch_add(1, Ordering::Relaxed) + 1
    }

    /// Waits until `ready` says so, asking whenever something has changed.
    pub(crate) async fn wait_until<T>(&self, mut ready: impl FnMut(&World) -> Option<T>) -> T {
        loop {
            let changed = self.changed.notified();
            tokio::pin!(changed);
            // Registered before the question, so that no change is missed in between.
            changed.as_mut().enable();
            if let Some(answer) = self.look(|world, _| ready(world)) {
                return answer;
            }
            changed.await;
        }
    }

    /// Waits until everything that has happened so far is kept: only then may it be acknowledged.
    ///
    /// # Errors
    /// If it cannot be kept. Without a keeper, nothing is asked for.
    pub(crate) async fn kept(&self) -> Result<(), NotKept> {
        match &self.keeper {
            None => Ok(()),
            Some(keeper) => keeper.barrier().await.map_err(|_| NotKept),
        }
    }

    /// Waits while more is to be stored than may be held in memory.
    pub(crate) async fn room(&self) {
        let is_full = |keeper: &Arc<dyn Keeper>| keeper.backlog() > BACKLOG;
        if self.keeper.as_ref().is_some_and(is_full) {
            // A caller that waits for the store gets the error itself.
            let _ = self.kept().await;
        }
    }

    pub(crate) fn keeper(&self) -> Option<&dyn Keeper> {
        self.keeper.as_deref()
    }

    /// Waits until no webhook is being posted.
    pub(crate) async fn settled(&self) {
        self.wait_until(|world| world.is_settled().then_some(()))
            .await;
    }

    /// Waits until nothing that has been posted so far is in flight in a workspace.
    pub(crate) async fn landed(&self, workspace: WorkspaceId) {
        let last = self.look(|world, _| world.last_flight());
        self.wait_until(|world| world.has_landed(workspace, last).then_some(()))
            .await;
    }

    /// Moves the clock on, stopping at everything that is due on the way until its webhooks are answered: what follows
    /// from an answer happens in its place.
    pub(crate) async fn advance(&self, by: Duration) {
        let target = self.clock.now().after(by);
        self.settled().await;
        loop {
            match self.look(|world, _| world.next_due()) {
                Some(due) if due <= target => self.clock.move_to(due),
                _ => break,
            }
            self.with(|_, _, _| ());
            self.settled().await;
        }
        self.clock.move_to(target);
        self.with(|world, now, _| world.moved_to(now));
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
        let due = engine.look(|world, _| world.next_due());
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
