//! `messages man`.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use clap::{Args, CommandFactory};
use clap_mangen::Man;

use super::Cli;
use crate::error::CommandError;
use crate::exit::Exit;
use crate::settings::Settings;

#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  messages man | man -l -\n  messages man --out ~/.local/share/man/man1"
)]
pub(crate) struct ManArgs {
    /// Writes a page for every command into this folder instead
    #[arg(long, value_name = "FOLDER")]
    out: Option<PathBuf>,
}

impl ManArgs {
    pub(crate) fn run(self, settings: &Settings) -> Result<Exit, CommandError> {
        let mut command = Cli::command();
        command.build();
        match self.out {
            None => {
                let mut page = Vec::new();
                Man::new(command).render(&mut page)?;
                settings.out.raw(&page)?;
            }
            Some(folder) => {
                write_pages(&command, "messages", &folder).map_err(|error| {
                    CommandError::new(Exit::Other, format!("cannot write to {}", folder.display()))
                        .because(error)
                })?;
            }
        }
        Ok(Exit::Done)
    }
}

fn write_pages(command: &clap::Command, name: &str, folder: &Path) -> io::Result<()> {
    fs::create_dir_all(folder)?;
    let mut page = Vec::new();
    Man::new(command.clone()).title(name).render(&mut page)?;
    fs::write(folder.join(format!("{name}.1")), page)?;
    command
        .get_subcommands()
        .filter(|inner| inner.get_name() != "help")
        .try_for_each(|inner| write_pages(inner, &format!("{name}-{}", inner.get_name()), folder))
}
