//! What the statuses of a message add up to, in whatever order they come.

use std::collections::{HashMap, VecDeque};
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use messages_types::{Progress, Status, WebhookEvent};
use tokio::sync::watch;

/// How many messages are followed before the oldest is forgotten.
const MESSAGES_MAX: usize = 100_000;

/// Follows messages through their statuses.
///
/// Webhooks come late, doubled and out of order; the tracker's answer depends on which statuses came, not on their order.
/// It remembers the last 100,000 messages.
///
/// ```
/// use messages_sdk::webhook::StatusTracker;
/// use messages_sdk::types::{Status, WebhookEvent};
///
/// let tracker = StatusTracker::new();
/// let event = WebhookEvent::from_slice(br#"{"message_uuid":"m-1","channel":"sms","to":"447700900000",
///     "from":"447700900001","timestamp":"2026-01-01T14:00:00Z","status":"delivered"}"#)?;
/// assert!(tracker.apply(&event).is_some());
/// assert!(tracker.apply(&event).is_none(), "news only once");
/// assert_eq!(tracker.status("m-1"), Some(Status::Delivered));
/// # Ok::<(), messages_sdk::types::DecodeError>(())
/// ```
#[derive(Clone)]
pub struct StatusTracker {
    known: Arc<Mutex<Known>>,
}

struct Known {
    messages: HashMap<String, watch::Sender<Progress>>,
    /// The ids in the order in which they came.
    order: VecDeque<String>,
    capacity: usize,
}

/// A status that was news.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Tracked {
    /// The message's id.
    pub message_uuid: String,
    /// The status that came.
    pub status: Status,
    /// What the message's statuses add up to now.
    pub current: Status,
}

impl StatusTracker {
    /// A tracker that knows no message.
    #[must_use]
    pub fn new() -> Self {
        Self::with_capacity(MESSAGES_MAX)
    }

    /// A tracker that forgets the oldest message when there are more than `messages`.
    #[must_use]
    pub fn with_capacity(messages: usize) -> Self {
        Self {
            known: Arc::new(Mutex::new(Known {
                messages: HashMap::new(),
                order: VecDeque::new(),
                capacity: messages.max(1),
            })),
        }
    }

    /// Takes an event into account. `None`: it is no status, or one that had come before.
    pub fn apply(&self, event: &WebhookEvent) -> Option<Tracked> {
        let view = event.view();
        let message_uuid = view.message_uuid?;
        let status = view.status()?;
        let mut known = self.lock();
        let mut news = None;
        known.entry(message_uuid).send_if_modified(|progress| {
            let new = progress.observe(status);
            if new {
                news = Some(Tracked {
                    message_uuid: message_uuid.to_owned(),
                    status: status.clone(),
                    current: progress.status().unwrap_or(status).clone(),
                });
            }
            new
        });
        news
    }

    /// What the statuses of a message add up to, or `None` when none came.
    #[must_use]
    pub fn status(&self, message_uuid: &str) -> Option<Status> {
        let known = self.lock();
        known.messages.get(message_uuid)?.borrow().status().cloned()
    }

    /// Waits until `status` came for a message, or one after which it cannot come any more. Returns what the message's
    /// statuses add up to then.
    ///
    /// There is no time limit: put one around it. It ends with `None` when the message was forgotten meanwhile.
    pub async fn wait_for(&self, message_uuid: &str, status: Status) -> Option<Status> {
        let mut progress = self.lock().entry(message_uuid).subscribe();
        let settled = progress
            .wait_for(|progress| {
                progress.unknown().any(|name| name == status.as_str())
                    || progress.status().is_some_and(|current| {
                        current.is_failure() || current.clone().merge(status.clone()) == *current
                    })
            })
            .await
            .ok()?;
        settled.status().cloned()
    }

    fn lock(&self) -> MutexGuard<'_, Known> {
        // Every change under the lock is complete in itself, so a panic elsewhere does no harm.
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Known {
    fn entry(&mut self, message_uuid: &str) -> &watch::Sender<Progress> {
        if !self.messages.contains_key(message_uuid) {
            if self.messages.len() >= self.capacity
                && let Some(oldest) = self.order.pop_front()
            {
                self.messages.remove(&oldest);
            }
            self.order.push_back(message_uuid.to_owned());
        }
        self.messages
            .entry(message_uuid.to_owned())
            .or_insert_with(|| watch::Sender::new(Progress::default()))
    }
}

impl Default for StatusTracker {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for StatusTracker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "StatusTracker({} messages)", self.lock().messages.len())
    }
}
