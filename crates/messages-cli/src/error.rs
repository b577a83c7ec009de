//! The error of a command.

use std::error::Error;
use std::fmt;
use std::io;
use std::path::Path;

use crate::exit::Exit;

/// The error of every command: an exit code, one clause, and what to do about it.
#[derive(Debug)]
pub(crate) struct CommandError(Box<Inner>);

#[derive(Debug)]
struct Inner {
    exit: Exit,
    message: String,
    hint: Option<String>,
    /// An excerpt of the input with the fault marked, in lines.
    excerpt: Option<String>,
    source: Option<Box<dyn Error + Send + Sync>>,
    /// The reader of the output is gone, so the error is not printed.
    quiet: bool,
}

impl CommandError {
    pub(crate) fn new(exit: Exit, message: impl Into<String>) -> Self {
        Self(Box::new(Inner {
            exit,
            message: message.into(),
            hint: None,
            excerpt: None,
            source: None,
            quiet: false,
        }))
    }

    pub(crate) fn usage(message: impl Into<String>) -> Self {
        Self::new(Exit::Usage, message)
    }

    pub(crate) fn invalid(message: impl Into<String>) -> Self {
        Self::new(Exit::Invalid, message)
    }

    /// That a file cannot be read, for this reason.
    pub(crate) fn unreadable(path: &Path) -> impl Fn(io::Error) -> Self + Copy {
        move |error| {
            Self::new(Exit::Other, format!("cannot read {}", path.display())).because(error)
        }
    }

    /// That a file cannot be written, for this reason.
    pub(crate) fn unwritable(path: &Path) -> impl Fn(io::Error) -> Self + Copy {
        move |error| {
            Self::new(Exit::Other, format!("cannot write {}", path.display())).because(error)
        }
    }

    /// One failure of several; none of none.
    pub(crate) fn all(errors: Vec<Self>) -> Option<Self> {
        let mut errors = errors.into_iter();
        let mut first = errors.next()?;
        for next in errors {
            first.0.message = format!("{}; {}", first.chain(), next.chain());
            first.0.source = None;
            first.0.hint = match (first.0.hint, next.0.hint) {
                (Some(first), Some(next)) if first != next => Some(format!("{first}; {next}")),
                (first, next) => first.or(next),
            };
        }
        Some(first)
    }

    /// Adds advice.
    pub(crate) fn hint(mut self, hint: impl Into<String>) -> Self {
        self.0.hint = Some(hint.into());
        self
    }

    /// Shows where in the input the fault is.
    pub(crate) fn excerpt(mut self, excerpt: impl Into<String>) -> Self {
        self.0.excerpt = Some(excerpt.into());
        self
    }

    /// The lines of the excerpt.
    pub(crate) fn excerpt_lines(&self) -> impl Iterator<Item = &str> {
        self.0.excerpt.iter().flat_map(|excerpt| excerpt.lines())
    }

    /// Adds the cause.
    pub(crate) fn because(mut self, source: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        self.0.source = Some(source.into());
        self
    }

    pub(crate) fn exit(&self) -> Exit {
        self.0.exit
    }

    pub(crate) fn advice(&self) -> Option<&str> {
        self.0.hint.as_deref()
    }

    pub(crate) fn is_quiet(&self) -> bool {
        self.0.quiet
    }

    /// The clause and its causes, outermost first.
    pub(crate) fn chain(&self) -> String {
        let mut text = self.0.message.clone();
        let mut source: Option<&dyn Error> = self.0.source.as_deref().map(|source| source as _);
        while let Some(error) = source {
            let clause = error.to_string();
            // Some libraries repeat their source in their own text.
            if !text.ends_with(&clause) {
                text.push_str(": ");
                text.push_str(&clause);
            }
            source = error.source();
        }
        text
    }
}

impl fmt::Display for CommandError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.message)
    }
}

impl Error for CommandError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.0.source.as_deref().map(|source| source as _)
    }
}

/// Errors of writing results only; errors of reading a file name the file.
impl From<io::Error> for CommandError {
    fn from(error: io::Error) -> Self {
        let quiet = error.kind() == io::ErrorKind::BrokenPipe;
        let mut command_error = Self::new(Exit::Other, "cannot write").because(error);
        command_error.0.quiet = quiet;
        command_error
    }
}
