//! Runs: clauses 22 to 29.

use std::time::Duration;

use messages_sdk::types::Status;
use messages_sdk::types::v0_1::{Condition, Sms, Whatsapp, Workflow};

use crate::id::RowId;
use crate::row::{Outcome, Reason, State};
use crate::run::{Definition, Phase, Run, RunId, RunIntent, RunState, Task, TaskEnd};
use crate::store::{
    AdvanceRequest, Advanced, Applied, Enqueued, Fact, OutboxStore, PurgeRequest, Reply, Started,
    StoreErrorKind, TaskDone,
};
use crate::testing::scene::{RECIPIENT, SENDER, Scene, accepted, failed, intent, status};
use crate::testing::{StoreHarness, Verdict, ensure};

/// Period of the first step's condition.
const WITHIN: Duration = Duration::from_secs(600);

/// A WhatsApp message to be read within 600 seconds, else an SMS.
fn workflow(key: &str) -> Result<RunIntent, String> {
    let first = Whatsapp::text(SENDER, RECIPIENT, "Hello");
    let first = first.and_then(|message| message.expecting(Condition::Read, 600_u32));
    let last = Sms::text(SENDER, RECIPIENT, "Hello");
    let (first, last) = first
        .and_then(|first| Ok((first, last?)))
        .map_err(|problems| problems.to_string())?;
    let workflow = Workflow::starting_with(first).ending_with(last);
    RunIntent::new(key, workflow).map_err(|error| error.to_string())
}

/// An SMS, stopped by a reply or the signal `booked`.
fn journey(key: &str) -> Result<RunIntent, String> {
    let document = format!(
        r#"{{"template": "journey/1", "stop_on": ["reply", {{"signal": "booked"}}], "steps": [{{"send":
        {{"message": {{"channel": "sms", "message_type": "text", "from": "{SENDER}", "to": "{RECIPIENT}",
        "text": "Hello"}}}}}}]}}"#
    );
    Definition::from_slice(document.as_bytes())
        .and_then(|definition| RunIntent::new(key, definition))
        .map_err(|error| error.to_string())
}

impl<S: OutboxStore> Scene<S> {
    async fn start(&self, intent: RunIntent) -> Result<Started, String> {
        let started = self.store.start(&[intent], None).await.map_err(failed)?;
        started
            .first()
            .copied()
            .ok_or_else(|| "no result".to_owned())
    }

    async fn advance(&self, done: &[TaskDone]) -> Result<Advanced, String> {
        let request = AdvanceRequest {
            accounts: vec!["default".to_owned()],
            limit: 1_000,
            done: done.to_vec(),
        };
        self.store.advance(&request).await.map_err(failed)
    }

    async fn run(&self, id: RunId) -> Result<Run, String> {
        let detail = self.store.show_run(id).await.map_err(failed)?;
        Ok(detail.ok_or_else(|| format!("{id} is missing"))?.run)
    }

    /// Posts the row of a message, with this outcome.
    async fn post(&self, row: RowId, outcome: Outcome) -> Verdict {
        let claimed = self.claim(1_000).await?;
        let claimed = claimed.iter().find(|claimed| claimed.row.id == row);
        let epoch = claimed
            .ok_or("a message of a run was not claimed")?
            .row
            .epoch;
        let begun = self.begin(&[(row, epoch)]).await?;
        ensure!(
            begun.iter().all(|begun| begun.result.is_ok()),
            "a message of a run was not begun"
        );
        self.settle(row, epoch, outcome).await?;
        Ok(())
    }

    /// A run whose first message was accepted, and has the ID `uuid-1`.
    async fn waiting(&self, key: &str) -> Result<RunId, String> {
        let Started::New(id) = self.start(workflow(key)?).await? else {
            return Err("a new key was known".to_owned());
        };
        self.post(id.row(1), accepted("uuid-1")).await?;
        // The store sees: a webhook came after the acceptance.
        self.apply(Fact::Webhook).await?;
        Ok(id)
    }

    /// Number of these runs whose second message was added, once all due runs were advanced.
    async fn moved(&self, runs: &[RunId]) -> Result<usize, String> {
        self.advance(&[]).await?;
        let mut moved = 0;
        for run in runs {
            moved += usize::from(self.has_row(run.row(2)).await?);
        }
        Ok(moved)
    }

    async fn has_row(&self, id: RowId) -> Result<bool, String> {
        Ok(self.store.show(id).await.map_err(failed)?.is_some())
    }
}

