//! Contents of the steps that send: a message, or a template for several channels.

use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};
use serde_json::{Map, Value};

use super::{either, only_field};
use crate::error::{Invalid, Problems, Rule};
use crate::template::{Template, Variables, malformed, names, render};
use crate::v1::{Channel, ChannelMessage};
use crate::value::List;
use crate::wire::{Check, Context, Decode, Json, Mode, Wire};
use crate::{Extra, limits};

/// Channels of a template in the order of preference: 1 to 10.
pub type Alternatives = List<Alternative, 1, { limits::JOURNEY_ALTERNATIVES_MAX }>;

/// Content of a step that sends.
#[derive(Debug, Clone, PartialEq, Wire)]
#[wire(strict, custom)]
#[non_exhaustive]
pub enum Content {
    /// One message.
    Message(Box<ChannelMessage>),
    /// A template, sent over the first possible channel.
    Template(TemplateMessage),
}

impl Content {
    /// The messages in the order of preference: one of them is sent.
    ///
    /// # Errors
    ///
    /// All problems of the rendered messages, each with its JSON pointer within the content. A validated journey has
    /// none.
    pub fn messages(&self) -> Result<Vec<ChannelMessage>, Problems> {
        match self {
            Self::Message(message) => Ok(vec![message.as_ref().clone()]),
            Self::Template(template) => {
                let mut cx = Context::new(Mode::Strict);
                let messages = messages(
                    &template.template,
                    template.variables.as_ref(),
                    &template.to,
                    &mut cx,
                );
                Problems::check(cx.into_findings().0)?;
                Ok(messages)
            }
        }
    }

    /// The channels in the order of preference.
    pub fn channels(&self) -> impl Iterator<Item = Channel> {
        let (message, template) = match self {
            Self::Message(message) => (Some(message.channel()), None),
            Self::Template(template) => (None, Some(template)),
        };
        let alternatives = template.into_iter().flat_map(|template| template.to.iter());
        message
            .into_iter()
            .chain(alternatives.map(|alternative| alternative.channel.clone()))
    }
}

impl<T: Into<ChannelMessage>> From<T> for Content {
    fn from(message: T) -> Self {
        Self::Message(Box::new(message.into()))
    }
}

impl From<TemplateMessage> for Content {
    fn from(template: TemplateMessage) -> Self {
        Self::Template(template)
    }
}

/// A channel, with its sender and recipient, over which a template can be sent.
#[derive(Clone, PartialEq, Wire)]
#[wire(strict, custom)]
#[non_exhaustive]
pub struct Alternative {
    /// Channel.
    pub channel: Channel,
    /// Sender, a number or an ID.
    pub from: String,
    /// Recipient, a number or an ID.
    pub to: String,
    /// Fields of the message over this channel only; they replace those of the template.
    pub extra: Extra,
}

/// A template, sent over the first channel whose recipient may get messages.
///
/// ```
/// use messages_types::journey::{Alternative, TemplateMessage};
/// use messages_types::{Template, Variables};
/// use serde_json::json;
///
/// let text = Template::new(json!({ "message_type": "text", "text": "Hello {{name}}" }))?;
/// let message = TemplateMessage::new(
///     text,
///     [
///         Alternative::new("rcs", "Acme", "447700900000"),
///         Alternative::new("sms", "447700900001", "447700900000"),
///     ],
/// )?
/// .variables([("name", "Ada")]);
/// # Ok::<(), messages_types::Problems>(())
/// ```
#[derive(Clone, PartialEq, Wire)]
#[wire(strict, new, validate = template_rule(template, variables, to))]
#[non_exhaustive]
pub struct TemplateMessage {
    /// A v1 message with placeholders, without `channel`, `from` and `to`.
    pub template: Template,
    /// Values of the placeholders.
    pub variables: Option<Variables>,
    /// The channels, in the order of preference.
    pub to: Alternatives,
}

fn template_rule(
    template: &Template,
    variables: Option<&Variables>,
    to: &Alternatives,
    cx: &mut Context,
) {
    if cx.is_reported("variables") {
        // Without its variables, every message would have problems.
        return;
    }
    for key in ["channel", "failover", "from", "to"] {
        if template.as_object().contains_key(key) {
            let hint = match key {
                "failover" => "is not allowed in a journey: the next step is its failover",
                _ => "is not allowed here: each item of to has its own",
            };
            cx.within("template", |cx| cx.report_at(key, Rule::NotAllowed, hint));
        }
    }
    messages(template, variables, to, cx);
    let mut used = template.names();
    let fields: Vec<_> = to.iter().map(Alternative::fields).collect();
    used.extend(fields.iter().flat_map(names));
    for (name, _) in variables.into_iter().flat_map(Variables::iter) {
        if !used.contains(name) {
            let hint = "is not used by the template";
            cx.within("variables", |cx| {
                cx.report_at(name.to_owned(), Rule::NotAllowed, hint);
            });
        }
    }
}

