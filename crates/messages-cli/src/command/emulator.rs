//! `messages emulator`: the API on this machine.

use std::path::PathBuf;
use std::pin::pin;

use clap::Args;
use messages_emulator::{
    Config, DEFAULT_PORT, Emulator, EmulatorBuilder, Event, StartError, WebhookVersion,
};
use messages_sdk::auth::{ApiKey, ApiSecret, ApplicationId};
use messages_sdk::env::{
    API_KEY, API_SECRET, APPLICATION_ID, PRIVATE_KEY, PRIVATE_KEY_PATH, SIGNATURE_SECRET, Variable,
};
use serde::Serialize;

use crate::error::CommandError;
use crate::exit::Exit;
use crate::io::input::read_text;
use crate::io::output::Line;
use crate::settings::credentials::{key_from_environment_if_any, secrets_from_environment};
use crate::settings::{Settings, runtime};
use crate::signals::interrupted;

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  messages emulator
  messages emulator --data messages.db
  messages emulator --port 0 --status-url http://127.0.0.1:3000/status --speed 60 --json

Every credential can be set by its variable (VONAGE_API_KEY, VONAGE_API_SECRET, VONAGE_APPLICATION_ID,
VONAGE_PRIVATE_KEY or VONAGE_PRIVATE_KEY_PATH, VONAGE_SIGNATURE_SECRET), and is then neither printed nor stored; otherwise
the key is `emulator`, the secret `emulator-secret`, and the rest is made anew.")]
pub(crate) struct EmulatorArgs {
    /// The port on 127.0.0.1; 0 picks a free one [default: 4040]
    #[arg(long)]
    port: Option<u16>,

    /// URL for status webhooks and final reports, unless a message has its own
    #[arg(long, value_name = "URL")]
    status_url: Option<String>,

    /// URL for inbound webhooks
    #[arg(long, value_name = "URL")]
    inbound_url: Option<String>,

    /// The format of webhooks: v1 or v0.1
    #[arg(long, value_name = "VERSION")]
    webhook_version: Option<WebhookVersion>,

    /// Speed of the emulator's time as a multiple of real time, from 0.001 to 1,000,000
    #[arg(long, value_name = "N")]
    speed: Option<f64>,

    /// Random seed
    #[arg(long, value_name = "N")]
    seed: Option<u64>,

    /// Stores the state in this SQLite file, and continues with the state it holds
    #[arg(long, value_name = "FILE")]
    data: Option<PathBuf>,

    /// Lets webhooks go to a host that is not this machine, over plain HTTP; may be repeated
    #[arg(long, value_name = "HOST")]
    allow_webhook: Vec<String>,

    /// A PEM file with the certificate authorities of receivers; webhooks then go to https URLs too
    #[arg(long, value_name = "FILE")]
    webhook_ca: Option<PathBuf>,

    /// Accepts requests to the inbox and the control paths under this host name too, such as host.docker.internal; may be
    /// repeated. The API accepts programs under any name, and browsers never under a foreign one
    #[arg(long, value_name = "NAME", value_parser = host_name)]
    host_name: Vec<String>,

    /// A file with settings and rules (TOML); options win over it
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
}

fn host_name(name: &str) -> Result<String, String> {
    let is_valid = !name.is_empty()
        && name
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"-._[]:".contains(&byte))
        && (!name.contains(':') || name.starts_with('[') && name.ends_with(']'));
    if is_valid {
        Ok(name.to_owned())
    } else {
        Err("must be a host name or an address, without a scheme and a port".to_owned())
    }
}

/// Everything a client of the emulator needs. A credential of the environment is `None`: it may be a real one.
#[derive(Serialize)]
struct Ready<'a> {
    url: &'a str,
    inbox: String,
    api_key: Option<&'a str>,
    api_secret: Option<&'a str>,
    signature_secret: Option<&'a str>,
    application_id: Option<String>,
    private_key_path: Option<String>,
    /// The variables that have the credentials that are not shown.
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    credentials_from: &'a [&'static str],
}

/// The credentials that the environment sets.
#[derive(Default)]
struct FromEnvironment {
    variables: Vec<&'static str>,
    /// The path of the private key, if it is given by its path.
    key_path: Option<String>,
}

impl FromEnvironment {
    /// Reads a variable, and remembers that it was set.
    fn read(&mut self, variable: Variable) -> Option<String> {
        let (name, value) = variable.read().ok()??;
        self.variables.push(name);
        Some(value)
    }

