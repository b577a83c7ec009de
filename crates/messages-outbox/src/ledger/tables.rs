//! The tables of a store, as the decisions see them.

use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::digest::{Digest, RecipientHash};
use crate::id::RowId;
use crate::quota::{SlotScope, Slots};
use crate::row::{Lane, Priority, Row, State, StatusFact};
use crate::run::{Run, RunId, RunState, Sight};
use crate::store::{Filter, HistoryEntry, RunFilter, Scope, StoreError};

/// The tables of a store within one transaction.
///
/// Nothing here decides anything; each method is one statement. Times are compared to the microsecond. An error ends the
/// request, whose writes are then rolled back.
pub trait Tables {
    /// Values of the store as a whole.
    fn meta(&mut self) -> Result<Meta, StoreError>;

    /// Ends the state of a restored backup.
    fn set_adopted(&mut self) -> Result<(), StoreError>;

    /// Number of rows by state. Cheap: asked with each enqueueing that has a capacity.
    fn open_rows(&mut self) -> Result<u64, StoreError>;

    /// Adds a row and its payload. The caller has checked that neither ID nor key digest exists.
    fn insert(&mut self, row: &Row, payload: &[u8]) -> Result<(), StoreError>;

    /// Row or run with this digest of its key, and the digest of its payload or document. One statement.
    fn find_key(&mut self, key: &Digest) -> Result<Option<(RowId, Digest)>, StoreError>;

    /// Row whose message or workflow has this ID.
    fn find_uuid(&mut self, uuid: &str) -> Result<Option<RowId>, StoreError>;

    /// Row with this ID.
    fn load(&mut self, id: RowId) -> Result<Option<Row>, StoreError>;

    /// Payload of a row, until erased.
    fn payload(&mut self, id: RowId) -> Result<Option<Vec<u8>>, StoreError>;

    /// Writes a row, guarded by the ID, state and epoch of `before`; with an entry of its history, if it has one. Returns
    /// `false` if the guard does not match; nothing is written then.
    fn update(
        &mut self,
        before: &Row,
        after: &Row,
        entry: Option<&HistoryEntry>,
    ) -> Result<bool, StoreError>;

    /// Erases the payload of a row.
    fn erase_payload(&mut self, id: RowId) -> Result<(), StoreError>;

    /// History of a row, the oldest entry first.
    fn history(&mut self, id: RowId) -> Result<Vec<HistoryEntry>, StoreError>;

    /// Lanes with queued rows that are due and not held; the one with the oldest due row first.
    fn due_lanes(&mut self, now: Timestamp) -> Result<Vec<Lane>, StoreError>;

    /// Queued rows of a lane and priority that are due, not held, and not of these campaigns; by `due_at`, then ID.
    fn due_rows(
        &mut self,
        lane: &Lane,
        priority: Priority,
        now: Timestamp,
        except_campaigns: &[String],
        limit: u32,
    ) -> Result<Vec<Row>, StoreError>;

    /// The earliest `due_at` after `now` of queued rows that are not held.
    fn next_due(&mut self, now: Timestamp) -> Result<Option<Timestamp>, StoreError>;

    /// Claimed or sending rows whose lease ended at `now` or before, in any order.
    fn leases_over(&mut self, now: Timestamp, limit: u32) -> Result<Vec<Row>, StoreError>;

    /// Rows that have been in this state since `time` or before, in any order.
    fn aged(&mut self, state: State, time: Timestamp, limit: u32) -> Result<Vec<Row>, StoreError>;

    /// Rows that match, by ID, after this one.
    fn select(
        &mut self,
        filter: &Filter,
        after: Option<RowId>,
        limit: u32,
    ) -> Result<Vec<Row>, StoreError>;

    /// Scopes that are paused.
    fn holds(&mut self) -> Result<Vec<Scope>, StoreError>;

    /// Adds or removes the pause of a scope. Returns `true` if that changed something.
    fn set_hold(&mut self, scope: &Scope, held: bool) -> Result<bool, StoreError>;

    /// Slots of a scope; the default if there are none.
    fn slots(&mut self, scope: &SlotScope) -> Result<Slots, StoreError>;

    /// Writes the slots of a scope.
    fn set_slots(&mut self, scope: &SlotScope, slots: &Slots) -> Result<(), StoreError>;

    /// Last consent of a recipient for the sender group of this name.
    fn consent(
        &mut self,
        group: &str,
        recipient: RecipientHash,
    ) -> Result<Option<LastConsent>, StoreError>;

    /// Replaces the last consent.
    fn set_consent(
        &mut self,
        group: &str,
        recipient: RecipientHash,
        consent: LastConsent,
    ) -> Result<(), StoreError>;