pub(super) async fn start_is_idempotent<H: StoreHarness>(harness: &H) -> Verdict {
    let scene = Scene::open(harness).await?;
    let first = scene.start(workflow("key")?).await?;
    let Started::New(id) = first else {
        return Err(format!("a new key gave {first:?}"));
    };
    let again = scene.start(workflow("key")?).await?;
    ensure!(
        again == Started::Existing(id),
        "the same document again gave {again:?}"
    );
    let rows = scene.all().await?;
    ensure!(
        rows.len() == 1 && rows[0].id == id.row(1),
        "a run that was enqueued twice has {} rows",
        rows.len()
    );
    let message = scene.add(intent("key", "Hello")?).await?;
    ensure!(
        message == Enqueued::Conflict(id.into()),
        "a message with the key of a run gave {message:?}"
    );
    let message = scene.add(intent("message", "Hello")?).await?;
    let run = scene.start(workflow("message")?).await?;
    ensure!(
        run == Started::Conflict(message.id()),
        "a run with the key of a message gave {run:?}"
    );
    let both = [workflow("one")?, workflow("two")?];
    let full = scene.store.start(&both, Some(6)).await;
    ensure!(
        full.as_ref()
            .is_err_and(|error| error.kind() == StoreErrorKind::Full),
        "two runs beyond the capacity gave {full:?}"
    );
    let found = scene.store.find("default", "one").await.map_err(failed)?;
    ensure!(found.is_none(), "a list that failed added a run");
    Ok(())
}

pub(super) async fn a_row_and_its_run_are_one_commit<H: StoreHarness>(harness: &H) -> Verdict {
    let scene = Scene::open(harness).await?;
    let id = scene.waiting("key").await?;
    let store = harness.crash(scene.store).await.map_err(failed)?;
    let scene = Scene { store, ..scene };
    let run = scene.run(id).await?;
    ensure!(
        matches!(run.progress.phase, Phase::Waiting(_)),
        "after a crash a run whose message was accepted is {:?}",
        run.progress.phase
    );
    scene
        .apply(status(
            scene.row(id.row(1)).await?.reference(),
            "uuid-1",
            Status::Rejected,
        ))
        .await?;
    let store = harness.crash(scene.store).await.map_err(failed)?;
    let scene = Scene { store, ..scene };
    ensure!(
        scene.has_row(id.row(2)).await?,
        "the failure of a message was stored, and the next step was not"
    );
    scene.post(id.row(2), accepted("uuid-2")).await?;
    scene
        .apply(status(None, "uuid-2", Status::Delivered))
        .await?;
    let run = scene.run(id).await?;
    ensure!(
        run.state == RunState::Completed,
        "a run whose last message was delivered is {}",
        run.state
    );
    let report = run.progress.report.unwrap_or_default();
    ensure!(
        report.contains("\"completed\"") && report.contains("uuid-1") && report.contains("uuid-2"),
        "a workflow ended without a report of its messages"
    );
    Ok(())
}

pub(super) async fn a_step_is_enqueued_once<H: StoreHarness>(harness: &H) -> Verdict {
    let scene = Scene::open(harness).await?;
    let id = scene.waiting("key").await?;
    scene.clock.advance(WITHIN);
    let (left, right) = tokio::join!(scene.advance(&[]), scene.advance(&[]));
    let moved = left?.moved + right?.moved;
    ensure!(moved == 1, "one due run was advanced {moved} times");
    let rows = scene.all().await?.len();
    ensure!(rows == 2, "a run of two steps has {rows} rows");
    let version = scene.run(id).await?.version;
    let after = scene.advance(&[]).await?.moved;
    ensure!(
        after == 0 && scene.run(id).await?.version == version,
        "a run that is not due was advanced"
    );
    Ok(())
}

pub(super) async fn deadlines_go_by_the_clock_of_the_store<H: StoreHarness>(
    harness: &H,
) -> Verdict {
    let scene = Scene::open(harness).await?;
    let Started::New(id) = scene.start(workflow("key")?).await? else {
        return Err("a new key was known".to_owned());
    };
    // The period begins with the acceptance, not with the enqueueing.
    scene.clock.advance(WITHIN * 2);
    let early = scene.advance(&[]).await?.moved;
    ensure!(
        early == 0,
        "a deadline passed before its message was accepted"
    );
    scene.post(id.row(1), accepted("uuid-1")).await?;
    scene.apply(Fact::Webhook).await?;
    let almost = WITHIN - Duration::from_millis(1);
    scene.clock.advance(almost);
    let early = scene.advance(&[]).await?;
    ensure!(
        early.moved == 0 && !scene.has_row(id.row(2)).await?,
        "a deadline passed too early"
    );
    let due = scene.run(id).await?.wake_at;
    ensure!(
        early.next_wake == due && due.is_some(),
        "the next deadline is {due:?}, and the store gave {:?}",
        early.next_wake
    );
    scene.clock.advance(Duration::from_millis(1));
    scene.advance(&[]).await?;
    ensure!(
        scene.has_row(id.row(2)).await?,
        "a deadline did not pass in time"
    );

    let id = scene.waiting("read").await?;
    scene.clock.advance(WITHIN);
    // The fact is committed first.
    let reference = scene.row(id.row(1)).await?.reference();
    scene
        .apply(status(reference, "uuid-1", Status::Read))
        .await?;
    scene.advance(&[]).await?;
    let run = scene.run(id).await?;
    ensure!(
        run.state == RunState::Completed && !scene.has_row(id.row(2)).await?,
        "a run moved on after a committed success"
    );
    Ok(())
}

