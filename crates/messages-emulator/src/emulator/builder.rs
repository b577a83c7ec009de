//! Setting up an emulator.

use messages_auth::{ApiKey, ApiSecret, ApplicationId, PrivateKey, SignatureSecret};

use super::Emulator;
use crate::clock::Pace;
use crate::config::credentials::{
    EmulatorCredentials, Given, SavedCredentials, random_secret, shared_key,
};
use crate::config::error::StartError;
use crate::config::{ApplicationSettings, Config};
use crate::rules::Rule;
use crate::state::rate_limit::RateLimit;
use crate::store::Saved;
use messages_types::v1::WebhookVersion;

/// The api key where no other is set.
const API_KEY: &str = "emulator";
/// The api secret where no other is set.
const API_SECRET: &str = "emulator-secret";

/// Sets up an [`Emulator`].
#[derive(Debug, Clone, Default)]
#[must_use]
pub struct EmulatorBuilder {
    pub(crate) config: Config,
    stepped: bool,
    api_key: Option<ApiKey>,
    api_secret: Option<ApiSecret>,
    signature_secret: Option<SignatureSecret>,
    application_id: Option<ApplicationId>,
    private_key: Option<PrivateKey>,
}

impl EmulatorBuilder {
    /// Takes all settings from a configuration, replacing those that were made before.
    pub fn config(mut self, config: Config) -> Self {
        self.config = config;
        self
    }

    /// The port of 127.0.0.1 to listen on; 0, as it is otherwise, picks a free one.
    pub fn port(mut self, port: u16) -> Self {
        self.config.port = port;
        self
    }

    /// Sets the URL for status webhooks and final reports, unless a message has its own.
    pub fn status_url(mut self, url: impl Into<String>) -> Self {
        self.config.status_url = Some(url.into());
        self
    }

    /// Sets the URL for inbound webhooks.
    pub fn inbound_url(mut self, url: impl Into<String>) -> Self {
        self.config.inbound_url = Some(url.into());
        self
    }

    /// The format of webhooks, unless a message says otherwise; v1 if it is not set.
    pub fn webhook_version(mut self, version: WebhookVersion) -> Self {
        self.config.webhook_version = version;
        self
    }

    /// Settings of the application, each of which wins over the account's.
    pub fn application(mut self, settings: ApplicationSettings) -> Self {
        self.config.application = settings;
        self
    }

    /// Sets the speed of the emulator's time as a multiple of real time, from 0.001 to 1,000,000.
    pub fn speed(mut self, factor: f64) -> Self {
        self.config.speed = factor;
        self
    }

    /// Time does not pass by itself: [`Emulator::advance`] moves it on.
    pub fn stepped(mut self) -> Self {
        self.stepped = true;
        self
    }

    /// Sets the random seed. The same seed and the same requests give the same uuids, times and lives.
    pub fn seed(mut self, seed: u64) -> Self {
        self.config.seed = seed;
        self
    }

    /// Lets messages be read by themselves, on channels that report it. Default `true`.
    pub fn auto_read(mut self, on: bool) -> Self {
        self.config.auto_read = on;
        self
    }

    /// Enables [magic recipients](crate::magic). Default `true`.
    pub fn magic_numbers(mut self, on: bool) -> Self {
        self.config.magic_numbers = on;
        self
    }

    /// Sets the rate limit of each api key. Default unlimited.
    pub fn rate_limit(mut self, limit: RateLimit) -> Self {
        self.config.rate_limit = Some(limit);
        self
    }

    /// Sets the most messages that each workspace stores, at least 1. Default 100,000.
    pub fn keep(mut self, messages: usize) -> Self {
        self.config.keep = messages;
        self
    }

    /// Memory that the messages of each workspace and their webhooks take, in MiB (estimated), at least 16; 256 if it is
    /// not set. Beyond it the oldest messages go.
    pub fn keep_mib(mut self, mib: usize) -> Self {
        self.config.keep_mib = mib;
        self
    }

    /// Sets the retention of messages, in hours of the emulator's time, at least 1. Default 720.
    pub fn keep_hours(mut self, hours: u64) -> Self {
        self.config.keep_hours = hours;
        self
    }

    /// Keeps everything in this SQLite file, and goes on with what is in it. Whatever was acknowledged is in the file
    /// before, so that it outlives the process; what the machine itself may lose with its power are the last moments.
    /// The file holds the credentials that were made too, and is its owner's only.
    #[cfg(feature = "persistence")]
    pub fn data(mut self, file: impl Into<std::path::PathBuf>) -> Self {
        self.config.data = Some(file.into());
        self
    }

    /// Adds a rule with which every workspace begins.
    pub fn rule(mut self, rule: Rule) -> Self {
        self.config.rules.push(rule);
        self
    }

