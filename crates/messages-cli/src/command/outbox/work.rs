//! `outbox work`: a worker of rows and runs, and the receiver of its webhooks.

use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::{Duration, Instant};

use clap::{Args, value_parser};
use http::StatusCode;
use messages_outbox::{
    Outbox, OutboxBuilder, OutboxStore, Policy, Quota, Quotas, RunError, RunReport, State,
};
use messages_sdk::policy::RetryPolicy;
use messages_sdk::webhook::Receiver;
use serde::Serialize;
use tokio::sync::watch;

use super::metrics;
use super::printer::{Counts, Printer};
use super::store::failed;
use crate::command::listen::register;
use crate::command::webhook::WindowArgs;
use crate::error::CommandError;
use crate::exit::Exit;
use crate::io::exchange::Exchange;
use crate::io::output::Line;
use crate::io::progress::Progress;
use crate::receive::{Delivery, bind, serve_beside};
use crate::settings::{Settings, credentials, no_client};
use crate::signals::interrupted;
use crate::usage;

/// Interval of progress updates.
const PROGRESS: Duration = Duration::from_millis(200);

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  messages outbox work --until-empty --no-webhooks
  messages outbox work --concurrency 64 --rate 30 --port 3000
  messages outbox work --emulator --until-empty

Ctrl-C and SIGTERM let the requests in flight end; a second one leaves them in doubt. Status webhooks settle rows in doubt:
receive them with --port, or apply stored ones with `messages outbox apply`.")]
pub(super) struct WorkArgs {
    /// Ends once no row waits for its time, its turn or its outcome
    #[arg(long)]
    until_empty: bool,

    /// Most messages in flight at once
    #[arg(long, value_name = "N", default_value_t = 64, value_parser = value_parser!(u32).range(1..=10_000))]
    concurrency: u32,

    /// Most messages per second, such as 30, or 0.5 for one in two seconds, over all workers of the store
    #[arg(long, value_name = "R", value_parser = usage::rate)]
    rate: Option<f64>,

    /// Most messages per second of each sender, over all workers of the store
    #[arg(long, value_name = "R", value_parser = usage::rate)]
    sender_rate: Option<f64>,

    /// Longest duration of a request, in seconds
    #[arg(long, value_name = "SECONDS", default_value_t = 60, value_parser = value_parser!(u32).range(1..=3_600))]
    timeout: u32,

    /// Time after which the rows of a dead worker are claimed again, in seconds
    #[arg(long, value_name = "SECONDS", default_value_t = 30, value_parser = value_parser!(u32).range(1..=3_600))]
    lease: u32,

    /// The port on 127.0.0.1 that receives webhooks, and serves metrics for Prometheus at /metrics; 0 picks a free one
    #[arg(
        long,
        value_name = "PORT",
        default_value_t = 3000,
        conflicts_with = "no_webhooks"
    )]
    port: u16,

    /// Receives no webhooks
    #[arg(long)]
    no_webhooks: bool,

    /// Sends to a running emulator, with its default credentials or those of this environment, and registers for its
    /// webhooks
    #[arg(long)]
    emulator: bool,

    #[command(flatten)]
    window: WindowArgs,
}

