//! WhatsApp.

pub mod custom;
mod recipient;
pub mod template;

pub use recipient::Recipient;

use self::template::{Template, TemplateOptions};
use super::custom::Custom;
use super::media::{Audio, Caption, CaptionedMedia};
use super::{ClientRef, Envelope, IN_MESSAGE, WebhookVersion};
use crate::Extra;
use crate::constructors::constructors;
use crate::error::{Invalid, Problems, Rule};
use crate::limits;
use crate::value::{self, Field, PhoneNumber, Url};
use crate::wire::{Context, Wire};

/// The text of a WhatsApp message: up to 4,096 characters.
pub type Text = value::Text<0, { limits::WHATSAPP_TEXT_MAX }>;

/// The uuid of a message, as its acceptance or its webhook told it.
pub type MessageUuid = value::Text<1, { usize::MAX }>;

/// An emoji. That it is one is not checked.
pub type Emoji = value::Text<1, { usize::MAX }>;

/// The message that is answered or reacted to.
#[derive(Clone, PartialEq, Wire)]
#[wire(strict, from_value)]
#[non_exhaustive]
pub struct Quoted {
    /// Its uuid.
    pub message_uuid: MessageUuid,
    /// Unknown fields, which are written as they are.
    #[wire(extra)]
    pub extra: Extra,
}

/// A file. It is shown under its `name`, else its caption, else the end of its URL.
#[derive(Clone, PartialEq, Wire)]
#[wire(strict, from_value)]
#[wire(misplaced("thumb_url"))]
#[non_exhaustive]
pub struct NamedFile {
    /// Where the API fetches it.
    pub url: Url,
    /// The text shown with it.
    pub caption: Option<Caption>,
    /// The name under which it is shown.
    pub name: Option<String>,
    /// Unknown fields, which are written as they are.
    #[wire(extra)]
    pub extra: Extra,
}

/// A sticker: webp, by URL or (deprecated) by its id, never both.
#[derive(Clone, Default, PartialEq, Wire)]
#[wire(strict)]
#[wire(misplaced("caption", "name"))]
#[wire(validate = sticker_rule(url, id))]
#[non_exhaustive]
pub struct Sticker {
    /// Where the API fetches it.
    pub url: Option<Url>,
    /// Its id. Deprecated.
    pub id: Option<String>,
    /// Unknown fields, which are written as they are.
    #[wire(extra)]
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
    /// When `url` is not an absolute URL.
    pub fn new(url: impl Field<Url>) -> Result<Self, Invalid> {
        Ok(Self::default().url(url.parse()?))
    }
}

impl TryFrom<&str> for Sticker {
    type Error = Invalid;

    fn try_from(url: &str) -> Result<Self, Invalid> {
        Self::new(url)
    }
}

/// What a reaction does.
#[derive(Clone, PartialEq, Wire)]
#[wire(strict, tag = "action")]
#[non_exhaustive]
pub enum ReactionAction {
    /// Puts an emoji on a message, instead of the one that may be there.
    React {
        /// The emoji.
        emoji: Emoji,
    },
    /// Takes it away again.
    Unreact,
}

/// An emoji put on a message, or taken away from it.
#[derive(Clone, PartialEq, Wire)]
#[wire(strict)]
#[wire(misplaced(ReactionAction))]
#[non_exhaustive]
pub struct Reaction {
    /// Which of both.
    #[wire(flatten)]
    pub action: ReactionAction,
    /// Unknown fields, which are written as they are.
    #[wire(extra)]
    pub extra: Extra,
}

impl Reaction {
    /// Puts an emoji on a message.
    ///
    /// # Errors
    ///
    /// When the emoji is empty.
    pub fn react(emoji: impl Field<Emoji>) -> Result<Self, Invalid> {
        let emoji = emoji.parse()?;
        Ok(Self::from_parts(ReactionAction::React { emoji }))
    }

    /// Takes the emoji away.
    #[must_use]
    pub fn unreact() -> Self {
        Self::from_parts(ReactionAction::Unreact)
    }
}

/// What a WhatsApp message can hold.
#[derive(Clone, PartialEq, Wire)]
#[wire(strict, tag = "message_type")]
#[non_exhaustive]
pub enum Content {
    /// A text.
    Text(Text),
    /// An image: jpg, jpeg or png.
    Image(CaptionedMedia),
    /// An audio file: aac, m4a, amr, mp3 or opus.
    Audio(Audio),
    /// A video: mp4 or 3gpp with H.264 and AAC.
    Video(CaptionedMedia),
    /// Any other file.
    File(NamedFile),
    /// A sticker: webp.
    Sticker(Sticker),
    /// An emoji put on a message. Needs the message's `context`, as
    /// [`Whatsapp::reaction`] asks for it.
    Reaction(Reaction),
    /// JSON of WhatsApp; [`custom`] helps to write it.
    Custom(Custom),
    /// A registered template with its language.
    Template {
        /// The template.
        template: Template,
        /// Its language.
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
#[wire(strict)]
#[wire(constant(channel = "whatsapp"))]
#[wire(misplaced = IN_MESSAGE)]
#[wire(validate = context_rule(content, context))]
#[non_exhaustive]
pub struct Whatsapp {
    /// The business's number.
    pub from: PhoneNumber,
    /// Whom it reaches, by number or business-scoped id.
    pub to: Recipient,
    /// What it holds.
    #[wire(flatten)]
    pub content: Content,
    /// What the messages of every channel have in common.
    #[wire(flatten, setters(client_ref: ClientRef, webhook_url: Url, webhook_version: WebhookVersion))]
    pub envelope: Envelope,
    /// The message that this one answers.
    pub context: Option<Quoted>,
    /// Unknown fields, which are written as they are.
    #[wire(extra)]
    pub extra: Extra,
}

fn context_rule(content: &Content, context: Option<&Quoted>, cx: &mut Context) {
    if matches!(content, Content::Reaction(_)) && context.is_none() {
        cx.lacks("context", "is required with a reaction");
    }
}

impl Whatsapp {
    fn from_content(from: PhoneNumber, to: Recipient, content: Content) -> Self {
        Self::from_parts(from, to, content, Envelope::default())
    }

    pub(crate) fn message_type(&self) -> &str {
        self.content.type_name()
    }
}

constructors! {
    Whatsapp(from: PhoneNumber = "/from", to: Recipient = "/to") of Content {
        /// A text.
        text(Text) = Text at "/text";
        /// An image: jpg, jpeg or png.
        image(CaptionedMedia) = Image at "/image/url";
        /// An audio file: aac, m4a, amr, mp3 or opus.
        audio(Audio) = Audio at "/audio/url";
        /// A video: mp4 or 3gpp with H.264 and AAC.
        video(CaptionedMedia) = Video at "/video/url";
        /// Any other file.
        file(NamedFile) = File at "/file/url";
        /// A sticker: webp.
        sticker(Sticker) = Sticker at "/sticker/url";
        /// JSON of WhatsApp; [`custom`] helps to write it.
        custom(Custom) = Custom at "/custom";
    }
}

impl Whatsapp {
    /// A registered template in a language, given by WhatsApp's code such as `en_GB`.
    ///
    /// # Errors
    ///
    /// All arguments that break a rule, each by its JSON pointer.
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

    /// An emoji put on the message `context`, or taken away from it.
    ///
    /// # Errors
    ///
    /// All arguments that break a rule, each by its JSON pointer.
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
