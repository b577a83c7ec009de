#![doc = include_str!("../README.md")]
#![cfg_attr(docsrs, feature(doc_cfg))]

mod campaigns;
mod enqueue;
mod error;
mod incarnation;
mod reader;
mod schema;
mod store;
mod tables;
mod writer;

pub use enqueue::{Statement, enqueue};
pub use rusqlite;
pub use schema::migrations;
pub use store::{Builder, SqliteStore};
