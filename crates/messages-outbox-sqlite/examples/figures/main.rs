//! Figures of the store on this machine, in release mode:
//!
//! `cargo run --release -p messages-outbox-sqlite --example figures -- add 1000000`, `-- work 20000 256` or
//! `-- runs 100000`.
#![allow(clippy::print_stdout, reason = "it talks to a person")]

mod api;
mod disk;
mod runs;
mod work;

use std::error::Error;
use std::path::Path;
use std::time::Instant;

use messages_outbox::{Intent, OutboxStore};
use messages_outbox_sqlite::SqliteStore;
use messages_sdk::types::{Submission, v1::Sms};

/// Rows of one commit.
const CHUNK: usize = 1_000;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let number = |index: usize| arguments.get(index).map(|text| text.parse());
    // Not in memory, as `/tmp` is on some systems: the disk is what is measured.
    let folder = tempfile::tempdir_in(".")?;
    let file = folder.path().join("outbox.db");
    match arguments.first().map(String::as_str) {
        Some("add") => add(&file, number(1).transpose()?.unwrap_or(1_000_000)).await,
        Some("work") => {
            let rows = number(1).transpose()?.unwrap_or(20_000);
            let concurrency = number(2).transpose()?.unwrap_or(256);
            println!(
                "the disk: {:.0} syncs a second",
                disk::syncs(folder.path())?
            );
            let api = api::Api::start().await?;
            let report = work::run(&file, api.url(), rows, u32::try_from(concurrency)?).await?;
            println!("{report}");
            Ok(())
        }
        Some("runs") => {
            let runs = number(1).transpose()?.unwrap_or(100_000);
            println!("{}", runs::run(&file, runs).await?);
            Ok(())
        }
        _ => Err("expected `add ROWS`, `work ROWS CONCURRENCY` or `runs RUNS`".into()),
    }
}

/// Adds rows as a campaign would, in chunks.
async fn add(file: &Path, rows: usize) -> Result<(), Box<dyn Error>> {
    let store = SqliteStore::open(file).await?;
    let began = Instant::now();
    let mut next = 0;
    while next < rows {
        let end = rows.min(next + CHUNK);
        let intents = (next..end).map(intent).collect::<Result<Vec<_>, _>>()?;
        store.enqueue(&intents, None).await?;
        next = end;
    }
    let seconds = began.elapsed().as_secs_f64();
    let total = store.status().await?.total();
    store.close().await;
    let mib = |bytes: u64| bytes as f64 / f64::from(1 << 20);
    println!(
        "{total} rows in {seconds:.1} s, {:.0} a second; file {:.0} MiB; peak memory {:.1} MiB",
        rows as f64 / seconds,
        mib(file.metadata()?.len()),
        mib(disk::peak_memory()?),
    );
    Ok(())
}

fn intent(number: usize) -> Result<Intent, Box<dyn Error>> {
    let recipient = format!("4477{number:08}");
    let text = format!("Dear customer {number}, your table is free at 8. Reply STOP to opt out.");
    let sms = Sms::text("447700900001", recipient, text)?;
    Ok(Intent::new(format!("spring/{number}"), Submission::V1(sms.into())).campaign("spring"))
}
