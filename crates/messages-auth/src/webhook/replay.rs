//! Handling each webhook once, although it may be delivered many times.

use std::collections::{HashMap, VecDeque};
use std::error::Error;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};

use crate::id::ApiKey;

/// Remembers which webhooks are being handled and which have been.
///
/// # Contract
/// 1. `claim` is atomic: of any number of calls with one key, one gets [`ClaimOutcome::Claimed`] until that claim is
///    released or lapses.
/// 2. A claim that is neither committed nor released lapses after a time of the guard's choice, longer than handling
///    takes: the process that held it may be gone.
/// 3. After `commit`, `claim` returns [`ClaimOutcome::Handled`] at least until `until`. It counts even if the claim has
///    lapsed meanwhile: the webhook was handled. A clock that jumps ahead and back passes `until` too early: purge by
///    count, as [`MemoryReplayGuard`] does, or by a clock that does not jump, such as that of a database server.
/// 4. `release` with a ticket that is not the current one changes nothing: another delivery has the claim by now.
/// 5. No method panics. Each may block for as long as its storage takes.
pub trait ReplayGuard: fmt::Debug + Send + Sync + 'static {
    /// Asks for the right to handle `key`. After `until` the webhook is too old to be accepted anyway.
    ///
    /// # Errors
    /// A [`ReplayError`] if it cannot tell; the webhook is then answered 503 and comes again.
    fn claim(
        &self,
        key: &ReplayKey,
        now: SystemTime,
        until: SystemTime,
    ) -> Result<ClaimOutcome, ReplayError>;

    /// Notes that `key` was handled.
    ///
    /// # Errors
    /// A [`ReplayError`] if it cannot be kept.
    fn commit(&self, key: &ReplayKey, ticket: u64, until: SystemTime) -> Result<(), ReplayError>;

    /// Gives the claim back. If that fails, the claim lapses in time.
    fn release(&self, key: &ReplayKey, ticket: u64);
}

/// The answer to a claim.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ClaimOutcome {
    /// It is the caller's to handle; the ticket tells this claim from later ones for the same key.
    Claimed(u64),
    /// Another delivery of it is being handled, and may still fail.
    InProgress,
    /// It was handled.
    Handled,
}

/// Identity of a webhook: its account and `jti`, not its token, whose text could vary. Cloning is cheap.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ReplayKey(Arc<str>);

impl ReplayKey {
    /// The key of a `jti`, which is unique within an account only.
    #[must_use]
    pub fn new(api_key: Option<&ApiKey>, jti: &str) -> Self {
        // An API key has no colon, so that no two pairs give one text.
        Self(format!("{}:{jti}", api_key.map_or("", ApiKey::as_str)).into())
    }

    /// `api_key:jti`, at most 320 bytes.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for ReplayKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let jti = self.0.split_once(':').map_or("", |(_, jti)| jti);
        write!(f, "ReplayKey({jti:?})")
    }
}

