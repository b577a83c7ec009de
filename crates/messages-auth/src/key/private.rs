//! The private key of an application.

use std::fmt;
use std::path::Path;
use std::sync::Arc;

use aws_lc_rs::encoding::{AsDer, Pkcs8V1Der};
use aws_lc_rs::rsa::{KeyPair, KeySize};
use aws_lc_rs::signature::KeyPair as _;
use jsonwebtoken::EncodingKey;
use zeroize::Zeroizing;

use super::identify::{Form, identify, size_mistake};
use super::mistake::{KeyMistake, KeyWarning};
use super::public::PublicKey;
use super::{der, file, text};
use crate::error::{AuthError, AuthErrorKind};

/// An RSA private key of 2048 to 8192 bits. Cloning is cheap.
///
/// The key lives in the libraries that read it and sign with it; both overwrite it when the last clone is dropped.
///
/// ```
/// use messages_auth::PrivateKey;
/// use messages_auth::key::KeyMistake;
/// use messages_auth::AuthErrorKind;
///
/// let error = PrivateKey::from_text("-----BEGIN PRIVATE KEY-----\\nMIIEvQ").unwrap_err();
/// assert_eq!(error.kind(), AuthErrorKind::Key(KeyMistake::Truncated));
/// assert_eq!(error.to_string(), "the key is cut off, its end is missing");
/// ```
#[derive(Clone)]
pub struct PrivateKey {
    pair: Arc<KeyPair>,
    encoding: Arc<EncodingKey>,
    public: PublicKey,
    warnings: Vec<KeyWarning>,
}

impl PrivateKey {
    /// Reads the key file at `path`: PEM or DER, or anything else that [`from_text`](Self::from_text) takes.
    ///
    /// A file that others can read gives a [warning](Self::warnings), not an error.
    ///
    /// # Errors
    /// [`AuthErrorKind::Key`] with the [`KeyMistake`]; [`AuthError::path`] is the path, except where the text of a key
    /// was passed for one.
    pub fn from_path(path: impl AsRef<Path>) -> Result<Self, AuthError> {
        let path = path.as_ref();
        let (contents, warnings) = file::read(path)?;
        let mut key = text::read_bytes(&contents, Self::from_der_or_mistake)
            .map_err(|mistake| AuthError::at_path(mistake, path, None))?;
        key.warnings = warnings;
        Ok(key)
    }

    /// Reads a key in PEM form, PKCS#8 (`PRIVATE KEY`) or PKCS#1 (`RSA PRIVATE KEY`). The same as
    /// [`from_text`](Self::from_text), except that the armour lines must be there.
    ///
    /// # Errors
    /// [`AuthErrorKind::Key`] with the [`KeyMistake`].
    pub fn from_pem(pem: &str) -> Result<Self, AuthError> {
        text::pem_blocks(&text::normalise(pem), Self::from_der_or_mistake).map_err(AuthError::from)
    }

    /// Reads a key in DER form, PKCS#8 or PKCS#1.
    ///
    /// # Errors
    /// [`AuthErrorKind::Key`] with the [`KeyMistake`].
    pub fn from_der(der: &[u8]) -> Result<Self, AuthError> {
        Self::from_der_or_mistake(der).map_err(AuthError::from)
    }

    /// Reads a key from a text as people paste it or put it into a variable: PEM, base64 of PEM or of DER; with line
    /// breaks as CRLF, written out as `\n`, or lost; with a byte order mark, quotes, indentation, or `NAME=` before it.
    ///
    /// # Errors
    /// [`AuthErrorKind::Key`] with the [`KeyMistake`].
    pub fn from_text(text: &str) -> Result<Self, AuthError> {
        text::read(text, Self::from_der_or_mistake).map_err(AuthError::from)
    }

    /// A new key of 2048 bits, for tests and emulators. It takes some tenths of a second.
    ///
    /// # Errors
    /// [`AuthErrorKind::Sign`] if the system gives no random numbers.
    pub fn generate() -> Result<Self, AuthError> {
        let pair = KeyPair::generate(KeySize::Rsa2048)
            .map_err(|error| AuthError::with_source(AuthErrorKind::Sign, error))?;
        Self::from_pair(pair).map_err(AuthError::from)
    }

    /// The key as PKCS#8 in PEM form, in memory that is overwritten when it is dropped.
    ///
    /// # Errors
    /// [`AuthErrorKind::Key`] if the cryptographic library cannot write it, for want of memory.
    pub fn to_pem(&self) -> Result<Zeroizing<String>, AuthError> {
        let der: Pkcs8V1Der<'_> = self
            .pair
            .as_der()
            .map_err(|_| AuthError::from(KeyMistake::Corrupt))?;
        Ok(text::to_pem("PRIVATE KEY", der.as_ref()))
    }

    /// The public half.
    #[must_use]
    pub fn public_key(&self) -> PublicKey {
        self.public.clone()
    }

    /// Bits of the modulus.
    #[must_use]
    pub fn bits(&self) -> usize {
        self.public.bits()
    }

    /// Faults of the key that do not prevent its use.
    #[must_use]
    pub fn warnings(&self) -> &[KeyWarning] {
        &self.warnings
    }

    pub(crate) fn encoding(&self) -> &EncodingKey {
        &self.encoding
    }

    fn from_der_or_mistake(der: &[u8]) -> Result<Self, KeyMistake> {
        let (pair, bits) = match identify(der) {
            Form::Pkcs8 { bits } => (KeyPair::from_pkcs8(der), bits),
            Form::Pkcs1 { bits } => (KeyPair::from_der(der), bits),
            Form::Public { .. } => return Err(KeyMistake::PublicKey),
            Form::Other(mistake) => return Err(mistake),
        };
        match pair {
            Ok(pair) => Self::from_pair(pair),
            Err(_) => Err(size_mistake(bits).unwrap_or(KeyMistake::Corrupt)),
        }
    }

    fn from_pair(pair: KeyPair) -> Result<Self, KeyMistake> {
        let public = PublicKey::from_der_or_mistake(pair.public_key().as_ref())?;
        let pkcs8: Pkcs8V1Der<'_> = pair.as_der().map_err(|_| KeyMistake::Corrupt)?;
        let pkcs1 = der::pkcs1(pkcs8.as_ref()).ok_or(KeyMistake::Corrupt)?;
        let encoding = EncodingKey::from_rsa_der(pkcs1);
        drop(pkcs8);
        Ok(Self {
            pair: Arc::new(pair),
            encoding: Arc::new(encoding),
            public,
            warnings: Vec::new(),
        })
    }
}

impl fmt::Debug for PrivateKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PrivateKey")
            .field("bits", &self.bits())
            .finish_non_exhaustive()
    }
}
