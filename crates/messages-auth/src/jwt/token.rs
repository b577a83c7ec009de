//! A signed token.

use std::fmt;

use http::HeaderValue;
use zeroize::{ZeroizeOnDrop, Zeroizing};

use super::claims::Claims;
use crate::basic::after_scheme;
use crate::error::{AuthError, AuthErrorKind};
use crate::jws::{self, Algorithm};
use crate::signer::Signer;

/// A signed token: it grants the application's access until it expires, so it is treated as a secret.
#[derive(Clone)]
pub struct Token(Zeroizing<String>);

impl Token {
    /// The token itself.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// `Bearer` and the token, marked sensitive.
    ///
    /// # Errors
    /// None that a token made by [`mint`] can give; the signature of the type leaves room for it.
    pub fn header_value(&self) -> Result<HeaderValue, AuthError> {
        bearer(&self.0)
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(redacted)")
    }
}

impl ZeroizeOnDrop for Token {}

/// Signs `claims` as they are.
///
/// # Errors
/// [`AuthErrorKind::Sign`] with what the signer said.
pub fn mint(claims: &Claims, signer: &(impl Signer + ?Sized)) -> Result<Token, AuthError> {
    let json = serde_json::to_vec(claims)
        .map_err(|error| AuthError::with_source(AuthErrorKind::Sign, error))?;
    let signed = jws::signing_input(Algorithm::Rs256, &json);
    let signature = signer
        .sign(signed.as_bytes())
        .map_err(|error| AuthError::with_source(AuthErrorKind::Sign, error))?;
    Ok(Token(Zeroizing::new(jws::append_signature(
        signed, &signature,
    ))))
}

/// The token in an `Authorization` value of the scheme `Bearer` (RFC 6750), or `None` for any other.
#[must_use]
pub fn bearer_token(header: &HeaderValue) -> Option<&str> {
    after_scheme(header, "Bearer")
}

/// `Bearer` and `token`, marked sensitive.
pub(crate) fn bearer(token: &str) -> Result<HeaderValue, AuthError> {
    let mut header = HeaderValue::try_from(format!("Bearer {token}"))
        .map_err(|error| AuthError::with_source(AuthErrorKind::Sign, error))?;
    header.set_sensitive(true);
    Ok(header)
}
