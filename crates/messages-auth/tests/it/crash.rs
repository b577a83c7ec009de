//! State left behind by a killed receiver: `kill -9` between claim and commit, and a sender that tries again.
//!
//! The receiver is a process of its own. It says what it is about to do and waits to be told to go on, so that it can be
//! killed at a known place: after the claim and before the handling, or after the handling and before the commit. What
//! it handles goes into a ledger, a file that outlives it, and the ledger alone decides what was lost.
#![cfg(unix)]

use std::collections::HashMap;
use std::fs::{self, OpenOptions};
use std::io::{self, BufRead, BufReader, Lines, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::Arc;
use std::thread;
use std::time::{Duration, SystemTime};

use http::HeaderValue;
use messages_auth::webhook::{
    ClaimOutcome, MemoryReplayGuard, ReplayError, ReplayGuard, ReplayKey, Verifier,
};

use crate::guards::FileGuard;
use crate::support::{NOW, at, builder, headers, now, signer};

const BODY: &[u8] = b"{}";
const LEASE: u64 = 30;
/// Time of the sender's next attempt: while the dead receiver's claim holds, if anything remembers it, and after it lapsed.
const RETRIES: [u64; 2] = [5, LEASE];

const KIND: &str = "MESSAGES_AUTH_TEST_RECEIVER";
const DIRECTORY: &str = "MESSAGES_AUTH_TEST_DIRECTORY";

/// The planted bug: it notes a webhook as handled when it is claimed.
#[derive(Debug)]
struct Hasty(FileGuard);

impl ReplayGuard for Hasty {
    fn claim(
        &self,
        key: &ReplayKey,
        now: SystemTime,
        until: SystemTime,
    ) -> Result<ClaimOutcome, ReplayError> {
        let outcome = self.0.claim(key, now, until)?;
        if let ClaimOutcome::Claimed(ticket) = outcome {
            self.0.commit(key, ticket, until)?;
        }
        Ok(outcome)
    }

    fn commit(&self, key: &ReplayKey, ticket: u64, until: SystemTime) -> Result<(), ReplayError> {
        self.0.commit(key, ticket, until)
    }

    fn release(&self, key: &ReplayKey, ticket: u64) {
        self.0.release(key, ticket);
    }
}

fn guarded(kind: &str, directory: &Path) -> Verifier {
    let file = FileGuard::new(directory, Duration::from_secs(LEASE));
    let guard: Arc<dyn ReplayGuard> = match kind {
        "memory" => Arc::new(MemoryReplayGuard::new()),
        "file" => Arc::new(file),
        "hasty" => Arc::new(Hasty(file)),
        other => panic!("{other}"),
    };
    builder().replay_guard(guard).build().unwrap()
}

fn ledger(directory: &Path) -> PathBuf {
    directory.join("ledger")
}

/// Not a test by itself: the process that the tests below start and kill.
#[test]
fn receiver() {
    let Ok(kind) = std::env::var(KIND) else {
        return;
    };
    let directory = PathBuf::from(std::env::var_os(DIRECTORY).unwrap());
    let verifier = guarded(&kind, &directory);
    let mut orders = io::stdin().lines().map(Result::unwrap);
    // A delivery is its time and its header.
    while let Some(order) = orders.next() {
        let (seconds, header) = order.split_once(' ').unwrap();
        let header = headers(HeaderValue::try_from(header).unwrap());
        let verified = match verifier.verify(&header, BODY, at(seconds.parse().unwrap())) {
            Ok(verified) => verified,
            Err(error) => {
                say(error.response_status().as_str());
                continue;
            }
        };
        say("claimed");
        orders.next().unwrap();
        let mut ledger = OpenOptions::new()
            .create(true)
            .append(true)
            .open(ledger(&directory))
            .unwrap();
        writeln!(ledger, "{}", verified.claims().token_id()).unwrap();
        say("handled");
        orders.next().unwrap();
        verified.commit().unwrap();
        say("200");
    }
}

/// The test harness writes to the same stream, hence the mark.
fn say(word: &str) {
    println!("> {word}");
}

/// A receiver, from outside.
struct Process {
    child: Child,
    orders: ChildStdin,
    words: Lines<BufReader<ChildStdout>>,
}

impl Process {
    fn start(kind: &str, directory: &Path) -> Self {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "crash::receiver", "--nocapture"])
            .env(KIND, kind)
            .env(DIRECTORY, directory)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let orders = child.stdin.take().unwrap();
        let words = BufReader::new(child.stdout.take().unwrap()).lines();
        Self {
            child,
            orders,
            words,
        }
    }

    /// Gives an order and waits for what the receiver says to it.
    fn order(&mut self, order: &str) -> String {
        writeln!(self.orders, "{order}").unwrap();
        loop {
            let line = self.words.next().expect("the receiver ended").unwrap();
            if let Some((_, word)) = line.split_once("> ") {
                return word.to_owned();
            }
        }
    }

    fn deliver(&mut self, header: &HeaderValue, seconds: u64) -> String {
        self.order(&format!("{seconds} {}", header.to_str().unwrap()))
    }
}