    /// Lets webhooks go to a host that is not this machine, over plain HTTP.
    pub fn allow_webhook_host(mut self, host: impl Into<String>) -> Self {
        self.config.allow_webhook_hosts.push(host.into());
        self
    }

    /// Sets the PEM file with the certificate authorities of receivers that are reached by https.
    pub fn webhook_ca(mut self, file: impl Into<std::path::PathBuf>) -> Self {
        self.config.webhook_ca = Some(file.into());
        self
    }

    /// Adds a host name (or an address) by which browsers and programs reach this emulator, without a port.
    pub fn host_name(mut self, name: impl Into<String>) -> Self {
        self.config.host_names.push(name.into());
        self
    }

    /// The api key; `emulator` if it is not set.
    pub fn api_key(mut self, key: ApiKey) -> Self {
        self.api_key = Some(key);
        self
    }

    /// The api secret; `emulator-secret` if it is not set. One that is set is not stored in the data file.
    pub fn api_secret(mut self, secret: ApiSecret) -> Self {
        self.api_secret = Some(secret);
        self
    }

    /// The secret with which webhooks are signed; a random one if it is not set. One that is set is neither stored in the
    /// data file nor shown to a receiver that registers itself.
    pub fn signature_secret(mut self, secret: SignatureSecret) -> Self {
        self.signature_secret = Some(secret);
        self
    }

    /// The application; a random id if it is not set.
    pub fn application_id(mut self, id: ApplicationId) -> Self {
        self.application_id = Some(id);
        self
    }

    /// The application's key; one that is made for this process if it is not set. One that is set is not stored in the
    /// data file.
    pub fn private_key(mut self, key: PrivateKey) -> Self {
        self.private_key = Some(key);
        self
    }

    /// Starts it on the current tokio runtime, whose I/O and time have to be enabled.
    ///
    /// # Errors
    /// If a setting or a rule cannot be used ([`Config::check`]), if the port is taken, if no key pair can be made, or if the
    /// data file cannot be used.
    pub async fn start(self) -> Result<Emulator, StartError> {
        self.config.check()?;
        let saved = self.saved().await?;
        let mut kept = saved.workspaces.iter().map(|one| &one.credentials);
        // Another key than those of the file is another account, with an application of its own.
        let own = match &self.api_key {
            Some(key) => kept.find(|one| one.api_key == *key),
            None => kept.next(),
        };
        let credentials = self.credentials(own)?;
        let is_taken = saved.workspaces.iter().any(|one| {
            one.credentials.application_id == credentials.application_id
                && one.credentials.api_key != credentials.api_key
        });
        if is_taken {
            return Err(StartError::Data {
                reason: "the application belongs to another api key in it",
                source: None,
            });
        }
        Emulator::start(&self.config, self.pace(), credentials, saved).await
    }

    #[cfg(feature = "persistence")]
    async fn saved(&self) -> Result<Saved, StartError> {
        match &self.config.data {
            None => Ok(Saved::default()),
            Some(file) => crate::store::sqlite::open(file.clone()).await,
        }
    }

    #[cfg(not(feature = "persistence"))]
    async fn saved(&self) -> Result<Saved, StartError> {
        Ok(Saved::default())
    }

    fn pace(&self) -> Pace {
        if self.stepped {
            Pace::Stepped
        } else {
            Pace::Times(self.config.speed)
        }
    }

    /// The given credentials; else those of the data file for the api key; else generated ones.
    fn credentials(
        &self,
        saved: Option<&SavedCredentials>,
    ) -> Result<EmulatorCredentials, StartError> {
        let api_key = self.api_key.as_ref();
        let api_secret = self.api_secret.as_ref();
        let signature_secret = self.signature_secret.as_ref();
        let private_key = self.private_key.as_ref();
        Ok(EmulatorCredentials {
            given: Given {
                api_secret: api_secret.is_some(),
                signature_secret: signature_secret.is_some(),
                private_key: private_key.is_some(),
            },
            api_key: match api_key.or(saved.map(|saved| &saved.api_key)) {
                Some(key) => key.clone(),
                None => ApiKey::new(API_KEY)?,
            },
            api_secret: match api_secret.or(saved.and_then(|saved| saved.api_secret.as_ref())) {
                Some(secret) => secret.clone(),
                None => ApiSecret::new(API_SECRET)?,
            },
            signature_secret: match signature_secret
                .or(saved.and_then(|saved| saved.signature_secret.as_ref()))
            {
                Some(secret) => secret.clone(),
                None => random_secret()?,
            },
            application_id: match (self.application_id, saved) {
                (Some(id), _) => id,
                (None, Some(saved)) => saved.application_id,
                (None, None) => ApplicationId::random(),
            },
            private_key: match private_key.or(saved.and_then(|saved| saved.private_key.as_ref())) {
                Some(key) => key.clone(),
                None => shared_key()?,
            },
        })
    }
}
