//! The store.

use std::collections::HashSet;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use deadpool_postgres::Pool;
use jiff::Timestamp;
use messages_outbox::ledger::Meta;
use messages_outbox::row::{Outcome, Row};
use messages_outbox::{
    AdvanceRequest, Advanced, Affected, Applied, BeginRequest, Begun, CampaignStore, Claim,
    ClaimRequest, CommandRequest, Digest, Enqueued, Fact, Forgotten, Intent, ListRequest,
    OutboxStore, PurgeRequest, ReapRequest, Reaped, RecipientHash, Release, RowDetail, RowId, Run,
    RunDetail, RunId, RunIntent, RunListRequest, Selection, Settle, Settled, SlotScope, Started,
    Status, StoreClock, StoreError, StoreErrorKind, ledger,
};
use tokio::sync::Notify;
use tokio_postgres::Config;
use tokio_postgres_rustls::MakeRustlsConnect;

use crate::connect::Trust;
use crate::error::corrupt;
use crate::listen::{Listener, wake};
use crate::set::{CampaignLock, Loaded, Loader, Locking, Need, WorkingSet};
use crate::transaction::{Failure, Lock, Mode, Transaction};
use crate::{connect, schema};

/// Repetitions of a transaction that others were in the way of.
const CONFLICTS: u32 = 30;

/// Wait of a worker that found due rows, or a campaign, in the hands of another one.
pub(crate) const SKIPPED: Duration = Duration::from_millis(20);

/// Store in a Postgres database, which may be the application's own: the schema `messages_outbox`.
///
/// Any number of processes on any number of machines may have it open at once. Each request is one short transaction. A
/// commit is durable before the response, as far as the server's `synchronous_commit` goes. The clock is the server's.
pub struct PostgresStore {
    pub(crate) pool: Pool,
    pub(crate) config: Config,
    pub(crate) trust: Trust,
    database: String,
    pub(crate) hash_key: [u8; 32],
    /// Clock in place of the server's.
    clock: Option<Arc<dyn StoreClock>>,
    pub(crate) changed: Arc<Notify>,
    _listener: Listener,
}

/// Options of a store, made by [`PostgresStore::builder`].
#[must_use = "a builder does nothing until the store is opened"]
pub struct Builder {
    config: Config,
    pub(crate) trust: Trust,
    connections: usize,
    clock: Option<Arc<dyn StoreClock>>,
}

/// One request: its locks, and the values that it surely reads.
pub(crate) struct Plan<'p> {
    locks: &'p [(Lock, Mode)],
    pub(crate) locking: Locking,
    is_writing: bool,
    needs: HashSet<Need>,
}

impl Plan<'_> {
    /// A request that reads one instant of the store.
    fn reading(needs: impl IntoIterator<Item = Need>) -> Self {
        Self {
            locks: &[],
            locking: Locking {
                rows: false,
                slots: false,
                campaigns: CampaignLock::None,
            },
            is_writing: false,
            needs: needs.into_iter().collect(),
        }
    }
}

impl<'p> Plan<'p> {
    /// A request that writes.
    pub(crate) fn writing(
        locks: &'p [(Lock, Mode)],
        needs: impl IntoIterator<Item = Need>,
    ) -> Self {
        Self {
            locks,
            locking: Locking {
                rows: true,
                slots: true,
                campaigns: CampaignLock::Wait,
            },
            is_writing: true,
            needs: needs.into_iter().collect(),
        }
    }
}

impl PostgresStore {
    /// Opens the store in the database of this configuration, whose schema [`migrate`](crate::migrate) has made.
    ///
    /// # Errors
    ///
    /// | kind | reason |
    /// | --- | --- |
    /// | [`StoreErrorKind::Version`] | a newer major version of this crate made the schema |
    /// | [`StoreErrorKind::Unavailable`] | the server cannot be reached; the schema is missing or not complete |
    pub async fn open(config: Config) -> Result<Self, StoreError> {
        Self::builder(config).open().await
    }

    /// Options of a store in the database of this configuration.
    pub fn builder(config: Config) -> Builder {
        Builder {
            config,
            trust: Trust::Platform(Vec::new()),
            connections: 8,
            clock: None,
        }
    }

    /// Name of the database.
    #[must_use]
    pub fn database(&self) -> &str {
        &self.database
    }

