//! The batch itself: read, send with bounded concurrency, settle, count.

use std::collections::BTreeMap;
use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::{Duration, Instant};

use messages_sdk::Client;
use tokio::sync::mpsc;
use tokio::task::JoinSet;

use super::BatchArgs;
use super::order::{Order, Path};
use super::progress::Progress;
use super::results::{Before, Results, digest};
use super::settled::Settled;
use super::source::{Item, Source};
use super::tally::{Summary, Tally};
use crate::command::Finding;
use crate::exit::Exit;
use crate::failure::Failure;
use crate::output::{Line, Output};
use crate::settings::Settings;
use crate::signals;

/// How many accepted messages are shown to people one by one; failures are always shown.
const SHOWN_MAX: u64 = 20;

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
    let (items, length) = source.read()?;
    let batch = Batch {
        out: settings.out,
        shared: Arc::new(Shared {
            client,
            results,
            path,
        }),
        pace: args.rate.map(Pace::new),
        concurrency: args.concurrency.get(),
        progress: Progress::new(length),
        tally: Tally::default(),
        began: Instant::now(),
        position: 0,
        shown: 0,
        settled: 0,
        skipped: 0,
        left_in_doubt: 0,
        changed: None,
    };
    batch.run(items).await
}

/// What every task needs.
struct Shared {
    client: Client,
    results: Option<Results>,
    path: Path,
}

struct Batch {
    out: Output,
    shared: Arc<Shared>,
    pace: Option<Pace>,
    concurrency: usize,
    progress: Progress,
    tally: Tally,
    began: Instant,
    position: u64,
    shown: u64,
    settled: u64,
    skipped: u64,
    left_in_doubt: u64,
    changed: Option<u64>,
}

/// What a task comes back with.
enum End {
    Settled(Box<Settled>),
    /// An earlier run had settled it.
    Skipped,
    /// An earlier run left it in doubt.
    LeftInDoubt,
    /// It is another message than the one in the results.
    Changed(u64),
    /// The journal could not be written, so nothing was sent.
    Unwritable(std::io::Error),
}

/// Why no more messages are begun.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Stop {
    No,
    Interrupted,
    /// Interrupted twice: what is under way is not waited for.
    Now,
}

impl Batch {
    async fn run(mut self, mut items: mpsc::Receiver<Item>) -> Result<Exit, Failure> {
        let mut tasks = JoinSet::new();
        let mut under_way = BTreeMap::new();
        let mut stop = Stop::No;
        let mut is_open = true;
        let mut failure = None;
        let interrupted = signals::interrupted();
        tokio::pin!(interrupted);
        loop {
            let may_begin = is_open && stop == Stop::No && failure.is_none();
            if !may_begin && tasks.is_empty() || stop == Stop::Now {
                break;
            }
            tokio::select! {
                biased;
                () = &mut interrupted => {
                    interrupted.set(signals::interrupted());
                    stop = if stop == Stop::No { Stop::Interrupted } else { Stop::Now };
                    let count = tasks.len();
                    self.note(&Line::new().warn(format!("interrupted: waiting for {count} messages under way")));
                }
                Some(joined) = tasks.join_next_with_id(), if !tasks.is_empty() => {
                    let (id, end) = joined.map_err(|error| {
                        Failure::new(Exit::Other, "a task ended unexpectedly").because(error)
                    })?;
                    under_way.remove(&id);
                    if let Err(error) = self.take(end) {
                        failure.get_or_insert(error);
                    }
                }
                item = next(&mut items, &mut self.pace), if may_begin && tasks.len() < self.concurrency => {
                    match item {
                        None => is_open = false,
                        Some(item) => {
                            self.position = self.position.max(item.position);
                            let index = item.index;
                            let task = tasks.spawn(send(Arc::clone(&self.shared), item));
                            under_way.insert(task.id(), index);
                        }
                    }
                }
            }
        }
        self.end(&under_way, stop, failure)
    }

    fn take(&mut self, end: End) -> Result<(), Failure> {
        match end {
            End::Skipped => self.skipped += 1,
            End::LeftInDoubt => self.left_in_doubt += 1,
            End::Changed(index) => {
                self.changed.get_or_insert(index);
                return Err(Failure::invalid(format!(
                    "message {index} is not the one that the results speak of"
                ))
                .hint("resume with the input of the first run, unchanged"));
            }
            End::Unwritable(error) => {
                return Err(
                    Failure::new(Exit::Other, "the results cannot be written").because(error)
                );
            }
            End::Settled(settled) => {
                self.tally.count(&settled);
                self.settled += 1;
                self.progress
                    .update(self.position, &self.tally, self.settled);
                self.show(&settled)?;
            }
        }
        Ok(())
    }

