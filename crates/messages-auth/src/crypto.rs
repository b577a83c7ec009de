//! The signatures themselves, by `jsonwebtoken` over aws-lc-rs.
//!
//! `jsonwebtoken` picks its backend by Cargo features, and panics at the first use when some other crate of the build
//! enables the second one. The backend is therefore named here, and its process-wide default is never asked for.

use jsonwebtoken::crypto::aws_lc::DEFAULT_PROVIDER;
use jsonwebtoken::errors::Error;
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey};

/// Signs `message`.
pub(crate) fn sign(
    algorithm: Algorithm,
    key: &EncodingKey,
    message: &[u8],
) -> Result<Vec<u8>, Error> {
    let signer = (DEFAULT_PROVIDER.signer_factory)(&algorithm, key)?;
    Ok(signer.try_sign(message)?)
}

/// Returns `true` if `signature` is that of `message`. A MAC is compared in constant time, and in its whole length.
pub(crate) fn verifies(
    algorithm: Algorithm,
    key: &DecodingKey,
    message: &[u8],
    signature: &Vec<u8>,
) -> bool {
    (DEFAULT_PROVIDER.verifier_factory)(&algorithm, key)
        .is_ok_and(|verifier| verifier.verify(message, signature).is_ok())
}
