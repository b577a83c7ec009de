//! `messages preview`: how a text becomes an SMS.

use std::path::PathBuf;

use clap::Args;
use messages_sdk::types::sms::{Encoding, Segmentation, offenders, transliterate};
use serde::Serialize;

use crate::exit::Exit;
use crate::failure::Failure;
use crate::input::read_plain;
use crate::output::Line;
use crate::settings::Settings;

#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  messages preview --text 'Your table is free – come in'\n  messages preview text.txt --json"
)]
pub(crate) struct PreviewArgs {
    /// The text; without it, the files or stdin
    #[arg(long, conflicts_with = "files")]
    text: Option<String>,
    /// Files that hold one text each; `-` or none reads stdin
    #[arg(value_name = "FILE")]
    files: Vec<PathBuf>,
}

/// How one text is sent.
#[derive(Serialize)]
struct Preview {
    source: String,
    encoding: &'static str,
    segments: usize,
    characters: usize,
    /// Septets or UTF-16 units, whichever the encoding counts.
    units: usize,
    /// The characters that force Unicode.
    offenders: Vec<Offender>,
    /// What it would be without them, where a common spelling replaces them all.
    #[serde(skip_serializing_if = "Option::is_none")]
    plainer: Option<Plainer>,
}

#[derive(Serialize)]
struct Offender {
    character: char,
    code_point: String,
    /// Its place among the text's characters, from 0.
    index: usize,
}

#[derive(Serialize)]
struct Plainer {
    text: String,
    encoding: &'static str,
    segments: usize,
}

impl PreviewArgs {
    pub(crate) fn run(self, settings: &Settings) -> Result<Exit, Failure> {
        let texts = match (self.text, self.files.is_empty()) {
            (Some(text), _) => vec![("--text".to_owned(), text)],
            (None, true) => vec![("-".to_owned(), read_plain(None)?)],
            (None, false) => {
                let read =
                    |file: &PathBuf| Ok((file.display().to_string(), read_plain(Some(file))?));
                self.files
                    .iter()
                    .map(read)
                    .collect::<Result<_, Failure>>()?
            }
        };
        for (source, text) in texts {
            settings
                .out
                .result(&Preview::of(source, &text), Preview::lines)?;
        }
        Ok(Exit::Done)
    }
}

impl Preview {
    fn of(source: String, text: &str) -> Self {
        let parts = Segmentation::of(text);
        let offenders: Vec<Offender> = offenders(text)
            .map(|offender| Offender {
                character: offender.character,
                code_point: format!("U+{:04X}", u32::from(offender.character)),
                index: offender.index,
            })
            .collect();
        let plainer = (!offenders.is_empty()).then(|| {
            let text = transliterate(text);
            let parts = Segmentation::of(&text);
            Plainer {
                encoding: encoding_name(parts.encoding()),
                segments: parts.count(),
                text: text.into(),
            }
        });
        Self {
            source,
            encoding: encoding_name(parts.encoding()),
            segments: parts.count(),
            characters: text.chars().count(),
            units: parts.units(),
            offenders,
            plainer: plainer.filter(|plainer| plainer.segments < parts.count()),
        }
    }

    fn lines(&self) -> Vec<Line> {
        let plural = if self.segments == 1 { "" } else { "s" };
        let head = Line::new().strong(format!("{} segment{plural}", self.segments));
        let detail = format!(
            " {}, {} characters, {} units",
            self.encoding, self.characters, self.units
        );
        let mut lines = vec![head.plain(detail)];
        for offender in &self.offenders {
            let line = Line::new()
                .plain("  ")
                .warn(&offender.code_point)
                .plain(" ");
            let line = line.plain(offender.character);
            lines.push(line.plain(format!(
                " at character {} forces Unicode",
                offender.index + 1
            )));
        }
        if let Some(plainer) = &self.plainer {
            let line = Line::new().good(format!("{} with plain characters: ", plainer.segments));
            lines.push(line.plain(&plainer.text));
        }
        lines
    }
}

const fn encoding_name(encoding: Encoding) -> &'static str {
    match encoding {
        Encoding::Gsm(_) => "gsm7",
        _ => "ucs2",
    }
}
