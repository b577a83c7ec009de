//! The same with a job queue: a job posts its message, and is marked as done afterwards.

use std::error::Error;
use std::path::Path;
use std::time::{Duration, Instant};

use apalis::prelude::*;
use apalis_sqlite::{Config, SqliteStorage};
use messages_sdk::Client;
use messages_sdk::types::{Document, Submission};
use sqlx::sqlite::{SqliteConnectOptions, SqlitePoolOptions, SqliteSynchronous};

use crate::api::Api;
use crate::work::{client, message};

/// Sends all messages; returns the seconds from the start of the worker until all jobs are done.
pub(crate) async fn run(
    file: &Path,
    api: &Api,
    rows: usize,
    concurrency: u32,
    batch: usize,
) -> Result<f64, Box<dyn Error>> {
    let options = SqliteConnectOptions::new()
        .filename(file)
        .create_if_missing(true);
    // Its own settings switch the syncing off.
    let setup = SqlitePoolOptions::new()
        .connect_with(options.clone())
        .await?;
    SqliteStorage::setup(&setup).await?;
    setup.close().await;
    let options = options.synchronous(SqliteSynchronous::Full);
    // One connection: with more, its transactions fail with `database is locked`.
    let pool = SqlitePoolOptions::new()
        .max_connections(1)
        .connect_with(options)
        .await?;
    let config = Config::default().queue("messages").batch_size(batch);
    let mut storage: SqliteStorage<String> = SqliteStorage::new(&pool).with_config(config);
    for number in 0..rows {
        let text = String::from_utf8(message(number)?.to_vec())?;
        storage.push(text).await?;
    }
    let worker = WorkerBuilder::new("worker")
        .backend(storage.poll_with_interval(Duration::from_millis(5)))
        .data(client(api.url())?)
        .concurrency(concurrency as usize)
        .parallelize(tokio::spawn)
        .build(send);
    let began = Instant::now();
    let running = tokio::spawn(worker.run());
    loop {
        tokio::time::sleep(Duration::from_millis(20)).await;
        // The queue has one connection: it is not disturbed while it works.
        if api.accepted() < rows as u64 {
            continue;
        }
        let count = "SELECT count(*) FROM Jobs WHERE status = 'Done'";
        let done: i64 = sqlx::query_scalar(count).fetch_one(&pool).await?;
        if done == rows as i64 {
            break;
        }
    }
    let seconds = began.elapsed().as_secs_f64();
    running.abort();
    Ok(seconds)
}

async fn send(message: String, client: Data<Client>) -> Result<(), BoxDynError> {
    let message = Submission::from_slice(message.as_bytes())?;
    client.submit(message).await?;
    Ok(())
}
