//! `messages preview`: how a text becomes an SMS.

use std::path::{Path, PathBuf};

use clap::Args;
use messages_sdk::types::journey::{Journey, Step};
use messages_sdk::types::sms::{Encoding, Segmentation, offenders, transliterate};
use messages_sdk::types::v1::sms::Encoding as EncodingType;
use messages_sdk::types::{Document, Kind};
use serde::Serialize;
use serde_json::Value;

use crate::error::CommandError;
use crate::exit::Exit;
use crate::io::document::{is_toml, read_document};
use crate::io::input::read_plain;
use crate::io::output::Line;
use crate::settings::Settings;
use crate::usage::text;

#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  messages preview --text 'Your table is free – come in'\n  messages preview text.txt --json"
)]
pub(crate) struct PreviewArgs {
    /// The text; without it, the files or stdin
    #[arg(long, conflicts_with = "files", allow_hyphen_values = true, value_parser = text)]
    text: Option<String>,
    /// Encoding requested for the texts: text, unicode or auto; without it, that of the message, or auto
    #[arg(long, value_name = "ENCODING", value_parser = encoding_type)]
    encoding: Option<EncodingType>,
    /// Ends with exit code 3 if a text has more segments than this
    #[arg(long, value_name = "N")]
    max_segments: Option<usize>,
    /// Files that hold one text each, or messages as JSON or journeys as JSON or TOML, of which the texts of SMS are shown;
    /// `-` or none reads stdin
    #[arg(value_name = "FILE")]
    files: Vec<PathBuf>,
}

fn encoding_type(name: &str) -> Result<EncodingType, String> {
    name.parse()
        .map_err(|invalid: messages_sdk::types::Invalid| invalid.to_string())
}

/// Encoding and segments of one text.
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
    /// The text without them, where a common spelling replaces them all.
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
    pub(crate) fn run(self, settings: &Settings) -> Result<Exit, CommandError> {
        let mut texts = Vec::new();
        match self.text {
            Some(text) => texts.push(Text::plain("--text".to_owned(), text)),
            None if self.files.is_empty() => Text::read("-".to_owned(), None, &mut texts)?,
            None => {
                for file in &self.files {
                    Text::read(file.display().to_string(), Some(file), &mut texts)?;
                }
            }
        }
        let mut is_too_long = false;
        for text in texts {
            let encoding = self.encoding.or(text.encoding_type);
            let preview = Preview::of(text, encoding);
            settings.out.result(&preview, Preview::lines)?;
            if let Some(most) = self.max_segments
                && preview.segments > most
            {
                is_too_long = true;
                let message = format!(
                    ": {} has {} segments, and --max-segments is {most}",
                    preview.source, preview.segments
                );
                settings
                    .out
                    .note(&Line::new().bad("too long").plain(message));
            }
        }
        Ok(if is_too_long {
            Exit::Invalid
        } else {
            Exit::Done
        })
    }
}

/// A text to preview.
struct Text {
    source: String,
    text: String,
    /// Encoding that the message requests.
    encoding_type: Option<EncodingType>,
}

impl Text {
    fn plain(source: String, text: String) -> Self {
        Self {
            source,
            text,
            encoding_type: None,
        }
    }

    /// Reads a file: a text, or the texts of the messages that it holds as JSON.
    fn read(
        source: String,
        file: Option<&Path>,
        texts: &mut Vec<Self>,
    ) -> Result<(), CommandError> {
        let documents = match file {
            Some(file) if is_toml(file) => vec![read_document(Some(file))?],
            _ => {
                let text = read_plain(file)?;
                let documents: Result<Vec<Value>, _> = serde_json::Deserializer::from_str(&text)
                    .into_iter()
                    .collect();
                match documents {
                    Ok(documents) if documents.iter().any(|it| it.is_object() || it.is_array()) => {
                        documents
                    }
                    _ => {
                        texts.push(Self::plain(source, text));
                        return Ok(());
                    }
                }
            }
        };
        let known = texts.len();
        for document in &documents {
            if Kind::detect(document) == Ok(Kind::Journey) {
                Self::of_journey(&source, document, texts)?;
            } else {
                Self::of_message(&source, document, texts);
            }
        }
        if texts.len() == known {
            let message = format!("{source} is a document and holds no text of an SMS");
            return Err(CommandError::invalid(message)
                .hint("give the text itself, or a message of the channel sms"));
        }
        Ok(())
    }

    /// Finds the texts of SMS in a journey, with the values of their variables.
    fn of_journey(
        source: &str,
        document: &Value,
        texts: &mut Vec<Self>,
    ) -> Result<(), CommandError> {
        let journey = Journey::from_value(document.clone()).map_err(|error| {
            CommandError::invalid(format!("{source} is not a valid journey"))
                .because(error)
                .hint("`messages check` lists all problems")
        })?;
        for step in journey.steps.iter() {
            let Step::Send(step) = step else { continue };
            for message in step.send.messages().into_iter().flatten() {
                let message = serde_json::to_value(message).unwrap_or_default();
                Self::of_message(source, &message, texts);
            }
        }
        Ok(())
    }

    /// Finds the texts of SMS in a message, its alternatives, a workflow or an array of them.
    fn of_message(source: &str, document: &Value, texts: &mut Vec<Self>) {
        let found = [("/channel", "/text"), ("/to/type", "/message/content/text")]
            .into_iter()
            .find_map(|(channel, text)| {
                let is_sms = document.pointer(channel).and_then(Value::as_str) == Some("sms");
                document.pointer(text)?.as_str().filter(|_| is_sms)
            });
        if let Some(text) = found {
            let encoding = document.pointer("/sms/encoding_type");
            texts.push(Self {
                source: source.to_owned(),
                text: text.to_owned(),
                encoding_type: encoding.and_then(|encoding| encoding.as_str()?.parse().ok()),
            });
        }
        let lists = [
            Some(document),
            document.get("failover"),
            document.get("workflow"),
        ];
        for list in lists.into_iter().flatten() {
            for message in list.as_array().into_iter().flatten() {
                Self::of_message(source, message, texts);
            }
        }
    }
}

impl Preview {
    fn of(text: Text, encoding: Option<EncodingType>) -> Self {
        let Text { source, text, .. } = text;
        let text = text.as_str();
        let parts = Segmentation::of_type(text, encoding);
        let offenders: Vec<Offender> = offenders(text)
            .map(|offender| Offender {
                character: offender.character,
                code_point: format!("U+{:04X}", u32::from(offender.character)),
                index: offender.index,
            })
            .collect();
        let plainer = (!offenders.is_empty()).then(|| {
            let text = transliterate(text);
            let parts = Segmentation::of_type(&text, encoding);
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
