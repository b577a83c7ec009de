//! Webhooks that are ready to be posted: which of them are in flight, and which wait for a place.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::sync::Arc;

use crate::state::WorkspaceId;
use crate::state::webhook::delivery::DeliveryId;

/// The number of an attempt that is in flight; never used again.
pub(crate) type FlightId = u64;

/// Webhooks in flight to one receiver at most.
const PER_RECEIVER: usize = 64;
/// The same while more than half of all places are taken, so that a few receivers that hang leave places to the others.
const PER_RECEIVER_WHEN_CROWDED: usize = 4;
/// Webhooks in flight at most, to all receivers together.
const IN_ALL: usize = 512;

/// The queue of webhooks, by receiver. A webhook that waits is two numbers; all else about it is in its workspace.
#[derive(Default)]
pub(crate) struct Dispatch {
    receivers: HashMap<Arc<str>, Receiver>,
    /// Receivers with webhooks that wait, each at most once, in the order in which they get a place.
    turns: VecDeque<Arc<str>>,
    /// Webhooks in flight, by the numbers of their flights.
    flights: BTreeMap<FlightId, (WorkspaceId, Arc<str>)>,
    last: FlightId,
    waiting: usize,
}

#[derive(Default)]
struct Receiver {
    in_flight: usize,
    waiting: VecDeque<(WorkspaceId, DeliveryId)>,
    has_turn: bool,
}

/// A webhook that got a place in flight. [`Dispatch::done`] frees the place.
pub(crate) struct Place {
    pub(crate) flight: FlightId,
    pub(crate) workspace: WorkspaceId,
    pub(crate) delivery: DeliveryId,
}

impl Dispatch {
    pub(crate) fn in_flight(&self) -> usize {
        self.flights.len()
    }

    pub(crate) const fn waiting(&self) -> usize {
        self.waiting
    }

    /// The number of the latest flight.
    pub(crate) const fn last(&self) -> FlightId {
        self.last
    }

    /// Returns `true` if no flight of a workspace up to this one is in flight.
    pub(crate) fn has_landed(&self, workspace: WorkspaceId, up_to: FlightId) -> bool {
        let mut flights = self.flights.range(..=up_to);
        flights.all(|(_, (of, _))| *of != workspace)
    }

    /// Queues a webhook for the receiver of its URL.
    pub(crate) fn queue(&mut self, url: &str, workspace: WorkspaceId, delivery: DeliveryId) {
        let name = receiver(url);
        let name = match self.receivers.get_key_value(name) {
            Some((name, _)) => Arc::clone(name),
            None => name.into(),
        };
        let receiver = self.receivers.entry(Arc::clone(&name)).or_default();
        receiver.waiting.push_back((workspace, delivery));
        self.waiting += 1;
        if !receiver.has_turn {
            receiver.has_turn = true;
            self.turns.push_back(name);
        }
    }

    /// Gives the next webhook a place, if one is free.
    pub(crate) fn next(&mut self) -> Option<Place> {
        let per_receiver = if self.flights.len() < IN_ALL / 2 {
            PER_RECEIVER
        } else {
            PER_RECEIVER_WHEN_CROWDED
        };
        while self.flights.len() < IN_ALL {
            let name = self.turns.pop_front()?;
            let Some(receiver) = self.receivers.get_mut(&name) else {
                continue;
            };
            receiver.has_turn = false;
            if receiver.in_flight >= per_receiver {
                // It gets its turn back with the next place that it frees.
                continue;
            }
            let Some((workspace, delivery)) = receiver.waiting.pop_front() else {
                continue;
            };
            self.waiting -= 1;
            receiver.in_flight += 1;
            if !receiver.waiting.is_empty() {
                receiver.has_turn = true;
                self.turns.push_back(Arc::clone(&name));
            }
            self.last += 1;
            self.flights.insert(self.last, (workspace, name));
            return Some(Place {
                flight: self.last,
                workspace,
                delivery,
            });
        }
        None
    }

