//! `messages demo`: everything at work, without an account.

mod journal;
mod journey;
mod outbox;
mod story;

use std::time::Duration;

use clap::Args;
use messages_emulator::{Action, Emulator, Rule, StartError};
use messages_outbox::NoStore;
use messages_sdk::auth::webhook::Verifier;
use messages_sdk::client::ClientBuilder;
use messages_sdk::policy::RetryPolicy;
use messages_sdk::webhook::Receiver;
use messages_sdk::{Client, Endpoint};
use tokio::sync::mpsc;
use tokio::task::JoinSet;

use self::journal::Journal;
use crate::command::outbox::work::apply;
use crate::error::CommandError;
use crate::exit::Exit;
use crate::io::output::Line;
use crate::receive::{self, Delivery};
use crate::settings::{Settings, no_client, runtime};
use crate::signals::interrupted;

/// Longest wait for the webhooks of the whole demo.
const PATIENCE: Duration = Duration::from_secs(20);

/// Factor by which the emulator's time passes faster than real time.
const SPEED: f64 = 20.0;

#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  messages demo\n  messages demo --json\n  messages demo --keep\n  messages demo --outbox"
)]
pub(crate) struct DemoArgs {
    /// Leaves the emulator and its inbox open, until Ctrl-C
    #[arg(long)]
    keep: bool,

    /// Kills a worker of an outbox while it sends, and lets a second one continue
    #[arg(long)]
    outbox: bool,
}

impl DemoArgs {
    pub(crate) fn run(self, settings: &Settings) -> Result<Exit, CommandError> {
        if self.outbox {
            return runtime()?.block_on(self.play_outbox(settings));
        }
        runtime()?.block_on(self.play(settings))
    }

    async fn play_outbox(self, settings: &Settings) -> Result<Exit, CommandError> {
        let emulator = Emulator::builder().speed(SPEED).start().await;
        let emulator = emulator.map_err(no_emulator)?;
        let all_well = outbox::play(settings, &emulator).await?;
        if self.keep {
            keep_open(settings, &emulator).await;
        }
        Ok(if all_well { Exit::Done } else { Exit::Other })
    }

    async fn play(self, settings: &Settings) -> Result<Exit, CommandError> {
        let listener = receive::bind(0).await?;
        let port = listener
            .local_addr()
            .map_err(|error| {
                CommandError::new(Exit::Other, "the receiver has no address").because(error)
            })?
            .port();
        let webhooks = format!("http://127.0.0.1:{port}/webhooks");
        let emulator = Emulator::builder()
            .status_url(webhooks.as_str())
            .inbound_url(webhooks.as_str())
            .speed(SPEED)
            .rule(Rule::to(journey::RECIPIENT, Action::Deliver))
            .rule(
                Rule::to(story::UNREACHABLE_ON_VIBER, Action::Reject { code: 1260 })
                    .and(|when| when.channel = Some(messages_emulator::Channel::ViberService)),
            )
            .start()
            .await
            .map_err(no_emulator)?;

        let outbox = journey::outbox(settings, &emulator)?;
        let (arrived, mut deliveries) = mpsc::unbounded_channel::<Delivery>();
        // Dropping the set ends the receiver.
        let mut tasks = JoinSet::new();
        tasks.spawn(receive::serve(
            listener,
            Some(receiver(&emulator)?),
            {
                let outbox = outbox.clone();
                move |delivery| {
                    let (outbox, arrived) = (outbox.clone(), arrived.clone());
                    async move {
                        let status = apply(&outbox, &delivery).await;
                        // The journal is gone once the demo is over.
                        let _ = arrived.send(delivery);
                        status
                    }
                }
            },
            std::future::pending(),
        ));

        let client = client(settings, &emulator)?;
        let mut journal = Journal::new(settings.out);
        story::tell(&client, &emulator, &mut journal).await?;
        let run = journey::start(&outbox).await?;
        journal.journey(journey::NAME, run);
        tasks.spawn(journey::work(outbox.clone()));
        let told = tokio::time::timeout(PATIENCE, async {
            while !journal.is_complete() {
                let Some(delivery) = deliveries.recv().await else {
                    break;
                };
                journal.note(&delivery)?;
                journal.run_is(journey::state(&outbox, run).await?)?;
            }
            Ok::<(), CommandError>(())
        });
        let in_time = match told.await {
            Ok(result) => result.map(|()| true)?,
            Err(_) => false,
        };
        let all_well = journal.close()? && in_time;
        if self.keep {
            keep_open(settings, &emulator).await;
        }
        Ok(if all_well { Exit::Done } else { Exit::Other })
    }
}

/// A client of the emulator, with the application's token as a real one would have it.
fn client(settings: &Settings, emulator: &Emulator) -> Result<Client, CommandError> {
    let builder = client_builder(emulator)?;
    settings.with_transport(builder)?.build().map_err(no_client)
}

/// A client of an outbox, which retries by itself.
fn outbox_client(settings: &Settings, emulator: &Emulator) -> Result<Client, CommandError> {
    let builder = client_builder(emulator)?.retry(RetryPolicy::default().max_attempts(1));
    settings.with_transport(builder)?.build().map_err(no_client)
}

/// A receiver of the emulator's webhooks.
fn receiver(emulator: &Emulator) -> Result<Receiver, CommandError> {
    let verifier = Verifier::builder().secrets(emulator.credentials().secrets());
    let verifier = verifier.build().map_err(|error| {
        CommandError::new(Exit::Other, "the verifier cannot be made").because(error)
    })?;
    Ok(Receiver::new(verifier))
}

fn client_builder(emulator: &Emulator) -> Result<ClientBuilder, CommandError> {
    let endpoint = Endpoint::new(emulator.base_url()).map_err(|error| {
        CommandError::new(Exit::Other, "the emulator has no usable address").because(error)
    })?;
    Ok(Client::builder()
        .endpoint(endpoint)
        .credentials(emulator.credentials().token_source()))
}

fn no_outbox(error: NoStore) -> CommandError {
    CommandError::new(Exit::Other, "no outbox can be made").because(error)
}

fn no_emulator(error: StartError) -> CommandError {
    CommandError::new(Exit::Other, "the emulator cannot start").because(error)
}

async fn keep_open(settings: &Settings, emulator: &Emulator) {
    let line = Line::new().strong("inbox ").plain(emulator.inbox_url());
    settings.out.note(&line.dim("  (Ctrl-C ends it)"));
    interrupted().await;
}
