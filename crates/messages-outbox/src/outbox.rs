//! The outbox, as an application sees it.

use std::collections::BTreeMap;
use std::fmt;
use std::future::Future;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use messages_sdk::Client;
use messages_sdk::transport::Transport;

use crate::intent::Intent;
use crate::observe::OutboxObserver;
use crate::run::{RunId, RunIntent};
use crate::store::{Enqueued, OutboxStore, Policy, Started, StoreError};
use crate::worker::{self, RunError, RunReport, Until};

/// Durable sending through a client and a store.
///
/// Enqueue in any process, run one or many workers over the same store, and pass the webhooks to
/// [`apply`](Self::apply), or a clone of the outbox to the SDK's webhook service as its
/// [`EventHandler`](messages_sdk::webhook::EventHandler). Cloning is cheap; clones share the store and the clients.
///
/// ```
/// use messages_outbox::{Intent, MemoryStore, Outbox};
/// use messages_sdk::types::{Submission, v1::Sms};
///
/// # async fn run(client: messages_sdk::Client) -> Result<(), Box<dyn std::error::Error>> {
/// let outbox = Outbox::builder().client(client).store(MemoryStore::new()).build()?;
/// let sms = Sms::text("447700900001", "447700900000", "Your table is free")?;
/// outbox.enqueue(Intent::new("reservation-17", Submission::V1(sms.into()))).await?;
/// let report = outbox.run_until_empty(std::future::pending()).await?;
/// println!("{} accepted", report.sent);
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct Outbox {
    pub(crate) inner: Arc<Inner>,
}

/// Parts and settings of an outbox.
pub(crate) struct Inner {
    pub(crate) store: Arc<dyn OutboxStore>,
    pub(crate) clients: BTreeMap<String, Client>,
    pub(crate) settings: Settings,
    pub(crate) observer: Option<Arc<dyn OutboxObserver>>,
    pub(crate) reports: Option<Arc<dyn Transport>>,
    /// Instant at which a webhook that says nothing about a row was last stored.
    pub(crate) noted: Mutex<Option<Instant>>,
}

/// Settings of a worker.
#[derive(Debug, Clone)]
pub(crate) struct Settings {
    pub(crate) policy: Policy,
    pub(crate) capacity: Option<u64>,
    pub(crate) concurrency: u32,
    pub(crate) lease: Duration,
    pub(crate) call_limit: Duration,
    pub(crate) begin_grace: Duration,
    pub(crate) poll: Duration,
    pub(crate) in_doubt_max: Duration,
}

impl Outbox {
    /// A builder.
    pub fn builder() -> OutboxBuilder {
        OutboxBuilder {
            store: None,
            clients: BTreeMap::new(),
            observer: None,
            reports: None,
            settings: Settings {
                policy: Policy::default(),
                capacity: None,
                concurrency: 64,
                lease: Duration::from_secs(30),
                call_limit: Duration::from_secs(60),
                begin_grace: Duration::from_secs(10),
                poll: Duration::from_secs(1),
                in_doubt_max: Duration::from_secs(72 * 3600),
            },
        }
    }

    /// Adds a row for an intent, unless its key is known. Once this returns, the message is not lost.
    ///
    /// # Errors
    ///
    /// [`StoreError`]; of [`Full`](crate::StoreErrorKind::Full) if the store has as many open rows as it may have.
    /// Repeating a call that failed is harmless.
    pub async fn enqueue(&self, intent: Intent) -> Result<Enqueued, StoreError> {
        let added = self.enqueue_all(std::slice::from_ref(&intent)).await?;
        Ok(added.first().copied().unwrap_or(Enqueued::New(intent.id())))
    }

    /// Adds rows in one commit: all or none. Much faster than one by one.
    ///
    /// # Errors
    ///
    /// As [`Outbox::enqueue`].
    pub async fn enqueue_all(&self, intents: &[Intent]) -> Result<Vec<Enqueued>, StoreError> {
        let capacity = self.inner.settings.capacity;
        self.inner.store.enqueue(intents, capacity).await
    }

    /// Adds a run for a document, unless its key is known. Once this returns, it is executed to its end.
    ///
    /// # Errors
    ///
    /// As [`Outbox::enqueue`].
    pub async fn start(&self, intent: RunIntent) -> Result<Started, StoreError> {
        let started = self.start_all(std::slice::from_ref(&intent)).await?;
        Ok(started
            .first()
            .copied()
            .unwrap_or(Started::New(intent.id())))
    }

    /// Adds runs in one commit: all or none. Much faster than one by one.
    ///
    /// # Errors
    ///
    /// As [`Outbox::enqueue`].
    pub async fn start_all(&self, intents: &[RunIntent]) -> Result<Vec<Started>, StoreError> {
        let capacity = self.inner.settings.capacity;
        self.inner.store.start(intents, capacity).await
    }

    /// Passes a signal to a run. Returns `true` if it stopped the run.
    ///
    /// # Errors
    ///
    /// [`StoreError`].
    pub async fn signal(&self, run: RunId, name: &str) -> Result<bool, StoreError> {
        self.inner.store.signal(run, name).await
    }

