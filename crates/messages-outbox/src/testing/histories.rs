//! A store against the model: the same random requests, the same results.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use fastrand::Rng;
use messages_sdk::types::Status;

use super::scene::{CALL, LEASE, Scene, failed, intent, status};
use super::{StoreHarness, Verdict, ensure};
use crate::id::RowId;
use crate::row::{Outcome, Reason, Resolution, Row};
use crate::store::{
    BeginRequest, ClaimRequest, Command, CommandRequest, Consent, Fact, MemoryStore, OutboxStore,
    Policy, PurgeRequest, ReapRequest, Scope, Selection, Settle,
};

/// Requests in a history.
const STEPS: u32 = 300;

/// Runs one random history over a store and over the store in memory, and compares each result and all rows.
///
/// # Errors
///
/// The seed, the step and the difference.
pub async fn histories<H: StoreHarness>(harness: &H, seed: u64) -> Result<(), String> {
    let scene = Scene::open(harness).await?;
    let model = MemoryStore::with_clock(Arc::clone(&scene.clock) as _);
    let mut history = History {
        rng: Rng::with_seed(seed),
        stores: [&scene.store, &model],
        claims: BTreeMap::new(),
        ids: Vec::new(),
        keys: 0,
    };
    for step in 0..STEPS {
        let advance = history.rng.u64(1..2_000_000);
        scene.clock.advance(Duration::from_micros(advance));
        let verdict = history.step().await;
        verdict.map_err(|reason| format!("seed {seed}, step {step}: {reason}"))?;
    }
    Ok(())
}

struct History<'a> {
    rng: Rng,
    /// The store, and the model.
    stores: [&'a dyn OutboxStore; 2],
    /// The last claim of each row.
    claims: BTreeMap<RowId, u64>,
    ids: Vec<RowId>,
    keys: u32,
}

/// Makes the same request to both stores and compares the results.
macro_rules! both {
    ($history:expr, $method:ident ( $($argument:expr),* )) => {{
        let [store, model] = $history.stores;
        let left = store.$method($($argument),*).await;
        let right = model.$method($($argument),*).await;
        match (left, right) {
            (Ok(left), Ok(right)) => (left, right),
            (Err(left), Err(right)) if left.kind() == right.kind() => return Ok(()),
            (left, right) => {
                return Err(format!(
                    "{}: the store gave {:?}, the model {:?}",
                    stringify!($method), left.err(), right.err()
                ));
            }
        }
    }};
}

