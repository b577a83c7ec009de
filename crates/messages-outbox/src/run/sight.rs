//! Sight: how far a store can rely on the statuses that did not come.
//!
//! "Not read in ten minutes" is also what a store sees whose webhook receiver is down. So deadlines that wait for a status
//! count *sighted time*: they stand still while the store is blind, and the time that was missed is given back.

use std::time::Duration;

use jiff::Timestamp;

use crate::row::after;

/// Shortest silence after which a store is blind.
const SILENCE_MIN: Duration = Duration::from_secs(120);
/// Silence after which a store is blind, as a multiple of the usual one.
const SILENCE_FACTOR: u32 = 5;
/// Longest catch-up after an outage: the API repeats webhooks with pauses that double up to 15 minutes.
const CATCH_UP_MAX: Duration = Duration::from_secs(15 * 60);
/// Weight of the latest silence in the usual one: an eighth.
const WEIGHT: u32 = 8;

/// Webhooks that came and did not come, over all rows of a store.
///
/// A store is blind when a message was accepted, and since then no verified webhook has come for 2 minutes or 5 times the
/// usual silence, whichever is longer. Any verified webhook ends that, one about another program's message too.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Sight {
    /// Time of the last verified webhook.
    pub last_webhook: Option<Timestamp>,
    /// Usual time from an acceptance to the next webhook: an exponentially weighted average.
    pub usual_silence: Duration,
    /// First acceptance since the last webhook, of a message that no webhook was about.
    pub accepted_since: Option<Timestamp>,
    /// Time at which a run moved on in silence, since the last webhook: the others wait for what its message shows.
    pub probe_at: Option<Timestamp>,
    /// Time that deadlines have stood still so far, catch-ups included.
    pub lost: Duration,
}

impl Sight {
    /// Silence after an acceptance from which on the store is blind.
    #[must_use]
    pub fn patience(&self) -> Duration {
        let usual = self.usual_silence.saturating_mul(SILENCE_FACTOR);
        usual.max(SILENCE_MIN)
    }

    /// Beginning of the present outage: the acceptance after which nothing came. `None` while the store sees.
    #[must_use]
    pub fn blind_since(&self, now: Timestamp) -> Option<Timestamp> {
        self.accepted_since
            .filter(|accepted| after(*accepted, self.patience()) <= now)
    }

    /// Returns `true` if no webhook has come for as long as it takes to be blind, acceptances or not.
    ///
    /// That may be an outage or a quiet hour. So only one run at a time moves on then, over all workers of the store: the
    /// status of its next message tells which of the two it is.
    #[must_use]
    pub fn is_silent(&self, now: Timestamp) -> bool {
        self.last_webhook
            .is_none_or(|last| after(last, self.patience()) <= now)
    }

    /// Returns `true` if a status that did not come may count as missing.
    #[must_use]
    pub fn is_trusted(&self, now: Timestamp) -> bool {
        let awaits_webhook = self.accepted_since.is_some() || self.is_probing(now);
        self.blind_since(now).is_none() && !(awaits_webhook && self.is_silent(now))
    }

    /// Returns `true` if a run moved on in silence, and its message may still be accepted. One that is not accepted within
    /// the patience, such as a refused one, brings no webhook: then another run may move on.
    fn is_probing(&self, now: Timestamp) -> bool {
        self.probe_at
            .is_some_and(|probe| after(probe, self.patience()) > now)
    }

    /// Time that deadlines have stood still until now.
    #[must_use]
    pub fn lost_at(&self, now: Timestamp) -> Duration {
        match self.blind_since(now) {
            Some(since) => self.lost.saturating_add(between(since, now)),
            None => self.lost,
        }
    }

    /// A message was accepted, and no webhook was about it yet. Returns `true` if that changed something.
    pub fn on_accepted(&mut self, now: Timestamp) -> bool {
        let is_first = self.accepted_since.is_none();
        if is_first {
            self.accepted_since = Some(now);
        }
        is_first
    }

    /// A run moved on in silence.
    pub(crate) fn on_probe(&mut self, now: Timestamp) {
        self.probe_at = Some(now);
    }

    /// A verified webhook came.
    pub fn on_webhook(&mut self, now: Timestamp) {
        if let Some(since) = self.blind_since(now) {
            let outage = between(since, now);
            // As long as the outage: by then the API has repeated what failed meanwhile.
            let catch_up = outage.min(CATCH_UP_MAX);
            self.lost = self.lost.saturating_add(outage).saturating_add(catch_up);
        } else if let Some(accepted) = self.accepted_since {
            // The silence of an outage is not a usual one.
            let rest = self.usual_silence / WEIGHT * (WEIGHT - 1);
            self.usual_silence = rest + between(accepted, now) / WEIGHT;
        }
        self.accepted_since = None;
        self.probe_at = None;
        self.last_webhook = Some(now);
    }
}

fn between(from: Timestamp, to: Timestamp) -> Duration {
    Duration::try_from(from.duration_until(to)).unwrap_or_default()
}
