//! Which secret vouches for which account.

use messages_auth::webhook::{Reason, Secrets, VerifierBuilder, WebhookSigner};
use messages_auth::{ApiKey, AuthErrorKind, SignatureSecret};

use super::{BODY, good_claims, reason, verdict, without};
use crate::support::{account, builder, headers, now, secret, verifier};

#[test]
fn a_secret_vouches_for_its_own_account_only() {
    let (alice, bob) = (ApiKey::new("alice").unwrap(), ApiKey::new("bob").unwrap());
    let [of_alice, of_bob, old_of_bob, shared] =
        ["1", "2", "3", "4"].map(|digit| SignatureSecret::new(digit.repeat(40)).unwrap());
    let verifier = || {
        builder()
            .secret(alice.clone(), of_alice.clone())
            .secret(bob.clone(), old_of_bob.clone())
            .secret(bob.clone(), of_bob.clone())
    };
    let verdict = |builder: VerifierBuilder, name: &ApiKey, secret: &SignatureSecret| {
        let header = WebhookSigner::new(name.clone(), secret.clone())
            .sign(BODY, now())
            .unwrap();
        reason(builder, &headers(header), BODY)
    };
    assert_eq!(verdict(verifier(), &alice, &of_alice), None);
    assert_eq!(verdict(verifier(), &bob, &of_bob), None);
    assert_eq!(verdict(verifier(), &bob, &old_of_bob), None);
    assert_eq!(
        verdict(verifier(), &alice, &of_bob),
        Some(Reason::Signature)
    );
    assert_eq!(
        verdict(verifier(), &bob, &of_alice),
        Some(Reason::Signature)
    );
    assert_eq!(
        verdict(verifier(), &alice, &shared),
        Some(Reason::Signature)
    );
    let carol = ApiKey::new("carol").unwrap();
    assert_eq!(
        verdict(verifier(), &carol, &of_alice),
        Some(Reason::UnknownKey)
    );
    let open = || verifier().any_account(shared.clone());
    assert_eq!(verdict(open(), &carol, &shared), None);
    assert_eq!(verdict(open(), &alice, &shared), None);
    assert_eq!(verdict(open(), &alice, &of_alice), None);
    assert_eq!(verdict(open(), &carol, &of_alice), Some(Reason::Signature));
}

#[test]
fn a_webhook_without_an_account_needs_a_secret_for_any() {
    let claims = without("api_key");
    let only_any = || messages_auth::webhook::Verifier::builder().any_account(secret());
    assert_eq!(verdict(only_any(), &claims), None);
    assert_eq!(verdict(builder(), &claims), Some(Reason::UnknownKey));
}

#[test]
fn a_verifier_without_a_secret_cannot_be_built() {
    let error = messages_auth::webhook::Verifier::builder()
        .build()
        .unwrap_err();
    assert_eq!(error.kind(), AuthErrorKind::NoSecret);
    assert_eq!(
        verifier()
            .replace_secrets(Secrets::new())
            .unwrap_err()
            .kind(),
        AuthErrorKind::NoSecret
    );
    let all = Secrets::new().secret(account(), secret());
    assert_eq!(
        verdict(
            messages_auth::webhook::Verifier::builder().secrets(all),
            &good_claims()
        ),
        None
    );
}
