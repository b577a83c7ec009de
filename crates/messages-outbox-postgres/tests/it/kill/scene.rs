//! One database, its workers, and the judge.

use std::collections::HashMap;
use std::process::Child;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use jiff::{SignedDuration, Timestamp};
use messages_outbox::row::{Row, StatusFact};
use messages_outbox::{
    Fact, ListRequest, OutboxStore, ReapRequest, Reference, RowId, State, StoreClock, SystemClock,
};
use messages_outbox_postgres::PostgresStore;
use messages_sdk::types::Status;

use super::child::{self, CONCURRENCY, Task, outbox};
use super::doomed::{Flaw, Point};
use super::judge::{Judge, JudgeTransport};
use crate::server::Database;
use crate::support::intent;

/// The system's clock, so far ahead that all leases are over.
#[derive(Debug)]
struct Ahead;

impl StoreClock for Ahead {
    fn now(&self) -> Timestamp {
        SystemClock.now() + SignedDuration::from_hours(2)
    }
}

/// One database, its workers, and the judge.
pub(crate) struct Scene {
    pub(crate) database: Database,
    pub(crate) store: PostgresStore,
    pub(crate) judge: Judge,
    enqueued: AtomicUsize,
}

/// Counts by the ledger and by the judge.
#[derive(Debug, Default)]
pub(crate) struct Outcome {
    kills: u32,
    rows: usize,
    accepted: usize,
    pub(crate) lost: usize,
    pub(crate) doubled: usize,
    /// Rows whose outcome was unknown after the last kill.
    in_doubt: usize,
    /// Of those, how many were accepted.
    in_doubt_accepted: usize,
    /// Of those, how many a status settled.
    settled: usize,
}

impl Scene {
    pub(crate) async fn start(database: Database) -> Self {
        Self {
            store: database.open().await,
            database,
            judge: Judge::start().await,
            enqueued: AtomicUsize::new(0),
        }
    }

