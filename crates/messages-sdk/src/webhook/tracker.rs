//! Status of each send, whatever the order of its webhooks.

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use messages_types::{Status, WebhookEvent};
use tokio::sync::Notify;
use tokio::time::timeout;

use super::SendId;
use super::sends::{Change, Key, Sends};

/// Default number of messages and workflows of a tracker.
const CAPACITY: usize = 100_000;

/// Tracks each send as a whole: a message with its failover messages, or a workflow with its steps.
///
/// Webhooks arrive late, twice and in any order. The status of a send depends on which of them arrived, not on their order:
///
/// | status of the send | condition |
/// | --- | --- |
/// | `read`, `delivered` | one of its messages was read, delivered; or the report of the workflow says `completed` |
/// | `rejected`, `undeliverable` | the message failed and has no failover message; the last failover message was rejected; a message with failover messages is undeliverable, since only `rejected` triggers the next one; the report of the workflow says `error` |
/// | `submitted` | anything else: a failed message of a workflow does not fail the send |
///
/// The tracker stores the last 100,000 messages and workflows, in memory.
///
/// ```
/// use messages_sdk::types::{Status, WebhookEvent};
/// use messages_sdk::webhook::{SendId, StatusTracker};
///
/// let tracker = StatusTracker::new();
/// let status = |message_uuid: &str, position: u32, status: &str| {
///     let json = format!(
///         r#"{{"message_uuid":"{message_uuid}","channel":"sms","to":"447700900000","from":"447700900001",
///             "timestamp":"2026-01-01T14:00:00Z","status":"{status}",
///             "workflow":{{"workflow_id":"w-1","items_number":"{position}","items_total":"2"}}}}"#
///     );
///     WebhookEvent::from_slice(json.as_bytes())
/// };
/// let rejected = status("m-1", 1, "rejected")?;
/// let tracked = tracker.apply(&rejected).expect("a new status");
/// assert_eq!(tracked.current, Status::Submitted, "its failover message is still to come");
/// assert!(tracker.apply(&rejected).is_none(), "a duplicate");
///
/// tracker.apply(&status("m-2", 2, "delivered")?);
/// assert_eq!(tracker.status("m-1"), Some(Status::Delivered));
/// assert_eq!(tracker.status(SendId::workflow("w-1")), Some(Status::Delivered));
/// # Ok::<(), messages_sdk::types::DecodeError>(())
/// ```
#[derive(Clone)]
pub struct StatusTracker {
    sends: Arc<Mutex<Sends>>,
}

/// A new status of a send.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Tracked {
    /// IDs in the webhook.
    pub send: SendId,
    /// New status of the message `send.message_uuid`; `None` for the final report of a workflow.
    pub status: Option<Status>,
    /// Status of the send as a whole.
    pub current: Status,
    /// `true` if the send has ended: delivered, read or failed. A delivered message may still be read.
    pub is_final: bool,
}

impl StatusTracker {
    /// An empty tracker.
    #[must_use]
    pub fn new() -> Self {
        Self::with_capacity(CAPACITY)
    }

    /// An empty tracker for at most `capacity` messages and workflows (at least 1); beyond, the oldest one is discarded.
    #[must_use]
    pub fn with_capacity(capacity: usize) -> Self {
        Self {
            sends: Arc::new(Mutex::new(Sends::with_capacity(capacity))),
        }
    }

    /// Applies a status of a message, or the final report of a workflow. Returns `None` for any other event and for a
    /// duplicate.
    pub fn apply(&self, event: &WebhookEvent) -> Option<Tracked> {
        let mut sends = self.lock();
        let Change { send, status } = sends.apply(event)?;
        let whole = sends.whole(&send);
        let is_final = whole.is_final();
        Some(Tracked {
            current: whole.status.or_else(|| status.clone())?,
            send,
            status,
            is_final,
        })
    }

    /// Status of a send, or `None` before its first webhook.
    #[must_use]
    pub fn status(&self, send: impl Into<SendId>) -> Option<Status> {
        self.lock().whole(&send.into()).status
    }

    /// Waits until a send has reached `status` (or a later one), or has failed as a whole. Returns the status of the send,
    /// or `None` after `limit`.
    ///
    /// ```
    /// # use std::time::Duration;
    /// # use messages_sdk::types::Status;
    /// # use messages_sdk::{Accepted, webhook::StatusTracker};
    /// # async fn example(tracker: StatusTracker, accepted: Accepted) {
    /// match tracker.wait_for(&accepted, Status::Delivered, Duration::from_secs(600)).await {
    ///     Some(status) if status.is_failure() => println!("failed, and so did its failover messages"),
    ///     Some(status) => println!("{status}"),
    ///     None => println!("still on its way after 10 minutes"),
    /// }
    /// # }
    /// ```
    pub async fn wait_for(
        &self,
        send: impl Into<SendId>,
        status: Status,
        limit: Duration,
    ) -> Option<Status> {
        let send = send.into();
        let changed = Arc::new(Notify::new());
        let _waiter = Waiter::register(self, &send, &changed);
        let reached = async {
            loop {
                let whole = self.lock().whole(&send);
                if whole.has_reached(&status) {
                    return whole.status.or(Some(status));
                }
                // A change after the check above has stored a permit.
                changed.notified().await;
            }
        };
        timeout(limit, reached).await.ok().flatten()
    }

    fn lock(&self) -> MutexGuard<'_, Sends> {
        // Each change under the lock is complete, so a panic elsewhere leaves no partial state.
        self.sends.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Registration of a call of `wait_for`, until it is dropped.
struct Waiter<'a> {
    tracker: &'a StatusTracker,
    keys: Vec<Key>,
    changed: &'a Arc<Notify>,
}

impl<'a> Waiter<'a> {
    fn register(tracker: &'a StatusTracker, send: &SendId, changed: &'a Arc<Notify>) -> Self {
        let keys = Key::all(send);
        tracker.lock().register(&keys, changed);
        Self {
            tracker,
            keys,
            changed,
        }
    }
}

impl Drop for Waiter<'_> {
    fn drop(&mut self) {
        self.tracker.lock().deregister(&self.keys, self.changed);
    }
}

impl Default for StatusTracker {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for StatusTracker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "StatusTracker({} messages)", self.lock().len())
    }
}
