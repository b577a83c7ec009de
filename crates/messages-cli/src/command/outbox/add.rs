//! `outbox add`: stores messages, workflows and journeys.

use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use jiff::Timestamp;
use messages_outbox::campaign::Campaign;
use messages_outbox::{
    Definition, DefinitionError, Enqueued, Intent, OutboxStore, Priority, RowId, RunId, RunIntent,
    RunState, Started, State,
};
use messages_sdk::types::{Document, Submission, Url};
use serde::Serialize;
use tokio::sync::mpsc::error::TryRecvError;

use super::campaign::{CampaignArgs, Import, campaigns};
use super::store::failed;
use crate::error::CommandError;
use crate::exit::Exit;
use crate::finding::Finding;
use crate::io::output::{Line, Output};
use crate::io::progress::Progress;
use crate::send::input::{
    Digest, Item, Opened, Source, TableArgs, print_all_invalid, print_invalid,
};
use crate::send::{Outgoing, SendReport};
use crate::settings::Settings;

/// Most rows that are stored in one transaction: with more, the pages that it changes take more memory than the cache.
const AT_ONCE: usize = 250;

/// Most conflicts and invalid documents that are shown one by one.
const SHOWN_MAX: u64 = 20;

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  messages outbox add messages.ndjson
  messages outbox add --key /client_ref --campaign spring --send-before 2026-12-01T20:00:00Z messages.ndjson
  messages outbox add --csv people.csv --template message.json
  messages outbox add --campaign spring --csv people.csv --template message.json --ramp 5:100:600 --dry-run
  messages outbox add journey.toml

Workflows and journeys become runs: `outbox work` sends their steps over v1, and waits for the statuses of their messages.

The key makes a repetition harmless: a document whose key is stored already adds nothing, and one that differs from the stored
one is a conflict. Without --key, the key is a digest of the campaign and the document, recipient included.")]
pub(super) struct AddArgs {
    /// Files of messages, workflows and journeys: JSON documents, arrays, or one document per line, or one document as TOML
    /// if the name ends so; `-` or none reads JSON from stdin
    #[arg(value_name = "FILE", conflicts_with = "csv")]
    files: Vec<PathBuf>,

    #[command(flatten)]
    table: TableArgs,

    /// The message that the rows of --csv are filled into; of a campaign, also a workflow or journey, and without --csv JSON
    /// objects with the values of its placeholders, one per line
    #[arg(long, value_name = "FILE")]
    template: Option<PathBuf>,

    /// Stores the valid messages of an input that has invalid ones too; without it, a file is checked first, and nothing is
    /// stored. Messages from a pipe are stored as they come
    #[arg(long)]
    skip_invalid: bool,

    /// JSON pointer to the key in each document, such as /client_ref
    #[arg(long, value_name = "POINTER", value_parser = pointer)]
    key: Option<String>,

    /// Campaign of the messages. With --template and without --key, the template and the recipients are stored, and a worker
    /// renders each message when it is its turn
    #[arg(long, value_name = "NAME")]
    campaign: Option<String>,

    /// Earliest time of sending, such as 2026-12-01T09:00:00+01:00
    #[arg(long, value_name = "TIME", value_parser = time)]
    send_at: Option<Timestamp>,

    /// Time after which the messages must not be sent any more
    #[arg(long, value_name = "TIME", value_parser = time)]
    send_before: Option<Timestamp>,

    /// Precedence over other due messages of the same sender and channel: high, normal or low
    #[arg(long, value_name = "PRIORITY", default_value = "normal", value_parser = priority)]
    priority: Priority,

    /// Engine that executes workflows
    #[arg(long, value_enum, value_name = "ENGINE", default_value_t = Engine::Outbox)]
    engine: Engine,

    /// URL that the final report of a workflow is posted to, at least once
    #[arg(long, value_name = "URL", value_parser = url)]
    report_url: Option<String>,

    #[command(flatten)]
    campaign_options: CampaignArgs,
}

/// Engine that executes workflows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Engine {
    /// The outbox, over v1
    Outbox,
    /// The API: they are posted to /v0.1/dispatch as they are
    Api,
}

fn pointer(text: &str) -> Result<String, String> {
    if text.starts_with('/') {
        Ok(text.to_owned())
    } else {
        Err("must be a JSON pointer, which begins with `/`".to_owned())
    }
}

