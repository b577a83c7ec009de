//! The outbox and `apalis-sqlite` with the same messages, server, client and number of requests in flight; both sync each
//! commit.

#[path = "../../examples/figures/api.rs"]
mod api;
#[path = "../../examples/figures/disk.rs"]
mod disk;
mod queue;
#[path = "../../examples/figures/work.rs"]
mod work;

use std::error::Error;

/// Rows that each sends.
const ROWS: usize = 20_000;
/// Requests in flight.
const CONCURRENCY: u32 = 256;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let folder = tempfile::tempdir_in(".")?;
    let rows = match std::env::args().nth(1) {
        Some(rows) => rows.parse()?,
        None => ROWS,
    };
    println!(
        "the disk: {:.0} syncs a second",
        disk::syncs(folder.path())?
    );
    for round in 0..3 {
        let api = api::Api::start().await?;
        let file = folder.path().join(format!("outbox-{round}.db"));
        let outbox = work::run(&file, api.url(), rows, CONCURRENCY).await?;
        println!("{outbox}; accepted {}", api.accepted());
        for batch in [10, CONCURRENCY as usize] {
            let api = api::Api::start().await?;
            let file = folder.path().join(format!("queue-{round}-{batch}.db"));
            let seconds = queue::run(&file, &api, rows, CONCURRENCY, batch).await?;
            let rate = rows as f64 / seconds;
            println!(
                "apalis-sqlite, batches of {batch}: {rows} jobs in {seconds:.1} s, {rate:.0} a second; accepted {}; the outbox is {:.1} times as fast",
                api.accepted(),
                outbox.rate() / rate,
            );
        }
    }
    Ok(())
}
