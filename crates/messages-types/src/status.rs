//! States of a message, and how to combine them if they arrive late, twice or in any order.

use std::cmp::Ordering;
use std::collections::BTreeSet;
use std::fmt;

use crate::wire::Wire;

/// State of a message.
///
/// Statuses arrive in no guaranteed order and more than once. [`Status::merge`] combines two
/// of them so that the order does not matter; [`Progress`] does it for a whole history.
#[derive(Clone, PartialEq, Eq, Hash, Wire)]
#[wire(open)]
#[non_exhaustive]
pub enum Status {
    /// Accepted by the provider.
    Submitted,
    /// Delivered to the handset.
    Delivered,
    /// Read by the recipient. SMS and MMS never reach this state.
    Read,
    /// Refused; if the message has alternatives, the next one is sent.
    Rejected,
    /// Not deliverable.
    Undeliverable,
    /// Unknown value, as received.
    Unknown(String),
}

impl Status {
    /// Returns `true` if the status is final, except that a delivered message may still be read.
    /// An unknown status is not final.
    #[must_use]
    pub const fn is_final(&self) -> bool {
        matches!(
            self,
            Self::Delivered | Self::Read | Self::Rejected | Self::Undeliverable
        )
    }

    /// Returns `true` if the message did not reach the recipient.
    #[must_use]
    pub const fn is_failure(&self) -> bool {
        matches!(self, Self::Rejected | Self::Undeliverable)
    }

    /// Returns the more advanced one of two statuses.
    ///
    /// Commutative, associative and idempotent: the result does not depend on the order in which
    /// statuses arrive. A later stage takes precedence over an earlier one (submitted, then any outcome,
    /// then read). Of two contradicting outcomes delivered takes precedence over undeliverable,
    /// and undeliverable over rejected: a handset only confirms actual deliveries. Every known
    /// status takes precedence over an unknown one.
    #[must_use]
    pub fn merge(self, other: Self) -> Self {
        match self.rank().cmp(&other.rank()) {
            Ordering::Less => other,
            Ordering::Greater => self,
            // Equal ranks are equal statuses, unless both are unknown: then any fixed choice is correct.
            Ordering::Equal if self.as_str() < other.as_str() => other,
            Ordering::Equal => self,
        }
    }

    const fn rank(&self) -> u8 {
        match self {
            Self::Unknown(_) => 0,
            Self::Submitted => 1,
            Self::Rejected => 2,
            Self::Undeliverable => 3,
            Self::Delivered => 4,
            Self::Read => 5,
        }
    }
}

/// State of one message after some of its statuses, received in any order and any number of
/// times.
///
/// ```
/// use messages_types::{Progress, Status};
///
/// let mut progress = Progress::default();
/// assert!(progress.observe(&Status::Delivered));
/// assert!(progress.observe(&Status::Submitted), "late, but new");
/// assert!(!progress.observe(&Status::Delivered), "a repetition");
/// assert_eq!(progress.status(), Some(&Status::Delivered));
/// ```
///
/// `Debug` shows the number of unknown statuses, not their content.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Progress {
    status: Option<Status>,
    seen: u8,
    unknown: BTreeSet<String>,
}

impl Progress {
    /// Adds a status. Returns `true` if it is new for this message: acting on `true` alone
    /// acts once per status.
    pub fn observe(&mut self, status: &Status) -> bool {
        if let Status::Unknown(name) = status {
            return self.unknown.insert(name.clone());
        }
        let bit = 1 << status.rank();
        let new = self.seen & bit == 0;
        self.seen |= bit;
        self.status = Some(match self.status.take() {
            Some(known) => known.merge(status.clone()),
            None => status.clone(),
        });
        new
    }

    /// Current state of the message. Unknown statuses are stored separately, in
    /// [`Progress::unknown`].
    #[must_use]
    pub const fn status(&self) -> Option<&Status> {
        self.status.as_ref()
    }

    /// The unknown statuses, in alphabetical order.
    pub fn unknown(&self) -> impl Iterator<Item = &str> {
        self.unknown.iter().map(String::as_str)
    }
}

impl fmt::Debug for Progress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Progress")
            .field("status", &self.status)
            .field("unknown", &self.unknown.len())
            .finish_non_exhaustive()
    }
}