    /// Frees the place of a webhook that was posted.
    pub(crate) fn done(&mut self, flight: FlightId) {
        let Some((_, name)) = self.flights.remove(&flight) else {
            return;
        };
        let Some(receiver) = self.receivers.get_mut(&name) else {
            return;
        };
        receiver.in_flight -= 1;
        if receiver.waiting.is_empty() {
            if receiver.in_flight == 0 {
                self.receivers.remove(&name);
            }
        } else if !receiver.has_turn {
            receiver.has_turn = true;
            self.turns.push_back(name);
        }
    }

    /// Discards the webhooks that wait and are not to be kept.
    pub(crate) fn retain(&mut self, mut keep: impl FnMut(WorkspaceId, DeliveryId) -> bool) {
        for receiver in self.receivers.values_mut() {
            let before = receiver.waiting.len();
            receiver
                .waiting
                .retain(|(workspace, delivery)| keep(*workspace, *delivery));
            let gone = before - receiver.waiting.len();
            if gone > 0 {
                receiver.waiting.shrink_to_fit();
                self.waiting -= gone;
            }
        }
        self.receivers
            .retain(|_, receiver| receiver.in_flight > 0 || !receiver.waiting.is_empty());
        self.turns.retain(|name| self.receivers.contains_key(name));
    }
}

/// The part of a URL that names its receiver.
fn receiver(url: &str) -> &str {
    let path = url.find("://").map_or(0, |scheme| scheme + 3);
    let end = url.get(path..).and_then(|rest| rest.find(['/', '?', '#']));
    end.and_then(|end| url.get(..path + end)).unwrap_or(url)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn started(dispatch: &mut Dispatch) -> Vec<Place> {
        std::iter::from_fn(|| dispatch.next()).collect()
    }

    fn url(port: u64) -> String {
        format!("http://127.0.0.1:{port}/status?a")
    }

    #[test]
    fn a_receiver_has_64_places_and_the_rest_waits_in_order() {
        let mut dispatch = Dispatch::default();
        for delivery in 0..100 {
            dispatch.queue(&url(1), 0, delivery);
        }
        let first = started(&mut dispatch);
        assert_eq!((first.len(), dispatch.waiting()), (PER_RECEIVER, 36));
        dispatch.queue(&url(2), 0, 500);
        assert_eq!(started(&mut dispatch)[0].delivery, 500);
        for place in first {
            dispatch.done(place.flight);
            dispatch.done(place.flight);
        }
        let next = started(&mut dispatch);
        let next: Vec<_> = next.iter().map(|place| place.delivery).collect();
        assert_eq!(next, (64..100).collect::<Vec<_>>());
        assert_eq!(dispatch.in_flight(), 37);
    }

    #[test]
    fn receivers_that_hang_leave_places_to_others() {
        let mut dispatch = Dispatch::default();
        for receiver in 0..20 {
            for delivery in 0..100 {
                dispatch.queue(&url(receiver), 0, delivery);
            }
        }
        let hanging = started(&mut dispatch);
        assert!(hanging.len() < IN_ALL, "{}", hanging.len());
        dispatch.queue(&url(99), 0, 1_000);
        assert_eq!(started(&mut dispatch)[0].delivery, 1_000);

        for receiver in 100..1_000 {
            dispatch.queue(&url(receiver), 0, 1);
        }
        started(&mut dispatch);
        assert_eq!(dispatch.in_flight(), IN_ALL);
    }

    #[test]
    fn what_is_discarded_frees_everything() {
        let mut dispatch = Dispatch::default();
        for delivery in 0..200 {
            dispatch.queue(&url(1), usize::from(delivery > 99), delivery);
        }
        let first = started(&mut dispatch);
        dispatch.retain(|workspace, _| workspace == 1);
        assert_eq!(dispatch.waiting(), 100);
        dispatch.retain(|_, _| false);
        assert!(
            !dispatch.has_landed(0, dispatch.last()) && dispatch.has_landed(1, dispatch.last())
        );
        for place in first {
            dispatch.done(place.flight);
        }
        assert!(dispatch.has_landed(0, dispatch.last()));
        assert!(dispatch.receivers.is_empty() && dispatch.turns.is_empty());
        assert_eq!((dispatch.in_flight(), dispatch.waiting()), (0, 0));
    }
}
