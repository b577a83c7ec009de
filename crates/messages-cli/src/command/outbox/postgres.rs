//! The outbox in a Postgres database.

use jiff::SignedDuration;
use messages_outbox::{StoreError, StoreErrorKind};
use messages_outbox_postgres::{ConnectOptions, Health, PostgresStore, migrate};

use crate::command::doctor::Finding;
use crate::error::CommandError;
use crate::exit::Exit;

/// Largest difference of the clocks that is not a fault. Due times and quotas use the server's alone; tokens use this machine's.
const CLOCKS: SignedDuration = SignedDuration::from_secs(2);

/// Age in seconds of a transaction that keeps deleted rows from being removed.
const TRANSACTION: u64 = 3_600;

/// The command's error for an error of a Postgres store.
pub(super) fn failed(error: StoreError) -> CommandError {
    match error.kind() {
        StoreErrorKind::Unavailable => {
            let failed = CommandError::new(Exit::Other, "the outbox cannot be used").because(error);
            failed.hint(
                "check the server, the role and its password; as the owner of the database, make the tables with `messages \
                 outbox migrate`",
            )
        }
        _ => super::store::failed(error),
    }
}

/// The command's error for an invalid URL or variable.
pub(super) fn invalid(error: StoreError) -> CommandError {
    CommandError::usage("--store is not a valid connection").because(error)
}

/// Makes or completes the tables. Returns the number of migrations that were applied.
pub(super) async fn make_tables(options: &ConnectOptions) -> Result<usize, CommandError> {
    let mut client = options.connect().await.map_err(failed)?;
    migrate(&mut client).await.map_err(failed)
}

/// Checks the database.
pub(super) async fn findings(store: &PostgresStore) -> Result<Vec<Finding>, CommandError> {
    let health = store.health().await.map_err(failed)?;
    let fault = |text: String, hint: &str| Err(CommandError::new(Exit::Other, text).hint(hint));
    let schema = match health.migrations {
        (applied, known) if applied < known => fault(
            format!("migrations applied: {applied} of {known}"),
            "run `messages outbox migrate` as the owner of the schema",
        ),
        (applied, _) => Ok(format!("migrations applied: {applied}")),
    };
    let role = if health.can_work {
        let owner = if health.can_migrate {
            ", and migrate"
        } else {
            ""
        };
        Ok(format!("the role `{}` may work{owner}", health.role))
    } else {
        fault(
            format!("the role `{}` lacks rights of a worker", health.role),
            "print roles with `messages outbox migrate --print-roles`, and grant `messages_outbox_worker`",
        )
    };
    let clock = clock(&health);
    let durability = if health.is_durable {
        Ok("a commit is on disk before its response".to_owned())
    } else {
        fault(
            "a crash of the server can lose commits, and messages are then sent twice".to_owned(),
            "set `fsync` and `synchronous_commit` to on for this database",
        )
    };
    let indexes = match health.broken_indexes.as_slice() {
        [] => Ok("complete and valid".to_owned()),
        broken => fault(
            format!("missing or invalid: {}", broken.join(", ")),
            "create them with the statements of `messages outbox migrate --print`",
        ),
    };
    let leases = match health.stuck_leases {
        0 => Ok("none ended without a worker noticing".to_owned()),
        count => fault(
            format!("rows whose lease ended over a minute ago: {count}"),
            "start a worker with `messages outbox work`",
        ),
    };
    let oldest = health.oldest_transaction.as_secs();
    let transactions = if oldest > TRANSACTION {
        fault(
            format!("the oldest has been open for {oldest} s"),
            "end it: until then, claims become slower since deleted rows cannot be removed",
        )
    } else {
        Ok("none is open for long".to_owned())
    };
    let notify = if health.has_notifications {
        Ok("notifications arrive".to_owned())
    } else {
        fault(
            "notifications do not arrive: rows are found by polling alone".to_owned(),
            "connect to the server itself, or to a pooler in session mode",
        )
    };
    Ok(vec![
        Finding::good("server", format!("Postgres {}", health.server)),
        Finding::of("schema", schema),
        Finding::of("role", role),
        Finding::of("clock", clock),
        Finding::of("durability", durability),
        Finding::of("indexes", indexes),
        Finding::of("leases", leases),
        Finding::of("open work", transactions),
        Finding::of("notify", notify),
    ])
}

fn clock(health: &Health) -> Result<String, CommandError> {
    let difference = health.clock_difference;
    if difference.abs() > CLOCKS {
        let text = format!(
            "the clocks of the server and of this machine differ by {:.1} s",
            difference.abs().as_secs_f64()
        );
        return Err(CommandError::new(Exit::Other, text).hint("synchronise both by NTP"));
    }
    Ok(format!(
        "differs from the server's by {:.3} s",
        difference.abs().as_secs_f64()
    ))
}
