#![doc = include_str!("../README.md")]

mod basic;
mod chain;
mod clock;
mod credentials;
mod crypto;
mod error;
mod id;
mod jws;
pub mod jwt;
pub mod key;
pub mod secret;
mod signer;
pub mod webhook;

pub use basic::Basic;
pub use credentials::Credentials;
pub use error::{AuthError, AuthErrorKind, Flaw};
pub use id::{ApiKey, ApplicationId};
pub use key::{PrivateKey, PublicKey};
pub use secret::{ApiSecret, SignatureSecret};
pub use signer::{RsaSigner, SignError, Signer};
