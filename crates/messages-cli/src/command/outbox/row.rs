//! A row as the commands print it.

use jiff::Timestamp;
use messages_outbox::row::Details;
use messages_outbox::{HistoryEntry, Priority, Reason, Row, RowId, State};
use serde::Serialize;
use serde_json::value::RawValue;

use crate::command::listen::line::mask;
use crate::io::output::Line;

/// A row for machines: whole, with its key and recipient until they are erased.
#[derive(Serialize)]
pub(super) struct RowReport<'a> {
    pub(super) id: RowId,
    state: State,
    since: Timestamp,
    due_at: Timestamp,
    #[serde(flatten)]
    details: DetailsReport<'a>,
    attempt: u32,
    resend: u8,
    #[serde(skip_serializing_if = "Option::is_none")]
    client_ref: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    message_uuid: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    workflow_id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    status: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<&'a Reason>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    held: bool,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    purged: bool,
    #[serde(skip_serializing_if = "is_zero")]
    contradictions: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) document: Option<&'a RawValue>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) history: Option<Vec<EntryReport<'a>>>,
}

#[derive(Serialize)]
struct DetailsReport<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    key: Option<&'a str>,
    channel: &'a str,
    sender: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    recipient: Option<&'a str>,
    account: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    campaign: Option<&'a str>,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    tags: &'a [String],
    priority: Priority,
    #[serde(skip_serializing_if = "Option::is_none")]
    send_before: Option<Timestamp>,
    enqueued_at: Timestamp,
}

/// An entry of a row's history.
#[derive(Serialize)]
pub(super) struct EntryReport<'a> {
    at: Timestamp,
    event: &'a str,
    from: State,
    to: State,
    attempt: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    detail: Option<&'a str>,
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde calls it with a reference"
)]
const fn is_zero(count: &u32) -> bool {
    *count == 0
}

impl<'a> RowReport<'a> {
    pub(super) fn new(row: &'a Row) -> Self {
        Self {
            id: row.id,
            state: row.state,
            since: row.since,
            due_at: row.due_at,
            details: DetailsReport::new(&row.details),
            attempt: row.attempt,
            resend: row.resend,
            client_ref: row.reference().map(|reference| reference.to_string()),
            message_uuid: row.message_uuid.as_deref(),
            workflow_id: row.workflow_id.as_deref(),
            status: row.status.as_ref().map(ToString::to_string),
            reason: row.reason.as_ref(),
            held: row.held,
            purged: row.purged,
            contradictions: row.contradictions,
            document: None,
            history: None,
        }
    }

    /// The human-readable line; the recipient is masked unless `show` is set.
    pub(super) fn line(&self, show: bool) -> Line {
        let line = state(Line::new().plain(self.id).plain(" "), self.state);
        let line = line.plain(format!(" {} ", self.details.channel));
        let line = match self.details.recipient {
            Some(recipient) if show => line.plain(recipient),
            Some(recipient) => line.plain(mask(recipient)),
            None => line.dim("erased"),
        };
        let line = match (&self.status, self.reason) {
            (Some(status), _) => line.plain(" ").plain(status),
            (None, Some(reason)) => line.plain(" ").plain(&reason.code),
            (None, None) => line,
        };
        let line = match self.details.campaign {
            Some(campaign) => line.dim(" campaign ").plain(campaign),
            None => line,
        };
        if self.held {
            line.warn(" paused")
        } else {
            line
        }
    }

    /// The human-readable details behind the line.
    pub(super) fn details(&self) -> Vec<Line> {
        let reason = self.reason.map(|reason| {
            let title = reason.title.as_deref().unwrap_or_default();
            match reason.http_status {
                Some(status) => format!("{} (status {status}) {title}", reason.code),
                None => format!("{} {title}", reason.code),
            }
        });
        let fields = [
            ("since", Some(self.since.to_string())),
            ("due at", Some(self.due_at.to_string())),
            (
                "send before",
                self.details.send_before.map(|at| at.to_string()),
            ),
            ("key", self.details.key.map(str::to_owned)),
            ("sender", Some(self.details.sender.to_owned())),
            ("attempts", Some(self.attempt.to_string())),
            ("client ref", self.client_ref.clone()),
            ("message", self.message_uuid.map(str::to_owned)),
            ("workflow", self.workflow_id.map(str::to_owned)),
            ("reason", reason),
        ];
        let line = |(name, value): (&str, Option<String>)| {
            Some(Line::new().dim(format!("  {name:<12}")).plain(value?))
        };
        let fields = fields.into_iter().filter_map(line);
        let entries = self.history.iter().flatten();
        fields.chain(entries.map(EntryReport::line)).collect()
    }
}

impl<'a> DetailsReport<'a> {
    fn new(details: &'a Details) -> Self {
        Self {
            key: details.key.as_deref(),
            channel: &details.lane.channel,
            sender: &details.lane.sender,
            recipient: details.recipient.as_deref(),
            account: &details.lane.account,
            campaign: details.campaign.as_deref(),
            tags: &details.tags,
            priority: details.priority,
            send_before: details.send_before,
            enqueued_at: details.enqueued_at,
        }
    }
}

impl<'a> EntryReport<'a> {
    pub(super) fn new(entry: &'a HistoryEntry) -> Self {
        Self {
            at: entry.at,
            event: &entry.event,
            from: entry.from,
            to: entry.to,
            attempt: entry.attempt,
            detail: entry.detail.as_deref(),
        }
    }

    fn line(&self) -> Line {
        let line = Line::new().dim(format!("  {} ", self.at)).plain(self.event);
        let line = state(line.plain(format!(": {} → ", self.from)), self.to);
        match self.detail {
            Some(detail) => line.dim(" (").plain(detail).dim(")"),
            None => line,
        }
    }
}

/// Appends a state in the colour of its kind.
pub(super) fn state(line: Line, state: State) -> Line {
    match state {
        State::Sent => line.good(state),
        State::InDoubt | State::Abandoned => line.warn(state),
        State::Failed | State::Expired => line.bad(state),
        _ => line.plain(state),
    }
}
