//! Simulation of runs over the ledger's own code, with a virtual clock.
//!
//! A history is made from its seed alone: a failure replays.

use std::time::Duration;

use super::planted::RunBug;
use super::world::World;
use crate::testing::simulation::Violation;

/// Steps of a history before everything works again.
pub const STEPS: u32 = 300;

/// Counts of histories.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Totals {
    /// Runs started.
    pub runs: u64,
    /// Messages that the API accepted.
    pub accepted: u64,
    /// Workers killed.
    pub kills: u64,
    /// Messages that were in doubt at some time.
    pub doubts: u64,
    /// Webhooks delivered.
    pub webhooks: u64,
    /// Webhooks that were missing, late by an outage, or twice.
    pub disturbed: u64,
    /// Deadlines after which a run moved on.
    pub deadlines: u64,
    /// Deadlines that the guard refused, since the run had changed.
    pub refused: u64,
    /// Deadlines that stood still, since the store was blind.
    pub held: u64,
    /// Messages read or delivered after their run had moved on.
    pub late: u64,
    /// Runs completed.
    pub completed: u64,
    /// Runs whose document is a journey.
    pub journeys: u64,
    /// Runs that a reply, a signal or a status stopped.
    pub stopped: u64,
    /// Revocations that reached the API.
    pub revoked: u64,
}

/// Runs the history of a seed, with a planted bug or without: up to six runs of workflows and journeys, one to three workers
/// that are killed and paused, replies and signals, webhooks that are late, doubled, reordered and missing, outages of their receiver, and a clock that jumps. Then
/// everything works again, and each run must end.
///
/// # Errors
///
/// [`Violation`]: with the seed to replay.
pub fn simulate(seed: u64, bug: Option<RunBug>) -> Result<Totals, Violation> {
    let mut world = World::new(seed, bug);
    for step in 0..=STEPS {
        let verdict = if step < STEPS {
            let elapsed = match world.rng.u32(0..12) {
                0 => Duration::from_secs(world.rng.u64(20..600)),
                _ => Duration::from_micros(world.rng.u64(1..3_000_000)),
            };
            world.pass(elapsed);
            world.step()
        } else {
            world.end()
        };
        verdict.map_err(|invariant| Violation {
            seed,
            step,
            invariant,
        })?;
    }
    Ok(world.totals)
}
