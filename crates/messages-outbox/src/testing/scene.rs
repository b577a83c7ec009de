//! A store with a clock, and short ways to the requests that the checks make.

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use messages_sdk::types::{Status, Submission, v1::Sms};

use super::StoreHarness;
use crate::id::{Reference, RowId};
use crate::intent::Intent;
use crate::row::{Outcome, Reason, Resolution, Row, State, StatusFact};
use crate::store::{
    Applied, BeginRequest, Begun, ClaimRequest, Claimed, Command, CommandRequest, Enqueued, Fact,
    ListRequest, ManualClock, OutboxStore, Policy, ReapRequest, Reaped, Selection, Settle, Settled,
};

/// Length of a claim's lease in the checks.
pub(crate) const LEASE: Duration = Duration::from_secs(30);
/// Length of the lease of a POST in the checks.
pub(crate) const CALL: Duration = Duration::from_secs(75);
/// Sender and recipient of the checks' messages.
pub(crate) const SENDER: &str = "447700900001";
/// Recipient of the checks' messages.
pub(crate) const RECIPIENT: &str = "447700900000";

/// A store with a clock.
pub(crate) struct Scene<S> {
    pub(crate) store: S,
    pub(crate) clock: Arc<ManualClock>,
    pub(crate) policy: Policy,
}

/// The present of the checks at their beginning. Far from the system's clock, which must not count.
pub(crate) fn beginning() -> Timestamp {
    Timestamp::from_second(1_700_000_000).unwrap_or(Timestamp::UNIX_EPOCH)
}

/// An intent with this key and text.
pub(crate) fn intent(key: &str, text: &str) -> Result<Intent, String> {
    let sms = Sms::text(SENDER, RECIPIENT, text).map_err(|problems| problems.to_string())?;
    Ok(Intent::new(key, Submission::V1(sms.into())))
}

/// The error of a store as the description of a failure.
pub(crate) fn failed(error: impl Into<BoxError>) -> String {
    format!("the store failed: {}", error.into())
}

type BoxError = Box<dyn std::error::Error + Send + Sync>;

pub(crate) fn accepted(uuid: &str) -> Outcome {
    Outcome::Accepted {
        message_uuid: Some(uuid.to_owned()),
        workflow_id: None,
    }
}

pub(crate) fn in_doubt() -> Outcome {
    Outcome::InDoubt(Reason::new("in_doubt"))
}

pub(crate) fn status(reference: Option<Reference>, uuid: &str, status: Status) -> Fact {
    Fact::Status(StatusFact {
        reference,
        message_uuid: uuid.to_owned(),
        workflow_id: None,
        status,
        code: None,
        usage: None,
    })
}

impl<S: OutboxStore> Scene<S> {
    /// An empty store.
    pub(crate) async fn open<H: StoreHarness<Store = S>>(harness: &H) -> Result<Self, String> {
        let clock = Arc::new(ManualClock::new(beginning()));
        Ok(Self {
            store: harness.open(Arc::clone(&clock)).await.map_err(failed)?,
            clock,
            policy: Policy::default(),
        })
    }

    /// Adds an intent.
    pub(crate) async fn add(&self, intent: Intent) -> Result<Enqueued, String> {
        let added = self.store.enqueue(&[intent], None).await.map_err(failed)?;
        added.first().copied().ok_or_else(|| "no result".to_owned())
    }

    /// Adds rows with the keys `prefix-0`, `prefix-1`, and so on.
    pub(crate) async fn add_many(&self, prefix: &str, count: usize) -> Result<Vec<RowId>, String> {
        let mut ids = Vec::new();
        for n in 0..count {
            ids.push(
                self.add(intent(&format!("{prefix}-{n}"), "Hello")?)
                    .await?
                    .id(),
            );
            self.clock.advance(Duration::from_micros(1));
        }
        Ok(ids)
    }

    pub(crate) async fn claim(&self, limit: u32) -> Result<Vec<Claimed>, String> {
        let request = ClaimRequest {
            accounts: vec!["default".to_owned()],
            limit,
            lease: LEASE,
            policy: self.policy.clone(),
        };
        Ok(self.store.claim(&request).await.map_err(failed)?.rows)
    }

    pub(crate) async fn begin(&self, rows: &[(RowId, u64)]) -> Result<Vec<Begun>, String> {
        let request = BeginRequest {
            rows: rows.to_vec(),
            lease: CALL,
        };
        self.store.begin(&request).await.map_err(failed)
    }

    pub(crate) async fn settle(
        &self,
        id: RowId,
        epoch: u64,
        outcome: Outcome,
    ) -> Result<Settled, String> {
        let settle = Settle { id, epoch, outcome };
        let settled = self.store.settle(&[settle]).await.map_err(failed)?;
        settled
            .first()
            .copied()
            .ok_or_else(|| "no result".to_owned())
    }

    pub(crate) async fn apply(&self, fact: Fact) -> Result<Applied, String> {
        let applied = self.store.apply(&[fact]).await.map_err(failed)?;
        applied
            .first()
            .copied()
            .ok_or_else(|| "no result".to_owned())
    }

    pub(crate) async fn reap(&self) -> Result<Reaped, String> {
        let request = ReapRequest {
            limit: 1_000,
            in_doubt_max: Duration::from_secs(72 * 3600),
        };
        self.store.reap(&request).await.map_err(failed)
    }

    pub(crate) async fn command(
        &self,
        selection: Selection,
        command: Command,
    ) -> Result<u64, String> {
        let request = CommandRequest {
            selection,
            command,
            by: "suite".to_owned(),
            limit: 1_000,
        };
        Ok(self.store.command(&request).await.map_err(failed)?.count)
    }

    pub(crate) async fn resolve(&self, id: RowId, resolution: Resolution) -> Result<u64, String> {
        let selection = Selection::Rows(vec![id]);
        self.command(selection, Command::Resolve(resolution)).await
    }

    pub(crate) async fn row(&self, id: RowId) -> Result<Row, String> {
        let detail = self.store.show(id).await.map_err(failed)?;
        Ok(detail.ok_or_else(|| format!("{id} is missing"))?.row)
    }

    pub(crate) async fn state(&self, id: RowId) -> Result<State, String> {
        Ok(self.row(id).await?.state)
    }

    pub(crate) async fn all(&self) -> Result<Vec<Row>, String> {
        let request = ListRequest {
            limit: 10_000,
            ..ListRequest::default()
        };
        self.store.list(&request).await.map_err(failed)
    }

    /// One row that was claimed and begun.
    pub(crate) async fn sending(&self, key: &str) -> Result<(RowId, u64), String> {
        let (id, epoch) = self.claimed(key).await?;
        let begun = self.begin(&[(id, epoch)]).await?;
        match begun.first().map(|begun| begun.result) {
            Some(Ok(_)) => Ok((id, epoch)),
            other => Err(format!("a claimed row was not begun: {other:?}")),
        }
    }

    /// One row that was claimed.
    pub(crate) async fn claimed(&self, key: &str) -> Result<(RowId, u64), String> {
        let id = self.add(intent(key, "Hello")?).await?.id();
        let claimed = self.claim(1_000).await?;
        match claimed.iter().find(|claimed| claimed.row.id == id) {
            Some(claimed) => Ok((id, claimed.row.epoch)),
            None => Err("a due row was not claimed".to_owned()),
        }
    }
}
