//! The process that is killed: this test binary, started again.

use std::net::SocketAddr;
use std::num::NonZeroU32;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use messages_outbox::{Outbox, OutboxStore, Policy, Quota, Quotas};
use messages_outbox_postgres::PostgresStore;
use messages_sdk::Client;
use messages_sdk::auth::Basic;
use messages_sdk::policy::RetryPolicy;
use messages_sdk::transport::bytes::Bytes;
use messages_sdk::transport::http::{Request, Response};
use messages_sdk::transport::{Transport, TransportError};
use serde::{Deserialize, Serialize};

use super::doomed::{Doom, DoomedStore, Flaw, Point};
use super::judge::JudgeTransport;
use crate::server::Database;
use crate::support::REQUEUE;

const VARIABLE: &str = "MESSAGES_OUTBOX_TEST_CHILD";

/// Requests in flight of one process.
pub(crate) const CONCURRENCY: u32 = 4;

/// Task of a process: it sends until it dies.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Task {
    pub(crate) database: Database,
    pub(crate) judge: SocketAddr,
    /// Place at which it dies by itself, and the number of times it gets there before.
    pub(crate) doom: Option<(Point, u32)>,
    /// Bug that it has.
    pub(crate) flaw: Option<Flaw>,
    /// Sends of the account in a second.
    pub(crate) rate: Option<u32>,
}

/// Starts a process.
pub(crate) fn start(task: &Task) -> Child {
    Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "kill::child::process", "--ignored"])
        .env(VARIABLE, serde_json::to_string(task).unwrap())
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

#[test]
#[ignore = "a process that other tests start"]
fn process() {
    let Ok(task) = std::env::var(VARIABLE) else {
        return;
    };
    let task: Task = serde_json::from_str(&task).unwrap();
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(async {
        // The server may be restarting.
        let store = loop {
            match PostgresStore::open(task.database.config()).await {
                Ok(store) => break store,
                Err(_) => tokio::time::sleep(Duration::from_millis(100)).await,
            }
        };
        if task.flaw == Some(Flaw::Requeue) {
            assert!(REQUEUE.set(task.database.client().await).is_ok());
        }
        let doom = Arc::new(Doom::new(task.doom));
        let transport = DoomedTransport {
            transport: JudgeTransport(task.judge),
            doom: Arc::clone(&doom),
        };
        let store = Arc::new(DoomedStore::new(store, doom, task.flaw));
        let outbox = outbox(store, transport, task.rate);
        outbox.run(std::future::pending()).await.unwrap();
    });
}

/// An outbox with short leases.
pub(crate) fn outbox(
    store: Arc<dyn OutboxStore>,
    transport: impl Transport,
    rate: Option<u32>,
) -> Outbox {
    let client = Client::builder()
        .credentials(Basic::new("a1b2c3d4", "canary-secret-16").unwrap())
        .retry(RetryPolicy::default().max_attempts(1))
        .transport(transport)
        .build()
        .unwrap();
    let quotas = match rate.and_then(NonZeroU32::new) {
        Some(rate) => Quotas::default().account(Quota::per_second(rate)),
        None => Quotas::default(),
    };
    let policy = Policy {
        quotas,
        ..Policy::default()
    };
    Outbox::builder()
        .client(client)
        .shared_store(store)
        .policy(policy)
        .concurrency(CONCURRENCY)
        .lease(Duration::from_secs(1))
        .poll(Duration::from_millis(50))
        .build()
        .unwrap()
}

/// A transport whose process can die while a request is in flight.
#[derive(Debug)]
struct DoomedTransport {
    transport: JudgeTransport,
    doom: Arc<Doom>,
}

#[async_trait]
impl Transport for DoomedTransport {
    async fn send(&self, request: Request<Bytes>) -> Result<Response<Bytes>, TransportError> {
        self.doom.during(Point::MidPost, Duration::from_millis(8));
        self.transport.send(request).await
    }
}
