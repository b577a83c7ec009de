//! Expectations of tests.

use std::fmt;
use std::time::Duration;

use tokio_stream::StreamExt;

use crate::emulator::workspace::Workspace;
use crate::event::Event;
use crate::state::direction::Direction;
use crate::view::MessageView;
use crate::view::query::{Holding, Query};

/// Most messages that a failure shows.
const SHOWN: usize = 5;

/// A message that is expected.
#[derive(Debug, Clone)]
#[must_use = "an expectation is only checked by `within`"]
pub struct Expectation {
    workspace: Workspace,
    query: Query,
}

impl Expectation {
    pub(crate) fn new(workspace: Workspace, query: Query) -> Self {
        Self { workspace, query }
    }

    /// Waits for the message, at most so long in real time.
    ///
    /// # Errors
    /// The messages that came instead.
    pub async fn within(self, limit: Duration) -> Result<MessageView, ExpectationError> {
        let Self { workspace, query } = self;
        let found = tokio::time::timeout(limit, first_match(&workspace, &query)).await;
        match found {
            Ok(Some(message)) => Ok(message),
            Ok(None) | Err(_) => Err(ExpectationError {
                wanted: Box::new(query),
                limit,
                instead: workspace.messages(&Query::default(), SHOWN),
            }),
        }
    }
}

/// The newest message that matches, or the first to come that does. `None` when the emulator is gone.
async fn first_match(workspace: &Workspace, query: &Query) -> Option<MessageView> {
    // Before the look at all of them, so that none falls in between; afterwards only those are looked at that change.
    let mut events = workspace.engine.events.reader(None);
    loop {
        if let Some(message) = workspace.messages(query, 1).pop() {
            return Some(message);
        }
        loop {
            match events.next().await?.event {
                Event::Message(event) if event.workspace == workspace.id => {
                    let changed = workspace.matching(query, &event.message_uuid);
                    if changed.is_some() {
                        return changed;
                    }
                }
                Event::Missed(_) => break,
                _ => {}
            }
        }
    }
}

/// The message did not come. `Display` tells what did, with its numbers and texts: it is the message of a failing
/// test, and an emulator holds nothing but test data.
pub struct ExpectationError {
    wanted: Box<Query>,
    limit: Duration,
    instead: Vec<MessageView>,
}

impl ExpectationError {
    /// The newest messages of the workspace.
    #[must_use]
    pub fn instead(&self) -> &[MessageView] {
        &self.instead
    }
}

impl fmt::Display for ExpectationError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let wanted = &self.wanted;
        let message = match wanted.direction {
            Some(Direction::Outbound) => "sent message",
            Some(Direction::Inbound) => "received message",
            None => "message",
        };
        write!(f, "no {message} within {:?}", self.limit)?;
        let conditions = [
            (
                "over",
                wanted.channel.map(|channel| channel.name().to_owned()),
            ),
            ("to", wanted.to.clone()),
            ("from", wanted.from.clone()),
            ("of type", wanted.message_type.clone()),
            ("containing", wanted.contains.clone()),
            ("with reference", wanted.client_ref.clone()),
            (
                "that is",
                wanted.status.map(|status| status.name().to_owned()),
            ),
        ];
        for (name, value) in conditions {
            if let Some(value) = value {
                write!(f, " {name} {value:?}")?;
            }
        }
        match wanted.holding {
            Some(Holding::Code) => f.write_str(" with a code in it")?,
            Some(Holding::Link) => f.write_str(" with a link in it")?,
            None => {}
        }
        if self.instead.is_empty() {
            return f.write_str("; nothing came at all");
        }
        f.write_str("; the newest that came:")?;
        for message in &self.instead {
            let status = message.status.map_or("taken", |status| status.name());
            write!(
                f,
                "\n  {} {} from {:?} to {:?}, {status}: {:?}",
                message.channel, message.message_type, message.from, message.to, message.text,
            )?;
        }
        Ok(())
    }
}

impl fmt::Debug for ExpectationError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // `unwrap` prints this, so that a failing test shows the messages.
        fmt::Display::fmt(self, f)
    }
}

impl std::error::Error for ExpectationError {}
