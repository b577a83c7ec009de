//! Operation: roles of least privilege, and the state of the database.

use messages_outbox::{
    Command, CommandRequest, Consent, Fact, Intent, OutboxStore, PurgeRequest, ReapRequest, Scope,
    Selection, State,
};
use messages_outbox_postgres::tokio_postgres::{Client, NoTls};
use messages_outbox_postgres::{PostgresStore, Statement, roles};

use crate::server::{Database, shared};
use crate::support::{claim_request, count, intent, send};

/// Makes a role that may log in and is a member of another one.
pub(crate) async fn member(owner: &Client, group: &str) -> String {
    let name = format!("{group}_{:x}", fastrand::u32(..));
    let sql = format!("CREATE ROLE {name} LOGIN; GRANT {group} TO {name}");
    owner.batch_execute(&sql).await.unwrap();
    name
}

pub(crate) async fn client(database: &Database, role: &str) -> Client {
    let connected = database.config().user(role).connect(NoTls).await;
    let (client, connection) = connected.unwrap();
    tokio::spawn(connection);
    client
}

pub(crate) async fn is_refused(client: &Client, sql: &str) -> bool {
    let error = client.batch_execute(sql).await.expect_err(sql);
    error.code().is_some_and(|code| code.code() == "42501")
}

#[tokio::test]
async fn an_enqueuer_adds_rows_and_can_do_nothing_else() {
    let Some(server) = shared() else { return };
    let database = server.database().await;
    let store = database.open().await;
    let owner = database.client().await;
    owner.batch_execute(roles()).await.unwrap();
    let role = member(&owner, "messages_outbox_enqueuer").await;
    let client = client(&database, &role).await;
    let statement = Statement::new(&[intent("a")]);
    let parameter = statement.parameter();
    client.query(Statement::SQL, &[&parameter]).await.unwrap();
    assert_eq!(count(&store, State::Queued).await, 1);
    for sql in [
        "SELECT FROM messages_outbox.intents",
        "SELECT FROM messages_outbox.payloads",
        "SELECT FROM messages_outbox.meta",
        "UPDATE messages_outbox.rows SET held = true",
        "DELETE FROM messages_outbox.rows",
        "INSERT INTO messages_outbox.holds VALUES ('x')",
        "SELECT messages_outbox.check_identity()",
        "CREATE TABLE messages_outbox.mine ()",
    ] {
        assert!(is_refused(&client, sql).await, "{sql}");
    }
    let refused = PostgresStore::open(database.config().user(&role).clone()).await;
    assert!(refused.is_err());
}

#[tokio::test]
async fn a_worker_does_its_work_and_cannot_change_the_schema() {
    let Some(server) = shared() else { return };
    let database = server.database().await;
    let owner = database.client().await;
    owner.batch_execute(roles()).await.unwrap();
    // A second time changes nothing.
    owner.batch_execute(roles()).await.unwrap();
    let role = member(&owner, "messages_outbox_worker").await;
    let config = database.config().user(&role).clone();
    let store = PostgresStore::open(config).await.unwrap();

    let intents: Vec<Intent> = ["a", "b", "c"].map(intent).into();
    store.enqueue(&intents, Some(10)).await.unwrap();
    let claim = store.claim(&claim_request(2)).await.unwrap();
    assert_eq!(send(&store, &claim).await.len(), 2);
    let consent = Consent {
        group: Consent::EVERY_GROUP.to_owned(),
        recipient: "447700900009".to_owned(),
        opted_out: true,
        at: None,
    };
    store.apply(&[Fact::Consent(consent)]).await.unwrap();
    let reap = ReapRequest {
        limit: 10,
        in_doubt_max: std::time::Duration::from_secs(3_600),
    };
    store.reap(&reap).await.unwrap();
    let pause = CommandRequest {
        selection: Selection::Scope(Scope::All),
        command: Command::Pause,
        by: "test".to_owned(),
        limit: 10,
    };
    assert_eq!(store.command(&pause).await.unwrap().count, 1);
    let purge = PurgeRequest {
        older_than: std::time::Duration::ZERO,
        limit: 10,
    };
    assert_eq!(store.purge(&purge).await.unwrap().count, 2);

    let client = client(&database, &role).await;
    for sql in [
        "UPDATE messages_outbox.meta SET restored = false",
        "DELETE FROM messages_outbox.migrations",
        "ALTER TABLE messages_outbox.rows ADD COLUMN x integer",
        "CREATE TABLE messages_outbox.mine ()",
    ] {
        assert!(is_refused(&client, sql).await, "{sql}");
    }
    let health = store.health().await.unwrap();
    assert!(health.can_work && !health.can_migrate, "{health:?}");
    assert_eq!(health.role, role);
}

#[tokio::test]
async fn health_reports_what_is_wrong() {
    let Some(server) = shared() else { return };
    let database = server.database().await;
    let store = database.open().await;
    let owner = database.client().await;
    let good = store.health().await.unwrap();
    assert!(good.can_work && good.can_migrate && good.has_notifications);
    assert_eq!(good.broken_indexes, [""; 0]);
    assert_eq!(
        (good.migrations.0, good.stuck_leases),
        (good.migrations.1, 0)
    );
    // The tests' own server trades durability for speed.
    if std::env::var_os("MESSAGES_TEST_POSTGRES").is_none() {
        assert!(!good.is_durable);
    }
    assert!(good.clock_difference.abs().as_secs() < 5, "{good:?}");

    store.enqueue(&[intent("a")], None).await.unwrap();
    store.claim(&claim_request(1)).await.unwrap();
    for sql in [
        "DROP INDEX messages_outbox.rows_due",
        "UPDATE messages_outbox.rows SET lease_until = messages_outbox.clock() - 61000000",
        "BEGIN; SELECT FROM messages_outbox.rows",
    ] {
        owner.batch_execute(sql).await.unwrap();
    }
    tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    let bad = store.health().await.unwrap();
    assert_eq!(bad.broken_indexes, ["rows_due"]);
    assert_eq!(bad.stuck_leases, 1);
    assert!(bad.oldest_transaction.as_millis() >= 40, "{bad:?}");
}
