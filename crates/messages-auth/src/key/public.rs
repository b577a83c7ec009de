//! The public half of an application's key.

use std::fmt;
use std::path::Path;
use std::sync::Arc;

use aws_lc_rs::encoding::{AsDer, PublicKeyX509Der};
use aws_lc_rs::signature::{ParsedPublicKey, RSA_PKCS1_2048_8192_SHA256};
use jsonwebtoken::{Algorithm, DecodingKey};

use super::identify::{Form, identify, size_mistake};
use super::mistake::KeyMistake;
use super::{file, text};
use crate::crypto;
use crate::error::AuthError;

/// An RSA public key of 2048 to 8192 bits. Cloning is cheap.
#[derive(Clone)]
pub struct PublicKey {
    key: Arc<ParsedPublicKey>,
    decoding: Arc<DecodingKey>,
    bits: usize,
}

impl PublicKey {
    /// Reads the key file at `path`: PEM or DER, with the same repairs as
    /// [`PrivateKey::from_path`](super::PrivateKey::from_path).
    ///
    /// # Errors
    /// [`AuthErrorKind::Key`](crate::AuthErrorKind::Key) with the [`KeyMistake`]; [`AuthError::path`] is the path,
    /// except where the text of a key was passed for one.
    pub fn from_path(path: impl AsRef<Path>) -> Result<Self, AuthError> {
        let path = path.as_ref();
        // Its permissions do not matter: it is public.
        let (contents, _) = file::read(path)?;
        text::read_bytes(&contents, Self::from_der_or_mistake)
            .map_err(|mistake| AuthError::at_path(mistake, path, None))
    }

    /// Reads a public key in PEM form (`PUBLIC KEY` or `RSA PUBLIC KEY`), with the same repairs as
    /// [`PrivateKey::from_text`](super::PrivateKey::from_text).
    ///
    /// # Errors
    /// [`AuthErrorKind::Key`](crate::AuthErrorKind::Key) with the [`KeyMistake`].
    pub fn from_pem(pem: &str) -> Result<Self, AuthError> {
        text::read(pem, Self::from_der_or_mistake).map_err(AuthError::from)
    }

    /// Reads a public key in DER form, `SubjectPublicKeyInfo` (RFC 5280) or `RSAPublicKey` (RFC 8017).
    ///
    /// # Errors
    /// [`AuthErrorKind::Key`](crate::AuthErrorKind::Key) with the [`KeyMistake`].
    pub fn from_der(der: &[u8]) -> Result<Self, AuthError> {
        Self::from_der_or_mistake(der).map_err(AuthError::from)
    }

    /// The key as `SubjectPublicKeyInfo` in PEM form, as the dashboard shows it.
    ///
    /// # Errors
    /// [`AuthErrorKind::Key`](crate::AuthErrorKind::Key) if the cryptographic library cannot write it, for want of memory.
    pub fn to_pem(&self) -> Result<String, AuthError> {
        let der: PublicKeyX509Der<'_> = self
            .key
            .as_der()
            .map_err(|_| AuthError::from(KeyMistake::Corrupt))?;
        Ok(std::mem::take(&mut *text::to_pem(
            "PUBLIC KEY",
            der.as_ref(),
        )))
    }

    /// Bits of the modulus.
    #[must_use]
    pub fn bits(&self) -> usize {
        self.bits
    }

    /// Returns `true` if `signature` is this key's RS256 signature of `message`.
    #[must_use]
    pub fn verifies(&self, message: &[u8], signature: &[u8]) -> bool {
        let signature = signature.to_vec();
        crypto::verifies(Algorithm::RS256, &self.decoding, message, &signature)
    }

    pub(super) fn from_der_or_mistake(der: &[u8]) -> Result<Self, KeyMistake> {
        let bits = match identify(der) {
            Form::Public { bits } => bits,
            Form::Pkcs8 { .. } | Form::Pkcs1 { .. } => return Err(KeyMistake::PrivateKey),
            Form::Other(mistake) => return Err(mistake),
        };
        // The library checks the size only when it verifies.
        if let Some(mistake) = size_mistake(bits) {
            return Err(mistake);
        }
        let key = ParsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, der)
            .map_err(|_| KeyMistake::Corrupt)?;
        Ok(Self {
            key: Arc::new(key),
            decoding: Arc::new(DecodingKey::from_rsa_der(der)),
            bits,
        })
    }
}

impl PartialEq for PublicKey {
    fn eq(&self, other: &Self) -> bool {
        match (self.to_pem(), other.to_pem()) {
            (Ok(this), Ok(that)) => this == that,
            _ => false,
        }
    }
}

impl Eq for PublicKey {}

impl fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PublicKey")
            .field("bits", &self.bits)
            .finish_non_exhaustive()
    }
}
