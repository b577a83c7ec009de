//! Totals of a batch, without sending it.

use std::collections::BTreeMap;

use messages_sdk::types::journey::{Journey, Step};
use messages_sdk::types::{Submission, v0_1, v1};
use serde::Serialize;

use super::BatchArgs;
use super::queue::ItemQueue;
use crate::error::CommandError;
use crate::exit::Exit;
use crate::io::output::Line;
use crate::segments;
use crate::send::input::{Source, print_invalid};
use crate::send::{Outgoing, Path};
use crate::settings::Settings;

/// Totals of a batch.
#[derive(Debug, Default, Serialize)]
struct Totals {
    messages: u64,
    workflows: u64,
    #[serde(skip_serializing_if = "is_zero")]
    journeys: u64,
    invalid: u64,
    /// The segments that its SMS would be billed as, alternatives not counted.
    segments: u64,
    channels: BTreeMap<String, u64>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes references")]
const fn is_zero(count: &u64) -> bool {
    *count == 0
}

/// Reads and checks everything, and totals it.
pub(crate) async fn dry_run(
    settings: &Settings,
    source: Source,
    path: Path,
    args: &BatchArgs,
) -> Result<Exit, CommandError> {
    let mut input = source.open()?;
    if !args.table.allow_duplicates {
        input.warn_of_duplicates(settings.out)?;
    }
    let (chunks, _) = input.read();
    let queue = ItemQueue::new(chunks, None);
    let mut totals = Totals::default();
    while let Some(item) = queue.next().await {
        match item.check_any(path) {
            Ok(Outgoing::Submission(submission)) => totals.add(&submission),
            Ok(Outgoing::Journey(journey)) => totals.add_journey(&journey),
            Err(report) => {
                totals.invalid += 1;
                print_invalid(settings.out, &report)?;
            }
        }
    }
    settings
        .out
        .result(&serde_json::json!({"dry_run": totals}), |_| totals.lines())?;
    if totals.journeys > 0 {
        let hint =
            "journeys are not sent as they are: `messages outbox add` and `outbox work` run them";
        settings.out.hint(hint);
    }
    Ok(if totals.invalid == 0 {
        Exit::Done
    } else {
        Exit::Invalid
    })
}

impl Totals {
    fn add(&mut self, submission: &Submission) {
        match submission {
            Submission::V1(message) => self.add_v1(&message.primary),
            Submission::V0_1(message) => self.add_v0_1(message),
            Submission::Workflow(workflow) => {
                self.workflows += 1;
                if let Some(first) = workflow.messages().next() {
                    self.add_v0_1(first);
                }
            }
            _ => self.messages += 1,
        }
    }

    /// Adds the first message of a journey, over its preferred channel.
    fn add_journey(&mut self, journey: &Journey) {
        self.journeys += 1;
        let first = journey.steps.iter().find_map(|step| match step {
            Step::Send(step) => step.send.messages().ok()?.into_iter().next(),
            _ => None,
        });
        if let Some(first) = first {
            self.add_v1(&first);
        }
    }

    fn add_v1(&mut self, message: &v1::ChannelMessage) {
        self.count(message.channel().as_str());
        self.segments += segments::of_v1(message);
    }

    fn add_v0_1(&mut self, message: &v0_1::Message) {
        self.count(message.channel().as_str());
        self.segments += segments::of_v0_1(message);
    }

    fn count(&mut self, channel: &str) {
        self.messages += 1;
        *self.channels.entry(channel.to_owned()).or_default() += 1;
    }

    fn lines(&self) -> Vec<Line> {
        let mut head = format!(
            "{} messages, {} of them first steps of workflows",
            self.messages, self.workflows
        );
        if self.journeys > 0 {
            head.push_str(&format!(", {} of journeys", self.journeys));
        }
        let mut lines = vec![Line::new().strong(head)];
        for (channel, count) in &self.channels {
            lines.push(Line::new().plain(format!("  {count} {channel}")));
        }
        lines.push(Line::new().plain(format!("  {} SMS segments", self.segments)));
        if self.invalid > 0 {
            lines.push(Line::new().bad(format!("  {} invalid", self.invalid)));
        }
        lines
    }
}
