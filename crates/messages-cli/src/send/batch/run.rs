//! The batch itself: workers send, and what became of each message is counted and shown here.

use std::io;
use std::sync::Arc;
use std::time::{Duration, Instant};

use messages_sdk::Client;
use tokio::sync::mpsc;
use tokio::task::JoinSet;

use super::BatchArgs;
use super::check::check;
use super::compare::{changed, repeated};
use super::counts::Summary;
use super::journal::journal_path;
use super::queue::ItemQueue;
use super::results::Results;
use super::settle::Statuses;
use super::worker::{self, Shared, WorkerEvent};
use crate::error::CommandError;
use crate::exit::Exit;
use crate::io::output::{Line, Output};
use crate::io::progress::Progress;
use crate::send::input::Source;
use crate::send::{Path, SendReport};
use crate::settings::Settings;
use crate::signals;

/// Most accepted messages that are shown one by one; failures are always shown.
const SHOWN_MAX: u64 = 20;

/// Most events that wait to be shown, while another program has this thread's core.
const EVENTS_MAX: usize = 8192;

/// Time during which events are gathered, so that the workers do not wake this thread for each.
const GATHERING: Duration = Duration::from_millis(2);

/// Interval of progress updates.
const PROGRESS: Duration = Duration::from_millis(100);

/// Sends everything that the source holds.
pub(crate) async fn run(
    settings: &Settings,
    client: Client,
    source: Source,
    args: &BatchArgs,
    path: Path,
    mints: bool,
) -> Result<Exit, CommandError> {
    // The input first: a name that is mistyped leaves no results behind.
    let mut input = source.open()?;
    if !args.table.allow_duplicates {
        input.warn_of_duplicates(settings.out)?;
    }
    if let Some(file) = &args.results {
        input.refuse_outputs([file, &journal_path(file)])?;
    }
    let is_checked = input.is_repeatable() && !args.skip_invalid;
    // A resume first compares the input with the results: its messages may be those of another run.
    let (results, settled) = match &args.resume {
        Some(file) => {
            let events = args.settle.as_deref().map(Statuses::read).transpose()?;
            let (results, settled) = Results::resume(file, args.retry, events, &mut input)?;
            if settled > 0 {
                let text =
                    format!("messages in doubt that webhooks settled as accepted: {settled}");
                settings.out.note(&Line::new().plain(text));
            }
            (Some(results), args.settle.is_some().then_some(settled))
        }
        None => (None, None),
    };
    if is_checked && let Err(error) = check(settings.out, &mut input, path, settled) {
        if let Some(results) = &results {
            results.finish()?;
        }
        return Err(error);
    }
    let results = match &args.results {
        Some(file) => Some(Results::create(file, &mut input)?),
        None => results,
    };
    let (chunks, length) = input.read();
    let queue = ItemQueue::new(chunks, args.rate);
    let workers = usize::from(args.concurrency);
    let shown_max = (!settings.out.is_json()).then_some(SHOWN_MAX);
    let shared = Arc::new(Shared::new(
        client, queue, results, path, mints, workers, shown_max,
    ));
    let (sender, events) = mpsc::channel(EVENTS_MAX);
    let mut tasks = JoinSet::new();
    for worker in 0..workers {
        tasks.spawn(worker::run(Arc::clone(&shared), worker, sender.clone()));
    }
    // The workers hold the only senders: the channel closes when they are done.
    drop(sender);
    let batch = Batch {
        out: settings.out,
        shared,
        tasks,
        progress: Progress::new(length),
        began: Instant::now(),
        settled,
        error: None,
        interrupted: false,
    };
    batch.run(events).await
}

struct Batch {
    out: Output,
    shared: Arc<Shared>,
    tasks: JoinSet<()>,
    progress: Progress,
    began: Instant,
    settled: Option<u64>,
    /// The error that stopped the batch; messages in flight are still waited for.
    error: Option<CommandError>,
    interrupted: bool,
}

