//! Campaigns with many writers at once, and with the tables of an earlier version.

use std::collections::HashSet;
use std::time::Duration;

use messages_outbox::campaign::{Brake, CampaignSettings, RecipientCap, RecipientIntent};
use messages_outbox::{
    CampaignStore, Created, Imported, ListRequest, OutboxStore, ReleaseRequest, State,
};
use messages_outbox_postgres::{PostgresStore, migrate, migrations, roles};
use messages_sdk::types::{Template, Variables};
use serde_json::json;

use crate::operation::{client, is_refused, member};
use crate::server::shared;
use crate::support::{claim_request, count, intent, send};

const NAME: &str = "spring";

fn settings() -> CampaignSettings {
    let template = json!({
        "channel": "sms", "message_type": "text",
        "from": "447700900001", "to": "{{phone}}", "text": "Hello"
    });
    CampaignSettings::new(Template::new(template).unwrap())
}

async fn recipients(
    store: &PostgresStore,
    settings: &CampaignSettings,
    count: u32,
) -> Vec<RecipientIntent> {
    let created = store.create_campaign(NAME, settings).await.unwrap();
    let (Created::New(campaign) | Created::Existing(campaign)) = created else {
        panic!("the campaign has other settings");
    };
    let recipient = |n| {
        let values = Variables::from([("phone", phone(n))]);
        RecipientIntent::new(&campaign, values).unwrap()
    };
    (0..count).map(recipient).collect()
}

fn phone(n: u32) -> String {
    format!("4477009{n:05}")
}

fn release_request() -> ReleaseRequest {
    ReleaseRequest {
        accounts: vec!["default".to_owned()],
        limit: 50,
        backlog: 10_000,
    }
}

/// Releases until no recipient is pending.
async fn release_all(store: &PostgresStore) -> u64 {
    let mut released = 0;
    loop {
        let releases = store.release_recipients(&release_request()).await.unwrap();
        released += releases.released;
        let campaigns = store.list_campaigns().await.unwrap();
        if campaigns.iter().all(|campaign| !campaign.pending) {
            return released;
        }
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
}

/// Two importers of the same list, four workers, and an operator who forgets recipients.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn imports_releases_and_erasures_at_once_make_one_row_of_each_recipient() {
    const COUNT: u32 = 600;
    let Some(server) = shared() else { return };
    let database = server.database().await;
    let mut stores = Vec::new();
    for _ in 0..4 {
        stores.push(database.open().await);
    }
    let list = recipients(&stores[0], &settings(), COUNT).await;
    let first = stores[0].import_recipients(NAME, &list[..50]).await;
    assert_eq!(first.unwrap(), [Imported::New; 50]);
    let import = async |store: &PostgresStore| {
        let mut added = 0;
        for chunk in list.chunks(50) {
            let imported = store.import_recipients(NAME, chunk).await.unwrap();
            added += imported.iter().filter(|one| **one == Imported::New).count();
        }
        added
    };
    let forget = async |store: &PostgresStore| {
        let mut forgotten = Vec::new();
        for n in (0..COUNT).step_by(3) {
            // Before its import there is nothing to erase.
            if store.forget(&[phone(n)]).await.unwrap().erased > 0 {
                forgotten.push(n);
            }
        }
        forgotten
    };
    let (one, two, forgotten, ..) = tokio::join!(
        import(&stores[0]),
        import(&stores[1]),
        forget(&stores[2]),
        release_all(&stores[2]),
        release_all(&stores[3]),
    );
    assert_eq!(one + two + 50, COUNT as usize);
    release_all(&stores[0]).await;

    let known = stores[0].list_recipients(NAME, 0, 10_000).await.unwrap();
    let known: Vec<_> = known.into_iter().map(|one| one.recipient).collect();
    let report = stores[0].show_campaign(NAME).await.unwrap().unwrap();
    assert_eq!(known.len(), COUNT as usize);
    assert_eq!(report.counts.total(), u64::from(COUNT));
    let ids: HashSet<_> = known.iter().filter_map(|one| one.id).collect();
    let places: HashSet<_> = known.iter().filter_map(|one| one.place).collect();
    let released = report.status.campaign.progress.released;
    assert_eq!((ids.len(), places.len()), (released as usize, ids.len()));
    let all = ListRequest {
        limit: 10_000,
        ..ListRequest::default()
    };
    let rows = stores[0].list(&all).await.unwrap();
    assert_eq!(rows.len(), ids.len());
    assert!(rows.iter().all(|row| ids.contains(&row.id)));
    let left = rows.iter().filter_map(|row| row.details.recipient.as_ref());
    let left: HashSet<&String> = left.collect();
    assert!(known.iter().all(|one| one.variables.is_none()));
    assert!(!forgotten.is_empty());
    for n in forgotten {
        assert!(!left.contains(&phone(n)), "recipient {n} has a row");
    }
}

