//! A command of this program: a gate or a task.

use anyhow::{Result, ensure};
use xshell::{Shell, cmd};

/// One line of the tables in `main.rs`.
pub(crate) struct Command {
    pub(crate) name: &'static str,
    pub(crate) about: &'static str,
    run: Run,
    flags: &'static [&'static str],
}

/// The code of a command. It runs in the workspace's folder and returns a summary, which may be empty.
enum Run {
    Here(fn(&Shell, &[String]) -> Result<String>),
    /// A command of `messages-lab` with the same name.
    Lab,
}

impl Command {
    pub(crate) const fn new(
        name: &'static str,
        about: &'static str,
        run: fn(&Shell, &[String]) -> Result<String>,
    ) -> Self {
        let run = Run::Here(run);
        Self {
            name,
            about,
            run,
            flags: &[],
        }
    }

    pub(crate) const fn lab(name: &'static str, about: &'static str) -> Self {
        Self {
            name,
            about,
            run: Run::Lab,
            flags: &[],
        }
    }

    /// The flags that it accepts: `--name`, or `--name=` where a value follows.
    pub(crate) const fn flags(self, flags: &'static [&'static str]) -> Self {
        Self { flags, ..self }
    }

    /// The name and the flags, as the usage prints them.
    pub(crate) fn label(&self) -> String {
        let flags = self.flags.iter().map(|flag| format!(" [{flag}]"));
        std::iter::once(self.name.to_owned()).chain(flags).collect()
    }

    pub(crate) fn run(&self, sh: &Shell, flags: &[String]) -> Result<String> {
        for flag in flags {
            let is_known =
                |known: &&str| flag == known || known.ends_with('=') && flag.starts_with(*known);
            ensure!(
                self.flags.iter().any(is_known),
                "`{}` does not accept {flag}",
                self.label()
            );
        }
        match self.run {
            Run::Here(run) => run(sh, flags),
            Run::Lab => {
                let name = self.name;
                cmd!(
                    sh,
                    "cargo run --quiet --locked --package messages-lab -- {name} {flags...}"
                )
                .quiet()
                .run()?;
                Ok(String::new())
            }
        }
    }
}