impl Batch {
    async fn run(
        mut self,
        mut receiver: mpsc::Receiver<WorkerEvent>,
    ) -> Result<Exit, CommandError> {
        let mut interrupted = Box::pin(signals::interrupted());
        let mut progress = tokio::time::interval(PROGRESS);
        let mut events = Vec::new();
        loop {
            tokio::select! {
                biased;
                () = &mut interrupted => {
                    interrupted = Box::pin(signals::interrupted());
                    self.interrupt();
                }
                count = gathered(&mut receiver, &mut events) => {
                    if count == 0 {
                        break;
                    }
                    self.take(&mut events);
                }
                _ = progress.tick(), if self.progress.is_shown() => {
                    let done = self.shared.done();
                    let counts = &done.counts;
                    self.progress.update(done.position, counts.total(), &counts.words());
                }
            }
        }
        while let Some(joined) = self.tasks.join_next().await {
            if let Err(error) = joined
                && error.is_panic()
            {
                let error =
                    CommandError::new(Exit::Other, "a task ended unexpectedly").because(error);
                self.error.get_or_insert(error);
            }
        }
        self.end()
    }

    /// The first interrupt stops new messages; the second one also abandons those in flight.
    fn interrupt(&mut self) {
        if self.interrupted {
            self.tasks.abort_all();
            return;
        }
        self.interrupted = true;
        self.shared.queue.close();
        let count = self.shared.in_flight().len();
        let line = Line::new()
            .warn("interrupted")
            .plain(format!(": waiting for {count} messages in flight"))
            .dim(" (interrupt again to abandon them in doubt)");
        self.progress.suspend(|| self.out.note(&line));
    }

    fn take(&mut self, events: &mut Vec<WorkerEvent>) {
        let mut reports = Vec::with_capacity(events.len());
        for event in events.drain(..) {
            match event {
                WorkerEvent::Finished(report) => reports.push(report),
                WorkerEvent::Changed(index) => self.fail(changed(index)),
                WorkerEvent::Repeated(index) => self.fail(repeated(index, "it was not sent")),
                WorkerEvent::Unrecorded(report, error) => {
                    reports.push(report);
                    self.fail(unwritable(error));
                }
                WorkerEvent::Unwritable(error) => self.fail(unwritable(error)),
            }
        }
        if let Err(error) = self.show(&reports) {
            self.fail(error);
        }
    }

    fn fail(&mut self, error: CommandError) {
        self.shared.queue.close();
        self.error.get_or_insert(error);
    }

    fn show(&self, reports: &[Box<SendReport>]) -> Result<(), CommandError> {
        let out = self.out;
        if reports.is_empty() {
            return Ok(());
        }
        Ok(self.progress.suspend(|| {
            if out.is_json() {
                return out.objects(reports);
            }
            reports.iter().try_for_each(|report| {
                out.line(&report.number().append(report.line()))?;
                report.details().iter().for_each(|line| out.note(line));
                Ok(())
            })
        })?)
    }

    fn end(self) -> Result<Exit, CommandError> {
        self.progress.finish();
        let mut done = self.shared.done();
        let in_flight = self.shared.in_flight();
        if !in_flight.is_empty() {
            done.counts.leave_in_doubt(in_flight.len() as u64);
            let list: Vec<String> = in_flight.iter().map(ToString::to_string).collect();
            let head = format!("{} abandoned in flight, and in doubt: ", in_flight.len());
            let line = Line::new().warn(head).plain(list.join(", "));
            self.out.note(&line);
        } else if let Some(results) = &self.shared.results {
            results.finish()?;
        }
        if let Some(error) = self.error {
            return Err(error);
        }
        let mut summary = Summary::new(done, self.began, self.interrupted);
        summary.settled = self.settled;
        if self.out.is_json() {
            self.out.object(&serde_json::json!({"summary": summary}))?;
        } else {
            let lines = summary.lines();
            lines.iter().try_for_each(|line| self.out.line(line))?;
        }
        Ok(if summary.is_clean() {
            Exit::Done
        } else {
            Exit::Batch
        })
    }
}

fn unwritable(error: io::Error) -> CommandError {
    CommandError::new(Exit::Other, "the results cannot be written")
        .because(error)
        .hint("free space, and continue with --resume: messages whose outcome was not recorded stay in doubt")
}

/// Waits for events, and a moment longer for more. Returns how many there are: none when the workers are done.
///
/// What has come stays in `events` when this future is dropped.
async fn gathered(
    receiver: &mut mpsc::Receiver<WorkerEvent>,
    events: &mut Vec<WorkerEvent>,
) -> usize {
    if events.is_empty() && receiver.recv_many(events, EVENTS_MAX).await == 0 {
        return 0;
    }
    tokio::time::sleep(GATHERING).await;
    while events.len() < 2 * EVENTS_MAX
        && let Ok(more) = receiver.try_recv()
    {
        events.push(more);
    }
    events.len()
}
