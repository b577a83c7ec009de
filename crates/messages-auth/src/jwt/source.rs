//! One token for all threads, made anew in time.

use std::fmt;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, TryLockError};
use std::time::SystemTime;

use arc_swap::ArcSwapOption;
use http::HeaderValue;

use super::claims::Claims;
use super::options::{JwtOptions, Lifetime};
use super::token::mint;
use crate::clock::unix_seconds;
use crate::error::{AuthError, AuthErrorKind};
use crate::id::ApplicationId;
use crate::signer::Signer;

/// A token is renewed this many seconds before it expires, or after half its lifetime if that is later.
const RENEW_EARLY: u64 = 60;
/// A token this close to its expiry is not sent any more: the request needs time to arrive.
const LAST_USE: u64 = 5;
/// After a failed renewal the next is tried this many seconds later, while the old token serves.
const RENEWAL_PAUSE: u64 = 5;
/// A token that seems to come from further in the future than this was made before the clock was set back.
const BACKWARD_STEP: u64 = 60;
/// A clock that differs from the API's by less than this many seconds is not corrected: the date it is told has whole
/// seconds and was on its way for a while.
const CLOCK_TOLERANCE: u64 = 10;
/// A larger difference is not corrected: an attacker who sets the date could otherwise collect tokens for any time in the future.
const MAX_CORRECTION: u64 = 24 * 60 * 60;

/// Mints the tokens of an application and shares each among all who ask. Cloning is cheap; clones share the token.
///
/// - Reading a valid token neither waits nor allocates.
/// - Sixty seconds before a token expires, one caller makes the next; all others go on with the old one meanwhile.
/// - Where there is no good token, one caller makes it and the others wait for that one. If it fails, they all get its
///   error and none tries again in its place.
/// - If a renewal fails, the old token serves until five seconds before its end, and a renewal is tried every five
///   seconds.
/// - A clock that jumps, forward or back, has the next caller make a token for the new time. A clock that is wrong is
///   survived through [`refresh`](Self::refresh) and [`correct_clock`](Self::correct_clock).
///
/// ```
/// use std::time::SystemTime;
/// use messages_auth::{ApplicationId, PrivateKey, RsaSigner};
/// use messages_auth::jwt::TokenSource;
///
/// let key = PrivateKey::generate()?; // or PrivateKey::from_path("private.key")?
/// let id = ApplicationId::parse("5c2e8f6e-0f3c-4a3e-9d3b-2f1f0d8b7a61")?;
/// let source = TokenSource::new(id, RsaSigner::new(key));
/// let now = SystemTime::now();
/// assert_eq!(source.header_value(now)?, source.clone().header_value(now)?);
/// # Ok::<(), messages_auth::AuthError>(())
/// ```
#[derive(Clone)]
pub struct TokenSource(Arc<Shared>);

struct Shared {
    recipe: Recipe,
    /// Replaced only by who holds `minting`.
    current: ArcSwapOption<Cached>,
    /// Held by the one caller that mints; the failure it left for those who waited.
    minting: Mutex<Option<AuthError>>,
    failures: AtomicU64,
    /// Seconds that the API's clock is ahead of this machine's.
    offset: AtomicI64,
}

#[derive(Clone)]
struct Recipe {
    application_id: ApplicationId,
    signer: Arc<dyn Signer>,
    options: JwtOptions,
}

/// A token and, in seconds since 1970, when it is good.
#[derive(Clone)]
struct Cached {
    header: HeaderValue,
    issued_at: u64,
    renew_at: u64,
    last_use: u64,
}

/// Use of the current token.
enum State {
    Good(HeaderValue),
    /// Good still, but due for renewal.
    Due(HeaderValue),
    None,
}

impl TokenSource {
    /// A source of tokens for an application, signed by `signer`.
    pub fn new(application_id: ApplicationId, signer: impl Signer) -> Self {
        Self::from_recipe(Recipe {
            application_id,
            signer: Arc::new(signer),
            options: JwtOptions::new(),
        })
    }

