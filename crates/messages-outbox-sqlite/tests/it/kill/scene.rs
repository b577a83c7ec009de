//! One file, the emulator and a receiver of its webhooks.

use std::collections::HashMap;
use std::process::Child;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use jiff::SignedDuration;
use messages_emulator::{Action, Emulator, EmulatorBuilder, Query, Rule};
use messages_outbox::row::Row;
use messages_outbox::{ListRequest, Outbox, OutboxStore, ReapRequest, Reference, RowId, State};
use messages_outbox_sqlite::SqliteStore;
use messages_outbox_sqlite::rusqlite::Connection;
use messages_sdk::auth::webhook::Verifier;
use messages_sdk::transport::backend::hyper::HyperTransport;
use messages_sdk::types::WebhookEvent;
use messages_sdk::webhook::{Receiver, ServerLimits, router, serve};
use tokio::net::TcpListener;

use super::child::{self, Task};
use super::doomed::{Flaw, Point};
use super::intents;
use crate::support::{API_KEY, API_SECRET, Ahead, CONCURRENCY, Folder, outbox};

/// By how much the clock that ends all leases is ahead.
const AHEAD: SignedDuration = SignedDuration::from_hours(2);

/// One file, the emulator and a receiver of its webhooks.
pub(crate) struct Scene {
    folder: Folder,
    emulator: Emulator,
    /// Of this process: it enqueues, and applies the webhooks.
    outbox: Outbox,
    /// Webhooks that come late.
    late: Arc<Mutex<Vec<WebhookEvent>>>,
    enqueued: AtomicUsize,
}

/// Counts by the ledger and by the emulator.
#[derive(Debug, Default)]
pub(crate) struct Outcome {
    kills: u32,
    rows: usize,
    accepted: usize,
    pub(crate) lost: usize,
    pub(crate) doubled: usize,
    /// Rows whose outcome was unknown after the last kill.
    in_doubt: usize,
    /// Of those, how many the emulator had accepted.
    in_doubt_accepted: usize,
    /// Of those, how many a webhook settled.
    settled: usize,
    /// Rows that the emulator accepted and that do not end as sent or in doubt.
    wrong: usize,
}

impl Scene {
    pub(crate) async fn start(seed: u64) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let emulator = emulator(&listener).seed(seed).speed(100.0);
        let emulator = emulator.start().await.unwrap();
        let slow = Rule::always(Action::Latency { ms: 6 }).and(|when| when.every = Some(2));
        emulator.add_rule(slow);

