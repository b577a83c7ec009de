//! The webhooks of a workspace: in order for each order key, retried by the documented schedule.

use std::collections::{BTreeMap, HashMap};
use std::convert::Infallible;
use std::time::Duration;

use tokio::sync::oneshot;

use crate::clock::Moment;
use crate::state::table::Table;
use crate::state::webhook::delivery::{Attempt, DeliveryId, DeliveryState, WebhookDelivery};
use crate::state::webhook::dispatch::FlightId;

/// The first pause before a webhook is tried again; each further one is twice as long.
const FIRST_PAUSE: Duration = Duration::from_secs(5);
/// The longest pause.
const LONGEST_PAUSE: Duration = Duration::from_secs(15 * 60);
/// A webhook is given up when it would be tried later than this after the first time.
const GIVE_UP_AFTER: Duration = Duration::from_secs(24 * 60 * 60);
/// Longest wait of a webhook that is to come out of order for the one that overtakes it.
pub(crate) const HOLD: Duration = Duration::from_secs(5);

/// The webhooks of a workspace.
#[derive(Default)]
pub(crate) struct WebhookQueue {
    webhooks: Table<WebhookDelivery>,
    /// Webhooks that were not tried yet, by their order key and the order of their entry. The first of each key is in flight,
    /// or ready to be.
    queues: BTreeMap<(u64, u64), DeliveryId>,
    entered: u64,
    /// Held back, by order key, until another one has overtaken it.
    held: HashMap<u64, DeliveryId>,
    in_flight: HashMap<DeliveryId, Flight>,
    last: DeliveryId,
}

struct Flight {
    id: FlightId,
    /// Breaks the attempt off when it is dropped.
    _withdraw: oneshot::Sender<Infallible>,
}

/// The consequence of an attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Followup {
    /// The next try of the same webhook.
    pub(crate) retry_at: Option<Moment>,
    /// The webhook of the same order key that may go out now.
    pub(crate) next: Option<DeliveryId>,
}

impl WebhookQueue {
    /// Remembers a webhook, which is not posted yet.
    pub(crate) fn add(&mut self, delivery: WebhookDelivery) -> DeliveryId {
        self.last += 1;
        self.put_back(self.last, delivery);
        self.last
    }

    /// Puts a webhook back that had its number before.
    pub(crate) fn put_back(&mut self, id: DeliveryId, delivery: WebhookDelivery) {
        self.last = self.last.max(id);
        let attempts: usize = delivery.attempts.iter().map(Attempt::bytes).sum();
        let bytes = delivery.bytes() + attempts;
        self.webhooks.insert(id, delivery);
        self.webhooks.weigh(id, bytes);
    }

    /// Numbers go on after this one.
    pub(crate) fn go_on_from(&mut self, last: DeliveryId) {
        self.last = self.last.max(last);
    }

    /// The number that was given last.
    pub(crate) const fn last(&self) -> DeliveryId {
        self.last
    }

    pub(crate) const fn table(&self) -> &Table<WebhookDelivery> {
        &self.webhooks
    }

    pub(crate) const fn table_mut(&mut self) -> &mut Table<WebhookDelivery> {
        &mut self.webhooks
    }

    pub(crate) fn get(&self, id: DeliveryId) -> Option<&WebhookDelivery> {
        self.webhooks.get(id)
    }

    /// Removes a webhook, and breaks its attempt off if it is in flight. Returns the webhook of the same order key that may go out
    /// now.
    pub(crate) fn remove(&mut self, id: DeliveryId) -> Option<DeliveryId> {
        let order_key = self.webhooks.remove(id)?.order_key;
        self.in_flight.remove(&id);
        if self.held.get(&order_key) == Some(&id) {
            self.held.remove(&order_key);
        }
        self.leave(order_key, id)
    }

    /// Removes all, and breaks off what is in flight. Numbers go on.
    pub(crate) fn clear(&mut self) {
        self.webhooks.clear();
        self.queues.clear();
        self.held.clear();
        self.in_flight.clear();
    }

    /// Puts a webhook behind those of its order key. `Some` if it may go out now.
    pub(crate) fn queue(&mut self, id: DeliveryId) -> Option<DeliveryId> {
        let order_key = self.webhooks.get(id)?.order_key;
        let is_first = self.front(order_key).is_none();
        self.entered += 1;
        self.queues.insert((order_key, self.entered), id);
        is_first.then_some(id)
    }

    fn front(&self, order_key: u64) -> Option<((u64, u64), DeliveryId)> {
        let mut queue = self.queues.range((order_key, 0)..=(order_key, u64::MAX));
        queue.next().map(|(place, id)| (*place, *id))
    }

