//! The queue in front of the buckets.
//!
//! A request waits in line at its narrowest scope. The first one there waits in line at the next one, and takes all its
//! permits at once when it is first everywhere and every scope is open. So a permit is never held while waiting, which
//! leaves nothing to give back when a wait is dropped, and at the account one busy sender stands in line with a single
//! request.

use std::collections::BTreeMap;
use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};
use std::time::{Duration, Instant};

use http::HeaderMap;

use super::bucket::Bucket;
use super::{LimitError, RateLimitPolicy, RateScope, refused};
use crate::layer::retry::retry_after;
use crate::{Sleep, Timer, TransportError};

/// Number of stored scopes above which idle ones are removed.
const SCOPES_BEFORE_CLEANING: usize = 1024;

/// The limiter of a [`RateLimit`](super::RateLimit). A clone shares its state.
#[derive(Debug, Clone)]
pub struct RateLimiter {
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    policy: RateLimitPolicy,
    timer: Arc<dyn Timer>,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    /// A tree, since most clients have one scope or few, and to compare names is quicker than to hash them.
    lines: BTreeMap<RateScope, Line>,
    next_ticket: u64,
    waiting: usize,
    clean_at: usize,
}

#[derive(Debug)]
struct Line {
    bucket: Bucket,
    /// By ticket, so in the order in which they joined this line.
    waiting: BTreeMap<u64, Waker>,
}

impl Line {
    fn leave(&mut self, ticket: u64) {
        if self.waiting.remove(&ticket).is_some()
            && let Some((_, next)) = self.waiting.first_key_value()
        {
            next.wake_by_ref();
        }
    }
}

impl State {
    fn line(&mut self, scope: &RateScope, policy: &RateLimitPolicy, now: Instant) -> &mut Line {
        if self.lines.len() >= self.clean_at && !self.lines.contains_key(scope) {
            self.lines
                .retain(|_, line| !line.waiting.is_empty() || !line.bucket.is_idle(now));
            self.clean_at = (self.lines.len() * 2).max(SCOPES_BEFORE_CLEANING);
        }
        self.lines.entry(scope.clone()).or_insert_with(|| Line {
            bucket: Bucket::new(policy.quota(scope), now),
            waiting: BTreeMap::new(),
        })
    }
}

impl RateLimiter {
    /// A limiter in which nothing has happened yet.
    #[must_use]
    pub fn new(policy: RateLimitPolicy, timer: impl Timer) -> Self {
        let state = State {
            lines: BTreeMap::new(),
            next_ticket: 0,
            waiting: 0,
            clean_at: SCOPES_BEFORE_CLEANING,
        };
        Self {
            shared: Arc::new(Shared {
                policy,
                timer: Arc::new(timer),
                state: Mutex::new(state),
            }),
        }
    }

    /// Number of requests that wait for their turn.
    #[must_use]
    pub fn waiting(&self) -> usize {
        self.shared.state().waiting
    }

    /// Waits for the turn of a request of this scope, and counts it: for work that has to keep a rate
    /// without being a request of a [`RateLimit`](super::RateLimit).
    ///
    /// # Errors
    ///
    /// The kind [`Limited`](crate::TransportErrorKind::Limited), if too many wait already.
    pub async fn turn(&self, scope: &RateScope) -> Result<(), TransportError> {
        self.acquire(scope, None).await.map_err(refused)
    }

    /// Waits for the turn of a request of this scope, at most until `deadline`.
    pub(super) fn acquire(&self, scope: &RateScope, deadline: Option<Instant>) -> Acquire {
        Acquire {
            limiter: self.clone(),
            scopes: scope.outwards().collect(),
            give_up: deadline,
            tickets: Vec::new(),
            waits: false,
            alarm: None,
        }
    }

    /// Takes a permit if there is one right now.
    pub(super) fn try_acquire(&self, scope: &RateScope) -> Result<(), LimitError> {
        let now = self.shared.timer.now();
        let mut state = self.shared.state();
        let taken = if scope.is_account() {
            self.shared.take_of_account(&mut state, scope, now)
        } else {
            let scopes: Vec<_> = scope.outwards().collect();
            self.shared.take_at_once(&mut state, &scopes, now)
        };
        taken.then_some(()).ok_or(LimitError::Busy)
    }

    /// Pauses the account of a request that was throttled.
    pub(super) fn throttled(&self, scope: &RateScope, headers: &HeaderMap) {
        const UNSAID: Duration = Duration::from_secs(1);
        let Shared { policy, timer, .. } = &*self.shared;
        let now = timer.now();
        let asked = retry_after(headers, timer.calendar()).unwrap_or(UNSAID);
        let resume = now + asked.min(policy.max_pause);
        // The response does not say whose limit it was. The account's is the one that all share.
        let account = scope.outermost();
        let mut state = self.shared.state();
        state.line(&account, policy, now).bucket.close_until(resume);
    }
}

impl Shared {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The way of every request while nothing holds any back.
    fn take_at_once(&self, state: &mut State, scopes: &[RateScope], now: Instant) -> bool {
        let open = scopes.iter().all(|scope| {
            // A scope that nothing is known of is open.
            state
                .lines
                .get(scope)
                .is_none_or(|line| line.waiting.is_empty() && line.bucket.ready_at(now) <= now)
        });
        if open {
            for scope in scopes {
                match state.lines.get_mut(scope) {
                    Some(line) => line.bucket.take(now),
                    None => state.line(scope, &self.policy, now).bucket.take(now),
                }
            }
        }
        open
    }