    fn show(&mut self, settled: &Settled) -> Result<(), Failure> {
        if self.out.is_json() {
            return Ok(self.progress.suspend(|| self.out.object(settled))?);
        }
        if settled.is_accepted() {
            self.shown += 1;
            if self.shown > SHOWN_MAX {
                return Ok(());
            }
        }
        let line = Line::new()
            .dim(format!("{} ", settled.index))
            .append(settled.line());
        self.progress.suspend(|| {
            self.out.line(&line)?;
            settled
                .details()
                .iter()
                .for_each(|line| self.out.note(line));
            Ok::<_, std::io::Error>(())
        })?;
        Ok(())
    }

    fn end(
        self,
        under_way: &BTreeMap<tokio::task::Id, u64>,
        stop: Stop,
        failure: Option<Failure>,
    ) -> Result<Exit, Failure> {
        self.progress.finish();
        if !under_way.is_empty() {
            let indexes: Vec<String> = under_way.values().map(ToString::to_string).collect();
            let list = indexes.join(", ");
            self.out
                .note(&Line::new().warn("unsettled, and in doubt: ").plain(list));
        } else if let Some(results) = &self.shared.results {
            results.finish()?;
        }
        if let Some(failure) = failure {
            return Err(failure);
        }
        let interrupted = stop != Stop::No;
        let summary = Summary::new(
            self.tally,
            self.began,
            self.skipped,
            self.left_in_doubt,
            interrupted,
        );
        if self.out.is_json() {
            self.out.object(&serde_json::json!({"summary": summary}))?;
        } else {
            summary
                .lines()
                .iter()
                .try_for_each(|line| self.out.line(line))?;
        }
        Ok(if summary.is_clean() {
            Exit::Done
        } else {
            Exit::Batch
        })
    }

    fn note(&self, line: &Line) {
        self.progress.suspend(|| self.out.note(line));
    }
}

/// The next document, when its time has come.
async fn next(items: &mut mpsc::Receiver<Item>, pace: &mut Option<Pace>) -> Option<Item> {
    // The wait comes first: a document that was taken must not be lost when this future is dropped.
    if let Some(pace) = pace {
        pace.wait().await;
    }
    let item = items.recv().await;
    if let Some(pace) = pace {
        pace.used();
    }
    item
}

/// One document's way: parsed and checked, noted, sent, noted again.
async fn send(shared: Arc<Shared>, item: Item) -> End {
    let index = item.index;
    let refused = |findings| End::Settled(Box::new(Settled::refused(index, None, findings)));
    let (bytes, order) = match item.content.and_then(super::source::Raw::into_value) {
        Err(finding) => return shared.settle(refused(vec![finding]), 0),
        Ok(value) => match Order::from_value(value) {
            Err(problems) => {
                let findings = problems.iter().map(Finding::from).collect();
                return shared.settle(refused(findings), 0);
            }
            Ok(order) => (shared.results.as_ref().map(|_| order.to_vec()), order),
        },
    };
    let digest = bytes.as_deref().map_or(0, digest);
    if let Some(results) = &shared.results {
        match results.before(index, digest) {
            Before::Open => {}
            Before::Accepted => return End::Skipped,
            Before::InDoubt => return End::LeftInDoubt,
            Before::Changed => return End::Changed(index),
        }
        if let Err(error) = results.start(index, digest) {
            return End::Unwritable(error);
        }
    }
    let settled = order.send(&shared.client, index, shared.path).await;
    shared.settle(End::Settled(Box::new(settled)), digest)
}

impl Shared {
    fn settle(&self, end: End, digest: u32) -> End {
        if let (Some(results), End::Settled(settled)) = (&self.results, &end)
            && let Err(error) = results.settle(settled, digest)
        {
            return End::Unwritable(error);
        }
        end
    }
}

/// A steady rate: each message has its time, and time that was lost is not made up for.
struct Pace {
    gap: Duration,
    due: tokio::time::Instant,
}

impl Pace {
    /// Timers are no finer than this, so that much is made up for.
    const SLACK: Duration = Duration::from_millis(20);

    fn new(rate: NonZeroU32) -> Self {
        Self {
            gap: Duration::from_secs(1) / rate.get(),
            due: tokio::time::Instant::now(),
        }
    }

    async fn wait(&self) {
        if self.due > tokio::time::Instant::now() {
            tokio::time::sleep_until(self.due).await;
        }
    }

    fn used(&mut self) {
        let now = tokio::time::Instant::now();
        let earliest = now.checked_sub(Self::SLACK).unwrap_or(now);
        self.due = self.due.max(earliest) + self.gap;
    }
}
