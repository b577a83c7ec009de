//! Optional claims of a token, and its lifetime.

use std::time::Duration;

use super::acl::Acl;
use crate::error::{AuthError, AuthErrorKind};

/// Lifetime of a token: 30 to 86,400 whole seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Lifetime(u32);

impl Lifetime {
    /// 30 seconds, the least that the API documentation allows.
    pub const MIN: Self = Self(30);
    /// 24 hours, the most that the API documentation allows.
    pub const MAX: Self = Self(24 * 60 * 60);
    /// 15 minutes: what the API assumes of a token that does not say.
    pub const DEFAULT: Self = Self(15 * 60);

    /// Checks a duration; a fraction of a second is dropped.
    ///
    /// # Errors
    /// [`AuthErrorKind::Lifetime`] outside 30 seconds to 24 hours.
    pub fn new(duration: Duration) -> Result<Self, AuthError> {
        match u32::try_from(duration.as_secs()).map(Self) {
            Ok(lifetime)
                if (Self::MIN..=Self::MAX).contains(&lifetime)
                    && duration <= Self::MAX.duration() =>
            {
                Ok(lifetime)
            }
            _ => Err(AuthError::new(AuthErrorKind::Lifetime)),
        }
    }

    /// The same as a duration.
    #[must_use]
    pub const fn duration(self) -> Duration {
        Duration::from_secs(self.0 as u64)
    }

    /// The same in seconds.
    #[must_use]
    pub const fn as_secs(self) -> u64 {
        self.0 as u64
    }
}

impl Default for Lifetime {
    fn default() -> Self {
        Self::DEFAULT
    }
}

impl TryFrom<Duration> for Lifetime {
    type Error = AuthError;

    fn try_from(duration: Duration) -> Result<Self, AuthError> {
        Self::new(duration)
    }
}

/// The optional parts of a token: 15 minutes, no `nbf`, no `sub` and full access unless set otherwise.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct JwtOptions {
    pub(super) lifetime: Lifetime,
    pub(super) not_before_issue: bool,
    pub(super) subject: Option<String>,
    pub(super) acl: Option<Acl>,
}

impl JwtOptions {
    /// The defaults.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Lifetime of the token: `exp` is `iat` plus this.
    #[must_use]
    pub fn lifetime(mut self, lifetime: Lifetime) -> Self {
        self.lifetime = lifetime;
        self
    }

    /// Adds `nbf`, the same as `iat`.
    #[must_use]
    pub fn not_before_issue(mut self) -> Self {
        self.not_before_issue = true;
        self
    }

    /// The `sub` claim: the name of a user. The Messages API needs none.
    #[must_use]
    pub fn subject(mut self, subject: impl Into<String>) -> Self {
        self.subject = Some(subject.into());
        self
    }

    /// The `acl` claim: what the token may be used for. Without it, everything.
    #[must_use]
    pub fn acl(mut self, acl: Acl) -> Self {
        self.acl = Some(acl);
        self
    }
}