    /// The same for a request that names nothing but its account, with a single look at the lines.
    fn take_of_account(&self, state: &mut State, account: &RateScope, now: Instant) -> bool {
        let line = match state.lines.get_mut(account) {
            Some(line) => line,
            None => state.line(account, &self.policy, now),
        };
        let open = line.waiting.is_empty() && line.bucket.ready_at(now) <= now;
        if open {
            line.bucket.take(now);
        }
        open
    }
}

/// The wait for a turn.
#[derive(Debug)]
pub(super) struct Acquire {
    limiter: RateLimiter,
    /// The narrowest first, the account last.
    scopes: Vec<RateScope>,
    give_up: Option<Instant>,
    /// Its tickets for the lines it has joined. It is the first in all but the last of them.
    tickets: Vec<u64>,
    waits: bool,
    alarm: Option<Alarm>,
}

struct Alarm {
    at: Instant,
    sleep: Sleep,
}

impl fmt::Debug for Alarm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Alarm")
            .field("at", &self.at)
            .finish_non_exhaustive()
    }
}

enum Step {
    Taken,
    Refused(LimitError),
    /// Look again at this instant, or when woken.
    Wait(Option<Instant>),
}

impl Acquire {
    fn advance(&mut self, now: Instant, waker: &Waker) -> Step {
        let shared = Arc::clone(&self.limiter.shared);
        let mut state = shared.state();
        let state = &mut *state;
        if !self.waits {
            if shared.take_at_once(state, &self.scopes, now) {
                return Step::Taken;
            }
            if let Some(refusal) = self.hopeless(&shared.policy, state, now) {
                return Step::Refused(refusal);
            }
            state.waiting += 1;
            self.waits = true;
        }
        if self.give_up.is_some_and(|give_up| now >= give_up) {
            return Step::Refused(LimitError::TooLate);
        }
        loop {
            let level = self.tickets.len().saturating_sub(1);
            let ticket = match self.tickets.get(level) {
                Some(ticket) => *ticket,
                None => self.join(state),
            };
            let line = state.line(&self.scopes[level], &shared.policy, now);
            line.waiting.insert(ticket, waker.clone());
            let first = line
                .waiting
                .first_key_value()
                .is_some_and(|(first, _)| *first == ticket);
            if !first {
                return Step::Wait(self.give_up);
            }
            let ready = line.bucket.ready_at(now);
            if ready > now {
                return Step::Wait(Some(
                    self.give_up.map_or(ready, |give_up| ready.min(give_up)),
                ));
            }
            if self.tickets.len() == self.scopes.len() {
                break;
            }
            self.join(state);
        }
        // First everywhere. A scope that was open may have closed while it stood in the next line.
        let closed = self
            .scopes
            .iter()
            .position(|scope| state.line(scope, &shared.policy, now).bucket.ready_at(now) > now);
        if let Some(closed) = closed {
            self.leave_behind(state, closed + 1);
            waker.wake_by_ref();
            return Step::Wait(None);
        }
        for scope in &self.scopes {
            state.line(scope, &shared.policy, now).bucket.take(now);
        }
        Step::Taken
    }

    /// Draws a ticket for the next line.
    fn join(&mut self, state: &mut State) -> u64 {
        state.next_ticket += 1;
        self.tickets.push(state.next_ticket);
        state.next_ticket
    }

    /// Leaves all lines but the first `kept`.
    fn leave_behind(&mut self, state: &mut State, kept: usize) {
        for (scope, ticket) in self.scopes.iter().zip(&self.tickets).skip(kept) {
            if let Some(line) = state.lines.get_mut(scope) {
                line.leave(*ticket);
            }
        }
        self.tickets.truncate(kept);
    }

    /// Refuses what would only stand in line in vain.
    fn hopeless(
        &self,
        policy: &RateLimitPolicy,
        state: &mut State,
        now: Instant,
    ) -> Option<LimitError> {
        if state.waiting >= policy.max_waiting {
            return Some(LimitError::Full);
        }
        let give_up = self.give_up?;
        let late = self.scopes.iter().any(|scope| {
            let line = state.line(scope, policy, now);
            let ready = line.bucket.ready_at(now).max(now);
            // In front of a wider scope stands at most one of each narrower one, which says little.
            let ahead = if scope == &self.scopes[0] {
                line.waiting.len()
            } else {
                0
            };
            ready
                .checked_add(line.bucket.backlog(ahead))
                .is_none_or(|turn| turn >= give_up)
        });
        late.then_some(LimitError::TooLate)
    }

    fn leave(&mut self) {
        if !std::mem::take(&mut self.waits) {
            return;
        }
        let shared = Arc::clone(&self.limiter.shared);
        let mut state = shared.state();
        state.waiting -= 1;
        self.leave_behind(&mut state, 0);
    }
}

impl Future for Acquire {
    type Output = Result<(), LimitError>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let this = &mut *self;
        loop {
            let timer = Arc::clone(&this.limiter.shared.timer);
            let now = timer.now();
            let until = match this.advance(now, cx.waker()) {
                Step::Taken => {
                    this.leave();
                    return Poll::Ready(Ok(()));
                }
                Step::Refused(refusal) => {
                    this.leave();
                    return Poll::Ready(Err(refusal));
                }
                Step::Wait(None) => return Poll::Pending,
                Step::Wait(Some(until)) => until,
            };
            let alarm = match this.alarm.take() {
                Some(alarm) if alarm.at == until => alarm,
                _ => Alarm {
                    at: until,
                    sleep: timer.sleep(until.saturating_duration_since(now)),
                },
            };
            if this
                .alarm
                .insert(alarm)
                .sleep
                .as_mut()
                .poll(cx)
                .is_pending()
            {
                return Poll::Pending;
            }
            this.alarm = None;
        }
    }
}

impl Drop for Acquire {
    fn drop(&mut self) {
        self.leave();
    }
}
