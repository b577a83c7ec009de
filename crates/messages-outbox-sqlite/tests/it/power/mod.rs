//! Power cuts and faults of the disk.
//!
//! A process runs under a shim that journals what it does to the files. Each place in the journal is a possible power cut:
//! the files are rebuilt as a disk could have them then, and judged by what the process had told the world before.

mod child;
mod journal;

use std::collections::{HashMap, HashSet};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Arc, Mutex, OnceLock};
use std::time::Duration;

use async_trait::async_trait;
use fastrand::Rng;
use jiff::SignedDuration;
use messages_outbox::{OutboxStore, ReapRequest, Reference, State};
use messages_outbox_sqlite::SqliteStore;
use messages_outbox_sqlite::rusqlite::Connection;
use messages_sdk::transport::bytes::Bytes;
use messages_sdk::transport::http::{Request, Response};
use messages_sdk::transport::{Transport, TransportError};
use tempfile::TempDir;

use crate::support::{Ahead, Folder, outbox};
use child::{Fault, Settings};
use journal::Journal;

/// The shim, compiled once; `None` without a C compiler.
fn shim() -> Option<&'static Path> {
    static SHIM: OnceLock<Option<(TempDir, PathBuf)>> = OnceLock::new();
    let shim = SHIM.get_or_init(|| {
        let folder = tempfile::tempdir().unwrap();
        let shim = folder.path().join("shim.so");
        let source = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/power/shim.c");
        let compiled = Command::new("cc")
            .args(["-O1", "-shared", "-fPIC", "-o"])
            .arg(&shim)
            .args([source, "-ldl", "-lpthread"])
            .status();
        match compiled {
            Ok(status) if status.success() => Some((folder, shim)),
            _ => {
                println!(
                    "SKIPPED: power cuts and faults of the disk, since there is no C compiler `cc`"
                );
                None
            }
        }
    });
    shim.as_ref().map(|(_, path)| path.as_path())
}

/// Counts of power cuts.
#[derive(Debug, Default)]
struct Damage {
    cuts: usize,
    added: usize,
    posted: usize,
    /// Acknowledged rows that are not there.
    lost: usize,
    /// Acknowledged statuses that are not there.
    statuses_lost: usize,
    /// Messages that were posted twice.
    doubled: usize,
    /// Files that SQLite calls damaged.
    corrupt: usize,
    /// Stores that count as restored backups.
    restored: usize,
}

impl Damage {
    fn report(&self, name: &str) {
        println!(
            "{name}: {} cuts, {} acknowledged rows, {} posted, lost {}, doubled {}, statuses lost {}, \
             damaged files {}, refused as restored {}",
            self.cuts,
            self.added,
            self.posted,
            self.lost,
            self.doubled,
            self.statuses_lost,
            self.corrupt,
            self.restored,
        );
    }

    fn assert_none(&self) {
        let damage = self.lost + self.statuses_lost + self.doubled + self.corrupt + self.restored;
        assert_eq!(damage, 0, "{self:?}");
        assert!(self.added > 0 && self.posted > 0, "{self:?}");
    }
}

/// Runs a process to its end and reads its journal.
async fn journal(settings: &Settings, fault: Option<Fault>) -> Option<Journal> {
    let shim = shim()?;
    let folder = Folder::in_memory();
    let mut child = child::start(&folder, shim, settings, fault);
    let ended = tokio::task::spawn_blocking(move || {
        let end = std::time::Instant::now() + Duration::from_secs(60);
        while std::time::Instant::now() < end {
            if let Some(status) = child.try_wait().unwrap() {
                return status.success();
            }
            std::thread::sleep(Duration::from_millis(5));
        }
        child.kill().unwrap();
        child.wait().unwrap();
        false
    });
    assert!(ended.await.unwrap(), "the process did not come to its end");
    Some(Journal::read(&folder.file().with_file_name("journal")))
}

/// Cuts the power at random places of several processes.
async fn cuts(count: usize, processes: usize, without_sync: bool, seed: u64) -> Option<Damage> {
    let mut damage = Damage::default();
    let mut rng = Rng::with_seed(seed);
    for _ in 0..processes {
        let settings = Settings {
            rounds: 60,
            without_sync,
            longest: Duration::from_secs(50),
        };
        let journal = journal(&settings, None).await?;
        for _ in 0..count / processes {
            let until = rng.usize(journal.first_event()..=journal.len());
            let survives = [0.0, 0.3, 0.5, 0.9, 1.0][rng.usize(0..5)];
            cut(&journal, until, survives, &mut rng, &mut damage).await;
        }
    }
    Some(damage)
}

