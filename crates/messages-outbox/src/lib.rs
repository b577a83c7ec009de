#![doc = include_str!("../README.md")]
#![cfg_attr(docsrs, feature(doc_cfg))]

pub mod campaign;
mod digest;
mod id;
mod intent;
pub mod ledger;
mod memory;
mod observe;
mod outbox;
mod quota;
pub mod row;
pub mod run;
mod store;
mod suppression;
#[cfg(feature = "testing")]
#[cfg_attr(docsrs, doc(cfg(feature = "testing")))]
pub mod testing;
mod webhook;
pub mod window;
mod worker;

pub use digest::{Digest, RecipientHash};
pub use id::{InvalidId, Reference, RowId};
pub use intent::Intent;
pub use observe::{ObservedSend, OutboxObserver};
pub use outbox::{NoStore, Outbox, OutboxBuilder};
pub use quota::{Grant, Quota, Quotas, SlotScope, Slots, reserve};
pub use row::{Lane, Outcome, Priority, Reason, Resolution, Row, State};
pub use run::{Definition, DefinitionError, Run, RunId, RunIntent, RunState};
pub use store::{
    AdvanceRequest, Advanced, Affected, Applied, BeginRequest, Begun, CampaignReport,
    CampaignStatus, CampaignStore, Claim, ClaimRequest, Claimed, Command, CommandRequest, Consent,
    Control, ControlRequest, Created, Effect, Enqueued, Fact, FastClock, Filter, Forgotten,
    GivenTask, HistoryEntry, Imported, ListRequest, ManualClock, MemoryStore, OutboxStore, Policy,
    PurgeRequest, ReapRequest, Reaped, RecipientDetail, Release, ReleaseRequest, Releases, Reply,
    RowDetail, RunDetail, RunFilter, RunListRequest, Scope, Selection, Settle, Settled, Started,
    Status, StoreClock, StoreError, StoreErrorKind, SystemClock, TaskDone, Work,
};
pub use suppression::{AllowList, Keyword, SenderGroups, keyword};
pub use worker::{RunError, RunReport};
