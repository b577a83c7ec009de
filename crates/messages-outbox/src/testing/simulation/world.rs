//! The world of a history: the store, its clock, and all that acts on it.

use std::collections::{BTreeMap, BTreeSet};
use std::num::NonZeroU32;
use std::time::Duration;

use fastrand::Rng;
use jiff::Timestamp;

use super::Totals;
use super::api::Api;
use super::worker::Worker;
use crate::id::RowId;
use crate::intent::Intent;
use crate::ledger::{self, Tables};
use crate::quota::{Quota, Quotas};
use crate::store::{Policy, ReapRequest, Scope, StoreError};
use crate::testing::planted::{Bug, Mutant};
use crate::testing::scene::{beginning, failed, intent};
use crate::testing::{Verdict, ensure};

/// Age at which a row in doubt is abandoned.
pub(super) const IN_DOUBT_MAX: Duration = Duration::from_secs(72 * 3600);

/// Everything of a history.
pub(super) struct World {
    pub(super) rng: Rng,
    pub(super) bug: Option<Bug>,
    pub(super) tables: Mutant,
    /// Time that passed for everyone, from 0.
    pub(super) elapsed: Duration,
    /// Start of the store's clock, which jumps.
    pub(super) epoch: Timestamp,
    pub(super) faults: Faults,
    pub(super) policy: Policy,
    pub(super) workers: Vec<Worker>,
    pub(super) api: Api,
    /// Rows that must not be lost.
    pub(super) rows: BTreeSet<RowId>,
    pub(super) keys: BTreeMap<u64, RowId>,
    pub(super) holds: BTreeSet<Scope>,
    /// Rows that an operator resent, declared sent, paused or cancelled: some checks do not apply to them.
    pub(super) resent: BTreeSet<RowId>,
    pub(super) declared: BTreeSet<RowId>,
    pub(super) held: BTreeSet<RowId>,
    /// Slots given to the sender.
    pub(super) slots: BTreeSet<Timestamp>,
    pub(super) backup: Option<(Mutant, BTreeSet<RowId>)>,
    pub(super) totals: Totals,
    template: Option<Intent>,
    next: u64,
}

/// Faults that occur in a history, drawn once, so that quiet and wild ones are both frequent.
#[derive(Debug, Clone, Copy)]
pub(super) struct Faults {
    pub(super) kills: bool,
    pub(super) pauses: bool,
    pub(super) api: bool,
    pub(super) lost_webhooks: bool,
    pub(super) echo: bool,
    pub(super) clock_jumps: bool,
    pub(super) operators: bool,
    pub(super) restore: bool,
}

impl World {
    pub(super) fn new(seed: u64, bug: Option<Bug>) -> Self {
        let mut rng = Rng::with_seed(seed);
        let has_quota = rng.u32(0..3) == 0;
        let mut policy = Policy::default();
        if has_quota {
            let rate = NonZeroU32::new(rng.u32(1..20)).unwrap_or(NonZeroU32::MIN);
            policy.quotas = Quotas::default().sender(Quota::per_second(rate));
        }
        let lost_webhooks = rng.u32(0..3) == 0;
        let echo = rng.u32(0..4) != 0;
        let faults = Faults {
            kills: rng.bool(),
            pauses: rng.bool(),
            api: rng.u32(0..4) != 0,
            lost_webhooks,
            echo,
            clock_jumps: !has_quota && rng.u32(0..4) == 0,
            operators: rng.bool(),
            // Without every status nothing can tell what was sent since the backup.
            restore: echo && !lost_webhooks && rng.u32(0..4) == 0,
        };
        let workers = (0..rng.usize(1..5)).map(|_| Worker::default()).collect();
        Self {
            rng,
            bug,
            tables: Mutant::new(bug),
            elapsed: Duration::ZERO,
            epoch: beginning(),
            faults,
            policy,
            workers,
            api: Api::default(),
            rows: BTreeSet::new(),
            keys: BTreeMap::new(),
            holds: BTreeSet::new(),
            resent: BTreeSet::new(),
            declared: BTreeSet::new(),
            held: BTreeSet::new(),
            slots: BTreeSet::new(),
            backup: None,
            totals: Totals::default(),
            template: None,
            next: 0,
        }
    }

