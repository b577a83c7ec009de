//! `outbox doctor` and `migrate`.

use clap::Args;
use messages_outbox::State;
use messages_outbox_sqlite::SqliteStore;

use super::store::{Opened, Place, StoreArgs, failed};
use crate::command::doctor::Finding;
use crate::error::CommandError;
use crate::exit::Exit;
use crate::io::output::Line;
use crate::settings::Settings;

/// Seconds after which a due row that is not sent hints at a missing worker.
const DUE_MAX: i64 = 300;

/// Checks a store.
pub(super) async fn run(settings: &Settings, opened: &Opened) -> Result<Exit, CommandError> {
    let store = opened.shared();
    let status = store.status().await.map_err(failed)?;
    let count = |state| status.states.get(&state).copied().unwrap_or_default();
    let due = status
        .oldest_due
        .map_or(0, |since| status.now.duration_since(since).as_secs());
    let fault = |text: String, hint: &str| Err(CommandError::new(Exit::Other, text).hint(hint));
    let restored = if status.restored {
        fault(
            "the store is a restored backup, and sends nothing".to_owned(),
            "apply the webhooks received since with `messages outbox apply`, then run `messages outbox adopt`",
        )
    } else {
        Ok("the store is the latest copy".to_owned())
    };
    let contradictions = match status.contradictions {
        0 => Ok("no webhook contradicts the ledger".to_owned()),
        count => fault(
            format!("webhooks that contradict the ledger: {count}"),
            "a message was sent outside the outbox under its reference, or the store is an old copy",
        ),
    };
    let queue = if due > DUE_MAX {
        fault(
            format!("the oldest due row has been due for {due} s"),
            "start a worker with `messages outbox work`, or end a pause with `messages outbox resume`",
        )
    } else {
        Ok(format!("rows queued: {}", count(State::Queued)))
    };
    let in_doubt = match count(State::InDoubt) {
        0 => Ok("no row is in doubt".to_owned()),
        count => fault(
            format!("rows in doubt: {count}"),
            "apply stored webhooks with `messages outbox apply`, or decide with `messages outbox resolve`",
        ),
    };
    #[cfg(feature = "postgres")]
    let database = match opened {
        Opened::Postgres(store) => super::postgres::findings(store).await?,
        Opened::Sqlite(_) => Vec::new(),
    };
    #[cfg(not(feature = "postgres"))]
    let database = Vec::new();
    let own = [
        Finding::good("store", format!("rows: {}", status.total())),
        Finding::of("backup", restored),
        Finding::of("ledger", contradictions),
        Finding::of("queue", queue),
        Finding::of("in doubt", in_doubt),
    ];
    let findings: Vec<Finding> = own.into_iter().chain(database).collect();
    for finding in &findings {
        settings.out.result(finding, Finding::lines)?;
    }
    let first = findings.iter().find(|finding| !finding.ok);
    Ok(first.map_or(Exit::Done, |finding| finding.exit))
}

#[derive(Debug, Args)]
pub(super) struct MigrateArgs {
    /// Prints the SQL statements of every migration instead, without opening the store
    #[arg(long)]
    print: bool,

    /// Prints the SQL statements that make roles of least privilege in Postgres, without opening the store
    #[cfg(feature = "postgres")]
    #[arg(long, conflicts_with = "print")]
    print_roles: bool,
}

impl MigrateArgs {
    /// Makes the tables of a store, or completes those of an earlier version.
    pub(super) async fn run(
        &self,
        settings: &Settings,
        store: &StoreArgs,
    ) -> Result<Exit, CommandError> {
        #[cfg(feature = "postgres")]
        if self.print_roles {
            settings
                .out
                .raw(messages_outbox_postgres::roles().as_bytes())?;
            return Ok(Exit::Done);
        }
        if self.print {
            return print_migrations(settings, store);
        }
        match store.place()? {
            Place::File(path) => {
                // Opening completes the tables.
                let store = SqliteStore::open(path).await.map_err(failed)?;
                store.close().await;
            }
            #[cfg(feature = "postgres")]
            Place::Postgres(options) => {
                super::postgres::make_tables(&options).await?;
            }
        }
        settings
            .out
            .result(&serde_json::json!({"migrated": true}), |_| {
                vec![Line::new().plain("the store's tables are those of this version")]
            })?;
        Ok(Exit::Done)
    }
}

/// Prints the SQL statements of every migration.
fn print_migrations(settings: &Settings, store: &StoreArgs) -> Result<Exit, CommandError> {
    let migrations = match store.is_url() {
        #[cfg(feature = "postgres")]
        true => messages_outbox_postgres::migrations(),
        _ => messages_outbox_sqlite::migrations(),
    };
    for (number, statements) in (1..).zip(migrations) {
        if settings.out.is_json() {
            let object = serde_json::json!({"number": number, "statements": statements});
            settings.out.object(&object)?;
        } else {
            settings.out.raw(statements.as_bytes())?;
        }
    }
    Ok(Exit::Done)
}
