//! Requirements of a verifier beyond the signature.

use std::time::SystemTime;

use super::claims::WebhookClaims;
use super::error::Reason;
use crate::clock::unix_seconds;
use crate::id::ApplicationId;

/// Times in whole seconds.
#[derive(Clone, Debug)]
pub(super) struct Policy {
    pub(super) max_age: u64,
    pub(super) max_ahead: u64,
    pub(super) max_body: usize,
    pub(super) application_id: Option<ApplicationId>,
}

impl Policy {
    /// The application, if one is demanded.
    pub(super) fn check_application(&self, found: Option<&str>) -> Result<(), Reason> {
        let Some(wanted) = self.application_id else {
            return Ok(());
        };
        match found.map(ApplicationId::parse) {
            Some(Ok(found)) if found == wanted => Ok(()),
            _ => Err(Reason::Application),
        }
    }

    /// Neither too old nor from too far ahead, by any of its times.
    pub(super) fn check_times(
        &self,
        claims: &WebhookClaims,
        now: SystemTime,
    ) -> Result<(), Reason> {
        let now = unix_seconds(now).unwrap_or(0);
        let latest = now.saturating_add(self.max_ahead);
        if claims.issued_at > latest
            || claims
                .not_before
                .is_some_and(|not_before| not_before > latest)
        {
            return Err(Reason::Early);
        }
        // The sender's clock may be behind by as much as it may be ahead.
        let has_expired = |expiry: u64| now >= expiry.saturating_add(self.max_ahead);
        if now.saturating_sub(claims.issued_at) > self.max_age
            || claims.expires_at.is_some_and(has_expired)
        {
            return Err(Reason::Stale);
        }
        Ok(())
    }
}
