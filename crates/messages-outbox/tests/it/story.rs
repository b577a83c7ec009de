//! Runs as tables: a journey, the events in their order, and what becomes of the run.

use std::time::Duration;

use jiff::Timestamp;
use messages_outbox::run::{
    Phase, Plan, RowView, Run, RunEffect, RunEvent, RunState, Sight, Task, TaskEnd, transition,
};
use messages_outbox::{Definition, RunIntent, State};
use messages_sdk::types::Status;
use serde_json::{Value, json};

use crate::support::now;

/// An event of a table, at the time that the events before it have reached.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Step {
    /// The message with this number has this state.
    Row(u8, State),
    /// It failed with this code, by status.
    Code(u8, u32),
    /// It has this status.
    Is(u8, &'static str),
    /// This many seconds pass, and the run is advanced if its time has come.
    After(u64),
    Reply,
    Signal(&'static str),
    Cancel,
    Revoked(TaskEnd),
    /// A message of another program is accepted, or a webhook comes.
    Accepted,
    Webhook,
}

use Step::*;

/// A run between two events.
pub(crate) struct Story {
    pub(crate) plan: Plan,
    pub(crate) run: Run,
    pub(crate) sight: Sight,
    pub(crate) now: Timestamp,
    pub(crate) sent: Vec<u8>,
    pub(crate) cancelled: Vec<u8>,
    pub(crate) tasks: Vec<Task>,
}

impl Story {
    pub(crate) fn of(document: &Value) -> Self {
        let definition = Definition::from_slice(document.to_string().as_bytes()).unwrap();
        let intent = RunIntent::new("key", definition).unwrap();
        let begun = intent.begin(now());
        let mut story = Self {
            plan: intent.plan().clone(),
            run: begun.run,
            sight: Sight::default(),
            now: now(),
            sent: Vec::new(),
            cancelled: Vec::new(),
            tasks: Vec::new(),
        };
        story.note(&begun.effects);
        story
    }

    pub(crate) fn note(&mut self, effects: &[RunEffect]) {
        for effect in effects {
            match effect {
                RunEffect::Enqueue { number, .. } => self.sent.push(*number),
                RunEffect::Cancel(number) => self.cancelled.push(*number),
                RunEffect::Give(task) => self.tasks.push(*task),
                other => panic!("{other:?}"),
            }
        }
    }

    pub(crate) fn event(&mut self, event: &RunEvent) {
        let before = self.run.version;
        if let Ok(change) = transition(&self.run, &self.plan, event, &self.sight, self.now) {
            assert_eq!(change.run.version, before + 1);
            self.run = change.run;
            self.note(&change.effects);
            // Seen again, it changes nothing.
            let again = transition(&self.run, &self.plan, event, &self.sight, self.now);
            let is_row = matches!(event, RunEvent::Row(_));
            assert!(!is_row || again.is_err(), "{event:?} twice: {again:?}");
        }
    }

    pub(crate) fn row(
        &mut self,
        number: u8,
        state: State,
        status: Option<&str>,
        code: Option<u32>,
    ) {
        let view = self.view(number, state, status, code);
        self.event(&RunEvent::Row(view));
    }

    pub(crate) fn view(
        &self,
        number: u8,
        state: State,
        status: Option<&str>,
        code: Option<u32>,
    ) -> RowView {
        RowView {
            number,
            state,
            since: self.now,
            resend: 0,
            status: status.map(|status| Status::from(status.to_owned())),
            code,
            message_uuid: (state == State::Sent).then(|| format!("uuid-{number}")),
            usage: None,
        }
    }

    pub(crate) fn take(&mut self, step: Step) {
        match step {
            Row(number, state) => self.row(number, state, None, None),
            Code(number, code) => self.row(number, State::Sent, Some("rejected"), Some(code)),
            Is(number, status) => self.row(number, State::Sent, Some(status), None),
            After(seconds) => {
                self.now += Duration::from_secs(seconds);
                self.event(&RunEvent::Time);
            }
            Reply => self.event(&RunEvent::Reply),
            Signal(name) => self.event(&RunEvent::Signal(name.to_owned())),
            Cancel => self.event(&RunEvent::Cancel {
                by: "test".to_owned(),
            }),
            Revoked(end) => {
                let task = *self.tasks.last().unwrap();
                self.event(&RunEvent::Task { task, end });
            }
            Accepted => {
                self.sight.on_accepted(self.now);
            }
            Webhook => self.sight.on_webhook(self.now),
        }
    }

    /// State, or phase of a running run; then the messages sent.
    pub(crate) fn shows(&self) -> (String, Vec<u8>) {
        let phase = match self.run.progress.phase {
            Phase::Sending => "sending",
            Phase::Waiting(_) => "waiting",
            Phase::Doubtful(_) => "doubtful",
            Phase::Revoking(_) => "revoking",
            Phase::Leaving { .. } => "leaving",
            Phase::Pausing { .. } => "pausing",
            Phase::Over => "over",
            _ => "?",
        };
        let state = match self.run.state {
            RunState::Running => phase,
            state => state.as_str(),
        };
        (state.to_owned(), self.sent.clone())
    }
}

pub(crate) fn message(channel: &str) -> Value {
    let from = match channel {
        "rcs" => "Acme",
        _ => "447700900001",
    };
    json!({"channel": channel, "message_type": "text", "from": from, "to": "447700900000", "text": "Hi"})
}

pub(crate) fn send(channel: &str) -> Value {
    json!({"send": {"message": message(channel)}})
}

/// The object with the fields of another.
pub(crate) fn with(mut value: Value, fields: &Value) -> Value {
    for (name, field) in fields.as_object().unwrap() {
        value[name] = field.clone();
    }
    value
}

pub(crate) fn until(status: &str) -> Value {
    json!({"until": {"status": status, "within": 600}})
}

pub(crate) fn journey(steps: &[Value]) -> Value {
    json!({"template": "journey/1", "steps": steps})
}

pub(crate) fn check(document: &Value, table: &[(&[Step], &str, &[u8])]) {
    for (steps, state, sent) in table {
        let mut story = Story::of(document);
        for step in *steps {
            story.take(*step);
        }
        assert_eq!(
            story.shows(),
            ((*state).to_owned(), sent.to_vec()),
            "{steps:?}"
        );
    }
}
