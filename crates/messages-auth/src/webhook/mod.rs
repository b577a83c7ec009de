//! Signed webhooks: checking what comes in, and signing the same way in tests.
//!
//! A webhook carries `Authorization: Bearer <JWT>`, signed with HS256 and the account's signature secret, with the
//! SHA-256 of the body in the claim `payload_hash`. [`Verifier::verify`] checks all of it in one call, and only a call
//! that succeeds makes a [`Verified`].

mod builder;
mod claims;
mod error;
mod policy;
mod replay;
mod secrets;
mod signer;
mod verified;
mod verifier;

pub use builder::VerifierBuilder;
pub use claims::WebhookClaims;
pub use error::{Reason, VerifyError};
pub use replay::{ClaimOutcome, MemoryReplayGuard, ReplayError, ReplayGuard, ReplayKey};
pub use secrets::Secrets;
pub use signer::WebhookSigner;
pub use verified::{ReplayClaim, Verified};
pub use verifier::Verifier;

/// The `iss` claim of every webhook.
pub const ISSUER: &str = "Vonage";
