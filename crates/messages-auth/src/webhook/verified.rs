//! A webhook that passed every check.

use std::fmt;
use std::sync::Arc;
use std::time::SystemTime;

use bytes::Bytes;

use super::claims::WebhookClaims;
use super::replay::{ReplayError, ReplayGuard, ReplayKey};

/// A webhook that passed every check of [`Verifier::verify`](super::Verifier::verify); there is no other way to one.
///
/// It holds the claim on its `jti`. Handle the webhook, then [`commit`](Self::commit); if handling fails, drop it and
/// answer 5xx, and the next delivery will be handled.
#[must_use = "dropping it gives the claim back, and the webhook will be handled again"]
pub struct Verified {
    claims: WebhookClaims,
    body: Bytes,
    claim: Option<ReplayClaim>,
}

impl Verified {
    pub(super) fn new(claims: WebhookClaims, body: Bytes, claim: Option<ReplayClaim>) -> Self {
        Self {
            claims,
            body,
            claim,
        }
    }

    /// Claims of the token.
    #[must_use]
    pub fn claims(&self) -> &WebhookClaims {
        &self.claims
    }

    /// The body, byte for byte as it was signed. Cloning it is cheap.
    #[must_use]
    pub fn body(&self) -> &Bytes {
        &self.body
    }

    /// Marks the webhook as handled: from now on it is answered 200 and not handled again.
    ///
    /// # Errors
    /// What the replay guard says if it cannot keep that; the in-memory guard always can. The webhook may then be
    /// handled again.
    pub fn commit(self) -> Result<(), ReplayError> {
        self.claim.map_or(Ok(()), ReplayClaim::commit)
    }

    /// Takes it apart, so that the claim can outlive the rest. Without a replay guard there is no claim.
    pub fn into_parts(self) -> (WebhookClaims, Bytes, Option<ReplayClaim>) {
        (self.claims, self.body, self.claim)
    }
}

impl fmt::Debug for Verified {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Verified")
            .field("claims", &self.claims)
            .field("body_len", &self.body.len())
            .finish_non_exhaustive()
    }
}

/// The right to handle one webhook. [`commit`](Self::commit) keeps it for good; dropping gives it back.
#[must_use = "dropping it gives the claim back, and the webhook will be handled again"]
pub struct ReplayClaim {
    guard: Arc<dyn ReplayGuard>,
    key: ReplayKey,
    ticket: u64,
    until: SystemTime,
    committed: bool,
}

impl ReplayClaim {
    pub(super) fn new(
        guard: Arc<dyn ReplayGuard>,
        key: ReplayKey,
        ticket: u64,
        until: SystemTime,
    ) -> Self {
        Self {
            guard,
            key,
            ticket,
            until,
            committed: false,
        }
    }

    /// Marks the webhook as handled.
    ///
    /// # Errors
    /// What the replay guard says if it cannot keep that.
    pub fn commit(mut self) -> Result<(), ReplayError> {
        self.committed = true;
        self.guard.commit(&self.key, self.ticket, self.until)
    }
}

impl Drop for ReplayClaim {
    fn drop(&mut self) {
        if !self.committed {
            self.guard.release(&self.key, self.ticket);
        }
    }
}

impl fmt::Debug for ReplayClaim {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ReplayClaim")
            .field("key", &self.key)
            .finish_non_exhaustive()
    }
}