pub(super) async fn deadlines_stand_still_while_blind<H: StoreHarness>(harness: &H) -> Verdict {
    let scene = Scene::open(harness).await?;
    let Started::New(id) = scene.start(workflow("key")?).await? else {
        return Err("a new key was known".to_owned());
    };
    scene.post(id.row(1), accepted("uuid-1")).await?;
    for _ in 0..30 {
        scene.clock.advance(Duration::from_secs(60));
        scene.advance(&[]).await?;
    }
    ensure!(
        !scene.has_row(id.row(2)).await?,
        "a run moved on while no webhook came"
    );
    let blind = scene.store.status().await.map_err(failed)?.blind_since;
    ensure!(blind.is_some(), "the store does not show that it is blind");
    // The catch-up is as long as the outage, at most 15 minutes.
    scene.apply(Fact::Webhook).await?;
    let given_back = WITHIN + Duration::from_secs(15 * 60);
    scene.clock.advance(given_back - Duration::from_secs(1));
    scene.advance(&[]).await?;
    ensure!(
        !scene.has_row(id.row(2)).await?,
        "the time that was missed was not given back"
    );
    scene.clock.advance(Duration::from_secs(1));
    scene.advance(&[]).await?;
    ensure!(
        scene.has_row(id.row(2)).await?,
        "a run does not go on after an outage"
    );
    one_run_probes_in_silence(&Scene::open(harness).await?).await
}

/// All workers of a store together let one run move on when no webhook has come for long.
async fn one_run_probes_in_silence<S: OutboxStore>(scene: &Scene<S>) -> Verdict {
    let runs = [
        scene.waiting("first").await?,
        scene.waiting("second").await?,
    ];
    scene.clock.advance(WITHIN);
    ensure!(
        scene.moved(&runs).await? == 1,
        "not one run moved on in silence"
    );
    scene.clock.advance(Duration::from_secs(60));
    ensure!(
        scene.moved(&runs).await? == 1,
        "a second run moved on in silence, before the first one's message was accepted"
    );
    // The first one's message is not accepted within 2 minutes: nothing tells whether webhooks come.
    scene.clock.advance(Duration::from_secs(60));
    ensure!(
        scene.moved(&runs).await? == 2,
        "runs wait for ever for a message that is not accepted"
    );
    Ok(())
}

pub(super) async fn tasks_are_repeated_until_done<H: StoreHarness>(harness: &H) -> Verdict {
    let scene = Scene::open(harness).await?;
    let intent = workflow("key")?.report_url("https://example.org/report");
    let Started::New(id) = scene.start(intent).await? else {
        return Err("a new key was known".to_owned());
    };
    let refused = || Outcome::Rejected(Reason::new("rejected"));
    scene.post(id.row(1), refused()).await?;
    scene.post(id.row(2), refused()).await?;
    let given = scene.advance(&[]).await?.tasks;
    ensure!(
        given.len() == 1 && given[0].run == id && given[0].task == Task::Report,
        "a workflow that ended gave {given:?}"
    );
    let again = scene.advance(&[]).await?.tasks.len();
    ensure!(again == 0, "a task that a worker has was given again");
    // Its worker died.
    scene.clock.advance(Duration::from_secs(90));
    let again = scene.advance(&[]).await?.tasks.len();
    ensure!(again == 1, "a task that was not done is lost");
    let end = |end| TaskDone {
        run: id,
        task: Task::Report,
        end,
    };
    scene.advance(&[end(TaskEnd::Failed)]).await?;
    scene.clock.advance(Duration::from_secs(60));
    let again = scene.advance(&[]).await?.tasks.len();
    ensure!(again == 1, "a task that failed is lost");
    scene.advance(&[end(TaskEnd::Done)]).await?;
    scene.clock.advance(Duration::from_secs(7_200));
    let after = scene.advance(&[]).await?.tasks.len();
    ensure!(after == 0, "a task that was done was given again");
    Ok(())
}

