//! Applying facts from webhooks.

use std::time::Duration;

use jiff::Timestamp;

use super::run::{plan_of, react};
use super::send::write;
use super::{LastConsent, Tables};
use crate::digest::RecipientHash;
use crate::id::RowId;
use crate::row::{Event, Row, StatusFact, after, to_micros, transition};
use crate::run::RunEvent;
use crate::store::{Applied, Consent, Fact, Reply, StoreError};
use crate::suppression::plain;

/// Period for which a status of an unknown message is stored: 72 hours.
const PARKED_FOR: Duration = Duration::from_secs(72 * 3600);

/// Applies facts.
///
/// # Errors
///
/// An error of the tables.
pub fn apply(
    tables: &mut (impl Tables + ?Sized),
    facts: &[Fact],
    now: Timestamp,
) -> Result<Vec<Applied>, StoreError> {
    if facts.iter().any(|fact| !matches!(fact, Fact::Consent(_))) {
        let mut sight = tables.sight()?;
        sight.on_webhook(now);
        tables.set_sight(&sight)?;
    }
    let mut results = Vec::with_capacity(facts.len());
    for fact in facts {
        results.push(match fact {
            Fact::Status(fact) => apply_status(tables, fact, now)?,
            Fact::Consent(consent) => {
                apply_consent(tables, consent, now)?;
                Applied::Consent
            }
            Fact::Reply(reply) => apply_reply(tables, reply, now)?,
            Fact::Webhook => Applied::Noted,
        });
    }
    Ok(results)
}

/// The latest word counts, in whatever order the words arrive; of two at the same time, the opt-out.
fn apply_consent(
    tables: &mut (impl Tables + ?Sized),
    consent: &Consent,
    now: Timestamp,
) -> Result<(), StoreError> {
    let recipient = RecipientHash::of(&consent.recipient, &tables.meta()?.hash_key);
    let new = LastConsent {
        opted_out: consent.opted_out,
        // A clock that is ahead must not make a later word an earlier one.
        at: consent.at.map_or(now, to_micros).min(now),
    };
    let is_later = match tables.consent(&consent.group, recipient)? {
        Some(last) => (last.at, last.opted_out) < (new.at, new.opted_out),
        None => true,
    };
    if is_later {
        tables.set_consent(&consent.group, recipient, new)?;
    }
    Ok(())
}

/// Stops the runs that a reply ends.
fn apply_reply(
    tables: &mut (impl Tables + ?Sized),
    reply: &Reply,
    now: Timestamp,
) -> Result<Applied, StoreError> {
    let recipient = RecipientHash::of(&reply.from, &tables.meta()?.hash_key);
    let (from, to) = (plain(&reply.from), plain(&reply.to));
    let mut stopped = 0;
    for run in tables.runs_of(recipient)? {
        let plan = plan_of(tables, &run)?;
        let is_of_step = plan.messages().any(|message| {
            let message = message.message();
            plain(message.recipient()) == from && plain(message.sender()) == to
        });
        if is_of_step && react(tables, run.id, &RunEvent::Reply, now)?.is_some() {
            stopped += 1;
        }
    }
    Ok(match stopped {
        0 => Applied::Noted,
        count => Applied::Stopped(count),
    })
}

fn apply_status(
    tables: &mut (impl Tables + ?Sized),
    fact: &StatusFact,
    now: Timestamp,
) -> Result<Applied, StoreError> {
    match row_of(tables, fact)? {
        Some(row) => apply_to(tables, &row, fact, now),
        None => {
            tables.park(fact, after(now, PARKED_FOR))?;
            Ok(Applied::Parked)
        }
    }
}

/// The row a status is about: by our reference, else by the ID of the message or workflow.
fn row_of(
    tables: &mut (impl Tables + ?Sized),
    fact: &StatusFact,
) -> Result<Option<Row>, StoreError> {
    if let Some(reference) = fact.reference
        && let Some(row) = tables.load(reference.row())?
    {
        return Ok(Some(row));
    }
    for uuid in [Some(&fact.message_uuid), fact.workflow_id.as_ref()]
        .into_iter()
        .flatten()
    {
        if let Some(id) = tables.find_uuid(uuid)? {
            return tables.load(id);
        }
    }
    Ok(None)
}

fn apply_to(
    tables: &mut (impl Tables + ?Sized),
    row: &Row,
    fact: &StatusFact,
    now: Timestamp,
) -> Result<Applied, StoreError> {
    let change = match transition(row, &Event::Status(fact.clone()), now) {
        Ok(change) => change,
        // A status is a fact: only its repetition is refused.
        Err(_) => return Ok(Applied::Unchanged(row.id)),
    };
    write(tables, row, &change, None, now)?;
    if row.message_uuid.is_none()
        && let Some(uuid) = &change.row.message_uuid
    {
        join_parked(tables, row.id, uuid, now)?;
    }
    Ok(Applied::Changed {
        id: row.id,
        contradiction: change.contradiction,
    })
}

/// Applies the statuses that came before the row had this ID. Returns `true` if there were any.
pub(super) fn join_parked(
    tables: &mut (impl Tables + ?Sized),
    id: RowId,
    uuid: &str,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let facts = tables.unpark(uuid)?;
    for fact in &facts {
        if let Some(row) = tables.load(id)? {
            apply_to(tables, &row, fact, now)?;
        }
    }
    Ok(!facts.is_empty())
}
