//! Lists of rows.

use jiff::Timestamp;
use messages_outbox::row::Row;
use messages_outbox::{Filter, RecipientHash, RowId, Scope, State};

/// A list of rows, in its order and with its limit.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) enum List {
    /// Rows whose lease ended at this time or before.
    Leases { until: Timestamp, limit: u32 },
    /// Rows that have been in this state since this time or before.
    Aged {
        state: State,
        time: Timestamp,
        limit: u32,
    },
    /// Rows that match a filter, by ID.
    Select {
        state: Option<State>,
        scope: Option<Scope>,
        recipient: Option<RecipientHash>,
        unpurged_since_before: Option<Timestamp>,
        after: Option<RowId>,
        limit: u32,
    },
}

impl List {
    pub(super) fn select(filter: &Filter, after: Option<RowId>, limit: u32) -> Self {
        Self::Select {
            state: filter.state,
            scope: filter.scope.clone(),
            recipient: filter.recipient,
            unpurged_since_before: filter.unpurged_since_before,
            after,
            limit,
        }
    }

    /// The list from these rows, which hold all that the store has of it, and others.
    pub(super) fn of<'r>(&self, rows: impl Iterator<Item = &'r Row>) -> Vec<Row> {
        let mut listed: Vec<Row> = rows.filter(|row| self.contains(row)).cloned().collect();
        let limit = match self {
            Self::Leases { limit, .. } => {
                listed.sort_unstable_by_key(|row| (row.lease_until, row.id));
                *limit
            }
            Self::Aged { limit, .. } => {
                listed.sort_unstable_by_key(|row| (row.since, row.id));
                *limit
            }
            Self::Select { limit, .. } => {
                listed.sort_unstable_by_key(|row| row.id);
                *limit
            }
        };
        listed.truncate(limit as usize);
        listed
    }

    fn contains(&self, row: &Row) -> bool {
        match self {
            Self::Leases { until, .. } => row.lease_until.is_some_and(|lease| lease <= *until),
            Self::Aged { state, time, .. } => row.state == *state && row.since <= *time,
            Self::Select {
                state,
                scope,
                recipient,
                unpurged_since_before,
                after,
                ..
            } => {
                let filter = Filter {
                    state: *state,
                    scope: scope.clone(),
                    recipient: *recipient,
                    unpurged_since_before: *unpurged_since_before,
                };
                after.is_none_or(|after| row.id > after) && filter.matches(row)
            }
        }
    }
}
