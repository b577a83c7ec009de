//! The API, and the recipients behind it.

use std::time::Duration;

use messages_sdk::types::Status;

use super::World;
use super::documents::{CODE, SIGNAL};
use crate::id::Reference;
use crate::ledger;
use crate::row::{Outcome, Reason, StatusFact};
use crate::run::RunId;
use crate::store::{Fact, Reply};
use crate::testing::scene::{RECIPIENT, SENDER, accepted};
use crate::testing::{Verdict, ensure};

impl World {
    /// The API receives a POST; returns its response, unless it is lost.
    pub(super) fn receive(&mut self, reference: Reference) -> Result<Option<Outcome>, String> {
        let fault = match self.faults.api {
            true => self.rng.u32(0..12),
            false => u32::MAX,
        };
        match fault {
            0 => return Ok(Some(not_sent())),
            1 => return Ok(Some(Outcome::Rejected(Reason::new("rejected")))),
            2 => return Ok(None),
            _ => {}
        }
        self.number += 1;
        let uuid = format!("uuid-{}", self.number);
        ensure!(
            self.accepted.insert(reference, uuid.clone()).is_none(),
            "a step was sent twice: {reference}"
        );
        self.totals.accepted += 1;
        self.schedule(reference, &uuid);
        Ok((fault != 3).then(|| accepted(&uuid)))
    }

    /// The webhooks of a message: missing, doubled, late, and in any order.
    fn schedule(&mut self, reference: Reference, uuid: &str) {
        let ways: [&[Status]; 5] = [
            &[Status::Submitted, Status::Delivered],
            &[Status::Submitted, Status::Delivered, Status::Read],
            &[Status::Submitted],
            &[Status::Rejected],
            &[Status::Submitted, Status::Undeliverable],
        ];
        for status in self.rng.choice(ways).unwrap_or_default() {
            let copies = match self.rng.u32(0..8) {
                0 if self.faults.lost => 0,
                1 => 2,
                _ => 1,
            };
            self.totals.disturbed += u64::from(copies != 1);
            for _ in 0..copies {
                let delay = match self.rng.u32(0..4) {
                    0 => Duration::ZERO,
                    1 => Duration::from_secs(self.rng.u64(0..2_000)),
                    _ => Duration::from_millis(self.rng.u64(0..30_000)),
                };
                self.number += 1;
                let fact = StatusFact {
                    reference: self.rng.bool().then_some(reference),
                    message_uuid: uuid.to_owned(),
                    workflow_id: None,
                    status: status.clone(),
                    code: (status.is_failure() && self.rng.bool()).then_some(CODE),
                    usage: None,
                };
                self.webhooks
                    .insert((self.elapsed + delay, self.number), fact);
            }
        }
    }

    /// Delivers the first due webhook. While the receiver is down, the API repeats it later.
    pub(super) fn deliver(&mut self) -> Verdict {
        let Some(first) = self.webhooks.first_entry() else {
            return Ok(());
        };
        let (time, number) = *first.key();
        if time > self.elapsed {
            return Ok(());
        }
        let fact = first.remove();
        if self.down_until > self.elapsed {
            self.totals.disturbed += 1;
            let again = self.down_until + Duration::from_secs(self.rng.u64(0..900));
            self.webhooks.insert((again, number), fact);
            return Ok(());
        }
        self.totals.webhooks += 1;
        let facts = [Fact::Status(fact)];
        self.commit(false, |tables, now| ledger::apply(tables, &facts, now))?;
        Ok(())
    }

    /// The API revokes a message: if its recipient does not have it yet, it has no further status.
    pub(super) fn revoke(&mut self, message_uuid: &str) {
        self.totals.revoked += 1;
        if self.rng.bool() {
            self.webhooks
                .retain(|_, fact| fact.message_uuid != message_uuid);
        }
    }

    /// The recipient writes to the sender.
    pub(super) fn reply(&mut self) -> Verdict {
        if self.down_until > self.elapsed {
            return Ok(());
        }
        let facts = [Fact::Reply(Reply {
            from: RECIPIENT.to_owned(),
            to: SENDER.to_owned(),
        })];
        self.commit(false, |tables, now| ledger::apply(tables, &facts, now))?;
        Ok(())
    }

    /// The application signals a run.
    pub(super) fn signal(&mut self) -> Verdict {
        let runs: Vec<RunId> = self.plans.keys().copied().collect();
        let Some(run) = self.rng.choice(runs) else {
            return Ok(());
        };
        self.commit(false, |tables, now| {
            ledger::signal(tables, run, SIGNAL, now)
        })?;
        Ok(())
    }
}

pub(super) fn not_sent() -> Outcome {
    Outcome::NotSent {
        reason: Reason::new("not_sent"),
        delay: Duration::from_secs(1),
    }
}
