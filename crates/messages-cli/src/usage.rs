//! Command lines that cannot be understood, and those that ask for help.

use clap::Parser;

use crate::command::Cli;
use crate::exit::Exit;
use crate::io::output::{Line, Output, is_harmless};

/// A command line without a command to run.
pub(crate) struct Usage(clap::Error);

impl Cli {
    /// Reads the arguments of this process.
    pub(crate) fn from_arguments() -> Result<Self, Usage> {
        Self::try_parse().map_err(Usage)
    }
}

impl Usage {
    /// Prints the help or the error, and returns the exit code.
    pub(crate) fn print(&self) -> Exit {
        let mut arguments = std::env::args_os().skip(1);
        if arguments.all(|argument| is_harmless(&argument.to_string_lossy())) {
            // An output that cannot be written is not an error here.
            let _ = self.0.print();
        } else {
            // The error repeats an argument, which a script may have got from a stranger.
            let (out, text) = (Output::new(false), self.0.render().to_string());
            text.lines()
                .for_each(|line| out.note(&Line::new().plain(line)));
        }
        if self.0.use_stderr() {
            Exit::Usage
        } else {
            Exit::Done
        }
    }
}

/// Parses the argument of an option that takes text, which may begin with a dash.
///
/// A missing text must not swallow the next option: `--text --dry-run` would send.
pub(crate) fn text(argument: &str) -> Result<String, String> {
    let is_option = argument.strip_prefix("--").is_some_and(|name| {
        name.starts_with(|c: char| c.is_ascii_lowercase())
            && name
                .bytes()
                .all(|byte| byte.is_ascii_lowercase() || byte == b'-')
    });
    if is_option {
        return Err("has the form of an option: the text before it is missing".to_owned());
    }
    Ok(argument.to_owned())
}

/// Parses a number of messages per second.
pub(crate) fn rate(argument: &str) -> Result<f64, String> {
    const LEAST: f64 = 1.0 / 86_400.0;
    let rate = argument.parse::<f64>().ok();
    rate.filter(|rate| (LEAST..=1e6).contains(rate))
        .ok_or_else(|| {
            "must be a number of messages per second, such as 30 or 0.5, of at least one a day and at most 1000000"
                .to_owned()
        })
}