/// The message of each alternative. Problems are reported where their cause is: in the template, or in the alternative.
fn messages(
    template: &Template,
    variables: Option<&Variables>,
    to: &Alternatives,
    cx: &mut Context,
) -> Vec<ChannelMessage> {
    let none = Variables::default();
    let variables = variables.unwrap_or(&none);
    let messages = to.iter().enumerate().filter_map(|(index, alternative)| {
        let own = alternative.fields();
        let mut is_malformed = false;
        for (key, value) in &own {
            is_malformed |= cx.within("to", |cx| {
                cx.at_index(index, |cx| {
                    cx.within(key.clone(), |cx| malformed(value, cx))
                })
            });
        }
        if is_malformed {
            return None;
        }
        let place = |pointer: &str| {
            let first = pointer.split('/').nth(1).unwrap_or_default();
            if own.contains_key(first) {
                format!("/to/{index}{pointer}")
            } else {
                format!("/template{pointer}")
            }
        };
        let mut fields = template.as_object().clone();
        fields.extend(own.clone());
        match render(&fields, variables) {
            Ok(message) => message_of(message, alternative, place, cx),
            Err(error) => {
                for missing in error.missing() {
                    let hint = format!("uses the variable `{}`, which is missing", missing.name);
                    cx.refuse_at(&place(&missing.pointer), Invalid::new(Rule::Required, hint));
                }
                None
            }
        }
    });
    messages.collect()
}

/// Reads a rendered message and reports its problems.
fn message_of(
    message: Value,
    alternative: &Alternative,
    place: impl Fn(&str) -> String,
    cx: &mut Context,
) -> Option<ChannelMessage> {
    let mut inner = Context::new(Mode::Strict).listing_unknown();
    let decoded = ChannelMessage::decode(message.into(), &mut inner);
    let (problems, unknown) = inner.into_findings();
    for pointer in unknown {
        cx.list_unknown_at(&place(&pointer));
    }
    let is_valid = problems.is_empty();
    for problem in problems {
        let hint = format!("{} (over {})", problem.message(), alternative.channel);
        cx.refuse_at(
            &place(problem.pointer()),
            Invalid::new(problem.rule(), hint),
        );
    }
    decoded.ok().filter(|_| is_valid)
}

impl Alternative {
    /// Creates the alternative; its values are checked with the message.
    #[must_use]
    pub fn new(
        channel: impl Into<Channel>,
        from: impl Into<String>,
        to: impl Into<String>,
    ) -> Self {
        Self {
            channel: channel.into(),
            from: from.into(),
            to: to.into(),
            extra: Extra::default(),
        }
    }

    /// Its fields of the message.
    fn fields(&self) -> Map<String, Value> {
        let own = [
            ("channel", self.channel.as_str()),
            ("from", &self.from),
            ("to", &self.to),
        ];
        let own = own
            .into_iter()
            .map(|(key, text)| (key.to_owned(), text.into()));
        let extra = self
            .extra
            .iter()
            .map(|(key, value)| (key.to_owned(), value.clone()));
        own.chain(extra).collect()
    }
}

impl Decode for Alternative {
    fn decode<'a>(value: Json<'a>, cx: &mut Context) -> Result<Self, Json<'a>> {
        let Json::Object(mut map) = value else {
            return cx.unfit(value, "must be an object");
        };
        let channel = cx.required(&mut map, "channel");
        let from = cx.required(&mut map, "from");
        let to = cx.required(&mut map, "to");
        match (channel, from, to) {
            (Some(channel), Some(from), Some(to)) => Ok(Self {
                channel,
                from,
                to,
                // The message that they become fields of is checked by its own model.
                extra: Extra::from(map),
            }),
            // An invalid journey is discarded; only its problems are reported.
            _ => Err(Json::Object(map)),
        }
    }
}

impl Serialize for Alternative {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.fields().serialize(serializer)
    }
}

impl Check for Alternative {}

impl std::fmt::Debug for Alternative {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Alternative")
            .field("channel", &self.channel)
            .field("extra", &self.extra)
            .finish_non_exhaustive()
    }
}

impl Decode for Content {
    fn decode<'a>(value: Json<'a>, cx: &mut Context) -> Result<Self, Json<'a>> {
        match either(&value, ["message", "template"], cx) {
            Some("message") => only_field(value, "message", cx).map(Self::Message),
            Some(_) => TemplateMessage::decode(value, cx).map(Self::Template),
            None => Err(value),
        }
    }
}

impl Serialize for Content {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Message(message) => {
                let mut out = serializer.serialize_map(Some(1))?;
                out.serialize_entry("message", message)?;
                out.end()
            }
            Self::Template(template) => template.serialize(serializer),
        }
    }
}

impl Check for Content {
    const CAN_FAIL: bool = true;

    fn check(&self, cx: &mut Context) {
        match self {
            Self::Message(message) => cx.check("message", message),
            Self::Template(template) => template.check(cx),
        }
    }
}
