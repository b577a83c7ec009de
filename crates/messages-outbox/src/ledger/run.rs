//! Runs: their beginning, the facts of their rows, and what the application and operators say about them.

use jiff::Timestamp;

use super::Tables;
use super::send::write;
use crate::digest::Digest;
use crate::row::{Change, Event, State, transition};
use crate::run::{
    Definition, Plan, RowView, Run, RunEffect, RunEvent, RunId, RunIntent, RunRefused, RunState,
    Sight, Task, transition as run_transition,
};
use crate::store::{Started, StoreError, StoreErrorKind};

/// Adds runs for the intents whose keys are not known, and the rows of their first steps.
///
/// # Errors
///
/// [`StoreErrorKind::Full`] if there would be more than `capacity` open rows and running runs; an error of the tables.
pub fn start(
    tables: &mut (impl Tables + ?Sized),
    intents: &[RunIntent],
    capacity: Option<u64>,
    now: Timestamp,
) -> Result<Vec<Started>, StoreError> {
    let hash_key = tables.meta()?.hash_key;
    let mut room = match capacity {
        Some(capacity) => capacity
            .saturating_sub(tables.open_rows()?)
            .saturating_sub(tables.running_runs()?),
        None => u64::MAX,
    };
    let mut results = Vec::with_capacity(intents.len());
    for intent in intents {
        let key = Digest::of_key(&intent.namespace, &intent.key);
        results.push(match tables.find_key(&key)? {
            Some((id, digest)) if digest == intent.digest => Started::Existing(RunId::of(id)),
            Some((id, _)) => Started::Conflict(id),
            None => {
                // The row of the first step counts, too.
                room = room
                    .checked_sub(2)
                    .ok_or_else(|| StoreError::not_done(StoreErrorKind::Full))?;
                let begun = intent.begin(now);
                let recipients = intent.recipients(&hash_key);
                tables.insert_run(&begun.run, &intent.document, &recipients)?;
                for effect in &begun.effects {
                    carry_out(tables, &begun.run, &intent.plan, *effect, now)?;
                }
                Started::New(intent.id)
            }
        });
    }
    Ok(results)
}

/// Passes the change of a row to its run, if it belongs to one. Part of every change of a row: what a row knows and what
/// its run knows are one commit.
pub(super) fn observe(
    tables: &mut (impl Tables + ?Sized),
    change: &Change,
    now: Timestamp,
) -> Result<(), StoreError> {
    let Some(place) = change.row.details.run else {
        return Ok(());
    };
    let is_news = match change.row.state {
        State::Claimed | State::Sending => false,
        // Queued again after its POST: the run may have ended or moved on meanwhile.
        State::Queued => !matches!(change.from, State::Queued | State::Claimed),
        _ => true,
    };
    if is_news {
        react(
            tables,
            place.run,
            &RunEvent::Row(RowView::after(change)),
            now,
        )?;
    }
    Ok(())
}

/// Result of an event for a run.
pub(super) struct Reaction {
    /// The run afterwards.
    pub(super) run: Run,
    /// Tasks for a worker.
    pub(super) tasks: Vec<Task>,
}

/// Applies an event to a run, with its effects. `None` if the run is unknown or does not change.
pub(super) fn react(
    tables: &mut (impl Tables + ?Sized),
    id: RunId,
    event: &RunEvent,
    now: Timestamp,
) -> Result<Option<Reaction>, StoreError> {
    while let Some(run) = tables.load_run(id)? {
        let sight = tables.sight()?;
        if let Some(reacted) = react_with(tables, &run, event, &sight, now)? {
            return Ok(reacted);
        }
        // Another writer was faster: the event counts for the run as it is now.
    }
    Ok(None)
}

/// As [`react`], of a run that was loaded. The outer `None`: it has changed since.
pub(super) fn react_with(
    tables: &mut (impl Tables + ?Sized),
    run: &Run,
    event: &RunEvent,
    sight: &Sight,
    now: Timestamp,
) -> Result<Option<Option<Reaction>>, StoreError> {
    let plan = plan_of(tables, run)?;
    let change = match run_transition(run, &plan, event, sight, now) {
        Ok(change) => change,
        Err(RunRefused::Unchanged | RunRefused::State(_) | RunRefused::TooEarly) => {
            return Ok(Some(None));
        }
    };
    if !tables.update_run(run, &change.run)? {
        return Ok(None);
    }
    let mut tasks = Vec::new();
    for effect in change.effects {
        tasks.extend(carry_out(tables, &change.run, &plan, effect, now)?);
    }
    Ok(Some(Some(Reaction {
        run: change.run,
        tasks,
    })))
}

/// The plan of a run, which one that has ended does not need any more.
pub(super) fn plan_of(tables: &mut (impl Tables + ?Sized), run: &Run) -> Result<Plan, StoreError> {
    if run.state != RunState::Running {
        return Ok(Plan::default());
    }
    let corrupt = || StoreError::not_done(StoreErrorKind::Corrupt);
    let document = tables
        .definition(&run.details.digest)?
        .ok_or_else(corrupt)?;
    let definition = Definition::from_slice(&document);
    definition
        .and_then(|definition| definition.plan())
        .map_err(|error| corrupt().caused_by(error))
}

/// Carries out an effect; returns the task that it gives.
fn carry_out(
    tables: &mut (impl Tables + ?Sized),
    run: &Run,
    plan: &Plan,
    effect: RunEffect,
    now: Timestamp,
) -> Result<Option<Task>, StoreError> {
    match effect {
        RunEffect::Enqueue { number, due_at } => {
            // A message that was enqueued before is one row.
            if tables.load(run.id.row(number))?.is_none()
                && let Some((row, payload)) =
                    plan.row(run, number, due_at, &tables.meta()?.hash_key, now)
            {
                tables.insert(&row, &payload)?;
            }
        }
        RunEffect::Cancel(number) => {
            if let Some(row) = tables.load(run.id.row(number))?
                && let Ok(change) = transition(&row, &Event::Cancel, now)
            {
                write(tables, &row, &change, None, now)?;
            }
        }
        RunEffect::Give(task) => return Ok(Some(task)),
    }
    Ok(None)
}

/// Passes a signal to a run. Returns `true` if it stopped the run.
///
/// # Errors
///
/// An error of the tables.
pub fn signal(
    tables: &mut (impl Tables + ?Sized),
    run: RunId,
    name: &str,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let event = RunEvent::Signal(name.to_owned());
    Ok(react(tables, run, &event, now)?.is_some())
}

/// Cancels a run, and its rows that were not posted. Returns `false` if it had ended.
///
/// # Errors
///
/// An error of the tables.
pub fn cancel_run(
    tables: &mut (impl Tables + ?Sized),
    run: RunId,
    by: &str,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let event = RunEvent::Cancel { by: by.to_owned() };
    Ok(react(tables, run, &event, now)?.is_some())
}
