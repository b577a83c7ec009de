//! Decisions of a store, as functions over its tables.
//!
//! Each function is one request of [`OutboxStore`](crate::OutboxStore). It reads and writes through [`Tables`], within one
//! transaction that the store opens and commits, at a time of the store's clock. Those of [`campaign`] are the requests of
//! [`CampaignStore`](crate::CampaignStore).

mod advance;
mod apply;
pub mod campaign;
mod campaign_tables;
mod claim;
mod command;
mod enqueue;
mod erase;
mod read;
mod reap;
mod run;
mod send;
mod tables;

pub use advance::advance;
pub use apply::apply;
pub use campaign_tables::CampaignTables;
pub use claim::claim;
pub use command::{adopt, command, throttle};
pub use enqueue::enqueue;
pub use erase::{forget, purge};
pub use read::{find, list, list_runs, show, show_run, status};
pub use reap::reap;
pub use run::{cancel_run, signal, start};
pub use send::{begin, release, settle};
pub use tables::{Aggregates, LastConsent, Meta, Tables};
