//! Judging a token as the API does.

use std::fmt;
use std::time::{Duration, SystemTime};

use serde_json::{Map, Value};

use super::claims::Claims;
use super::options::Lifetime;
use crate::clock::{LAST_SECOND, unix_seconds};
use crate::id::ApplicationId;
use crate::jws::{self, Algorithm, Fault};
use crate::key::PublicKey;

/// Largest difference between the clocks of the two sides: 60 s, added to `exp` and taken from `iat` and `nbf`.
pub const LEEWAY: Duration = Duration::from_secs(60);

/// Longest token that is looked at.
pub(super) const MAX_LEN: usize = 16 * 1024;

/// Reason a token is refused.
#[derive(Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum JwtError {
    /// It is not three parts of base64url with JSON objects in the first two, or a name occurs twice, or its header
    /// asks for something that is not supported.
    #[error("the token is malformed")]
    Malformed,
    /// It is not signed with RS256.
    #[error("the token is not signed with RS256")]
    Algorithm,
    /// Another key has signed it, or it was changed.
    #[error("the token's signature is not of this key")]
    Signature,
    /// A claim that must be there is not.
    #[error("the claim {0} is missing")]
    Missing(ClaimName),
    /// A claim has the wrong type, or a value that it cannot have.
    #[error("the claim {0} {expected}", expected = .0.expected())]
    Invalid(ClaimName),
    /// A time is in a smaller unit than seconds.
    #[error("the claim {0} is in {1}; it must be in seconds since 1970")]
    Unit(ClaimName, TimeUnit),
    /// `exp` is a lifetime instead of a time.
    #[error("the claim exp is a lifetime; it must be a time, in seconds since 1970")]
    ExpiryIsLifetime,
    /// `exp`, or where it is absent 15 minutes after `iat`, has passed.
    #[error("the token has expired")]
    Expired,
    /// `nbf` lies ahead.
    #[error("the token is not good yet")]
    NotYet,
    /// `iat` lies ahead.
    #[error("the token was issued in the future")]
    IssuedAhead,
    /// From `iat` to `exp` it is less than 30 seconds or more than 24 hours.
    #[error("the token lives less than 30 seconds or more than 24 hours")]
    Lifetime,
}

/// A claim that a [`JwtError`] is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
#[expect(missing_docs, reason = "each is the claim of its name")]
pub enum ClaimName {
    ApplicationId,
    Iat,
    Jti,
    Exp,
    Nbf,
    Sub,
    Acl,
}

/// A unit of time that a claim was written in by mistake.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
#[expect(missing_docs, reason = "each is the unit of its name")]
pub enum TimeUnit {
    Milliseconds,
    Microseconds,
    Nanoseconds,
}

impl TimeUnit {
    /// The unit of a value that is too large for seconds, if it is a time before the year 5138 in that unit.
    fn of(value: &Value) -> Option<Self> {
        const SECONDS_END: f64 = LAST_SECOND as f64;

        match value.as_f64()? {
            value if value <= SECONDS_END => None,
            value if value < 1e14 => Some(Self::Milliseconds),
            value if value < 1e17 => Some(Self::Microseconds),
            value if value < 1e20 => Some(Self::Nanoseconds),
            _ => None,
        }
    }
}

impl fmt::Display for TimeUnit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Milliseconds => "milliseconds",
            Self::Microseconds => "microseconds",
            Self::Nanoseconds => "nanoseconds",
        })
    }
}

impl ClaimName {
    /// Every claim that the API defines.
    pub const ALL: [Self; 7] = [
        Self::ApplicationId,
        Self::Iat,
        Self::Jti,
        Self::Exp,
        Self::Nbf,
        Self::Sub,
        Self::Acl,
    ];

    /// The name as it stands in the token.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::ApplicationId => "application_id",
            Self::Iat => "iat",
            Self::Jti => "jti",
            Self::Exp => "exp",
            Self::Nbf => "nbf",
            Self::Sub => "sub",
            Self::Acl => "acl",
        }
    }

    fn expected(self) -> &'static str {
        match self {
            Self::ApplicationId => "must be a UUID with hyphens",
            Self::Iat | Self::Exp | Self::Nbf => "must be a number of seconds since 1970",
            Self::Jti => "must be a string that is not empty",
            Self::Sub => "must be a string",
            Self::Acl => r#"needs `paths`, such as {"paths":{"/*/messages/**":{}}}"#,
        }
    }
}

impl fmt::Display for ClaimName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl From<Fault> for JwtError {
    fn from(fault: Fault) -> Self {
        match fault {
            Fault::Malformed => Self::Malformed,
            Fault::Algorithm => Self::Algorithm,
        }
    }
}

