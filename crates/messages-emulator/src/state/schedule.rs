//! A queue of planned events, ordered by time, then by the order of entry.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use crate::clock::Moment;

/// Things to do, each at a moment.
#[derive(Debug)]
pub(crate) struct Schedule<T> {
    queue: BinaryHeap<Reverse<Entry<T>>>,
    entered: u64,
}

#[derive(Debug)]
struct Entry<T> {
    due: Moment,
    number: u64,
    what: T,
}

impl<T> Schedule<T> {
    pub(crate) fn new() -> Self {
        Self {
            queue: BinaryHeap::new(),
            entered: 0,
        }
    }

    pub(crate) fn add(&mut self, due: Moment, what: T) {
        self.entered += 1;
        self.queue.push(Reverse(Entry {
            due,
            number: self.entered,
            what,
        }));
    }

    pub(crate) fn len(&self) -> usize {
        self.queue.len()
    }

    pub(crate) fn next_due(&self) -> Option<Moment> {
        self.queue.peek().map(|Reverse(entry)| entry.due)
    }

    /// The next thing that is due at `now`, with the moment at which it was.
    pub(crate) fn take_due(&mut self, now: Moment) -> Option<(Moment, T)> {
        if self.next_due()? > now {
            return None;
        }
        self.queue
            .pop()
            .map(|Reverse(entry)| (entry.due, entry.what))
    }

    /// Discards what is not to be kept.
    pub(crate) fn retain(&mut self, keep: impl Fn(Moment, &T) -> bool) {
        self.queue
            .retain(|Reverse(entry)| keep(entry.due, &entry.what));
    }
}

impl<T> Ord for Entry<T> {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        (self.due, self.number).cmp(&(other.due, other.number))
    }
}

impl<T> PartialOrd for Entry<T> {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl<T> PartialEq for Entry<T> {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl<T> Eq for Entry<T> {}
