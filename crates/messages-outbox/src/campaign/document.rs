//! Documents of recipients.

use std::fmt;

use messages_sdk::types::sms::Segmentation;
use messages_sdk::types::{
    DecodeError, Document, Kind, RenderError, Submission, Variables, v0_1, v1,
};

use super::{Campaign, Recipient, calling_code};
use crate::intent::{Intent, route, v1_route};
use crate::row::{Details, Lane};
use crate::run::{Definition, DefinitionError, RunIntent};

/// Document of a campaign with the values of a recipient. `Debug` shows no content.
pub struct RenderedDocument {
    content: Content,
    lane: Lane,
    recipient: String,
}

enum Content {
    Message(Box<Submission>),
    Definition(Box<RunIntent>),
}

/// Row or run of a recipient, to be added.
pub(crate) enum Released {
    Row(Box<Intent>),
    Run(Box<RunIntent>),
}

impl RenderedDocument {
    /// Renders the variant of this index.
    ///
    /// # Errors
    ///
    /// [`RenderingError`] if it is incomplete or invalid.
    pub fn new(
        campaign: &Campaign,
        variant: u16,
        variables: &Variables,
    ) -> Result<Self, RenderingError> {
        let variant = campaign.settings.variants.get(usize::from(variant));
        let variant = variant.ok_or(RenderingError::UnknownVariant)?;
        let document = variant.template.render(variables)?;
        let is_run = matches!(
            Kind::detect(&document),
            Ok(Kind::Journey | Kind::V0_1Workflow)
        );
        let (content, (lane, recipient)) = if is_run {
            let definition = Definition::from_slice(document.to_string().as_bytes())?;
            let intent = RunIntent::new("", definition)?;
            let first = intent.plan().messages().next();
            let first = first.ok_or(DefinitionError::NoMessage)?.message();
            let (sender, channel, recipient) = v1_route(first);
            let account = "default".to_owned();
            let lane = Lane {
                account,
                sender,
                channel,
            };
            (Content::Definition(Box::new(intent)), (lane, recipient))
        } else {
            let submission = Submission::from_value(document)?;
            let route = route(&submission);
            (Content::Message(Box::new(submission)), route)
        };
        if recipient.trim().is_empty() {
            return Err(RenderingError::NoRecipient);
        }
        Ok(Self {
            content,
            lane,
            recipient,
        })
    }

    /// Address of the recipient; of a workflow or journey, that of its first message.
    #[must_use]
    pub fn recipient(&self) -> &str {
        &self.recipient
    }

    /// Channel, country and segments of each message; of a workflow or journey, of all that it may send.
    #[must_use]
    pub fn estimates(&self) -> Vec<Estimate> {
        match &self.content {
            Content::Message(submission) => match &**submission {
                Submission::V1(message) => vec![Estimate::of_v1(&message.primary)],
                Submission::V0_1(message) => vec![Estimate::of_v0_1(message)],
                _ => Vec::new(),
            },
            Content::Definition(intent) => {
                let messages = intent.plan().messages();
                messages
                    .map(|message| Estimate::of_v1(message.message()))
                    .collect()
            }
        }
    }

    /// Details of a row, as far as a window depends on them.
    pub(crate) fn details(&self, campaign: &Campaign, recipient: &Recipient) -> Details {
        let settings = &campaign.settings;
        Details {
            namespace: String::new(),
            key: None,
            key_digest: recipient.digest,
            digest: recipient.digest,
            lane: self.lane.clone(),
            priority: settings.priority,
            recipient: Some(self.recipient.clone()),
            recipient_hash: Some(recipient.hash),
            campaign: None,
            tags: Vec::new(),
            send_before: settings.send_before,
            window: settings.window.clone(),
            zone: recipient.zone.clone().or_else(|| settings.zone.clone()),
            enqueued_at: campaign.progress.created_at,
            run: None,
        }
    }