fn url(text: &str) -> Result<String, String> {
    <Url>::new(text)
        .map(String::from)
        .map_err(|invalid| invalid.to_string())
}

fn time(text: &str) -> Result<Timestamp, String> {
    text.parse().map_err(|_| {
        "must be a time with its offset from UTC, such as 2026-12-01T09:00:00+01:00".to_owned()
    })
}

fn priority(name: &str) -> Result<Priority, String> {
    match name {
        "high" => Ok(Priority::High),
        "normal" => Ok(Priority::Normal),
        "low" => Ok(Priority::Low),
        _ => Err("must be high, normal or low".to_owned()),
    }
}

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

/// Place and key of a document whose intent is ready to be stored.
struct Draft {
    index: u64,
    line: Option<u64>,
    key: String,
    is_run: bool,
    losses: Vec<String>,
}

/// Intent of a document.
enum Wanted {
    Row(Intent),
    Run(RunIntent),
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

impl AddArgs {
    pub(super) async fn run(
        self,
        settings: &Settings,
        store: &dyn OutboxStore,
    ) -> Result<Exit, CommandError> {
        if let (Some(at), Some(before)) = (self.send_at, self.send_before)
            && before <= at
        {
            return Err(CommandError::usage(
                "--send-before must be later than --send-at",
            ));
        }
        if let (Some(name), Some(template), None) = (&self.campaign, &self.template, &self.key) {
            return self.import(settings, store, name, template).await;
        }
        if self.template.is_some() && self.table.csv.is_none() {
            return Err(CommandError::usage("--template needs --csv or --campaign"));
        }
        let mut inputs = self.open(settings.out)?;
        let mut adding = Adding {
            args: &self,
            out: settings.out,
            store,
            summary: Summary::default(),
            losses: 0,
            base: 0,
        };
        for input in &mut inputs {
            if input.is_repeatable() && !self.skip_invalid {
                let invalid =
                    print_all_invalid(settings.out, input, |item| self.draft(item).map(drop))?;
                adding.summary.invalid += invalid;
            }
        }
        if adding.summary.invalid > 0 {
            return adding.refuse();
        }
        for input in inputs {
            adding.add(input).await?;
        }
        adding.end()
    }

    /// Imports the recipients of a campaign.
    async fn import(
        &self,
        settings: &Settings,
        store: &dyn OutboxStore,
        name: &str,
        template: &Path,
    ) -> Result<Exit, CommandError> {
        if self.report_url.is_some() || self.engine == Engine::Api {
            return Err(CommandError::usage(
                "--report-url and --engine api are not options of a campaign",
            ));
        }
        let options = &self.campaign_options;
        let mut campaign = options.settings(template)?;
        campaign.priority = self.priority;
        campaign.send_at = self.send_at;
        campaign.send_before = self.send_before;
        let others = options.other_columns(&campaign);
        let sources = match self.table.source_with(Some(template), &others)? {
            Some(table) => vec![table],
            None => self.documents(),
        };
        let inputs = sources.into_iter().map(Source::open);
        let inputs: Vec<Opened> = inputs.collect::<Result<_, _>>()?;
        let import = Import {
            campaign: Campaign::new(name, campaign, Timestamp::now()),
            zone_column: options.zone_column.as_deref(),
            out: settings.out,
            skip_invalid: self.skip_invalid,
            allow_duplicates: self.table.allow_duplicates,
        };
        if options.dry_run {
            return import.dry_run(inputs);
        }
        import.run(campaigns(store)?, inputs).await
    }

    fn documents(&self) -> Vec<Source> {
        match &*self.files {
            [] => vec![Source::Json(PathBuf::from("-"))],
            files => files.iter().cloned().map(Source::Json).collect(),
        }
    }

    /// Opens every input first: a mistyped name leaves nothing behind.
    fn open(&self, out: Output) -> Result<Vec<Opened>, CommandError> {
        let sources = match self.table.source(self.template.as_deref())? {
            Some(table) => vec![table],
            None => self.documents(),
        };
        let mut inputs = Vec::new();
        for source in sources {
            let mut input = source.open()?;
            if !self.table.allow_duplicates {
                input.warn_of_duplicates(out)?;
            }
            inputs.push(input);
        }
        Ok(inputs)
    }

