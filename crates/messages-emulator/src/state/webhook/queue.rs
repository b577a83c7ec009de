//! The webhooks of a workspace: in order within a lane, tried again by the documented schedule.

use std::collections::{BTreeMap, HashMap};
use std::convert::Infallible;
use std::time::Duration;

use tokio::sync::oneshot;

use crate::clock::Moment;
use crate::state::table::Table;
use crate::state::webhook::delivery::{Attempt, Post, PostId, PostState};
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
pub(crate) struct Posts {
    posts: Table<Post>,
    /// Webhooks that were not tried yet, by their lane and the order of their entry. The front of each lane is in flight,
    /// or ready to be.
    lanes: BTreeMap<(u64, u64), PostId>,
    entered: u64,
    /// Held back in a lane until another one has overtaken it.
    held: HashMap<u64, PostId>,
    in_flight: HashMap<PostId, Flight>,
    last: PostId,
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
    /// The webhook of the lane that may go out now.
    pub(crate) next: Option<PostId>,
}

impl Posts {
    /// Remembers a webhook, which is not posted yet.
    pub(crate) fn add(&mut self, post: Post) -> PostId {
        self.last += 1;
        self.put_back(self.last, post);
        self.last
    }

    /// Puts a webhook back that had its number before.
    pub(crate) fn put_back(&mut self, id: PostId, post: Post) {
        self.last = self.last.max(id);
        let attempts: usize = post.attempts.iter().map(Attempt::bytes).sum();
        let bytes = post.bytes() + attempts;
        self.posts.insert(id, post);
        self.posts.weigh(id, bytes);
    }

    /// Numbers go on after this one.
    pub(crate) fn go_on_from(&mut self, last: PostId) {
        self.last = self.last.max(last);
    }

    /// The number that was given last.
    pub(crate) const fn last(&self) -> PostId {
        self.last
    }

    pub(crate) const fn table(&self) -> &Table<Post> {
        &self.posts
    }

    pub(crate) const fn table_mut(&mut self) -> &mut Table<Post> {
        &mut self.posts
    }

    pub(crate) fn get(&self, id: PostId) -> Option<&Post> {
        self.posts.get(id)
    }

    /// Removes a webhook, and breaks its attempt off if it is in flight. Returns the webhook of the lane that may go out
    /// now.
    pub(crate) fn remove(&mut self, id: PostId) -> Option<PostId> {
        let lane = self.posts.remove(id)?.lane;
        self.in_flight.remove(&id);
        if self.held.get(&lane) == Some(&id) {
            self.held.remove(&lane);
        }
        self.leave(lane, id)
    }

    /// Removes all, and breaks off what is in flight. Numbers go on.
    pub(crate) fn clear(&mut self) {
        self.posts.clear();
        self.lanes.clear();
        self.held.clear();
        self.in_flight.clear();
    }

    /// Puts a webhook into its lane. `Some` if it may go out now.
    pub(crate) fn queue(&mut self, id: PostId) -> Option<PostId> {
        let lane = self.posts.get(id)?.lane;
        let is_first = self.front(lane).is_none();
        self.entered += 1;
        self.lanes.insert((lane, self.entered), id);
        is_first.then_some(id)
    }

    fn front(&self, lane: u64) -> Option<((u64, u64), PostId)> {
        let mut queue = self.lanes.range((lane, 0)..=(lane, u64::MAX));
        queue.next().map(|(place, id)| (*place, *id))
    }

    /// Holds a webhook back until the next one of its lane, which it returns together with it, in their new order.
    pub(crate) fn hold(&mut self, id: PostId) -> Vec<PostId> {
        let Some(lane) = self.posts.get(id).map(|post| post.lane) else {
            return Vec::new();
        };
        match self.held.remove(&lane) {
            Some(overtaken) => vec![id, overtaken],
            None => {
                self.held.insert(lane, id);
                Vec::new()
            }
        }
    }

    /// Returns `true` if a webhook gets its turn by itself, as soon as those before it have had theirs.
    pub(crate) fn goes_out(&self, id: PostId) -> bool {
        self.posts.get(id).is_some_and(|post| {
            let waits = post.due.is_some() || self.held.get(&post.lane) == Some(&id);
            post.state != PostState::Dropped && !waits
        })
    }

