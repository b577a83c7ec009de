//! Tokens whose signature was verified.

use std::collections::HashSet;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::SystemTime;

use messages_auth::PublicKey;
use messages_auth::jwt::{self, Claims, Inspection};

/// Largest number of tokens that are remembered. A token has 16 KiB at most.
const TOKENS_MAX: usize = 256;

/// Tokens that were signed by the key of one account: a client sends the same one with each message of some minutes, and RSA
/// takes longer than reading the message.
///
/// Only the signature is remembered. Claims are judged anew by the time of each request.
#[derive(Clone, Default)]
pub(crate) struct VerifiedTokens(Arc<Mutex<HashSet<Box<str>>>>);

impl VerifiedTokens {
    /// The claims of a token that is good at `now`.
    pub(crate) fn verify(
        &self,
        token: &str,
        inspection: Inspection,
        key: &PublicKey,
        now: SystemTime,
    ) -> Option<Claims> {
        if !inspection.faults.is_empty() {
            return None;
        }
        if !self.tokens().contains(token) {
            jwt::verify(token, key, now).ok()?;
            let mut tokens = self.tokens();
            // The oldest is not known: a client of many tokens has its current one verified again.
            if tokens.len() == TOKENS_MAX {
                tokens.clear();
            }
            tokens.insert(token.into());
        }
        inspection.claims
    }

    fn tokens(&self) -> MutexGuard<'_, HashSet<Box<str>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Tokens are secrets.
impl fmt::Debug for VerifiedTokens {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("VerifiedTokens")
            .field("count", &self.tokens().len())
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use messages_auth::jwt::{Claims, JwtOptions};
    use messages_auth::{ApplicationId, PrivateKey, RsaSigner};

    use super::*;
    use crate::config::credentials::shared_key;

    fn token(key: &PrivateKey, now: SystemTime) -> String {
        let id = ApplicationId::parse("11111111-2222-4333-8444-555555555555").unwrap();
        let claims = Claims::new(id, &JwtOptions::new(), now).unwrap();
        let token = jwt::mint(&claims, &RsaSigner::new(key.clone())).unwrap();
        token.expose().to_owned()
    }

    fn is_good(tokens: &VerifiedTokens, token: &str, key: &PublicKey, now: SystemTime) -> bool {
        let inspection = jwt::inspect(token, now);
        tokens.verify(token, inspection, key, now).is_some()
    }

    #[test]
    fn a_remembered_token_still_expires_and_vouches_for_no_other() {
        let (key, now) = (shared_key().unwrap(), SystemTime::now());
        let public = key.public_key();
        let tokens = VerifiedTokens::default();
        let (one, other) = (token(&key, now), token(&key, now));
        assert!(is_good(&tokens, &one, &public, now));
        assert!(is_good(&tokens, &one, &public, now));
        let (content, _) = one.rsplit_once('.').unwrap();
        let (_, signature) = other.rsplit_once('.').unwrap();
        assert!(!is_good(
            &tokens,
            &format!("{content}.{signature}"),
            &public,
            now
        ));
        let day = Duration::from_secs(24 * 3_600);
        assert!(!is_good(&tokens, &one, &public, now + day));
        assert!(!is_good(&tokens, &one, &public, now - day));
        let foreign = token(&PrivateKey::generate().unwrap(), now);
        assert!(!is_good(&tokens, &foreign, &public, now));
        assert_eq!(format!("{tokens:?}"), "VerifiedTokens { count: 1, .. }");
    }

    #[test]
    fn the_number_of_remembered_tokens_is_bounded() {
        let (key, now) = (shared_key().unwrap(), SystemTime::now());
        let public = key.public_key();
        let tokens = VerifiedTokens::default();
        tokens
            .tokens()
            .extend((0..TOKENS_MAX).map(|number| number.to_string().into()));
        assert!(is_good(&tokens, &token(&key, now), &public, now));
        assert_eq!(tokens.tokens().len(), 1);
    }
}