    /// The store's clock.
    pub(super) fn now(&self) -> Timestamp {
        self.epoch + self.elapsed
    }

    pub(super) fn advance(&mut self, elapsed: Duration) {
        self.elapsed += Duration::from_micros(elapsed.as_micros() as u64);
    }

    /// One random step.
    pub(super) fn step(&mut self) -> Verdict {
        match self.rng.u32(0..100) {
            0..12 => self.enqueue(),
            12..70 => self.work(),
            70..84 => self.deliver_due(),
            84..90 => self.reap(),
            90..93 => self.kill(),
            93..95 => self.pause_worker(),
            95..96 => self.jump(),
            96..97 => self.restore(),
            _ => self.operate(),
        }
    }

    /// Runs one request as a transaction.
    pub(super) fn commit<R>(
        &mut self,
        request: impl FnOnce(&mut Mutant, Timestamp) -> Result<R, StoreError>,
    ) -> Result<R, String> {
        let now = self.now();
        let result = request(&mut self.tables, now);
        self.tables.inner.end(result.is_ok());
        result.map_err(failed)
    }

    fn enqueue(&mut self) -> Verdict {
        // A producer that does not know whether its call succeeded repeats it.
        let key = match self.rng.u32(0..4) {
            0 if self.next > 0 => self.rng.u64(0..self.next),
            _ => {
                self.next += 1;
                self.next - 1
            }
        };
        let intent = self.intent(key)?;
        let added = self.commit(|tables, now| ledger::enqueue(tables, &[intent], None, now))?;
        let id = added[0].id();
        let known = *self.keys.entry(key).or_insert(id);
        ensure!(known == id, "one key made two rows");
        if self.rows.insert(id) {
            self.totals.rows += 1;
        }
        Ok(())
    }

    /// The intent of a key; its ID comes from a counter, so that a history depends on its seed alone.
    fn intent(&mut self, key: u64) -> Result<Intent, String> {
        let template = match &self.template {
            Some(template) => template.clone(),
            None => intent("template", "Hello")?,
        };
        let mut intent = template.clone();
        self.template = Some(template);
        let number = self.totals.rows + 1;
        intent.id = RowId::from_bytes(u128::from(number).to_be_bytes());
        intent.key = format!("key-{key}");
        intent.campaign = key.is_multiple_of(3).then(|| "spring".to_owned());
        Ok(intent)
    }

    pub(super) fn reap(&mut self) -> Verdict {
        let request = ReapRequest {
            limit: 1_000,
            in_doubt_max: IN_DOUBT_MAX,
        };
        let reaped = self.commit(|tables, now| ledger::reap(tables, &request, now))?;
        self.totals.doubts += reaped.in_doubt;
        Ok(())
    }

    /// The store's clock jumps by an hour.
    fn jump(&mut self) -> Verdict {
        if self.faults.clock_jumps {
            let hour = Duration::from_secs(3600);
            self.epoch = if self.rng.bool() {
                self.epoch + hour
            } else {
                self.epoch - hour
            };
        }
        Ok(())
    }

    /// Takes a backup, or restores it: the rows added since are gone, and what was sent since is told by statuses alone.
    fn restore(&mut self) -> Verdict {
        if !self.faults.restore {
            return Ok(());
        }
        match self.backup.take() {
            None => self.backup = Some((self.tables.clone(), self.rows.clone())),
            Some((backup, rows)) => {
                self.tables = backup;
                self.tables.inner.mark_restored();
                self.keys.retain(|_, id| rows.contains(id));
                self.rows = rows;
                self.workers.iter_mut().for_each(Worker::kill);
                self.totals.restores += 1;
                ensure!(self.claim_as_restored().is_err(), "a restored backup sends");
                // Nothing was stored of what came in since the backup, so the API, which got no 200, resends it.
                self.api.redeliver_all(self.elapsed);
                self.deliver_all()?;
                self.holds = self.tables.holds().map_err(failed)?.into_iter().collect();
                self.held.clear();
                for id in self.rows.clone() {
                    let row = self.tables.load(id).map_err(failed)?;
                    self.held
                        .extend(row.filter(|row| row.held).map(|row| row.id));
                }
                self.commit(|tables, _| ledger::adopt(tables))?;
            }
        }
        Ok(())
    }
}
