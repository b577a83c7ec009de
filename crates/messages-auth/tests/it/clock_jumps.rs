//! The replay guard in memory while the receiver's clock jumps.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use http::{HeaderMap, StatusCode};
use messages_auth::webhook::{ClaimOutcome, MemoryReplayGuard, Reason, ReplayGuard, ReplayKey};

use crate::support::{NOW, Random, account, at, builder, headers, signer};

const BODY: &[u8] = b"{}";
const HOUR: u64 = 3_600;
const JUMP: u64 = 25 * HOUR;

fn webhook(jti: &str, issued_at: u64) -> HeaderMap {
    headers(signer().sign_with_jti(BODY, at(issued_at), jti).unwrap())
}

#[test]
fn nothing_handled_is_accepted_again_after_a_jump_of_25_hours_and_back() {
    let guard = Arc::new(MemoryReplayGuard::new());
    let verifier = builder().replay_guard(guard.clone()).build().unwrap();
    let handle = |header: &HeaderMap, now: u64| {
        verifier
            .verify(header, BODY, at(now))
            .unwrap()
            .commit()
            .unwrap();
    };
    let refusal = |header: &HeaderMap, now: u64| {
        let error = verifier.verify(header, BODY, at(now)).unwrap_err();
        (error.reason(), error.response_status())
    };
    let replayed = (Reason::Replayed, StatusCode::OK);

    let before: Vec<_> = (0..50)
        .map(|n| webhook(&format!("before-{n}"), NOW))
        .collect();
    before.iter().for_each(|header| handle(header, NOW));
    let in_progress = webhook("in-progress", NOW);
    let claim = verifier.verify(&in_progress, BODY, at(NOW)).unwrap();

    // A genuine webhook seems stale, and comes again; a sender whose clock jumped too is accepted.
    let genuine = webhook("genuine", NOW + 10);
    let resent = (Reason::Stale, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(refusal(&genuine, NOW + JUMP + 10), resent);
    let during = webhook("during", NOW + JUMP);
    handle(&during, NOW + JUMP + 20);

    let back = NOW + 30;
    handle(&genuine, back);
    for header in before.iter().chain([&genuine]) {
        assert_eq!(refusal(header, back), replayed);
    }
    assert_eq!(refusal(&in_progress, back).0, Reason::InProgress);
    claim.commit().unwrap();
    assert_eq!(refusal(&in_progress, back), replayed);
    let early = (Reason::Early, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(refusal(&during, back), early);
    // A day later the time of the jump has come.
    assert_eq!(refusal(&during, NOW + JUMP), replayed);
    assert_eq!(guard.len(), 53);
}

/// Within the window, so that genuine webhooks are accepted during the jump and drive out what seems too old.
#[test]
fn nothing_handled_is_accepted_again_after_a_jump_within_the_window() {
    let verifier = builder().build().unwrap();
    let old = webhook("old", NOW - HOUR);
    let new = webhook("new", NOW);
    for (header, now) in [(&old, NOW), (&new, NOW + 24 * HOUR)] {
        let verified = verifier.verify(header, BODY, at(now)).unwrap();
        verified.commit().unwrap();
    }
    for header in [&old, &new] {
        let error = verifier.verify(header, BODY, at(NOW + 60)).unwrap_err();
        assert_eq!(error.reason(), Reason::Replayed);
    }
}

#[test]
fn a_leaked_claim_lapses_although_the_clock_was_set_back() {
    let guard = MemoryReplayGuard::new();
    let key = ReplayKey::new(Some(&account()), "leaked");
    let claim = |now: u64| guard.claim(&key, at(now), at(NOW + 2 * JUMP)).unwrap();
    assert!(matches!(claim(NOW + JUMP), ClaimOutcome::Claimed(_)));
    assert_eq!(claim(NOW), ClaimOutcome::InProgress);
    assert_eq!(claim(NOW + 299), ClaimOutcome::InProgress);
    assert!(matches!(claim(NOW + 300), ClaimOutcome::Claimed(_)));
}

/// Callers read the clock before they have the lock, so that times come a little out of order.
#[test]
fn times_out_of_order_do_not_shorten_a_lease() {
    let guard = MemoryReplayGuard::new().lease(Duration::from_secs(10));
    let claim = |jti: &str, now: u64| {
        let key = ReplayKey::new(Some(&account()), jti);
        guard.claim(&key, at(now), at(NOW + JUMP)).unwrap()
    };
    assert!(matches!(claim("one", NOW), ClaimOutcome::Claimed(_)));
    for _ in 0..100 {
        claim("other", NOW + 1);
        claim("other", NOW);
    }
    assert_eq!(claim("one", NOW + 9), ClaimOutcome::InProgress);
    assert!(matches!(claim("one", NOW + 10), ClaimOutcome::Claimed(_)));
}

/// Two days of webhooks that are resent until they are acknowledged, and replayed afterwards, under a clock that jumps.
#[test]
fn every_webhook_is_handled_once_under_a_clock_that_jumps() {
    let (mut handled, mut refused, mut replays) = (0, 0, 0);
    for seed in 0..3 {
        let mut random = Random(seed);
        let guard = Arc::new(MemoryReplayGuard::with_capacity(1_000));
        let verifier = builder().replay_guard(guard.clone()).build().unwrap();
        let mut pending = VecDeque::new();
        let mut acknowledged: Vec<HeaderMap> = Vec::new();
        let mut offset = 0_i64;
        for step in 0..600_u64 {
            let real = NOW + step * 300;
            // Right again for the last day's half, so that all that is pending can be handled.
            offset = match random.below(12) {
                _ if step >= 450 => 0,
                0 => i64::try_from(random.below(2 * JUMP)).unwrap() - JUMP as i64,
                1 => 0,
                _ => offset,
            };
            let now = at(real.saturating_add_signed(offset));
            if step < 450 {
                pending.push_back(webhook(&format!("{seed}-{step}"), real));
            }
            for header in std::mem::take(&mut pending) {
                match verifier.verify(&header, BODY, now) {
                    Ok(verified) => {
                        verified.commit().unwrap();
                        acknowledged.push(header);
                        handled += 1;
                    }
                    Err(error) => {
                        assert_eq!(error.response_status(), StatusCode::SERVICE_UNAVAILABLE);
                        refused += 1;
                        pending.push_back(header);
                    }
                }
            }
            for _ in 0..acknowledged.len().min(20) {
                let at = random.below(acknowledged.len() as u64) as usize;
                assert!(verifier.verify(&acknowledged[at], BODY, now).is_err());
                replays += 1;
            }
            assert!(guard.len() <= 1_000);
        }
        assert!(pending.is_empty(), "{} never handled", pending.len());
    }
    println!("handled {handled} of 1350, {refused} deferred by 503, {replays} replays refused");
    assert_eq!(handled, 1_350);
    assert!(refused > 0);
}
