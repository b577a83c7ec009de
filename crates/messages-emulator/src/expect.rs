//! Expectations of tests.

use std::fmt;
use std::time::Duration;

use crate::query::Query;
use crate::view::MessageView;
use crate::workspace::Workspace;

/// How many messages a failure shows.
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
    /// What came instead.
    pub async fn within(self, limit: Duration) -> Result<MessageView, Unmet> {
        let Self { workspace, query } = self;
        let found = workspace.engine.wait_until(|world| {
            let workspace = world.workspace(workspace.id)?;
            let mut newest_first = workspace.messages.values().rev();
            let message = newest_first.find(|message| query.matches(message))?;
            Some(MessageView::new(message, workspace))
        });
        match tokio::time::timeout(limit, found).await {
            Ok(message) => Ok(message),
            Err(_) => Err(Unmet {
                wanted: Box::new(query),
                limit,
                instead: workspace.messages(&Query::default(), SHOWN),
            }),
        }
    }
}

/// The message did not come. `Display` tells what did, with its numbers and texts: it is the message of a failing
/// test, and an emulator holds nothing but test data.
pub struct Unmet {
    wanted: Box<Query>,
    limit: Duration,
    instead: Vec<MessageView>,
}

impl Unmet {
    /// The newest messages of the workspace.
    #[must_use]
    pub fn instead(&self) -> &[MessageView] {
        &self.instead
    }
}

impl fmt::Display for Unmet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let wanted = &self.wanted;
        write!(f, "no message within {:?}", self.limit)?;
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

impl fmt::Debug for Unmet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // What `unwrap` prints, so that a failing test tells what came.
        fmt::Display::fmt(self, f)
    }
}

impl std::error::Error for Unmet {}