    /// Lets a webhook go that nothing has overtaken in time.
    pub(crate) fn release(&mut self, id: PostId) -> bool {
        let Some(lane) = self.posts.get(id).map(|post| post.lane) else {
            return false;
        };
        self.held.get(&lane) == Some(&id) && self.held.remove(&lane).is_some()
    }

    /// Notes that a webhook goes out at `due` and not before.
    pub(crate) fn make_late(&mut self, id: PostId, due: Moment) {
        if let Some(post) = self.posts.get_mut(id) {
            post.due = Some(due);
        }
    }

    /// Notes that a webhook never goes out.
    pub(crate) fn drop_on_purpose(&mut self, id: PostId) {
        if let Some(post) = self.posts.get_mut(id) {
            post.state = PostState::Dropped;
        }
    }

    /// Returns `true` if a webhook is to be retried, or sent late, at this moment.
    pub(crate) fn is_due(&self, id: PostId, at: Moment) -> bool {
        self.posts.get(id).is_some_and(|post| post.due == Some(at))
    }

    pub(crate) fn is_held(&self, id: PostId) -> bool {
        self.posts
            .get(id)
            .is_some_and(|post| self.held.get(&post.lane) == Some(&id))
    }

    /// Notes that the time of a webhook has come.
    pub(crate) fn come_due(&mut self, id: PostId) {
        if let Some(post) = self.posts.get_mut(id) {
            post.due = None;
        }
    }

    /// Notes that a webhook is in flight. What is returned with it ends when the attempt is to be broken off.
    pub(crate) fn start(
        &mut self,
        id: PostId,
        flight: FlightId,
    ) -> Option<(&Post, oneshot::Receiver<Infallible>)> {
        let post = self.posts.get_mut(id)?;
        post.state = PostState::Posting;
        post.due = None;
        let (withdraw, withdrawn) = oneshot::channel();
        let flight = Flight {
            id: flight,
            _withdraw: withdraw,
        };
        self.in_flight.insert(id, flight);
        Some((post, withdrawn))
    }

    /// Notes how an attempt ended. `None` if the webhook was removed meanwhile.
    pub(crate) fn tried(
        &mut self,
        id: PostId,
        flight: FlightId,
        attempt: Attempt,
    ) -> Option<Followup> {
        if self.in_flight.get(&id)?.id != flight {
            return None;
        }
        self.in_flight.remove(&id);
        self.posts.weigh(id, attempt.bytes());
        let post = self.posts.get_mut(id)?;
        let now = attempt.at;
        let mut state = attempt.outcome.state();
        if post.attempts.is_empty() {
            // Most have one.
            post.attempts.reserve_exact(1);
        }
        // Most webhooks have one attempt, and there may be hundreds of thousands of them.
        post.attempts.reserve_exact(1);
        post.attempts.push(attempt);
        let tries = post.attempts.len();
        let first = post.attempts.first().map_or(now, |first| first.at);
        // After the end of time, a pause cannot pass.
        let retry_at = (state == PostState::Retrying)
            .then(|| now.after(pause_after(tries)))
            .filter(|at| *at > now && at.since(first) <= GIVE_UP_AFTER);
        if state == PostState::Retrying && retry_at.is_none() {
            state = PostState::GivenUp;
        }
        post.state = state;
        post.due = retry_at;
        let lane = post.lane;
        Some(Followup {
            retry_at,
            next: self.leave(lane, id),
        })
    }

    /// Makes way in a lane. Returns the webhook that may go out now.
    fn leave(&mut self, lane: u64, id: PostId) -> Option<PostId> {
        let mut queue = self.lanes.range((lane, 0)..=(lane, u64::MAX));
        let (place, _) = queue.find(|(_, one)| **one == id)?;
        let place = *place;
        let was_first = self.front(lane).is_some_and(|(front, _)| front == place);
        self.lanes.remove(&place);
        self.front(lane).filter(|_| was_first).map(|(_, next)| next)
    }
}

