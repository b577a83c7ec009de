//! Whose rate a request counts towards.

use std::fmt;
use std::sync::Arc;

/// The account, sender and channel of a request, set in its extensions.
///
/// A request without one counts towards an account without a name. Sender and channel are narrower
/// limits inside the account: a request waits until all that apply to it are open.
///
/// `Debug` does not show the names, since a sender is a phone number.
///
/// ```
/// use messages_transport::layer::rate_limit::RateScope;
///
/// let scope = RateScope::account("abcd1234").sender("447700900000").channel("sms");
/// assert_eq!(format!("{scope:?}"), "RateScope { sender: true, channel: true }");
/// ```
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct RateScope {
    account: Arc<str>,
    sender: Option<Arc<str>>,
    channel: Option<Arc<str>>,
}

impl RateScope {
    /// The account as a whole.
    #[must_use]
    pub fn account(name: impl Into<Arc<str>>) -> Self {
        Self {
            account: name.into(),
            sender: None,
            channel: None,
        }
    }

    /// A sender of the account.
    #[must_use]
    pub fn sender(mut self, name: impl Into<Arc<str>>) -> Self {
        self.sender = Some(name.into());
        self
    }

    /// A channel of the account, or of the sender if there is one.
    #[must_use]
    pub fn channel(mut self, name: impl Into<Arc<str>>) -> Self {
        self.channel = Some(name.into());
        self
    }

    pub(super) fn is_account(&self) -> bool {
        self.level() == Level::Account
    }

    pub(super) fn level(&self) -> Level {
        match (&self.sender, &self.channel) {
            (_, Some(_)) => Level::Channel,
            (Some(_), None) => Level::Sender,
            (None, None) => Level::Account,
        }
    }

    /// This scope and those around it, the account last.
    pub(super) fn outwards(&self) -> impl Iterator<Item = Self> + use<> {
        let sender = self.sender.as_ref().map(|_| Self {
            channel: None,
            ..self.clone()
        });
        let channel = self.channel.as_ref().map(|_| self.clone());
        channel.into_iter().chain(sender).chain([self.outermost()])
    }

    /// The account of this scope.
    pub(super) fn outermost(&self) -> Self {
        Self {
            account: Arc::clone(&self.account),
            sender: None,
            channel: None,
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Level {
    Account,
    Sender,
    Channel,
}

impl fmt::Debug for RateScope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RateScope")
            .field("sender", &self.sender.is_some())
            .field("channel", &self.channel.is_some())
            .finish()
    }
}
