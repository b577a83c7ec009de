//! Settings and their defaults.

pub(crate) mod check;
pub(crate) mod credentials;
pub(crate) mod error;

use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::rules::Rule;
use crate::state::rate_limit::RateLimit;
use crate::state::{AllowedTargets, Retention, Settings, Targets};
use messages_types::v1::WebhookVersion;

/// The port at which an emulator is looked for where none is named.
pub const DEFAULT_PORT: u16 = 4040;

/// Default number of messages that a workspace stores.
const KEEP: usize = 100_000;
/// Default memory of a workspace's messages, in MiB: more than 100,000 short ones with their webhooks need.
const KEEP_MIB: usize = 256;
/// The least of it: the largest message fits.
const KEEP_MIB_MIN: usize = 16;
/// Default retention of a message, in hours of the emulator's time: 30 days.
const KEEP_HOURS: u64 = 30 * 24;

/// The settings of an emulator, as a configuration file has them: every one has a default.
///
/// ```
/// let config: messages_emulator::Config = serde_json::from_str(r#"{
///     "status_url": "http://127.0.0.1:3000/status",
///     "speed": 60,
///     "rules": [{ "when": { "to": "4477009000*" }, "then": { "reject": { "code": 1050 } } }]
/// }"#)?;
/// assert_eq!(config.rules.len(), 1);
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct Config {
    /// The port of 127.0.0.1 to listen on; 0 picks a free one.
    pub port: u16,
    /// URL for status webhooks and final reports, unless a message has its own.
    pub status_url: Option<String>,
    /// URL for inbound webhooks.
    pub inbound_url: Option<String>,
    /// The format of webhooks, unless a message says otherwise. Statuses of a workflow are always v0.1.
    pub webhook_version: WebhookVersion,
    /// Settings of the application, each of which wins over the account's above.
    pub application: ApplicationSettings,
    /// Speed of the emulator's time as a multiple of real time, from 0.001 to 1,000,000.
    pub speed: f64,
    /// Random seed.
    pub seed: u64,
    /// Messages are read by themselves, on channels that report it.
    pub auto_read: bool,
    /// [Magic recipients](crate::magic) have their effect.
    pub magic_numbers: bool,
    /// Rate limit of each api key; unlimited without it.
    pub rate_limit: Option<RateLimit>,
    /// Most messages that a workspace stores, at least 1; beyond it the oldest are removed.
    pub keep: usize,
    /// Memory that the messages of a workspace and their webhooks take, in MiB (estimated), at least 16; beyond it the
    /// oldest messages go.
    pub keep_mib: usize,
    /// Retention of a message, in hours of the emulator's time, at least 1; older ones are removed when the next message
    /// comes, and at the start.
    pub keep_hours: u64,
    /// The SQLite file in which everything is kept; without it, everything is in memory only.
    #[cfg(feature = "persistence")]
    pub data: Option<std::path::PathBuf>,
    /// The rules every workspace begins with.
    pub rules: Vec<Rule>,
    /// Hosts that may get webhooks although they are not this machine, by name.
    pub allow_webhook_hosts: Vec<String>,
    /// A PEM file with the certificate authorities of receivers that are reached by https; without it, URLs of webhooks
    /// begin with `http://`.
    pub webhook_ca: Option<std::path::PathBuf>,
    /// Further host names (or addresses) by which browsers and programs reach this emulator, such as
    /// `host.docker.internal`, without a port. The API itself accepts requests of programs under any name; the inbox and
    /// the control paths accept these, `127.0.0.1` and `localhost` only.
    pub host_names: Vec<String>,
}

/// Webhook URLs and format of an application; the account's apply where a value is missing.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ApplicationSettings {
    /// URL for status webhooks and final reports, unless a message has its own.
    pub status_url: Option<String>,
    /// URL for inbound webhooks.
    pub inbound_url: Option<String>,
    /// The format of webhooks, unless a message says otherwise.
    pub webhook_version: Option<WebhookVersion>,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            port: 0,
            status_url: None,
            inbound_url: None,
            webhook_version: WebhookVersion::V1,
            application: ApplicationSettings::default(),
            speed: 1.0,
            seed: 0,
            auto_read: true,
            magic_numbers: true,
            rate_limit: None,
            keep: KEEP,
            keep_mib: KEEP_MIB,
            keep_hours: KEEP_HOURS,
            #[cfg(feature = "persistence")]
            data: None,
            rules: Vec::new(),
            allow_webhook_hosts: Vec::new(),
            webhook_ca: None,
            host_names: Vec::new(),
        }
    }
}

impl Config {
    pub(crate) fn settings(&self) -> Settings {
        Settings {
            seed: self.seed,
            auto_read: self.auto_read,
            magic_numbers: self.magic_numbers,
            keep: Retention {
                messages: self.keep.max(1),
                bytes: self.keep_mib.max(KEEP_MIB_MIN).saturating_mul(1024 * 1024),
                age: Duration::from_secs(self.keep_hours.max(1).saturating_mul(3_600)),
            },
            rate_limit: self.rate_limit,
            rules: self.rules.clone(),
            allowed_targets: self.targets_allowed(),
        }
    }

    pub(crate) fn targets_allowed(&self) -> AllowedTargets {
        AllowedTargets::new(&self.allow_webhook_hosts, self.webhook_ca.is_some())
    }

    pub(crate) fn targets(&self) -> Targets {
        Targets {
            status_url: first(&self.application.status_url, &self.status_url),
            inbound_url: first(&self.application.inbound_url, &self.inbound_url),
            version: self
                .application
                .webhook_version
                .unwrap_or(self.webhook_version),
        }
    }
}

/// The application's, or else the account's.
fn first(application: &Option<String>, account: &Option<String>) -> Option<Arc<str>> {
    let url = application.as_deref().or(account.as_deref());
    url.map(Into::into)
}
