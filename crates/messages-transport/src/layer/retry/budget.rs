//! A bound on retries across calls, so that an outage is not answered with a storm.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use super::Cause;

/// Tokens that retries are paid with. Clones share them.
///
/// A retry costs 10 tokens, 5 if the server asked for it (429). A call that succeeds pays 1 back,
/// or the price of its last retry. In a total outage the budget therefore allows a fixed number of
/// retries and then none, while first attempts always go out: when the server is back, so is the
/// full rate.
#[derive(Debug, Clone)]
pub struct RetryBudget {
    tokens: Arc<AtomicU32>,
    capacity: u32,
}

/// Amount that a call pays in if its first attempt succeeds.
pub(super) const SUCCESS: u32 = 1;

pub(super) const fn cost(cause: Cause) -> u32 {
    match cause {
        Cause::Throttled => 5,
        Cause::Unsent | Cause::Transient => 10,
    }
}

impl RetryBudget {
    /// A full budget of so many tokens.
    #[must_use]
    pub fn new(capacity: u32) -> Self {
        Self {
            tokens: Arc::new(AtomicU32::new(capacity)),
            capacity,
        }
    }

    /// The tokens that are left.
    #[must_use]
    pub fn tokens(&self) -> u32 {
        self.tokens.load(Ordering::Relaxed)
    }

    pub(super) fn withdraw(&self, tokens: u32) -> bool {
        self.tokens
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| {
                left.checked_sub(tokens)
            })
            .is_ok()
    }

    pub(super) fn deposit(&self, tokens: u32) {
        // A full budget is the usual case, and needs no write to a shared cache line.
        let _ = self
            .tokens
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| {
                (left < self.capacity).then(|| left.saturating_add(tokens).min(self.capacity))
            });
    }
}

impl Default for RetryBudget {
    /// 500 tokens: 50 retries without a success in between.
    fn default() -> Self {
        Self::new(500)
    }
}