    /// Runs a request, again if another transaction was in the way.
    pub(crate) async fn run<R>(
        &self,
        mut plan: Plan<'_>,
        request: impl Fn(&mut WorkingSet<'_>, Timestamp) -> Result<R, StoreError> + Send + Sync,
    ) -> Result<(R, bool), StoreError>
    where
        R: Send,
    {
        for conflicts in 0.. {
            let transaction = Transaction::open(&self.pool).await?;
            match self.attempt(&transaction, &mut plan, &request).await {
                Ok(Some(done)) => {
                    transaction.commit().await?;
                    return Ok(done);
                }
                // Once more, with the locks that the plan has now.
                Ok(None) => transaction.roll_back().await,
                Err(Failure::Conflict(error)) => {
                    transaction.roll_back().await;
                    if conflicts == CONFLICTS {
                        return Err(error);
                    }
                    let longest = Duration::from_millis(2 << conflicts.min(6));
                    tokio::time::sleep(longest.mul_f64(fastrand::f64())).await;
                }
                Err(Failure::Store(error)) => {
                    transaction.roll_back().await;
                    return Err(error);
                }
            }
        }
        Err(StoreError::not_done(StoreErrorKind::Busy))
    }

    /// One transaction up to its commit. `None` if it lacks a lock, which the plan has now.
    async fn attempt<R>(
        &self,
        transaction: &Transaction,
        plan: &mut Plan<'_>,
        request: &(impl Fn(&mut WorkingSet<'_>, Timestamp) -> Result<R, StoreError> + Send + Sync),
    ) -> Result<Option<(R, bool)>, Failure>
    where
        R: Send,
    {
        let mut loader = Loader {
            transaction,
            hash_key: &self.hash_key,
            now: self.clock.as_ref().map(|clock| clock.now()),
            locking: plan.locking,
        };
        let begin = async {
            match plan.is_writing {
                true => transaction.begin(plan.locks).await,
                false => transaction.begin_reading().await,
            }
        };
        let mut loaded = Loaded::default();
        // One round trip, since each statement is sent before the response to the one before it.
        let ((), clock, (meta, now)) = tokio::try_join!(
            biased;
            begin,
            loader.load(&plan.needs, &mut loaded),
            self.read_meta(transaction),
        )?;
        let present = |server: Timestamp| match &self.clock {
            Some(clock) => clock.now(),
            None => server,
        };
        let mut now = present(clock.map_or(now, |clock| clock.max(now)));
        // The same in all runs but after a wait for slots: lists that were loaded are of this time.
        loop {
            let mut set = WorkingSet::new(meta, &loaded);
            let result = request(&mut set, now);
            match set.end() {
                Err(missing) => {
                    loader.now = Some(now);
                    if let Some(clock) = loader.load(&missing, &mut loaded).await? {
                        now = now.max(present(clock));
                    }
                }
                Ok(writes) => {
                    let result = result?;
                    if writes.has_parked() && !plan.locks.contains(&UUIDS_ALONE[0]) {
                        plan.locks = UUIDS_ALONE;
                        return Ok(None);
                    }
                    if writes.has_holds() && !plan.locks.contains(&HOLDS_ALONE[0]) {
                        plan.locks = HOLDS_ALONE;
                        return Ok(None);
                    }
                    if plan.is_writing {
                        writes.flush(transaction, &loaded).await?;
                    }
                    return Ok(Some((result, loaded.skipped)));
                }
            }
        }
    }

    /// Values of the store as a whole, and the server's clock.
    async fn read_meta(&self, transaction: &Transaction) -> Result<(Meta, Timestamp), Failure> {
        let sql = "SELECT restored, messages_outbox.clock() FROM messages_outbox.meta";
        let rows = transaction.query(sql, &[]).await?;
        let row = rows.first().ok_or_else(corrupt)?;
        let meta = Meta {
            hash_key: self.hash_key,
            restored: row.try_get(0)?,
        };
        let now = Timestamp::from_microsecond(row.try_get(1)?).map_err(|_| corrupt())?;
        Ok((meta, now))
    }

    /// Runs a request that may make rows claimable.
    pub(crate) async fn write<R: Send>(
        &self,
        plan: Plan<'_>,
        request: impl Fn(&mut WorkingSet<'_>, Timestamp) -> Result<R, StoreError> + Send + Sync,
    ) -> Result<R, StoreError> {
        let result = self.run(plan, request).await;
        wake(&self.changed);
        result.map(|(result, _)| result)
    }

    pub(crate) async fn read<R: Send>(
        &self,
        needs: impl IntoIterator<Item = Need>,
        request: impl Fn(&mut WorkingSet<'_>, Timestamp) -> Result<R, StoreError> + Send + Sync,
    ) -> Result<R, StoreError> {
        let (result, _) = self.run(Plan::reading(needs), request).await?;
        Ok(result)
    }

    /// Joins the changes of the numbers of rows, so that few are left to add up.
    async fn join_counts(&self) -> Result<(), StoreError> {
        let sql = "WITH joined AS ( \
              DELETE FROM messages_outbox.counts RETURNING kind, name, number \
            ) INSERT INTO messages_outbox.counts (kind, name, number) \
            SELECT kind, name, sum(number) FROM joined GROUP BY kind, name HAVING sum(number) <> 0";
        let connection = self.pool.get().await.map_err(crate::error::unreachable)?;
        let joined = connection.batch_execute(sql).await;
        joined.map_err(|error| crate::error::unknown(&error))
    }
}

/// Locks of a transaction that a pause must not pass.
pub(crate) const HOLDS_SHARED: &[(Lock, Mode)] = &[(Lock::Holds, Mode::Shared)];
/// Locks of a transaction that sets or ends a pause.
pub(crate) const HOLDS_ALONE: &[(Lock, Mode)] = &[(Lock::Holds, Mode::Exclusive)];
/// Locks of a transaction that may store the ID of a message.
const UUIDS_SHARED: &[(Lock, Mode)] = &[(Lock::Uuids, Mode::Shared)];
/// Locks of a transaction that parks a status.
const UUIDS_ALONE: &[(Lock, Mode)] = &[(Lock::Uuids, Mode::Exclusive)];
/// Locks of a transaction that counts the open rows.
const CAPACITY: &[(Lock, Mode)] = &[(Lock::Capacity, Mode::Exclusive)];

impl Builder {
    /// Largest number of connections for requests. Default 8; one more listens for notifications.
    pub fn connections(mut self, connections: usize) -> Self {
        self.connections = connections.max(1);
        self
    }

    /// Trusts these certificates besides those of the platform.
    pub fn root_certificates(
        mut self,
        certificates: impl IntoIterator<Item = rustls::pki_types::CertificateDer<'static>>,
    ) -> Self {
        let (Trust::Platform(trusted) | Trust::Only(trusted)) = &mut self.trust;
        trusted.extend(certificates);
        self
    }

    /// Clock in place of the server's. For tests.
    pub fn clock(mut self, clock: Arc<dyn StoreClock>) -> Self {
        self.clock = Some(clock);
        self
    }

    /// Opens the store.
    ///
    /// # Errors
    ///
    /// See [`PostgresStore::open`].
    pub async fn open(self) -> Result<PostgresStore, StoreError> {
        let config = connect::with_defaults(self.config);
        let tls: MakeRustlsConnect = connect::tls(&self.trust)?;
        let client = connect::connect(&config, tls.clone()).await?;
        let version = schema::Version::read(&client).await;
        version.map_err(crate::error::not_done)?.check()?;
        let sql = "SELECT hash_key, current_database()::text FROM messages_outbox.meta";
        let row = client.query_one(sql, &[]).await;
        let row = row.map_err(crate::error::not_done)?;
        let hash_key: &[u8] = row.try_get(0).map_err(crate::error::not_done)?;
        let database = row.try_get(1).map_err(crate::error::not_done)?;
        let hash_key = hash_key.try_into().map_err(|_| corrupt())?;
        let pool = connect::pool(config.clone(), tls.clone(), self.connections)?;
        // A first connection finds out whether the database is a restored backup.
        drop(pool.get().await.map_err(crate::error::unreachable)?);
        let changed = Arc::new(Notify::new());
        Ok(PostgresStore {
            pool,
            config: config.clone(),
            trust: self.trust,
            database,
            hash_key,
            clock: self.clock,
            _listener: Listener::start(config, tls, Arc::clone(&changed)),
            changed,
        })
    }
}

impl fmt::Debug for Builder {
    /// Without the configuration, which may hold a password.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Builder")
            .field("connections", &self.connections)
            .field("clock", &self.clock)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for PostgresStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PostgresStore").finish_non_exhaustive()
    }
}

#[async_trait]
impl OutboxStore for PostgresStore {
    async fn enqueue(
        &self,
        intents: &[Intent],
        capacity: Option<u64>,
    ) -> Result<Vec<Enqueued>, StoreError> {
        let locks: &[_] = capacity.map_or(&[], |_| CAPACITY);
        let keys = intents.iter().map(|intent| {
            let row = intent.row(None, Timestamp::UNIX_EPOCH);
            Need::Key(row.details.key_digest)
        });
        let open = capacity.map(|_| Need::OpenRows);
        let plan = Plan::writing(locks, keys.chain(open));
        self.write(plan, |tables, now| {
            ledger::enqueue(tables, intents, capacity, now)
        })
        .await
    }

    async fn start(
        &self,
        intents: &[RunIntent],
        capacity: Option<u64>,
    ) -> Result<Vec<Started>, StoreError> {
        let locks: &[_] = capacity.map_or(&[], |_| CAPACITY);
        self.write(Plan::writing(locks, []), |tables, now| {
            ledger::start(tables, intents, capacity, now)
        })
        .await
    }

    async fn claim(&self, request: &ClaimRequest) -> Result<Claim, StoreError> {
        let mut plan = Plan::writing(HOLDS_SHARED, [Need::Holds, Need::Positions]);
        // Without a quota nothing is reserved, and claims need not wait for each other.
        plan.locking.slots = !request.policy.quotas.is_empty();
        let claim = |tables: &mut WorkingSet<'_>, now| ledger::claim(tables, request, now);
        let (mut claim, skipped) = self.run(plan, claim).await?;
        if skipped {
            let soon = claim.now.checked_add(SKIPPED).unwrap_or(claim.now);
            claim.retry_at = Some(claim.retry_at.map_or(soon, |known| known.min(soon)));
        }
        Ok(claim)
    }

    async fn begin(&self, request: &BeginRequest) -> Result<Vec<Begun>, StoreError> {
        let rows = request.rows.iter().map(|(id, _)| Need::Row(*id));
        let mut plan = Plan::writing(HOLDS_SHARED, rows.chain([Need::Holds]));
        plan.locking.slots = false;
        self.write(plan, |tables, now| ledger::begin(tables, request, now))
            .await
    }

    async fn settle(&self, outcomes: &[Settle]) -> Result<Vec<Settled>, StoreError> {
        let rows = outcomes.iter().map(|settle| Need::Row(settle.id));
        let uuids = outcomes.iter().filter_map(|settle| match &settle.outcome {
            Outcome::Accepted {
                message_uuid,
                workflow_id,
            } => Some([message_uuid, workflow_id].into_iter().flatten()),
            _ => None,
        });
        let parked = uuids.flatten().map(|uuid| Need::Parked(uuid.clone()));
        let plan = Plan::writing(UUIDS_SHARED, rows.chain(parked));
        self.write(plan, |tables, now| ledger::settle(tables, outcomes, now))
            .await
    }

    async fn release(&self, rows: &[Release]) -> Result<(), StoreError> {
        let needs = rows.iter().map(|release| Need::Row(release.id));
        let plan = Plan::writing(&[], needs);
        self.write(plan, |tables, now| ledger::release(tables, rows, now))
            .await
    }

    async fn apply(&self, facts: &[Fact]) -> Result<Vec<Applied>, StoreError> {
        let needs = facts.iter().flat_map(|fact| match fact {
            Fact::Status(fact) => {
                let known = fact.reference.map(|reference| Need::Row(reference.row()));
                vec![
                    known.unwrap_or_else(|| Need::Uuid(fact.message_uuid.clone())),
                    Need::Parked(fact.message_uuid.clone()),
                ]
            }
            Fact::Consent(consent) => {
                let hash = RecipientHash::of(&consent.recipient, &self.hash_key);
                vec![Need::Consents(hash)]
            }
            _ => Vec::new(),
        });
        let plan = Plan::writing(UUIDS_SHARED, needs);
        self.write(plan, |tables, now| ledger::apply(tables, facts, now))
            .await
    }

    async fn advance(&self, request: &AdvanceRequest) -> Result<Advanced, StoreError> {
        let plan = Plan::writing(&[], []);
        let advance = |tables: &mut WorkingSet<'_>, now| ledger::advance(tables, request, now);
        let (advanced, _) = self.run(plan, advance).await?;
        // Most requests find nothing due; they must not wake the waiters for rows.
        if advanced.moved > 0 {
            wake(&self.changed);
        }
        Ok(advanced)
    }

    async fn signal(&self, run: RunId, name: &str) -> Result<bool, StoreError> {
        self.write(Plan::writing(&[], []), |tables, now| {
            ledger::signal(tables, run, name, now)
        })
        .await
    }

    async fn cancel_run(&self, run: RunId, by: &str) -> Result<bool, StoreError> {
        self.write(Plan::writing(&[], []), |tables, now| {
            ledger::cancel_run(tables, run, by, now)
        })
        .await
    }

    async fn reap(&self, request: &ReapRequest) -> Result<Reaped, StoreError> {
        let plan = Plan::writing(&[], []);
        let reaped = self
            .write(plan, |tables, now| ledger::reap(tables, request, now))
            .await?;
        self.join_counts().await?;
        Ok(reaped)
    }

    async fn command(&self, request: &CommandRequest) -> Result<Affected, StoreError> {
        let (locks, needs): (&[_], Vec<_>) = match &request.selection {
            Selection::Rows(rows) => (&[], rows.iter().map(|row| Need::Row(*row)).collect()),
            _ => (HOLDS_ALONE, vec![Need::Holds]),
        };
        let plan = Plan::writing(locks, needs);
        self.write(plan, |tables, now| ledger::command(tables, request, now))
            .await
    }

    async fn throttle(&self, account: &str, pause: Duration) -> Result<(), StoreError> {
        let scope = SlotScope::Account(account.to_owned());
        let plan = Plan::writing(&[], [Need::Slots(scope)]);
        self.write(plan, |tables, now| {
            ledger::throttle(tables, account, pause, now)
        })
        .await
    }

    async fn forget(&self, recipients: &[String]) -> Result<Forgotten, StoreError> {
        let plan = Plan::writing(&[], self.erasures(recipients));
        self.write(plan, |tables, now| {
            ledger::campaign::forget(tables, recipients, now)
        })
        .await
    }

    async fn purge(&self, request: &PurgeRequest) -> Result<Affected, StoreError> {
        let plan = Plan::writing(&[], []);
        self.write(plan, |tables, now| ledger::purge(tables, request, now))
            .await
    }

    async fn adopt(&self) -> Result<(), StoreError> {
        let plan = Plan::writing(&[], []);
        self.write(plan, |tables, _| ledger::adopt(tables)).await
    }

    async fn status(&self) -> Result<Status, StoreError> {
        self.read([Need::Aggregates], |tables, now| {
            ledger::status(tables, now)
        })
        .await
    }

    async fn list(&self, request: &ListRequest) -> Result<Vec<Row>, StoreError> {
        self.read([], |tables, _| ledger::list(tables, request))
            .await
    }

    async fn show(&self, id: RowId) -> Result<Option<RowDetail>, StoreError> {
        let needs = [Need::Row(id), Need::Payload(id), Need::History(id)];
        self.read(needs, |tables, _| ledger::show(tables, id)).await
    }

    async fn list_runs(&self, request: &RunListRequest) -> Result<Vec<Run>, StoreError> {
        self.read([], |tables, _| ledger::list_runs(tables, request))
            .await
    }

    async fn show_run(&self, id: RunId) -> Result<Option<RunDetail>, StoreError> {
        self.read([], |tables, _| ledger::show_run(tables, id))
            .await
    }

    async fn find(&self, namespace: &str, key: &str) -> Result<Option<RowId>, StoreError> {
        let needs = [Need::Key(Digest::of_key(namespace, key))];
        self.read(needs, |tables, _| ledger::find(tables, namespace, key))
            .await
    }

    fn campaigns(&self) -> Option<&dyn CampaignStore> {
        Some(self)
    }

    async fn changed(&self, timeout: Duration) {
        // Running out is as good as a notification: the caller looks again either way.
        let _ = tokio::time::timeout(timeout, self.changed.notified()).await;
    }
}