    /// Sends due rows until `shutdown` is ready. Then nothing more is claimed, and requests in flight are awaited.
    ///
    /// Dropping the future instead leaves the rows in flight in doubt.
    ///
    /// # Errors
    ///
    /// [`RunError`] if the store failed for good. Rows in flight are awaited then, too.
    pub async fn run(
        &self,
        shutdown: impl Future<Output = ()> + Send,
    ) -> Result<RunReport, RunError> {
        worker::run(&self.inner, Until::Shutdown, shutdown).await
    }

    /// As [`Outbox::run`], but ends as well once no row waits for its time, a slot or its outcome, and no run for a time.
    /// Paused rows and rows in doubt are not waited for.
    ///
    /// # Errors
    ///
    /// As [`Outbox::run`].
    pub async fn run_until_empty(
        &self,
        shutdown: impl Future<Output = ()> + Send,
    ) -> Result<RunReport, RunError> {
        worker::run(&self.inner, Until::Empty, shutdown).await
    }

    /// The store, for commands and reports.
    #[must_use]
    pub fn store(&self) -> &dyn OutboxStore {
        &*self.inner.store
    }
}

impl fmt::Debug for Outbox {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Outbox")
            .field("store", &self.inner.store)
            .field("accounts", &self.inner.clients.len())
            .field("settings", &self.inner.settings)
            .finish_non_exhaustive()
    }
}

/// Builder of an [`Outbox`].
#[must_use]
pub struct OutboxBuilder {
    store: Option<Arc<dyn OutboxStore>>,
    clients: BTreeMap<String, Client>,
    settings: Settings,
    observer: Option<Arc<dyn OutboxObserver>>,
    reports: Option<Arc<dyn Transport>>,
}

impl OutboxBuilder {
    /// Store. Required.
    pub fn store(mut self, store: impl OutboxStore) -> Self {
        self.store = Some(Arc::new(store));
        self
    }

    /// Store that other parts of the program share.
    pub fn shared_store(mut self, store: Arc<dyn OutboxStore>) -> Self {
        self.store = Some(store);
        self
    }

    /// Client of the account `default`. Not needed by a program that only enqueues or receives.
    ///
    /// Build it with `RetryPolicy::default().max_attempts(1)`: the outbox retries by itself, after a delay that all workers
    /// share. Its delivery policy does not count: the outbox always sends at most once.
    pub fn client(self, client: Client) -> Self {
        self.account("default", client)
    }

    /// Client of another account.
    pub fn account(mut self, name: impl Into<String>, client: Client) -> Self {
        self.clients.insert(name.into(), client);
        self
    }

    /// Rates, sender groups and allow-list. All workers of a store should have the same.
    pub fn policy(mut self, policy: Policy) -> Self {
        self.settings.policy = policy;
        self
    }

    /// Largest number of open rows; enqueueing more fails with [`Full`](crate::StoreErrorKind::Full). Default: no limit.
    pub fn capacity(mut self, rows: u64) -> Self {
        self.settings.capacity = Some(rows);
        self
    }

    /// Largest number of requests in flight in this worker, 1 or more. Default 64.
    pub fn concurrency(mut self, requests: u32) -> Self {
        self.settings.concurrency = requests.max(1);
        self
    }

    /// Length of a claim's lease: the time after which the rows of a dead worker, not yet begun, are claimed again.
    /// Default 30 s, at least 1 s.
    pub fn lease(mut self, lease: Duration) -> Self {
        self.settings.lease = lease.max(Duration::from_secs(1));
        self
    }

    /// Longest duration of a request. Default 60 s, at least 1 s.
    pub fn call_limit(mut self, limit: Duration) -> Self {
        self.settings.call_limit = limit.max(Duration::from_secs(1));
        self
    }

    /// Longest time between the request to begin a row and its POST; a row that is later is queued again, not posted.
    /// Default 10 s.
    pub fn begin_grace(mut self, grace: Duration) -> Self {
        self.settings.begin_grace = grace;
        self
    }

    /// Longest pause between two looks at the store. Default 1 s, at least 10 ms.
    pub fn poll(mut self, pause: Duration) -> Self {
        self.settings.poll = pause.max(Duration::from_millis(10));
        self
    }

    /// Age at which a row in doubt is abandoned. Default 72 hours.
    pub fn in_doubt_max(mut self, age: Duration) -> Self {
        self.settings.in_doubt_max = age;
        self
    }

    /// Observer of outcomes.
    pub fn observer(mut self, observer: impl OutboxObserver) -> Self {
        self.observer = Some(Arc::new(observer));
        self
    }

    /// Transport over which final reports are posted to the URLs of their intents. Default: none; the reports stay in the
    /// store.
    pub fn reports(mut self, transport: impl Transport) -> Self {
        self.reports = Some(Arc::new(transport));
        self
    }

    /// The outbox.
    ///
    /// # Errors
    ///
    /// [`NoStore`] without a store.
    pub fn build(self) -> Result<Outbox, NoStore> {
        let inner = Inner {
            store: self.store.ok_or(NoStore)?,
            clients: self.clients,
            settings: self.settings,
            observer: self.observer,
            reports: self.reports,
            noted: Mutex::default(),
        };
        Ok(Outbox {
            inner: Arc::new(inner),
        })
    }
}

impl fmt::Debug for OutboxBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OutboxBuilder")
            .field("store", &self.store)
            .field("settings", &self.settings)
            .finish_non_exhaustive()
    }
}

/// An outbox was built without a store.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("an outbox needs a store")]
pub struct NoStore;
