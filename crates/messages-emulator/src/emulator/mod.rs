//! A running emulator.

mod builder;
pub(crate) mod engine;
pub(crate) mod expect;
mod key_file;
pub(crate) mod workspace;

use std::net::{Ipv4Addr, SocketAddr};
use std::ops::Deref;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

pub use builder::EmulatorBuilder;
use messages_auth::{ApiKey, ApiSecret};
use messages_transport::server::serve;
use tokio::net::TcpListener;
use tokio::task::JoinSet;

use self::key_file::KeyFile;
use crate::clock::{Clock, Moment, Pace};
use crate::config::Config;
use crate::config::credentials::{EmulatorCredentials, random_secret};
use crate::config::error::StartError;
use crate::emulator::engine::{Engine, drive};
use crate::emulator::workspace::Workspace;
use crate::http::client::{WebhookClient, deliver, tls};
use crate::http::server::{Guard, limits};
use crate::state::{Account, State};
use crate::store::Saved;

/// The Messages and Workflows APIs on 127.0.0.1. Dropping it stops it.
///
/// It is also its first [`Workspace`]: everything about messages is there.
///
/// ```
/// # #[tokio::main(flavor = "current_thread")] async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// use messages_emulator::Emulator;
///
/// let emulator = Emulator::builder().seed(7).start().await?;
/// assert!(emulator.base_url().starts_with("http://127.0.0.1:"));
/// assert_eq!(emulator.credentials().api_key().as_str(), "emulator");
/// # Ok(()) }
/// ```
pub struct Emulator {
    workspace: Workspace,
    base_url: String,
    port: u16,
    key_file: Option<KeyFile>,
    /// Aborted when it is dropped.
    _tasks: JoinSet<()>,
}

impl Emulator {
    /// Sets one up.
    pub fn builder() -> EmulatorBuilder {
        EmulatorBuilder::default()
    }

    pub(crate) async fn start(
        config: &Config,
        pace: Pace,
        credentials: EmulatorCredentials,
        saved: Saved,
    ) -> Result<Self, StartError> {
        let tls = match &config.webhook_ca {
            Some(file) => Some(tls::connector(file)?),
            None => None,
        };
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, config.port));
        let listener = TcpListener::bind(address)
            .await
            .map_err(StartError::Listen)?;
        let port = listener.local_addr().map_err(StartError::Listen)?.port();
        let client = WebhookClient::new(&config.allow_webhook_hosts, tls)
            .map_err(|error| StartError::Webhooks(Box::new(error)))?;

        let targets = config.targets();
        let latest = saved.workspaces.iter().filter_map(|one| one.parts.latest());
        let clock = Clock::after(latest.max(), pace);
        let mut state = State::new(config.settings());
        let mut restored = Vec::new();
        for workspace in saved.workspaces {
            let account = Account::new(
                workspace.credentials.complete(&credentials)?,
                targets.clone(),
            )?;
            let id = state.open_as(workspace.id, account, clock.now());
            restored.push((id, workspace.parts));
        }
        let (engine, outgoing) = Engine::new(state, clock, saved.store);
        let engine = Arc::new(engine);
        let workspace = Workspace::open(&engine, credentials, targets)?;
        engine.with(|state, now, _| {
            for (id, parts) in restored {
                state.restore(now, id, parts);
            }
        });
        let guard = Guard::new(port, &config.host_names, random_secret()?);
        let client = Arc::new(client);
        let router = crate::http::router(&workspace, guard, Arc::clone(&client));

        let mut tasks = JoinSet::new();
        tasks.spawn(drive(Arc::clone(&engine)));
        tasks.spawn(deliver(engine, client, outgoing));
        tasks.spawn(async move {
            // It ends with the emulator.
            let _ = serve(listener, router, limits()).await;
        });
        Ok(Self {
            workspace,
            base_url: format!("http://127.0.0.1:{port}"),
            port,
            key_file: None,
            _tasks: tasks,
        })
    }

    /// URL of the API: `http://127.0.0.1:PORT`.
    #[must_use]
    pub fn base_url(&self) -> &str {
        &self.base_url
    }

    /// URL of the inbox, for a browser.
    #[must_use]
    pub fn inbox_url(&self) -> String {
        format!("{}/inbox/", self.base_url)
    }

    /// The port it listens on.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.port
    }

    /// The first workspace.
    #[must_use]
    pub fn first_workspace(&self) -> &Workspace {
        &self.workspace
    }

    /// Opens a workspace of its own for an api key and secret, with an application of its own. Its webhooks go where the
    /// first one's go, until they are sent elsewhere.
    ///
    /// # Errors
    /// If a credential cannot be made.
    pub fn open_workspace(
        &self,
        api_key: ApiKey,
        api_secret: ApiSecret,
    ) -> Result<Workspace, StartError> {
        Ok(self.workspace.open_beside(api_key, api_secret)?)
    }

    /// Closes a workspace that was opened beside the first one: its messages, rules and credentials are removed, from the data
    /// file too, and webhooks in flight are broken off. Returns `false` for the first one and for one that is not open.
    pub fn close_workspace(&self, api_key: &str) -> bool {
        let found = self.workspace(api_key);
        let closed = found.filter(|workspace| workspace.id != self.workspace.id);
        closed.as_ref().map(Workspace::close).is_some()
    }

    /// The workspace of an api key, if it was opened, now or before in the data file.
    #[must_use]
    pub fn workspace(&self, api_key: &str) -> Option<Workspace> {
        Workspace::find(&self.workspace.engine, api_key)
    }

    /// The application's private key as a file, be it made or given: mode 0600, in a directory of mode 0700 that goes with the emulator. It
    /// is written the first time.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn private_key_path(&mut self) -> Result<&Path, StartError> {
        let file = match self.key_file.take() {
            Some(file) => file,
            None => KeyFile::write(&self.workspace.credentials.private_key)?,
        };
        Ok(self.key_file.insert(file).path())
    }

    /// The current time of the emulator.
    #[must_use]
    pub fn now(&self) -> Moment {
        self.workspace.engine.clock.now()
    }

    /// Moves time on. Everything that is due on the way happens at its own time, and the webhooks it brings about are
    /// responded before time goes further.
    pub async fn advance(&self, by: Duration) {
        self.workspace.engine.advance(by).await;
    }

    /// Changes how time passes.
    pub fn set_pace(&self, pace: Pace) {
        self.workspace.engine.set_pace(pace);
    }

    /// Waits until no webhook is being posted.
    pub async fn settled(&self) {
        self.workspace.engine.settled().await;
    }
}

/// Stored data is complete and the file is free when this returns.
impl Drop for Emulator {
    fn drop(&mut self) {
        if let Some(store) = self.workspace.engine.store() {
            store.close();
        }
    }
}

impl Deref for Emulator {
    type Target = Workspace;

    fn deref(&self) -> &Workspace {
        &self.workspace
    }
}

impl std::fmt::Debug for Emulator {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Emulator")
            .field("base_url", &self.base_url)
            .finish_non_exhaustive()
    }
}