    /// Reads a document.
    fn draft(&self, item: Item) -> Result<(Draft, Wanted), Box<SendReport>> {
        let (index, line) = (item.index, item.line);
        let refused = |findings| SendReport::refused(index, None, findings).on_line(line);
        let decoded = item.decode_with_key(self.key.as_deref());
        let (document, key) = decoded.map_err(refused)?;
        let (bytes, definition) = match document {
            Outgoing::Submission(Submission::Workflow(workflow))
                if self.engine == Engine::Outbox =>
            {
                (workflow.to_vec(), Definition::from(workflow))
            }
            Outgoing::Journey(journey) => {
                let bytes = journey.to_vec();
                let definition = Definition::from_slice(&bytes);
                (
                    bytes,
                    definition.map_err(|error| refused(findings(&error)))?,
                )
            }
            Outgoing::Submission(submission) => {
                let key = key.unwrap_or_else(|| self.digest(submission.to_vec()));
                let intent = self.row(&key, submission);
                let draft = Draft {
                    index,
                    line,
                    key,
                    is_run: false,
                    losses: Vec::new(),
                };
                return Ok((draft, Wanted::Row(intent)));
            }
        };
        let key = key.unwrap_or_else(|| self.digest(bytes));
        let intent = self
            .run_of(&key, definition)
            .map_err(|error| refused(findings(&error)))?;
        let draft = Draft {
            index,
            line,
            key,
            is_run: true,
            losses: intent.losses().iter().map(ToString::to_string).collect(),
        };
        Ok((draft, Wanted::Run(intent)))
    }

    fn row(&self, key: &str, submission: Submission) -> Intent {
        let mut intent = Intent::new(key, submission).priority(self.priority);
        if let Some(campaign) = &self.campaign {
            intent = intent.campaign(campaign);
        }
        if let Some(time) = self.send_at {
            intent = intent.due_at(time);
        }
        if let Some(time) = self.send_before {
            intent = intent.send_before(time);
        }
        intent
    }

    fn run_of(&self, key: &str, definition: Definition) -> Result<RunIntent, DefinitionError> {
        let mut intent = RunIntent::new(key, definition)?.priority(self.priority);
        if let Some(campaign) = &self.campaign {
            intent = intent.campaign(campaign);
        }
        if let Some(time) = self.send_at {
            intent = intent.due_at(time);
        }
        if let Some(time) = self.send_before {
            intent = intent.send_before(time);
        }
        if let Some(url) = &self.report_url {
            intent = intent.report_url(url);
        }
        Ok(intent)
    }

    /// The key of a document without one: a digest of the campaign and the document.
    fn digest(&self, document: Vec<u8>) -> String {
        let mut bytes = self.campaign.clone().unwrap_or_default().into_bytes();
        bytes.push(0);
        bytes.extend(document);
        Digest::hex(&bytes)
    }
}

fn findings(error: &DefinitionError) -> Vec<Finding> {
    match error {
        DefinitionError::Invalid(problems) => problems.iter().map(Finding::from).collect(),
        DefinitionError::Decode(error) => Finding::all_of(error),
        other => vec![Finding::new("definition", other.to_string())],
    }
}

/// The documents being added, of one input after the other.
struct Adding<'a> {
    args: &'a AddArgs,
    out: Output,
    store: &'a dyn OutboxStore,
    summary: Summary,
    /// Number of losses of the workflows so far.
    losses: u64,
    /// Number of documents in the inputs before this one.
    base: u64,
}

impl Draft {
    /// Place of the document in the input.
    fn place(&self) -> String {
        match self.line {
            Some(line) => format!("line {line} "),
            None => format!("{} ", self.index),
        }
    }
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

impl Adding<'_> {
    async fn add(&mut self, input: Opened) -> Result<(), CommandError> {
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
                            Wanted::Run(intent) => pending.runs.push(intent),
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

    /// Ends without having stored anything.
    fn refuse(self) -> Result<Exit, CommandError> {
        let invalid = self.summary.invalid;
        if self.out.is_json() {
            self.out
                .object(&serde_json::json!({"summary": self.summary}))?;
        }
        let message = format!("invalid messages: {invalid}; nothing was stored");
        Err(CommandError::invalid(message)
            .hint("correct them, or store the others with --skip-invalid"))
    }

    fn end(self) -> Result<Exit, CommandError> {
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
