//! The contract of a replay guard, held by the one in memory and by one that survives its process.

use std::fs::{self, File};
use std::io;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use messages_auth::webhook::{
    ClaimOutcome, MemoryReplayGuard, ReplayError, ReplayGuard, ReplayKey,
};

use crate::support::{NOW, account, at};

const LEASE: Duration = Duration::from_secs(10);

/// A file for each webhook, under a lock that the system lifts when its holder dies. Kept simple rather than fast: a
/// real one would be a table of a database.
#[derive(Debug)]
pub(crate) struct FileGuard {
    directory: PathBuf,
    lease: Duration,
}

/// Content of a webhook's file.
enum Entry {
    Claimed { ticket: u64, lapses: u64 },
    Handled,
}

impl FileGuard {
    pub(crate) fn new(directory: impl Into<PathBuf>, lease: Duration) -> Self {
        let directory = directory.into();
        Self { directory, lease }
    }

    fn locked<T>(&self, work: impl FnOnce() -> io::Result<T>) -> Result<T, ReplayError> {
        let lock = File::create(self.directory.join("lock")).map_err(ReplayError::new)?;
        lock.lock().map_err(ReplayError::new)?;
        work().map_err(ReplayError::new)
    }

    fn path(&self, key: &ReplayKey) -> PathBuf {
        self.directory.join(key.as_str().replace(':', "_"))
    }

    fn read(&self, key: &ReplayKey) -> io::Result<Option<Entry>> {
        let text = match fs::read_to_string(self.path(key)) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            text => text?,
        };
        Ok(Some(match text.split_once(' ') {
            None => Entry::Handled,
            Some((ticket, lapses)) => Entry::Claimed {
                ticket: ticket.parse().map_err(io::Error::other)?,
                lapses: lapses.parse().map_err(io::Error::other)?,
            },
        }))
    }

    /// All at once, so that a process that is killed leaves the old state or the new.
    fn write(&self, path: PathBuf, state: &str) -> io::Result<()> {
        let new = self.directory.join("new");
        fs::write(&new, state)?;
        fs::rename(new, path)
    }

    fn next_ticket(&self) -> io::Result<u64> {
        let path = self.directory.join("last-ticket");
        let last = fs::read_to_string(&path).unwrap_or_default();
        let next = last.parse().unwrap_or(0) + 1;
        self.write(path, &next.to_string())?;
        Ok(next)
    }
}

impl ReplayGuard for FileGuard {
    fn claim(
        &self,
        key: &ReplayKey,
        now: SystemTime,
        _until: SystemTime,
    ) -> Result<ClaimOutcome, ReplayError> {
        let now = now.duration_since(UNIX_EPOCH).map_err(ReplayError::new)?;
        self.locked(|| match self.read(key)? {
            Some(Entry::Handled) => Ok(ClaimOutcome::Handled),
            Some(Entry::Claimed { lapses, .. }) if now.as_secs() < lapses => {
                Ok(ClaimOutcome::InProgress)
            }
            _ => {
                let ticket = self.next_ticket()?;
                let lapses = (now + self.lease).as_secs();
                self.write(self.path(key), &format!("{ticket} {lapses}"))?;
                Ok(ClaimOutcome::Claimed(ticket))
            }
        })
    }

    fn commit(&self, key: &ReplayKey, _ticket: u64, _until: SystemTime) -> Result<(), ReplayError> {
        self.locked(|| self.write(self.path(key), "handled"))
    }

    fn release(&self, key: &ReplayKey, ticket: u64) {
        let _ = self.locked(|| match self.read(key)? {
            Some(Entry::Claimed {
                ticket: current, ..
            }) if current == ticket => fs::remove_file(self.path(key)),
            _ => Ok(()),
        });
    }
}

fn key(jti: &str) -> ReplayKey {
    ReplayKey::new(Some(&account()), jti)
}

fn claim(guard: &dyn ReplayGuard, jti: &str, seconds: u64) -> ClaimOutcome {
    guard.claim(&key(jti), at(seconds), at(NOW + 1000)).unwrap()
}

#[track_caller]
fn ticket(outcome: ClaimOutcome) -> u64 {
    match outcome {
        ClaimOutcome::Claimed(ticket) => ticket,
        other => panic!("{other:?}"),
    }
}

/// Runs a check with each guard, both with a lease of ten seconds.
fn with_each(check: impl Fn(&dyn ReplayGuard)) {
    check(&MemoryReplayGuard::new().lease(LEASE));
    let directory = tempfile::tempdir().unwrap();
    check(&FileGuard::new(directory.path(), LEASE));
}

#[test]
fn one_of_many_claims_at_once_is_granted() {
    const KEYS: usize = 50;
    const THREADS: usize = 16;

    with_each(|guard| {
        let granted = [const { AtomicU64::new(0) }; KEYS];
        thread::scope(|scope| {
            for _ in 0..THREADS {
                scope.spawn(|| {
                    for (number, granted) in granted.iter().enumerate() {
                        if let ClaimOutcome::Claimed(_) = claim(guard, &number.to_string(), NOW) {
                            granted.fetch_add(1, Ordering::Relaxed);
                        }
                    }
                });
            }
        });
        assert_eq!(granted.map(AtomicU64::into_inner), [1; KEYS]);
    });
}

#[test]
fn a_leaked_claim_lapses_and_its_ticket_is_worth_nothing_then() {
    with_each(|guard| {
        let first = ticket(claim(guard, "one", NOW));
        assert_eq!(claim(guard, "one", NOW + 9), ClaimOutcome::InProgress);
        let second = ticket(claim(guard, "one", NOW + 10));
        assert_ne!(first, second);
        guard.release(&key("one"), first);
        assert_eq!(
            claim(guard, "one", NOW + 11),
            ClaimOutcome::InProgress,
            "only the holder can release"
        );
        guard.release(&key("one"), second);
        ticket(claim(guard, "one", NOW + 11));
    });
}

#[test]
fn what_was_handled_stays_handled_whoever_held_the_claim() {
    with_each(|guard| {
        let slow = ticket(claim(guard, "one", NOW));
        let second = ticket(claim(guard, "one", NOW + 10));
        // The first holder was slow, but it has handled the webhook.
        guard.commit(&key("one"), slow, at(NOW + 1000)).unwrap();
        assert_eq!(claim(guard, "one", NOW + 11), ClaimOutcome::Handled);
        guard.release(&key("one"), second);
        guard.commit(&key("one"), second, at(NOW + 1000)).unwrap();
        assert_eq!(claim(guard, "one", NOW + 999), ClaimOutcome::Handled);
        // And no other is.
        ticket(claim(guard, "two", NOW + 999));
    });
}