        let folder = Folder::new();
        let store = Arc::new(folder.open().await);
        let transport = HyperTransport::builder().build().unwrap();
        let outbox = outbox(emulator.base_url(), store, transport);
        let late = Arc::new(Mutex::new(Vec::new()));
        let hold = {
            let late = Arc::clone(&late);
            move |event: &WebhookEvent| {
                let is_late = is_late(event);
                if is_late {
                    late.lock().unwrap().push(event.clone());
                }
                is_late
            }
        };
        apply_webhooks(listener, &emulator, &outbox, hold);
        Self {
            folder,
            emulator,
            outbox,
            late,
            enqueued: AtomicUsize::new(0),
        }
    }

    pub(crate) async fn enqueue(&self, count: usize) {
        let first = self.enqueued.fetch_add(count, Ordering::SeqCst);
        self.outbox
            .enqueue_all(&intents(first..first + count))
            .await
            .unwrap();
    }

    /// Adds rows when few are left, so that every worker has some.
    pub(crate) async fn refill(&self) {
        let status = self.outbox.store().status().await.unwrap();
        assert_eq!(status.total(), self.enqueued.load(Ordering::SeqCst) as u64);
        if status.states[&State::Queued] < 150 {
            self.enqueue(150).await;
        }
    }

    /// Reads the counts until all rows are sent; returns the number of readings. Each adds up to the number of rows.
    pub(crate) async fn watch_until_sent(&self, rows: u64, longest: Duration) -> u32 {
        let end = Instant::now() + longest;
        for reads in 0.. {
            let status = self.outbox.store().status().await.unwrap();
            assert_eq!(status.total(), rows, "{status:?}");
            if status.states[&State::Sent] == rows {
                return reads;
            }
            assert!(Instant::now() < end, "not all rows were sent: {status:?}");
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        unreachable!("it returns before")
    }

    pub(crate) fn work(
        &self,
        doom: Option<(Point, u32)>,
        flaw: Option<Flaw>,
        clock_ahead: i64,
    ) -> Worker {
        let task = Task::Work {
            url: self.emulator.base_url().to_owned(),
            doom,
            flaw,
            clock_ahead,
        };
        Worker::new(child::start(self.folder.file(), task))
    }

    /// Returns `true` if a process holds the lock of the file for longer than a commit takes.
    pub(crate) fn is_locked(&self) -> bool {
        let connection = Connection::open(self.folder.file()).unwrap();
        connection.busy_timeout(Duration::from_millis(100)).unwrap();
        connection
            .execute_batch("BEGIN IMMEDIATE; ROLLBACK")
            .is_err()
    }

    /// Ends all leases, as by a clock that is ahead.
    pub(crate) async fn reap_ahead(&self) {
        let store = self.store_ahead().await;
        let request = ReapRequest {
            limit: 1_000,
            in_doubt_max: Duration::from_secs(72 * 3600),
        };
        loop {
            let reaped = store.reap(&request).await.unwrap();
            if reaped.in_doubt + reaped.requeued == 0 {
                break;
            }
        }
        store.close().await;
    }

    async fn store_ahead(&self) -> SqliteStore {
        let builder = SqliteStore::builder(self.folder.file()).clock(Arc::new(Ahead(AHEAD)));
        builder.open().await.unwrap()
    }

    /// Sends what is left without kills, delivers the late webhooks, and compares the ledger with the emulator.
    pub(crate) async fn settle(self, kills: u32) -> Outcome {
        self.reap_ahead().await;
        self.emulator.settled().await;
        let accepted_before = self.accepted();
        let rows = self.rows().await;
        let doubts: Vec<RowId> = rows
            .iter()
            .filter(|row| row.state == State::InDoubt)
            .map(|row| row.id)
            .collect();

        let transport = HyperTransport::builder().build().unwrap();
        let last = outbox(
            self.emulator.base_url(),
            Arc::new(self.store_ahead().await),
            transport,
        );
        let run = last.run_until_empty(std::future::pending());
        tokio::time::timeout(Duration::from_secs(120), run)
            .await
            .expect("the last worker ends")
            .unwrap();
        self.wait_for_webhooks().await;
        let late = std::mem::take(&mut *self.late.lock().unwrap());
        // In another order, and some twice.
        for events in late.rchunks(7) {
            self.outbox.apply_all(events).await.unwrap();
        }
        self.outbox
            .apply_all(&late[late.len() / 2..])
            .await
            .unwrap();

        let rows = self.rows().await;
        let accepted = self.accepted();
        let states: HashMap<RowId, State> = rows.iter().map(|row| (row.id, row.state)).collect();
        let is_known = |state: &State| matches!(state, State::Sent | State::InDoubt);
        let settled = |id: &&RowId| states[*id] == State::Sent;
        let doubts_accepted: Vec<&RowId> = doubts
            .iter()
            .filter(|id| accepted_before.contains_key(id))
            .collect();
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
            wrong: accepted.keys().filter(|id| !is_known(&states[id])).count(),
        }
    }

    async fn wait_for_webhooks(&self) {
        let end = Instant::now() + Duration::from_secs(20);
        let mut known = usize::MAX;
        while Instant::now() < end {
            self.emulator.settled().await;
            tokio::time::sleep(Duration::from_millis(300)).await;
            let count = self.late.lock().unwrap().len();
            if std::mem::replace(&mut known, count) == count {
                break;
            }
        }
    }

    /// Number of accepted messages of each row.
    fn accepted(&self) -> HashMap<RowId, usize> {
        let mut accepted = HashMap::new();
        for message in self.emulator.messages(&Query::sent(), usize::MAX) {
            let reference: Reference = message.client_ref.unwrap().parse().unwrap();
            *accepted.entry(reference.row()).or_default() += 1;
        }
        accepted
    }

    async fn rows(&self) -> Vec<Row> {
        let mut rows: Vec<Row> = Vec::new();
        loop {
            let request = ListRequest {
                after: rows.last().map(|row| row.id),
                limit: 1_000,
                ..ListRequest::default()
            };
            let page = self.outbox.store().list(&request).await.unwrap();
            if page.is_empty() {
                return rows;
            }
            rows.extend(page);
        }
    }
}

