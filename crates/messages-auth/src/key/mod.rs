//! RSA keys, read from whatever form people have them in.
//!
//! A private key comes as a file or a pasted text, PEM or DER, PKCS#8 or PKCS#1, and often damaged on the way: line
//! breaks written out as `\n` or lost, a byte order mark, quotes, base64 of the whole. All of that is put right. What
//! is no such key is named for what it is: a public key, a certificate, an encrypted key ([`KeyMistake`]).

mod der;
mod file;
mod identify;
mod mistake;
mod private;
mod public;
mod text;

pub use mistake::{KeyMistake, KeyWarning};
pub use private::PrivateKey;
pub use public::PublicKey;

/// Fewest bits of a modulus that are accepted: RFC 7518 section 3.3 demands 2048 for RS256.
pub const MIN_BITS: usize = 2048;
/// Most bits of a modulus that are accepted.
pub const MAX_BITS: usize = 8192;
