//! The shared token: minted once, renewed early, and alive through failures and wrong clocks.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Barrier, Condvar, Mutex};
use std::thread;
use std::time::{Duration, UNIX_EPOCH};

use http::HeaderValue;
use messages_auth::jwt::{self, JwtOptions, Lifetime, TokenSource};
use messages_auth::{AuthErrorKind, Credentials, RsaSigner, SignError, Signer};

use crate::support::{KEY, NOW, application, at, claims_of, now};

/// Counts its signatures, and can be made to fail or to hang.
#[derive(Debug, Default)]
struct Probe {
    signatures: AtomicU64,
    attempts: AtomicU64,
    broken: AtomicBool,
    slow: AtomicBool,
    closed: Mutex<bool>,
    opened: Condvar,
    inside: AtomicBool,
}

impl Probe {
    fn close(&self) {
        *self.closed.lock().unwrap() = true;
    }

    fn open(&self) {
        *self.closed.lock().unwrap() = false;
        self.opened.notify_all();
    }
}

impl Signer for Probe {
    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, SignError> {
        assert!(!self.inside.swap(true, Ordering::SeqCst), "two at a time");
        self.attempts.fetch_add(1, Ordering::SeqCst);
        if self.slow.load(Ordering::SeqCst) {
            thread::sleep(Duration::from_millis(50));
        }
        drop(
            self.opened
                .wait_while(self.closed.lock().unwrap(), |closed| *closed)
                .unwrap(),
        );
        let result = if self.broken.load(Ordering::SeqCst) {
            Err(SignError::new("the vault is sealed"))
        } else {
            self.signatures.fetch_add(1, Ordering::SeqCst);
            RsaSigner::new(KEY.clone()).sign(message)
        };
        self.inside.store(false, Ordering::SeqCst);
        result
    }
}

fn source() -> (Arc<Probe>, TokenSource) {
    let probe = Arc::new(Probe::default());
    (probe.clone(), TokenSource::new(application(), probe))
}

fn issued(header: &HeaderValue) -> u64 {
    claims_of(header.to_str().unwrap())["iat"].as_u64().unwrap()
}

fn verify(header: &HeaderValue, seconds: u64) -> Result<jwt::Claims, jwt::JwtError> {
    jwt::verify(
        jwt::bearer_token(header).unwrap(),
        &KEY.public_key(),
        at(seconds),
    )
}

#[test]
fn a_token_serves_until_60_seconds_before_its_end() {
    let (probe, source) = source();
    let first = source.header_value(now()).unwrap();
    assert!(first.is_sensitive());
    for seconds in 0..840 {
        assert_eq!(source.header_value(at(NOW + seconds)).unwrap(), first);
    }
    let second = source.header_value(at(NOW + 840)).unwrap();
    assert_ne!(second, first);
    assert_eq!(issued(&second), NOW + 840);
    assert_eq!(probe.signatures.load(Ordering::SeqCst), 2);
    assert_eq!(source.application_id(), application());
}

#[test]
fn a_token_of_any_lifetime_is_renewed_before_its_end() {
    for seconds in [30, 31, 60, 90, 119, 120, 121, 900, 86_400] {
        let (_, source) = source();
        let source = source.lifetime(Lifetime::new(Duration::from_secs(seconds)).unwrap());
        source.header_value(now()).unwrap();
        let renewed = (1..=seconds)
            .find(|passed| issued(&source.header_value(at(NOW + passed)).unwrap()) != NOW);
        assert_eq!(
            renewed,
            Some(if seconds < 120 {
                seconds.div_ceil(2)
            } else {
                seconds - 60
            }),
            "{seconds}"
        );
    }
}

#[test]
fn options_are_those_of_every_token() {
    let (_, source) = source();
    let source = source
        .options(JwtOptions::new().subject("alice").not_before_issue())
        .lifetime(Lifetime::MIN);
    let claims = verify(&source.header_value(now()).unwrap(), NOW).unwrap();
    assert_eq!(claims.subject.as_deref(), Some("alice"));
    assert_eq!(
        (claims.not_before, claims.expires_at),
        (Some(NOW), Some(NOW + 30))
    );
}

