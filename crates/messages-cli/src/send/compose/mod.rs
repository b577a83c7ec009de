//! Flags become a message: first the JSON that they describe, then the type that checks it.
//!
//! The types know every rule of the API, and report all that are broken with their places; so nothing is checked here but
//! which flag belongs to which channel.

mod args;
mod option;

use messages_sdk::types::{Document, Submission, v0_1, v1};
use serde_json::{Map, Value, json};

pub(crate) use args::{Api, ChannelName, MessageArgs};
use option::Place;

use crate::error::CommandError;
use crate::exit::Exit;
use crate::finding::Finding;
use crate::io::input::{read_file, read_plain, text_of};
use crate::send::problems;

/// A message, or what is wrong with it, by its flags.
pub(crate) type Composed = Result<Submission, Vec<Finding>>;

/// Composes the message that the flags describe. Fails with all flags that are missing or out of place.
pub(crate) fn compose(
    api: Api,
    channel: ChannelName,
    args: &MessageArgs,
) -> Result<Composed, CommandError> {
    let draft = Draft::new(api, channel, args)?;
    let flags = draft.flags(args);
    let document = draft.into_document();
    let composed = match api {
        Api::V1 => v1::Message::from_value(document).map(Submission::V1),
        Api::V0_1 => v0_1::Message::from_value(document).map(Submission::V0_1),
    };
    Ok(composed.map_err(|error| {
        let findings = problems(error)
            .iter()
            .map(Finding::from)
            .collect::<Vec<_>>();
        findings
            .into_iter()
            .map(|finding| name_flag(finding, &flags))
            .collect()
    }))
}

/// Names the option that a value came from, and the place within an option that is JSON.
fn name_flag(mut finding: Finding, flags: &[(String, &str)]) -> Finding {
    let within = |pointer: &str| {
        let rest = finding.pointer.strip_prefix(pointer)?;
        (rest.is_empty() || rest.starts_with('/')).then(|| rest.to_owned())
    };
    let named = flags
        .iter()
        .filter_map(|(pointer, flag)| Some((within(pointer)?, flag)));
    let named = named.min_by_key(|(rest, _)| rest.len());
    finding.place = named.map(|(rest, flag)| {
        const JSON: [&str; 5] = [
            "--content",
            "--card",
            "--carousel",
            "--custom",
            "--suggestions",
        ];
        if JSON.contains(flag) && !rest.is_empty() {
            format!("{flag} {rest}")
        } else {
            (*flag).to_owned()
        }
    });
    finding
}

/// A message in the making.
struct Draft {
    api: Api,
    channel: ChannelName,
    from: String,
    to: String,
    kind: &'static str,
    content: Value,
    top: Map<String, Value>,
    options: Map<String, Value>,
}

impl Draft {
    fn new(api: Api, channel: ChannelName, args: &MessageArgs) -> Result<Self, CommandError> {
        if api == Api::V0_1 && matches!(channel, ChannelName::Rcs | ChannelName::Email) {
            let name = channel.as_str();
            return Err(CommandError::usage(format!("v0.1 has no channel {name}"))
                .hint("leave --api out: v1 has it"));
        }
        let mut faults = Vec::new();
        let mut required = |flag: &str, value: &Option<String>| {
            if value.is_none() {
                faults.push(CommandError::usage(format!("{flag} is missing")));
            }
            value.clone().unwrap_or_default()
        };
        let (from, to) = (required("--from", &args.from), required("--to", &args.to));
        let (kind, content) = content(args).unwrap_or_else(|fault| {
            faults.push(fault);
            // No further fault is to follow from this one.
            ("", json!({"url": ""}))
        });
        let mut draft = Self {
            api,
            channel,
            from,
            to,
            kind,
            content,
            top: Map::new(),
            options: Map::new(),
        };
        match args.options.given() {
            Ok(given) => {
                faults.extend(given.into_iter().filter_map(|given| draft.put(given).err()));
            }
            Err(fault) => faults.push(fault),
        }
        if !args.options.parameters.is_empty() && !["template", ""].contains(&draft.kind) {
            faults.push(CommandError::usage("--parameter needs --template"));
        }
        match CommandError::all(faults) {
            Some(error) => Err(error),
            None => Ok(draft),
        }
    }

    fn put(&mut self, given: option::Given) -> Result<(), CommandError> {
        let place = option::place(self.api, self.channel, given.flag);
        let map = match place {
            Some(Place::Top) => &mut self.top,
            Some(Place::Channel) => &mut self.options,
            Some(Place::Medium) => match &mut self.content {
                Value::Object(medium) if medium.contains_key("url") => medium,
                _ => {
                    return Err(
                        CommandError::usage(format!("{} needs a medium", given.flag))
                            .hint("add --image, --audio, --video or --file with its URL"),
                    );
                }
            },
            None => {
                let (flag, channel) = (given.flag, self.channel.as_str());
                let api = if self.api == Api::V0_1 { "v0.1 " } else { "" };
                return Err(CommandError::usage(format!(
                    "{flag} is not an option of a {api}{channel} message"
                )));
            }
        };
        map.insert(given.member.to_owned(), given.value);
        Ok(())
    }

    /// The places of the flags' values in the document.
    fn flags(&self, args: &MessageArgs) -> Vec<(String, &'static str)> {
        let (api, channel) = (self.api, self.channel_member());
        let (content, options) = match api {
            Api::V1 => (format!("/{}", self.kind), format!("/{channel}")),
            Api::V0_1 => (
                format!("/message/content/{}", self.kind),
                format!("/message/{channel}"),
            ),
        };
        let mut flags = vec![
            ("/from".to_owned(), "--from"),
            ("/to".to_owned(), "--to"),
            (format!("{content}/parameters"), "--parameter"),
        ];
        let given = args.options.given().unwrap_or_default();
        flags.extend(given.iter().filter_map(|given| {
            let parent = match option::place(api, self.channel, given.flag)? {
                Place::Top => "",
                Place::Channel => &options,
                Place::Medium => &content,
            };
            Some((format!("{parent}/{}", given.member), given.flag))
        }));
        flags.push((content, content_flag(args)));
        flags
    }

