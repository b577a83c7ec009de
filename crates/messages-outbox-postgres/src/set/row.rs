//! Rows as they are stored.

use std::sync::Arc;

use jiff::Timestamp;
use messages_outbox::row::{Details, Lane, Priority, Row, RunStep};
use messages_outbox::window::Zone;
use messages_outbox::{Digest, RecipientHash, RowId, RunId, StoreError};
use uuid::Uuid;

use super::Stored;
use crate::error::corrupt;

/// Columns of a row, for `r` (rows), `i` (intents) and `l` (lanes).
pub(super) const COLUMNS: &str = "r.id, r.state, r.since, r.epoch, r.attempt, r.resend, r.due_at, \
    r.lease_until, r.held, r.message_uuid, r.workflow_id, r.status, r.reason, r.contradictions, \
    r.purged, i.namespace, i.key, i.key_digest, i.digest, l.account, l.sender, l.channel, \
    l.campaign, r.priority, i.recipient, i.recipient_hash, i.tags, i.send_before, \
    i.send_window, i.zone, i.enqueued_at, i.step, i.choice";

/// Number of the columns of [`COLUMNS`].
pub(super) const WIDTH: usize = 33;

/// Tables of [`COLUMNS`].
pub(super) const TABLES: &str = "messages_outbox.rows r \
    JOIN messages_outbox.intents i ON i.id = r.id \
    JOIN messages_outbox.lanes l ON l.num = r.lane";

/// Reads the columns of [`COLUMNS`].
pub(super) fn read(
    stored: &tokio_postgres::Row,
    hash_key: &[u8; 32],
) -> Result<Stored, StoreError> {
    let mut column = 0;
    let mut next = || {
        column += 1;
        column - 1
    };
    macro_rules! get {
        ($type:ty) => {
            stored.try_get::<_, $type>(next()).map_err(|_| corrupt())?
        };
    }
    let id = id(get!(Uuid));
    let state = get!(&str).parse().map_err(|_| corrupt())?;
    let since = time(get!(i64))?;
    let epoch = number(get!(i64))?;
    let attempt = number(get!(i32))?;
    let resend = number(get!(i16))?;
    let due_at = time(get!(i64))?;
    let lease_until = get!(Option<i64>).map(time).transpose()?;
    let held = get!(bool);
    let message_uuid = get!(Option<String>);
    let workflow_id = get!(Option<String>);
    let status = get!(Option<String>);
    let reason = get!(Option<&str>);
    let contradictions = number(get!(i32))?;
    let purged = get!(bool);
    let namespace = get!(String);
    let key = get!(Option<String>);
    let key_digest = digest(get!(&[u8]))?;
    let payload_digest = digest(get!(&[u8]))?;
    let lane = Lane {
        account: get!(String),
        sender: get!(String),
        channel: get!(String),
    };
    let campaign = get!(Option<String>);
    let priority = priority_of(get!(i16))?;
    let recipient = get!(Option<String>);
    let recipient_hash = get!(Option<&[u8]>);
    let tags = get!(Option<&str>);
    let send_before = get!(Option<i64>).map(time).transpose()?;
    let window = get!(Option<&str>);
    let zone = get!(Option<&str>);
    let enqueued_at = time(get!(i64))?;
    let step: Option<u16> = get!(Option<i16>).map(number).transpose()?;
    let choice: Option<u16> = get!(Option<i16>).map(number).transpose()?;

    let unhashed = recipient_hash.is_none() && recipient.is_some();
    let hash = match (recipient_hash, &recipient) {
        (Some(hash), _) => Some(hash_of(hash)?),
        (None, Some(recipient)) => Some(RecipientHash::of(recipient, hash_key)),
        (None, None) => None,
    };
    let details = Details {
        namespace,
        key,
        key_digest,
        digest: payload_digest,
        lane,
        priority,
        recipient,
        recipient_hash: hash,
        campaign,
        tags: match tags {
            Some(tags) => serde_json::from_str(tags).map_err(|_| corrupt())?,
            None => Vec::new(),
        },
        send_before,
        window: match window {
            Some(window) => Some(serde_json::from_str(window).map_err(|_| corrupt())?),
            None => None,
        },
        zone: match zone {
            Some(zone) => Some(Zone::new(zone).map_err(|_| corrupt())?),
            None => None,
        },
        enqueued_at,
        run: step.zip(choice).map(|(step, choice)| RunStep {
            run: RunId::of(id),
            step,
            choice,
        }),
    };
    let row = Row {
        id,
        details: Arc::new(details),
        state,
        since,
        epoch,
        attempt,
        resend,
        due_at,
        lease_until,
        held,
        message_uuid,
        workflow_id,
        status: status.map(Into::into),
        reason: match reason {
            Some(reason) => Some(serde_json::from_str(reason).map_err(|_| corrupt())?),
            None => None,
        },
        contradictions,
        purged,
    };
    Ok(Stored { row, unhashed })
}

/// Number of a priority in the tables: the first to be sent first.
pub(super) const fn priority_number(priority: Priority) -> i16 {
    match priority {
        Priority::High => 0,
        Priority::Normal => 1,
        Priority::Low => 2,
    }
}

pub(super) fn priority_of(number: i16) -> Result<Priority, StoreError> {
    let index = usize::try_from(number).map_err(|_| corrupt())?;
    Priority::ALL.get(index).copied().ok_or_else(corrupt)
}

pub(super) fn time(micros: i64) -> Result<Timestamp, StoreError> {
    Timestamp::from_microsecond(micros).map_err(|_| corrupt())
}

pub(super) fn id(uuid: Uuid) -> RowId {
    RowId::from_bytes(uuid.into_bytes())
}

pub(super) fn uuid(id: RowId) -> Uuid {
    Uuid::from_bytes(id.to_bytes())
}

pub(super) fn digest(bytes: &[u8]) -> Result<Digest, StoreError> {
    bytes
        .try_into()
        .map(Digest::from_bytes)
        .map_err(|_| corrupt())
}

pub(super) fn hash_of(bytes: &[u8]) -> Result<RecipientHash, StoreError> {
    bytes
        .try_into()
        .map(RecipientHash::from_bytes)
        .map_err(|_| corrupt())
}

/// A number as the tables store it. Counting up to the largest takes longer than there is time.
pub(super) fn stored<N: TryInto<S>, S: Bounded>(number: N) -> S {
    number.try_into().unwrap_or(S::MAX)
}

/// A type with a largest value.
pub(super) trait Bounded {
    const MAX: Self;
}

impl Bounded for i64 {
    const MAX: Self = Self::MAX;
}

impl Bounded for i32 {
    const MAX: Self = Self::MAX;
}

pub(super) fn number<N: TryFrom<S>, S>(stored: S) -> Result<N, StoreError> {
    N::try_from(stored).map_err(|_| corrupt())
}
