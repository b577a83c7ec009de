//! Tables in memory of which some statements are altered.

use jiff::Timestamp;

use crate::digest::{Digest, RecipientHash};
use crate::id::RowId;
use crate::ledger::{Aggregates, LastConsent, Meta, Tables};
use crate::memory::MemoryTables;
use crate::quota::{SlotScope, Slots};
use crate::row::{Lane, Priority, Row, State, StatusFact};
use crate::run::{Run, RunId, Sight};
use crate::store::{Filter, HistoryEntry, RunFilter, Scope, StoreError};

macro_rules! altered {
    ($($method:ident($($argument:ident: $type:ty),*) -> $result:ty;)+) => {
        /// Tables that are those of [`inner`](Self::inner) but for the methods that an implementation defines itself.
        pub(crate) trait Altered: Send {
            fn inner(&mut self) -> &mut MemoryTables;

            $(
                fn $method(&mut self, $($argument: $type),*) -> Result<$result, StoreError> {
                    self.inner().$method($($argument),*)
                }
            )+
        }

        impl<T: Altered> Tables for T {
            $(
                fn $method(&mut self, $($argument: $type),*) -> Result<$result, StoreError> {
                    Altered::$method(self, $($argument),*)
                }
            )+
        }
    };
}

altered! {
    meta() -> Meta;
    set_adopted() -> ();
    open_rows() -> u64;
    insert(row: &Row, payload: &[u8]) -> ();
    find_key(key: &Digest) -> Option<(RowId, Digest)>;
    find_uuid(uuid: &str) -> Option<RowId>;
    load(id: RowId) -> Option<Row>;
    payload(id: RowId) -> Option<Vec<u8>>;
    update(before: &Row, after: &Row, entry: Option<&HistoryEntry>) -> bool;
    erase_payload(id: RowId) -> ();
    history(id: RowId) -> Vec<HistoryEntry>;
    due_lanes(now: Timestamp) -> Vec<Lane>;
    due_rows(lane: &Lane, priority: Priority, now: Timestamp, except: &[String], limit: u32) -> Vec<Row>;
    next_due(now: Timestamp) -> Option<Timestamp>;
    leases_over(now: Timestamp, limit: u32) -> Vec<Row>;
    aged(state: State, time: Timestamp, limit: u32) -> Vec<Row>;
    select(filter: &Filter, after: Option<RowId>, limit: u32) -> Vec<Row>;
    holds() -> Vec<Scope>;
    set_hold(scope: &Scope, held: bool) -> bool;
    slots(scope: &SlotScope) -> Slots;
    set_slots(scope: &SlotScope, slots: &Slots) -> ();
    consent(group: &str, recipient: RecipientHash) -> Option<LastConsent>;
    set_consent(group: &str, recipient: RecipientHash, consent: LastConsent) -> ();
    park(fact: &StatusFact, until: Timestamp) -> ();
    unpark(uuid: &str) -> Vec<StatusFact>;
    discard_parked(now: Timestamp) -> u64;
    insert_run(run: &Run, document: &[u8], recipients: &[RecipientHash]) -> ();
    load_run(id: RunId) -> Option<Run>;
    definition(digest: &Digest) -> Option<Vec<u8>>;
    update_run(before: &Run, after: &Run) -> bool;
    erase_run(run: &Run) -> ();
    due_runs(accounts: &[String], now: Timestamp, limit: u32) -> Vec<Run>;
    next_wake(accounts: &[String]) -> Option<Timestamp>;
    runs_of(recipient: RecipientHash) -> Vec<Run>;
    select_runs(filter: &RunFilter, after: Option<RunId>, limit: u32) -> Vec<Run>;
    running_runs() -> u64;
    sight() -> Sight;
    set_sight(sight: &Sight) -> ();
    aggregates(now: Timestamp) -> Aggregates;
}
