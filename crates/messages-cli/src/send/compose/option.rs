//! The place of each option in the JSON, by generation and channel.

use serde_json::{Value, json};

use super::args::{Api, ChannelName, OptionArgs};
use super::json_argument;
use crate::error::CommandError;
use crate::send::NO_CLIENT_REF;

/// The object that an option is written to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// Beside `to` and `from`.
    Top,
    /// In the channel's own object, such as `viber_service`.
    Channel,
    /// In the medium, beside its URL.
    Medium,
}

/// An option that was given.
pub(super) struct Given {
    pub(super) flag: &'static str,
    /// The field's name on the wire.
    pub(super) member: &'static str,
    pub(super) value: Value,
}

/// The place of an option; `None` if the channel has no such option.
pub(super) fn place(api: Api, channel: ChannelName, flag: &str) -> Option<Place> {
    use ChannelName::{Email, Messenger, Mms, Rcs, Sms, Viber, Whatsapp};

    let is_v1 = api == Api::V1;
    match (flag, channel) {
        ("--client-ref", _) => Some(Place::Top),
        ("--webhook-url" | "--webhook-version", _) if is_v1 => Some(Place::Top),
        // The types reject a medium that has no such field, and name the place.
        ("--caption" | "--name" | "--thumbnail", _) => Some(Place::Medium),
        ("--ttl", Viber) => Some(Place::Channel),
        ("--ttl" | "--trusted-recipient", Sms | Mms | Rcs) if is_v1 => Some(Place::Top),
        ("--category", Messenger | Viber) | ("--tag", Messenger) | ("--locale", Whatsapp) => {
            Some(Place::Channel)
        }
        ("--category", Rcs)
        | ("--encoding" | "--content-id" | "--entity-id" | "--pool-id", Sms)
        | ("--duration" | "--file-size" | "--action-url", Viber)
        | ("--subject", Email)
            if is_v1 =>
        {
            Some(Place::Channel)
        }
        ("--context", Whatsapp) | ("--suggestions", Rcs) if is_v1 => Some(Place::Top),
        _ => None,
    }
}

impl OptionArgs {
    /// Returns `true` if any option was given.
    pub(crate) fn is_any_given(&self) -> Result<bool, CommandError> {
        Ok(!self.parameters.is_empty() || !self.given()?.is_empty())
    }

    /// The options that were given, in the order of their flags.
    pub(super) fn given(&self) -> Result<Vec<Given>, CommandError> {
        let client_ref = self
            .client_ref
            .clone()
            .filter(|reference| reference != NO_CLIENT_REF);
        let text = |text: &Option<String>| text.as_ref().map(|text| json!(text));
        let digits = |number: Option<u32>| number.map(|number| json!(number.to_string()));
        let action = self
            .action_url
            .as_ref()
            .zip(self.action_text.as_ref())
            .map(|(url, text)| json!({"url": url, "text": text}));
        let suggestions = match &self.suggestions {
            Some(argument) => Some(json_argument("--suggestions", argument)?),
            None => None,
        };
        let all = [
            ("--caption", "caption", text(&self.caption)),
            ("--name", "name", text(&self.name)),
            ("--thumbnail", "thumb_url", text(&self.thumbnail)),
            ("--category", "category", text(&self.category)),
            ("--tag", "tag", text(&self.tag)),
            ("--ttl", "ttl", self.ttl.map(|ttl| json!(ttl))),
            ("--client-ref", "client_ref", text(&client_ref)),
            ("--locale", "locale", text(&self.locale)),
            (
                "--context",
                "context",
                self.context.as_ref().map(|id| json!({"message_uuid": id})),
            ),
            ("--encoding", "encoding_type", text(&self.encoding)),
            ("--content-id", "content_id", text(&self.content_id)),
            ("--entity-id", "entity_id", text(&self.entity_id)),
            ("--pool-id", "pool_id", text(&self.pool_id)),
            (
                "--trusted-recipient",
                "trusted_recipient",
                self.trusted_recipient.then_some(json!(true)),
            ),
            ("--suggestions", "suggestions", suggestions),
            ("--duration", "duration", digits(self.duration)),
            ("--file-size", "file_size", digits(self.file_size)),
            ("--action-url", "action", action),
            ("--subject", "subject", text(&self.subject)),
            ("--webhook-url", "webhook_url", text(&self.webhook_url)),
            (
                "--webhook-version",
                "webhook_version",
                text(&self.webhook_version),
            ),
        ];
        Ok(all
            .into_iter()
            .filter_map(|(flag, member, value)| {
                Some(Given {
                    flag,
                    member,
                    value: value?,
                })
            })
            .collect())
    }
}
