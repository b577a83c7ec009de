//! Proofs for stores, and for the ledger itself.
//!
//! A store of your own proves itself with a [`StoreHarness`] and two calls, or three if it has campaigns:
//!
//! ```
//! use messages_outbox::testing::{MemoryHarness, conformance, histories};
//!
//! # async fn prove() {
//! conformance::run(&MemoryHarness).await.assert();
//! conformance::run_campaigns(&MemoryHarness).await.assert();
//! for seed in 0..10 {
//!     histories(&MemoryHarness, seed).await.unwrap();
//! }
//! # }
//! # tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap().block_on(prove());
//! ```

mod altered;
pub mod conformance;
mod harness;
mod histories;
mod planted;
pub mod runs;
mod scene;
mod search;
pub mod simulation;

pub use harness::{MemoryHarness, StoreHarness};
pub use histories::histories;
pub use planted::Bug;
pub use search::{Searched, search};

/// Result of a check: a description of what is wrong.
pub(crate) type Verdict = Result<(), String>;

/// Fails the check unless the condition holds.
macro_rules! ensure {
    ($condition:expr, $($message:tt)+) => {
        if !$condition {
            return Err(format!($($message)+));
        }
    };
}
pub(crate) use ensure;