/// Rebuilds the files as a cut leaves them, goes on from there, and compares with what was told before.
async fn cut(journal: &Journal, until: usize, survives: f64, rng: &mut Rng, damage: &mut Damage) {
    let folder = Folder::in_memory();
    journal.rebuild(until, survives, rng, folder.file().parent().unwrap());
    damage.cuts += 1;
    let events = journal.events(until);
    let told = |name: &str| -> Vec<&str> {
        let lines = events.iter();
        lines.filter_map(|line| line.strip_prefix(name)).collect()
    };
    let (added, posted, applied) = (told("added "), told("posted "), told("applied "));
    damage.added += added.len();
    damage.posted += posted.len();

    let connection = Connection::open(folder.file()).unwrap();
    let check: Result<String, _> =
        connection.query_row("PRAGMA integrity_check", [], |row| row.get(0));
    drop(connection);
    let clock = Arc::new(Ahead(SignedDuration::from_hours(2)));
    let opened = SqliteStore::builder(folder.file())
        .clock(clock)
        .open()
        .await;
    let (Ok("ok"), Ok(store)) = (check.as_deref(), opened) else {
        damage.corrupt += 1;
        return;
    };
    let store = Arc::new(store);
    if store.status().await.unwrap().restored {
        damage.restored += 1;
        return;
    }
    for key in &added {
        let found = store.find("default", key).await.unwrap();
        damage.lost += usize::from(found.is_none());
    }
    for reference in &applied {
        let reference: Reference = reference.parse().unwrap();
        let detail = store.show(reference.row()).await.unwrap();
        let status = detail.and_then(|detail| detail.row.status);
        damage.statuses_lost += usize::from(status.is_none());
    }
    let api = Api::default();
    let request = ReapRequest {
        limit: 10_000,
        in_doubt_max: Duration::from_secs(72 * 3600),
    };
    store.reap(&request).await.unwrap();
    let outbox = outbox("http://127.0.0.1:9", store, api.clone());
    let run = outbox.run_until_empty(std::future::pending());
    tokio::time::timeout(Duration::from_secs(30), run)
        .await
        .expect("the rest is sent")
        .unwrap();
    let mut copies: HashMap<String, u32> = HashMap::new();
    for reference in posted.into_iter().map(str::to_owned).chain(api.posted()) {
        *copies.entry(reference).or_default() += 1;
    }
    damage.doubled += copies.values().filter(|count| **count > 1).count();
}

/// The API after the cut.
#[derive(Debug, Clone, Default)]
struct Api(Arc<Mutex<Vec<String>>>);

impl Api {
    fn posted(&self) -> Vec<String> {
        self.0.lock().unwrap().clone()
    }
}

#[async_trait]
impl Transport for Api {
    async fn send(&self, request: Request<Bytes>) -> Result<Response<Bytes>, TransportError> {
        let reference = child::reference(&request);
        self.0.lock().unwrap().push(reference.to_string());
        Ok(child::accepted(reference))
    }
}

#[tokio::test]
async fn nothing_acknowledged_is_lost_by_20_power_cuts() {
    let Some(damage) = cuts(20, 2, false, 1).await else {
        return;
    };
    damage.report("power cuts");
    damage.assert_none();
}

#[tokio::test]
#[ignore = "takes minutes: cargo xtask long-runs"]
async fn nothing_acknowledged_is_lost_by_1_000_power_cuts() {
    let Some(damage) = cuts(1_000, 20, false, 2).await else {
        return;
    };
    damage.report("power cuts");
    damage.assert_none();
}

#[tokio::test]
async fn a_store_that_does_not_sync_its_commits_is_caught() {
    let Some(damage) = cuts(20, 2, true, 3).await else {
        return;
    };
    damage.report("power cuts, synchronous=NORMAL planted");
    let found = damage.lost + damage.doubled + damage.statuses_lost;
    assert!(found > 0, "the planted bug was not caught");
    // SQLite promises that the file stays whole all the same.
    assert_eq!(damage.corrupt, 0);
}

