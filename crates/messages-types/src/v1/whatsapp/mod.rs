//! WhatsApp: texts, files, stickers, reactions, registered [templates](template), and [`custom`] content in WhatsApp's own form.
//! [`Whatsapp`] is the message, [`Content`] its content.

pub mod custom;
mod recipient;
pub mod template;

pub use recipient::Recipient;

use self::template::{Template, TemplateOptions};
use super::custom::Custom;
use super::media::{Audio, Caption, CaptionedMedia};
use super::{ClientRef, Envelope, IN_MESSAGE, WebhookVersion};
use crate::constructors::constructors;
use crate::error::{Invalid, Problems, Rule};
use crate::value::{self, Field, PhoneNumber, Url};
use crate::wire::{Context, Wire};
use crate::{Extra, limits};

/// The text of a WhatsApp message: 1 to 4,096 characters.
pub type Text = value::Text<{ limits::TEXT_MIN }, { limits::WHATSAPP_TEXT_MAX }>;

/// UUID of a message, from the API's response or from a webhook.
pub type MessageUuid = value::Text<1, { usize::MAX }>;

/// An emoji; the value is not checked to be one.
pub type Emoji = value::Text<1, { usize::MAX }>;

/// Message that is replied or reacted to.
#[derive(Clone, PartialEq, Wire)]
#[wire(strict, from_value)]
#[non_exhaustive]
pub struct Quoted {
    /// UUID of the message.
    pub message_uuid: MessageUuid,
    /// Unknown fields, written unchanged.
    pub extra: Extra,
}

/// A file. Its displayed name is its `name`, else its caption, else the end of its URL.
#[derive(Clone, PartialEq, Wire)]
#[wire(strict, from_value, misplaced("thumb_url"))]
#[non_exhaustive]
pub struct NamedFile {
    /// URL the API downloads the file from.
    pub url: Url,
    /// Caption shown with the file: 1 to 3,000 characters.
    pub caption: Option<Caption>,
    /// Displayed name of the file.
    pub name: Option<String>,
    /// Unknown fields, written unchanged.
    pub extra: Extra,
}

/// A sticker: webp, by URL or (deprecated) by ID, never both.
#[derive(Clone, Default, PartialEq, Wire)]
#[wire(strict, misplaced("caption", "name"))]
#[wire(validate = sticker_rule(url, id))]
#[non_exhaustive]
pub struct Sticker {
    /// URL the API downloads the sticker from.
    pub url: Option<Url>,
    /// ID of the sticker. Deprecated.
    pub id: Option<String>,
    /// Unknown fields, written unchanged.
    pub extra: Extra,
}

fn sticker_rule(url: Option<&Url>, id: Option<&String>, cx: &mut Context) {
    if url.is_none() && id.is_none() {
        cx.lacks("url", "is required when there is no id");
    } else if url.is_some() && id.is_some() {
        cx.report(Rule::Combination, "must have a url or an id, not both");
    }
}

impl Sticker {
    /// The sticker at `url`.
    ///
    /// # Errors
    ///
    /// `url` is not an absolute URL.
    pub fn new(url: impl Field<Url>) -> Result<Self, Invalid> {
        Ok(Self {
            url: Some(url.parse()?),
            ..Self::default()
        })
    }
}

impl TryFrom<&str> for Sticker {
    type Error = Invalid;

    fn try_from(url: &str) -> Result<Self, Invalid> {
        Self::new(url)
    }
}

/// Action of a reaction.
#[derive(Clone, PartialEq, Wire)]
#[wire(strict, tag = "action")]
#[non_exhaustive]
pub enum ReactionAction {
    /// Adds an emoji to a message, or replaces the previous one.
    React {
        /// The emoji.
        emoji: Emoji,
    },
    /// Removes the emoji.
    Unreact,
}

/// A reaction to a message: adds or removes an emoji.
#[derive(Clone, PartialEq, Wire)]
#[wire(strict, misplaced(ReactionAction))]
#[non_exhaustive]
pub struct Reaction {
    /// Action of the reaction.
    #[wire(flatten)]
    pub action: ReactionAction,
    /// Unknown fields, written unchanged.
    pub extra: Extra,
}

impl Reaction {
    /// Adds an emoji to a message.
    ///
    /// # Errors
    ///
    /// `emoji` is empty.
    pub fn react(emoji: impl Field<Emoji>) -> Result<Self, Invalid> {
        let emoji = emoji.parse()?;
        Ok(Self::from_parts(ReactionAction::React { emoji }))
    }

    /// Removes the emoji.
    #[must_use]
    pub fn unreact() -> Self {
        Self::from_parts(ReactionAction::Unreact)
    }
}

