//! Signers: a private key in this process, or a service that signs for it.

use std::error::Error;
use std::fmt;
use std::sync::Arc;

use jsonwebtoken::Algorithm;

use crate::crypto;
use crate::key::PrivateKey;

/// Makes RS256 signatures (RSASSA-PKCS1-v1_5 with SHA-256, RFC 7518 section 3.3).
///
/// Implement it for a key that never leaves a KMS or an HSM. A call may block: [`TokenSource`](crate::jwt::TokenSource)
/// makes at most one at a time, about once in a token's lifetime, and other calls do not wait for it while the token in use
/// is still good.
pub trait Signer: fmt::Debug + Send + Sync + 'static {
    /// Signs `message` and gives the bare signature, as long as the key's modulus.
    ///
    /// # Errors
    /// A [`SignError`] around whatever kept it from signing.
    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, SignError>;
}

impl<S: Signer + ?Sized> Signer for Arc<S> {
    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, SignError> {
        (**self).sign(message)
    }
}

/// A signature could not be made.
#[derive(thiserror::Error)]
#[error("the signer could not sign")]
pub struct SignError(#[source] Box<dyn Error + Send + Sync>);

impl SignError {
    /// Wraps the reason, which must hold no key material: it is shown in logs.
    pub fn new(reason: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self(reason.into())
    }
}

/// Signs with a private key in this process.
#[derive(Clone, Debug)]
pub struct RsaSigner(PrivateKey);

impl RsaSigner {
    /// A signer with `key`.
    #[must_use]
    pub fn new(key: PrivateKey) -> Self {
        Self(key)
    }

    /// The key it signs with.
    #[must_use]
    pub fn key(&self) -> &PrivateKey {
        &self.0
    }
}

impl From<PrivateKey> for RsaSigner {
    fn from(key: PrivateKey) -> Self {
        Self::new(key)
    }
}

impl Signer for RsaSigner {
    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, SignError> {
        crypto::sign(Algorithm::RS256, self.0.encoding(), message).map_err(SignError::new)
    }
}

crate::chain::debug_as_text!(SignError);
