//! Runs: memory while many are active, deadlines advanced, and the duration of `status`.

use std::error::Error;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use jiff::Timestamp;
use messages_outbox::{
    AdvanceRequest, BeginRequest, ClaimRequest, Fact, ManualClock, OutboxStore, Outcome, Policy,
    RunIntent, Settle,
};
use messages_outbox_sqlite::SqliteStore;
use messages_sdk::types::v0_1::{Condition, Sms, Whatsapp, Workflow};

use crate::{CHUNK, disk};

/// Starts workflows, brings each to its first deadline, and lets all deadlines pass at once.
pub(crate) async fn run(file: &Path, runs: usize) -> Result<String, Box<dyn Error>> {
    let clock = Arc::new(ManualClock::new(Timestamp::now()));
    let builder = SqliteStore::builder(file).clock(Arc::clone(&clock) as _);
    let store = builder.open().await?;
    let began = Instant::now();
    for first in (0..runs).step_by(CHUNK) {
        let numbers = first..runs.min(first + CHUNK);
        let intents = numbers.map(intent).collect::<Result<Vec<_>, _>>()?;
        store.start(&intents, None).await?;
    }
    let started = began.elapsed();
    while send(&store).await? > 0 {}
    store.apply(&[Fact::Webhook]).await?;

    let asked = Instant::now();
    let status = store.status().await?;
    let status_took = asked.elapsed();
    let memory = disk::peak_memory()?;
    clock.advance(Duration::from_secs(600));
    // Otherwise the store would have been without a webhook for ten minutes, and its runs would move on one by one.
    store.apply(&[Fact::Webhook]).await?;
    let (began, before) = (Instant::now(), disk::processor_time()?);
    let mut moved = 0;
    loop {
        let request = AdvanceRequest {
            accounts: vec!["default".to_owned()],
            limit: CHUNK as u32,
            done: Vec::new(),
        };
        let advanced = store.advance(&request).await?;
        moved += advanced.moved;
        if advanced.moved == 0 {
            break;
        }
    }
    let took = began.elapsed();
    let worked = disk::processor_time()? - before;
    let active = status.running();
    let peak = disk::peak_memory()?;
    store.close().await;
    let mib = |bytes: u64| bytes as f64 / f64::from(1 << 20);
    Ok(format!(
        "{active} active runs, started at {:.0} a second; status {:.1} ms; peak memory {:.1} MiB; \
         {moved} deadlines in {:.1} s, {:.0} a second, with {worked:.1} s of processor time; peak memory afterwards {:.1} MiB; file {:.0} MiB",
        runs as f64 / started.as_secs_f64(),
        status_took.as_secs_f64() * 1e3,
        mib(memory),
        took.as_secs_f64(),
        moved as f64 / took.as_secs_f64(),
        mib(peak),
        mib(file.metadata()?.len()),
    ))
}

/// Sends a chunk of due rows, as a worker whose API accepts everything.
async fn send(store: &SqliteStore) -> Result<usize, Box<dyn Error>> {
    let lease = Duration::from_secs(60);
    let request = ClaimRequest {
        accounts: vec!["default".to_owned()],
        limit: CHUNK as u32,
        lease,
        policy: Policy::default(),
    };
    let claimed = store.claim(&request).await?.rows;
    let rows = claimed
        .iter()
        .map(|claimed| (claimed.row.id, claimed.row.epoch));
    let rows = rows.collect();
    store.begin(&BeginRequest { rows, lease }).await?;
    let settles = claimed.iter().map(|claimed| Settle {
        id: claimed.row.id,
        epoch: claimed.row.epoch,
        outcome: Outcome::Accepted {
            message_uuid: Some(claimed.row.id.to_string()),
            workflow_id: None,
        },
    });
    store.settle(&settles.collect::<Vec<_>>()).await?;
    Ok(claimed.len())
}

fn intent(number: usize) -> Result<RunIntent, Box<dyn Error>> {
    let recipient = format!("4477{number:08}");
    let text = format!("Dear customer {number}, your table is free at 8.");
    let first = Whatsapp::text("447700900001", recipient.as_str(), text.as_str())?;
    let last = Sms::text("447700900001", recipient.as_str(), text.as_str())?;
    let workflow =
        Workflow::starting_with(first.expecting(Condition::Read, 600)?).ending_with(last);
    Ok(RunIntent::new(format!("spring/{number}"), workflow)?)
}
