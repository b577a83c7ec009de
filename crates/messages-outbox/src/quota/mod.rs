//! Quotas: send slots, reserved in the store before a row is claimed.

use std::collections::BTreeMap;
use std::num::NonZeroU32;
use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::row::{Lane, after};

/// Rate of a scope, shared by all workers of a store.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Quota {
    interval: Duration,
}

impl Quota {
    /// At most this many sends in any second. The slots are spaced 3 % wider, so that a delay of 30 ms on the way does not
    /// push one more into a second.
    #[must_use]
    pub const fn per_second(sends: NonZeroU32) -> Self {
        Self::new(sends, Duration::from_secs(1))
    }

    /// At most this many sends in any `period`, spaced 3 % wider.
    #[must_use]
    pub const fn new(sends: NonZeroU32, period: Duration) -> Self {
        let nanos = period.as_nanos() * 103 / 100 / sends.get() as u128;
        Self {
            interval: Duration::from_nanos(if nanos > u64::MAX as u128 {
                u64::MAX
            } else {
                nanos as u64
            }),
        }
    }

    /// Distance of two slots.
    #[must_use]
    pub const fn interval(self) -> Duration {
        self.interval
    }
}

/// Quotas of a worker's claims. Default: none.
#[derive(Debug, Clone, Default)]
#[must_use]
pub struct Quotas {
    account: Option<Quota>,
    sender: Option<Quota>,
    channels: BTreeMap<String, Quota>,
    ahead: Ahead,
}

/// Distances from the present at which a worker reserves slots.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Ahead {
    /// To the first slot: the time that the worker needs to begin a row.
    pub(crate) lead: Duration,
    /// From there to the last slot. A worker that is killed wastes those that it has; one that reserves too few gets the next
    /// ones too late.
    pub(crate) horizon: Duration,
}

impl Default for Ahead {
    fn default() -> Self {
        Self {
            lead: Duration::ZERO,
            horizon: Duration::from_millis(80),
        }
    }
}

impl Quotas {
    /// Rate of each account. The API's usual limit is 30 requests a second.
    pub fn account(mut self, quota: Quota) -> Self {
        self.account = Some(quota);
        self
    }

    /// Rate of each sender.
    pub fn sender(mut self, quota: Quota) -> Self {
        self.sender = Some(quota);
        self
    }

    /// Rate of each sender on this channel.
    pub fn channel(mut self, channel: impl Into<String>, quota: Quota) -> Self {
        self.channels.insert(channel.into(), quota);
        self
    }

    /// Distances at which slots are reserved.
    pub(crate) fn ahead(mut self, ahead: Ahead) -> Self {
        self.ahead = ahead;
        self
    }

    /// Reserves up to `wanted` slots, see [`reserve`].
    pub(crate) fn reserve(
        &self,
        scopes: &mut [(Slots, Option<Quota>)],
        wanted: u32,
        now: Timestamp,
    ) -> Grant {
        reserve_ahead(scopes, wanted, now, self.ahead)
    }

    /// Returns `true` if there is no quota.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.account.is_none() && self.sender.is_none() && self.channels.is_empty()
    }

    /// Distance of two slots of a sender.
    #[cfg(feature = "testing")]
    pub(crate) fn sender_interval(&self) -> Duration {
        self.sender.map_or(Duration::ZERO, Quota::interval)
    }

    /// The scopes of a lane, each with its quota. The account is always among them: it is what a 429 pauses.
    pub(crate) fn of(&self, lane: &Lane) -> Vec<(SlotScope, Option<Quota>)> {
        let mut scopes = vec![(SlotScope::Account(lane.account.clone()), self.account)];
        if let Some(quota) = self.sender {
            let scope = SlotScope::Sender(lane.account.clone(), lane.sender.clone());
            scopes.push((scope, Some(quota)));
        }
        if let Some(quota) = self.channels.get(&lane.channel) {
            scopes.push((SlotScope::Lane(lane.clone()), Some(*quota)));
        }
        scopes
    }
}

