//! `demo --outbox`: a worker is killed while it sends, and a second one continues without losing or doubling a message.

use std::collections::{BTreeMap, HashMap};
use std::path::Path;
use std::process::Stdio;
use std::sync::Arc;
use std::time::{Duration, Instant};

use messages_emulator::{Action, Emulator, Query, Rule};
use messages_outbox::{Intent, Outbox, OutboxStore, State};
use messages_outbox_sqlite::SqliteStore;
use messages_sdk::types::{Problems, Submission, v1};
use serde::Serialize;
use tokio::process::{Child, Command};
use tokio::task::JoinSet;

use super::{no_outbox, outbox_client, receiver};
use crate::command::outbox::store::failed;
use crate::command::outbox::work::apply;
use crate::error::CommandError;
use crate::exit::Exit;
use crate::io::output::Line;
use crate::receive::{self, Delivery};
use crate::settings::Settings;

/// Messages of the demo, to one recipient each.
const MESSAGES: usize = 200;

/// Accepted messages after which the first worker is killed.
const KILLED_AFTER: usize = 60;

/// The emulator accepts a message this long before it responds, so that the kill hits requests in flight.
const RESPONSE_DELAY_MS: u64 = 20;

/// Requests in flight in the first worker.
const CONCURRENCY: &str = "8";

/// Longest duration of a request, and lease of the workers: short, so that the second worker need not wait long for the
/// rows of the first one.
const LEASE: Duration = Duration::from_secs(1);

/// Longest wait for each part of the demo.
const PATIENCE: Duration = Duration::from_secs(60);

/// A part of the demo, as `--json` prints it.
#[derive(Serialize)]
#[serde(tag = "step", rename_all = "snake_case")]
enum Step {
    /// The messages are in the store.
    Stored { rows: usize },
    /// The first worker is dead.
    Killed {
        accepted: usize,
        states: BTreeMap<State, u64>,
    },
    /// The second worker is done.
    Recovered { states: BTreeMap<State, u64> },
    /// The emulator's count of each message.
    Compared {
        rows: usize,
        accepted_once: usize,
        doubled: usize,
        in_doubt: u64,
        lost: u64,
    },
}

/// Plays the demo; returns whether every message is accounted for.
pub(super) async fn play(settings: &Settings, emulator: &Emulator) -> Result<bool, CommandError> {
    emulator.add_rule(Rule::always(Action::Latency {
        ms: RESPONSE_DELAY_MS,
    }));
    let folder = tempfile::tempdir().map_err(|error| {
        CommandError::new(Exit::Other, "no temporary folder can be made").because(error)
    })?;
    let file = folder.path().join("outbox.db");
    let store: Arc<dyn OutboxStore> = Arc::new(SqliteStore::open(&file).await.map_err(failed)?);
    let outbox = Outbox::builder()
        .shared_store(Arc::clone(&store))
        .client(outbox_client(settings, emulator)?)
        .lease(LEASE)
        .call_limit(LEASE)
        .build()
        .map_err(no_outbox)?;

    // The application that receives webhooks outlives its worker. Dropping the set ends it.
    let mut tasks = JoinSet::new();
    tasks.spawn(receive_webhooks(emulator, outbox.clone()).await?);

    let intents: Result<Vec<Intent>, Problems> = (0..MESSAGES).map(intent).collect();
    let intents = intents.map_err(|problems| {
        CommandError::new(Exit::Other, "the demo's own messages are not valid").because(problems)
    })?;
    outbox.enqueue_all(&intents).await.map_err(failed)?;
    print(settings, &Step::Stored { rows: MESSAGES })?;

    let mut worker = start_worker(emulator, &file)?;
    let began = Instant::now();
    while accepted(emulator).len() < KILLED_AFTER {
        let ended = worker.try_wait().ok().flatten();
        if ended.is_some() || began.elapsed() > PATIENCE {
            return Err(CommandError::new(Exit::Other, "the worker did not send"));
        }
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
    worker.kill().await.map_err(|error| {
        CommandError::new(Exit::Other, "the worker cannot be killed").because(error)
    })?;
    let states = store.status().await.map_err(failed)?.states;
    let accepted_until_kill = accepted(emulator).values().sum();
    print(
        settings,
        &Step::Killed {
            accepted: accepted_until_kill,
            states,
        },
    )?;

    emulator.clear_rules();
    let ran = outbox.run_until_empty(tokio::time::sleep(PATIENCE)).await;
    ran.map_err(|error| CommandError::new(Exit::Other, "the second worker failed").because(error))?;
    let states = store.status().await.map_err(failed)?.states;
    let count = |state| states.get(&state).copied().unwrap_or_default();
    let (sent, in_doubt) = (count(State::Sent), count(State::InDoubt));
    print(
        settings,
        &Step::Recovered {
            states: states.clone(),
        },
    )?;

    let accepted = accepted(emulator);
    let accepted_once = accepted.values().filter(|count| **count == 1).count();
    let doubled = accepted.len() - accepted_once;
    let lost = (MESSAGES as u64).saturating_sub(sent + in_doubt);
    print(
        settings,
        &Step::Compared {
            rows: MESSAGES,
            accepted_once,
            doubled,
            in_doubt,
            lost,
        },
    )?;
    Ok(doubled == 0 && lost == 0 && sent as usize <= accepted_once)
}

fn intent(index: usize) -> Result<Intent, Problems> {
    let recipient = format!("4477009{index:05}");
    let sms = v1::Sms::text("447700900001", recipient, "Your table is free at 8")?;
    Ok(Intent::new(
        format!("demo-{index}"),
        Submission::V1(sms.into()),
    ))
}

/// A receiver that applies the emulator's webhooks to the outbox.
async fn receive_webhooks(
    emulator: &Emulator,
    outbox: Outbox,
) -> Result<impl Future<Output = Result<(), CommandError>> + Send + 'static, CommandError> {
    let listener = receive::bind(0).await?;
    let url = format!("http://{}/webhooks", listener.local_addr()?);
    emulator.set_status_url(Some(&url));
    let receiver = receiver(emulator)?;
    let handle = move |delivery: Delivery| {
        let outbox = outbox.clone();
        async move { apply(&outbox, &delivery).await }
    };
    Ok(receive::serve(
        listener,
        Some(receiver),
        handle,
        std::future::pending(),
    ))
}

