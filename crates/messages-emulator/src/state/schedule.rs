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

    /// Discards the entries that `keep` rejects.
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::state::seeded_rng::SeededRng;

    #[test]
    fn entries_come_by_their_time_then_by_their_entry_and_never_early() {
        for seed in 0..100 {
            let mut rng = SeededRng::new(seed, "schedule", 0);
            let mut schedule = Schedule::new();
            let mut expected: Vec<(Moment, u64)> = Vec::new();
            let mut taken = Vec::new();
            let mut now = Moment::from_millis(0);
            for number in 0..200 {
                // Few times, so that many entries share one; some are over already.
                let due = Moment::from_millis(rng.between(0, 20));
                schedule.add(due, number);
                expected.push((due, number));
                if rng.draw().is_multiple_of(10) {
                    now = now.max(Moment::from_millis(rng.between(0, 20)));
                    expected.sort_unstable();
                    while let Some(entry) = schedule.take_due(now) {
                        assert!(entry.0 <= now);
                        assert_eq!(expected.remove(0), entry, "seed {seed}");
                        taken.push(entry.1);
                    }
                    assert!(schedule.next_due().is_none_or(|next| next > now));
                }
            }
            assert_eq!(schedule.len() + taken.len(), 200);
        }
    }

    #[test]
    fn retained_entries_stay_in_order() {
        let mut schedule = Schedule::new();
        for number in 0..10 {
            schedule.add(Moment::from_millis(10 - number), number);
        }
        schedule.retain(|_, number| number % 2 == 0);
        let left = std::iter::from_fn(|| schedule.take_due(Moment::LAST));
        assert_eq!(
            Vec::from_iter(left.map(|(_, number)| number)),
            [8, 6, 4, 2, 0]
        );
    }
}
