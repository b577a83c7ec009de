//! Setting up a verifier: with which secrets, how old a webhook may be, and where it is remembered.

use std::sync::Arc;
use std::time::Duration;

use super::policy::Policy;
use super::replay::{MemoryReplayGuard, ReplayGuard};
use super::secrets::Secrets;
use super::verifier::Verifier;
use crate::error::AuthError;
use crate::id::{ApiKey, ApplicationId};
use crate::secret::SignatureSecret;

/// Sets up a [`Verifier`]. It needs at least one secret.
#[derive(Clone, Debug)]
#[must_use]
pub struct VerifierBuilder {
    secrets: Secrets,
    policy: Policy,
    guard: Guard,
}

#[derive(Clone, Debug)]
enum Guard {
    Memory,
    Given(Arc<dyn ReplayGuard>),
    None,
}

impl VerifierBuilder {
    pub(super) fn new() -> Self {
        Self {
            secrets: Secrets::new(),
            policy: Policy {
                max_age: Verifier::DEFAULT_MAX_AGE.as_secs(),
                max_ahead: Verifier::DEFAULT_MAX_AHEAD.as_secs(),
                max_body: Verifier::DEFAULT_MAX_BODY,
                application_id: None,
            },
            guard: Guard::Memory,
        }
    }

    /// A secret for the account with this key; several may be given for one account.
    pub fn secret(mut self, api_key: ApiKey, secret: SignatureSecret) -> Self {
        self.secrets = self.secrets.secret(api_key, secret);
        self
    }

    /// A secret whose account is not known.
    pub fn any_account(mut self, secret: SignatureSecret) -> Self {
        self.secrets = self.secrets.any_account(secret);
        self
    }

    /// All secrets at once, in place of those given before.
    pub fn secrets(mut self, secrets: Secrets) -> Self {
        self.secrets = secrets;
        self
    }

    /// Accepts webhooks for this application only.
    pub fn application_id(mut self, application_id: ApplicationId) -> Self {
        self.policy.application_id = Some(application_id);
        self
    }

    /// Longest time since a webhook was signed (`iat`), in whole seconds. By default 24 hours and 15 minutes
    /// ([`Verifier::DEFAULT_MAX_AGE`]).
    pub fn max_age(mut self, max_age: Duration) -> Self {
        self.policy.max_age = max_age.as_secs();
        self
    }

    /// Largest tolerated difference between this machine's clock and the sender's, in whole seconds. By default 300 s
    /// ([`Verifier::DEFAULT_MAX_AHEAD`]). `iat` and `nbf` may lie this far ahead, and `exp` this far back.
    pub fn max_ahead(mut self, max_ahead: Duration) -> Self {
        self.policy.max_ahead = max_ahead.as_secs();
        self
    }

    /// Accepts webhooks of the last 300 s only. A webhook that is delivered late is lost, although it is resent for
    /// 24 hours, unless the sender signs each attempt anew, which the API documentation does not promise.
    pub fn strict(self) -> Self {
        self.max_age(Verifier::STRICT_MAX_AGE)
    }

    /// Most bytes of a body. By default 1 MiB.
    pub fn max_body(mut self, bytes: usize) -> Self {
        self.policy.max_body = bytes;
        self
    }

    /// Remembers what was handled elsewhere than in this process's memory: for several processes, or across restarts.
    pub fn replay_guard(mut self, guard: Arc<dyn ReplayGuard>) -> Self {
        self.guard = Guard::Given(guard);
        self
    }

    /// Disables the replay guard: an attacker who has seen a webhook can send it again for as long as its age allows. Only where
    /// handling twice does no harm, and best together with [`strict`](Self::strict).
    pub fn without_replay_guard(mut self) -> Self {
        self.guard = Guard::None;
        self
    }

    /// The verifier.
    ///
    /// # Errors
    /// [`NoSecret`](crate::AuthErrorKind::NoSecret) if no secret was given.
    pub fn build(self) -> Result<Verifier, AuthError> {
        let guard: Option<Arc<dyn ReplayGuard>> = match self.guard {
            Guard::Memory => Some(Arc::new(MemoryReplayGuard::new())),
            Guard::Given(guard) => Some(guard),
            Guard::None => None,
        };
        Verifier::new(self.secrets, self.policy, guard)
    }
}
