//! `messages upgrade`: from the old generation to the new one, or to a journey.

use std::path::PathBuf;

use clap::Args;
use messages_sdk::types::upgrade::Loss;
use messages_sdk::types::{DecodeError, Document, Kind, v0_1};
use serde::Serialize;
use serde_json::Value;

use crate::error::CommandError;
use crate::exit::Exit;
use crate::io::document::read_document;
use crate::io::output::Line;
use crate::send;
use crate::settings::Settings;

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  messages upgrade old.json > new.json
  messages upgrade workflow.json | messages check
  messages upgrade --journey workflow.json > journey.json")]
pub(crate) struct UpgradeArgs {
    /// Makes a journey of each workflow, with its times and conditions; without it, a v1 message with failover, which
    /// continues only after a rejection
    #[arg(long)]
    journey: bool,
    /// Files that hold one v0.1 message or workflow each; `-` or none reads stdin
    #[arg(value_name = "FILE")]
    files: Vec<PathBuf>,
}

impl UpgradeArgs {
    pub(crate) fn run(self, settings: &Settings) -> Result<Exit, CommandError> {
        let sources = if self.files.is_empty() {
            vec![PathBuf::from("-")]
        } else {
            self.files
        };
        let mut exit = Exit::Done;
        for source in sources {
            let value = read_document(Some(&source))?;
            let upgraded = if self.journey {
                to_journey(settings, value)
            } else {
                to_message(settings, value)
            };
            if !upgraded? {
                exit = Exit::Invalid;
            }
        }
        Ok(exit)
    }
}

/// Prints the v1 form of a document. Returns `false` if there is none.
fn to_message(settings: &Settings, value: Value) -> Result<bool, CommandError> {
    let upgraded = match Kind::detect(&value) {
        Ok(Kind::V1Message) => return refuse(settings, "the document is a v1 message already"),
        Ok(Kind::Journey) => {
            let reason = "the document is a journey, which has no equivalent in v1";
            return refuse(settings, reason);
        }
        Ok(Kind::V0_1Workflow) => v0_1::Workflow::from_value(value).map(v0_1::Workflow::upgrade),
        _ => v0_1::Message::from_value(value).map(v0_1::Message::upgrade),
    };
    match upgraded {
        Ok(upgraded) => print(settings, &upgraded.losses, upgraded.message.as_ref()),
        Err(error) => invalid(settings, error),
    }
}

/// Prints a workflow as a journey. Returns `false` if it cannot be one.
fn to_journey(settings: &Settings, value: Value) -> Result<bool, CommandError> {
    match Kind::detect(&value) {
        Ok(Kind::Journey) => return refuse(settings, "the document is a journey already"),
        Ok(Kind::V0_1Workflow) | Err(_) => {}
        Ok(kind) => {
            let reason = format!("the document is a {kind}, and --journey is for workflows");
            return refuse(settings, &reason);
        }
    }
    let upgraded = v0_1::Workflow::from_value(value).map(v0_1::Workflow::upgrade_to_journey);
    match upgraded {
        Ok(upgraded) => print(settings, &upgraded.losses, upgraded.journey.as_ref()),
        Err(error) => invalid(settings, error),
    }
}

/// Prints the new document, if there is one, and on stderr the parts without an equivalent.
fn print(
    settings: &Settings,
    losses: &[Loss],
    document: Option<&impl Serialize>,
) -> Result<bool, CommandError> {
    for loss in losses {
        settings
            .out
            .note(&Line::new().warn("no equivalent").plain(format!(": {loss}")));
    }
    if let Some(document) = document {
        settings.out.object(document)?;
    }
    Ok(document.is_some())
}

fn invalid(settings: &Settings, error: DecodeError) -> Result<bool, CommandError> {
    for problem in &send::problems(error) {
        refuse(settings, &problem.to_string())?;
    }
    Ok(false)
}

fn refuse(settings: &Settings, reason: &str) -> Result<bool, CommandError> {
    let line = Line::new().bad("invalid").plain(format!(": {reason}"));
    settings.out.note(&line);
    Ok(false)
}
