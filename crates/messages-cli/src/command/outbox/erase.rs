//! `outbox purge`, `forget` and `adopt`.

use std::io::BufRead;
use std::time::Duration;

use clap::Args;
use messages_emulator::{Span, SpanError};
use messages_outbox::{OutboxStore, PurgeRequest};

use super::store::failed;
use crate::error::CommandError;
use crate::exit::Exit;
use crate::io::output::Line;
use crate::settings::Settings;

/// Rows that a request erases at most.
const AT_ONCE: u32 = 10_000;

/// Recipients that a request erases at most.
const RECIPIENTS: usize = 500;

#[derive(Debug, Args)]
pub(super) struct PurgeArgs {
    /// Time since the row reached its final state: a span such as 90d or 12h
    #[arg(long, value_name = "SPAN", value_parser = span)]
    older_than: Duration,
}

fn span(text: &str) -> Result<Duration, String> {
    let days = text
        .strip_suffix('d')
        .and_then(|days| days.parse::<u32>().ok());
    if let Some(days) = days {
        return Ok(Duration::from_secs(u64::from(days) * 24 * 60 * 60));
    }
    let Span(span) = text.parse().map_err(|error: SpanError| error.to_string())?;
    Ok(span)
}

impl PurgeArgs {
    pub(super) async fn run(
        self,
        settings: &Settings,
        store: &dyn OutboxStore,
    ) -> Result<Exit, CommandError> {
        let request = PurgeRequest {
            older_than: self.older_than,
            limit: AT_ONCE,
        };
        let mut count = 0;
        loop {
            let affected = store.purge(&request).await.map_err(failed)?;
            count += affected.count;
            if !affected.more || affected.count == 0 {
                break;
            }
        }
        settings
            .out
            .result(&serde_json::json!({"purged": count}), |_| {
                vec![Line::new().plain(format!("rows purged: {count}"))]
            })?;
        Ok(Exit::Done)
    }
}

/// Erases the recipients on stdin.
pub(super) async fn forget(
    settings: &Settings,
    store: &dyn OutboxStore,
) -> Result<Exit, CommandError> {
    let mut recipients = Vec::new();
    for line in std::io::stdin().lock().lines() {
        let line = line.map_err(|error| {
            CommandError::invalid("stdin cannot be read as text").because(error)
        })?;
        let recipient = line.trim();
        if !recipient.is_empty() {
            recipients.push(recipient.to_owned());
        }
    }
    let (mut erased, mut in_flight) = (0, 0);
    for chunk in recipients.chunks(RECIPIENTS) {
        let forgotten = store.forget(chunk).await.map_err(failed)?;
        erased += forgotten.erased;
        in_flight += forgotten.in_flight;
    }
    let recipients = recipients.len();
    let object =
        serde_json::json!({"recipients": recipients, "erased": erased, "in_flight": in_flight});
    settings.out.result(&object, |_| {
        vec![Line::new().plain(format!("recipients: {recipients}, rows erased: {erased}"))]
    })?;
    if in_flight == 0 {
        return Ok(Exit::Done);
    }
    let text = format!(": rows in flight: {in_flight}; repeat the command once they are settled");
    settings
        .out
        .note(&Line::new().warn("not erased").plain(text));
    Ok(Exit::Batch)
}

/// Lets a restored backup send.
pub(super) async fn adopt(
    settings: &Settings,
    store: &dyn OutboxStore,
) -> Result<Exit, CommandError> {
    store.adopt().await.map_err(failed)?;
    settings
        .out
        .result(&serde_json::json!({"adopted": true}), |_| {
            vec![Line::new().plain("adopted: rows may be sent")]
        })?;
    Ok(Exit::Done)
}
