//! The errors as values: small, sendable, with a complete chain of sources that repeats nothing.

use std::error::Error;

use messages_auth::jwt::{JwtError, TokenSource};
use messages_auth::webhook::{ReplayError, VerifyError};
use messages_auth::{ApiKey, AuthError, PrivateKey, SignError, Signer};

use crate::support::{application, now, verifier};

fn chain(error: &dyn Error) -> Vec<String> {
    std::iter::successors(Some(error), |error| (*error).source())
        .map(ToString::to_string)
        .collect()
}

#[test]
fn errors_are_small_and_cross_threads() {
    fn check<E: Error + Send + Sync + 'static>() {
        assert!(
            size_of::<Result<(), E>>() <= 16,
            "{}",
            std::any::type_name::<E>()
        );
    }

    check::<AuthError>();
    check::<JwtError>();
    check::<VerifyError>();
    check::<SignError>();
    check::<ReplayError>();
}

#[test]
fn every_link_of_a_chain_says_something_of_its_own() {
    #[derive(Debug)]
    struct Sealed;

    impl Signer for Sealed {
        fn sign(&self, _: &[u8]) -> Result<Vec<u8>, SignError> {
            Err(SignError::new(std::io::Error::other("the vault is sealed")))
        }
    }

    let failed = TokenSource::new(application(), Sealed)
        .header_value(now())
        .unwrap_err();
    assert_eq!(
        chain(&failed),
        [
            "the token could not be signed",
            "the signer could not sign",
            "the vault is sealed"
        ]
    );
    assert_eq!(
        chain(&ApiKey::new("").unwrap_err()),
        ["the api key is empty"]
    );
    assert_eq!(
        chain(&PrivateKey::from_text("").unwrap_err()),
        ["the key is empty"]
    );
    let unsigned = verifier()
        .verify(&http::HeaderMap::new(), "", now())
        .unwrap_err();
    assert_eq!(chain(&unsigned), ["the webhook is not signed"]);
}

#[test]
fn public_types_can_be_shared() {
    fn check<T: Send + Sync + 'static>() {}

    check::<messages_auth::Credentials>();
    check::<PrivateKey>();
    check::<messages_auth::PublicKey>();
    check::<messages_auth::webhook::Verifier>();
    check::<messages_auth::webhook::Verified>();
    check::<messages_auth::webhook::WebhookSigner>();
}
