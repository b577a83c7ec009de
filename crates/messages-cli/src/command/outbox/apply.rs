//! `outbox apply`: stored webhooks.

use std::fs::File;
use std::io::{self, BufRead, BufReader};
use std::path::PathBuf;
use std::sync::Arc;

use clap::Args;
use messages_outbox::{Applied, Outbox, OutboxStore};
use messages_sdk::types::WebhookEvent;
use serde::Serialize;

use super::store::failed;
use crate::error::CommandError;
use crate::exit::Exit;
use crate::io::input::{LEN_MAX, LineRead, read_line};
use crate::io::output::Line;
use crate::receive::stored_event;
use crate::settings::Settings;

/// Most webhooks that are applied in one transaction.
const AT_ONCE: usize = 1_000;

#[derive(Debug, Args)]
#[command(after_help = "\
Example:
  messages outbox apply events.ndjson")]
pub(super) struct ApplyArgs {
    /// A file that `listen --store` wrote, or one with a webhook's body on each line; `-` or none reads stdin
    #[arg(value_name = "FILE")]
    file: Option<PathBuf>,
}

#[derive(Default, Serialize)]
struct Summary {
    /// Webhooks read.
    events: u64,
    /// Rows changed.
    changed: u64,
    /// Webhooks that were known.
    unchanged: u64,
    /// Webhooks of messages that are not known yet.
    parked: u64,
    /// Opt-outs and opt-ins.
    consents: u64,
    /// Webhooks that contradict the ledger, among those that changed a row.
    contradictions: u64,
    /// Webhooks that are not about this outbox.
    foreign: u64,
    /// Lines that are not a webhook.
    invalid: u64,
}

impl ApplyArgs {
    pub(super) async fn run(
        self,
        settings: &Settings,
        store: Arc<dyn OutboxStore>,
    ) -> Result<Exit, CommandError> {
        let outbox = Outbox::builder()
            .shared_store(store)
            .build()
            .map_err(|error| {
                CommandError::new(Exit::Other, "the outbox cannot be used").because(error)
            })?;
        let path = self.file.unwrap_or_else(|| PathBuf::from("-"));
        let unreadable = CommandError::unreadable(&path);
        let mut reader: Box<dyn BufRead> = if path.as_os_str() == "-" {
            Box::new(io::stdin().lock())
        } else {
            Box::new(BufReader::new(File::open(&path).map_err(unreadable)?))
        };
        let (mut summary, mut line, mut events) = (Summary::default(), Vec::new(), Vec::new());
        loop {
            let read = read_line(&mut reader, &mut line, LEN_MAX).map_err(unreadable)?;
            match read {
                LineRead::End => break,
                LineRead::TooLong(_) => summary.invalid += 1,
                LineRead::Line(_) if line.trim_ascii().is_empty() => {}
                LineRead::Line(_) => match stored_event(&line) {
                    Some(event) => events.push(event),
                    None => summary.invalid += 1,
                },
            }
            if events.len() >= AT_ONCE {
                summary.apply(&outbox, &mut events).await?;
            }
        }
        summary.apply(&outbox, &mut events).await?;
        settings
            .out
            .result(&serde_json::json!({"summary": summary}), |_| {
                summary.lines()
            })?;
        Ok(if summary.invalid > 0 {
            Exit::Batch
        } else {
            Exit::Done
        })
    }
}

impl Summary {
    async fn apply(
        &mut self,
        outbox: &Outbox,
        events: &mut Vec<WebhookEvent>,
    ) -> Result<(), CommandError> {
        let applied = outbox.apply_all(events).await.map_err(failed)?;
        self.events += events.len() as u64;
        self.foreign += (events.len() - applied.len()) as u64;
        events.clear();
        for applied in applied {
            match applied {
                Applied::Changed { contradiction, .. } => {
                    self.changed += 1;
                    self.contradictions += u64::from(contradiction);
                }
                Applied::Unchanged(_) => self.unchanged += 1,
                Applied::Parked => self.parked += 1,
                Applied::Consent => self.consents += 1,
                _ => {}
            }
        }
        Ok(())
    }

    fn lines(&self) -> Vec<Line> {
        let counts = [
            (self.events, "webhooks"),
            (self.changed, "changed a row"),
            (self.unchanged, "were known"),
            (self.parked, "are of unknown messages, kept for 72 hours"),
            (self.consents, "are opt-outs or opt-ins"),
            (self.foreign, "are not about this outbox"),
        ];
        let mut lines: Vec<Line> = counts
            .iter()
            .filter(|(count, name)| *count > 0 || *name == "webhooks")
            .map(|(count, name)| Line::new().plain(format!("{count:>9} {name}")))
            .collect();
        if self.contradictions > 0 {
            let text = format!("{:>9} contradict the ledger", self.contradictions);
            lines.push(Line::new().bad(text));
        }
        if self.invalid > 0 {
            let text = format!("{:>9} lines are not a webhook", self.invalid);
            lines.push(Line::new().warn(text));
        }
        lines
    }
}