    /// The same with another lifetime than 15 minutes. It starts without a token and shares none with `self`.
    #[must_use]
    pub fn lifetime(self, lifetime: Lifetime) -> Self {
        let options = self.0.recipe.options.clone().lifetime(lifetime);
        self.options(options)
    }

    /// The same with other options. It starts without a token and shares none with `self`.
    #[must_use]
    pub fn options(self, options: JwtOptions) -> Self {
        Self::from_recipe(Recipe {
            options,
            ..self.0.recipe.clone()
        })
    }

    fn from_recipe(recipe: Recipe) -> Self {
        Self(Arc::new(Shared {
            recipe,
            current: ArcSwapOption::empty(),
            minting: Mutex::new(None),
            failures: AtomicU64::new(0),
            offset: AtomicI64::new(0),
        }))
    }

    /// Whose tokens these are.
    #[must_use]
    pub fn application_id(&self) -> ApplicationId {
        self.0.recipe.application_id
    }

    /// `Bearer` and a token that is good at `now`, marked sensitive.
    ///
    /// # Errors
    /// [`AuthErrorKind::Sign`] if there is no good token and the signer fails; [`AuthErrorKind::Clock`] if `now` lies
    /// before 1970.
    pub fn header_value(&self, now: SystemTime) -> Result<HeaderValue, AuthError> {
        let now = self.seconds(now)?;
        match self.state(now) {
            State::Good(header) => Ok(header),
            State::Due(header) => Ok(self.renew(now).unwrap_or(header)),
            State::None => self.wait_for_token(now, |state| match state {
                State::Good(header) | State::Due(header) => Some(header),
                State::None => None,
            }),
        }
    }

    /// A token in place of `rejected`, to which the API has answered 401. If another caller has replaced that one
    /// already, this is the replacement; otherwise a new one is made.
    ///
    /// # Errors
    /// As [`header_value`](Self::header_value).
    pub fn refresh(
        &self,
        rejected: &HeaderValue,
        now: SystemTime,
    ) -> Result<HeaderValue, AuthError> {
        let now = self.seconds(now)?;
        self.wait_for_token(now, |state| match state {
            State::Good(header) | State::Due(header) if header != rejected => Some(header),
            _ => None,
        })
    }

    /// Issues and judges tokens by the API's clock from now on. `server` is the time that it showed (the `Date` of a
    /// response) when this machine's clock showed `now`.
    ///
    /// Call it when the API answers 401, before [`refresh`](Self::refresh): a clock that is minutes off is the reason
    /// more often than a wrong key. Only pass a date that came over TLS or from this machine: tokens are issued for the
    /// time it names. Returns the seconds that the API's clock is ahead if the correction changed, which is worth a
    /// warning, and `None` if it did not. Differences under ten seconds count as none.
    ///
    /// # Errors
    /// [`AuthErrorKind::ClockCorrection`] if the clocks differ by more than 24 hours, [`AuthErrorKind::Clock`] for a time
    /// before 1970. The correction then stays as it was.
    pub fn correct_clock(
        &self,
        server: SystemTime,
        now: SystemTime,
    ) -> Result<Option<i64>, AuthError> {
        let ahead = clock_difference(server, now)?;
        let offset = if ahead.unsigned_abs() < CLOCK_TOLERANCE {
            0
        } else {
            ahead
        };
        let current = self.0.offset.load(Ordering::Relaxed);
        if offset.abs_diff(current) < CLOCK_TOLERANCE {
            return Ok(None);
        }
        self.0.offset.store(offset, Ordering::Relaxed);
        Ok(Some(offset))
    }

    /// `now` by the API's clock.
    fn seconds(&self, now: SystemTime) -> Result<u64, AuthError> {
        unix_seconds(now)
            .and_then(|now| now.checked_add_signed(self.0.offset.load(Ordering::Relaxed)))
            .ok_or_else(|| AuthError::new(AuthErrorKind::Clock))
    }

