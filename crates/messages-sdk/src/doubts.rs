//! Tracks sends of unknown outcome until a webhook resolves them.

use std::collections::{HashMap, HashSet};
use std::fmt;
use std::sync::{Mutex, MutexGuard, PoisonError};

use messages_types::WebhookEvent;

/// Ledger of sends, written before they go out.
///
/// [`Client`](crate::Client) calls [`open`](Self::open) before the request leaves and [`settle`](Self::settle) when it knows what
/// became of it. What stays open is in doubt: its answer was lost, or its future was dropped. A status webhook
/// with the same client reference settles it, even one that came before the answer.
pub trait DoubtLedger: fmt::Debug + Send + Sync + 'static {
    /// Notes that a message with this reference is about to be sent.
    fn open(&self, client_ref: &str);

    /// Notes what became of it, when its answer came or a webhook did. Both may come, in either order, and webhooks come
    /// several times: settling what is not open, or settled already, must change nothing.
    fn settle(&self, client_ref: &str, settlement: Settlement<'_>);
}

/// Outcome of a send.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Settlement<'a> {
    /// The API took it, under this id if it is known.
    Accepted {
        /// The message's id.
        message_uuid: Option<&'a str>,
    },
    /// The API did not take it.
    NotAccepted,
}

/// A ledger in memory: what is open is kept, what is settled is forgotten.
///
/// A reference should name one message, as minted ones do. Where a message in doubt is sent again under its old reference,
/// both stay open until two messages are known to have been taken, or refused: the ledger may keep a doubt too long then, but
/// never drops one too early.
///
/// ```
/// use messages_sdk::doubts::{DoubtLedger, PendingDoubts, Settlement};
///
/// let doubts = PendingDoubts::new();
/// doubts.open("order-17");
/// assert_eq!(doubts.pending(), ["order-17"]);
/// doubts.settle("order-17", Settlement::Accepted { message_uuid: Some("aaaa") });
/// assert!(doubts.pending().is_empty());
/// ```
#[derive(Default)]
pub struct PendingDoubts {
    open: Mutex<HashMap<String, Sends>>,
}

/// The sends under one reference.
#[derive(Default)]
struct Sends {
    /// Those that were not refused.
    possible: usize,
    /// The ids under which messages were taken.
    taken: HashSet<String>,
    /// Answers that said "taken" and no id. A webhook may have named the same message, so they do not add up with the ids.
    nameless: usize,
}

impl Sends {
    fn are_settled(&self) -> bool {
        self.possible <= self.taken.len().max(self.nameless)
    }
}

impl PendingDoubts {
    /// An empty ledger.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The references that are open, in alphabetical order; minted ones thereby by age.
    #[must_use]
    pub fn pending(&self) -> Vec<String> {
        let mut pending: Vec<String> = self.lock().keys().cloned().collect();
        pending.sort_unstable();
        pending
    }

    /// Settles what an event's client reference names. Any status proves that the API took the message.
    pub fn apply(&self, event: &WebhookEvent) {
        let view = event.view();
        if let (Some(reference), Some(_)) = (view.client_ref, view.status()) {
            let message_uuid = view.message_uuid;
            self.settle(reference, Settlement::Accepted { message_uuid });
        }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<String, Sends>> {
        // Nothing is left half done under the lock, so a panic elsewhere does no harm.
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl DoubtLedger for PendingDoubts {
    fn open(&self, client_ref: &str) {
        let mut open = self.lock();
        open.entry(client_ref.to_owned()).or_default().possible += 1;
    }

    fn settle(&self, client_ref: &str, settlement: Settlement<'_>) {
        let mut open = self.lock();
        let Some(sends) = open.get_mut(client_ref) else {
            return;
        };
        match settlement {
            Settlement::Accepted {
                message_uuid: Some(message_uuid),
            } => {
                sends.taken.insert(message_uuid.to_owned());
            }
            Settlement::Accepted { message_uuid: None } => sends.nameless += 1,
            Settlement::NotAccepted => sends.possible -= 1,
        }
        if sends.are_settled() {
            open.remove(client_ref);
        }
    }
}

impl fmt::Debug for PendingDoubts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PendingDoubts({} open)", self.lock().len())
    }
}