/// A replay guard could not do its work.
#[derive(thiserror::Error)]
#[error("the replay guard failed")]
pub struct ReplayError(#[source] Box<dyn Error + Send + Sync>);

impl ReplayError {
    /// Wraps the reason.
    pub fn new(reason: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self(reason.into())
    }
}

/// A guard in this process's memory, of bounded size.
///
/// When it is full, it removes the webhook that was handled first; a copy of that one would be handled again. Nothing is
/// removed because of its age, so a clock that jumps ahead and back lets no copy pass. A webhook that is being handled is
/// never removed: if all of them are, a new one is answered 503.
///
/// It ends with its process. A webhook that was claimed then and not committed was not answered either, so the sender
/// tries it again and it is handled: nothing is lost. What was handled before is forgotten, so that a copy of it is
/// handled again; where that must not be, keep the memory in a database that the handler's own changes are committed to.
pub struct MemoryReplayGuard {
    capacity: usize,
    lease: Duration,
    memory: Mutex<Memory>,
}

#[derive(Default)]
struct Memory {
    states: HashMap<ReplayKey, State>,
    /// Keys in state [`State::Handled`], in the order of their commits.
    handled: VecDeque<ReplayKey>,
    last_ticket: u64,
    leases: LeaseClock,
}

enum State {
    /// `lapses` is a time of the [`LeaseClock`].
    Claimed {
        ticket: u64,
        lapses: Duration,
    },
    Handled,
}

/// Time that passes from call to call, without jumps of the system clock.
#[derive(Default)]
struct LeaseClock {
    elapsed: Duration,
    last: Option<SystemTime>,
}

impl MemoryReplayGuard {
    /// 100,000 webhooks: 21 MB when full of UUIDs, which is the form of the API's `jti`.
    pub const DEFAULT_CAPACITY: usize = 100_000;
    /// 5 minutes. A claim lapses only if it was leaked: dropping it gives it back at once.
    pub const DEFAULT_LEASE: Duration = Duration::from_secs(300);

    /// A guard of the default size.
    #[must_use]
    pub fn new() -> Self {
        Self::with_capacity(Self::DEFAULT_CAPACITY)
    }

    /// A guard that remembers this many webhooks, at least one.
    #[must_use]
    pub fn with_capacity(capacity: usize) -> Self {
        Self {
            capacity: capacity.max(1),
            lease: Self::DEFAULT_LEASE,
            memory: Mutex::default(),
        }
    }

    /// Another time after which a claim lapses.
    #[must_use]
    pub fn lease(mut self, lease: Duration) -> Self {
        self.lease = lease;
        self
    }

    /// Number of stored webhooks, claimed or handled.
    #[must_use]
    pub fn len(&self) -> usize {
        self.memory().states.len()
    }

    /// Returns `true` if it has no webhooks.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    fn memory(&self) -> MutexGuard<'_, Memory> {
        self.memory.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Default for MemoryReplayGuard {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for MemoryReplayGuard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MemoryReplayGuard")
            .field("capacity", &self.capacity)
            .field("lease", &self.lease)
            .field("len", &self.len())
            .finish()
    }
}

impl ReplayGuard for MemoryReplayGuard {
    fn claim(
        &self,
        key: &ReplayKey,
        now: SystemTime,
        _until: SystemTime,
    ) -> Result<ClaimOutcome, ReplayError> {
        let mut memory = self.memory();
        let now = memory.leases.advance(now);
        match memory.states.get(key) {
            Some(State::Handled) => return Ok(ClaimOutcome::Handled),
            Some(State::Claimed { lapses, .. }) if now < *lapses => {
                return Ok(ClaimOutcome::InProgress);
            }
            Some(State::Claimed { .. }) => {}
            None => memory.make_room(self.capacity, now)?,
        }
        memory.last_ticket += 1;
        let ticket = memory.last_ticket;
        let lapses = now.saturating_add(self.lease);
        memory
            .states
            .insert(key.clone(), State::Claimed { ticket, lapses });
        Ok(ClaimOutcome::Claimed(ticket))
    }

    fn commit(&self, key: &ReplayKey, _ticket: u64, _until: SystemTime) -> Result<(), ReplayError> {
        let mut memory = self.memory();
        if !matches!(
            memory.states.insert(key.clone(), State::Handled),
            Some(State::Handled)
        ) {
            memory.handled.push_back(key.clone());
        }
        // A claim that lapsed may have lost its place to another.
        if memory.states.len() > self.capacity {
            memory.remove_first();
        }
        Ok(())
    }

    fn release(&self, key: &ReplayKey, ticket: u64) {
        let mut memory = self.memory();
        if matches!(memory.states.get(key), Some(State::Claimed { ticket: current, .. }) if *current == ticket)
        {
            memory.states.remove(key);
        }
    }
}

impl Memory {
    /// Removes the webhook that was handled first; `false` if none was.
    fn remove_first(&mut self) -> bool {
        match self.handled.pop_front() {
            Some(key) => self.states.remove(&key).is_some(),
            None => false,
        }
    }

    fn make_room(&mut self, capacity: usize, now: Duration) -> Result<(), ReplayError> {
        if self.states.len() < capacity || self.remove_first() {
            return Ok(());
        }
        self.states
            .retain(|_, state| !matches!(state, State::Claimed { lapses, .. } if *lapses <= now));
        if self.states.len() < capacity {
            Ok(())
        } else {
            Err(ReplayError::new(
                "every place is taken by a webhook that is being handled",
            ))
        }
    }
}

impl LeaseClock {
    /// A longer step, either way, counts as a clock that was set: no lease ends because of it.
    const LONGEST_STEP: Duration = Duration::from_secs(60 * 60);

    /// The elapsed time at `now`. It stands still while the system clock catches up with a short step back, since callers
    /// read that clock before they hold the lock.
    fn advance(&mut self, now: SystemTime) -> Duration {
        let last = *self.last.get_or_insert(now);
        match now.duration_since(last) {
            Ok(step) if step <= Self::LONGEST_STEP => {
                self.elapsed = self.elapsed.saturating_add(step);
                self.last = Some(now);
            }
            Err(back) if back.duration() <= Self::LONGEST_STEP => {}
            _ => self.last = Some(now),
        }
        self.elapsed
    }
}

crate::chain::debug_as_text!(ReplayError);
