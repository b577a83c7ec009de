//! `messages trigger`: acts as a user or a provider in a running emulator.

use std::path::PathBuf;

use clap::builder::PossibleValuesParser;
use clap::{Args, Subcommand};
use http::Method;
use messages_emulator::Status;
use serde_json::{Map, Value, json};

use crate::error::CommandError;
use crate::exit::Exit;
use crate::io::exchange::ask_emulator;
use crate::io::input::read_text;
use crate::io::output::{Line, json_text};
use crate::send::compose::ChannelName;
use crate::settings::{Settings, runtime};
use crate::usage::text;

#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  messages trigger inbound --channel sms --from 447700900000 --to 447700900001 --text 'Yes please'
  messages trigger inbound --channel messenger --type image --from user-1 --to page-1 --url https://example.com/cat.jpg
  messages trigger status --uuid aaaaaaaa-bbbb-4ccc-8ddd-0123456789ab --status rejected --code 1050")]
pub(crate) struct TriggerArgs {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Sends a message from a user
    #[command(
        after_help = "Example:\n  messages trigger inbound --channel sms --from 447700900000 --to 447700900001 --text 'Yes please'"
    )]
    Inbound(InboundArgs),
    /// A message that was sent comes into a state
    #[command(
        after_help = "Example:\n  messages trigger status --uuid aaaaaaaa-bbbb-4ccc-8ddd-0123456789ab --status rejected --code 1050"
    )]
    Status(StatusArgs),
}

#[derive(Debug, Args)]
struct InboundArgs {
    /// The channel
    #[arg(long, required_unless_present = "file")]
    channel: Option<ChannelName>,
    /// Message type: text, image, audio, video, file, vcard, sticker …
    #[arg(long = "type", value_name = "TYPE")]
    kind: Option<String>,
    /// The user's number or id
    #[arg(long, required_unless_present = "file", allow_hyphen_values = true, value_parser = text)]
    from: Option<String>,
    /// Your side
    #[arg(long, required_unless_present = "file", allow_hyphen_values = true, value_parser = text)]
    to: Option<String>,
    /// Text of the message
    #[arg(long, allow_hyphen_values = true, value_parser = text)]
    text: Option<String>,
    /// URL of the medium
    #[arg(long, conflicts_with = "text")]
    url: Option<String>,
    /// The inbound webhook as JSON, of either generation; the other options replace its fields
    #[arg(long, value_name = "FILE")]
    file: Option<PathBuf>,
}

#[derive(Debug, Args)]
struct StatusArgs {
    /// The message
    #[arg(long)]
    uuid: String,
    /// The status
    #[arg(long, value_parser = PossibleValuesParser::new(Status::ALL.map(Status::name)))]
    status: String,
    /// The error code of a failure
    #[arg(long)]
    code: Option<u16>,
}

impl TriggerArgs {
    pub(crate) fn run(self, settings: &Settings) -> Result<Exit, CommandError> {
        let (path, body) = match &self.what {
            What::Inbound(args) => ("/emulator/v1/inbound".to_owned(), args.document()?),
            What::Status(args) => {
                let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
                if args.uuid.is_empty() || !args.uuid.bytes().all(plain) {
                    return Err(CommandError::invalid("--uuid must be the id of a message"));
                }
                let mut change = json!({"status": args.status});
                if let Some(code) = args.code {
                    change["code"] = json!(code);
                }
                (
                    format!("/emulator/v1/messages/{}/status", args.uuid),
                    change,
                )
            }
        };
        let asked = ask_emulator(settings, Method::POST, &path, &body);
        let (_, posted) = runtime()?.block_on(asked)?;
        let posted = Posted(posted);
        settings.out.result(&posted.0, |_| posted.lines())?;
        Ok(Exit::Done)
    }
}

impl InboundArgs {
    fn document(&self) -> Result<Value, CommandError> {
        let mut document = match &self.file {
            None => Map::new(),
            Some(file) => serde_json::from_str(&read_text(Some(file))?).map_err(|error| {
                CommandError::invalid("the message must be a JSON object").because(error)
            })?,
        };
        let channel = self.channel.map(|channel| match channel {
            ChannelName::Viber => "viber_service",
            channel => channel.as_str(),
        });
        let kind = self.kind.as_deref().or(self.text.as_ref().map(|_| "text"));
        let members = [
            ("channel", channel),
            ("message_type", kind),
            ("from", self.from.as_deref()),
            ("to", self.to.as_deref()),
            ("text", self.text.as_deref()),
        ];
        for (name, value) in members {
            if let Some(value) = value {
                document.insert(name.to_owned(), json!(value));
            }
        }
        if let Some(url) = &self.url {
            let kind = kind.ok_or_else(|| CommandError::usage("--url needs --type"))?;
            document.insert(kind.to_owned(), json!({"url": url}));
        }
        Ok(document.into())
    }
}

/// The emulator's response: the message, the webhook's body, and the receiver's response.
struct Posted(Value);

impl Posted {
    fn lines(&self) -> Vec<Line> {
        let text = |value: &Value| {
            value
                .as_str()
                .map_or_else(|| value.to_string(), str::to_owned)
        };
        let mut lines = vec![
            Line::new()
                .strong("message ")
                .plain(text(&self.0["message_uuid"])),
        ];
        let webhook = &self.0["webhook"];
        if webhook.is_null() {
            lines.push(Line::new().warn("no webhook: no URL is set for it"));
            return lines;
        }
        let body = json_text(&self.0["body"]).unwrap_or_default();
        lines.push(Line::new().strong("webhook ").plain(body));
        lines.push(
            match (webhook["answer"].as_u64(), webhook["error"].as_str()) {
                (Some(status @ 200..300), _) => Line::new().strong("response ").good(status),
                (Some(status), _) => Line::new().strong("response ").bad(status),
                (None, error) => Line::new().strong("response ").bad(error.unwrap_or("none")),
            },
        );
        lines
    }
}