/// The pause after so many tries.
fn pause_after(tries: usize) -> Duration {
    let doublings = u32::try_from(tries.saturating_sub(1)).unwrap_or(u32::MAX);
    1_u32
        .checked_shl(doublings)
        .and_then(|times| FIRST_PAUSE.checked_mul(times))
        .map_or(LONGEST_PAUSE, |pause| pause.min(LONGEST_PAUSE))
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use tokio::sync::oneshot::error::TryRecvError;
    use uuid::Uuid;

    use super::*;
    use crate::state::generation::Generation;
    use crate::state::webhook::body::WebhookKind;
    use crate::state::webhook::delivery::{Outcome, Signature};

    fn post(lane: u64) -> Post {
        Post {
            kind: WebhookKind::Status,
            message: 1,
            status: None,
            lane,
            url: "http://127.0.0.1:1/".into(),
            body: None,
            version: Generation::V1,
            passed: 0,
            jti: Uuid::nil(),
            signature: Signature::Right,
            attempts: Vec::new(),
            state: PostState::Waiting,
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

    /// Posts a webhook, which is answered.
    fn tried(posts: &mut Posts, id: PostId, at: Moment, status: u16) -> Followup {
        let flight = posts.last() + at.as_millis();
        posts.start(id, flight).expect("a webhook");
        posts
            .tried(id, flight, answered(at, status))
            .expect("it is in flight")
    }

    #[test]
    fn retries_double_from_5_seconds_to_15_minutes_and_end_after_24_hours() {
        let mut posts = Posts::default();
        let id = posts.add(post(1));
        assert_eq!(posts.queue(id), Some(id));
        let start = Moment::from_millis(1_000_000);
        let (mut now, mut pauses) = (start, Vec::new());
        while let Some(at) = tried(&mut posts, id, now, 503).retry_at {
            pauses.push(at.since(now).as_secs());
            now = at;
        }
        let state = posts.get(id).map(|post| post.state);
        assert_eq!(state, Some(PostState::GivenUp));
        assert_eq!(&pauses[..10], [5, 10, 20, 40, 80, 160, 320, 640, 900, 900]);
        let passed = now.since(start).as_secs();
        assert!(passed <= 86_400 && passed > 86_400 - 900, "{passed}");
    }

    #[test]
    fn only_429_and_5xx_and_silence_are_tried_again() {
        for status in 200..600 {
            let mut posts = Posts::default();
            let id = posts.add(post(1));
            let followup = tried(&mut posts, id, Moment::from_millis(0), status);
            assert_eq!(
                followup.retry_at.is_some(),
                status == 429 || status >= 500,
                "{status}"
            );
        }
    }

    #[test]
    fn a_lane_keeps_its_order_and_a_retry_does_not_block_it() {
        let mut posts = Posts::default();
        let (first, second, other) = (posts.add(post(1)), posts.add(post(1)), posts.add(post(2)));
        assert_eq!(posts.queue(first), Some(first));
        assert_eq!(posts.queue(second), None);
        assert_eq!(posts.queue(other), Some(other));
        let followup = tried(&mut posts, first, Moment::from_millis(0), 500);
        assert!(followup.retry_at.is_some());
        assert_eq!(followup.next, Some(second));
    }

    #[test]
    fn nothing_is_tried_again_where_time_has_ended() {
        let mut posts = Posts::default();
        let id = posts.add(post(1));
        assert_eq!(tried(&mut posts, id, Moment::LAST, 500).retry_at, None);
    }

    #[test]
    fn what_is_removed_makes_way_and_is_broken_off() {
        let mut posts = Posts::default();
        let ids = [posts.add(post(1)), posts.add(post(1)), posts.add(post(1))];
        for id in ids {
            posts.queue(id);
        }
        let (_, mut withdrawn) = posts.start(ids[0], 1).expect("a webhook");
        assert!(
            withdrawn
                .try_recv()
                .is_err_and(|error| error == TryRecvError::Empty)
        );
        assert_eq!(posts.remove(ids[1]), None);
        assert_eq!(posts.remove(ids[0]), Some(ids[2]));
        assert!(
            withdrawn
                .try_recv()
                .is_err_and(|error| error == TryRecvError::Closed)
        );
        let late = posts.tried(ids[0], 1, answered(Moment::from_millis(0), 200));
        assert_eq!(late, None);
        assert_eq!(posts.remove(ids[2]), None);
        assert!(posts.lanes.is_empty() && posts.in_flight.is_empty());
        assert_eq!(posts.table().bytes(), 0);
    }
}
