//! Simulation of workers, crashes, the API and its webhooks over the ledger's own code, with a virtual clock.
//!
//! A history is made from its seed alone: a failure replays.
//!
//! | part | faults |
//! | --- | --- |
//! | 1 to 4 workers | killed at any point, also with a commit whose response is lost; paused beyond every lease |
//! | store | unknown effects of `begin`; its clock jumps by an hour; restored from a backup |
//! | API | accepts and loses the response, loses the request, refuses, throttles, is not reachable |
//! | webhooks | late, twice, in any order, missing, without a reference |
//! | operators | pause, cancel, resolve, purge |
//!
//! Then everything works again, and the history is checked: nothing lost, nothing doubled, all accounted for.

mod api;
mod check;
mod operator;
mod worker;
mod world;

use std::time::Duration;

use super::planted::Bug;
use world::World;

/// Steps of a history before everything works again.
pub const STEPS: u32 = 200;

/// Counts of histories.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Totals {
    /// Rows added.
    pub rows: u64,
    /// Messages that the API accepted.
    pub accepted: u64,
    /// Workers killed.
    pub kills: u64,
    /// Rows that were in doubt at some time, as their workers or the reaper stored it.
    pub doubts: u64,
    /// Webhooks delivered.
    pub webhooks: u64,
    /// Webhooks that came before the response of their POST was stored.
    pub early: u64,
    /// Restored backups.
    pub restores: u64,
}

/// A history that violates an invariant.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("seed {seed}, step {step}: {invariant}")]
#[non_exhaustive]
pub struct Violation {
    /// Seed that replays it.
    pub seed: u64,
    /// Step after which it was seen; [`STEPS`] for the end.
    pub step: u32,
    /// Invariant, and how it is violated.
    pub invariant: String,
}

/// Runs the history of a seed, with a planted bug or without.
///
/// # Errors
///
/// [`Violation`]: with the seed to replay.
pub fn run(seed: u64, bug: Option<Bug>) -> Result<Totals, Violation> {
    let mut world = World::new(seed, bug);
    for step in 0..=STEPS {
        let verdict = if step < STEPS {
            let elapsed = match world.rng.u32(0..40) {
                0 => Duration::from_secs(world.rng.u64(20..200)),
                _ => Duration::from_micros(world.rng.u64(1..2_000_000)),
            };
            world.advance(elapsed);
            world.step().and_then(|()| world.check())
        } else {
            world.recover().and_then(|()| world.check_end())
        };
        verdict.map_err(|invariant| Violation {
            seed,
            step,
            invariant,
        })?;
    }
    Ok(world.totals)
}