impl History<'_> {
    async fn step(&mut self) -> Verdict {
        match self.rng.u32(0..100) {
            0..20 => self.enqueue().await?,
            20..40 => self.claim().await?,
            40..55 => self.begin().await?,
            55..70 => self.settle().await?,
            70..82 => self.apply().await?,
            82..87 => self.command().await?,
            87..93 => self.reap().await?,
            93..97 => self.purge().await?,
            _ => self.throttle().await?,
        }
        self.compare().await
    }

    async fn enqueue(&mut self) -> Verdict {
        // Some keys are repeated, with the same payload or another one.
        let key = if self.rng.u32(0..4) == 0 && self.keys > 0 {
            self.rng.u32(0..self.keys)
        } else {
            self.keys += 1;
            self.keys
        };
        let text = if self.rng.u32(0..10) == 0 {
            "Goodbye"
        } else {
            "Hello"
        };
        let mut intent = intent(&format!("key-{key}"), text)?;
        if self.rng.u32(0..3) == 0 {
            intent = intent.campaign("spring");
        }
        let now = self.stores[1].status().await.map_err(failed)?.now;
        match self.rng.u32(0..6) {
            0 => intent = intent.due_at(now + Duration::from_secs(self.rng.u64(1..60))),
            1 => intent = intent.send_before(now + Duration::from_secs(self.rng.u64(1..60))),
            _ => {}
        }
        if self.rng.u32(0..5) == 0 {
            let window = crate::window::Window::new("22:15", "22:17");
            intent = intent.window(window.map_err(|problems| problems.to_string())?);
        }
        let capacity = (self.rng.u32(0..5) == 0).then_some(20);
        let (left, right) = both!(self, enqueue(std::slice::from_ref(&intent), capacity));
        ensure!(left == right, "enqueue gave {left:?}, the model {right:?}");
        self.ids.extend(left.iter().map(|added| added.id()));
        Ok(())
    }

    async fn claim(&mut self) -> Verdict {
        let request = ClaimRequest {
            accounts: vec!["default".to_owned()],
            limit: self.rng.u32(1..6),
            lease: LEASE,
            policy: Policy::default(),
        };
        let (left, right) = both!(self, claim(&request));
        let rows = |claim: &crate::Claim| -> Vec<_> {
            let rows = claim.rows.iter();
            rows.map(|claimed| (claimed.row.id, claimed.row.epoch, claimed.send_at))
                .collect()
        };
        ensure!(
            rows(&left) == rows(&right),
            "claim gave other rows than the model"
        );
        ensure!(
            left.retry_at == right.retry_at,
            "claim gave another time to ask again"
        );
        let claims = left
            .rows
            .iter()
            .map(|claimed| (claimed.row.id, claimed.row.epoch));
        self.claims.extend(claims);
        Ok(())
    }

    /// A row and its last epoch, rarely an earlier one.
    fn pick(&mut self) -> Option<(RowId, u64)> {
        let nth = self.rng.usize(0..self.claims.len().max(1));
        let (id, epoch) = self.claims.iter().nth(nth)?;
        let earlier = u64::from(self.rng.u32(0..8) == 0);
        Some((*id, epoch.saturating_sub(earlier)))
    }

    async fn begin(&mut self) -> Verdict {
        let rows = (0..3).filter_map(|_| self.pick()).collect();
        let request = BeginRequest { rows, lease: CALL };
        let (left, right) = both!(self, begin(&request));
        ensure!(left == right, "begin gave {left:?}, the model {right:?}");
        Ok(())
    }

    async fn settle(&mut self) -> Verdict {
        let Some((id, epoch)) = self.pick() else {
            return Ok(());
        };
        let reason = Reason::new("suite");
        let delay = Duration::from_secs(self.rng.u64(0..10));
        let outcome = match self.rng.u32(0..6) {
            0 => Outcome::Rejected(reason),
            1 => Outcome::NotSent { reason, delay },
            2 => Outcome::InDoubt(reason),
            _ => Outcome::Accepted {
                message_uuid: Some(format!("uuid-{id}")),
                workflow_id: None,
            },
        };
        let outcomes = [Settle { id, epoch, outcome }];
        let (left, right) = both!(self, settle(&outcomes));
        ensure!(left == right, "settle gave {left:?}, the model {right:?}");
        Ok(())
    }

    async fn apply(&mut self) -> Verdict {
        let Some(id) = self.rng.choice(self.ids.iter().copied()) else {
            return Ok(());
        };
        let reference = (self.rng.u32(0..2) == 0)
            .then(|| crate::Reference::new(id, 0))
            .flatten();
        let known = [
            Status::Submitted,
            Status::Delivered,
            Status::Read,
            Status::Rejected,
        ];
        let step = self.rng.choice(known).unwrap_or(Status::Submitted);
        let mut facts = vec![status(reference, &format!("uuid-{id}"), step)];
        if self.rng.u32(0..20) == 0 {
            facts.push(Fact::Consent(Consent {
                group: super::scene::SENDER.to_owned(),
                recipient: super::scene::RECIPIENT.to_owned(),
                opted_out: self.rng.bool(),
                at: None,
            }));
        }
        let (left, right) = both!(self, apply(&facts));
        ensure!(left == right, "apply gave {left:?}, the model {right:?}");
        Ok(())
    }

    async fn command(&mut self) -> Verdict {
        let scopes = [Scope::All, Scope::Campaign("spring".to_owned())];
        let selection = match self.rng.choice(self.ids.iter().copied()) {
            Some(id) if self.rng.bool() => Selection::Rows(vec![id]),
            _ => Selection::Scope(self.rng.choice(scopes).unwrap_or(Scope::All)),
        };
        let commands = [
            Command::Pause,
            Command::Resume,
            Command::Resume,
            Command::Cancel,
            Command::Resolve(Resolution::Sent),
            Command::Resolve(Resolution::Abandon),
            Command::Resolve(Resolution::Resend),
        ];
        let request = CommandRequest {
            selection,
            command: self.rng.choice(commands).unwrap_or(Command::Resume),
            by: "suite".to_owned(),
            limit: self.rng.u32(1..4),
        };
        let (left, right) = both!(self, command(&request));
        ensure!(
            left == right,
            "{:?} gave {left:?}, the model {right:?}",
            request.command
        );
        Ok(())
    }

    async fn reap(&mut self) -> Verdict {
        let request = ReapRequest {
            limit: 1_000,
            in_doubt_max: Duration::from_secs(120),
        };
        let (left, right) = both!(self, reap(&request));
        ensure!(left == right, "reap gave {left:?}, the model {right:?}");
        Ok(())
    }

    async fn purge(&mut self) -> Verdict {
        let request = PurgeRequest {
            older_than: Duration::from_secs(60),
            limit: 1_000,
        };
        let (left, right) = both!(self, purge(&request));
        ensure!(left == right, "purge gave {left:?}, the model {right:?}");
        Ok(())
    }

    async fn throttle(&mut self) -> Verdict {
        let pause = Duration::from_millis(self.rng.u64(0..3_000));
        both!(self, throttle("default", pause));
        Ok(())
    }

    async fn compare(&self) -> Verdict {
        let [store, model] = self.stores;
        let left = store.status().await.map_err(failed)?;
        let right = model.status().await.map_err(failed)?;
        ensure!(
            left == right,
            "the status is {left:?}, the model's {right:?}"
        );
        let request = crate::ListRequest {
            limit: 10_000,
            ..crate::ListRequest::default()
        };
        let left = store.list(&request).await.map_err(failed)?;
        let right = model.list(&request).await.map_err(failed)?;
        ensure!(
            left.len() == right.len(),
            "{} rows, the model has {}",
            left.len(),
            right.len()
        );
        for (left, right) in left.iter().zip(&right) {
            ensure!(
                comparable(left) == comparable(right),
                "the row is {left:?}, the model's {right:?}"
            );
        }
        Ok(())
    }
}

/// The row without its recipient's hash, whose key is each store's own.
fn comparable(row: &Row) -> Row {
    let mut row = row.clone();
    Arc::make_mut(&mut row.details).recipient_hash = None;
    row
}