    /// The intent of a recipient, under a key made of campaign and recipient.
    pub(crate) fn release(self, campaign: &Campaign, recipient: &Recipient) -> Released {
        let settings = &campaign.settings;
        let namespace = format!("campaign/{}", campaign.name);
        let mut key = String::with_capacity(32);
        for byte in recipient.hash.to_bytes() {
            use fmt::Write;
            // A string takes everything.
            let _ = write!(key, "{byte:02x}");
        }
        let variant = settings.variants.get(usize::from(recipient.variant));
        let variant = variant.filter(|_| settings.variants.len() > 1);
        match self.content {
            Content::Message(submission) => {
                let mut intent = Intent::new(key, *submission)
                    .namespace(namespace)
                    .account(&settings.account)
                    .priority(settings.priority)
                    .campaign(&campaign.name);
                intent.window.clone_from(&settings.window);
                intent.zone = recipient.zone.clone().or_else(|| settings.zone.clone());
                intent.send_before = settings.send_before;
                intent
                    .tags
                    .extend(variant.map(|variant| variant.name.clone()));
                Released::Row(Box::new(intent))
            }
            Content::Definition(intent) => {
                let mut intent = intent
                    .rekeyed(key)
                    .namespace(namespace)
                    .account(&settings.account)
                    .priority(settings.priority)
                    .campaign(&campaign.name);
                if let Some(time) = settings.send_before {
                    intent = intent.send_before(time);
                }
                if let Some(variant) = variant {
                    intent = intent.tag(&variant.name);
                }
                Released::Run(Box::new(intent))
            }
        }
    }
}

impl fmt::Debug for RenderedDocument {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RenderedDocument")
            .field("lane", &self.lane)
            .finish_non_exhaustive()
    }
}

/// Channel, country and size of a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Estimate {
    /// Channel, by its name on the wire.
    pub channel: String,
    /// Calling code of the recipient's number, if it is one.
    pub calling_code: Option<String>,
    /// Number of segments of an SMS; 0 of another message.
    pub segments: u64,
}

impl Estimate {
    /// Number of units that are paid for: segments, or one message.
    #[must_use]
    pub const fn units(&self) -> u64 {
        if self.segments == 0 { 1 } else { self.segments }
    }

    fn of_v1(message: &v1::ChannelMessage) -> Self {
        let segments = match message {
            v1::ChannelMessage::Sms(sms) => {
                let encoding = sms.sms.as_ref().and_then(|options| options.encoding_type);
                Segmentation::of_type(sms.text.as_str(), encoding).count() as u64
            }
            _ => 0,
        };
        Self {
            channel: message.channel().as_str().to_owned(),
            calling_code: calling_code(message.recipient()).map(str::to_owned),
            segments,
        }
    }

    fn of_v0_1(message: &v0_1::Message) -> Self {
        let segments = match message {
            v0_1::Message::Sms(sms) => match &sms.message.content.kind {
                v0_1::sms::Content::Text(text) => Segmentation::of(text.as_str()).count() as u64,
                _ => 0,
            },
            _ => 0,
        };
        Self {
            channel: message.channel().as_str().to_owned(),
            calling_code: calling_code(message.recipient()).map(str::to_owned),
            segments,
        }
    }
}

/// A document of a recipient is incomplete or invalid.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RenderingError {
    /// Placeholders have no value.
    #[error("the template lacks values")]
    Render(#[from] RenderError),
    /// The message is invalid.
    #[error("the message is invalid")]
    Decode(#[from] DecodeError),
    /// The workflow or journey cannot be run.
    #[error("the document cannot be run")]
    Definition(#[from] DefinitionError),
    /// The recipient is empty.
    #[error("the document has an empty recipient")]
    NoRecipient,
    /// The variants of the campaign have different recipients.
    #[error("the variants of the campaign have different recipients")]
    OtherRecipient,
    /// The campaign does not have the variant.
    #[error("the campaign does not have this variant")]
    UnknownVariant,
}
