//! The schema and its migrations.

use messages_outbox::{StoreError, StoreErrorKind};
use tokio_postgres::GenericClient;

use crate::error::not_done;
use crate::transaction::{Lock, Mode};

/// Changes when programs of an earlier version cannot use the tables any more.
const MAJOR: i32 = 1;

/// Statements of each migration, the first one numbered 1. Only additions: programs of an earlier version keep working on
/// the result.
const MIGRATIONS: &[&str] = &[include_str!("schema/1.sql"), include_str!("schema/2.sql")];

/// SQL statements of each migration, the first one numbered 1, for review: [`migrate`] applies those that are missing.
#[must_use]
pub const fn migrations() -> &'static [&'static str] {
    MIGRATIONS
}

/// SQL statements that make two roles with the rights that a program needs and no others: `messages_outbox_worker`, and
/// `messages_outbox_enqueuer`, which can only execute `messages_outbox.enqueue`. Roles belong to the server, so migrations do
/// not make them.
#[must_use]
pub const fn roles() -> &'static str {
    include_str!("schema/roles.sql")
}

/// Version of the schema of a database.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Version {
    /// Number of the last migration; 0 without a schema.
    pub(crate) number: usize,
    major: i32,
}

impl Version {
    /// The version that this program makes.
    pub(crate) const OWN: usize = MIGRATIONS.len();

    /// # Errors
    ///
    /// [`StoreErrorKind::Version`] if a newer major version made the schema, [`StoreErrorKind::Unavailable`] if it lacks
    /// migrations.
    pub(crate) fn check(self) -> Result<(), StoreError> {
        if self.major > MAJOR {
            let newer = StoreError::not_done(StoreErrorKind::Version);
            return Err(newer.caused_by(format!(
                "the schema messages_outbox has major version {}, this program needs {MAJOR}: run a newer version of it",
                self.major
            )));
        }
        if self.number < Self::OWN {
            let missing = StoreError::not_done(StoreErrorKind::Unavailable);
            return Err(missing.caused_by(format!(
                "the schema messages_outbox has {} of {} migrations: call `messages_outbox_postgres::migrate` as its owner",
                self.number,
                Self::OWN
            )));
        }
        Ok(())
    }

    pub(crate) async fn read(client: &impl GenericClient) -> Result<Self, tokio_postgres::Error> {
        let found = "SELECT to_regclass('messages_outbox.migrations') IS NOT NULL";
        if !client.query_one(found, &[]).await?.try_get::<_, bool>(0)? {
            return Ok(Self {
                number: 0,
                major: 0,
            });
        }
        let last = "SELECT coalesce(max(number), 0), coalesce(max(major), 0) \
                    FROM messages_outbox.migrations";
        let row = client.query_one(last, &[]).await?;
        let number: i32 = row.try_get(0)?;
        Ok(Self {
            number: usize::try_from(number).unwrap_or_default(),
            major: row.try_get(1)?,
        })
    }
}

/// Makes or completes the schema `messages_outbox`, in one transaction. Returns the number of migrations that it applied.
///
/// The role of `client` becomes the owner of what is made. Programs of an earlier version go on meanwhile.
///
/// # Errors
///
/// [`StoreErrorKind::Version`] if a newer major version made it; an error of Postgres.
pub async fn migrate(client: &mut tokio_postgres::Client) -> Result<usize, StoreError> {
    let transaction = client.transaction().await.map_err(not_done)?;
    let lock = Lock::Schema.statement(Mode::Exclusive);
    transaction.batch_execute(&lock).await.map_err(not_done)?;
    let version = Version::read(&transaction).await.map_err(not_done)?;
    if version.major > MAJOR {
        return version.check().map(|()| 0);
    }
    if version.number == 0 {
        let first = "CREATE SCHEMA IF NOT EXISTS messages_outbox; \
             CREATE TABLE messages_outbox.migrations ( \
                 number integer PRIMARY KEY, \
                 major integer NOT NULL, \
                 applied_at timestamptz NOT NULL DEFAULT now() \
             )";
        transaction.batch_execute(first).await.map_err(not_done)?;
    }
    let insert = "INSERT INTO messages_outbox.migrations (number, major) VALUES ($1, $2)";
    for (number, statements) in (1_i32..).zip(MIGRATIONS).skip(version.number) {
        transaction
            .batch_execute(statements)
            .await
            .map_err(not_done)?;
        transaction
            .execute(insert, &[&number, &MAJOR])
            .await
            .map_err(not_done)?;
    }
    let mut hash_key = [0; 32];
    fastrand::fill(&mut hash_key);
    let meta = "INSERT INTO messages_outbox.meta (id, hash_key, identity, restored) \
                VALUES (1, $1, messages_outbox.identity(), false) ON CONFLICT DO NOTHING";
    transaction
        .execute(meta, &[&hash_key.as_slice()])
        .await
        .map_err(not_done)?;
    transaction
        .commit()
        .await
        .map_err(|error| crate::error::unknown(&error))?;
    Ok(MIGRATIONS.len().saturating_sub(version.number))
}
