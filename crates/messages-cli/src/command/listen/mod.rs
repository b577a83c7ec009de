//! `messages listen`: webhooks as they come, and again when they are wanted again.

mod forward;
mod handler;
pub(super) mod line;
pub(super) mod register;
mod store;

use std::path::PathBuf;
use std::pin::pin;
use std::sync::Arc;

use clap::{Args, Subcommand};
use messages_sdk::webhook::Receiver;

use super::webhook::WindowArgs;
use crate::error::CommandError;
use crate::exit::Exit;
use crate::io::output::Line;
use crate::receive::{bind, serve};
use crate::settings::{Settings, credentials, runtime};
use crate::signals::interrupted;
use forward::Forward;
use handler::Handler;
use store::Store;

#[derive(Debug, Args)]
#[command(
    args_conflicts_with_subcommands = true,
    after_help = "\
Examples:
  messages listen --port 3000
  messages listen --emulator --show
  messages listen --forward-to http://127.0.0.1:8000/webhooks --store events.ndjson
  messages listen resend 3 --store events.ndjson --forward-to http://127.0.0.1:8000/webhooks

A line an event: time, channel, who, what. Numbers and texts are masked unless --show is given; with --json, for
machines, events are whole. Webhooks are verified with VONAGE_SIGNATURE_SECRET or the profile's secret."
)]
pub(crate) struct ListenArgs {
    #[command(subcommand)]
    action: Option<Action>,

    /// The port on 127.0.0.1; 0 picks a free one
    #[arg(long, default_value_t = 3000)]
    port: u16,

    /// Registers this listener as the webhook receiver of a running emulator: the one at --endpoint, of the profile or
    /// MESSAGES_ENDPOINT, or at the usual port
    #[arg(long)]
    emulator: bool,

    /// Forwards every request that is not refused, with its path and query below this URL; shows the response, and
    /// returns it to the sender
    #[arg(long, value_name = "URL")]
    forward_to: Option<String>,

    /// Trusts these certificates (PEM) too when forwarding over https, such as the application's own
    #[arg(long, value_name = "FILE", requires = "forward_to")]
    forward_ca: Option<PathBuf>,

    /// Stores every event that is not refused in this file, one per line
    #[arg(long, value_name = "FILE")]
    store: Option<PathBuf>,

    /// Shows texts and whole numbers, which are masked otherwise
    #[arg(long)]
    show: bool,

    /// Accepts webhooks without verifying them, for accounts without a signature secret
    #[arg(long, conflicts_with_all = ["max_age", "clock_skew"])]
    unverified: bool,

    #[command(flatten)]
    window: WindowArgs,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Forwards a stored event again
    #[command(
        after_help = "Example:\n  messages listen resend 3 --store events.ndjson --forward-to http://127.0.0.1:8000/webhooks"
    )]
    Resend {
        /// The event's number
        id: u64,
        /// The file that --store wrote
        #[arg(long, value_name = "FILE")]
        store: PathBuf,
        /// The target: the event's path and query are appended to this URL
        #[arg(long, value_name = "URL")]
        forward_to: String,
        /// Trusts these certificates (PEM) too
        #[arg(long, value_name = "FILE")]
        forward_ca: Option<PathBuf>,
    },
}

impl ListenArgs {
    pub(crate) fn run(self, settings: &Settings) -> Result<Exit, CommandError> {
        match &self.action {
            Some(Action::Resend {
                id,
                store,
                forward_to,
                forward_ca,
            }) => {
                let forward = Forward::new(settings, forward_to, forward_ca.as_deref())?;
                runtime()?.block_on(store::resend(settings, *id, store, &forward))
            }
            None => runtime()?.block_on(self.listen(settings)),
        }
    }

    async fn listen(self, settings: &Settings) -> Result<Exit, CommandError> {
        let out = settings.out;
        let forward = self.forward_to.as_deref();
        let handler = Handler::new(
            out.queue()?,
            self.show,
            forward
                .map(|url| Forward::new(settings, url, self.forward_ca.as_deref()))
                .transpose()?,
            self.store.as_deref().map(Store::open).transpose()?,
        );
        let mut verifier = self.window.verifier();
        let secrets = settings.signature_secrets_if_any()?;
        let mut has_secret = !secrets.is_empty();
        if !has_secret && !self.unverified && !self.emulator {
            return Err(credentials::no_signature_secret());
        }
        for secret in secrets {
            verifier = verifier.any_account(secret);
        }

        let listener = bind(self.port).await?;
        let url = format!("http://{}", listener.local_addr()?);
        // Before a script reads that it may go on: it may signal at once.
        let (shutdown, mut first) = (interrupted(), pin!(interrupted()));
        out.note(&Line::new().plain("listening on ").strong(&url));
        if self.emulator {
            let (emulator, secret) = tokio::select! {
                registered = register::at_emulator(settings, &url) => registered?,
                () = &mut first => return Ok(Exit::Done),
            };
            match secret {
                Some(secret) => {
                    verifier = verifier.any_account(secret);
                    has_secret = true;
                }
                None if has_secret || self.unverified => {}
                // The emulator has it from its own environment.
                None => return Err(credentials::no_signature_secret()),
            }
            out.note(
                &Line::new()
                    .plain("registered at the emulator ")
                    .strong(emulator),
            );
        }
        if out.is_json() {
            // Not before a webhook can come: a script goes on when it reads this.
            out.object(&serde_json::json!({"url": url}))?;
        }
        let receiver = if self.unverified || !has_secret {
            None
        } else {
            let verifier = verifier.build().map_err(|error| {
                CommandError::new(Exit::Credentials, "webhooks cannot be verified").because(error)
            })?;
            Some(Receiver::new(verifier))
        };

        let handler = Arc::new(handler);
        let shared_handler = Arc::clone(&handler);
        let handle = move |delivery| {
            let handler = Arc::clone(&shared_handler);
            async move { handler.take(delivery).await }
        };
        let ended = tokio::select! {
            ended = serve(listener, receiver, handle, shutdown) => ended,
            // A second signal does not wait for what is in flight.
            () = async { first.await; interrupted().await } => Ok(()),
        };
        handler.close();
        ended.map(|()| Exit::Done)
    }
}