impl WorkArgs {
    pub(super) async fn run(
        self,
        settings: &Settings,
        store: Arc<dyn OutboxStore>,
    ) -> Result<Exit, CommandError> {
        let emulator = self.emulator.then(|| settings.for_emulator());
        let settings = emulator.as_ref().unwrap_or(settings);
        let out = settings.out;
        let builder = self.builder(settings, Arc::clone(&store))?;
        let receiver = self.receiver(settings).await?;
        let printer = Printer::new(out)?;
        let (queue, counts) = (Arc::clone(&printer.queue), Arc::clone(&printer.counts));
        let outbox = builder.observer(printer).build().map_err(|error| {
            CommandError::new(Exit::Other, "no worker can be made").because(error)
        })?;

        let began = Instant::now();
        let expired = expired(store.as_ref()).await?;
        let (stop, stopped) = watch::channel(false);
        let webhooks = receiver.map(|(listener, receiver)| {
            let handler = outbox.clone();
            let handle = move |delivery| {
                let outbox = handler.clone();
                async move { apply(&outbox, &delivery).await }
            };
            let mut stopped = stopped.clone();
            let routes = metrics::routes(Arc::clone(&store), Arc::clone(&counts));
            let end = async move {
                let _ = stopped.wait_for(|stopped| *stopped).await;
            };
            tokio::spawn(serve_beside(routes, listener, Some(receiver), handle, end))
        });
        let mut broken = None;
        // Without a reader of the output, the requests in flight still end.
        let shutdown = async {
            tokio::select! {
                () = interrupted() => {}
                error = queue.broken() => broken = Some(error),
            }
        };
        let ran = tokio::select! {
            ran = self.send(&outbox, shutdown) => ran.map_err(run_failed),
            never = show_progress(&counts) => match never {},
            () = async { interrupted().await; interrupted().await } => {
                let line = Line::new().warn("interrupted");
                out.note(&line.plain(": the messages in flight are left in doubt"));
                Err(CommandError::new(Exit::InDoubt, "interrupted twice"))
            }
        };
        let _ = stop.send(true);
        if let Some(webhooks) = webhooks {
            match webhooks.await {
                Ok(served) => served?,
                Err(error) => {
                    let failed = CommandError::new(Exit::Other, "the receiver ended unexpectedly");
                    return Err(failed.because(error));
                }
            }
        }
        queue.close();
        if let Some(error) = broken {
            return Err(error.into());
        }
        let status = store.status().await.map_err(failed)?;
        let count = |state| status.states.get(&state).copied().unwrap_or_default();
        let summary = Summary::new(
            ran?,
            count(State::Expired).saturating_sub(expired),
            began.elapsed(),
        );
        out.result(&serde_json::json!({"summary": summary}), |_| {
            vec![summary.line()]
        })?;
        let is_clean = summary.failed == 0 && summary.expired == 0 && count(State::InDoubt) == 0;
        Ok(if self.until_empty && !is_clean {
            Exit::Batch
        } else {
            Exit::Done
        })
    }

    async fn send(
        &self,
        outbox: &Outbox,
        shutdown: impl Future<Output = ()> + Send,
    ) -> Result<RunReport, RunError> {
        if self.until_empty {
            outbox.run_until_empty(shutdown).await
        } else {
            outbox.run(shutdown).await
        }
    }

    fn builder(
        &self,
        settings: &Settings,
        store: Arc<dyn OutboxStore>,
    ) -> Result<OutboxBuilder, CommandError> {
        // The outbox retries by itself, after a delay that all workers share.
        let client = settings
            .client_builder()?
            .credentials(settings.credentials()?)
            .retry(RetryPolicy::default().max_attempts(1));
        let client = settings
            .with_transport(client)?
            .build()
            .map_err(no_client)?;
        let mut quotas = Quotas::default();
        if let Some(rate) = self.rate {
            quotas = quotas.account(quota(rate));
        }
        if let Some(rate) = self.sender_rate {
            quotas = quotas.sender(quota(rate));
        }
        let policy = Policy {
            quotas,
            ..Policy::default()
        };
        Ok(Outbox::builder()
            .shared_store(store)
            .client(client)
            .policy(policy)
            .reports(Exchange::with_api(settings)?.into_transport())
            .concurrency(self.concurrency)
            .call_limit(Duration::from_secs(self.timeout.into()))
            .lease(Duration::from_secs(self.lease.into())))
    }

