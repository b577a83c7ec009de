//! Deadlines of runs, and the tasks they give to workers.

use jiff::Timestamp;

use super::Tables;
use super::run::{react, react_with};
use crate::run::{Phase, Run, RunEvent, Task};
use crate::store::{AdvanceRequest, Advanced, GivenTask, StoreError, StoreErrorKind, Work};

/// Advances runs whose time has come, and gives their tasks.
///
/// # Errors
///
/// [`StoreErrorKind::Restored`] if the store is a restored backup; an error of the tables.
pub fn advance(
    tables: &mut (impl Tables + ?Sized),
    request: &AdvanceRequest,
    now: Timestamp,
) -> Result<Advanced, StoreError> {
    if tables.meta()?.restored {
        return Err(StoreError::not_done(StoreErrorKind::Restored));
    }
    let mut advanced = Advanced {
        moved: 0,
        tasks: Vec::new(),
        now,
        next_wake: None,
        blind_since: None,
    };
    for done in &request.done {
        let event = RunEvent::Task {
            task: done.task,
            end: done.end,
        };
        advanced.moved += u64::from(react(tables, done.run, &event, now)?.is_some());
    }
    let mut sight = tables.sight()?;
    for run in tables.due_runs(&request.accounts, now, request.limit)? {
        // A run that has changed since it was read is looked at again by the next request.
        if let Some(Some(reaction)) = react_with(tables, &run, &RunEvent::Time, &sight, now)? {
            advanced.moved += 1;
            if sends_by_deadline(&run, &reaction.run) && sight.is_silent(now) {
                // The others wait for the webhook that its message brings, or does not, whichever worker advances them.
                sight.on_probe(now);
                tables.set_sight(&sight)?;
            }
            let tasks = reaction.tasks.iter();
            let given = tasks.filter_map(|task| given(&reaction.run, *task));
            advanced.tasks.extend(given);
        }
    }
    advanced.next_wake = tables.next_wake(&request.accounts)?;
    advanced.blind_since = sight.blind_since(now);
    Ok(advanced)
}

/// Returns `true` if the run sends its next message because a status did not come.
fn sends_by_deadline(before: &Run, after: &Run) -> bool {
    let is_pause = matches!(before.progress.phase, Phase::Pausing { .. });
    !is_pause && before.progress.messages.len() < after.progress.messages.len()
}

fn given(run: &Run, task: Task) -> Option<GivenTask> {
    let work = match task {
        Task::Revoke(number) => {
            let messages = run.progress.messages.iter();
            let message = messages.rev().find(|message| message.number == number)?;
            Work::Revoke {
                message_uuid: message.message_uuid.clone()?,
            }
        }
        Task::Report => Work::Report {
            url: run.details.report_url.clone(),
            body: run.progress.report.clone()?,
        },
    };
    Some(GivenTask {
        run: run.id,
        account: run.details.account.clone(),
        task,
        work,
    })
}
