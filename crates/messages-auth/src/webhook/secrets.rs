//! Which secrets sign for which account.

use std::collections::HashMap;
use std::fmt;

use jsonwebtoken::DecodingKey;

use crate::id::ApiKey;
use crate::secret::SignatureSecret;

/// Signature secrets, each for one account or for any. An account may have several, as it has while a secret is being
/// replaced.
///
/// The secrets are kept as keys of `jsonwebtoken`, which overwrites them when they are dropped.
#[derive(Clone, Default)]
pub struct Secrets {
    by_account: HashMap<ApiKey, Vec<DecodingKey>>,
    any_account: Vec<DecodingKey>,
}

impl Secrets {
    /// None yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// A secret for the account with this key. It vouches for no other account.
    #[must_use]
    #[expect(
        clippy::needless_pass_by_value,
        reason = "the secret is consumed: it lives on as a key only"
    )]
    pub fn secret(mut self, api_key: ApiKey, secret: SignatureSecret) -> Self {
        self.by_account
            .entry(api_key)
            .or_default()
            .push(prepare(&secret));
        self
    }

    /// A secret whose account is not known: it vouches for a webhook of any account, or of none.
    #[must_use]
    #[expect(
        clippy::needless_pass_by_value,
        reason = "the secret is consumed: it lives on as a key only"
    )]
    pub fn any_account(mut self, secret: SignatureSecret) -> Self {
        self.any_account.push(prepare(&secret));
        self
    }

    /// Returns `true` if there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.by_account.is_empty() && self.any_account.is_empty()
    }

    /// The secrets that may have signed for `api_key`: its own, then those of any account.
    pub(super) fn candidates(
        &self,
        api_key: Option<&ApiKey>,
    ) -> impl Iterator<Item = &DecodingKey> {
        let own = api_key.and_then(|api_key| self.by_account.get(api_key));
        own.into_iter().flatten().chain(&self.any_account)
    }
}

fn prepare(secret: &SignatureSecret) -> DecodingKey {
    DecodingKey::from_secret(secret.expose().as_bytes())
}

impl fmt::Debug for Secrets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Secrets")
            .field("accounts", &self.by_account.len())
            .field("any_account", &self.any_account.len())
            .finish()
    }
}
