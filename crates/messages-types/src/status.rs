//! The states of a message, and how they combine when they arrive late, twice or in any order.

use std::cmp::Ordering;
use std::collections::BTreeSet;
use std::fmt;

use crate::wire::Wire;

/// How far a message has come.
///
/// Statuses arrive in no guaranteed order and more than once. [`Status::merge`] combines two
/// of them so that the order does not matter; [`Progress`] does it for a whole history.
#[derive(Clone, PartialEq, Eq, Hash, Wire)]
#[wire(open)]
#[non_exhaustive]
pub enum Status {
    /// Taken over by the provider.
    Submitted,
    /// Reached the handset.
    Delivered,
    /// Seen by the person. SMS and MMS never get here.
    Read,
    /// Refused; where the message has alternatives, the next one is sent.
    Rejected,
    /// Could not be delivered.
    Undeliverable,
    /// An unknown value, as it came.
    Unknown(String),
}

impl Status {
    /// Whether nothing follows, except that a delivered message may still be read.
    /// A status that this version does not know is not final.
    #[must_use]
    pub const fn is_final(&self) -> bool {
        matches!(
            self,
            Self::Delivered | Self::Read | Self::Rejected | Self::Undeliverable
        )
    }

    /// Whether the message did not reach the person.
    #[must_use]
    pub const fn is_failure(&self) -> bool {
        matches!(self, Self::Rejected | Self::Undeliverable)
    }

    /// The one of two statuses that says more about where the message is now.
    ///
    /// Commutative, associative and idempotent: whatever the order in which statuses arrive, the
    /// same one remains. A later stage wins over an earlier one (submitted, then any outcome,
    /// then read). Of two outcomes that contradict each other delivered wins over undeliverable,
    /// and that over rejected: a handset's confirmation is not made up. A status that this
    /// version does not know yields to every one that it does.
    #[must_use]
    pub fn merge(self, other: Self) -> Self {
        match self.rank().cmp(&other.rank()) {
            Ordering::Less => other,
            Ordering::Greater => self,
            // Equal ranks are equal statuses, unless both are unknown: then any fixed choice will do.
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

/// What is known of one message after some of its statuses, in whatever order and however often
/// they came.
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
/// `Debug` shows how many unknown statuses there are, not what they say.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Progress {
    status: Option<Status>,
    seen: u8,
    unknown: BTreeSet<String>,
}

impl Progress {
    /// Takes a status in. `true` when this message has not had it before: whoever acts on `true`
    /// alone acts once for each status.
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

    /// Where the message is. Statuses that this version does not know are kept aside, in
    /// [`Progress::unknown`].
    #[must_use]
    pub const fn status(&self) -> Option<&Status> {
        self.status.as_ref()
    }

    /// The statuses that this version does not know, in alphabetical order.
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