/// An emulator that sends webhooks to this listener.
pub(crate) fn emulator(listener: &TcpListener) -> EmulatorBuilder {
    Emulator::builder()
        .api_key(API_KEY.parse().unwrap())
        .api_secret(API_SECRET.parse().unwrap())
        .status_url(format!(
            "http://{}/webhooks",
            listener.local_addr().unwrap()
        ))
}

/// Applies the emulator's webhooks, but for those that are held back.
pub(crate) fn apply_webhooks(
    listener: TcpListener,
    emulator: &Emulator,
    outbox: &Outbox,
    is_held: impl Fn(&WebhookEvent) -> bool + Clone + Send + Sync + 'static,
) {
    let verifier = Verifier::builder()
        .secrets(emulator.credentials().secrets())
        .build()
        .unwrap();
    let app = router("/webhooks", Receiver::new(verifier), {
        let outbox = outbox.clone();
        move |event: WebhookEvent| {
            let (outbox, is_held) = (outbox.clone(), is_held(&event));
            async move {
                if is_held {
                    return Ok(());
                }
                outbox.apply(&event).await.map(drop)
            }
        }
    });
    tokio::spawn(serve(listener, app, ServerLimits::default()));
}

/// Half of the messages have webhooks that come late.
fn is_late(event: &WebhookEvent) -> bool {
    let uuid = event.view().message_uuid.unwrap_or_default();
    uuid.bytes().last().is_some_and(|byte| byte % 2 == 0)
}

impl Outcome {
    pub(crate) fn report(&self, name: &str) {
        let share = match self.in_doubt_accepted {
            0 => "none was accepted".to_owned(),
            accepted => format!(
                "{} of {accepted} accepted ones settled by webhook",
                self.settled
            ),
        };
        println!(
            "{name}: {} kills, {} rows, {} accepted, lost {}, doubled {}, in doubt {} ({:.2} a kill; {share}), \
             accepted but neither sent nor in doubt {}",
            self.kills,
            self.rows,
            self.accepted,
            self.lost,
            self.doubled,
            self.in_doubt,
            self.in_doubt as f64 / f64::from(self.kills),
            self.wrong,
        );
    }

    pub(crate) fn assert(&self) {
        assert_eq!((self.lost, self.doubled, self.wrong), (0, 0, 0), "{self:?}");
        let most = self.kills as usize * CONCURRENCY as usize;
        assert!(self.in_doubt <= most, "{self:?}");
        assert!(
            self.settled * 100 >= self.in_doubt_accepted * 99,
            "{self:?}"
        );
        assert!(self.rows > 0 && self.accepted > self.rows / 2, "{self:?}");
    }

    pub(crate) fn add(&mut self, other: &Self) {
        self.kills += other.kills;
        self.rows += other.rows;
        self.accepted += other.accepted;
        self.lost += other.lost;
        self.doubled += other.doubled;
        self.in_doubt += other.in_doubt;
        self.in_doubt_accepted += other.in_doubt_accepted;
        self.settled += other.settled;
        self.wrong += other.wrong;
    }
}

/// A worker process.
pub(crate) struct Worker {
    child: Child,
}

impl Worker {
    pub(crate) fn new(child: Child) -> Self {
        Self { child }
    }

    /// Waits until it has died by itself, or kills it after this time. Returns `true` if it died by itself.
    pub(crate) async fn die_within(mut self, life: Duration) -> bool {
        let end = Instant::now() + life;
        while Instant::now() < end {
            if self.child.try_wait().unwrap().is_some() {
                return true;
            }
            let left = end.saturating_duration_since(Instant::now());
            tokio::time::sleep(left.min(Duration::from_millis(5))).await;
        }
        // SIGKILL.
        self.child.kill().unwrap();
        self.child.wait().unwrap();
        false
    }

    /// Stops the process, and waits until system calls that were in flight have returned: they may lock the file.
    #[cfg(unix)]
    pub(crate) async fn stop(&self) {
        self.signal("STOP").await;
        tokio::time::sleep(Duration::from_millis(200)).await;
    }

    /// Sends a signal by its name.
    #[cfg(unix)]
    pub(crate) async fn signal(&self, name: &str) {
        let pid = self.child.id().to_string();
        let mut kill = std::process::Command::new("kill");
        kill.args(["-s", name, &pid]);
        let sent = tokio::task::spawn_blocking(move || kill.status())
            .await
            .unwrap();
        assert!(sent.unwrap().success());
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
