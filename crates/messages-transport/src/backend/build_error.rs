//! The error of the builders.

use std::error::Error as StdError;

/// A backend could not be set up: certificates or a proxy that cannot be read, or no certificate
/// roots on this machine.
#[derive(thiserror::Error)]
#[error("the transport could not be set up")]
pub struct BuildError {
    source: Box<dyn StdError + Send + Sync>,
}

impl BuildError {
    pub(crate) fn new(source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        Self {
            source: source.into(),
        }
    }
}

impl std::fmt::Debug for BuildError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        crate::chain::debug(self, f)
    }
}
