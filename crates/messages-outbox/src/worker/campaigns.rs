//! Campaigns: the releases of their recipients.

use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::outbox::Inner;
use crate::store::{ReleaseRequest, StoreError, StoreErrorKind};

/// Recipients released by one request.
const LIMIT: u32 = 500;
/// Shortest time between two looks while recipients wait.
const PAUSE: Duration = Duration::from_millis(20);
/// Longest time between two looks while rows are queued that a brake may stop.
const WATCH: Duration = Duration::from_millis(100);

/// Releases recipients while a worker sends rows.
pub(super) struct Campaigns {
    inner: Arc<Inner>,
    look_at: Instant,
    is_waiting: bool,
}

impl Campaigns {
    pub(super) fn new(inner: &Arc<Inner>) -> Self {
        Self {
            inner: Arc::clone(inner),
            look_at: Instant::now(),
            is_waiting: false,
        }
    }

    /// Releases recipients whose turn it is, if it is time to look for them.
    pub(super) async fn look(&mut self) -> Result<(), StoreError> {
        let Some(campaigns) = self.inner.store.campaigns() else {
            return Ok(());
        };
        if Instant::now() < self.look_at {
            return Ok(());
        }
        let request = ReleaseRequest {
            accounts: self.inner.clients.keys().cloned().collect(),
            limit: LIMIT,
            // Enough for the claims until the next look.
            backlog: self.inner.settings.concurrency.saturating_mul(4).max(LIMIT),
        };
        let releases = match campaigns.release_recipients(&request).await {
            Ok(releases) => releases,
            // Another worker released the same campaign at the same time; the next look finds the rest.
            Err(error) if error.kind() == StoreErrorKind::Busy => {
                self.look_at = Instant::now() + PAUSE;
                return Ok(());
            }
            Err(error) => return Err(error),
        };
        if releases.paused > 0 {
            tracing::warn!(paused = releases.paused, "campaigns were paused");
        }
        let until =
            |time| Duration::try_from(releases.now.duration_until(time)).unwrap_or_default();
        let wait = releases.next.map_or(Duration::MAX, until).max(PAUSE);
        let longest = match releases.watched {
            0 => self.inner.settings.poll,
            _ => self.inner.settings.poll.min(WATCH),
        };
        self.look_at = Instant::now() + wait.min(longest);
        self.is_waiting = releases.next.is_some() || releases.released + releases.moved > 0;
        Ok(())
    }

    /// Time until the next look.
    pub(super) fn wait(&self) -> Duration {
        match self.inner.store.campaigns() {
            Some(_) => self.look_at.saturating_duration_since(Instant::now()),
            None => Duration::MAX,
        }
    }

    /// Returns `true` if recipients wait for their turn.
    pub(super) const fn are_waiting(&self) -> bool {
        self.is_waiting
    }
}
