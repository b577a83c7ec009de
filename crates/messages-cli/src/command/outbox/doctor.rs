//! `outbox doctor` and `migrate`.

use clap::Args;
use messages_outbox::{OutboxStore, State};

use super::store::failed;
use crate::command::doctor::Finding;
use crate::error::CommandError;
use crate::exit::Exit;
use crate::io::output::Line;
use crate::settings::Settings;

/// Seconds after which a due row that is not sent hints at a missing worker.
const DUE_MAX: i64 = 300;

/// Checks a store.
pub(super) async fn run(
    settings: &Settings,
    store: &dyn OutboxStore,
) -> Result<Exit, CommandError> {
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
    let findings = [
        Finding::good("store", format!("rows: {}", status.total())),
        Finding::of("backup", restored),
        Finding::of("ledger", contradictions),
        Finding::of("queue", queue),
        Finding::of("in doubt", in_doubt),
    ];
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
    pub(super) print: bool,
}

impl MigrateArgs {
    /// Reports a store whose tables are complete: opening it has completed them.
    pub(super) fn run(self, settings: &Settings) -> Result<Exit, CommandError> {
        settings
            .out
            .result(&serde_json::json!({"migrated": true}), |_| {
                vec![Line::new().plain("the store's tables are those of this version")]
            })?;
        Ok(Exit::Done)
    }
}

/// Prints the SQL statements of every migration.
pub(super) fn print_migrations(settings: &Settings) -> Result<Exit, CommandError> {
    for (number, statements) in (1..).zip(messages_outbox_sqlite::migrations()) {
        if settings.out.is_json() {
            let object = serde_json::json!({"number": number, "statements": statements});
            settings.out.object(&object)?;
        } else {
            settings.out.raw(statements.as_bytes())?;
        }
    }
    Ok(Exit::Done)
}
