//! The store of an outbox: where it lies, how it is opened, and its errors.

use std::env;
use std::path::PathBuf;

use clap::Args;
use messages_outbox::{StoreError, StoreErrorKind};
use messages_outbox_sqlite::SqliteStore;

use crate::error::CommandError;
use crate::exit::Exit;

#[derive(Debug, Args)]
pub(super) struct StoreArgs {
    /// The ledger, a SQLite file; by default `outbox.db` in the platform's data folder
    #[arg(
        long,
        global = true,
        value_name = "FILE",
        env = "MESSAGES_STORE",
        hide_env_values = true
    )]
    store: Option<PathBuf>,
}

impl StoreArgs {
    /// Opens the store, and creates it if it does not exist.
    pub(super) async fn open(&self) -> Result<SqliteStore, CommandError> {
        SqliteStore::open(self.path()?).await.map_err(failed)
    }

    pub(super) fn path(&self) -> Result<PathBuf, CommandError> {
        if let Some(path) = &self.store {
            if path.to_str().is_some_and(|path| path.contains("://")) {
                return Err(CommandError::usage("--store must be a file"));
            }
            return Ok(path.clone());
        }
        let folder = data_folder().ok_or_else(|| {
            CommandError::new(Exit::Other, "there is no folder for the outbox")
                .hint("name a file with --store, or set HOME")
        })?;
        std::fs::create_dir_all(&folder).map_err(CommandError::unwritable(&folder))?;
        Ok(folder.join("outbox.db"))
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
