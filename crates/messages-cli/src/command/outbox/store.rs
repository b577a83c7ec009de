//! The store of an outbox: where it lies, how it is opened, and its errors.

use std::env;
use std::ffi::OsString;
use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;

use clap::Args;
use messages_outbox::{OutboxStore, StoreError, StoreErrorKind};
#[cfg(feature = "postgres")]
use messages_outbox_postgres::{ConnectOptions, PostgresStore};
use messages_outbox_sqlite::SqliteStore;

use crate::error::CommandError;
use crate::exit::Exit;

/// Variable that names the store.
const VARIABLE: &str = "MESSAGES_STORE";

#[derive(Debug, Args)]
pub(super) struct StoreArgs {
    /// The ledger: a SQLite file, or `postgres://USER@HOST/DATABASE`, with the password from PGPASSWORD or the password file;
    /// by default `outbox.db` in the platform's data folder
    #[arg(
        long,
        global = true,
        value_name = "FILE|URL",
        env = VARIABLE,
        hide_env_values = true
    )]
    store: Option<Location>,
}

/// Value of `--store`. `Debug` does not show it: a URL may hold a password.
#[derive(Clone)]
struct Location(OsString);

impl From<OsString> for Location {
    fn from(text: OsString) -> Self {
        Self(text)
    }
}

impl fmt::Debug for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Location")
    }
}

/// Place of a store.
pub(super) enum Place {
    File(PathBuf),
    #[cfg(feature = "postgres")]
    Postgres(Box<ConnectOptions>),
}

/// An open store.
pub(super) enum Opened {
    Sqlite(Arc<SqliteStore>),
    #[cfg(feature = "postgres")]
    Postgres(Arc<PostgresStore>),
}

impl StoreArgs {
    /// Opens the store, and creates a file that does not exist.
    pub(super) async fn open(&self) -> Result<Opened, CommandError> {
        match self.place()? {
            Place::File(path) => {
                let store = SqliteStore::open(path).await.map_err(failed)?;
                Ok(Opened::Sqlite(Arc::new(store)))
            }
            #[cfg(feature = "postgres")]
            Place::Postgres(options) => {
                let store = options.builder().open().await;
                let store = store.map_err(super::postgres::failed)?;
                Ok(Opened::Postgres(Arc::new(store)))
            }
        }
    }

    /// Returns `true` if a URL names the store, not a file.
    pub(super) fn is_url(&self) -> bool {
        let text = self.store.as_ref().and_then(|store| store.0.to_str());
        text.is_some_and(|text| text.contains("://"))
    }

    pub(super) fn place(&self) -> Result<Place, CommandError> {
        if let Some(Location(location)) = &self.store {
            return match location.to_str() {
                Some(url) if self.is_url() => postgres(url),
                _ => Ok(Place::File(PathBuf::from(location))),
            };
        }
        let folder = data_folder().ok_or_else(|| {
            CommandError::new(Exit::Other, "there is no folder for the outbox")
                .hint("name a file with --store, or set HOME")
        })?;
        std::fs::create_dir_all(&folder).map_err(CommandError::unwritable(&folder))?;
        Ok(Place::File(folder.join("outbox.db")))
    }
}

#[cfg(feature = "postgres")]
fn postgres(url: &str) -> Result<Place, CommandError> {
    if !url.starts_with("postgres://") && !url.starts_with("postgresql://") {
        return Err(CommandError::usage(
            "--store must be a file or a URL that begins with postgres://",
        ));
    }
    let authority = url.split("://").nth(1).unwrap_or_default();
    let authority = authority.split(['/', '?']).next().unwrap_or_default();
    let credentials = authority.rsplit_once('@').map_or("", |(user, _)| user);
    let has_password = credentials.contains(':') || url.contains("password=");
    let is_argument = env::var(VARIABLE).map_or(true, |value| value != url);
    if has_password && is_argument {
        // Other users of the machine see the arguments of a process.
        return Err(
            CommandError::usage("--store must not contain a password").hint(
                "set PGPASSWORD, use the password file of Postgres, or name the store in MESSAGES_STORE",
            ),
        );
    }
    let options = ConnectOptions::from_env(url).map_err(super::postgres::invalid)?;
    Ok(Place::Postgres(Box::new(options)))
}

#[cfg(not(feature = "postgres"))]
fn postgres(_url: &str) -> Result<Place, CommandError> {
    Err(CommandError::usage(
        "--store must be a file: this program was built without Postgres",
    ))
}

impl Opened {
    pub(super) fn shared(&self) -> Arc<dyn OutboxStore> {
        match self {
            Self::Sqlite(store) => store.clone(),
            #[cfg(feature = "postgres")]
            Self::Postgres(store) => store.clone(),
        }
    }

    /// Tidies up a file. Everything is written already.
    pub(super) async fn close(self) {
        match self {
            Self::Sqlite(store) => {
                if let Some(store) = Arc::into_inner(store) {
                    store.close().await;
                }
            }
            #[cfg(feature = "postgres")]
            Self::Postgres(_) => {}
        }
    }
}

/// The platform's folder for data.
fn data_folder() -> Option<PathBuf> {
    let variable = |name| {
        env::var_os(name)
            .filter(|value| !value.is_empty())
            .map(PathBuf::from)
    };
    if cfg!(windows) {
        return variable("LOCALAPPDATA").map(|folder| folder.join("messages"));
    }
    if cfg!(target_os = "macos") {
        return variable("HOME").map(|home| home.join("Library/Application Support/messages"));
    }
    variable("XDG_DATA_HOME")
        .filter(|folder| folder.is_absolute())
        .or_else(|| variable("HOME").map(|home| home.join(".local/share")))
        .map(|folder| folder.join("messages"))
}

/// The command's error for an error of the store.
pub(crate) fn failed(error: StoreError) -> CommandError {
    let hint = match error.kind() {
        StoreErrorKind::Full => {
            Some("work off rows with `messages outbox work`, then add the rest")
        }
        StoreErrorKind::Busy => Some("end the other process, or retry later"),
        StoreErrorKind::Restored => Some(
            "a restored backup lacks the rows sent since: apply their stored webhooks with `messages outbox apply`, then \
             run `messages outbox adopt`",
        ),
        StoreErrorKind::Version => {
            Some("use the version of `messages` that wrote the store, or a newer one")
        }
        StoreErrorKind::Storage => {
            Some("check the free space and the permissions of the store's folder")
        }
        _ => None,
    };
    let failed = CommandError::new(Exit::Other, "the outbox cannot be used").because(error);
    match hint {
        Some(hint) => failed.hint(hint),
        None => failed,
    }
}
