//! Tracks the webhooks that the demo has received and those it waits for.

use messages_outbox::{Reference, RunId, RunState};
use messages_sdk::types::EventKind;
use serde::Serialize;

use crate::error::CommandError;
use crate::io::output::{Line, Output};
use crate::receive::Delivery;

/// A message that the story sends.
#[derive(Clone, Copy)]
pub(super) struct Chapter {
    pub(super) name: &'static str,
    pub(super) api: &'static str,
    pub(super) channel: &'static str,
    /// The channel reports that a message was read.
    pub(super) reads: bool,
}

/// Collects webhooks, and prints each message once its last status came.
pub(super) struct Journal {
    out: Output,
    entries: Vec<Entry>,
    unverified: usize,
    webhooks: usize,
}

/// One message, or the whole of a workflow or a journey.
#[derive(Serialize)]
struct Entry {
    kind: &'static str,
    name: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    api: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    channel: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    message_uuid: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    dispatch_uuid: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    run: Option<RunId>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    statuses: Vec<String>,
    /// Content of an inbound message, in words.
    #[serde(skip_serializing_if = "Option::is_none")]
    content: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    messages: Vec<Step>,
    #[serde(skip_serializing_if = "Option::is_none")]
    report: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    state: Option<RunState>,
    /// Every webhook of the entry was verified.
    verified: bool,
    #[serde(skip)]
    last: Last,
}

/// A message of a workflow or a journey.
#[derive(Serialize)]
struct Step {
    message_uuid: String,
    channel: String,
    statuses: Vec<String>,
}

/// The event that an entry waits for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Last {
    Status(&'static str),
    Arrival,
    Report,
    /// The run is completed.
    Completion,
    /// It came.
    Nothing,
}

#[derive(Serialize)]
struct Summary {
    summary: Totals,
}

#[derive(Serialize)]
struct Totals {
    complete: usize,
    incomplete: usize,
    webhooks: usize,
    unverified: usize,
}

impl Journal {
    pub(super) fn new(out: Output) -> Self {
        Self {
            out,
            entries: Vec::new(),
            unverified: 0,
            webhooks: 0,
        }
    }

    pub(super) fn sent(&mut self, chapter: Chapter, uuid: String) -> Result<(), CommandError> {
        let last = Last::Status(if chapter.reads { "read" } else { "delivered" });
        let entry = Entry {
            api: Some(chapter.api),
            channel: Some(chapter.channel),
            message_uuid: Some(uuid),
            ..Entry::new("message", chapter.name, last)
        };
        self.say("sent", &entry);
        self.entries.push(entry);
        Ok(())
    }

    pub(super) fn expect_inbound(
        &mut self,
        name: &'static str,
        uuid: String,
    ) -> Result<(), CommandError> {
        self.entries.push(Entry {
            message_uuid: Some(uuid),
            ..Entry::new("inbound", name, Last::Arrival)
        });
        Ok(())
    }

    pub(super) fn workflow(
        &mut self,
        name: &'static str,
        uuid: String,
    ) -> Result<(), CommandError> {
        let entry = Entry {
            dispatch_uuid: Some(uuid),
            ..Entry::new("workflow", name, Last::Report)
        };
        self.say("sent", &entry);
        self.entries.push(entry);
        Ok(())
    }

    pub(super) fn journey(&mut self, name: &'static str, run: RunId) {
        let entry = Entry {
            run: Some(run),
            ..Entry::new("journey", name, Last::Completion)
        };
        self.say("started", &entry);
        self.entries.push(entry);
    }

    /// Prints the journey once its run is completed.
    pub(super) fn run_is(&mut self, state: RunState) -> Result<(), CommandError> {
        let mut entries = self.entries.iter_mut();
        let Some(entry) = entries.find(|entry| entry.last == Last::Completion) else {
            return Ok(());
        };
        entry.state = Some(state);
        if state == RunState::Completed {
            entry.last = Last::Nothing;
            entry.tell(self.out)?;
        }
        Ok(())
    }

    /// Returns `true` once every expected webhook has arrived.
    pub(super) fn is_complete(&self) -> bool {
        self.entries.iter().all(|entry| entry.last == Last::Nothing)
    }