    /// The listener and verifier of webhooks, if they are wanted.
    async fn receiver(
        &self,
        settings: &Settings,
    ) -> Result<Option<(tokio::net::TcpListener, Receiver)>, CommandError> {
        if self.no_webhooks {
            return Ok(None);
        }
        let mut secrets = settings.signature_secrets_if_any()?;
        if secrets.is_empty() && !self.emulator {
            return Err(credentials::no_signature_secret()
                .hint("set VONAGE_SIGNATURE_SECRET, or send without receiving webhooks with --no-webhooks"));
        }
        let listener = bind(self.port).await?;
        let url = format!("http://{}", listener.local_addr()?);
        settings
            .out
            .note(&Line::new().plain("receiving webhooks on ").strong(&url));
        if self.emulator {
            let (emulator, secret) = register::at_emulator(settings, &url).await?;
            secrets.extend(secret);
            let line = Line::new().plain("registered at the emulator ");
            settings.out.note(&line.strong(emulator));
        }
        let mut verifier = self.window.verifier();
        for secret in secrets {
            verifier = verifier.any_account(secret);
        }
        let verifier = verifier.build().map_err(|error| {
            CommandError::new(Exit::Credentials, "webhooks cannot be verified").because(error)
        })?;
        Ok(Some((listener, Receiver::new(verifier))))
    }
}

/// The quota of a number of messages per second.
fn quota(rate: f64) -> Quota {
    match NonZeroU32::new(rate as u32) {
        Some(whole) if f64::from(whole.get()) == rate => Quota::per_second(whole),
        _ => Quota::new(NonZeroU32::MIN, Duration::from_secs_f64(1.0 / rate)),
    }
}

/// Applies a webhook, and returns the response's status: only a stored event is acknowledged.
pub(crate) async fn apply(outbox: &Outbox, delivery: &Delivery) -> StatusCode {
    let Some(event) = delivery.verdict.event() else {
        return delivery.verdict.response_status();
    };
    match outbox.apply(event).await {
        Ok(_) => StatusCode::OK,
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR,
    }
}

async fn expired(store: &dyn OutboxStore) -> Result<u64, CommandError> {
    let status = store.status().await.map_err(failed)?;
    Ok(status
        .states
        .get(&State::Expired)
        .copied()
        .unwrap_or_default())
}

fn run_failed(error: RunError) -> CommandError {
    match error {
        RunError::Store(error) => failed(error),
        error => CommandError::new(Exit::Other, "the worker failed").because(error),
    }
}

/// Draws the counts on a terminal, forever.
async fn show_progress(counts: &Counts) -> std::convert::Infallible {
    let progress = Progress::new(None);
    let mut ticks = tokio::time::interval(PROGRESS);
    loop {
        ticks.tick().await;
        if progress.is_shown() {
            let (sum, words) = counts.words();
            progress.update(0, sum, &words);
        }
    }
}

/// The last line of a run.
#[derive(Serialize)]
struct Summary {
    sent: u64,
    failed: u64,
    in_doubt: u64,
    requeued: u64,
    expired: u64,
    seconds: f64,
}

impl Summary {
    fn new(report: RunReport, expired: u64, elapsed: Duration) -> Self {
        Self {
            sent: report.sent,
            failed: report.failed,
            in_doubt: report.in_doubt,
            requeued: report.requeued,
            expired,
            seconds: (elapsed.as_secs_f64() * 1000.0).round() / 1000.0,
        }
    }

    fn line(&self) -> Line {
        let counts = [
            (self.sent, "sent"),
            (self.failed, "failed"),
            (self.in_doubt, "in doubt"),
            (self.expired, "expired"),
            (self.requeued, "queued again"),
        ];
        let words: Vec<String> = counts
            .iter()
            .filter(|(count, name)| *count > 0 || *name == "sent")
            .map(|(count, name)| format!("{count} {name}"))
            .collect();
        let line = Line::new();
        let line = if self.failed + self.in_doubt + self.expired == 0 {
            line.good(words.join(", "))
        } else {
            line.warn(words.join(", "))
        };
        line.plain(format!(" in {} s", self.seconds))
    }
}