/// Content of a WhatsApp message.
#[derive(Clone, PartialEq, Wire)]
#[wire(strict, tag = "message_type")]
#[non_exhaustive]
pub enum Content {
    /// Text.
    Text(Text),
    /// Image: jpg, jpeg or png.
    Image(CaptionedMedia),
    /// Audio file: aac, m4a, amr, mp3 or opus.
    Audio(Audio),
    /// Video: mp4 or 3gpp with H.264 and AAC.
    Video(CaptionedMedia),
    /// Any other file.
    File(NamedFile),
    /// Sticker: webp.
    Sticker(Sticker),
    /// Reaction to a message. Requires the message's `context`, which
    /// [`Whatsapp::reaction`] sets.
    Reaction(Reaction),
    /// WhatsApp's own JSON; [`custom`] has types for it.
    Custom(Custom),
    /// Registered template with its language.
    Template {
        /// The template.
        template: Template,
        /// Language of the template.
        whatsapp: TemplateOptions,
    },
}

/// A message over WhatsApp.
///
/// ```
/// use messages_types::v1::Whatsapp;
/// use messages_types::v1::whatsapp::{Quoted, Reaction};
/// use messages_types::v1::whatsapp::template::Template;
///
/// let (from, to) = ("447700900001", "447700900000");
/// let theirs = "aaaaaaaa-bbbb-4ccc-8ddd-0123456789ab";
/// let answer = Whatsapp::text(from, to, "You are welcome")?.context(Quoted::new(theirs)?);
/// let thanks = Whatsapp::reaction(from, to, Reaction::react("👍")?, theirs)?;
/// let code = Template::new("login")?.parameters(vec!["4711".into()]);
/// let first = Whatsapp::template(from, to, code, "en_GB")?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, PartialEq, Wire)]
#[wire(strict, constant(channel = "whatsapp"))]
#[wire(misplaced = IN_MESSAGE, validate = context_rule(content, context))]
#[non_exhaustive]
pub struct Whatsapp {
    /// Phone number of the business.
    pub from: PhoneNumber,
    /// Recipient: a phone number or a business-scoped ID.
    pub to: Recipient,
    /// Content of the message.
    #[wire(flatten)]
    pub content: Content,
    /// Fields common to all channels.
    #[wire(flatten, setters(client_ref: ClientRef, webhook_url: Url, webhook_version: WebhookVersion))]
    pub envelope: Envelope,
    /// Message this one replies or reacts to.
    pub context: Option<Quoted>,
    /// Unknown fields, written unchanged.
    pub extra: Extra,
}

fn context_rule(content: &Content, context: Option<&Quoted>, cx: &mut Context) {
    if matches!(content, Content::Reaction(_)) && context.is_none() {
        cx.lacks("context", "is required with a reaction");
    }
}

constructors! {
    Whatsapp(from: PhoneNumber = "/from", to: Recipient = "/to") of Content {
        /// Text message.
        text(Text) = Text at "/text";
        /// Image: jpg, jpeg or png.
        image(CaptionedMedia) = Image at "/image/url";
        /// Audio file: aac, m4a, amr, mp3 or opus.
        audio(Audio) = Audio at "/audio/url";
        /// Video: mp4 or 3gpp with H.264 and AAC.
        video(CaptionedMedia) = Video at "/video/url";
        /// Any other file.
        file(NamedFile) = File at "/file/url";
        /// Sticker: webp.
        sticker(Sticker) = Sticker at "/sticker/url";
        /// WhatsApp's own JSON; [`custom`] has types for it.
        custom(Custom) = Custom at "/custom";
    }
}

impl Whatsapp {
    /// A registered template in the language `locale`, a WhatsApp code such as `en_GB`.
    ///
    /// # Errors
    ///
    /// All invalid arguments, each with its JSON pointer.
    pub fn template(
        from: impl Field<PhoneNumber>,
        to: impl Field<Recipient>,
        template: impl Field<Template>,
        locale: impl Field<TemplateOptions>,
    ) -> Result<Self, Problems> {
        Self::assemble(from, to, |fields| {
            let template = fields.take("/template/name", template);
            let options = fields.take("/whatsapp/locale", locale);
            template
                .zip(options)
                .map(|(template, whatsapp)| Content::Template { template, whatsapp })
        })
    }

    /// A reaction to the message `context`: adds or removes an emoji.
    ///
    /// # Errors
    ///
    /// All invalid arguments, each with its JSON pointer.
    pub fn reaction(
        from: impl Field<PhoneNumber>,
        to: impl Field<Recipient>,
        reaction: Reaction,
        context: impl Field<Quoted>,
    ) -> Result<Self, Problems> {
        let mut quoted = None;
        let message = Self::assemble(from, to, |fields| {
            quoted = fields.take("/context/message_uuid", context);
            Some(Content::Reaction(reaction))
        })?;
        Ok(Self {
            context: quoted,
            ..message
        })
    }
}