/// Scope of a rate.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SlotScope {
    /// All sends of an account.
    Account(String),
    /// Sends of an account and sender.
    Sender(String, String),
    /// Sends of an account, sender and channel.
    Lane(Lane),
}

/// Stored state of a scope's slots.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Slots {
    /// The next free slot.
    pub next: Timestamp,
    /// No sends before this time, after a 429.
    pub paused_until: Timestamp,
}

impl Default for Slots {
    fn default() -> Self {
        Self {
            next: Timestamp::UNIX_EPOCH,
            paused_until: Timestamp::UNIX_EPOCH,
        }
    }
}

impl Slots {
    /// The first slot that is free.
    fn start(self, quota: Option<Quota>, now: Timestamp, lead: Duration) -> Timestamp {
        let Some(quota) = quota else {
            return self.paused_until.max(now);
        };
        let interval = quota.interval();
        // A later slot was never reserved: the clock was moved back, and waiting for it would stop all sends.
        let latest = after(after(now, CLOCK_MOVED), interval);
        let next = if self.next > latest { now } else { self.next };
        next.max(self.paused_until).max(after(now, lead))
    }
}

/// Reserved slots.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Grant {
    /// Number of slots, possibly 0.
    pub count: u32,
    /// Time of the first one; if there is none, the time to ask again.
    pub first: Timestamp,
    /// Distance of two slots.
    pub interval: Duration,
    /// Time from which another request can get the next slot: before that slot, so that none passes unused.
    pub again: Timestamp,
}

/// A next slot further away than this was never reserved.
const CLOCK_MOVED: Duration = Duration::from_secs(2);

/// Reserves up to `wanted` slots in all scopes of a lane at once, and moves each scope's next free slot.
///
/// The slots of a scope never overlap, whichever lane they go to, so no worker can exceed a quota; one that dies wastes its
/// slots.
pub fn reserve(scopes: &mut [(Slots, Option<Quota>)], wanted: u32, now: Timestamp) -> Grant {
    reserve_ahead(scopes, wanted, now, Ahead::default())
}

fn reserve_ahead(
    scopes: &mut [(Slots, Option<Quota>)],
    wanted: u32,
    now: Timestamp,
    ahead: Ahead,
) -> Grant {
    let intervals = scopes
        .iter()
        .map(|(_, quota)| quota.map_or(Duration::ZERO, |quota| quota.interval));
    let widest = intervals.clone().max().unwrap_or_default();
    let is_mixed = intervals
        .filter(|interval| !interval.is_zero())
        .any(|interval| interval < widest);
    let first = scopes
        .iter()
        .map(|(slots, quota)| slots.start(*quota, now, ahead.lead))
        .max()
        .unwrap_or(now);
    // Slots of a lane that shares a scope with faster ones are reserved one by one, so that they hold up no slot of the others.
    let most = if is_mixed { 1 } else { wanted };
    let distance = ahead.lead.saturating_add(ahead.horizon);
    let room = first_to(first, after(now, distance));
    let count = match room {
        None => 0,
        Some(_) if widest.is_zero() => most,
        Some(room) => {
            let fitting = room.as_nanos() / widest.as_nanos() + 1;
            most.min(u32::try_from(fitting).unwrap_or(u32::MAX))
        }
    }
    .min(wanted);
    if count > 0 {
        let last = after(first, widest.saturating_mul(count - 1));
        for (slots, quota) in scopes {
            if let Some(quota) = quota {
                slots.next = after(last, quota.interval);
            }
        }
    }
    let next = after(first, widest.saturating_mul(count));
    // Without a rate, what was claimed is sent at once.
    let early = if widest.is_zero() {
        Duration::ZERO
    } else {
        distance
    };
    let again = next.checked_sub(early).unwrap_or(now).max(now);
    Grant {
        count,
        first,
        interval: widest,
        again,
    }
}

fn first_to(first: Timestamp, end: Timestamp) -> Option<Duration> {
    Duration::try_from(end.duration_since(first)).ok()
}
