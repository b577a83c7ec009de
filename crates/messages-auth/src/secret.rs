//! Secrets as types: nothing prints them, nothing serialises them, equality takes the same time wherever they differ,
//! and their memory is overwritten when they are dropped.
//!
//! What leaves this crate for the wire does so as a [`HeaderValue`](http::HeaderValue) marked sensitive. Its bytes are
//! shared with the HTTP stack and are not overwritten: that promise ends where the text becomes a header.

use std::fmt;

use aws_lc_rs::constant_time::verify_slices_are_equal;
use zeroize::{ZeroizeOnDrop, Zeroizing};

use crate::error::{AuthError, AuthErrorKind, Flaw};

macro_rules! secret_text {
    ($name:ident) => {
        impl $name {
            /// The secret itself. Keep it out of logs, errors and arguments of commands.
            #[must_use]
            pub fn expose(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(concat!(stringify!($name), "(redacted)"))
            }
        }

        /// Takes the same time wherever the two differ; only their lengths may be learned from it.
        impl PartialEq for $name {
            fn eq(&self, other: &Self) -> bool {
                verify_slices_are_equal(self.0.as_bytes(), other.0.as_bytes()).is_ok()
            }
        }

        impl Eq for $name {}

        impl ZeroizeOnDrop for $name {}

        impl std::str::FromStr for $name {
            type Err = AuthError;

            fn from_str(text: &str) -> Result<Self, AuthError> {
                Self::new(text)
            }
        }

        impl TryFrom<&str> for $name {
            type Error = AuthError;

            fn try_from(text: &str) -> Result<Self, AuthError> {
                Self::new(text)
            }
        }

        impl TryFrom<String> for $name {
            type Error = AuthError;

            fn try_from(text: String) -> Result<Self, AuthError> {
                Self::new(text)
            }
        }
    };
}

/// The secret of an account: the password of Basic authentication.
#[derive(Clone)]
pub struct ApiSecret(Zeroizing<String>);

impl ApiSecret {
    /// Most bytes a secret may have.
    pub const MAX_LEN: usize = 512;

    /// Checks and takes over an API secret.
    ///
    /// # Errors
    /// [`AuthErrorKind::ApiSecret`] with the [`Flaw`]: empty, white space at either end, a control character (RFC 7617
    /// forbids them), too long, or a PEM key.
    pub fn new(text: impl Into<String>) -> Result<Self, AuthError> {
        let text = Zeroizing::new(text.into());
        match flaw(&text, Self::MAX_LEN) {
            None => Ok(Self(text)),
            Some(flaw) => Err(AuthError::new(AuthErrorKind::ApiSecret(flaw))),
        }
    }
}

secret_text!(ApiSecret);

/// The secret with which webhooks are signed, from the settings page of the account.
#[derive(Clone)]
pub struct SignatureSecret(Zeroizing<String>);

impl SignatureSecret {
    /// Most bytes a signature secret may have.
    pub const MAX_LEN: usize = 512;

    /// Below this many bytes (256 bits, the output of the hash: RFC 7518 section 3.2) a secret is called weak.
    pub const STRONG_LEN: usize = 32;

    /// Checks and takes over a signature secret.
    ///
    /// # Errors
    /// [`AuthErrorKind::SignatureSecret`] with the [`Flaw`]: empty, white space at either end, a control character,
    /// too long, or a PEM key.
    pub fn new(text: impl Into<String>) -> Result<Self, AuthError> {
        let text = Zeroizing::new(text.into());
        match flaw(&text, Self::MAX_LEN) {
            None => Ok(Self(text)),
            Some(flaw) => Err(AuthError::new(AuthErrorKind::SignatureSecret(flaw))),
        }
    }

    /// Returns `true` if it is shorter than [`STRONG_LEN`](Self::STRONG_LEN) bytes: it works, and a longer one should be set.
    #[must_use]
    pub fn is_weak(&self) -> bool {
        self.0.len() < Self::STRONG_LEN
    }
}

secret_text!(SignatureSecret);

fn flaw(text: &str, max: usize) -> Option<Flaw> {
    if text.is_empty() {
        Some(Flaw::Empty)
    } else if text.contains("-----BEGIN") {
        Some(Flaw::Pem)
    } else if text.trim() != text {
        Some(Flaw::OuterSpace)
    } else if text.chars().any(char::is_control) {
        Some(Flaw::Character)
    } else if text.len() > max {
        Some(Flaw::TooLong)
    } else {
        None
    }
}
