//! `messages send`: one message from flags, or many from a file.

use std::path::{Path as FilePath, PathBuf};
use std::time::Duration;

use clap::{Args, ValueEnum, value_parser};
use messages_sdk::Client;
use messages_sdk::policy::RetryPolicy;
use messages_sdk::transport::layer::timeout::DEFAULT_LIMIT;

use crate::error::CommandError;
use crate::exit::Exit;
use crate::send::batch::{self, BatchArgs};
use crate::send::compose::{Api, ChannelName, MessageArgs, compose};
use crate::send::input::Source;
use crate::send::{self, Path, SendReport, client_ref_or_minted};
use crate::settings::{Settings, no_client, runtime};

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  messages send sms --from 447700900001 --to 447700900000 --text 'Your code is 4711'
  messages send messenger --api v0.1 --from page-1 --to user-1 --text Hello --category message_tag --tag ACCOUNT_UPDATE
  messages send whatsapp --from 447700900001 --to 447700900000 --image https://example.com/cat.jpg --caption Cat --dry-run
  messages send --file messages.ndjson --concurrency 64 --results results.ndjson
  messages send --csv people.csv --template message.json --dry-run")]
pub(crate) struct SendArgs {
    /// The channel of a message that is described by flags
    #[arg(value_name = "CHANNEL")]
    channel: Option<ChannelName>,

    /// The generation of the API
    #[arg(long, value_name = "VERSION", default_value = "v1")]
    api: Api,

    /// The path to post to: beta is that of 2018 (v0.1 only)
    #[arg(long, value_enum, value_name = "PATH")]
    path: Option<PathName>,

    /// Prints the request as it would go out, or what a batch amounts to, and sends nothing
    #[arg(long)]
    dry_run: bool,

    /// Sends to a running emulator: at --endpoint, of the profile or MESSAGES_ENDPOINT, or at the usual port; with its
    /// default credentials, or those of this environment
    #[arg(long)]
    emulator: bool,

    /// Longest time for sending one message, retries included; in a batch, where messages wait as long as the API asks
    /// to, for each attempt, and at most 20 seconds
    #[arg(long, value_name = "SECONDS", default_value_t = 60, value_parser = value_parser!(u32).range(1..=86_400))]
    timeout: u32,

    #[command(flatten)]
    message: MessageArgs,

    #[command(flatten)]
    batch: BatchArgs,
}

/// The paths of an API.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum PathName {
    Beta,
}

impl From<Option<PathName>> for Path {
    fn from(name: Option<PathName>) -> Self {
        match name {
            None => Self::Current,
            Some(PathName::Beta) => Self::Beta,
        }
    }
}

impl SendArgs {
    pub(crate) fn run(self, settings: &Settings) -> Result<Exit, CommandError> {
        let emulator = self.emulator.then(|| settings.for_emulator());
        let settings = emulator.as_ref().unwrap_or(settings);
        match self.channel {
            Some(channel) => self.one(settings, channel),
            None => self.many(settings),
        }
    }

    fn one(&self, settings: &Settings, channel: ChannelName) -> Result<Exit, CommandError> {
        let batch = &self.batch;
        if batch.table.csv.is_some()
            || batch.results.is_some()
            || batch.resume.is_some()
            || batch.skip_invalid
            || batch.rate.is_some()
        {
            return Err(
                CommandError::usage("a channel is for one message, described by options")
                    .hint("leave the channel out to send the messages of a file"),
            );
        }
        if self.path.is_some() && self.api == Api::V1 {
            return Err(CommandError::usage("--path beta is a path of v0.1").hint("add --api v0.1"));
        }
        let submission = match compose(self.api, channel, &self.message)? {
            Ok(submission) => submission,
            Err(findings) => {
                let reference = self.message.options.client_ref.as_deref();
                return print_report(settings, SendReport::refused(0, reference, findings));
            }
        };
        let path = self.path.into();
        if self.dry_run {
            return runtime()?.block_on(send::dry_run(settings, submission, path));
        }
        let client = self.client(settings)?;
        // A reference that was given is part of the message.
        let minted = client_ref_or_minted(self.message.options.client_ref.as_deref());
        let sent = send::submit(submission, &client, 0, path, minted.as_deref());
        let report = runtime()?.block_on(sent);
        print_report(settings, report)
    }

    fn many(&self, settings: &Settings) -> Result<Exit, CommandError> {
        let source = self.source()?;
        let path = self.path.into();
        if self.dry_run {
            return runtime()?.block_on(batch::dry_run(settings, source, path, &self.batch));
        }
        let client = self.batch_client(settings)?;
        let mints = self.message.options.client_ref.is_none();
        runtime()?.block_on(batch::run(
            settings,
            client,
            source,
            &self.batch,
            path,
            mints,
        ))
    }

    fn source(&self) -> Result<Source, CommandError> {
        let message = &self.message;
        if message.from.is_some() || message.to.is_some() || message.options.is_any_given()? {
            return Err(
                CommandError::usage("the options of a message need a channel").hint(
                    "name it, as in `messages send sms …`; messages in a file have their own",
                ),
            );
        }
        let content = &message.content;
        let template = content.template.as_deref().map(FilePath::new);
        if let Some(source) = self.batch.table.source(template)? {
            return Ok(source);
        }
        let file = content.file.as_ref().ok_or_else(|| {
            CommandError::usage("no message is given").hint(
                "name a channel and describe the message by options, or name a file with --file",
            )
        })?;
        Ok(Source::Json(PathBuf::from(file)))
    }

    fn client(&self, settings: &Settings) -> Result<Client, CommandError> {
        let builder = settings
            .client_builder()?
            .credentials(settings.credentials()?)
            .deadline(Duration::from_secs(self.timeout.into()));
        settings.with_transport(builder)?.build().map_err(no_client)
    }

    /// A client that waits as long as the API asks to: a batch slows down instead of failing. `--timeout` is for each
    /// attempt, since a message may wait for its turn for any time.
    fn batch_client(&self, settings: &Settings) -> Result<Client, CommandError> {
        const DAY: Duration = Duration::from_secs(86_400);
        let limit = Duration::from_secs(self.timeout.into());
        let builder = settings
            .client_builder()?
            .credentials(settings.credentials()?)
            .retry(RetryPolicy::default().wait_out_throttling())
            .attempt_timeout(limit.min(DEFAULT_LIMIT))
            .deadline(DAY);
        settings.with_transport(builder)?.build().map_err(no_client)
    }
}

/// Prints the report of a command's only message.
pub(super) fn print_report(settings: &Settings, report: SendReport) -> Result<Exit, CommandError> {
    if settings.out.is_json() || report.is_accepted() {
        settings.out.result(&report, |report| vec![report.line()])?;
    }
    report
        .details()
        .iter()
        .for_each(|line| settings.out.note(line));
    let exit = report.exit();
    match report.into_error() {
        Some(error) => Err(error),
        None => Ok(exit),
    }
}
