//! The batch itself: lanes send, and what became of each message is counted and shown here.

use std::sync::Arc;
use std::time::{Duration, Instant};

use messages_sdk::Client;
use tokio::sync::mpsc;
use tokio::task::JoinSet;

use super::BatchArgs;
use super::intake::Intake;
use super::lane::{self, End, How, Shared};
use super::order::Path;
use super::pace::Pace;
use super::progress::Progress;
use super::results::Results;
use super::settled::Settled;
use super::source::Source;
use super::tally::{Summary, Tally};
use crate::exit::Exit;
use crate::failure::Failure;
use crate::output::{Line, Output};
use crate::settings::Settings;
use crate::signals;

/// How many accepted messages are shown to people one by one; failures are always shown.
const SHOWN_MAX: u64 = 20;

/// How many ends may wait to be counted and shown, while another program has this thread's core.
const ENDS_MAX: usize = 8192;

/// How long ends are gathered, so that the lanes do not have to wake this thread for each.
const GATHERING: Duration = Duration::from_millis(2);

/// Sends everything that the source holds.
pub(crate) async fn run(
    settings: &Settings,
    client: Client,
    source: Source,
    args: &BatchArgs,
    path: Path,
) -> Result<Exit, Failure> {
    let results = match (&args.results, &args.resume) {
        (Some(file), _) => Some(Results::create(file)?),
        (None, Some(file)) => Some(Results::resume(file, args.retry)?),
        (None, None) => None,
    };
    let (chunks, length) = source.read()?;
    let intake = Intake::new(chunks, args.rate.map(Pace::new));
    let lanes = args.concurrency.get();
    let shared = Arc::new(Shared::new(client, intake, results, path, lanes));
    let (sender, ends) = mpsc::channel(ENDS_MAX);
    let mut tasks = JoinSet::new();
    for lane in 0..lanes {
        tasks.spawn(lane::run(Arc::clone(&shared), lane, sender.clone()));
    }
    // The lanes hold the only senders: when they are done, the channel says so.
    drop(sender);
    let batch = Batch {
        out: settings.out,
        shared,
        tasks,
        progress: Progress::new(length),
        tally: Tally::default(),
        began: Instant::now(),
        position: 0,
        shown: 0,
        skipped: 0,
        left_in_doubt: 0,
        failure: None,
        interrupted: false,
    };
    batch.run(ends).await
}

struct Batch {
    out: Output,
    shared: Arc<Shared>,
    tasks: JoinSet<()>,
    progress: Progress,
    tally: Tally,
    began: Instant,
    position: u64,
    shown: u64,
    skipped: u64,
    left_in_doubt: u64,
    /// Why the batch cannot go on; what is under way is waited for all the same.
    failure: Option<Failure>,
    interrupted: bool,
}

impl Batch {
    async fn run(mut self, mut receiver: mpsc::Receiver<End>) -> Result<Exit, Failure> {
        let mut interrupted = Box::pin(signals::interrupted());
        let mut ends = Vec::with_capacity(ENDS_MAX);
        loop {
            tokio::select! {
                biased;
                () = &mut interrupted => {
                    interrupted = Box::pin(signals::interrupted());
                    self.interrupt();
                }
                count = gathered(&mut receiver, &mut ends) => {
                    if count == 0 {
                        break;
                    }
                    self.take(&mut ends);
                }
            }
        }
        while let Some(joined) = self.tasks.join_next().await {
            if let Err(error) = joined
                && error.is_panic()
            {
                let failure = Failure::new(Exit::Other, "a task ended unexpectedly").because(error);
                self.failure.get_or_insert(failure);
            }
        }
        self.end()
    }

    /// At first no message is begun any more; the second time those under way are not waited for either.
    fn interrupt(&mut self) {
        if self.interrupted {
            self.tasks.abort_all();
            return;
        }
        self.interrupted = true;
        self.shared.intake.close();
        let count = self.shared.under_way().len();
        let line = Line::new()
            .warn("interrupted")
            .plain(format!(": waiting for {count} messages under way"))
            .dim(" (interrupt again to leave them in doubt)");
        self.progress.suspend(|| self.out.note(&line));
    }

    fn take(&mut self, ends: &mut Vec<End>) {
        let mut settled = Vec::with_capacity(ends.len());
        for end in ends.drain(..) {
            self.position = self.position.max(end.position);
            match end.how {
                How::Settled(message) => {
                    self.tally.count(&message);
                    settled.push(message);
                }
                How::Skipped => self.skipped += 1,
                How::LeftInDoubt => self.left_in_doubt += 1,
                How::Changed(index) => self.fail(
                    Failure::invalid(format!(
                        "message {index} is not the one that the results speak of"
                    ))
                    .hint("resume with the input of the first run, unchanged"),
                ),
                How::Unwritable(error) => self.fail(
                    Failure::new(Exit::Other, "the results cannot be written").because(error),
                ),
            }
        }
        self.progress.update(self.position, &self.tally);
        if let Err(failure) = self.show(&settled) {
            self.fail(failure);
        }
    }

    fn fail(&mut self, failure: Failure) {
        self.shared.intake.close();
        self.failure.get_or_insert(failure);
    }

    fn show(&mut self, settled: &[Box<Settled>]) -> Result<(), Failure> {
        let out = self.out;
        if out.is_json() {
            return Ok(self.progress.suspend(|| out.objects(settled))?);
        }
        let shown = &mut self.shown;
        let worth_showing = settled.iter().filter(|settled| {
            *shown += u64::from(settled.is_accepted());
            !settled.is_accepted() || *shown <= SHOWN_MAX
        });
        let worth_showing: Vec<_> = worth_showing.collect();
        if worth_showing.is_empty() {
            return Ok(());
        }
        Ok(self.progress.suspend(|| {
            worth_showing.iter().try_for_each(|settled| {
                let number = Line::new().dim(format!("{} ", settled.index));
                out.line(&number.append(settled.line()))?;
                settled.details().iter().for_each(|line| out.note(line));
                Ok::<_, std::io::Error>(())
            })
        })?)
    }

    fn end(mut self) -> Result<Exit, Failure> {
        self.progress.finish();
        let unsettled = self.shared.under_way();
        if !unsettled.is_empty() {
            self.tally.leave_in_doubt(unsettled.len() as u64);
            let list: Vec<String> = unsettled.iter().map(ToString::to_string).collect();
            let head = format!("{} unsettled, and in doubt: ", unsettled.len());
            let line = Line::new().warn(head).plain(list.join(", "));
            self.out.note(&line);
        } else if let Some(results) = &self.shared.results {
            results.finish()?;
        }
        if let Some(failure) = self.failure {
            return Err(failure);
        }
        let summary = Summary::new(
            self.tally,
            self.began,
            self.skipped,
            self.left_in_doubt,
            self.interrupted,
        );
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

/// Waits for an end, and a moment longer for those that follow. Returns how many there are: none when the lanes are done.
///
/// Ends stay in `ends` when this future is dropped.
async fn gathered(receiver: &mut mpsc::Receiver<End>, ends: &mut Vec<End>) -> usize {
    if ends.is_empty() && receiver.recv_many(ends, ENDS_MAX).await == 0 {
        return 0;
    }
    tokio::time::sleep(GATHERING).await;
    while ends.len() < 2 * ENDS_MAX
        && let Ok(end) = receiver.try_recv()
    {
        ends.push(end);
    }
    ends.len()
}
