//! A server that stores a reservation and its message in one transaction, sends the message, and settles it by webhook.
//!
//! It runs against the emulator in the same process, makes one reservation, and ends when its message is delivered:
//! `cargo run -p messages-outbox-sqlite --example reservations`. With `--serve` it stays, and
//! `curl -d 447700900000 http://127.0.0.1:8080/reservations` makes another one.
#![allow(clippy::print_stdout, reason = "it talks to a person")]

use std::error::Error;
use std::path::PathBuf;
use std::time::Duration;

use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::post;
use axum::{Router, serve};
use messages_emulator::Emulator;
use messages_outbox::{Intent, Outbox, StoreError};
use messages_outbox_sqlite::SqliteStore;
use messages_outbox_sqlite::rusqlite::{self, Connection};
use messages_sdk::Client;
use messages_sdk::auth::webhook::Verifier;
use messages_sdk::policy::RetryPolicy;
use messages_sdk::types::{Submission, v1::Sms};
use messages_sdk::webhook::{Receiver, router};
use tokio::net::TcpListener;
use tokio::sync::oneshot;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let is_server = std::env::args().any(|argument| argument == "--serve");
    let folder = tempfile::tempdir()?;
    let file = folder.path().join("app.db");
    let address = if is_server {
        "127.0.0.1:8080"
    } else {
        "127.0.0.1:0"
    };
    let listener = TcpListener::bind(address).await?;
    let url = format!("http://{}", listener.local_addr()?);

    // Takes the place of the API: it accepts messages and reports their statuses by webhook.
    let emulator = Emulator::builder()
        .status_url(format!("{url}/webhooks"))
        .start()
        .await?;
    let credentials = emulator.credentials();
    let client = Client::builder()
        .endpoint(emulator.base_url().parse()?)
        .credentials(credentials.basic()?)
        .retry(RetryPolicy::default().max_attempts(1))
        .hyper()?
        .build()?;
    let verifier = Verifier::builder()
        .secret(
            credentials.api_key().clone(),
            credentials.signature_secret().clone(),
        )
        .build()?;

    // Opening the store makes its tables in the application's own file.
    let store = SqliteStore::open(&file).await?;
    let outbox = Outbox::builder().client(client).store(store).build()?;
    Connection::open(&file)?.execute_batch(
        "CREATE TABLE IF NOT EXISTS reservation (id INTEGER PRIMARY KEY, phone TEXT NOT NULL) STRICT",
    )?;

    let app = Router::new()
        .route("/reservations", post(reserve))
        .with_state(file)
        .merge(router("/webhooks", Receiver::new(verifier), outbox.clone()));
    tokio::spawn(async move { serve(listener, app).await });

    let (stop, stopped) = oneshot::channel::<()>();
    let worker = outbox.clone();
    let worker = tokio::spawn(async move {
        let shutdown = async {
            let _ = stopped.await;
        };
        worker.run(shutdown).await
    });

    if is_server {
        println!("listening on {url}; Ctrl-C ends it");
        tokio::signal::ctrl_c().await?;
    } else {
        make_reservation(&url).await?;
        wait_for_delivery(&outbox).await?;
    }
    let _ = stop.send(());
    let report = worker.await??;
    println!(
        "{} accepted, {} failed, {} in doubt",
        report.sent, report.failed, report.in_doubt
    );
    Ok(())
}

/// Stores the reservation and its message: both, or neither.
async fn reserve(State(file): State<PathBuf>, phone: String) -> Result<String, StatusCode> {
    tokio::task::spawn_blocking(move || store_reservation(&file, &phone))
        .await
        .map_err(|_| StatusCode::INTERNAL_SERVER_ERROR)?
        .map_err(|_| StatusCode::UNPROCESSABLE_ENTITY)
}

fn store_reservation(file: &PathBuf, phone: &str) -> Result<String, Box<dyn Error + Send + Sync>> {
    let mut database = Connection::open(file)?;
    database.busy_timeout(Duration::from_secs(5))?;
    let transaction =
        database.transaction_with_behavior(rusqlite::TransactionBehavior::Immediate)?;
    transaction.execute("INSERT INTO reservation (phone) VALUES (?1)", [phone])?;
    let key = format!("reservation-{}", transaction.last_insert_rowid());
    let sms = Sms::text("447700900001", phone, "Your table is reserved")?;
    let intent = Intent::new(&key, Submission::V1(sms.into()));
    messages_outbox_sqlite::enqueue(&transaction, &[intent], None)?;
    transaction.commit()?;
    Ok(key)
}

/// The request that a browser would make.
async fn make_reservation(url: &str) -> Result<(), Box<dyn Error>> {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    let host = url.trim_start_matches("http://");
    let mut connection = tokio::net::TcpStream::connect(host).await?;
    let request = format!(
        "POST /reservations HTTP/1.1\r\nhost: {host}\r\ncontent-length: 12\r\nconnection: close\r\n\r\n447700900000"
    );
    connection.write_all(request.as_bytes()).await?;
    let mut response = String::new();
    connection.read_to_string(&mut response).await?;
    println!("{}", response.lines().next().unwrap_or_default());
    Ok(())
}

async fn wait_for_delivery(outbox: &Outbox) -> Result<(), StoreError> {
    for _ in 0..300 {
        let status = outbox.store().status().await?;
        if status.statuses.contains_key("delivered") || status.statuses.contains_key("read") {
            println!("delivered");
            break;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    Ok(())
}
