//! Storing drafts, and their results.

use messages_outbox::{
    Enqueued, Intent, OutboxStore, RowId, RunId, RunIntent, RunState, Started, State,
};
use messages_sdk::auth::Credentials;
use serde::Serialize;
use tokio::sync::mpsc::error::TryRecvError;

use super::super::store::failed;
use super::AddArgs;
use super::draft::{Draft, Wanted};
use crate::error::CommandError;
use crate::exit::Exit;
use crate::io::output::{Line, Output};
use crate::io::progress::Progress;
use crate::send::input::{Opened, print_invalid};
use crate::settings::Settings;

/// Most rows that are stored in one transaction: with more, the pages that it changes take more memory than the cache.
const AT_ONCE: usize = 250;

/// Most conflicts and invalid documents that are shown one by one.
const SHOWN_MAX: u64 = 20;

/// The result of one document.
#[derive(Serialize)]
struct Added<'a> {
    index: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    line: Option<u64>,
    id: RowId,
    key: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    state: Option<&'static str>,
    existing: bool,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    conflict: bool,
    /// The document is a workflow or a journey, and the ID that of its run.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    run: bool,
    /// Parts of the document that its execution does not follow.
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    losses: &'a [String],
}

#[derive(Default, Serialize)]
struct Summary {
    added: u64,
    existing: u64,
    conflict: u64,
    invalid: u64,
}

/// Documents that are stored in one transaction, and runs in a second one.
#[derive(Default)]
struct Pending {
    drafts: Vec<Draft>,
    rows: Vec<Intent>,
    runs: Vec<RunIntent>,
}

/// A stored document.
enum Stored {
    New,
    Existing,
    Conflict,
}

/// The documents being added, of one input after the other.
pub(super) struct Adding<'a> {
    args: &'a AddArgs,
    settings: &'a Settings,
    out: Output,
    store: &'a dyn OutboxStore,
    summary: Summary,
    /// Number of losses of the workflows so far.
    losses: u64,
    /// A journey revokes messages.
    revokes: bool,
    /// Number of documents in the inputs before this one.
    base: u64,
}

fn of_row(enqueued: Enqueued) -> (RowId, Stored) {
    let stored = match enqueued {
        Enqueued::New(_) => Stored::New,
        Enqueued::Conflict(_) => Stored::Conflict,
        _ => Stored::Existing,
    };
    (enqueued.id(), stored)
}

fn of_run(started: Started) -> Option<(RowId, Stored)> {
    match started {
        Started::New(run) => Some((run.into(), Stored::New)),
        Started::Existing(run) => Some((run.into(), Stored::Existing)),
        Started::Conflict(id) => Some((id, Stored::Conflict)),
        _ => None,
    }
}

impl<'a> Adding<'a> {
    pub(super) fn new(
        args: &'a AddArgs,
        settings: &'a Settings,
        store: &'a dyn OutboxStore,
    ) -> Self {
        Self {
            args,
            settings,
            out: settings.out,
            store,
            summary: Summary::default(),
            losses: 0,
            revokes: false,
            base: 0,
        }
    }

    pub(super) fn add_invalid(&mut self, count: u64) {
        self.summary.invalid += count;
    }

    pub(super) fn has_invalid(&self) -> bool {
        self.summary.invalid > 0
    }

    pub(super) async fn add(&mut self, input: Opened) -> Result<(), CommandError> {
        let (mut chunks, length) = input.read();
        let progress = Progress::new(length);
        let (mut pending, mut count) = (Pending::default(), 0);
        loop {
            // Rows that wait are stored before the next ones have to be waited for.
            let chunk = match chunks.try_recv() {
                Ok(chunk) => chunk,
                Err(TryRecvError::Empty) => {
                    self.store(&mut pending, &progress).await?;
                    match chunks.recv().await {
                        Some(chunk) => chunk,
                        None => break,
                    }
                }
                Err(TryRecvError::Disconnected) => break,
            };
            for mut item in chunk {
                count = item.index + 1;
                item.index += self.base;
                let position = item.position;
                match self.args.draft(item) {
                    Ok((draft, wanted)) => {
                        pending.drafts.push(draft);
                        match wanted {
                            Wanted::Row(intent) => pending.rows.push(intent),
                            Wanted::Run(intent) => {
                                self.revokes |= intent.plan().revokes();
                                pending.runs.push(intent);
                            }
                        }
                    }
                    Err(report) => {
                        self.summary.invalid += 1;
                        if self.out.is_json() || self.summary.invalid <= SHOWN_MAX {
                            progress.suspend(|| print_invalid(self.out, &report))?;
                        }
                    }
                }
                if pending.drafts.len() >= AT_ONCE {
                    self.store(&mut pending, &progress).await?;
                    let summary = &self.summary;
                    progress.update(position, summary.added + summary.existing, &summary.words());
                }
            }
        }
        self.store(&mut pending, &progress).await?;
        progress.finish();
        self.base += count;
        Ok(())
    }