    /// Holds a webhook back until the next one of its order key, which it returns together with it, in their new order.
    pub(crate) fn hold(&mut self, id: DeliveryId) -> Vec<DeliveryId> {
        let Some(order_key) = self.webhooks.get(id).map(|delivery| delivery.order_key) else {
            return Vec::new();
        };
        match self.held.remove(&order_key) {
            Some(overtaken) => vec![id, overtaken],
            None => {
                self.held.insert(order_key, id);
                Vec::new()
            }
        }
    }

    /// Returns `true` if a webhook gets its turn by itself, as soon as those before it have had theirs.
    pub(crate) fn goes_out(&self, id: DeliveryId) -> bool {
        self.webhooks.get(id).is_some_and(|delivery| {
            let waits = delivery.due.is_some() || self.held.get(&delivery.order_key) == Some(&id);
            delivery.state != DeliveryState::Dropped && !waits
        })
    }

    /// Lets a webhook go that nothing has overtaken in time.
    pub(crate) fn release(&mut self, id: DeliveryId) -> bool {
        let Some(order_key) = self.webhooks.get(id).map(|delivery| delivery.order_key) else {
            return false;
        };
        self.held.get(&order_key) == Some(&id) && self.held.remove(&order_key).is_some()
    }

    /// Notes that a webhook goes out at `due` and not before.
    pub(crate) fn make_late(&mut self, id: DeliveryId, due: Moment) {
        if let Some(delivery) = self.webhooks.get_mut(id) {
            delivery.due = Some(due);
        }
    }

    /// Notes that a webhook never goes out.
    pub(crate) fn drop_on_purpose(&mut self, id: DeliveryId) {
        if let Some(delivery) = self.webhooks.get_mut(id) {
            delivery.state = DeliveryState::Dropped;
        }
    }

    /// Notes that a webhook was lost on its way. Returns the next webhook with the same order key, which may go out now.
    pub(super) fn lose(&mut self, id: DeliveryId) -> Option<DeliveryId> {
        self.drop_on_purpose(id);
        let order_key = self.webhooks.get(id)?.order_key;
        self.leave(order_key, id)
    }

    /// Returns `true` if a webhook is to be retried, or sent late, at this moment.
    pub(crate) fn is_due(&self, id: DeliveryId, at: Moment) -> bool {
        self.webhooks
            .get(id)
            .is_some_and(|delivery| delivery.due == Some(at))
    }

    pub(crate) fn is_held(&self, id: DeliveryId) -> bool {
        self.webhooks
            .get(id)
            .is_some_and(|delivery| self.held.get(&delivery.order_key) == Some(&id))
    }

    /// Notes that the time of a webhook has come.
    pub(crate) fn come_due(&mut self, id: DeliveryId) {
        if let Some(delivery) = self.webhooks.get_mut(id) {
            delivery.due = None;
        }
    }

    /// Records that a webhook is in flight. The receiver that is returned with it ends when the attempt must stop.
    pub(crate) fn start(
        &mut self,
        id: DeliveryId,
        flight: FlightId,
    ) -> Option<(&WebhookDelivery, oneshot::Receiver<Infallible>)> {
        let delivery = self.webhooks.get_mut(id)?;
        delivery.state = DeliveryState::InFlight;
        delivery.due = None;
        let (withdraw, withdrawn) = oneshot::channel();
        let flight = Flight {
            id: flight,
            _withdraw: withdraw,
        };
        self.in_flight.insert(id, flight);
        Some((delivery, withdrawn))
    }

    /// Takes a webhook out of whatever it waits for, so that it can be posted at once. Returns `false` while it is in flight,
    /// or about to be.
    pub(super) fn recall(&mut self, id: DeliveryId) -> bool {
        let is_held = self.release(id);
        let Some(delivery) = self.webhooks.get_mut(id) else {
            return false;
        };
        let is_pending = match delivery.state {
            DeliveryState::InFlight => true,
            DeliveryState::Waiting | DeliveryState::Retrying => delivery.due.is_none() && !is_held,
            _ => false,
        };
        if is_pending {
            return false;
        }
        delivery.due = None;
        // A restart posts both of them at once.
        delivery.state = if delivery.attempts.is_empty() {
            DeliveryState::Waiting
        } else {
            DeliveryState::Retrying
        };
        true
    }