    /// Stores a status of an unknown message until this time. A repetition may be stored once.
    fn park(&mut self, fact: &StatusFact, until: Timestamp) -> Result<(), StoreError>;

    /// Removes and returns the parked facts whose message or workflow has this ID.
    fn unpark(&mut self, uuid: &str) -> Result<Vec<StatusFact>, StoreError>;

    /// Removes the parked facts whose time is over; returns their number.
    fn discard_parked(&mut self, now: Timestamp) -> Result<u64, StoreError>;

    /// Adds a run, its document unless one with the digest is there, and the hashes of its recipients, by which
    /// [`runs_of`](Self::runs_of) finds it.
    fn insert_run(
        &mut self,
        run: &Run,
        document: &[u8],
        recipients: &[RecipientHash],
    ) -> Result<(), StoreError>;

    /// Run with this ID.
    fn load_run(&mut self, id: RunId) -> Result<Option<Run>, StoreError>;

    /// Document with this digest, until erased.
    fn definition(&mut self, digest: &Digest) -> Result<Option<Vec<u8>>, StoreError>;

    /// Writes a run, guarded by the ID and version of `before`. Returns `false` if the guard does not match; nothing is
    /// written then.
    fn update_run(&mut self, before: &Run, after: &Run) -> Result<bool, StoreError>;

    /// Removes the hashes of a run's recipients, and its document unless a run that is not purged has the same.
    fn erase_run(&mut self, run: &Run) -> Result<(), StoreError>;

    /// Runs of these accounts whose `wake_at` is `now` or before, by `wake_at`.
    fn due_runs(
        &mut self,
        accounts: &[String],
        now: Timestamp,
        limit: u32,
    ) -> Result<Vec<Run>, StoreError>;

    /// The earliest `wake_at` of runs of these accounts.
    fn next_wake(&mut self, accounts: &[String]) -> Result<Option<Timestamp>, StoreError>;

    /// Runs with this recipient, until erased; in any order.
    fn runs_of(&mut self, recipient: RecipientHash) -> Result<Vec<Run>, StoreError>;

    /// Runs that match, by ID, after this one.
    fn select_runs(
        &mut self,
        filter: &RunFilter,
        after: Option<RunId>,
        limit: u32,
    ) -> Result<Vec<Run>, StoreError>;

    /// Number of running runs. Cheap: asked with each start that has a capacity.
    fn running_runs(&mut self) -> Result<u64, StoreError>;

    /// Webhooks that came and did not come; the default at first.
    fn sight(&mut self) -> Result<Sight, StoreError>;

    /// Writes the same.
    fn set_sight(&mut self, sight: &Sight) -> Result<(), StoreError>;

    /// Counts and ages.
    fn aggregates(&mut self, now: Timestamp) -> Result<Aggregates, StoreError>;
}

/// Values of a store as a whole.
#[derive(Clone, Copy)]
pub struct Meta {
    /// Key of the recipients' hashes: random, made with the store.
    pub hash_key: [u8; 32],
    /// The store is a restored backup and was not adopted.
    pub restored: bool,
}

impl std::fmt::Debug for Meta {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Meta")
            .field("restored", &self.restored)
            .finish_non_exhaustive()
    }
}

/// Last consent of a recipient for a sender group.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LastConsent {
    /// `true`: opted out.
    pub opted_out: bool,
    /// Time at which the recipient said so.
    pub at: Timestamp,
}

/// Counts and ages of a store.
#[derive(Debug, Clone, Default)]
pub struct Aggregates {
    /// Number of rows by state; a missing state counts 0.
    pub states: BTreeMap<State, u64>,
    /// Number of rows by status, for rows that have one.
    pub statuses: BTreeMap<String, u64>,
    /// The earliest `due_at` of queued rows that are due.
    pub oldest_due: Option<Timestamp>,
    /// The earliest `since` of sending rows.
    pub oldest_sending: Option<Timestamp>,
    /// The earliest `since` of rows in doubt.
    pub oldest_in_doubt: Option<Timestamp>,
    /// Number of parked facts.
    pub parked: u64,
    /// Sum of the rows' contradictions.
    pub contradictions: u64,
    /// Number of runs by state; a missing state counts 0.
    pub runs: BTreeMap<RunState, u64>,
    /// The earliest `wake_at` of runs.
    pub next_wake: Option<Timestamp>,
    /// Sum of the runs' late reads.
    pub late_reads: u64,
    /// Sum of the runs' late deliveries.
    pub late_deliveries: u64,
}
