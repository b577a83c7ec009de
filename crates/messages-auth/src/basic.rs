//! Basic authentication (RFC 7617) with an API key and secret.

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::HeaderValue;
use zeroize::Zeroizing;

use crate::error::{AuthError, AuthErrorKind};
use crate::id::ApiKey;
use crate::secret::ApiSecret;

/// An API key and its secret, ready to be sent.
///
/// ```
/// let basic = messages_auth::Basic::new("a1b2c3d4", "Secret0123456789")?;
/// assert!(basic.header_value().is_sensitive());
/// # Ok::<(), messages_auth::AuthError>(())
/// ```
#[derive(Clone)]
pub struct Basic {
    api_key: ApiKey,
    api_secret: ApiSecret,
    header: HeaderValue,
}

impl Basic {
    /// Joins a key and a secret, given as their types or as text.
    ///
    /// # Errors
    /// [`AuthErrorKind::ApiKey`] or [`AuthErrorKind::ApiSecret`] if a text cannot be one.
    pub fn new<K, S>(api_key: K, api_secret: S) -> Result<Self, AuthError>
    where
        K: TryInto<ApiKey>,
        S: TryInto<ApiSecret>,
        AuthError: From<K::Error> + From<S::Error>,
    {
        let (api_key, api_secret) = (api_key.try_into()?, api_secret.try_into()?);
        // Room for all of it at once: a string that grows leaves copies of the secret behind.
        let mut pair = Zeroizing::new(String::with_capacity(
            api_key.as_str().len() + 1 + api_secret.expose().len(),
        ));
        pair.push_str(api_key.as_str());
        pair.push(':');
        pair.push_str(api_secret.expose());
        let mut header =
            HeaderValue::try_from(format!("Basic {}", STANDARD.encode(pair.as_bytes())))
                .map_err(|_| AuthError::new(AuthErrorKind::BasicHeader))?;
        header.set_sensitive(true);
        Ok(Self {
            api_key,
            api_secret,
            header,
        })
    }

    /// Reads the value of an `Authorization` header.
    ///
    /// # Errors
    /// [`AuthErrorKind::BasicHeader`] if it is of another scheme or does not decode; [`AuthErrorKind::ApiKey`] or
    /// [`AuthErrorKind::ApiSecret`] if what it holds cannot be one.
    pub fn parse(header: &HeaderValue) -> Result<Self, AuthError> {
        let malformed = || AuthError::new(AuthErrorKind::BasicHeader);
        let encoded = after_scheme(header, "Basic").ok_or_else(malformed)?;
        let decoded = Zeroizing::new(STANDARD.decode(encoded).map_err(|_| malformed())?);
        let text = std::str::from_utf8(&decoded).map_err(|_| malformed())?;
        let (api_key, api_secret) = text.split_once(':').ok_or_else(malformed)?;
        Self::new(api_key, api_secret)
    }

    /// The value of the `Authorization` header, marked sensitive. It is made once, and shared.
    #[must_use]
    pub fn header_value(&self) -> HeaderValue {
        self.header.clone()
    }

    /// Returns `true` if an incoming `Authorization` value has exactly this key and secret. The secrets are compared in
    /// constant time.
    #[must_use]
    pub fn matches(&self, header: &HeaderValue) -> bool {
        Self::parse(header).is_ok_and(|other| other == *self)
    }

    /// The account's key.
    #[must_use]
    pub fn api_key(&self) -> &ApiKey {
        &self.api_key
    }

    /// The account's secret.
    #[must_use]
    pub fn api_secret(&self) -> &ApiSecret {
        &self.api_secret
    }
}

impl PartialEq for Basic {
    fn eq(&self, other: &Self) -> bool {
        // Not `&&`: the secret is compared whether or not the key is known, so that time does not tell.
        (self.api_key == other.api_key) & (self.api_secret == other.api_secret)
    }
}

impl Eq for Basic {}

impl fmt::Debug for Basic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Basic")
            .field("api_key", &self.api_key)
            .finish_non_exhaustive()
    }
}

/// Returns the part after the scheme and its spaces (RFC 9110 section 11.4; the scheme's case does not count).
pub(crate) fn after_scheme<'h>(header: &'h HeaderValue, scheme: &str) -> Option<&'h str> {
    let (found, rest) = header.to_str().ok()?.split_once(' ')?;
    let rest = rest.trim_start_matches(' ');
    (found.eq_ignore_ascii_case(scheme) && !rest.is_empty()).then_some(rest)
}
