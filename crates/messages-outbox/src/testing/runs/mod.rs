//! Proofs for runs: seeded histories and an exhaustive search, which catch the bugs that are planted for them.

mod planted;
mod search;
mod simulation;
mod world;

pub use planted::RunBug;
pub use search::search;
pub use simulation::{STEPS, Totals, simulate};
