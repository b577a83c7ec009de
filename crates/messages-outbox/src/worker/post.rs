//! The way of one claimed row: wait for its slot, begin, post, settle.

use std::sync::Arc;
use std::time::{Duration, Instant};

use messages_sdk::client::SendOptions;
use messages_sdk::policy::DeliveryPolicy;
use messages_sdk::types::{Document, Submission, v0_1, v1};
use tokio::sync::{Semaphore, SemaphorePermit, watch};
use tracing::Instrument;

use super::batch::{Batcher, BeginResult};
use super::breaker::Breaker;
use super::outcome::{backoff, name, outcome};
use super::pace::{Slot, Slowest};
use super::report::Counters;
use crate::id::{Reference, RowId};
use crate::observe::ObservedSend;
use crate::outbox::Inner;
use crate::row::{Outcome, Reason};
use crate::store::{Claimed, Release, Settle, Settled};

/// A paced row that is later than this has lost its slot: with more, two slots could fall together. The slots are spaced
/// 3 % wider than the rate, which is 30 ms in a second.
const LATE_MAX: Duration = Duration::from_millis(20);
/// Pause of an account whose outcomes are unknown, before a probe.
const PROBE_PAUSE: Duration = Duration::from_secs(5);

/// Sends claimed rows.
pub(super) struct Sender {
    pub(super) inner: Arc<Inner>,
    pub(super) begins: Batcher<(RowId, u64), BeginResult>,
    pub(super) settles: Batcher<Settle, Option<Settled>>,
    pub(super) breaker: Breaker,
    pub(super) begin_time: Slowest,
    pub(super) permits: Semaphore,
    pub(super) stopped: watch::Receiver<bool>,
    pub(super) report: Counters,
}

impl Sender {
    /// Sends one row at its slot, unless the worker stops before.
    pub(super) async fn send(&self, claimed: Claimed, slot: Slot) {
        let span = tracing::info_span!(
            "outbox.send",
            row = %claimed.row.id,
            channel = claimed.row.details.lane.channel.as_str(),
            attempt = claimed.row.attempt + 1,
            outcome = tracing::field::Empty,
        );
        self.send_at(claimed, slot).instrument(span).await;
    }

    async fn send_at(&self, claimed: Claimed, slot: Slot) {
        let Claimed {
            row,
            payload,
            is_paced,
            ..
        } = claimed;
        let Some(_permit) = self.turn(slot).await else {
            self.release(row.id, row.epoch).await;
            return;
        };
        // Measured from before the request: the commit's own duration counts.
        let requested = Instant::now();
        let begun = self.begins.request((row.id, row.epoch)).await;
        self.begin_time.observe(requested.elapsed());
        let reference = match begun {
            Some(BeginResult::Begun(begun)) => begun.result.ok(),
            Some(BeginResult::Unknown) => {
                let outcome = not_sent("begin_unknown", row.attempt);
                self.settle(&row, outcome, Duration::ZERO).await;
                None
            }
            Some(BeginResult::NotDone) | None => None,
        };
        let Some(reference) = reference else {
            return;
        };
        tokio::time::sleep(slot.at.saturating_duration_since(Instant::now())).await;
        let began = Instant::now();
        // The process or machine may have been paused since: by now another worker may hold the row to be in doubt, and
        // an operator may resend it.
        if began.duration_since(requested) > self.inner.settings.begin_grace {
            let outcome = not_sent("begin_late", row.attempt);
            self.settle(&row, outcome, Duration::ZERO).await;
            return;
        }
        // With a store that is far away the error alone may be larger.
        let late_max = LATE_MAX.saturating_sub(slot.error).max(LATE_MAX / 2);
        if is_paced && began.duration_since(slot.at) > late_max {
            let outcome = Outcome::NotSent {
                reason: Reason::new("slot_missed"),
                delay: Duration::ZERO,
            };
            self.settle(&row, outcome, Duration::ZERO).await;
            return;
        }
        let outcome = self.post(&row, &payload, reference).await;
        if self.breaker.record(matches!(outcome, Outcome::InDoubt(_))) {
            self.pause(&row.details.lane.account).await;
        }
        self.settle(&row, outcome, began.elapsed()).await;
    }