    pub(crate) async fn enqueue(&self, count: usize) {
        let first = self.enqueued.fetch_add(count, Ordering::SeqCst);
        let intents: Vec<_> = (first..first + count)
            .map(|number| intent(format!("key-{number}")))
            .collect();
        // Idempotent by its keys, so that a server that crashed meanwhile is no more than a delay.
        while self.store.enqueue(&intents, None).await.is_err() {
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }

    /// Adds rows when few are left, so that every worker has some.
    pub(crate) async fn refill(&self) {
        let Ok(status) = self.store.status().await else {
            return;
        };
        assert_eq!(status.total(), self.enqueued.load(Ordering::SeqCst) as u64);
        if status.states[&State::Queued] < 150 {
            self.enqueue(150).await;
        }
    }

    pub(crate) fn work(&self, doom: Option<(Point, u32)>, flaw: Option<Flaw>) -> Worker {
        self.start_worker(doom, flaw, None)
    }

    pub(crate) fn work_at(&self, rate: u32) -> Worker {
        self.start_worker(None, None, Some(rate))
    }

    fn start_worker(
        &self,
        doom: Option<(Point, u32)>,
        flaw: Option<Flaw>,
        rate: Option<u32>,
    ) -> Worker {
        let task = Task {
            database: self.database.clone(),
            judge: self.judge.address,
            doom,
            flaw,
            rate,
        };
        Worker {
            child: child::start(&task),
        }
    }

    /// Ends all leases, sends what is left without kills, applies the statuses, and compares the ledger with the judge.
    pub(crate) async fn settle(self, kills: u32) -> Outcome {
        let builder = PostgresStore::builder(self.database.config()).clock(Arc::new(Ahead));
        let ahead = builder.open().await.unwrap();
        let request = ReapRequest {
            limit: 1_000,
            in_doubt_max: Duration::from_secs(72 * 3600),
        };
        loop {
            let reaped = ahead.reap(&request).await.unwrap();
            if reaped.in_doubt + reaped.requeued == 0 {
                break;
            }
        }
        let accepted_before = self.judge.accepted();
        let doubts: Vec<RowId> = self
            .rows()
            .await
            .iter()
            .filter(|row| row.state == State::InDoubt)
            .map(|row| row.id)
            .collect();

        let transport = JudgeTransport(self.judge.address);
        let last = outbox(Arc::new(ahead), transport, None);
        let run = last.run_until_empty(std::future::pending());
        tokio::time::timeout(Duration::from_secs(120), run)
            .await
            .expect("the last worker ends")
            .unwrap();
        // Of every message, in another order, and some twice.
        let mut facts: Vec<Fact> = self.judge.accepted().keys().map(|id| status(*id)).collect();
        fastrand::shuffle(&mut facts);
        for facts in facts.chunks(100) {
            self.store.apply(facts).await.unwrap();
        }
        self.store.apply(&facts[facts.len() / 2..]).await.unwrap();

        let rows = self.rows().await;
        let accepted = self.judge.accepted();
        let states: HashMap<RowId, State> = rows.iter().map(|row| (row.id, row.state)).collect();
        let settled = |id: &&RowId| states[*id] == State::Sent;
        let doubts_accepted: Vec<&RowId> = doubts
            .iter()
            .filter(|id| accepted_before.contains_key(id))
            .collect();
        let status = self.store.status().await.unwrap();
        assert_eq!(status.total(), rows.len() as u64, "{status:?}");
        let sent = states.values().filter(|state| **state == State::Sent);
        assert_eq!(status.states[&State::Sent], sent.count() as u64);
        Outcome {
            kills,
            rows: rows.len(),
            accepted: accepted.values().sum(),
            lost: rows
                .iter()
                .filter(|row| !accepted.contains_key(&row.id) && row.state != State::InDoubt)
                .count()
                + self.enqueued.load(Ordering::SeqCst).abs_diff(rows.len()),
            doubled: accepted.values().filter(|count| **count > 1).count(),
            in_doubt: doubts.len(),
            in_doubt_accepted: doubts_accepted.len(),
            settled: doubts_accepted.iter().copied().filter(settled).count(),
        }
    }

    async fn rows(&self) -> Vec<Row> {
        let mut rows: Vec<Row> = Vec::new();
        loop {
            let request = ListRequest {
                after: rows.last().map(|row| row.id),
                limit: 1_000,
                ..ListRequest::default()
            };
            let page = self.store.list(&request).await.unwrap();
            if page.is_empty() {
                return rows;
            }
            rows.extend(page);
        }
    }
}

/// Status of the first copy of a row.
fn status(id: RowId) -> Fact {
    Fact::Status(StatusFact {
        reference: Reference::new(id, 0),
        message_uuid: id.to_string(),
        workflow_id: None,
        status: Status::Delivered,
        code: None,
        usage: None,
    })
}

impl Outcome {
    pub(crate) fn report(&self, name: &str) {
        println!(
            "{name}: {} kills, {} rows, {} accepted, lost {}, doubled {}, in doubt {} ({:.2} a kill; {} of {} \
             accepted ones settled by status)",
            self.kills,
            self.rows,
            self.accepted,
            self.lost,
            self.doubled,
            self.in_doubt,
            self.in_doubt as f64 / f64::from(self.kills.max(1)),
            self.settled,
            self.in_doubt_accepted,
        );
    }

    pub(crate) fn assert(&self) {
        assert_eq!((self.lost, self.doubled), (0, 0), "{self:?}");
        assert_eq!(self.settled, self.in_doubt_accepted, "{self:?}");
        assert!(self.rows > 0 && self.accepted > self.rows / 2, "{self:?}");
    }

    /// In doubt are at most the requests that were in flight.
    pub(crate) fn assert_doubts(&self) {
        let most = self.kills as usize * CONCURRENCY as usize;
        assert!(self.in_doubt <= most, "{self:?}");
    }
}

/// A worker process.
pub(crate) struct Worker {
    child: Child,
}

impl Worker {
    /// Waits until it has died by itself, or kills it after this time.
    pub(crate) async fn die_within(mut self, life: Duration) {
        let end = Instant::now() + life;
        while Instant::now() < end {
            if self.child.try_wait().unwrap().is_some() {
                return;
            }
            let left = end.saturating_duration_since(Instant::now());
            tokio::time::sleep(left.min(Duration::from_millis(5))).await;
        }
        // SIGKILL.
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Returns `true` if it has ended.
    pub(crate) fn has_ended(&mut self) -> bool {
        self.child.try_wait().unwrap().is_some()
    }

    /// Sends a signal by its name.
    pub(crate) async fn signal(&self, name: &str) {
        let pid = self.child.id().to_string();
        let mut kill = std::process::Command::new("kill");
        kill.args(["-s", name, &pid]);
        let sent = tokio::task::spawn_blocking(move || kill.status()).await;
        assert!(sent.unwrap().unwrap().success());
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