    /// The variable that has been read, of those that may have a credential.
    fn variable(&self, variable: Variable) -> Option<&'static str> {
        let mut set = self.variables.iter().copied();
        set.find(|name| variable.names().contains(name))
    }

    /// The credential, unless it is the environment's.
    fn made<T>(&self, variable: Variable, credential: T) -> Option<T> {
        self.variable(variable).is_none().then_some(credential)
    }
}

impl EmulatorArgs {
    pub(crate) fn run(self, settings: &Settings) -> Result<Exit, CommandError> {
        let config = self.configuration()?;
        let (builder, given) = with_credentials(Emulator::builder().config(config))?;
        runtime()?.block_on(serve(settings, builder, &given))
    }

    fn configuration(self) -> Result<Config, CommandError> {
        let mut config = match &self.config {
            None => Config::default(),
            Some(file) => toml::from_str(&read_text(Some(file))?).map_err(|error| {
                let message = format!("{} is not a valid configuration", file.display());
                CommandError::invalid(message).excerpt(error.to_string())
            })?,
        };
        match self.port {
            Some(port) => config.port = port,
            None if self.config.is_none() => config.port = DEFAULT_PORT,
            None => {}
        }
        config.status_url = self.status_url.or(config.status_url);
        config.inbound_url = self.inbound_url.or(config.inbound_url);
        config.webhook_version = self.webhook_version.unwrap_or(config.webhook_version);
        config.speed = self.speed.unwrap_or(config.speed);
        config.seed = self.seed.unwrap_or(config.seed);
        config.data = self.data.or(config.data);
        config.allow_webhook_hosts.extend(self.allow_webhook);
        config.webhook_ca = self.webhook_ca.or(config.webhook_ca);
        config.host_names.extend(self.host_name);
        Ok(config)
    }
}

/// Sets the credentials that the environment has.
fn with_credentials(
    mut builder: EmulatorBuilder,
) -> Result<(EmulatorBuilder, FromEnvironment), CommandError> {
    let unusable = |error| {
        CommandError::new(
            Exit::Credentials,
            "a credential of the environment cannot be used",
        )
        .because(error)
    };
    let mut given = FromEnvironment::default();
    if let Some(key) = given.read(API_KEY) {
        builder = builder.api_key(ApiKey::new(key.trim()).map_err(unusable)?);
    }
    if let Some(secret) = given.read(API_SECRET) {
        builder = builder.api_secret(ApiSecret::new(secret.trim()).map_err(unusable)?);
    }
    // Of several, all of which a receiver accepts, the first one signs.
    if let Some(secret) = secrets_from_environment()?.into_iter().next() {
        given.read(SIGNATURE_SECRET);
        builder = builder.signature_secret(secret);
    }
    if let Some(id) = given.read(APPLICATION_ID) {
        builder = builder.application_id(ApplicationId::parse(id.trim()).map_err(unusable)?);
    }
    if let Some(key) = key_from_environment_if_any()? {
        builder = builder.private_key(key);
        if given.read(PRIVATE_KEY).is_none() {
            given.key_path = given
                .read(PRIVATE_KEY_PATH)
                .map(|path| path.trim().to_owned());
        }
    }
    Ok((builder, given))
}