    fn state(&self, now: u64) -> State {
        match self.0.current.load().as_deref() {
            Some(cached) if now.saturating_add(BACKWARD_STEP) < cached.issued_at => State::None,
            Some(cached) if now < cached.renew_at => State::Good(cached.header.clone()),
            Some(cached) if now < cached.last_use => State::Due(cached.header.clone()),
            _ => State::None,
        }
    }

    /// Mints the next token unless another thread is doing so.
    fn renew(&self, now: u64) -> Option<HeaderValue> {
        let mut minting = match self.0.minting.try_lock() {
            Ok(minting) => minting,
            Err(TryLockError::Poisoned(poisoned)) => poisoned.into_inner(),
            Err(TryLockError::WouldBlock) => return None,
        };
        if let State::Good(header) = self.state(now) {
            return Some(header);
        }
        let made = self.make(now, &mut minting).ok();
        if made.is_none()
            && let Some(cached) = self.0.current.load().as_deref()
        {
            self.0.current.store(Some(Arc::new(Cached {
                renew_at: now.saturating_add(RENEWAL_PAUSE).min(cached.last_use),
                ..cached.clone()
            })));
        }
        made
    }

    /// Waits until no other thread mints, then returns a token that `accept` accepts, or mints one.
    fn wait_for_token(
        &self,
        now: u64,
        accept: impl Fn(State) -> Option<HeaderValue>,
    ) -> Result<HeaderValue, AuthError> {
        let failures = self.0.failures.load(Ordering::Acquire);
        let mut minting = self
            .0
            .minting
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        if let Some(header) = accept(self.state(now)) {
            return Ok(header);
        }
        // A failure since this caller asked is the answer to its question too: a thousand callers do not try a broken
        // signer one after the other.
        match &*minting {
            Some(error) if self.0.failures.load(Ordering::Acquire) != failures => {
                Err(error.clone())
            }
            _ => self.make(now, &mut minting),
        }
    }

    fn make(
        &self,
        now: u64,
        failure: &mut MutexGuard<'_, Option<AuthError>>,
    ) -> Result<HeaderValue, AuthError> {
        let Recipe {
            application_id,
            signer,
            options,
        } = &self.0.recipe;
        let made = Claims::at(*application_id, options, now)
            .and_then(|claims| mint(&claims, signer))
            .and_then(|token| token.header_value());
        match &made {
            Ok(header) => {
                **failure = None;
                let cached = Cached::new(header.clone(), now, options.lifetime);
                self.0.current.store(Some(Arc::new(cached)));
            }
            Err(error) => {
                **failure = Some(error.clone());
                self.0.failures.fetch_add(1, Ordering::Release);
            }
        }
        made
    }
}

/// The seconds that `server` is ahead of `now`, if they may be corrected.
fn clock_difference(server: SystemTime, now: SystemTime) -> Result<i64, AuthError> {
    let (Some(server), Some(now)) = (unix_seconds(server), unix_seconds(now)) else {
        return Err(AuthError::new(AuthErrorKind::Clock));
    };
    i64::try_from(i128::from(server) - i128::from(now))
        .ok()
        .filter(|ahead| ahead.unsigned_abs() <= MAX_CORRECTION)
        .ok_or_else(|| AuthError::new(AuthErrorKind::ClockCorrection))
}

impl Cached {
    fn new(header: HeaderValue, issued_at: u64, lifetime: Lifetime) -> Self {
        let seconds = lifetime.as_secs();
        Self {
            header,
            issued_at,
            renew_at: issued_at.saturating_add(seconds - RENEW_EARLY.min(seconds / 2)),
            last_use: issued_at.saturating_add(seconds - LAST_USE),
        }
    }
}

impl fmt::Debug for TokenSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The signer is omitted: its `Debug` is foreign code.
        f.debug_struct("TokenSource")
            .field("application_id", &self.0.recipe.application_id)
            .field("options", &self.0.recipe.options)
            .finish_non_exhaustive()
    }
}
