//! What a command of this program is.

use anyhow::{Result, ensure};
use xshell::Shell;

/// One line of the tables in `main.rs`.
pub(crate) struct Command {
    pub(crate) name: &'static str,
    pub(crate) about: &'static str,
    pub(crate) run: Run,
    flags: &'static [&'static str],
}

/// Runs with the workspace as the current folder, and with the flags that the command takes.
type Run = fn(&Shell, &[String]) -> Result<Outcome>;

/// How a command ended that did not fail.
pub(crate) enum Outcome {
    /// All is well. The text says what was looked at, and may be empty.
    Passed(String),
    /// What the command is for was not looked at, or not all of it, for this reason.
    Skipped(String),
}

impl Command {
    /// A command without flags.
    pub(crate) const fn new(name: &'static str, about: &'static str, run: Run) -> Self {
        Self {
            name,
            about,
            run,
            flags: &[],
        }
    }

    /// The flags that it takes: `--name`, or `--name=` where a value follows.
    pub(crate) const fn flags(self, flags: &'static [&'static str]) -> Self {
        Self { flags, ..self }
    }

    /// The name and the flags, as the usage prints them.
    pub(crate) fn label(&self) -> String {
        let mut label = self.name.to_owned();
        for flag in self.flags {
            label.push_str(&format!(" [{flag}]"));
        }
        label
    }

    /// Refuses a flag that the command does not take.
    pub(crate) fn accept(&self, flags: &[String]) -> Result<()> {
        for flag in flags {
            let known = self.flags.iter().any(|known| {
                if known.ends_with('=') {
                    flag.starts_with(known)
                } else {
                    flag == known
                }
            });
            ensure!(
                known,
                "`{}` does not take {flag}; it takes: {}",
                self.name,
                self.label()
            );
        }
        Ok(())
    }
}

impl Outcome {
    /// Passed, with nothing to add.
    pub(crate) fn passed() -> Result<Self> {
        Ok(Self::Passed(String::new()))
    }
}