#[test]
fn clones_share_a_token_and_other_options_do_not() {
    let (probe, source) = source();
    let first = source.header_value(now()).unwrap();
    assert_eq!(source.clone().header_value(now()).unwrap(), first);
    assert_eq!(
        Credentials::from(source.clone())
            .header_value(now())
            .unwrap(),
        first
    );
    assert_ne!(
        source
            .clone()
            .lifetime(Lifetime::MAX)
            .header_value(now())
            .unwrap(),
        first
    );
    assert_eq!(source.header_value(now()).unwrap(), first);
    assert_eq!(probe.signatures.load(Ordering::SeqCst), 2);
}

/// A thousand callers at once, first without a token, then across its renewal, then across its end.
#[test]
fn a_thousand_callers_make_one_token() {
    const CALLERS: usize = 1_000;

    let (probe, source) = source();
    probe.slow.store(true, Ordering::SeqCst);
    let mut mints = Vec::new();
    for moment in [NOW, NOW + 841, NOW + 10_000] {
        let before = probe.signatures.load(Ordering::SeqCst);
        let barrier = Barrier::new(CALLERS);
        let headers: Vec<HeaderValue> = thread::scope(|scope| {
            let callers: Vec<_> = (0..CALLERS)
                .map(|_| {
                    thread::Builder::new()
                        .stack_size(128 * 1024)
                        .spawn_scoped(scope, || {
                            barrier.wait();
                            source.header_value(at(moment)).unwrap()
                        })
                        .unwrap()
                })
                .collect();
            callers
                .into_iter()
                .map(|caller| caller.join().unwrap())
                .collect()
        });
        mints.push(probe.signatures.load(Ordering::SeqCst) - before);
        for header in headers {
            verify(&header, moment).unwrap();
        }
    }
    println!(
        "1,000 callers: {} mint without a token, {} across its renewal, {} across its end",
        mints[0], mints[1], mints[2]
    );
    assert_eq!(mints, [1, 1, 1]);
}

#[test]
fn nobody_waits_for_a_signer_while_the_old_token_is_good() {
    let (probe, source) = source();
    let old = source.header_value(now()).unwrap();
    probe.close();
    let new = thread::scope(|scope| {
        let renewing = scope.spawn(|| source.header_value(at(NOW + 850)).unwrap());
        while probe.attempts.load(Ordering::SeqCst) < 2 {
            thread::yield_now();
        }
        // The signer hangs, and these return all the same.
        for _ in 0..1_000 {
            assert_eq!(source.header_value(at(NOW + 894)).unwrap(), old);
        }
        probe.open();
        renewing.join().unwrap()
    });
    assert_ne!(new, old);
    assert_eq!(source.header_value(at(NOW + 894)).unwrap(), new);
}

#[test]
fn a_failed_renewal_leaves_the_old_token_and_pauses() {
    let (probe, source) = source();
    let old = source.header_value(now()).unwrap();
    probe.broken.store(true, Ordering::SeqCst);
    for seconds in 840..895 {
        assert_eq!(
            source.header_value(at(NOW + seconds)).unwrap(),
            old,
            "{seconds}"
        );
    }
    // Tried at 840, 845 … 890, not for each of the 55 calls.
    assert_eq!(probe.attempts.load(Ordering::SeqCst), 1 + 11);
    let error = source.header_value(at(NOW + 895)).unwrap_err();
    assert_eq!(error.kind(), AuthErrorKind::Sign);
    let reason = std::error::Error::source(&error)
        .and_then(std::error::Error::source)
        .unwrap();
    assert_eq!(reason.to_string(), "the vault is sealed");
    probe.broken.store(false, Ordering::SeqCst);
    assert_eq!(
        issued(&source.header_value(at(NOW + 896)).unwrap()),
        NOW + 896
    );
}