    /// The channel's name in the document.
    fn channel_member(&self) -> &'static str {
        match (self.channel, self.api) {
            (ChannelName::Viber, Api::V1) => "viber_service",
            (ChannelName::Viber, Api::V0_1) => "viber_service_msg",
            (channel, _) => channel.as_str(),
        }
    }

    fn into_document(self) -> Value {
        match self.api {
            Api::V1 => self.into_v1(),
            Api::V0_1 => self.into_v0_1(),
        }
    }

    fn into_v1(self) -> Value {
        let channel = self.channel_member();
        let (from, to) = (self.from, self.to);
        let mut document = Map::new();
        document.insert("channel".to_owned(), json!(channel));
        document.insert("message_type".to_owned(), json!(self.kind));
        document.insert("from".to_owned(), json!(from));
        document.insert("to".to_owned(), json!(to));
        document.insert(self.kind.to_owned(), self.content);
        document.extend(self.top);
        if !self.options.is_empty() {
            document.insert(channel.to_owned(), self.options.into());
        }
        document.into()
    }

    fn into_v0_1(self) -> Value {
        let channel = self.channel_member();
        let (from, to) = (self.from, self.to);
        let by_id = self.channel == ChannelName::Messenger;
        let from_member = if by_id || self.channel == ChannelName::Viber {
            "id"
        } else {
            "number"
        };
        let to_member = if by_id { "id" } else { "number" };
        let mut message = Map::new();
        message.insert(
            "content".to_owned(),
            json!({"type": self.kind, self.kind: self.content}),
        );
        if !self.options.is_empty() {
            message.insert(channel.to_owned(), self.options.into());
        }
        let mut document = Map::new();
        document.insert(
            "from".to_owned(),
            json!({"type": channel, from_member: from}),
        );
        document.insert("to".to_owned(), json!({"type": channel, to_member: to}));
        document.insert("message".to_owned(), message.into());
        document.extend(self.top);
        document.into()
    }
}

/// The type of the content and its JSON.
fn content(args: &MessageArgs) -> Result<(&'static str, Value), CommandError> {
    let given = &args.content;
    let media = [
        ("image", &given.image),
        ("audio", &given.audio),
        ("video", &given.video),
        ("file", &given.file),
        ("vcard", &given.vcard),
        ("sticker", &given.sticker),
    ];
    for (kind, url) in media {
        if let Some(url) = url {
            return Ok((kind, json!({"url": url})));
        }
    }
    let documents = [
        ("content", "--content", &given.content),
        ("card", "--card", &given.card),
        ("carousel", "--carousel", &given.carousel),
        ("custom", "--custom", &given.custom),
    ];
    for (kind, flag, argument) in documents {
        if let Some(argument) = argument {
            return Ok((kind, json_argument(flag, argument)?));
        }
    }
    if let Some(name) = &given.template {
        let parameters = &args.options.parameters;
        let template = if parameters.is_empty() {
            json!({"name": name})
        } else {
            json!({"name": name, "parameters": parameters})
        };
        return Ok(("template", template));
    }
    if let Some(emoji) = &given.reaction {
        return Ok(("reaction", json!({"action": "react", "emoji": emoji})));
    }
    if given.unreact {
        return Ok(("reaction", json!({"action": "unreact"})));
    }
    if let Some(html) = &given.html {
        return Ok(("html", json!({"body": html})));
    }
    match given.text.as_deref() {
        Some("-") => Ok(("text", json!(read_plain(None)?))),
        Some(text) => Ok(("text", json!(text))),
        None => Err(CommandError::usage("the message has no content")
            .hint("add --text, or another content: `messages send --help` lists them")),
    }
}

/// The flag of the content.
fn content_flag(args: &MessageArgs) -> &'static str {
    let given = &args.content;
    let flags = [
        ("--image", given.image.is_some()),
        ("--audio", given.audio.is_some()),
        ("--video", given.video.is_some()),
        ("--file", given.file.is_some()),
        ("--vcard", given.vcard.is_some()),
        ("--sticker", given.sticker.is_some()),
        ("--content", given.content.is_some()),
        ("--card", given.card.is_some()),
        ("--carousel", given.carousel.is_some()),
        ("--custom", given.custom.is_some()),
        ("--template", given.template.is_some()),
        ("--reaction", given.reaction.is_some()),
        ("--unreact", given.unreact),
        ("--html", given.html.is_some()),
    ];
    let given = flags.into_iter().find(|(_, is_given)| *is_given);
    given.map_or("--text", |(flag, _)| flag)
}

/// JSON that stands in an argument, or in a file after `@`.
pub(crate) fn json_argument(flag: &str, argument: &str) -> Result<Value, CommandError> {
    let invalid = |error| CommandError::invalid(format!("{flag} is not JSON")).because(error);
    match argument.strip_prefix('@') {
        None => serde_json::from_str(argument).map_err(invalid),
        Some(path) => {
            let bytes = read_file(path.as_ref()).map_err(|error| {
                CommandError::new(Exit::Invalid, format!("cannot read {path}")).because(error)
            })?;
            let text = text_of(&bytes).map_err(|error| error.in_file(path))?;
            serde_json::from_str(text).map_err(invalid)
        }
    }
}
