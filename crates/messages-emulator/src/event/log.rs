//! The events: the latest of them, all of them counted, and readers at their own pace.

use std::collections::VecDeque;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};

use tokio::sync::watch;
use tokio_stream::Stream;
use tokio_stream::wrappers::WatchStream;

use crate::event::metrics::{Gauges, Metrics};
use crate::event::{Event, MissedEvents, Numbered};

/// Longest log, in events.
const EVENTS: usize = 10_000;
/// Memory of the log, bodies included (estimated).
const BYTES: usize = 16 * 1024 * 1024;

/// Holds the latest events. Every reader reads them here, so that one that stops reading costs nothing.
pub(crate) struct EventLog {
    latest: Arc<Mutex<Latest>>,
    /// The number of the last event. Readers end when it is dropped.
    last: watch::Sender<u64>,
}

#[derive(Default)]
struct Latest {
    last: u64,
    /// Their numbers have no gaps.
    events: VecDeque<Numbered>,
    bytes: usize,
    metrics: Metrics,
}

impl EventLog {
    pub(crate) fn new() -> Self {
        Self {
            latest: Arc::default(),
            last: watch::Sender::new(0),
        }
    }

    pub(crate) fn add(&self, event: Event) {
        let mut latest = lock(&self.latest);
        latest.add(event);
        // Within the lock, so that the numbers grow.
        self.last.send_replace(latest.last);
    }

    /// Reads what happens from now on, or what has happened after the event with this number. One that was never given
    /// comes from before a restart, and means from now on.
    pub(crate) fn reader(&self, after: Option<u64>) -> EventReader {
        let last = lock(&self.latest).last;
        EventReader {
            latest: Arc::clone(&self.latest),
            read: after.unwrap_or(last).min(last),
            news: WatchStream::new(self.last.subscribe()),
        }
    }

    /// The events after the one with this number, the oldest first, and how many of them are gone.
    pub(crate) fn after(&self, number: u64) -> (Vec<Numbered>, u64) {
        let latest = lock(&self.latest);
        let begin = latest
            .events
            .partition_point(|event| event.number <= number);
        let events: Vec<_> = latest.events.range(begin..).cloned().collect();
        let first = events.first().map_or(latest.last, |event| event.number);
        (events, first.saturating_sub(number.saturating_add(1)))
    }

    /// In the text format of Prometheus.
    pub(crate) fn metrics(&self, gauges: Gauges) -> String {
        lock(&self.latest).metrics.text(gauges)
    }
}

impl Latest {
    fn add(&mut self, event: Event) {
        self.metrics.count(&event);
        self.last += 1;
        self.bytes += event.bytes();
        self.events.push_back(Numbered {
            number: self.last,
            event,
        });
        while self.events.len() > EVENTS || self.bytes > BYTES {
            let Some(oldest) = self.events.pop_front() else {
                break;
            };
            self.bytes -= oldest.event.bytes();
        }
    }

    /// The first event after the one with this number; before it, how many are gone.
    fn next(&self, read: u64) -> Option<Numbered> {
        let first = self
            .events
            .front()
            .map_or(self.last + 1, |event| event.number);
        let gone = first.saturating_sub(read + 1);
        if gone > 0 {
            return Some(Numbered {
                number: first - 1,
                event: Event::Missed(MissedEvents { count: gone }),
            });
        }
        let index = usize::try_from(read + 1 - first).ok()?;
        self.events.get(index).cloned()
    }
}

fn lock(latest: &Mutex<Latest>) -> MutexGuard<'_, Latest> {
    latest.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Reads the log; where events are gone before they were read, one event says how many. Ends with the log.
pub(crate) struct EventReader {
    latest: Arc<Mutex<Latest>>,
    /// The number of the event that was read last.
    read: u64,
    news: WatchStream<u64>,
}

impl Stream for EventReader {
    type Item = Numbered;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Numbered>> {
        loop {
            let next = lock(&self.latest).next(self.read);
            if let Some(next) = next {
                self.read = next.number;
                return Poll::Ready(Some(next));
            }
            match Pin::new(&mut self.news).poll_next(context) {
                Poll::Ready(Some(_)) => {}
                Poll::Ready(None) => return Poll::Ready(None),
                Poll::Pending => return Poll::Pending,
            }
        }
    }
}

impl std::fmt::Debug for EventReader {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("EventReader")
            .field("read", &self.read)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;

    use super::*;
    use crate::clock::Moment;
    use crate::event::RequestEvent;

    fn request(path: usize, body: usize) -> Event {
        Event::Request(Arc::new(RequestEvent {
            at: Moment::from_millis(0),
            method: "POST".to_owned(),
            path: "/".repeat(path),
            auth: "basic",
            status: 202,
            problem: None,
            message_uuid: None,
            workflow_id: None,
            dispatch_uuid: None,
            fault: None,
            fault_by: None,
            body: Bytes::from(vec![b' '; body]).into(),
            answer_body: Bytes::new().into(),
            workspace: None,
        }))
    }

    #[test]
    fn neither_many_events_nor_large_ones_are_kept_without_end() {
        let log = EventLog::new();
        for _ in 0..EVENTS + 5 {
            log.add(request(1, 10));
        }
        let (kept, gone) = log.after(2);
        assert_eq!((kept.len(), kept[0].number, gone), (EVENTS, 6, 3));
        assert_eq!(log.after(6).1, 0);

        for (path, body) in [(1, 1024 * 1024), (1024 * 1024, 1)] {
            for _ in 0..80 {
                log.add(request(path, body));
            }
            let (kept, _) = log.after(0);
            assert_eq!(kept.len(), 15);
            let latest = lock(&log.latest);
            assert!(latest.bytes <= BYTES);
            assert_eq!(kept.last().map(|event| event.number), Some(latest.last));
        }
    }

    #[test]
    fn a_reader_reads_all_or_is_told_how_many_are_gone() {
        let mut latest = Latest::default();
        assert!(latest.next(0).is_none());
        for _ in 0..EVENTS + 5 {
            latest.add(request(1, 1));
        }
        let told = latest.next(2);
        assert!(told.is_some_and(|told| told.number == 5
            && matches!(told.event, Event::Missed(MissedEvents { count: 3 }))));
        assert_eq!(latest.next(5).map(|event| event.number), Some(6));
        assert!(latest.next(latest.last).is_none());
        // One that is too large to be kept is gone at once.
        latest.add(request(1, BYTES));
        assert!(latest.events.is_empty());
        let told = latest.next(latest.last - 1);
        assert!(told.is_some_and(|told| told.number == latest.last));
        assert!(latest.next(latest.last).is_none());
    }
}
