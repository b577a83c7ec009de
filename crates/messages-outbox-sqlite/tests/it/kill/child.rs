//! The process that is killed: this test binary, started again.

use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use jiff::{SignedDuration, Timestamp};
use messages_outbox::{FastClock, OutboxStore};
use messages_outbox_sqlite::SqliteStore;
use messages_sdk::auth::jwt::TokenSource;
use messages_sdk::auth::{ApplicationId, PrivateKey, RsaSigner};
use messages_sdk::transport::backend::hyper::HyperTransport;
use messages_sdk::transport::bytes::Bytes;
use messages_sdk::transport::http::{Request, Response};
use messages_sdk::transport::{Transport, TransportError};
use serde::{Deserialize, Serialize};

use super::doomed::{Doom, DoomedStore, Flaw, Point};
use super::intents;
use crate::support::{Ahead, client, outbox, outbox_of};

const VARIABLE: &str = "MESSAGES_OUTBOX_TEST_CHILD";

/// Task of a process.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) enum Task {
    /// Adds this many rows, in chunks.
    Enqueue(usize),
    /// Sends until it dies.
    Work {
        /// URL of the emulator.
        url: String,
        /// Place at which it dies by itself, and the number of times it gets there before.
        doom: Option<(Point, u32)>,
        /// Bug that it has.
        flaw: Option<Flaw>,
        /// Seconds by which its clock is ahead.
        clock_ahead: i64,
    },
    /// Executes runs until it dies, on a fast clock.
    Execute {
        /// URL of the emulator.
        url: String,
        application: String,
        private_key: PathBuf,
        /// Start of the clock in microseconds, and its speed.
        clock: (i64, u32),
        /// Point at which it dies by itself.
        doom: Option<Point>,
    },
}

/// Starts a process.
pub(crate) fn start(file: PathBuf, task: Task) -> Child {
    let task = serde_json::to_string(&(file, task)).unwrap();
    Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "kill::child::process", "--ignored"])
        .env(VARIABLE, task)
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
    let (file, task): (PathBuf, Task) = serde_json::from_str(&task).unwrap();
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .unwrap();
    runtime.block_on(run(file, task));
}

async fn run(file: PathBuf, task: Task) {
    match task {
        Task::Enqueue(count) => {
            let store = SqliteStore::open(file).await.unwrap();
            for chunk in intents(0..count).chunks(20) {
                store.enqueue(chunk, None).await.unwrap();
            }
            store.close().await;
        }
        Task::Work {
            url,
            doom,
            flaw,
            clock_ahead,
        } => {
            let clock = Arc::new(Ahead(SignedDuration::from_secs(clock_ahead)));
            let store = SqliteStore::builder(file)
                .clock(clock)
                .open()
                .await
                .unwrap();
            let doom = Arc::new(Doom::new(doom));
            let transport = DoomedTransport {
                transport: HyperTransport::builder().build().unwrap(),
                doom: Arc::clone(&doom),
            };
            let outbox = outbox(
                &url,
                Arc::new(DoomedStore::new(store, doom, flaw)),
                transport,
            );
            outbox.run(std::future::pending()).await.unwrap();
        }
        Task::Execute {
            url,
            application,
            private_key,
            clock: (start, speed),
            doom,
        } => {
            let start = Timestamp::from_microsecond(start).unwrap();
            let store = SqliteStore::builder(file)
                .clock(Arc::new(FastClock::new(start, speed)))
                .open()
                .await
                .unwrap();
            // By the fast clock shorter than the start of a process, so that the next worker need not wait for its end.
            let lease = Duration::from_secs(10);
            let doom = Arc::new(Doom::new(doom.map(|point| (point, 0))));
            let key = PrivateKey::from_path(private_key).unwrap();
            let application: ApplicationId = application.parse().unwrap();
            let tokens = TokenSource::new(application, RsaSigner::new(key));
            let client = client(&url, tokens, HyperTransport::builder().build().unwrap());
            let store = Arc::new(DoomedStore::new(store, doom, None));
            let outbox = outbox_of(client, store, lease);
            outbox.run(std::future::pending()).await.unwrap();
        }
    }
}

/// A transport whose process can die while a request is in flight.
#[derive(Debug)]
struct DoomedTransport {
    transport: HyperTransport,
    doom: Arc<Doom>,
}

#[async_trait]
impl Transport for DoomedTransport {
    async fn send(&self, request: Request<Bytes>) -> Result<Response<Bytes>, TransportError> {
        self.doom.during(Point::MidPost, Duration::from_millis(8));
        self.transport.send(request).await
    }
}