/// Checks an application's token at `now`: RS256 by `key` and nothing else, then its claims.
///
/// # Errors
/// The first fault that is found; [`inspect`](super::inspect()) lists them all.
pub fn verify(token: &str, key: &PublicKey, now: SystemTime) -> Result<Claims, JwtError> {
    if token.len() > MAX_LEN {
        return Err(JwtError::Malformed);
    }
    let token = jws::Token::read(token, Algorithm::Rs256)?;
    if !key.verifies(token.signed.as_bytes(), &token.signature) {
        return Err(JwtError::Signature);
    }
    let mut faults = Vec::new();
    match (read(token.claims, now, &mut faults), faults.first()) {
        (Some(claims), None) => Ok(claims),
        (_, fault) => Err(fault.copied().unwrap_or(JwtError::Malformed)),
    }
}

/// Reads claims and notes every fault. Without the claims that must be there, there are none.
pub(super) fn read(
    mut object: Map<String, Value>,
    now: SystemTime,
    faults: &mut Vec<JwtError>,
) -> Option<Claims> {
    let mut reader = Reader {
        object: &mut object,
        faults,
    };
    let application_id = reader.required(ClaimName::ApplicationId, |value| {
        // Only the form with hyphens: the API's documentation knows no other.
        value
            .as_str()
            .filter(|text| text.len() == 36)
            .and_then(|text| ApplicationId::parse(text).ok())
    });
    let issued_at = reader.required(ClaimName::Iat, jws::numeric_date);
    let token_id = reader.required(ClaimName::Jti, |value| {
        value
            .as_str()
            .filter(|text| !text.is_empty())
            .map(str::to_owned)
    });
    let expires_at = reader.optional(ClaimName::Exp, jws::numeric_date);
    let not_before = reader.optional(ClaimName::Nbf, jws::numeric_date);
    let subject = reader.optional(ClaimName::Sub, |value| value.as_str().map(str::to_owned));
    let acl = reader.optional(ClaimName::Acl, |value| {
        value
            .get("paths")
            .is_some_and(Value::is_object)
            .then(|| value.clone())
    });
    if let Some(issued_at) = issued_at {
        check_times(issued_at, expires_at, not_before, now, faults);
    }
    Some(Claims {
        application_id: application_id?,
        issued_at: issued_at?,
        token_id: token_id?,
        expires_at,
        not_before,
        subject,
        acl,
        extra: object,
    })
}

fn check_times(
    issued_at: u64,
    expires_at: Option<u64>,
    not_before: Option<u64>,
    now: SystemTime,
    faults: &mut Vec<JwtError>,
) {
    if expires_at.is_some_and(|exp| exp <= Lifetime::MAX.as_secs() && exp < issued_at) {
        faults.push(JwtError::ExpiryIsLifetime);
        return;
    }
    let now = unix_seconds(now).unwrap_or(0);
    let latest = now.saturating_add(LEEWAY.as_secs());
    let expiry = expires_at.unwrap_or(issued_at.saturating_add(Lifetime::DEFAULT.as_secs()));
    let lifetime = expiry.saturating_sub(issued_at);
    if !(Lifetime::MIN.as_secs()..=Lifetime::MAX.as_secs()).contains(&lifetime) {
        faults.push(JwtError::Lifetime);
    }
    if issued_at > latest {
        faults.push(JwtError::IssuedAhead);
    }
    if not_before.is_some_and(|not_before| not_before > latest) {
        faults.push(JwtError::NotYet);
    }
    if now >= expiry.saturating_add(LEEWAY.as_secs()) {
        faults.push(JwtError::Expired);
    }
}

struct Reader<'a> {
    object: &'a mut Map<String, Value>,
    faults: &'a mut Vec<JwtError>,
}

impl Reader<'_> {
    fn optional<T>(
        &mut self,
        name: ClaimName,
        read: impl FnOnce(&Value) -> Option<T>,
    ) -> Option<T> {
        // A claim of the wrong type is a fault and never the same as none: that was CVE-2026-25537.
        let value = self.object.remove(name.as_str())?;
        let read = read(&value);
        if read.is_none() {
            let is_time = matches!(name, ClaimName::Iat | ClaimName::Exp | ClaimName::Nbf);
            let unit = is_time.then(|| TimeUnit::of(&value)).flatten();
            self.faults.push(match unit {
                Some(unit) => JwtError::Unit(name, unit),
                None => JwtError::Invalid(name),
            });
        }
        read
    }

    fn required<T>(
        &mut self,
        name: ClaimName,
        read: impl FnOnce(&Value) -> Option<T>,
    ) -> Option<T> {
        if !self.object.contains_key(name.as_str()) {
            self.faults.push(JwtError::Missing(name));
        }
        self.optional(name, read)
    }
}

crate::chain::debug_as_text!(JwtError);
