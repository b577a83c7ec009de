//! The process whose machine loses its power: this test binary, started again under the shim.

use std::fs::{File, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use messages_outbox::row::StatusFact;
use messages_outbox::{Fact, OutboxStore, PurgeRequest, Reference, State};
use messages_outbox_sqlite::SqliteStore;
use messages_sdk::transport::bytes::Bytes;
use messages_sdk::transport::http::{Request, Response};
use messages_sdk::transport::{Transport, TransportError};
use messages_sdk::types::Status;
use serde::{Deserialize, Serialize};

use crate::support::{Folder, outbox, with_text};

const VARIABLE: &str = "MESSAGES_OUTBOX_POWER_CHILD";

/// Settings of a process.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Settings {
    /// Number of times that it adds four rows.
    pub(crate) rounds: u32,
    pub(crate) without_sync: bool,
    /// Longest duration: with a fault, a worker awaits its outcomes for longer than a test.
    pub(crate) longest: Duration,
}

/// Fault of the disk, by the shim's names.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Fault {
    pub(crate) kind: &'static str,
    /// Number of operations before it.
    pub(crate) after: u32,
    /// Number of operations that fail; `None` is all from then on.
    pub(crate) times: Option<u32>,
}

pub(crate) fn start(
    folder: &Folder,
    shim: &Path,
    settings: &Settings,
    fault: Option<Fault>,
) -> Child {
    let mut command = Command::new(std::env::current_exe().unwrap());
    let folder = folder.file().parent().unwrap().to_owned();
    command
        .args(["--exact", "power::child::process", "--ignored"])
        .env(
            VARIABLE,
            serde_json::to_string(&(&folder, settings)).unwrap(),
        )
        .env("LD_PRELOAD", shim)
        .env("SHIM_FOLDER", &folder)
        .env("SHIM_JOURNAL", folder.join("journal"))
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    if let Some(fault) = fault {
        command
            .env("SHIM_FAULT", fault.kind)
            .env("SHIM_AFTER", fault.after.to_string());
        if let Some(times) = fault.times {
            command.env("SHIM_TIMES", times.to_string());
        }
    }
    command.spawn().unwrap()
}

#[test]
#[ignore = "a process that other tests start"]
fn process() {
    let Ok(settings) = std::env::var(VARIABLE) else {
        return;
    };
    let (folder, settings): (PathBuf, Settings) = serde_json::from_str(&settings).unwrap();
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .unwrap();
    let events = Events::create(&folder.join("events"));
    let file = folder.join("outbox.db");
    runtime.block_on(async {
        let run = run(&file, &settings, &events);
        if let Ok(Err(error)) = tokio::time::timeout(settings.longest, run).await {
            events.tell(&format!("ended: {}", chain(&*error)));
        }
    });
    // Nothing is closed.
    std::process::exit(0);
}

async fn run(
    file: &Path,
    settings: &Settings,
    events: &Events,
) -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
    let mut builder = SqliteStore::builder(file);
    if settings.without_sync {
        builder = builder.without_sync();
    }
    let store = Arc::new(builder.open().await?);
    let api = Api::new(Arc::clone(&store), events.clone());
    let outbox = outbox("http://127.0.0.1:9", Arc::clone(&store) as _, api);
    let worker = tokio::spawn(async move { outbox.run(std::future::pending()).await });
    for round in 0..settings.rounds {
        let keys: Vec<String> = (0..4).map(|n| format!("key-{round}-{n}")).collect();
        let text = "A text that fills pages. ".repeat(30);
        let intents: Vec<_> = keys.iter().map(|key| with_text(key, &text)).collect();
        match store.enqueue(&intents, None).await {
            Ok(_) => keys
                .iter()
                .for_each(|key| events.tell(&format!("added {key}"))),
            Err(error) => {
                events.tell(&format!("refused: {}", chain(&error)));
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        }
        if round % 24 == 23 {
            let request = PurgeRequest {
                older_than: Duration::from_millis(20),
                limit: 40,
            };
            let _ = store.purge(&request).await;
        }
        // The worker keeps up.
        while store.status().await?.states[&State::Queued] > 40 && !worker.is_finished() {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    }
    if worker.is_finished() {
        worker.await??;
    }
    Ok(())
}

fn chain(error: &(dyn std::error::Error + 'static)) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(error) = source {
        text.push_str(&format!(": {error}"));
        source = error.source();
    }
    text
}

/// Events that the process reports: a line each.
#[derive(Debug, Clone)]
pub(crate) struct Events(Arc<File>);

impl Events {
    fn create(path: &Path) -> Self {
        let file = OpenOptions::new().append(true).create(true).open(path);
        Self(Arc::new(file.unwrap()))
    }

    fn tell(&self, line: &str) {
        (&*self.0)
            .write_all(format!("{line}\n").as_bytes())
            .unwrap();
    }
}

/// The API: it tells what was posted before it responds, and its webhooks are applied.
#[derive(Debug, Clone)]
struct Api {
    store: Arc<SqliteStore>,
    events: Events,
}

impl Api {
    fn new(store: Arc<SqliteStore>, events: Events) -> Self {
        Self { store, events }
    }
}

/// The reference in the body of a request.
pub(crate) fn reference(request: &Request<Bytes>) -> Reference {
    let body: serde_json::Value = serde_json::from_slice(request.body()).unwrap();
    body["client_ref"].as_str().unwrap().parse().unwrap()
}

/// The response to an accepted request, whose message has the ID of its row.
pub(crate) fn accepted(reference: Reference) -> Response<Bytes> {
    let body = serde_json::json!({ "message_uuid": reference.row().to_string() });
    Response::builder()
        .status(202)
        .body(Bytes::from(body.to_string()))
        .unwrap()
}

#[async_trait]
impl Transport for Api {
    async fn send(&self, request: Request<Bytes>) -> Result<Response<Bytes>, TransportError> {
        let reference = reference(&request);
        self.events.tell(&format!("posted {reference}"));
        let (store, events) = (Arc::clone(&self.store), self.events.clone());
        tokio::spawn(async move {
            tokio::time::sleep(Duration::from_millis(fastrand::u64(0..4))).await;
            let fact = Fact::Status(StatusFact {
                reference: Some(reference),
                message_uuid: reference.row().to_string(),
                workflow_id: None,
                status: Status::Delivered,
                code: None,
                usage: None,
            });
            if store.apply(&[fact]).await.is_ok() {
                events.tell(&format!("applied {reference}"));
            }
        });
        tokio::time::sleep(Duration::from_millis(1)).await;
        Ok(accepted(reference))
    }
}
