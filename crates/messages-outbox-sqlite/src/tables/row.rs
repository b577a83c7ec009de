//! Rows as they are stored.

use std::sync::Arc;

use jiff::Timestamp;
use messages_outbox::row::{Details, Lane, Priority, Row, RunStep};
use messages_outbox::window::Zone;
use messages_outbox::{Digest, RecipientHash, RowId, RunId, State, StoreError};
use rusqlite::types::Value;

use crate::error::corrupt;

/// Columns of a row, for `r` (rows) and `i` (intents).
pub(super) const COLUMNS: &str = "r.id, r.state, r.since, r.epoch, r.attempt, r.resend, r.due_at, \
    r.lease_until, r.held, r.message_uuid, r.workflow_id, r.status, r.reason, r.contradictions, \
    r.purged, i.namespace, i.key, i.key_digest, i.digest, i.account, i.sender, i.channel, \
    i.campaign, i.priority, i.recipient, i.recipient_hash, i.tags, i.send_before, \
    i.send_window, i.zone, i.enqueued_at, i.step, i.choice";

/// Reads the columns of [`COLUMNS`]. The second value is `true` if the hash of the recipient is not stored yet.
pub(super) fn read(
    stored: &rusqlite::Row<'_>,
    hash_key: &[u8; 32],
) -> rusqlite::Result<Result<(Row, bool), StoreError>> {
    let mut column = 0;
    let mut next = || {
        column += 1;
        column - 1
    };
    macro_rules! get {
        () => {
            stored.get(next())?
        };
    }
    let id: [u8; 16] = get!();
    let state: String = get!();
    let since: i64 = get!();
    let epoch: i64 = get!();
    let attempt: i64 = get!();
    let resend: i64 = get!();
    let due_at: i64 = get!();
    let lease_until: Option<i64> = get!();
    let held: bool = get!();
    let message_uuid: Option<String> = get!();
    let workflow_id: Option<String> = get!();
    let status: Option<String> = get!();
    let reason: Option<String> = get!();
    let contradictions: i64 = get!();
    let purged: bool = get!();
    let namespace: String = get!();
    let key: Option<String> = get!();
    let key_digest: [u8; 32] = get!();
    let digest: [u8; 32] = get!();
    let account: String = get!();
    let sender: String = get!();
    let channel: String = get!();
    let campaign: Option<String> = get!();
    let priority: i64 = get!();
    let recipient: Option<String> = get!();
    let recipient_hash: Option<[u8; 16]> = get!();
    let tags: Option<String> = get!();
    let send_before: Option<i64> = get!();
    let window: Option<String> = get!();
    let zone: Option<String> = get!();
    let enqueued_at: i64 = get!();
    let step: Option<u16> = get!();
    let choice: Option<u16> = get!();

    let unhashed = recipient_hash.is_none() && recipient.is_some();
    let row = || {
        let hash = match (&recipient_hash, &recipient) {
            (Some(hash), _) => Some(RecipientHash::from_bytes(*hash)),
            (None, Some(recipient)) => Some(RecipientHash::of(recipient, hash_key)),
            (None, None) => None,
        };
        let details = Details {
            namespace,
            key,
            key_digest: Digest::from_bytes(key_digest),
            digest: Digest::from_bytes(digest),
            lane: Lane {
                account,
                sender,
                channel,
            },
            priority: priority_of(priority)?,
            recipient,
            recipient_hash: hash,
            campaign,
            tags: match tags {
                Some(tags) => serde_json::from_str(&tags).map_err(|_| corrupt())?,
                None => Vec::new(),
            },
            send_before: send_before.map(time).transpose()?,
            window: match window {
                Some(window) => Some(serde_json::from_str(&window).map_err(|_| corrupt())?),
                None => None,
            },
            zone: match zone {
                Some(zone) => Some(Zone::new(zone).map_err(|_| corrupt())?),
                None => None,
            },
            enqueued_at: time(enqueued_at)?,
            run: step.zip(choice).map(|(step, choice)| RunStep {
                run: RunId::of(RowId::from_bytes(id)),
                step,
                choice,
            }),
        };
        Ok(Row {
            id: RowId::from_bytes(id),
            details: Arc::new(details),
            state: state.parse().map_err(|_| corrupt())?,
            since: time(since)?,
            epoch: number(epoch)?,
            attempt: number(attempt)?,
            resend: number(resend)?,
            due_at: time(due_at)?,
            lease_until: lease_until.map(time).transpose()?,
            held,
            message_uuid,
            workflow_id,
            status: status.map(Into::into),
            reason: match reason {
                Some(reason) => Some(serde_json::from_str(&reason).map_err(|_| corrupt())?),
                None => None,
            },
            contradictions: number(contradictions)?,
            purged,
        })
    };
    Ok(row().map(|row| (row, unhashed)))
}

