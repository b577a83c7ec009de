//! Each webhook is handled once, with the in-memory guard.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Barrier};
use std::thread;
use std::time::{Duration, SystemTime};

use http::StatusCode;
use messages_auth::webhook::{
    ClaimOutcome, MemoryReplayGuard, Reason, ReplayGuard, ReplayKey, Verifier,
};
use messages_auth::{ApiKey, SignatureSecret};

use crate::guards::FileGuard;
use crate::support::{NOW, account, at, builder, headers, now, sign_raw, signer, verifier};

const BODY: &[u8] = b"{}";

fn key(jti: &str) -> ReplayKey {
    ReplayKey::new(Some(&account()), jti)
}

fn claim(guard: &MemoryReplayGuard, jti: &str, now: SystemTime) -> ClaimOutcome {
    guard.claim(&key(jti), now, at(NOW + 1000)).unwrap()
}

fn ticket(outcome: ClaimOutcome) -> u64 {
    match outcome {
        ClaimOutcome::Claimed(ticket) => ticket,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_handled_webhook_is_acknowledged_and_not_handled_again() {
    let verifier = verifier();
    let header = headers(signer().sign(BODY, now()).unwrap());
    verifier
        .verify(&header, BODY, now())
        .unwrap()
        .commit()
        .unwrap();
    let error = verifier.verify(&header, BODY, now()).unwrap_err();
    assert_eq!(
        (error.reason(), error.response_status()),
        (Reason::Replayed, StatusCode::OK)
    );
    assert_eq!(
        verifier
            .clone()
            .verify(&header, BODY, now())
            .unwrap_err()
            .reason(),
        Reason::Replayed
    );
}

#[test]
fn a_webhook_of_any_age_is_handled_once_too() {
    for max_age in [
        Duration::MAX,
        Duration::from_secs(u64::MAX / 2),
        Duration::from_secs(1 << 40),
    ] {
        let verifier = builder().max_age(max_age).build().unwrap();
        let header = headers(signer().sign(BODY, now()).unwrap());
        verifier
            .verify(&header, BODY, now())
            .unwrap()
            .commit()
            .unwrap();
        for later in [0, 1, 1_000_000_000] {
            let again = verifier.verify(&header, BODY, at(NOW + later));
            assert_eq!(
                again.unwrap_err().reason(),
                Reason::Replayed,
                "{max_age:?} {later}"
            );
        }
    }
}

#[test]
fn a_webhook_whose_handling_failed_is_handled_again() {
    let verifier = verifier();
    let header = headers(signer().sign(BODY, now()).unwrap());
    let first = verifier.verify(&header, BODY, now()).unwrap();
    let meanwhile = verifier.verify(&header, BODY, now()).unwrap_err();
    assert_eq!(
        (meanwhile.reason(), meanwhile.response_status()),
        (Reason::InProgress, StatusCode::SERVICE_UNAVAILABLE)
    );
    drop(first);
    let (claims, body, claim) = verifier.verify(&header, BODY, now()).unwrap().into_parts();
    drop((claims, body));
    assert_eq!(
        verifier.verify(&header, BODY, now()).unwrap_err().reason(),
        Reason::InProgress
    );
    claim.unwrap().commit().unwrap();
    assert_eq!(
        verifier.verify(&header, BODY, now()).unwrap_err().reason(),
        Reason::Replayed
    );
}

#[test]
fn a_webhook_is_known_by_its_jti_not_by_its_text() {
    let verifier = verifier();
    let claims = |order: bool| {
        let hash = crate::support::payload_hash(BODY);
        let (first, second) = (
            format!(r#""iat":{NOW}"#),
            format!(r#""payload_hash":"{hash}""#),
        );
        let (first, second) = if order {
            (first, second)
        } else {
            (second, first)
        };
        format!(r#"{{"iss":"Vonage","jti":"one","api_key":"a1b2c3d4",{first},{second}}}"#)
    };
    let [one, other] = [true, false].map(|order| sign_raw(r#"{"alg":"HS256"}"#, &claims(order)));
    assert_ne!(one, other);
    verifier
        .verify(&crate::support::bearer(&one).unwrap(), BODY, now())
        .unwrap()
        .commit()
        .unwrap();
    let error = verifier
        .verify(&crate::support::bearer(&other).unwrap(), BODY, now())
        .unwrap_err();
    assert_eq!(error.reason(), Reason::Replayed);
}

#[test]
fn accounts_do_not_share_their_jtis() {
    let (bob, secret) = (
        ApiKey::new("bob").unwrap(),
        SignatureSecret::new("b".repeat(32)).unwrap(),
    );
    let verifier = builder()
        .secret(bob.clone(), secret.clone())
        .build()
        .unwrap();
    let of_bob = messages_auth::webhook::WebhookSigner::new(bob, secret);
    for header in [
        signer().sign_with_jti(BODY, now(), "one"),
        of_bob.sign_with_jti(BODY, now(), "one"),
    ] {
        verifier
            .verify(&headers(header.unwrap()), BODY, now())
            .unwrap()
            .commit()
            .unwrap();
    }
    assert_eq!(key("one").as_str(), "a1b2c3d4:one");
    assert_eq!(ReplayKey::new(None, "one").as_str(), ":one");
}

/// The default accepts what is a day old, so it must remember for a day what it handled.
#[test]
fn a_webhook_is_remembered_for_as_long_as_it_would_be_accepted() {
    let guard = Arc::new(MemoryReplayGuard::new());
    let verifier = builder().replay_guard(guard.clone()).build().unwrap();
    let header = headers(signer().sign(BODY, now()).unwrap());
    verifier
        .verify(&header, BODY, now())
        .unwrap()
        .commit()
        .unwrap();
    let max_age = Verifier::DEFAULT_MAX_AGE.as_secs();
    for age in [1, 3600, max_age - 1, max_age] {
        assert_eq!(
            verifier
                .verify(&header, BODY, at(NOW + age))
                .unwrap_err()
                .reason(),
            Reason::Replayed
        );
        // The last instant of that second too.
        let late = at(NOW + age) + Duration::from_nanos(999_999_999);
        assert_eq!(
            verifier.verify(&header, BODY, late).unwrap_err().reason(),
            Reason::Replayed
        );
    }
    let after = at(NOW + max_age + 1);
    assert_eq!(
        verifier.verify(&header, BODY, after).unwrap_err().reason(),
        Reason::Stale
    );
    assert_eq!(guard.len(), 1);
}

#[test]
fn without_a_guard_nothing_is_remembered() {
    let verifier = builder().without_replay_guard().build().unwrap();
    let header = headers(signer().sign(BODY, now()).unwrap());
    for _ in 0..2 {
        let (_, _, claim) = verifier.verify(&header, BODY, now()).unwrap().into_parts();
        assert!(claim.is_none());
        verifier
            .verify(&header, BODY, now())
            .unwrap()
            .commit()
            .unwrap();
    }
}

#[test]
fn replays_from_64_threads_are_handled_once() {
    const REPLAYS: u64 = 10_000;
    const THREADS: u64 = 64;

    let verifier = verifier();
    let header = headers(signer().sign(BODY, now()).unwrap());
    let [handled, acknowledged, in_progress] = [const { AtomicU64::new(0) }; 3];
    let barrier = Barrier::new(THREADS as usize);
    thread::scope(|scope| {
        for worker in 0..THREADS {
            let (verifier, header, barrier) = (&verifier, &header, &barrier);
            let counters = [&handled, &acknowledged, &in_progress];
            scope.spawn(move || {
                barrier.wait();
                for _ in (worker..REPLAYS).step_by(THREADS as usize) {
                    let counter = match verifier.verify(header, BODY, now()) {
                        Ok(verified) => {
                            // Handling takes a while, in which others come.
                            thread::sleep(Duration::from_millis(5));
                            verified.commit().unwrap();
                            0
                        }
                        Err(error) if error.reason() == Reason::Replayed => 1,
                        Err(error) if error.reason() == Reason::InProgress => 2,
                        Err(error) => panic!("{error}"),
                    };
                    counters[counter].fetch_add(1, Ordering::Relaxed);
                }
            });
        }
    });
    let [handled, acknowledged, in_progress] =
        [handled, acknowledged, in_progress].map(AtomicU64::into_inner);
    println!(
        "replays: {REPLAYS} at {THREADS}-way, handled {handled}, answered 200 {acknowledged}, 503 while in progress {in_progress}"
    );
    assert_eq!(
        (handled, handled + acknowledged + in_progress),
        (1, REPLAYS)
    );
    assert!(acknowledged > 0);
}

#[test]
fn the_memory_is_bounded_and_forgets_what_was_handled_first() {
    let guard = MemoryReplayGuard::with_capacity(3);
    for jti in ["a", "b", "c"] {
        let ticket = ticket(claim(&guard, jti, now()));
        guard.commit(&key(jti), ticket, at(NOW + 1000)).unwrap();
        guard.commit(&key(jti), ticket, at(NOW + 1000)).unwrap();
    }
    assert_eq!(claim(&guard, "a", now()), ClaimOutcome::Handled);
    let d = ticket(claim(&guard, "d", now()));
    assert_eq!(guard.len(), 3);
    assert_eq!(claim(&guard, "b", now()), ClaimOutcome::Handled);
    assert_eq!(claim(&guard, "c", now()), ClaimOutcome::Handled);
    guard.commit(&key("d"), d, at(NOW + 1000)).unwrap();
    assert_eq!(guard.len(), 3);
    ticket(claim(&guard, "a", now()));
    assert_eq!(claim(&guard, "d", now()), ClaimOutcome::Handled);
    assert!(
        MemoryReplayGuard::with_capacity(0)
            .claim(&key("a"), now(), now())
            .is_ok()
    );
}

#[test]
fn a_memory_full_of_unfinished_work_cannot_tell() {
    let guard = Arc::new(MemoryReplayGuard::with_capacity(2).lease(Duration::from_secs(10)));
    let verifier = builder().replay_guard(guard.clone()).build().unwrap();
    let verify = |jti: &str, now: SystemTime| {
        let header = signer().sign_with_jti(BODY, at(NOW), jti).unwrap();
        verifier.verify(&headers(header), BODY, now)
    };
    let (first, _second) = (verify("a", now()).unwrap(), verify("b", now()).unwrap());
    let error = verify("c", now()).unwrap_err();
    assert_eq!(
        (error.reason(), error.response_status()),
        (Reason::Guard, StatusCode::SERVICE_UNAVAILABLE)
    );
    drop(first);
    std::mem::forget(verify("c", now()).unwrap());
    assert!(verify("d", now()).is_err());
    // Leaked claims make room once they lapse.
    assert!(verify("d", at(NOW + 10)).is_ok());
}

#[test]
fn a_webhook_that_was_handled_after_its_claim_lapsed_takes_no_place_beyond_the_bound() {
    let guard = MemoryReplayGuard::with_capacity(2).lease(Duration::from_secs(10));
    let [a, b] = ["a", "b"].map(|jti| ticket(claim(&guard, jti, now())));
    // Both have lapsed and lose their places.
    let [c, d] = ["c", "d"].map(|jti| ticket(claim(&guard, jti, at(NOW + 10))));
    for (jti, ticket) in [("a", a), ("b", b), ("c", c), ("d", d)] {
        guard.commit(&key(jti), ticket, at(NOW + 1000)).unwrap();
        assert!(guard.len() <= 2, "{jti}: {}", guard.len());
    }
    for (jti, outcome) in [("c", ClaimOutcome::Handled), ("d", ClaimOutcome::Handled)] {
        assert_eq!(claim(&guard, jti, at(NOW + 11)), outcome);
    }
}

#[test]
fn a_guard_that_fails_has_the_webhook_come_again() {
    let guard = FileGuard::new("/nonexistent/directory", Duration::from_secs(30));
    let verifier = builder().replay_guard(Arc::new(guard)).build().unwrap();
    let header = headers(signer().sign(BODY, now()).unwrap());
    let error = verifier.verify(&header, BODY, now()).unwrap_err();
    assert_eq!(
        (error.reason(), error.response_status()),
        (Reason::Guard, StatusCode::SERVICE_UNAVAILABLE)
    );
    let source = std::error::Error::source(&error).unwrap();
    assert_eq!(source.to_string(), "the replay guard failed");
    assert!(source.source().is_some());
}

#[test]
fn a_full_memory_is_as_large_as_documented() {
    let info = allocation_counter::measure(|| {
        let guard = MemoryReplayGuard::new();
        for number in 0..MemoryReplayGuard::DEFAULT_CAPACITY + 1_000 {
            let jti = format!("c5ba8f24-1a14-4c10-bfdf-{number:012}");
            let ticket = ticket(claim(&guard, &jti, now()));
            guard.commit(&key(&jti), ticket, at(NOW + 1000)).unwrap();
        }
        assert_eq!(guard.len(), MemoryReplayGuard::DEFAULT_CAPACITY);
    });
    println!(
        "replay guard: {} bytes at most for {} webhooks",
        info.bytes_max,
        MemoryReplayGuard::DEFAULT_CAPACITY
    );
    assert!(info.bytes_max < 21_000_000, "{}", info.bytes_max);
}
