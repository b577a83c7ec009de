//! Sending rows through the outbox.

use std::error::Error;
use std::fmt;
use std::path::Path;
use std::time::Instant;

use messages_outbox::{Intent, Outbox, State};
use messages_outbox_sqlite::SqliteStore;
use messages_sdk::Client;
use messages_sdk::auth::Basic;
use messages_sdk::policy::RetryPolicy;
use messages_sdk::types::{Submission, v1::Sms};

/// Measured figures.
pub(crate) struct Report {
    pub(crate) rows: usize,
    pub(crate) seconds: f64,
    commits: u32,
}

impl Report {
    pub(crate) fn rate(&self) -> f64 {
        self.rows as f64 / self.seconds
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "outbox: {} rows settled in {:.1} s, {:.0} a second; {} commits, {:.1} rows each",
            self.rows,
            self.seconds,
            self.rate(),
            self.commits,
            self.rows as f64 / f64::from(self.commits),
        )
    }
}

/// A client that leaves retries and rates to others.
pub(crate) fn client(url: &str) -> Result<Client, Box<dyn Error>> {
    let client = Client::builder()
        .endpoint(url.parse()?)
        .credentials(Basic::new("a1b2c3d4", "canary-secret")?)
        .retry(RetryPolicy::default().max_attempts(1))
        .hyper()?;
    Ok(client.build()?)
}

pub(crate) fn message(number: usize) -> Result<Submission, Box<dyn Error>> {
    let recipient = format!("4477{number:08}");
    let text = format!("Dear customer {number}, your table is free at 8");
    Ok(Submission::V1(
        Sms::text("447700900001", recipient, text)?.into(),
    ))
}

/// Adds rows and sends them all.
pub(crate) async fn run(
    file: &Path,
    url: &str,
    rows: usize,
    concurrency: u32,
) -> Result<Report, Box<dyn Error>> {
    let outbox = Outbox::builder()
        .client(client(url)?)
        .store(SqliteStore::open(file).await?)
        .concurrency(concurrency)
        .build()?;
    for first in (0..rows).step_by(1_000) {
        let numbers = first..rows.min(first + 1_000);
        let intents = numbers
            .map(|number| Ok(Intent::new(format!("key-{number}"), message(number)?)))
            .collect::<Result<Vec<_>, Box<dyn Error>>>()?;
        outbox.enqueue_all(&intents).await?;
    }
    let before = commits(file)?;
    let began = Instant::now();
    outbox.run_until_empty(std::future::pending()).await?;
    let seconds = began.elapsed().as_secs_f64();
    let commits = commits(file)?.wrapping_sub(before);
    let sent = outbox.store().status().await?.states[&State::Sent];
    if sent != rows as u64 {
        return Err(format!("{sent} of {rows} rows were sent").into());
    }
    Ok(Report {
        rows,
        seconds,
        commits,
    })
}

/// Number of commits so far, which SQLite counts in the index of its log
/// (<https://sqlite.org/walformat.html#the_wal_index_header>).
fn commits(file: &Path) -> Result<u32, Box<dyn Error>> {
    let index = std::fs::read(file.with_extension("db-shm"))?;
    let count = index.get(8..12).ok_or("the index is too short")?;
    Ok(u32::from_ne_bytes(count.try_into()?))
}