    /// Waits until a row must begin for this slot and a request is free; `None` if the worker stops before.
    async fn turn(&self, slot: Slot) -> Option<SemaphorePermit<'_>> {
        let mut stopped = self.stopped.clone();
        let wait = slot
            .at
            .saturating_duration_since(Instant::now() + slot.lead);
        tokio::select! {
            biased;
            _ = stopped.wait_for(|stopped| *stopped) => None,
            permit = async {
                tokio::time::sleep(wait).await;
                self.permits.acquire().await.ok()
            } => permit,
        }
    }

    async fn post(&self, row: &crate::row::Row, payload: &[u8], reference: Reference) -> Outcome {
        let attempt = row.attempt + 1;
        let Some(client) = self.inner.clients.get(&row.details.lane.account) else {
            return not_sent("no_client", attempt);
        };
        let Some(submission) = referring(payload, reference) else {
            return Outcome::Rejected(Reason::new("invalid"));
        };
        let options = SendOptions::new()
            .client_ref(reference.to_string())
            .delivery(DeliveryPolicy::AtMostOnce)
            .deadline(self.inner.settings.call_limit);
        outcome(client.submit_with(submission, options).await, attempt)
    }

    async fn settle(&self, row: &crate::row::Row, outcome: Outcome, elapsed: Duration) {
        let outcome_name = name(&outcome);
        let settle = Settle {
            id: row.id,
            epoch: row.epoch,
            outcome: outcome.clone(),
        };
        let settled = self.settles.request(settle).await.flatten();
        let state = match settled {
            Some(Settled::Applied(state)) => Some(state),
            _ => None,
        };
        self.report.add(state);
        let channel = row.details.lane.channel.as_str();
        tracing::Span::current().record("outcome", outcome_name);
        tracing::debug!(
            stored = settled.is_some(),
            elapsed_ms = elapsed.as_millis() as u64,
            "settled"
        );
        if let Some(observer) = &self.inner.observer {
            observer.on_settled(&ObservedSend {
                id: row.id,
                row,
                channel,
                outcome: outcome_name,
                result: &outcome,
                state,
                waited: Duration::try_from(row.since.duration_since(row.due_at))
                    .unwrap_or_default(),
                elapsed,
            });
        }
    }

    async fn release(&self, id: RowId, epoch: u64) {
        let delay = Duration::ZERO;
        // If it fails, the row returns when its lease is over.
        let _ = self
            .inner
            .store
            .release(&[Release { id, epoch, delay }])
            .await;
    }

    /// Stops an account whose outcomes are unknown for a while, in all workers.
    async fn pause(&self, account: &str) {
        tracing::warn!("outcomes are unknown: the account pauses before a probe");
        if let Some(observer) = &self.inner.observer {
            observer.on_breaker(account);
        }
        // If it fails, this worker still probes with one row alone.
        let _ = self.inner.store.throttle(account, PROBE_PAUSE).await;
    }
}

fn not_sent(code: &str, attempt: u32) -> Outcome {
    Outcome::NotSent {
        reason: Reason::new(code),
        delay: backoff(attempt),
    }
}

/// The document of a payload, with the row's reference in each of its messages. `None` if it is not valid any more.
fn referring(payload: &[u8], reference: Reference) -> Option<Submission> {
    let mut submission = Submission::from_slice(payload).ok()?;
    let reference = reference.to_string();
    match &mut submission {
        Submission::V1(message) => {
            let reference = v1::ClientRef::new(reference).ok()?;
            for message in std::iter::once(&mut message.primary).chain(&mut message.failover) {
                message.envelope_mut().client_ref = Some(reference.clone());
            }
        }
        Submission::V0_1(message) => {
            message.set_client_ref(Some(v0_1::ClientRef::new(reference).ok()?));
        }
        Submission::Workflow(workflow) => {
            let reference = v0_1::ClientRef::new(reference).ok()?;
            for message in workflow.messages_mut() {
                message.set_client_ref(Some(reference.clone()));
            }
        }
        _ => return None,
    }
    Some(submission)
}
