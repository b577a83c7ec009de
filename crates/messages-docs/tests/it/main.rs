//! Pages beside the code that they describe.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

mod axum_service;
mod emulator;
mod errors;
