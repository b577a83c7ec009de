//! `messages upgrade`: from the old generation to the new one.

use std::path::PathBuf;

use clap::Args;
use messages_sdk::types::{Document, Kind, v0_1};
use serde_json::Value;

use crate::error::CommandError;
use crate::exit::Exit;
use crate::io::input::read_text;
use crate::io::output::Line;
use crate::send;
use crate::settings::Settings;

#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  messages upgrade old.json > new.json\n  messages upgrade workflow.json | messages check"
)]
pub(crate) struct UpgradeArgs {
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
            let value: Value =
                serde_json::from_str(&read_text(Some(&source))?).map_err(|error| {
                    CommandError::invalid(format!("{} is not JSON", source.display()))
                        .because(error)
                })?;
            if !upgrade(settings, value)? {
                exit = Exit::Invalid;
            }
        }
        Ok(exit)
    }
}

/// Prints the v1 form of a document, and on stderr the parts without an equivalent. Returns `false` if there is no v1
/// form.
fn upgrade(settings: &Settings, value: Value) -> Result<bool, CommandError> {
    let upgraded = match Kind::detect(&value) {
        Ok(Kind::V1Message) => {
            let line = Line::new()
                .bad("invalid")
                .plain(": the document is a v1 message already");
            settings.out.note(&line);
            return Ok(false);
        }
        Ok(Kind::V0_1Workflow) => v0_1::Workflow::from_value(value).map(v0_1::Workflow::upgrade),
        _ => v0_1::Message::from_value(value).map(v0_1::Message::upgrade),
    };
    let upgraded = match upgraded {
        Ok(upgraded) => upgraded,
        Err(error) => {
            for problem in send::problems(error).iter() {
                settings
                    .out
                    .note(&Line::new().bad("invalid").plain(format!(": {problem}")));
            }
            return Ok(false);
        }
    };
    for loss in &upgraded.losses {
        settings
            .out
            .note(&Line::new().warn("no equivalent").plain(format!(": {loss}")));
    }
    match &upgraded.message {
        Some(message) => {
            settings.out.object(message)?;
            Ok(true)
        }
        None => Ok(false),
    }
}
