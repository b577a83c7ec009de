#![doc = include_str!("../README.md")]
#![cfg_attr(docsrs, feature(doc_cfg))]

mod campaigns;
mod connect;
mod enqueue;
mod error;
mod health;
mod listen;
mod options;
mod schema;
mod set;
mod store;
mod transaction;

pub use enqueue::{Statement, enqueue};
pub use health::Health;
pub use options::ConnectOptions;
pub use schema::{migrate, migrations, roles};
pub use store::{Builder, PostgresStore};
pub use tokio_postgres;
