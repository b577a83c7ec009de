//! Flags become a message: first the JSON that they describe, then the type that checks it.
//!
//! The types know every rule of the API, and report all that are broken with their places; so nothing is checked here but
//! which flag belongs to which channel.

mod args;
mod option;

use messages_sdk::Outbound;
use messages_sdk::types::{Document, Problem, v0_1, v1};
use serde_json::{Map, Value, json};

pub(crate) use args::{Api, ChannelName, MessageArgs};
use option::Place;

use crate::exit::Exit;
use crate::failure::Failure;
use crate::input::{read_file, read_plain, text_of};
use crate::order::problems;

/// A message, or what is wrong with it.
pub(crate) type Composed = Result<Outbound, Vec<Problem>>;

/// Composes the message that the flags describe.
pub(crate) fn compose(
    api: Api,
    channel: ChannelName,
    args: &MessageArgs,
) -> Result<Composed, Failure> {
    let document = Draft::new(api, channel, args)?.into_document(args)?;
    Ok(match api {
        Api::V1 => v1::Message::from_value(document).map(Outbound::V1),
        Api::V0_1 => v0_1::Message::from_value(document).map(Outbound::V0_1),
    }
    .map_err(problems))
}

/// A message in the making.
struct Draft {
    api: Api,
    channel: ChannelName,
    kind: &'static str,
    content: Value,
    top: Map<String, Value>,
    options: Map<String, Value>,
}

impl Draft {
    fn new(api: Api, channel: ChannelName, args: &MessageArgs) -> Result<Self, Failure> {
        if api == Api::V0_1 && matches!(channel, ChannelName::Rcs | ChannelName::Email) {
            let name = channel.as_str();
            return Err(Failure::usage(format!("v0.1 has no channel {name}"))
                .hint("leave --api out: v1 has it"));
        }
        let (kind, content) = content(args)?;
        let mut draft = Self {
            api,
            channel,
            kind,
            content,
            top: Map::new(),
            options: Map::new(),
        };
        for given in args.options.given()? {
            draft.put(given)?;
        }
        if !args.options.parameters.is_empty() && draft.kind != "template" {
            return Err(Failure::usage("--parameter needs --template"));
        }
        Ok(draft)
    }

    fn put(&mut self, given: option::Given) -> Result<(), Failure> {
        let place = option::place(self.api, self.channel, given.flag);
        let map = match place {
            Some(Place::Top) => &mut self.top,
            Some(Place::Channel) => &mut self.options,
            Some(Place::Medium) => match &mut self.content {
                Value::Object(medium) if medium.contains_key("url") => medium,
                _ => {
                    return Err(Failure::usage(format!("{} needs a medium", given.flag))
                        .hint("add --image, --audio, --video or --file with its URL"));
                }
            },
            None => {
                let (flag, channel) = (given.flag, self.channel.as_str());
                let api = if self.api == Api::V0_1 { "v0.1 " } else { "" };
                return Err(Failure::usage(format!(
                    "{flag} is no option of a {api}{channel} message"
                )));
            }
        };
        map.insert(given.member.to_owned(), given.value);
        Ok(())
    }

    fn into_document(self, args: &MessageArgs) -> Result<Value, Failure> {
        let from = required("--from", args.from.as_ref())?;
        let to = required("--to", args.to.as_ref())?;
        Ok(match self.api {
            Api::V1 => self.into_v1(from, to),
            Api::V0_1 => self.into_v0_1(from, to),
        })
    }

    fn into_v1(self, from: &str, to: &str) -> Value {
        let channel = match self.channel {
            ChannelName::Viber => "viber_service",
            channel => channel.as_str(),
        };
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

    fn into_v0_1(self, from: &str, to: &str) -> Value {
        let channel = match self.channel {
            ChannelName::Viber => "viber_service_msg",
            channel => channel.as_str(),
        };
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
fn content(args: &MessageArgs) -> Result<(&'static str, Value), Failure> {
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
        None => Err(Failure::usage("the message has no content")
            .hint("add --text, or another content: `messages send --help` lists them")),
    }
}

fn required<'a>(flag: &str, value: Option<&'a String>) -> Result<&'a str, Failure> {
    value
        .map(String::as_str)
        .ok_or_else(|| Failure::usage(format!("{flag} is missing")))
}

/// JSON that stands in an argument, or in a file after `@`.
pub(crate) fn json_argument(flag: &str, argument: &str) -> Result<Value, Failure> {
    let invalid = |error| Failure::invalid(format!("{flag} is not JSON")).because(error);
    match argument.strip_prefix('@') {
        None => serde_json::from_str(argument).map_err(invalid),
        Some(path) => {
            let bytes = read_file(path.as_ref()).map_err(|error| {
                Failure::new(Exit::Invalid, format!("cannot read {path}")).because(error)
            })?;
            let text = text_of(&bytes).map_err(|error| error.in_file(path))?;
            serde_json::from_str(text).map_err(invalid)
        }
    }
}
