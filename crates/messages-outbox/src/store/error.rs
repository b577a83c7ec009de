//! Errors of a store.

use std::error::Error as StdError;
use std::fmt;

/// Error of a store. It says whether the request may have taken effect.
///
/// `Display` and `Debug` show neither payloads, keys nor recipients.
pub struct StoreError(Box<Inner>);

struct Inner {
    kind: StoreErrorKind,
    effect: Effect,
    source: Option<Box<dyn StdError + Send + Sync>>,
}

/// Kind of an error of a store.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum StoreErrorKind {
    /// The store has as many open rows as it may have: enqueue later.
    Full,
    /// Another process holds the store: retry later.
    Busy,
    /// The store is a restored backup and was not adopted: rows may have been sent since.
    Restored,
    /// The store's schema is newer than this program.
    Version,
    /// A stored value is invalid.
    Corrupt,
    /// The store's medium failed: no space, an I/O error, read-only.
    Storage,
    /// The request is invalid.
    Request,
    /// Closed, or not reachable.
    Unavailable,
}

/// Effect of a request that failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effect {
    /// Nothing was changed.
    NotDone,
    /// Unknown: the request may or may not have taken effect, such as a commit whose response was lost.
    Unknown,
}

impl StoreError {
    /// Error of a request that changed nothing.
    #[must_use]
    pub fn not_done(kind: StoreErrorKind) -> Self {
        Self(Box::new(Inner {
            kind,
            effect: Effect::NotDone,
            source: None,
        }))
    }

    /// Error of a request that may have taken effect.
    #[must_use]
    pub fn unknown(kind: StoreErrorKind) -> Self {
        Self(Box::new(Inner {
            kind,
            effect: Effect::Unknown,
            source: None,
        }))
    }

    /// Adds the cause, which must not show payloads, keys or recipients.
    #[must_use]
    pub fn caused_by(mut self, source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        self.0.source = Some(source.into());
        self
    }

    /// Kind.
    #[must_use]
    pub const fn kind(&self) -> StoreErrorKind {
        self.0.kind
    }

    /// Effect: nothing was changed, or it is unknown.
    #[must_use]
    pub const fn effect(&self) -> Effect {
        self.0.effect
    }
}

impl StoreErrorKind {
    /// The kind's stable name, in snake case.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Full => "full",
            Self::Busy => "busy",
            Self::Restored => "restored",
            Self::Version => "version",
            Self::Corrupt => "corrupt",
            Self::Storage => "storage",
            Self::Request => "request",
            Self::Unavailable => "unavailable",
        }
    }
}

impl fmt::Display for StoreError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.0.kind {
            StoreErrorKind::Full => "the store is full",
            StoreErrorKind::Busy => "another process holds the store",
            StoreErrorKind::Restored => {
                "the store is a restored backup: adopt it once the rows sent since are known"
            }
            StoreErrorKind::Version => "the store's schema is newer than this program",
            StoreErrorKind::Corrupt => "a stored value is invalid",
            StoreErrorKind::Storage => "the storage failed",
            StoreErrorKind::Request => "the request is invalid",
            StoreErrorKind::Unavailable => "the store is not available",
        })?;
        match self.0.effect {
            Effect::NotDone => Ok(()),
            Effect::Unknown => f.write_str("; the request may have taken effect"),
        }
    }
}

impl fmt::Debug for StoreError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StoreError")
            .field("kind", &self.0.kind)
            .field("effect", &self.0.effect)
            .field("source", &self.0.source)
            .finish()
    }
}

impl StdError for StoreError {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.0.source.as_deref().map(|source| source as _)
    }
}
