#![doc = include_str!("../README.md")]
#![cfg_attr(docsrs, feature(doc_cfg))]

mod connect;
mod enqueue;
mod error;
mod listen;
mod schema;
mod set;
mod store;
mod transaction;

pub use enqueue::{Statement, enqueue};
pub use schema::{migrate, migrations};
pub use store::{Builder, PostgresStore};
pub use tokio_postgres;
