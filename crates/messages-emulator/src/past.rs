//! What has happened: the last of it in full, all of it in numbers.

use std::collections::VecDeque;

use crate::event::{Event, Numbered};
use crate::metrics::Metrics;

/// How many events are remembered.
const REMEMBERED: usize = 10_000;

/// How many bytes the bodies of the remembered events have at most, all together.
const REMEMBERED_BYTES: usize = 64 * 1024 * 1024;

#[derive(Default)]
pub(crate) struct Past {
    last: u64,
    events: VecDeque<Numbered>,
    /// The bodies of these events.
    bytes: usize,
    pub(crate) metrics: Metrics,
}

impl Past {
    pub(crate) fn add(&mut self, event: Event) -> Numbered {
        self.metrics.count(&event);
        self.last += 1;
        let numbered = Numbered {
            number: self.last,
            event,
        };
        self.bytes += numbered.event.bytes();
        self.events.push_back(numbered.clone());
        while self.events.len() > REMEMBERED || self.bytes > REMEMBERED_BYTES {
            let Some(forgotten) = self.events.pop_front() else {
                break;
            };
            self.bytes -= forgotten.event.bytes();
        }
        numbered
    }

    pub(crate) fn after(&self, number: u64) -> Vec<Numbered> {
        let begin = self.events.partition_point(|event| event.number <= number);
        self.events.range(begin..).cloned().collect()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use bytes::Bytes;

    use super::*;
    use crate::clock::Moment;
    use crate::event::RequestEvent;

    fn request(bytes: usize) -> Event {
        Event::Request(Arc::new(RequestEvent {
            at: Moment::from_millis(0),
            method: "POST".to_owned(),
            path: "/v1/messages".to_owned(),
            auth: "basic",
            status: 202,
            problem: None,
            message_uuid: None,
            workflow_id: None,
            dispatch_uuid: None,
            fault: None,
            body: Bytes::from(vec![b' '; bytes]).into(),
            workspace: None,
        }))
    }

    #[test]
    fn neither_many_events_nor_large_ones_are_kept_without_end() {
        let mut past = Past::default();
        for _ in 0..REMEMBERED + 5 {
            past.add(request(10));
        }
        let kept = past.after(0);
        assert_eq!((kept.len(), kept[0].number), (REMEMBERED, 6));

        for _ in 0..80 {
            past.add(request(1024 * 1024));
        }
        let kept = past.after(0);
        assert_eq!(kept.len(), 64);
        assert_eq!(past.bytes, REMEMBERED_BYTES);
        assert_eq!(kept.last().map(|event| event.number), Some(past.last));
    }
}
