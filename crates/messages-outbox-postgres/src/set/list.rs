//! Lists of rows.

use jiff::Timestamp;
use messages_outbox::row::Row;
use messages_outbox::{Filter, RecipientHash, RowId, Scope, State};

use super::Loaded;
use super::load::Loader;
use super::row::{COLUMNS, TABLES, read};
use crate::transaction::Failure;

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

    /// The recipient, of a list of all its rows.
    pub(super) const fn recipient(&self) -> Option<RecipientHash> {
        match self {
            Self::Select {
                state: None,
                scope: None,
                recipient,
                unpurged_since_before: None,
                after: None,
                ..
            } => *recipient,
            _ => None,
        }
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

impl Loader<'_> {
    /// Loads the lists of whole recipients by one statement: a release asks for those of hundreds.
    pub(super) async fn recipient_lists(
        &self,
        lists: Vec<(RecipientHash, &List)>,
        loaded: &mut Loaded,
    ) -> Result<(), Failure> {
        if lists.is_empty() {
            return Ok(());
        }
        let lock = match self.locking.rows {
            true => "FOR NO KEY UPDATE OF r",
            false => "",
        };
        // Rows without a stored hash match by the one that is made of them.
        let sql = format!(
            "SELECT {COLUMNS} FROM {TABLES} \
             WHERE i.recipient_hash IS NULL AND i.recipient IS NOT NULL \
               OR i.recipient_hash = ANY ($1) ORDER BY r.id {lock}"
        );
        let hashes = lists.iter().map(|(hash, _)| hash.to_bytes().to_vec());
        let hashes: Vec<Vec<u8>> = hashes.collect();
        for stored in self.transaction.query(&sql, &[&hashes]).await? {
            let stored = read(&stored, self.hash_key)?;
            loaded.rows.entry(stored.row.id).or_insert(Some(stored));
        }
        let lists = lists.into_iter().map(|(_, list)| list.clone());
        loaded.lists.extend(lists);
        Ok(())
    }
}
