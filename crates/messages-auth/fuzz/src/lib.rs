//! The properties that the fuzz targets check, which the crate's own tests check on damaged seeds.

#[path = "../../tests/it/fuzz/targets.rs"]
mod targets;

pub use targets::*;