/// `messages outbox work` in a process of its own, with the emulator's credentials alone.
fn start_worker(emulator: &Emulator, file: &Path) -> Result<Child, CommandError> {
    let failed =
        |error| CommandError::new(Exit::Other, "the worker cannot be started").because(error);
    let seconds = LEASE.as_secs().to_string();
    let mut command = Command::new(std::env::current_exe().map_err(failed)?);
    for (name, _) in std::env::vars_os() {
        let text = name.to_string_lossy();
        if ["VONAGE_", "NEXMO_", "MESSAGES_"]
            .iter()
            .any(|prefix| text.starts_with(prefix))
        {
            command.env_remove(&name);
        }
    }
    command
        .args([
            "outbox",
            "work",
            "--no-webhooks",
            "--concurrency",
            CONCURRENCY,
        ])
        .args(["--lease", &seconds, "--timeout", &seconds])
        .args(["--endpoint", emulator.base_url(), "--store"])
        .arg(file)
        .env("VONAGE_API_KEY", emulator.credentials().api_key().as_str())
        .env(
            "VONAGE_API_SECRET",
            emulator.credentials().api_secret().expose(),
        )
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .kill_on_drop(true)
        .spawn()
        .map_err(failed)
}

/// Number of messages the emulator accepted, by recipient.
fn accepted(emulator: &Emulator) -> HashMap<String, usize> {
    let mut accepted = HashMap::new();
    for message in emulator.messages(&Query::default(), 2 * MESSAGES) {
        *accepted.entry(message.to).or_default() += 1;
    }
    accepted
}

fn print(settings: &Settings, step: &Step) -> Result<(), CommandError> {
    settings.out.result(step, |step| vec![step.line()])?;
    Ok(())
}

impl Step {
    fn line(&self) -> Line {
        let line = |name: &str| Line::new().strong(format!("{name:<10}"));
        match self {
            Self::Stored { rows } => {
                line("stored").plain(format!("{rows} messages; nothing is sent yet"))
            }
            Self::Killed { accepted, states } => {
                let text = format!("a worker, while it sent: the API had accepted {accepted}; ");
                line("killed").plain(text).plain(words(states))
            }
            Self::Recovered { states } => line("recovered")
                .plain("by a second worker and the webhooks: ")
                .plain(words(states)),
            Self::Compared {
                rows,
                accepted_once,
                doubled,
                in_doubt,
                lost,
            } => {
                let text = format!(
                    "{rows} rows, {accepted_once} accepted once, {doubled} doubled, {lost} lost, {in_doubt} in doubt"
                );
                let line = line("compared");
                if *doubled == 0 && *lost == 0 {
                    line.good(text)
                } else {
                    line.bad(text)
                }
            }
        }
    }
}

/// The counts that are not zero.
fn words(states: &BTreeMap<State, u64>) -> String {
    let counts = states.iter().filter(|(_, count)| **count > 0);
    let words: Vec<String> = counts
        .map(|(state, count)| format!("{count} {state}"))
        .collect();
    words.join(", ")
}
