//! Output: results to stdout, everything else to stderr.

mod json;
mod line;
mod queue;
mod safe;

use std::io::{self, IsTerminal, Write};

use serde::Serialize;

pub(crate) use line::Line;
pub(crate) use queue::Queue;
pub(crate) use safe::is_harmless;

/// The two streams and how they are written to.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Output {
    json: bool,
    colour_out: bool,
    colour_err: bool,
}

impl Output {
    pub(crate) fn new(json: bool) -> Self {
        Self {
            json,
            colour_out: wants_colour(&io::stdout()),
            colour_err: wants_colour(&io::stderr()),
        }
    }

    /// Returns `true` if stdout is machine-readable: one JSON object a line, and nothing else.
    pub(crate) fn is_json(self) -> bool {
        self.json
    }

    /// Returns `true` if stderr is a terminal, so that progress can be drawn there.
    pub(crate) fn is_watched() -> bool {
        io::stderr().is_terminal()
    }

    /// A result for machines.
    pub(crate) fn object(self, value: &impl Serialize) -> io::Result<()> {
        io::stdout().lock().write_all(&json_line(value)?)
    }

    /// Results for machines, in one go.
    pub(crate) fn objects(self, values: &[impl Serialize]) -> io::Result<()> {
        let mut lines = Vec::with_capacity(256 * values.len());
        for value in values {
            json::write_line(&mut lines, value)?;
        }
        io::stdout().lock().write_all(&lines)
    }

    /// Prints a human-readable result.
    pub(crate) fn line(self, line: &Line) -> io::Result<()> {
        write_line(io::stdout().lock(), line, self.colour_out)
    }

    /// A result in the form that fits: an object with `--json`, else lines.
    pub(crate) fn result<T: Serialize>(
        self,
        value: &T,
        lines: impl FnOnce(&T) -> Vec<Line>,
    ) -> io::Result<()> {
        self.write(&self.text(value, lines)?)
    }

    /// Results of a command that goes on, whose reader must not delay it.
    pub(crate) fn queue(self) -> io::Result<Queue> {
        Queue::new(self)
    }

    /// The text of a result, ready to be written.
    fn text<T: Serialize>(
        self,
        value: &T,
        lines: impl FnOnce(&T) -> Vec<Line>,
    ) -> io::Result<String> {
        if self.json {
            return String::from_utf8(json_line(value)?).map_err(io::Error::other);
        }
        let mut text = String::new();
        for line in lines(value) {
            text.push_str(&line.render(self.colour_out).map_err(io::Error::other)?);
        }
        Ok(text)
    }

    /// Writes a result's text.
    fn write(self, text: &str) -> io::Result<()> {
        write_text(io::stdout().lock(), text, self.colour_out && !self.json)
    }

    /// A remark: progress, a hint, a warning. That it cannot be written stops nothing.
    pub(crate) fn note(self, line: &Line) {
        let _ = write_line(io::stderr().lock(), line, self.colour_err);
    }

    /// Prints advice.
    pub(crate) fn hint(self, hint: &str) {
        self.note(&Line::new().strong("hint").plain(": ").plain(hint));
    }

    /// A result that another program reads as it is: a token, a script, a manual page.
    pub(crate) fn raw(self, bytes: &[u8]) -> io::Result<()> {
        let mut out = io::stdout().lock();
        out.write_all(bytes)?;
        out.flush()
    }
}

/// JSON as one line that is safe on a terminal.
pub(crate) fn json_text(value: &impl Serialize) -> io::Result<String> {
    let mut text = json_line(value)?;
    text.pop();
    String::from_utf8(text).map_err(io::Error::other)
}

/// The same with the line's end, for files.
pub(crate) fn json_line(value: &impl Serialize) -> io::Result<Vec<u8>> {
    let mut line = Vec::with_capacity(256);
    json::write_line(&mut line, value)?;
    Ok(line)
}

fn write_line<S>(stream: S, line: &Line, colour: bool) -> io::Result<()>
where
    S: anstream::stream::RawStream + anstream::stream::AsLockedWrite,
{
    let text = line.render(colour).map_err(io::Error::other)?;
    write_text(stream, &text, colour)
}

fn write_text<S>(mut stream: S, text: &str, colour: bool) -> io::Result<()>
where
    S: anstream::stream::RawStream + anstream::stream::AsLockedWrite,
{
    if colour {
        // On Windows the stream turns the styles into console calls; elsewhere it passes them on.
        anstream::AutoStream::always(stream).write_all(text.as_bytes())
    } else {
        stream.write_all(text.as_bytes())
    }
}

/// Colour is for terminals, unless the user has refused it (no-color.org).
fn wants_colour(stream: &impl IsTerminal) -> bool {
    let set = |name| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    let dumb = std::env::var_os("TERM").is_some_and(|term| term == "dumb");
    stream.is_terminal() && !set("NO_COLOR") && !dumb
}