/// Columns of the table of rows that differ, each with its new value. An index whose columns do not change is not
/// written.
pub(super) fn changes(before: &Row, after: &Row) -> Result<Vec<(&'static str, Value)>, StoreError> {
    // Always one column, so that there is a statement that checks the guard.
    let mut changes: Vec<(&str, Value)> = vec![("epoch", stored(after.epoch).into())];
    let text = |text: &Option<String>| text.clone().map_or(Value::Null, Value::Text);
    if before.state != after.state {
        changes.push(("state", after.state.as_str().to_owned().into()));
    }
    if before.since != after.since {
        changes.push(("since", after.since.as_microsecond().into()));
    }
    if before.attempt != after.attempt {
        changes.push(("attempt", i64::from(after.attempt).into()));
    }
    if before.resend != after.resend {
        changes.push(("resend", i64::from(after.resend).into()));
    }
    if before.due_at != after.due_at {
        changes.push(("due_at", after.due_at.as_microsecond().into()));
    }
    if before.lease_until != after.lease_until {
        let until = after.lease_until.map(Timestamp::as_microsecond);
        changes.push(("lease_until", until.map_or(Value::Null, Value::Integer)));
    }
    if before.held != after.held {
        changes.push(("held", i64::from(after.held).into()));
    }
    if before.message_uuid != after.message_uuid {
        changes.push(("message_uuid", text(&after.message_uuid)));
    }
    if before.workflow_id != after.workflow_id {
        changes.push(("workflow_id", text(&after.workflow_id)));
    }
    if before.status != after.status {
        let status = after
            .status
            .as_ref()
            .map(|status| status.as_str().to_owned());
        changes.push(("status", text(&status)));
    }
    if before.reason != after.reason {
        let reason = after.reason.as_ref().map(serde_json::to_string).transpose();
        changes.push(("reason", text(&reason.map_err(|_| corrupt())?)));
    }
    if before.contradictions != after.contradictions {
        changes.push(("contradictions", i64::from(after.contradictions).into()));
    }
    if before.purged != after.purged {
        changes.push(("purged", i64::from(after.purged).into()));
    }
    Ok(changes)
}

/// Number of a priority in the tables: the first to be sent first.
pub(crate) const fn priority_number(priority: Priority) -> i64 {
    match priority {
        Priority::High => 0,
        Priority::Normal => 1,
        Priority::Low => 2,
    }
}

pub(super) fn priority_of(number: i64) -> Result<Priority, StoreError> {
    let index = usize::try_from(number).map_err(|_| corrupt())?;
    Priority::ALL.get(index).copied().ok_or_else(corrupt)
}

pub(super) fn time(micros: i64) -> Result<Timestamp, StoreError> {
    Timestamp::from_microsecond(micros).map_err(|_| corrupt())
}

/// A number as SQLite stores it. Counting up to where the sign matters takes longer than there is time.
pub(super) fn stored(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

pub(super) fn number<N: TryFrom<i64>>(stored: i64) -> Result<N, StoreError> {
    N::try_from(stored).map_err(|_| corrupt())
}

/// Tags as they are stored.
pub(crate) fn tags(tags: &[String]) -> Option<String> {
    let text = || serde_json::Value::from(tags).to_string();
    (!tags.is_empty()).then(text)
}

/// Window as it is stored: JSON.
pub(crate) fn window(details: &Details) -> Option<String> {
    let window = details.window.as_ref()?;
    serde_json::to_string(window).ok()
}

/// All states, by their names in the tables.
pub(crate) const STATES: [State; 10] = State::ALL;