    /// Notes how an attempt ended. `None` if the webhook was removed meanwhile.
    pub(crate) fn tried(
        &mut self,
        id: DeliveryId,
        flight: FlightId,
        attempt: Attempt,
    ) -> Option<Followup> {
        if self.in_flight.get(&id)?.id != flight {
            return None;
        }
        self.in_flight.remove(&id);
        self.webhooks.weigh(id, attempt.bytes());
        let delivery = self.webhooks.get_mut(id)?;
        let now = attempt.at;
        let mut state = attempt.outcome.state();
        if delivery.attempts.is_empty() {
            // Most have one.
            delivery.attempts.reserve_exact(1);
        }
        // Most webhooks have one attempt, and there may be hundreds of thousands of them.
        delivery.attempts.reserve_exact(1);
        delivery.attempts.push(attempt);
        let tries = delivery.attempts.len();
        let first = delivery.attempts.first().map_or(now, |first| first.at);
        // After the end of time, a pause cannot pass.
        let retry_at = (state == DeliveryState::Retrying)
            .then(|| now.after(pause_after(tries)))
            .filter(|at| *at > now && at.since(first) <= GIVE_UP_AFTER);
        if state == DeliveryState::Retrying && retry_at.is_none() {
            state = DeliveryState::GivenUp;
        }
        delivery.state = state;
        delivery.due = retry_at;
        let order_key = delivery.order_key;
        Some(Followup {
            retry_at,
            next: self.leave(order_key, id),
        })
    }

    /// Makes way for the next webhook of an order key. Returns the webhook that may go out now.
    fn leave(&mut self, order_key: u64, id: DeliveryId) -> Option<DeliveryId> {
        let mut queue = self.queues.range((order_key, 0)..=(order_key, u64::MAX));
        let (place, _) = queue.find(|(_, one)| **one == id)?;
        let place = *place;
        let was_first = self
            .front(order_key)
            .is_some_and(|(front, _)| front == place);
        self.queues.remove(&place);
        self.front(order_key)
            .filter(|_| was_first)
            .map(|(_, next)| next)
    }
}