#[test]
fn those_who_waited_for_a_failed_mint_share_its_error() {
    const CALLERS: usize = 200;

    let (probe, source) = source();
    probe.broken.store(true, Ordering::SeqCst);
    probe.close();
    let waiting = AtomicU64::new(0);
    let failed = thread::scope(|scope| {
        let callers: Vec<_> = (0..CALLERS)
            .map(|_| {
                scope.spawn(|| {
                    waiting.fetch_add(1, Ordering::SeqCst);
                    source.header_value(now()).is_err()
                })
            })
            .collect();
        while waiting.load(Ordering::SeqCst) < CALLERS as u64
            || probe.attempts.load(Ordering::SeqCst) == 0
        {
            thread::yield_now();
        }
        thread::sleep(Duration::from_millis(100));
        probe.open();
        callers
            .into_iter()
            .map(|caller| usize::from(caller.join().unwrap()))
            .sum::<usize>()
    });
    assert_eq!(failed, CALLERS);
    assert_eq!(probe.attempts.load(Ordering::SeqCst), 1);
    // The failure is not remembered for those who come later.
    probe.broken.store(false, Ordering::SeqCst);
    assert!(source.header_value(now()).is_ok());
}

#[test]
fn a_rejected_token_is_replaced_once() {
    const CALLERS: usize = 100;

    let (probe, source) = source();
    let rejected = source.header_value(now()).unwrap();
    let barrier = Barrier::new(CALLERS);
    let fresh: Vec<HeaderValue> = thread::scope(|scope| {
        let callers: Vec<_> = (0..CALLERS)
            .map(|_| {
                scope.spawn(|| {
                    barrier.wait();
                    source.refresh(&rejected, at(NOW + 1)).unwrap()
                })
            })
            .collect();
        callers
            .into_iter()
            .map(|caller| caller.join().unwrap())
            .collect()
    });
    assert!(
        fresh
            .iter()
            .all(|header| *header == fresh[0] && *header != rejected && header.is_sensitive())
    );
    assert_eq!(probe.signatures.load(Ordering::SeqCst), 2);
    assert_eq!(source.header_value(at(NOW + 1)).unwrap(), fresh[0]);
    let credentials = Credentials::from(source);
    assert_eq!(
        credentials
            .refresh(&rejected, at(NOW + 1))
            .unwrap()
            .as_ref(),
        Some(&fresh[0])
    );
    // The replacement can be rejected too.
    assert_ne!(
        credentials
            .refresh(&fresh[0], at(NOW + 1))
            .unwrap()
            .unwrap(),
        fresh[0]
    );
}

#[test]
fn a_clock_that_jumps_gets_a_token_of_its_new_time() {
    let (_, source) = source();
    source.header_value(now()).unwrap();
    assert_eq!(
        issued(&source.header_value(at(NOW + 1_000_000)).unwrap()),
        NOW + 1_000_000
    );
    // A small step back, as a time server makes it, keeps the token; a large one does not.
    assert_eq!(
        issued(&source.header_value(at(NOW + 1_000_000 - 60)).unwrap()),
        NOW + 1_000_000
    );
    assert_eq!(issued(&source.header_value(now()).unwrap()), NOW);
    let error = source
        .header_value(UNIX_EPOCH - Duration::from_secs(1))
        .unwrap_err();
    assert_eq!(error.kind(), AuthErrorKind::Clock);
}

