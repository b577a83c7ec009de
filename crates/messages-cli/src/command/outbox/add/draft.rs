//! Drafts: documents whose intents are ready to be stored.

use messages_outbox::{Definition, DefinitionError, Intent, RunIntent};
use messages_sdk::types::journey::Journey;
use messages_sdk::types::{Document, Submission};

use super::{AddArgs, Engine};
use crate::finding::Finding;
use crate::send::input::{Digest, Item};
use crate::send::{Outgoing, SendReport};

/// Place and key of a document whose intent is ready to be stored.
pub(super) struct Draft {
    pub(super) index: u64,
    pub(super) line: Option<u64>,
    pub(super) key: String,
    pub(super) is_run: bool,
    pub(super) losses: Vec<String>,
}

/// Intent of a document.
pub(super) enum Wanted {
    Row(Intent),
    Run(RunIntent),
}

impl Draft {
    /// Place of the document in the input.
    pub(super) fn place(&self) -> String {
        match self.line {
            Some(line) => format!("line {line} "),
            None => format!("{} ", self.index),
        }
    }
}

impl AddArgs {
    /// Reads a document.
    pub(super) fn draft(&self, item: Item) -> Result<(Draft, Wanted), Box<SendReport>> {
        let (index, line) = (item.index, item.line);
        let refused = |findings| SendReport::refused(index, None, findings).on_line(line);
        let decoded = item.decode_with_key(self.key.as_deref());
        let (document, key) = decoded.map_err(refused)?;
        let (bytes, definition) = match document {
            Outgoing::Submission(Submission::Workflow(workflow))
                if self.engine == Engine::Outbox =>
            {
                if self.campaign_options.window.is_some() {
                    let message = "is a workflow, which has no window: `messages upgrade --journey` makes it a journey";
                    return Err(refused(vec![Finding::new("window", message)]).into());
                }
                (workflow.to_vec(), Definition::from(workflow))
            }
            Outgoing::Journey(mut journey) => {
                self.schedule(&mut journey);
                let bytes = journey.to_vec();
                let definition = Definition::from_slice(&bytes);
                (
                    bytes,
                    definition.map_err(|error| refused(findings(&error)))?,
                )
            }
            Outgoing::Submission(submission) => {
                let key = key.unwrap_or_else(|| self.digest(submission.to_vec()));
                let intent = self.row(&key, submission);
                if self.campaign_options.window.is_some() && intent.zones().is_none() {
                    let message = "the recipient's time zone is unknown: name it with --zone";
                    return Err(refused(vec![Finding::new("zone", message)]).into());
                }
                let draft = Draft {
                    index,
                    line,
                    key,
                    is_run: false,
                    losses: Vec::new(),
                };
                return Ok((draft, Wanted::Row(intent)));
            }
        };
        let key = key.unwrap_or_else(|| self.digest(bytes));
        let intent = self
            .run_of(&key, definition)
            .map_err(|error| refused(findings(&error)))?;
        let draft = Draft {
            index,
            line,
            key,
            is_run: true,
            losses: intent.losses().iter().map(ToString::to_string).collect(),
        };
        Ok((draft, Wanted::Run(intent)))
    }

    fn row(&self, key: &str, submission: Submission) -> Intent {
        let mut intent = Intent::new(key, submission).priority(self.priority);
        if let Some(campaign) = &self.campaign {
            intent = intent.campaign(campaign);
        }
        if let Some(time) = self.send_at {
            intent = intent.due_at(time);
        }
        if let Some(time) = self.send_before {
            intent = intent.send_before(time);
        }
        if let Some(window) = &self.campaign_options.window {
            intent = intent.window(window.clone());
        }
        if let Some(zone) = self.campaign_options.zone() {
            intent = intent.zone(zone.clone());
        }
        intent
    }

    /// Adds the window and the zone to a journey that has none.
    fn schedule(&self, journey: &mut Journey) {
        if let (None, Some(window)) = (&journey.window, &self.campaign_options.window) {
            journey.window = Some(window.clone());
        }
        if let (None, Some(zone)) = (&journey.zone, self.campaign_options.zone()) {
            journey.zone = Some(zone.clone());
        }
    }

    fn run_of(&self, key: &str, definition: Definition) -> Result<RunIntent, DefinitionError> {
        let mut intent = RunIntent::new(key, definition)?.priority(self.priority);
        if let Some(campaign) = &self.campaign {
            intent = intent.campaign(campaign);
        }
        if let Some(time) = self.send_at {
            intent = intent.due_at(time);
        }
        if let Some(time) = self.send_before {
            intent = intent.send_before(time);
        }
        if let Some(url) = &self.report_url {
            intent = intent.report_url(url);
        }
        Ok(intent)
    }

    /// The key of a document without one: a digest of the campaign and the document.
    fn digest(&self, document: Vec<u8>) -> String {
        let mut bytes = self.campaign.clone().unwrap_or_default().into_bytes();
        bytes.push(0);
        bytes.extend(document);
        Digest::hex(&bytes)
    }
}

fn findings(error: &DefinitionError) -> Vec<Finding> {
    match error {
        DefinitionError::Invalid(problems) => problems.iter().map(Finding::from).collect(),
        DefinitionError::Decode(error) => Finding::all_of(error),
        other => vec![Finding::new("definition", other.to_string())],
    }
}