    /// Applies a webhook, and prints the entries it completes.
    pub(super) fn note(&mut self, delivery: &Delivery) -> Result<(), CommandError> {
        self.webhooks += 1;
        let verified = delivery.verdict.name() == "verified";
        if !verified {
            self.unverified += 1;
        }
        let Some(event) = delivery.verdict.event() else {
            return Ok(());
        };
        let view = event.view();
        let reference = view
            .client_ref
            .and_then(|text| text.parse::<Reference>().ok());
        let run = reference.map(|reference| RunId::of(reference.row()));
        let found = self.entries.iter_mut().find(|entry| {
            let is_message =
                entry.message_uuid.is_some() && entry.message_uuid.as_deref() == view.message_uuid;
            let is_workflow =
                entry.dispatch_uuid.is_some() && entry.dispatch_uuid.as_deref() == view.workflow_id;
            let is_journey = entry.run.is_some() && entry.run == run;
            is_message || is_workflow || is_journey
        });
        let Some(entry) = found else {
            return Ok(());
        };
        entry.verified &= verified;
        match &view.kind {
            EventKind::Status(status) => {
                let status = status.as_str();
                if entry.dispatch_uuid.is_some() || entry.run.is_some() {
                    let channel = view.channel.as_ref().map_or("", |channel| channel.as_str());
                    entry.step(view.message_uuid.unwrap_or_default(), channel, status);
                } else {
                    entry.statuses.push(status.to_owned());
                    if entry.last == Last::Status("read") && status == "read"
                        || entry.last == Last::Status("delivered") && status == "delivered"
                    {
                        entry.last = Last::Nothing;
                    }
                }
            }
            EventKind::Report(status) => {
                entry.report = Some(status.as_str().to_owned());
                entry.last = Last::Nothing;
            }
            EventKind::Text(text) => entry.arrived(format!("\"{text}\"")),
            EventKind::Location {
                latitude,
                longitude,
            } => {
                entry.arrived(format!("{latitude}, {longitude}"));
            }
            _ => {}
        }
        if entry.last == Last::Nothing {
            entry.tell(self.out)?;
        }
        Ok(())
    }

    /// Prints what is still incomplete, and the sums. Whether all went well.
    pub(super) fn close(&self) -> Result<bool, CommandError> {
        let incomplete: Vec<&Entry> = self
            .entries
            .iter()
            .filter(|entry| entry.last != Last::Nothing)
            .collect();
        for entry in &incomplete {
            entry.tell(self.out)?;
        }
        let totals = Totals {
            complete: self.entries.len() - incomplete.len(),
            incomplete: incomplete.len(),
            webhooks: self.webhooks,
            unverified: self.unverified,
        };
        let all_well = totals.incomplete == 0 && totals.unverified == 0;
        self.out
            .result(&Summary { summary: totals }, |Summary { summary }| {
                let text = format!(
                    "{} of {} followed to their end, {} webhooks, {} of them not verified",
                    summary.complete,
                    summary.complete + summary.incomplete,
                    summary.webhooks,
                    summary.unverified
                );
                let line = Line::new();
                vec![if all_well {
                    line.good(text)
                } else {
                    line.bad(text)
                }]
            })?;
        Ok(all_well)
    }

    /// A remark on stderr while the webhooks are on their way.
    fn say(&self, verb: &str, entry: &Entry) {
        if Output::is_watched() {
            self.out
                .note(&Line::new().dim(format!("{verb} {}", entry.title())));
        }
    }
}

impl Entry {
    fn new(kind: &'static str, name: &'static str, last: Last) -> Self {
        Self {
            kind,
            name,
            api: None,
            channel: None,
            message_uuid: None,
            dispatch_uuid: None,
            run: None,
            statuses: Vec::new(),
            content: None,
            messages: Vec::new(),
            report: None,
            state: None,
            verified: true,
            last,
        }
    }

    fn arrived(&mut self, content: String) {
        self.content = Some(content);
        self.last = Last::Nothing;
    }

    fn step(&mut self, uuid: &str, channel: &str, status: &str) {
        match self
            .messages
            .iter_mut()
            .find(|step| step.message_uuid == uuid)
        {
            Some(step) => step.statuses.push(status.to_owned()),
            None => self.messages.push(Step {
                message_uuid: uuid.to_owned(),
                channel: channel.to_owned(),
                statuses: vec![status.to_owned()],
            }),
        }
    }

    fn title(&self) -> String {
        match self.api {
            Some(api) => format!("{api} {}", self.name),
            None => self.name.to_owned(),
        }
    }

    fn tell(&self, out: Output) -> Result<(), CommandError> {
        out.result(self, |entry| {
            let mark = match (entry.last, entry.verified) {
                (Last::Nothing, true) => Line::new().good("✓ "),
                _ => Line::new().bad("✗ "),
            };
            let uuid = entry.message_uuid.as_ref().or(entry.dispatch_uuid.as_ref());
            let id = uuid.cloned().or(entry.run.map(|run| run.to_string()));
            let head = mark
                .strong(entry.title())
                .plain("  ")
                .dim(id.unwrap_or_default());
            let mut lines = vec![head];
            let mut detail = |text: String| lines.push(Line::new().plain("    ").plain(text));
            if !entry.statuses.is_empty() {
                detail(entry.statuses.join(" → "));
            }
            if let Some(content) = &entry.content {
                detail(content.clone());
            }
            for step in &entry.messages {
                detail(format!(
                    "{} {}  {}",
                    step.channel,
                    step.message_uuid,
                    step.statuses.join(" → ")
                ));
            }
            if let Some(report) = &entry.report {
                detail(format!("final report: {report}"));
            }
            if let Some(state) = entry.state {
                detail(format!("run: {state}"));
            }
            if !entry.verified {
                detail("not every webhook could be verified".to_owned());
            }
            lines
        })?;
        Ok(())
    }
}
