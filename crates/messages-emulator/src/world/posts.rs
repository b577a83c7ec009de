//! The webhooks of a workspace: in order within a lane, tried again by the documented schedule.

use std::collections::{HashMap, VecDeque};
use std::time::Duration;

use super::post::{Attempt, Post, PostId, PostState};
use super::table::Table;
use crate::clock::Moment;

/// The first pause before a webhook is tried again; each further one is twice as long.
const FIRST_PAUSE: Duration = Duration::from_secs(5);
/// The longest pause.
const LONGEST_PAUSE: Duration = Duration::from_secs(15 * 60);
/// A webhook is given up when it would be tried later than this after the first time.
const GIVE_UP_AFTER: Duration = Duration::from_secs(24 * 60 * 60);
/// How long a webhook that is to come out of order waits for the one that is to overtake it.
pub(super) const HOLD: Duration = Duration::from_secs(5);

/// The webhooks of a workspace.
#[derive(Default)]
pub(crate) struct Posts {
    posts: Table<Post>,
    /// The front of each lane is being posted for the first time.
    lanes: HashMap<u64, VecDeque<PostId>>,
    /// Held back in a lane until another one has overtaken it.
    held: HashMap<u64, PostId>,
    last: PostId,
}

/// What follows from an attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Followup {
    pub(crate) state: PostState,
    /// The next try of the same webhook.
    pub(crate) retry_at: Option<Moment>,
    /// The webhook of the lane that may go out now.
    pub(crate) next: Option<PostId>,
}

impl Posts {
    /// Remembers a webhook, which is not posted yet.
    pub(crate) fn add(&mut self, post: Post) -> PostId {
        self.last += 1;
        self.posts.insert(self.last, post);
        self.last
    }

    /// Puts a webhook back that had its number before.
    pub(super) fn put_back(&mut self, id: PostId, post: Post) {
        self.last = self.last.max(id);
        self.posts.insert(id, post);
    }

    /// Numbers go on after this one.
    pub(super) fn go_on_from(&mut self, last: PostId) {
        self.last = self.last.max(last);
    }

    /// The number that was given last.
    pub(super) const fn last(&self) -> PostId {
        self.last
    }

    pub(super) const fn table(&self) -> &Table<Post> {
        &self.posts
    }

    pub(super) const fn table_mut(&mut self) -> &mut Table<Post> {
        &mut self.posts
    }

    pub(crate) fn get(&self, id: PostId) -> Option<&Post> {
        self.posts.get(id)
    }

    pub(crate) fn remove(&mut self, id: PostId) {
        self.posts.remove(id);
    }

    /// Forgets all. Numbers go on, so that an answer that is still to come is nobody's.
    pub(crate) fn clear(&mut self) {
        self.posts.clear();
        self.lanes.clear();
        self.held.clear();
    }

    /// Puts a webhook into its lane. `Some` if it may go out now.
    pub(crate) fn queue(&mut self, id: PostId) -> Option<PostId> {
        let lane = self.posts.get(id)?.lane;
        let queue = self.lanes.entry(lane).or_default();
        queue.push_back(id);
        (queue.len() == 1).then_some(id)
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

    /// Whether a webhook has its turn by itself, as soon as those before it have had theirs.
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
    pub(super) fn make_late(&mut self, id: PostId, due: Moment) {
        if let Some(post) = self.posts.get_mut(id) {
            post.due = Some(due);
        }
    }

    /// Notes that a webhook never goes out.
    pub(super) fn drop_on_purpose(&mut self, id: PostId) {
        if let Some(post) = self.posts.get_mut(id) {
            post.state = PostState::Dropped;
        }
    }

    /// Notes that a webhook is being posted.
    pub(crate) fn start(&mut self, id: PostId) -> Option<&Post> {
        let post = self.posts.get_mut(id)?;
        post.state = PostState::Posting;
        post.due = None;
        Some(post)
    }

    /// Notes how a try ended. A webhook that was forgotten meanwhile still makes way in its lane.
    pub(crate) fn tried(&mut self, id: PostId, lane: u64, attempt: Attempt) -> Followup {
        let Some(post) = self.posts.get_mut(id) else {
            return Followup {
                state: PostState::GivenUp,
                retry_at: None,
                next: self.leave(lane, id),
            };
        };
        let now = attempt.at;
        let mut state = attempt.outcome.state();
        post.attempts.push(attempt);
        let tries = post.attempts.len();
        let first = post.attempts.first().map_or(now, |first| first.at);
        let retry_at = (state == PostState::Retrying)
            .then(|| now.after(pause_after(tries)))
            .filter(|at| at.since(first) <= GIVE_UP_AFTER);
        if state == PostState::Retrying && retry_at.is_none() {
            state = PostState::GivenUp;
        }
        post.state = state;
        post.due = retry_at;
        Followup {
            state,
            retry_at,
            next: if tries == 1 {
                self.leave(lane, id)
            } else {
                None
            },
        }
    }

    fn leave(&mut self, lane: u64, id: PostId) -> Option<PostId> {
        let queue = self.lanes.get_mut(&lane)?;
        if queue.front() == Some(&id) {
            queue.pop_front();
        }
        while queue.front().is_some_and(|id| !self.posts.contains(*id)) {
            queue.pop_front();
        }
        let next = queue.front().copied();
        if next.is_none() {
            self.lanes.remove(&lane);
        }
        next
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
    use uuid::Uuid;

    use super::super::post::{Outcome, Signature};
    use super::*;
    use crate::webhook::WebhookKind;

    fn post(lane: u64) -> Post {
        Post {
            kind: WebhookKind::Status,
            message: 1,
            status: None,
            lane,
            url: "http://127.0.0.1:1/".into(),
            body: Bytes::new(),
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

    #[test]
    fn retries_double_from_5_seconds_to_15_minutes_and_end_after_24_hours() {
        let mut posts = Posts::default();
        let id = posts.add(post(1));
        assert_eq!(posts.queue(id), Some(id));
        let start = Moment::from_millis(1_000_000);
        let (mut now, mut pauses) = (start, Vec::new());
        let state = loop {
            let followup = posts.tried(id, 1, answered(now, 503));
            match followup.retry_at {
                Some(at) => {
                    pauses.push(at.since(now).as_secs());
                    now = at;
                }
                None => break followup.state,
            }
        };
        assert_eq!(state, PostState::GivenUp);
        assert_eq!(&pauses[..10], [5, 10, 20, 40, 80, 160, 320, 640, 900, 900]);
        let passed = now.since(start).as_secs();
        assert!(passed <= 86_400 && passed > 86_400 - 900, "{passed}");
    }

    #[test]
    fn only_429_and_5xx_and_silence_are_tried_again() {
        for status in 200..600 {
            let mut posts = Posts::default();
            let id = posts.add(post(1));
            let followup = posts.tried(id, 1, answered(Moment::from_millis(0), status));
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
        let followup = posts.tried(first, 1, answered(Moment::from_millis(0), 500));
        assert!(followup.retry_at.is_some());
        assert_eq!(followup.next, Some(second));
    }
}
