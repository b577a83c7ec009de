//! The contract of [`OutboxStore`](crate::OutboxStore), as a test: one case for each clause.

mod campaigns;
mod erasing;
mod facts;
mod operating;
mod running;
mod sending;
mod windows;

use std::fmt;
use std::time::Duration;

use super::{StoreHarness, Verdict};

/// Longest duration of a case.
const PATIENCE: Duration = Duration::from_secs(30);

/// Runs cases, each over a fresh store.
macro_rules! cases {
    ($harness:ident: $($clause:literal $title:literal $case:path;)+) => {{
        let mut report = Report::default();
        $(
            let verdict = tokio::time::timeout(PATIENCE, $case($harness)).await;
            let verdict = verdict.unwrap_or_else(|_| Err(format!("took longer than {PATIENCE:?}")));
            report.add($clause, $title, verdict);
        )+
        report
    }};
}

/// Runs every case but those of campaigns, each over a fresh store.
pub async fn run<H: StoreHarness>(harness: &H) -> Report {
    cases! { harness:
        1 "enqueue is idempotent by key" sending::enqueue_is_idempotent;
        2 "a row has one holder" sending::a_row_has_one_holder;
        3 "begin is durable" sending::begin_is_durable;
        4 "a stale epoch changes nothing" sending::a_stale_epoch_changes_nothing;
        5 "settle is idempotent" sending::settle_is_idempotent;
        6 "a sending row is never queued by time" sending::leases_end_by_state;
        7 "apply is idempotent and free of order" facts::order_does_not_count;
        8 "early statuses are parked" facts::early_statuses_join;
        9 "a pause stops claims and begins" operating::a_pause_stops_claims_and_begins;
        10 "quotas hold over all holders" operating::quotas_hold_over_all_holders;
        11 "the store's clock rules" sending::the_clock_of_the_store_rules;
        12 "the states add up" operating::the_states_add_up;
        13 "purge touches no open row" erasing::purge_touches_no_open_row;
        14 "an error means that nothing was done" operating::an_error_changes_nothing;
        15 "forget erases and suppresses" erasing::forget_erases_and_suppresses;
        16 "a restored backup does not send" operating::a_restored_backup_does_not_send;
        17 "priorities hold, and no row starves" operating::no_row_starves;
        18 "opt-outs hold for their sender group" facts::opt_outs_hold_for_their_group;
        19 "the capacity is not exceeded" operating::the_capacity_is_not_exceeded;
        20 "commands change only what they may" operating::commands_change_only_what_they_may;
        21 "windows hold in the recipient's zone" windows::windows_hold;
        22 "start is idempotent by key" running::start_is_idempotent;
        23 "a row and its run are one commit" running::a_row_and_its_run_are_one_commit;
        24 "a step is enqueued once" running::a_step_is_enqueued_once;
        25 "deadlines go by the store's clock" running::deadlines_go_by_the_clock_of_the_store;
        26 "deadlines stand still while blind" running::deadlines_stand_still_while_blind;
        27 "tasks are repeated until done" running::tasks_are_repeated_until_done;
        28 "an ended run sends nothing more" running::an_ended_run_sends_nothing_more;
        29 "running runs pin their rows" running::running_runs_pin_their_rows;
    }
}

/// Runs the cases of campaigns, of a store that has them.
pub async fn run_campaigns<H: StoreHarness>(harness: &H) -> Report {
    cases! { harness:
        30 "import is idempotent by recipient" campaigns::import_is_idempotent;
        31 "a recipient is released once" campaigns::a_recipient_is_released_once;
        32 "a pause stops releases" campaigns::a_pause_stops_releases;
        33 "ramp, brake and caps hold" campaigns::limits_hold;
        34 "the counts of a campaign add up" campaigns::the_counts_add_up;
        35 "opt-outs hold for campaigns" campaigns::opt_outs_hold;
    }
}

/// Result of the suite.
#[derive(Debug, Default)]
#[must_use]
pub struct Report {
    passed: Vec<u32>,
    failures: Vec<Failure>,
}

/// A clause that a store breaks.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Failure {
    /// Number of the clause.
    pub clause: u32,
    /// Its content, in short.
    pub title: &'static str,
    /// Observation.
    pub reason: String,
}

impl Report {
    /// Clauses that hold.
    #[must_use]
    pub fn passed(&self) -> &[u32] {
        &self.passed
    }

    /// Clauses that are broken.
    #[must_use]
    pub fn failures(&self) -> &[Failure] {
        &self.failures
    }

    /// Ends the test unless all clauses hold.
    ///
    /// # Panics
    ///
    /// If a clause is broken, with all of them in the message.
    pub fn assert(&self) {
        assert!(self.failures.is_empty(), "{self}");
    }

    fn add(&mut self, clause: u32, title: &'static str, verdict: Verdict) {
        match verdict {
            Ok(()) => self.passed.push(clause),
            Err(reason) => self.failures.push(Failure {
                clause,
                title,
                reason,
            }),
        }
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} clauses hold", self.passed.len())?;
        for failure in &self.failures {
            let Failure {
                clause,
                title,
                reason,
            } = failure;
            write!(f, "\nclause {clause} ({title}): {reason}")?;
        }
        Ok(())
    }
}