    /// Stores drafts, and prints their rows and runs.
    async fn store(
        &mut self,
        pending: &mut Pending,
        progress: &Progress,
    ) -> Result<(), CommandError> {
        let Pending { drafts, rows, runs } = std::mem::take(pending);
        if drafts.is_empty() {
            return Ok(());
        }
        let mut enqueued = Vec::new().into_iter();
        if !rows.is_empty() {
            let rows = self.store.enqueue(&rows, None).await;
            enqueued = rows.map_err(failed)?.into_iter();
        }
        let mut started = Vec::new().into_iter();
        if !runs.is_empty() {
            let runs = self.store.start(&runs, None).await;
            started = runs.map_err(failed)?.into_iter();
        }
        let mut lines = Vec::new();
        for draft in &drafts {
            let stored = if draft.is_run {
                started.next().and_then(of_run)
            } else {
                enqueued.next().map(of_row)
            };
            let Some((id, stored)) = stored else { continue };
            self.warn_of_losses(draft, progress);
            let mut added = Added {
                index: draft.index,
                line: draft.line,
                id,
                key: &draft.key,
                state: Some(if draft.is_run {
                    RunState::Running.as_str()
                } else {
                    State::Queued.as_str()
                }),
                existing: false,
                conflict: false,
                run: draft.is_run,
                losses: &draft.losses,
            };
            match stored {
                Stored::New => self.summary.added += 1,
                Stored::Conflict => {
                    self.summary.conflict += 1;
                    added.conflict = true;
                }
                Stored::Existing => {
                    self.summary.existing += 1;
                    added.existing = true;
                }
            }
            if self.out.is_json() {
                if !matches!(stored, Stored::New) {
                    (added.run, added.state) = self.stored_state(id).await?;
                }
                lines.push(added);
            } else if added.conflict && self.summary.conflict <= SHOWN_MAX {
                let line = Line::new().dim(draft.place()).bad("conflict");
                let line = line.plain(" with ").plain(added.id);
                let line = line.dim(": its key is stored with another document");
                progress.suspend(|| self.out.note(&line));
            }
        }
        progress.suspend(|| self.out.objects(&lines))?;
        Ok(())
    }

    /// State of what is stored under this ID. The first value is `true` for a run.
    async fn stored_state(&self, id: RowId) -> Result<(bool, Option<&'static str>), CommandError> {
        if let Ok(run) = id.to_string().parse::<RunId>()
            && let Some(detail) = self.store.show_run(run).await.map_err(failed)?
        {
            return Ok((true, Some(detail.run.state.as_str())));
        }
        let row = self.store.show(id).await.map_err(failed)?;
        Ok((false, row.map(|shown| shown.row.state.as_str())))
    }

    fn warn_of_losses(&mut self, draft: &Draft, progress: &Progress) {
        for loss in &draft.losses {
            self.losses += 1;
            if self.losses <= SHOWN_MAX {
                let line = Line::new().dim(draft.place()).warn("no equivalent");
                let line = line.plain(format!(": {loss}"));
                progress.suspend(|| self.out.note(&line));
            }
        }
    }

    /// Only an application can revoke a message.
    fn warn_of_revocations(&self) {
        if self.revokes
            && matches!(
                self.settings.credentials_if_any(),
                Ok(Some(Credentials::Basic(_)))
            )
        {
            let line = Line::new().warn("cannot revoke");
            let text = ": these credentials are a key and a secret, and RCS messages are revoked with those of an application; a \
                        recipient may get a message although the journey has moved on from it";
            self.out.note(&line.plain(text));
        }
    }

    /// Ends without having stored anything.
    pub(super) fn refuse(self) -> Result<Exit, CommandError> {
        let invalid = self.summary.invalid;
        if self.out.is_json() {
            self.out
                .object(&serde_json::json!({"summary": self.summary}))?;
        }
        let message = format!("invalid messages: {invalid}; nothing was stored");
        Err(CommandError::invalid(message)
            .hint("correct them, or store the others with --skip-invalid"))
    }

    pub(super) fn end(self) -> Result<Exit, CommandError> {
        self.warn_of_revocations();
        let summary = serde_json::json!({"summary": self.summary});
        let words = self.summary.words();
        let is_clean = self.summary.conflict == 0 && self.summary.invalid == 0;
        self.out.result(&summary, |_| {
            vec![if is_clean {
                Line::new().good(words)
            } else {
                Line::new().warn(words)
            }]
        })?;
        Ok(if is_clean { Exit::Done } else { Exit::Batch })
    }
}

impl Summary {
    fn words(&self) -> String {
        let counts = [
            (self.added, "added"),
            (self.existing, "stored already"),
            (self.conflict, "in conflict"),
            (self.invalid, "invalid"),
        ];
        let words: Vec<String> = counts
            .iter()
            .filter(|(count, name)| *count > 0 || *name == "added")
            .map(|(count, name)| format!("{count} {name}"))
            .collect();
        words.join(", ")
    }
}
