//! The API: what it accepts, what it answers, and its webhooks.

use std::collections::BTreeMap;
use std::time::Duration;

use messages_sdk::types::Status;

use super::world::World;
use crate::id::{Reference, RowId};
use crate::ledger::{self, Tables};
use crate::row::{Outcome, Reason, StatusFact};
use crate::store::{Applied, Fact};
use crate::testing::scene::failed;
use crate::testing::{Verdict, ensure};

/// The truth about what was sent.
#[derive(Debug, Clone, Default)]
pub(super) struct Api {
    /// Messages accepted, by their reference.
    pub(super) accepted: BTreeMap<Reference, Accepted>,
    /// Webhooks to be delivered, by their time.
    queue: BTreeMap<(Duration, u64), StatusFact>,
    /// Webhooks that were delivered.
    delivered: Vec<StatusFact>,
    number: u64,
}

/// An accepted message.
#[derive(Debug, Clone)]
pub(super) struct Accepted {
    pub(super) uuid: String,
    /// The most advanced status that the ledger was told.
    pub(super) told: Option<Status>,
}

/// Response of the API, as it reaches the worker.
#[derive(Debug, Clone)]
pub(super) enum Response {
    Arrives(Outcome),
    /// Never: the worker waits until its limit.
    Lost,
}

impl Response {
    /// The outcome, once the worker knows it.
    pub(super) fn outcome(&self, is_over: bool) -> Option<Outcome> {
        match self {
            Self::Arrives(outcome) => Some(outcome.clone()),
            Self::Lost => is_over.then(|| Outcome::InDoubt(Reason::new("timeout"))),
        }
    }
}

impl World {
    /// Receives a POST.
    pub(super) fn receive(&mut self, id: RowId, reference: Reference) -> Result<Response, String> {
        let reason = Reason::new("simulated");
        let fault = match self.faults.api {
            true => self.rng.u32(0..16),
            false => 16,
        };
        let delay = Duration::from_secs(1);
        let outcome = match fault {
            0 => Outcome::NotSent { reason, delay },
            1 => Outcome::Refused { reason, delay },
            2 => Outcome::Rejected(reason),
            3 => return Ok(Response::Lost),
            _ => {
                let uuid = self.accept(id, reference)?;
                if (4..7).contains(&fault) {
                    return Ok(Response::Lost);
                }
                if fault == 7 {
                    return Ok(Response::Arrives(Outcome::Accepted {
                        message_uuid: None,
                        workflow_id: None,
                    }));
                }
                Outcome::Accepted {
                    message_uuid: Some(uuid),
                    workflow_id: None,
                }
            }
        };
        Ok(Response::Arrives(outcome))
    }

    fn accept(&mut self, id: RowId, reference: Reference) -> Result<String, String> {
        self.totals.accepted += 1;
        let stored = self.tables.load(id).map_err(failed)?;
        ensure!(
            stored.is_some_and(|row| row.attempt > 0),
            "doubled: a POST without a durable begin"
        );
        self.api.number += 1;
        let uuid = format!("uuid-{}", self.api.number);
        let message = Accepted {
            uuid: uuid.clone(),
            told: None,
        };
        ensure!(
            self.api.accepted.insert(reference, message).is_none(),
            "doubled: {reference} was accepted twice"
        );
        let last = [
            Status::Read,
            Status::Delivered,
            Status::Rejected,
            Status::Undeliverable,
        ];
        let last = self.rng.choice(last).unwrap_or(Status::Delivered);
        for status in [Status::Submitted, last] {
            let fact = StatusFact {
                reference: self.faults.echo.then_some(reference),
                message_uuid: uuid.clone(),
                workflow_id: None,
                status,
                code: None,
                usage: None,
            };
            let copies = match self.rng.u32(0..8) {
                0 if self.faults.lost_webhooks => 0,
                1 => 2,
                _ => 1,
            };
            for _ in 0..copies {
                // Some come before the response, some a day later.
                let delay = match self.rng.u32(0..8) {
                    0 => Duration::ZERO,
                    1 => Duration::from_secs(self.rng.u64(0..24 * 3600)),
                    _ => Duration::from_millis(self.rng.u64(0..20_000)),
                };
                self.api.schedule(self.elapsed + delay, fact.clone());
            }
        }
        Ok(uuid)
    }

    /// Delivers the webhooks whose time has come, at most four.
    pub(super) fn deliver_due(&mut self) -> Verdict {
        for _ in 0..4 {
            let Some(first) = self.api.queue.first_entry() else {
                break;
            };
            if first.key().0 > self.elapsed {
                break;
            }
            let fact = first.remove();
            self.deliver(fact)?;
        }
        Ok(())
    }

    /// Delivers all webhooks, whatever their time.
    pub(super) fn deliver_all(&mut self) -> Verdict {
        while let Some((_, fact)) = self.api.queue.pop_first() {
            self.deliver(fact)?;
        }
        Ok(())
    }

    fn deliver(&mut self, fact: StatusFact) -> Verdict {
        self.totals.webhooks += 1;
        let facts = [Fact::Status(fact.clone())];
        let applied = self.commit(|tables, now| ledger::apply(tables, &facts, now))?;
        if applied[0] == Applied::Parked {
            self.totals.early += 1;
        }
        let message = self.api.accepted.values_mut();
        if let Some(message) = { message }.find(|message| message.uuid == fact.message_uuid) {
            message.told = Some(match message.told.take() {
                Some(told) => told.merge(fact.status.clone()),
                None => fact.status.clone(),
            });
        }
        self.api.delivered.push(fact);
        Ok(())
    }
}

impl Api {
    fn schedule(&mut self, time: Duration, fact: StatusFact) {
        self.number += 1;
        self.queue.insert((time, self.number), fact);
    }

    /// Schedules all delivered webhooks once more.
    pub(super) fn redeliver_all(&mut self, now: Duration) {
        for fact in std::mem::take(&mut self.delivered) {
            self.schedule(now, fact);
        }
    }
}
