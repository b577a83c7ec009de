//! Secrets that change while webhooks come in.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread;
use std::time::Instant;

use messages_auth::SignatureSecret;
use messages_auth::webhook::{Reason, Secrets, WebhookSigner};

use crate::support::{account, builder, headers, now};

const BODY: &[u8] = b"{}";

/// Ends the workers, also when an assertion fails before the end.
struct StopOnDrop<'a>(&'a AtomicBool);

impl Drop for StopOnDrop<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Release);
    }
}

fn numbered(generation: u64) -> SignatureSecret {
    SignatureSecret::new(format!(
        "generation-{generation}-of-the-secret-of-the-account"
    ))
    .unwrap()
}

/// As an operator does it: the new secret beside the old, then senders move over, then the old one goes.
#[test]
fn swapping_secrets_under_load_refuses_nothing_and_takes_effect_at_once() {
    const ROTATIONS: u64 = 50;
    const THREADS: u64 = 4;
    /// Webhooks that are accepted under each generation before the next replaces it: counted and not timed, so that a
    /// slow machine tests as much.
    const BETWEEN: u64 = 100;

    let verifier = builder()
        .secrets(Secrets::new().secret(account(), numbered(0)))
        .build()
        .unwrap();
    let signing = AtomicU64::new(0);
    let (accepted, stop) = (AtomicU64::new(0), AtomicBool::new(false));
    let started = Instant::now();
    let mut after_removal = 0_u64;
    thread::scope(|scope| {
        let _stop = StopOnDrop(&stop);
        for worker in 0..THREADS {
            let (verifier, signing, accepted, stop) = (&verifier, &signing, &accepted, &stop);
            scope.spawn(move || {
                // After a worker fails, the others have nothing left to do.
                let _stop = StopOnDrop(stop);
                let mut count = 0_u64;
                while !stop.load(Ordering::Acquire) {
                    // Signed with the generation in use, which may be removed before it is verified.
                    let generation = signing.load(Ordering::Acquire);
                    let signer = WebhookSigner::new(account(), numbered(generation));
                    let header = signer
                        .sign_with_jti(BODY, now(), &format!("{worker}-{count}"))
                        .unwrap();
                    match verifier.verify(&headers(header), BODY, now()) {
                        Ok(verified) => verified.commit().unwrap(),
                        // Refused rightly if the secret has been removed meanwhile, falsely if it is still in use.
                        Err(error) => {
                            assert_eq!(error.reason(), Reason::Signature);
                            assert!(
                                signing.load(Ordering::Acquire) > generation,
                                "refused with a secret in use"
                            );
                            continue;
                        }
                    }
                    count += 1;
                    accepted.fetch_add(1, Ordering::Relaxed);
                }
            });
        }
        for generation in 1..=ROTATIONS {
            let (old, new) = (numbered(generation - 1), numbered(generation));
            verifier
                .replace_secrets(
                    Secrets::new()
                        .secret(account(), old.clone())
                        .secret(account(), new.clone()),
                )
                .unwrap();
            signing.store(generation, Ordering::Release);
            let enough = accepted.load(Ordering::Relaxed) + BETWEEN;
            while accepted.load(Ordering::Relaxed) < enough {
                assert!(!stop.load(Ordering::Acquire), "a worker failed");
                thread::yield_now();
            }
            verifier
                .replace_secrets(Secrets::new().secret(account(), new))
                .unwrap();
            // Effective from the very next call on, on any thread.
            let header = WebhookSigner::new(account(), old)
                .sign(BODY, now())
                .unwrap();
            assert_eq!(
                verifier
                    .verify(&headers(header), BODY, now())
                    .unwrap_err()
                    .reason(),
                Reason::Signature
            );
            after_removal += 1;
        }
    });
    let (accepted, elapsed) = (accepted.into_inner(), started.elapsed());
    let rate = accepted as f64 / elapsed.as_secs_f64();
    println!(
        "rotation: {ROTATIONS} swaps under {rate:.0} webhooks/s, {accepted} accepted, 0 falsely refused, \
         {after_removal} of {ROTATIONS} removed secrets refused at once"
    );
    assert!(accepted >= ROTATIONS * BETWEEN);
}