/// Runs a process with a fault, and checks that each POST had a durable intent.
async fn with_fault(fault: Fault, rng: &mut Rng) -> Option<(Journal, Vec<String>)> {
    let settings = Settings {
        rounds: 25,
        without_sync: false,
        longest: Duration::from_millis(1_200),
    };
    let journal = journal(&settings, Some(fault)).await?;
    let events = journal.events(journal.len());
    let mut damage = Damage::default();
    // The least that the disk can have; then parts of what was not synced.
    if events.iter().any(|event| event.starts_with("added ")) {
        for survives in [0.0, 0.5] {
            cut(&journal, journal.len(), survives, rng, &mut damage).await;
        }
        let lost = damage.lost + damage.statuses_lost + damage.doubled + damage.corrupt;
        assert_eq!(lost, 0, "{fault:?}: {damage:?}");
    }
    Some((journal, events))
}

/// Faults at random times, once or for good. Returns what the processes told of them.
async fn faults(count: u32, seed: u64) -> Option<HashSet<String>> {
    let mut rng = Rng::with_seed(seed);
    let mut told = HashSet::new();
    let (mut failures, mut processes) = (0, 0);
    for number in 0..count {
        let kind = ["enospc", "eio"][number as usize % 2];
        let fault = Fault {
            kind,
            after: rng.u32(0..if kind == "eio" { 60 } else { 600 }),
            times: (number % 4 < 2).then(|| rng.u32(1..4)),
        };
        let (journal, events) = with_fault(fault, &mut rng).await?;
        failures += journal.failures();
        processes += 1;
        // A store that spins would fail as often as the processor can.
        assert!(
            journal.failures() < 400,
            "{fault:?}: {}",
            journal.failures()
        );
        told.extend(
            events
                .into_iter()
                .filter(|event| event.starts_with("refused: ") || event.starts_with("ended: ")),
        );
    }
    println!(
        "faults of the disk: {processes} processes, {failures} failed operations, POSTs without a durable intent 0"
    );
    Some(told)
}

#[tokio::test]
async fn no_post_has_no_durable_intent_when_the_disk_is_full_or_fails() {
    let Some(told) = faults(12, 4).await else {
        return;
    };
    for cause in ["database or disk is full", "disk I/O error"] {
        let is_clear = |line: &String| line.contains("the storage failed") && line.contains(cause);
        assert!(told.iter().any(is_clear), "{cause}: {told:?}");
    }
    let is_personal = |line: &String| line.contains("key-") || line.contains("447700900");
    assert!(!told.iter().any(is_personal), "{told:?}");
}

#[tokio::test]
#[ignore = "takes minutes: cargo xtask long-runs"]
async fn no_post_has_no_durable_intent_in_1_000_faults() {
    faults(1_000, 5).await;
}

#[tokio::test]
async fn a_read_only_file_is_a_clear_error() {
    let settings = Settings {
        rounds: 1,
        without_sync: false,
        longest: Duration::from_secs(10),
    };
    let fault = Fault {
        kind: "erofs",
        after: 0,
        times: None,
    };
    let Some(journal) = journal(&settings, Some(fault)).await else {
        return;
    };
    let events = journal.events(journal.len());
    assert_eq!(events.len(), 1, "{events:?}");
    assert!(
        events[0].starts_with("ended: the storage failed: "),
        "{events:?}"
    );
}

#[tokio::test]
async fn a_file_that_another_process_holds_is_busy_and_not_changed() {
    let folder = Folder::new();
    let store = folder.open().await;
    let other = Connection::open(folder.file()).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    let intents = [crate::support::intent("key")];
    let error = store.enqueue(&intents, None).await.unwrap_err();
    assert_eq!(error.kind(), messages_outbox::StoreErrorKind::Busy);
    assert_eq!(error.effect(), messages_outbox::Effect::NotDone);
    // Reads do not wait.
    assert_eq!(store.status().await.unwrap().total(), 0);
    other.execute_batch("COMMIT").unwrap();
    store.enqueue(&intents, None).await.unwrap();
    assert_eq!(store.status().await.unwrap().states[&State::Queued], 1);
}