#[tokio::test]
async fn a_brake_pauses_while_other_workers_claim() {
    let Some(server) = shared() else { return };
    let database = server.database().await;
    let (store, other) = (database.open().await, database.open().await);
    let mut settings = settings();
    settings.brake = Brake::new(50, 4);
    let list = recipients(&store, &settings, 100).await;
    store.import_recipients(NAME, &list).await.unwrap();
    store.release_recipients(&release_request()).await.unwrap();
    let owner = database.client().await;
    let failed =
        "UPDATE messages_outbox.rows SET state = 'failed', since = messages_outbox.clock()";
    owner.batch_execute(failed).await.unwrap();

    let claims = async {
        for _ in 0..20 {
            other.claim(&claim_request(1)).await.unwrap();
        }
    };
    let request = release_request();
    let (releases, ()) = tokio::join!(store.release_recipients(&request), claims);
    assert_eq!(releases.unwrap().paused, 1);
    assert!(store.list_campaigns().await.unwrap()[0].held);
    let again = other.release_recipients(&request).await.unwrap();
    assert_eq!((again.released, again.paused), (0, 0));
}

#[tokio::test]
async fn a_recipient_cap_counts_the_rows_of_each_recipient() {
    let Some(server) = shared() else { return };
    let store = server.database().await.open().await;
    let mut settings = settings();
    let list = recipients(&store, &settings, 40).await;
    store.import_recipients(NAME, &list).await.unwrap();
    assert_eq!(release_all(&store).await, 40);
    settings.recipient_cap = RecipientCap::new(1, Duration::from_secs(3_600));
    let created = store.create_campaign("summer", &settings).await.unwrap();
    let Created::New(campaign) = created else {
        panic!("the campaign is known");
    };
    let recipient = |n| {
        let values = Variables::from([("phone", phone(n))]);
        RecipientIntent::new(&campaign, values).unwrap()
    };
    let list: Vec<_> = (20..60).map(recipient).collect();
    store.import_recipients("summer", &list).await.unwrap();
    assert_eq!(release_all(&store).await, 20);
    let known = store.list_recipients("summer", 0, 100).await.unwrap();
    let capped = known.iter().map(|one| one.recipient.reason.as_deref());
    let capped: Vec<_> = capped
        .map(|reason| reason == Some("recipient_cap"))
        .collect();
    assert_eq!(capped, [[true; 20], [false; 20]].concat());
}

/// The database is as the version before campaigns made it.
#[tokio::test]
async fn a_database_of_the_first_version_gets_campaigns_and_its_worker_the_rights_to_them() {
    let Some(server) = shared() else { return };
    let database = server.empty_database().await;
    let mut owner = database.client().await;
    let first = format!(
        "CREATE SCHEMA messages_outbox; CREATE TABLE messages_outbox.migrations ( \
           number integer PRIMARY KEY, major integer NOT NULL, \
           applied_at timestamptz NOT NULL DEFAULT now()); {}; \
         INSERT INTO messages_outbox.migrations (number, major) VALUES (1, 1); \
         INSERT INTO messages_outbox.meta VALUES \
           (1, decode(repeat('00', 32), 'hex'), messages_outbox.identity(), false)",
        migrations()[0]
    );
    owner.batch_execute(&first).await.unwrap();
    owner.batch_execute(roles()).await.unwrap();
    let worker = member(&owner, "messages_outbox_worker").await;
    let enqueuer = member(&owner, "messages_outbox_enqueuer").await;
    let config = database.config().user(&worker).clone();
    assert!(PostgresStore::open(config.clone()).await.is_err());
    let applied = migrate(&mut owner).await.unwrap();
    assert_eq!(applied, migrations().len() - 1);

    let store = PostgresStore::open(config).await.unwrap();
    let health = store.health().await.unwrap();
    assert!(health.can_work && !health.can_migrate, "{health:?}");
    assert_eq!(health.broken_indexes, [""; 0]);
    let list = recipients(&store, &settings(), 3).await;
    store.import_recipients(NAME, &list).await.unwrap();
    store.forget(&[phone(2)]).await.unwrap();
    assert_eq!(release_all(&store).await, 2);
    store.enqueue(&[intent("a")], None).await.unwrap();
    let claim = store.claim(&claim_request(10)).await.unwrap();
    send(&store, &claim).await;
    assert_eq!(count(&store, State::Sent).await, 3);

    let client = client(&database, &enqueuer).await;
    for table in ["campaigns", "recipients"] {
        let read = format!("SELECT FROM messages_outbox.{table}");
        assert!(is_refused(&client, &read).await, "{table}");
    }
}
