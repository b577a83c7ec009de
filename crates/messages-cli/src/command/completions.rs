//! `messages completions`.

use clap::{Args, CommandFactory};
use clap_complete::Shell;

use super::Cli;
use crate::error::CommandError;
use crate::exit::Exit;
use crate::settings::Settings;

#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  messages completions bash > ~/.local/share/bash-completion/completions/messages"
)]
pub(crate) struct CompletionsArgs {
    /// The shell
    shell: Shell,
}

impl CompletionsArgs {
    pub(crate) fn run(self, settings: &Settings) -> Result<Exit, CommandError> {
        let mut script = Vec::new();
        clap_complete::generate(self.shell, &mut Cli::command(), "messages", &mut script);
        settings.out.raw(&script)?;
        Ok(Exit::Done)
    }
}
