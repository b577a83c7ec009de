//! Recipients that must not be sent to: opt-outs, and everyone outside an allow-list.

mod keyword;

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

pub use keyword::{Keyword, keyword};

/// Senders that share their opt-outs. A sender without a group is a group of its own.
///
/// `Debug` shows no senders.
#[derive(Clone, Default)]
#[must_use]
pub struct SenderGroups {
    groups: BTreeMap<String, String>,
}

impl SenderGroups {
    /// Adds senders to a group.
    pub fn group(
        mut self,
        name: impl Into<String>,
        senders: impl IntoIterator<Item = impl Into<String>>,
    ) -> Self {
        let name = name.into();
        for sender in senders {
            self.groups.insert(plain(&sender.into()), name.clone());
        }
        self
    }

    /// The group of a sender.
    #[must_use]
    pub fn of(&self, sender: &str) -> Cow<'_, str> {
        let sender = plain(sender);
        match self.groups.get(&sender) {
            Some(group) => Cow::Borrowed(group),
            None => Cow::Owned(sender),
        }
    }
}

impl fmt::Debug for SenderGroups {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SenderGroups({} senders)", self.groups.len())
    }
}

/// Recipients that may be sent to outside production; everyone else is suppressed.
///
/// `Debug` shows no recipients.
#[derive(Clone, Default)]
pub struct AllowList {
    recipients: BTreeSet<String>,
}

impl AllowList {
    /// A list of these recipients: numbers with or without `+`, or IDs.
    #[must_use]
    pub fn new(recipients: impl IntoIterator<Item = impl AsRef<str>>) -> Self {
        let recipients = recipients.into_iter();
        Self {
            recipients: recipients
                .map(|recipient| plain(recipient.as_ref()))
                .collect(),
        }
    }

    /// Returns `true` if the recipient is on the list.
    #[must_use]
    pub fn contains(&self, recipient: &str) -> bool {
        self.recipients.contains(&plain(recipient))
    }
}

impl fmt::Debug for AllowList {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "AllowList({} recipients)", self.recipients.len())
    }
}

/// An address without spaces and without a leading `+`, which the API writes in some places and not in others.
pub(crate) fn plain(address: &str) -> String {
    let address = address.trim().trim_start_matches('+');
    address
        .chars()
        .filter(|letter| !letter.is_whitespace())
        .collect()
}