async fn serve(
    settings: &Settings,
    builder: EmulatorBuilder,
    given: &FromEnvironment,
) -> Result<Exit, CommandError> {
    let mut emulator = builder.start().await.map_err(|error| {
        let hint = match &error {
            StartError::Setting(error) => {
                let option = match error.setting.as_str() {
                    name @ ("status_url" | "inbound_url" | "speed" | "webhook_ca") => {
                        format!("`--{}` or ", name.replace('_', "-"))
                    }
                    _ => String::new(),
                };
                let hint = format!("correct {option}the configuration file (`--config`)");
                return CommandError::usage("the emulator cannot start")
                    .because(error.clone())
                    .hint(hint);
            }
            StartError::Listen(_) => {
                "choose another port with --port, or let --port 0 pick a free one"
            }
            StartError::Data { .. } => "choose another file with --data, or start without it",
            _ => "see the variables in `messages emulator --help`",
        };
        CommandError::new(Exit::Other, "the emulator cannot start")
            .because(error)
            .hint(hint)
    })?;
    let mut events = emulator.events();
    let has_key = given
        .variable(PRIVATE_KEY)
        .or(given.variable(PRIVATE_KEY_PATH));
    let private_key_path = match has_key {
        // It is not copied.
        Some(_) => given.key_path.clone(),
        None => {
            let path = emulator.private_key_path().map_err(|error| {
                CommandError::new(Exit::Other, "the private key cannot be written").because(error)
            })?;
            Some(path.display().to_string())
        }
    };
    // Created once, not in each turn: a signal that arrives while an event is written would be lost.
    let mut interrupted = pin!(interrupted());
    announce(settings, &emulator, given, private_key_path)?;
    let out = settings.out.queue()?;
    let ended = loop {
        tokio::select! {
            event = events.next() => match event {
                // A webhook's event reports each status that a message reaches.
                Some(Event::Message(_)) => {}
                Some(event) => out.result(&event, |event| vec![line(event)])?,
                None => break Ok(Exit::Done),
            },
            error = out.broken() => break Err(error.into()),
            () = &mut interrupted => break Ok(Exit::Done),
        }
    };
    out.close();
    ended
}

fn announce(
    settings: &Settings,
    emulator: &Emulator,
    given: &FromEnvironment,
    private_key_path: Option<String>,
) -> Result<(), CommandError> {
    let credentials = emulator.credentials();
    let ready = Ready {
        url: emulator.base_url(),
        inbox: emulator.inbox_url(),
        api_key: given.made(API_KEY, credentials.api_key().as_str()),
        api_secret: given.made(API_SECRET, credentials.api_secret().expose()),
        signature_secret: given.made(SIGNATURE_SECRET, credentials.signature_secret().expose()),
        application_id: given.made(APPLICATION_ID, credentials.application_id().to_string()),
        private_key_path,
        credentials_from: &given.variables,
    };
    settings.out.result(&ready, |ready| {
        let key_path = match given.variable(PRIVATE_KEY) {
            Some(_) => PRIVATE_KEY,
            None => PRIVATE_KEY_PATH,
        };
        [
            ("url", Some(ready.url), None),
            ("inbox", Some(&ready.inbox), None),
            (API_KEY.name(), ready.api_key, Some(API_KEY)),
            (API_SECRET.name(), ready.api_secret, Some(API_SECRET)),
            (
                SIGNATURE_SECRET.name(),
                ready.signature_secret,
                Some(SIGNATURE_SECRET),
            ),
            (
                APPLICATION_ID.name(),
                ready.application_id.as_deref(),
                Some(APPLICATION_ID),
            ),
            (
                PRIVATE_KEY_PATH.name(),
                ready.private_key_path.as_deref(),
                Some(key_path),
            ),
        ]
        .map(|(name, value, variable)| {
            let line = Line::new().strong(format!("{name:<24}"));
            match (
                value,
                variable.and_then(|variable| given.variable(variable)),
            ) {
                (Some(value), _) => line.plain(value),
                (None, Some(variable)) => line.dim(format!("from {variable}")),
                (None, None) => line,
            }
        })
        .into()
    })?;
    Ok(())
}

fn line(event: &Event) -> Line {
    match event {
        Event::Request(request) => {
            let line = Line::new()
                .dim(request.at.millis_text())
                .plain(format!(" {} {} ", request.method, request.path));
            let line = match request.status {
                200..300 => line.good(request.status),
                _ => line.bad(request.status),
            };
            match (&request.message_uuid, &request.problem) {
                (Some(uuid), _) => line.plain(" ").plain(uuid),
                (None, Some(problem)) => line.plain(" ").plain(problem),
                (None, None) => line,
            }
        }
        Event::Webhook(webhook) => {
            let what = webhook
                .status
                .map_or_else(String::new, |status| status.to_string());
            let line = Line::new().dim(webhook.at.millis_text()).plain(format!(
                " webhook {what} {} attempt {} ",
                webhook.message_uuid, webhook.attempt
            ));
            match (webhook.answer, &webhook.error) {
                (Some(status), _) if webhook.acknowledged => line.good(status),
                (Some(status), _) => line.warn(status),
                (None, Some(error)) => line.bad(error),
                (None, None) => line,
            }
        }
        Event::Missed(missed) => Line::new().warn(format!("{} events missed", missed.count)),
        _ => Line::new(),
    }
}
