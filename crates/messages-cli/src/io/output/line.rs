//! A human-readable line: pieces of text, each with a tone.

use std::fmt::{self, Display, Write};

use anstyle::{AnsiColor, Style};

use super::safe::Safe;

/// Tone of a piece of text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Tone {
    Plain,
    Strong,
    Dim,
    Good,
    Warn,
    Bad,
}

impl Tone {
    const fn style(self) -> Style {
        match self {
            Self::Plain => Style::new(),
            Self::Strong => Style::new().bold(),
            Self::Dim => Style::new().dimmed(),
            Self::Good => AnsiColor::Green.on_default(),
            Self::Warn => AnsiColor::Yellow.on_default(),
            Self::Bad => AnsiColor::Red.on_default().bold(),
        }
    }
}

/// One line. Whatever is put into it is escaped when it is written, so that no text from outside can act on the
/// terminal; the only control sequences are those of the tones.
#[derive(Debug, Default)]
#[must_use]
pub(crate) struct Line {
    pieces: Vec<(Tone, String)>,
}

impl Line {
    pub(crate) fn new() -> Self {
        Self::default()
    }

    fn tone(mut self, tone: Tone, text: impl Display) -> Self {
        self.pieces.push((tone, text.to_string()));
        self
    }

    /// This line and another one behind it.
    pub(crate) fn append(mut self, line: Self) -> Self {
        self.pieces.extend(line.pieces);
        self
    }

    pub(crate) fn plain(self, text: impl Display) -> Self {
        self.tone(Tone::Plain, text)
    }

    pub(crate) fn strong(self, text: impl Display) -> Self {
        self.tone(Tone::Strong, text)
    }

    pub(crate) fn dim(self, text: impl Display) -> Self {
        self.tone(Tone::Dim, text)
    }

    pub(crate) fn good(self, text: impl Display) -> Self {
        self.tone(Tone::Good, text)
    }

    pub(crate) fn warn(self, text: impl Display) -> Self {
        self.tone(Tone::Warn, text)
    }

    pub(crate) fn bad(self, text: impl Display) -> Self {
        self.tone(Tone::Bad, text)
    }

    /// The line as it is written, its end included.
    pub(super) fn render(&self, colour: bool) -> Result<String, fmt::Error> {
        let mut text = String::new();
        for (tone, piece) in &self.pieces {
            if colour && *tone != Tone::Plain {
                let style = tone.style();
                write!(text, "{style}{}{style:#}", Safe(piece))?;
            } else {
                write!(text, "{}", Safe(piece))?;
            }
        }
        text.push('\n');
        Ok(text)
    }
}