/// A day of requests against a server whose clock differs, each answered 401 being repeated once, as a client does it.
#[test]
fn a_clock_five_minutes_off_is_survived() {
    for (offset, corrected) in [(300_i64, true), (-300, true), (300, false)] {
        let (probe, source) = source();
        let (mut requests, mut repeated, mut refused) = (0, 0, 0);
        for passed in (0..86_400).step_by(7) {
            let (ours, theirs) = (
                at(NOW + passed),
                (NOW + passed).saturating_add_signed(offset),
            );
            requests += 1;
            let header = source.header_value(ours).unwrap();
            if verify(&header, theirs).is_err() {
                repeated += 1;
                if corrected {
                    source.correct_clock(at(theirs), ours).unwrap();
                }
                refused +=
                    u64::from(verify(&source.refresh(&header, ours).unwrap(), theirs).is_err());
            }
        }
        let mints = probe.signatures.load(Ordering::SeqCst);
        println!(
            "clock {:+} s{}: {requests} requests, {repeated} repeated after a 401, {refused} refused, {mints} mints",
            -offset,
            if corrected { " and corrected" } else { "" },
        );
        assert_eq!(refused, 0);
        assert!(!corrected || repeated <= 1);
    }
}

#[test]
fn a_clock_is_corrected_by_what_it_is_off_and_no_less_than_ten_seconds() {
    let (_, source) = source();
    let issued_after = |server: u64| {
        source.correct_clock(at(server), now()).unwrap();
        issued(
            &source
                .refresh(&source.header_value(now()).unwrap(), now())
                .unwrap(),
        )
    };
    assert_eq!(issued_after(NOW + 9), NOW);
    assert_eq!(issued_after(NOW - 9), NOW);
    assert_eq!(issued_after(NOW + 10), NOW + 10);
    assert_eq!(issued_after(NOW - 10), NOW - 10);
    assert_eq!(issued_after(NOW + 86_400), NOW + 86_400);
    assert_eq!(issued_after(NOW - 86_400), NOW - 86_400);
    assert_eq!(issued_after(NOW), NOW);
    let corrected = Credentials::from(source.clone()).correct_clock(at(NOW + 500), now());
    assert_eq!(corrected.unwrap(), Some(500));
    assert_eq!(source.correct_clock(at(NOW + 501), now()).unwrap(), None);
    // 840 seconds old by the corrected clock: due.
    assert_eq!(
        issued(&source.header_value(at(NOW + 340)).unwrap()),
        NOW + 840
    );
}

/// A hostile endpoint could otherwise collect tokens for any time to come.
#[test]
fn a_clock_is_corrected_by_24_hours_at_most() {
    let (_, source) = source();
    source.correct_clock(at(NOW + 300), now()).unwrap();
    for (server, kind) in [
        (at(0), AuthErrorKind::ClockCorrection),
        (at(NOW - 86_401), AuthErrorKind::ClockCorrection),
        (at(NOW + 86_401), AuthErrorKind::ClockCorrection),
        (at(253_402_300_799), AuthErrorKind::ClockCorrection),
        (UNIX_EPOCH - Duration::from_secs(1), AuthErrorKind::Clock),
    ] {
        let error = source.correct_clock(server, now()).unwrap_err();
        assert_eq!(error.kind(), kind);
        let header = source.header_value(now()).unwrap();
        let fresh = source.refresh(&header, now()).unwrap();
        assert_eq!(issued(&fresh), NOW + 300, "the earlier correction stays");
    }
    // Each correction counts from this machine's clock: they do not add up.
    for days in 1..4 {
        let server = at(NOW + days * 86_400);
        assert_eq!(source.correct_clock(server, now()).is_ok(), days == 1);
    }
}

#[test]
fn reading_a_good_token_allocates_nothing() {
    let (_, source) = source();
    source.header_value(now()).unwrap();
    let later = at(NOW + 100);
    let info = allocation_counter::measure(|| {
        for _ in 0..1_000 {
            std::hint::black_box(source.header_value(std::hint::black_box(later)).unwrap());
        }
    });
    println!(
        "allocations in 1,000 headers from a cached token: {}",
        info.count_total
    );
    assert_eq!(info.count_total, 0);
    // The counter counts.
    assert!(allocation_counter::measure(|| drop(std::hint::black_box(vec![1_u8]))).count_total > 0);
}