/// Not only at the end: also when an assertion fails.
impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Outcome of the webhooks of one kind of guard.
#[derive(Debug, Default, PartialEq, Eq)]
struct Tally {
    killed_before_handling: usize,
    killed_after_handling: usize,
    lost: usize,
    twice: usize,
    more: usize,
}

impl Tally {
    fn of(kind: &str, kills: usize) -> Self {
        const LANES: usize = 4;

        thread::scope(|scope| {
            let lanes: Vec<_> = (0..LANES)
                .map(|lane| scope.spawn(move || Self::of_lane(kind, (lane..kills).step_by(LANES))))
                .collect();
            lanes.into_iter().fold(Self::default(), |sum, lane| {
                let lane = lane.join().unwrap();
                Self {
                    killed_before_handling: sum.killed_before_handling
                        + lane.killed_before_handling,
                    killed_after_handling: sum.killed_after_handling + lane.killed_after_handling,
                    lost: sum.lost + lane.lost,
                    twice: sum.twice + lane.twice,
                    more: sum.more + lane.more,
                }
            })
        })
    }

    fn of_lane(kind: &str, webhooks: impl Iterator<Item = usize>) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let mut tally = Self::default();
        let mut receiver = Process::start(kind, directory.path());
        let mut jtis = Vec::new();
        for number in webhooks {
            let jti = format!("webhook-{number}");
            let header = signer().sign_with_jti(BODY, now(), &jti).unwrap();
            jtis.push(jti);
            assert_eq!(receiver.deliver(&header, NOW), "claimed");
            // Numbers go round the lanes: pairs of rounds, so that each lane kills at both places.
            if number / 4 % 2 == 0 {
                tally.killed_before_handling += 1;
            } else {
                assert_eq!(receiver.order("go on"), "handled");
                tally.killed_after_handling += 1;
            }
            receiver = {
                drop(receiver);
                Process::start(kind, directory.path())
            };
            try_again(&mut receiver, &header);
        }
        let ledger = fs::read_to_string(ledger(directory.path())).unwrap_or_default();
        let mut handled: HashMap<&str, usize> = HashMap::new();
        for jti in ledger.lines() {
            *handled.entry(jti).or_default() += 1;
        }
        for jti in &jtis {
            match handled.get(jti.as_str()) {
                None => tally.lost += 1,
                Some(1) => {}
                Some(2) => tally.twice += 1,
                Some(_) => tally.more += 1,
            }
        }
        tally
    }
}

/// Behaviour of the sender without a response: the same webhook again, until it is acknowledged. And once more, as a
/// network that doubles a delivery does.
fn try_again(receiver: &mut Process, header: &HeaderValue) {
    let acknowledged = RETRIES.into_iter().find(|seconds| {
        let mut answer = receiver.deliver(header, NOW + seconds);
        while matches!(answer.as_str(), "claimed" | "handled") {
            answer = receiver.order("go on");
        }
        assert!(["200", "503"].contains(&answer.as_str()), "{answer}");
        answer == "200"
    });
    assert!(acknowledged.is_some(), "the sender has to give up");
    assert_eq!(receiver.deliver(header, NOW + LEASE + 1), "200");
}

#[test]
fn no_webhook_is_lost_to_kill_9_between_claim_and_commit() {
    const KILLS: usize = 500;

    // The guard in memory dies with its process and the claim with it; the one in files remembers, and the claim lapses.
    for kind in ["memory", "file"] {
        let tally = Tally::of(kind, KILLS);
        println!(
            "kill -9, replay guard in {kind}: {KILLS} between claim and commit ({} before handling, {} after), \
             lost {}, handled twice {}, more often {}",
            tally.killed_before_handling,
            tally.killed_after_handling,
            tally.lost,
            tally.twice,
            tally.more
        );
        assert_eq!(
            tally.killed_before_handling + tally.killed_after_handling,
            KILLS
        );
        assert_eq!((tally.lost, tally.more), (0, 0));
        // At least once: what was handled and not committed is handled again, and nothing else is.
        assert_eq!(tally.twice, tally.killed_after_handling);
    }
}

#[test]
fn a_guard_that_commits_too_early_is_seen_to_lose_webhooks() {
    const KILLS: usize = 16;

    let tally = Tally::of("hasty", KILLS);
    println!(
        "kill -9, planted bug: {KILLS} between claim and commit, lost {}",
        tally.lost
    );
    assert_eq!(tally.lost, tally.killed_before_handling);
    assert!(tally.lost > 0);
}