/// The pause after `tries` attempts.
fn pause_after(tries: usize) -> Duration {
    let doublings = u32::try_from(tries.saturating_sub(1)).unwrap_or(u32::MAX);
    1_u32
        .checked_shl(doublings)
        .and_then(|times| FIRST_PAUSE.checked_mul(times))
        .map_or(LONGEST_PAUSE, |pause| pause.min(LONGEST_PAUSE))
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use bytes::Bytes;
    use messages_types::v1::WebhookVersion;
    use tokio::sync::oneshot::error::TryRecvError;
    use uuid::Uuid;

    use super::*;
    use crate::state::seeded_rng::SeededRng;
    use crate::state::webhook::body::WebhookKind;
    use crate::state::webhook::delivery::{Outcome, Signature};

    fn delivery(order_key: u64) -> WebhookDelivery {
        WebhookDelivery {
            kind: WebhookKind::Status,
            message: 1,
            status: None,
            order_key,
            url: "http://127.0.0.1:1/".into(),
            body: None,
            version: WebhookVersion::V1,
            history_index: 0,
            jti: Uuid::nil(),
            signature: Signature::Right,
            attempts: Vec::new(),
            state: DeliveryState::Waiting,
            due: None,
        }
    }

    fn answered(at: Moment, status: u16) -> Attempt {
        Attempt {
            at,
            outcome: Outcome::Answer {
                status,
                body: Bytes::new(),
            },
            took_ms: 1,
        }
    }

    /// An attempt with a response of this status code.
    fn tried(webhooks: &mut WebhookQueue, id: DeliveryId, at: Moment, status: u16) -> Followup {
        let flight = webhooks.last() + at.as_millis();
        webhooks.start(id, flight).expect("a webhook");
        webhooks
            .tried(id, flight, answered(at, status))
            .expect("it is in flight")
    }

    #[test]
    fn retries_double_from_5_seconds_to_15_minutes_and_end_after_24_hours() {
        let mut webhooks = WebhookQueue::default();
        let id = webhooks.add(delivery(1));
        assert_eq!(webhooks.queue(id), Some(id));
        let start = Moment::from_millis(1_000_000);
        let (mut now, mut pauses) = (start, Vec::new());
        while let Some(at) = tried(&mut webhooks, id, now, 503).retry_at {
            pauses.push(at.since(now).as_secs());
            now = at;
        }
        let state = webhooks.get(id).map(|delivery| delivery.state);
        assert_eq!(state, Some(DeliveryState::GivenUp));
        assert_eq!(&pauses[..10], [5, 10, 20, 40, 80, 160, 320, 640, 900, 900]);
        let passed = now.since(start).as_secs();
        assert!(passed <= 86_400 && passed > 86_400 - 900, "{passed}");
    }

    #[test]
    fn only_429_and_5xx_and_silence_are_tried_again() {
        for status in 200..600 {
            let mut webhooks = WebhookQueue::default();
            let id = webhooks.add(delivery(1));
            let followup = tried(&mut webhooks, id, Moment::from_millis(0), status);
            assert_eq!(
                followup.retry_at.is_some(),
                status == 429 || status >= 500,
                "{status}"
            );
        }
    }

    #[test]
    fn a_lane_keeps_its_order_and_a_retry_does_not_block_it() {
        let mut webhooks = WebhookQueue::default();
        let (first, second, other) = (
            webhooks.add(delivery(1)),
            webhooks.add(delivery(1)),
            webhooks.add(delivery(2)),
        );
        assert_eq!(webhooks.queue(first), Some(first));
        assert_eq!(webhooks.queue(second), None);
        assert_eq!(webhooks.queue(other), Some(other));
        let followup = tried(&mut webhooks, first, Moment::from_millis(0), 500);
        assert!(followup.retry_at.is_some());
        assert_eq!(followup.next, Some(second));
    }

    #[test]
    fn nothing_is_tried_again_where_time_has_ended() {
        let mut webhooks = WebhookQueue::default();
        let id = webhooks.add(delivery(1));
        assert_eq!(tried(&mut webhooks, id, Moment::LAST, 500).retry_at, None);
    }

    #[test]
    fn what_is_removed_makes_way_and_is_broken_off() {
        let mut webhooks = WebhookQueue::default();
        let ids = [
            webhooks.add(delivery(1)),
            webhooks.add(delivery(1)),
            webhooks.add(delivery(1)),
        ];
        for id in ids {
            webhooks.queue(id);
        }
        let (_, mut withdrawn) = webhooks.start(ids[0], 1).expect("a webhook");
        assert!(
            withdrawn
                .try_recv()
                .is_err_and(|error| error == TryRecvError::Empty)
        );
        assert_eq!(webhooks.remove(ids[1]), None);
        assert_eq!(webhooks.remove(ids[0]), Some(ids[2]));
        assert!(
            withdrawn
                .try_recv()
                .is_err_and(|error| error == TryRecvError::Closed)
        );
        let late = webhooks.tried(ids[0], 1, answered(Moment::from_millis(0), 200));
        assert_eq!(late, None);
        assert_eq!(webhooks.remove(ids[2]), None);
        assert!(webhooks.queues.is_empty() && webhooks.in_flight.is_empty());
        assert_eq!(webhooks.table().bytes(), 0);
    }

    #[test]
    fn first_attempts_keep_the_order_of_their_key_whatever_is_removed() {
        for seed in 0..200 {
            let mut rng = SeededRng::new(seed, "queue", 0);
            let mut webhooks = WebhookQueue::default();
            let mut ready: Vec<DeliveryId> = Vec::new();
            let mut waiting: Vec<DeliveryId> = Vec::new();
            let mut attempted: HashMap<u64, Vec<DeliveryId>> = HashMap::new();
            for round in 0..300 {
                // The last rounds only drain.
                match rng.draw() % 3 {
                    0 if round < 150 => {
                        let id = webhooks.add(delivery(rng.draw() % 3));
                        waiting.push(id);
                        ready.extend(webhooks.queue(id));
                    }
                    1 if round < 150 && !waiting.is_empty() => {
                        let index = usize::try_from(rng.draw() % 100).expect("small");
                        let id = waiting.remove(index % waiting.len());
                        ready.retain(|one| *one != id);
                        ready.extend(webhooks.remove(id));
                    }
                    _ if !ready.is_empty() => {
                        let id = ready.remove(0);
                        waiting.retain(|one| *one != id);
                        let key = webhooks.get(id).expect("not removed").order_key;
                        attempted.entry(key).or_default().push(id);
                        let status = if rng.draw().is_multiple_of(2) {
                            200
                        } else {
                            503
                        };
                        let at = Moment::from_millis(round);
                        ready.extend(tried(&mut webhooks, id, at, status).next);
                    }
                    _ => {}
                }
                let key = |id: &DeliveryId| webhooks.get(*id).map(|one| one.order_key);
                let keys: HashSet<_> = ready.iter().map(key).collect();
                assert_eq!(
                    keys.len(),
                    ready.len(),
                    "seed {seed}: one of each key at a time"
                );
            }
            assert!(
                waiting.is_empty() && webhooks.queues.is_empty(),
                "seed {seed}"
            );
            for order in attempted.values() {
                assert!(order.is_sorted(), "seed {seed}: {order:?}");
            }
        }
    }
}