pub(super) async fn an_ended_run_sends_nothing_more<H: StoreHarness>(harness: &H) -> Verdict {
    let scene = Scene::open(harness).await?;
    let Started::New(id) = scene.start(workflow("key")?).await? else {
        return Err("a new key was known".to_owned());
    };
    let cancel = |id| scene.store.cancel_run(id, "suite");
    ensure!(
        cancel(id).await.map_err(failed)?,
        "a running run was not cancelled"
    );
    let state = scene.state(id.row(1)).await?;
    ensure!(
        state == State::Cancelled,
        "the queued row of a cancelled run is {state}"
    );
    ensure!(
        !cancel(id).await.map_err(failed)?,
        "a run was cancelled twice"
    );
    let waiting = scene.waiting("waiting").await?;
    cancel(waiting).await.map_err(failed)?;
    let reference = scene.row(waiting.row(1)).await?.reference();
    scene
        .apply(status(reference, "uuid-1", Status::Rejected))
        .await?;
    scene.clock.advance(WITHIN);
    scene.advance(&[]).await?;
    ensure!(
        !scene.has_row(waiting.row(2)).await?,
        "a cancelled run went on"
    );
    for (key, is_reply) in [("reply", true), ("signal", false)] {
        let Started::New(id) = scene.start(journey(key)?).await? else {
            return Err("a new key was known".to_owned());
        };
        let ended = if is_reply {
            let reply = |to: &str| {
                Fact::Reply(Reply {
                    from: RECIPIENT.to_owned(),
                    to: to.to_owned(),
                })
            };
            // To another sender: it is not about this run.
            scene.apply(reply("447700900009")).await?;
            ensure!(
                scene.run(id).await?.state == RunState::Running,
                "a reply to another sender stopped a run"
            );
            scene.apply(reply(SENDER)).await? == Applied::Stopped(1)
        } else {
            let unknown = scene.store.signal(id, "unknown").await.map_err(failed)?;
            ensure!(!unknown, "a signal that is not named stopped a run");
            scene.store.signal(id, "booked").await.map_err(failed)?
        };
        let state = scene.run(id).await?.state;
        ensure!(
            ended && state == RunState::Stopped,
            "a run is {state} after a {key} that stops it"
        );
        let state = scene.state(id.row(1)).await?;
        ensure!(
            state == State::Cancelled,
            "the queued row of a stopped run is {state}"
        );
    }
    let status = scene.store.status().await.map_err(failed)?;
    ensure!(
        status.runs.get(&RunState::Cancelled) == Some(&2) && status.running() == 0,
        "the counts of two cancelled runs are {:?}",
        status.runs
    );
    Ok(())
}

pub(super) async fn running_runs_pin_their_rows<H: StoreHarness>(harness: &H) -> Verdict {
    let scene = Scene::open(harness).await?;
    let id = scene.waiting("key").await?;
    let purge = PurgeRequest {
        older_than: Duration::from_secs(60),
        limit: 100,
    };
    scene.clock.advance(Duration::from_secs(120));
    let purged = scene.store.purge(&purge).await.map_err(failed)?.count;
    ensure!(
        purged == 0 && !scene.row(id.row(1)).await?.purged,
        "the row of a running run was purged"
    );
    scene.store.cancel_run(id, "suite").await.map_err(failed)?;
    scene.clock.advance(Duration::from_secs(120));
    let purged = scene.store.purge(&purge).await.map_err(failed)?.count;
    let detail = scene.store.show_run(id).await.map_err(failed)?;
    let detail = detail.ok_or("a purged run is missing")?;
    ensure!(
        purged == 2 && detail.run.purged && detail.document.is_none(),
        "{purged} of a run and its row were purged"
    );
    ensure!(
        detail.run.details.key.is_none() && scene.row(id.row(1)).await?.purged,
        "a purged run has its key"
    );
    let again = scene.start(workflow("key")?).await?;
    ensure!(
        again == Started::Existing(id),
        "the key of a purged run gave {again:?}"
    );

    let id = scene.waiting("forgotten").await?;
    let recipients = [RECIPIENT.to_owned()];
    let forgotten = scene.store.forget(&recipients).await.map_err(failed)?;
    let detail = scene.store.show_run(id).await.map_err(failed)?;
    let detail = detail.ok_or("a run of an erased recipient is missing")?;
    ensure!(
        forgotten.runs == 1 && detail.run.state == RunState::Cancelled && detail.document.is_none(),
        "the run of an erased recipient is {}, and {} were erased",
        detail.run.state,
        forgotten.runs
    );
    Ok(())
}
