//! WhatsApp.

pub mod custom;
mod recipient;
pub mod template;

pub use recipient::WhatsappRecipient;

use self::template::{Template, TemplateContent, TemplateOptions};
use super::custom::Custom;
use super::media::{Audio, Caption, CaptionedMedia};
use super::{ELSEWHERE, Envelope, constructors, envelope_setters, written_as};
use crate::limits;
use crate::problem::{Invalid, Problems, Rule};
use crate::value::{Field, PhoneNumber, Text, Url};
use crate::wire::{Context, wire_content, wire_object};

/// The text of a WhatsApp message: up to 4,096 characters.
pub type WhatsappText = Text<0, { limits::WHATSAPP_TEXT_MAX }>;

/// The uuid of a message, as its acceptance or its webhook told it.
pub type MessageUuid = Text<1, { usize::MAX }>;

/// An emoji. That it is one is not checked.
pub type Emoji = Text<1, { usize::MAX }>;

wire_object! {
    /// The message that is answered or reacted to.
    outbound struct Quoted {
        required {
            /// Its uuid.
            message_uuid: MessageUuid = "message_uuid",
        }
    }
}

wire_object! {
    /// A file. It is shown under its `name`, else its caption, else the end of its URL.
    outbound struct NamedFile {
        required {
            /// Where the API fetches it.
            url: Url = "url",
        }
        optional {
            /// The text shown with it.
            caption: Caption = "caption",
            /// The name under which it is shown.
            name: String = "name",
        }
        elsewhere &["thumb_url"];
    }
}

written_as! {
    Quoted(MessageUuid);
    NamedFile(Url);
}

wire_object! {
    /// A sticker: webp, by URL or (deprecated) by its id, never both.
    #[derive(Default)]
    outbound struct Sticker {
        optional {
            /// Where the API fetches it.
            url: Url = "url",
            /// Its id. Deprecated.
            id: String = "id",
        }
        elsewhere &["caption", "name"];
        rules sticker_rule(; url, id);
    }
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

wire_object! {
    /// An emoji on a message.
    outbound new members struct React {
        required {
            /// The emoji.
            emoji: Emoji = "emoji",
        }
    }
}

wire_content! {
    /// What a reaction does.
    outbound enum ReactionAction by "action" {
        flat {
            /// Puts an emoji on a message, instead of the one that may be there.
            React(React) = "react",
        }
        unit {
            /// Takes it away again.
            Unreact = "unreact",
        }
    }
}

wire_object! {
    /// An emoji put on a message, or taken away from it.
    outbound struct Reaction {
        flatten {
            /// Which of both.
            action: ReactionAction,
        }
        elsewhere &["emoji"];
    }
}

impl Reaction {
    /// Puts an emoji on a message.
    ///
    /// # Errors
    ///
    /// When the emoji is empty.
    pub fn react(emoji: impl Field<Emoji>) -> Result<Self, Invalid> {
        let react = React::bare(emoji.parse()?);
        Ok(Self::bare(ReactionAction::React(react)))
    }

    /// Takes the emoji away.
    #[must_use]
    pub fn unreact() -> Self {
        Self::bare(ReactionAction::Unreact)
    }
}

wire_content! {
    /// What a WhatsApp message can hold.
    outbound enum WhatsappContent by "message_type" {
        nested {
            /// A text.
            Text(WhatsappText) = "text",
            /// An image: jpg, jpeg or png.
            Image(CaptionedMedia) = "image",
            /// An audio file: aac, m4a, amr, mp3 or opus.
            Audio(Audio) = "audio",
            /// A video: mp4 or 3gpp with H.264 and AAC.
            Video(CaptionedMedia) = "video",
            /// Any other file.
            File(NamedFile) = "file",
            /// A sticker: webp.
            Sticker(Sticker) = "sticker",
            /// An emoji put on a message. Needs the message's `context`, as
            /// [`Whatsapp::reaction`] asks for it.
            Reaction(Reaction) = "reaction",
            /// JSON of WhatsApp; [`custom`] helps to write it.
            Custom(Custom) = "custom",
        }
        flat {
            /// A registered template with its language.
            Template(TemplateContent) = "template",
        }
    }
}

wire_object! {
    /// A message over WhatsApp.
    ///
    /// ```
    /// use messages_types::v1::Whatsapp;
    /// use messages_types::v1::outbound::whatsapp::{Quoted, Reaction};
    /// use messages_types::v1::outbound::whatsapp::template::Template;
    ///
    /// let (from, to) = ("447700900001", "447700900000");
    /// let theirs = "aaaaaaaa-bbbb-4ccc-8ddd-0123456789ab";
    /// let answer = Whatsapp::text(from, to, "You are welcome")?.context(Quoted::new(theirs)?);
    /// let thanks = Whatsapp::reaction(from, to, Reaction::react("👍")?, theirs)?;
    /// let code = Template::new("login")?.parameters(vec!["4711".into()]);
    /// let first = Whatsapp::template(from, to, code, "en_GB")?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    outbound struct Whatsapp {
        constants { "channel" = "whatsapp"; }
        required {
            /// The business's number.
            from: PhoneNumber = "from",
            /// Whom it reaches, by number or business-scoped id.
            to: WhatsappRecipient = "to",
        }
        flatten {
            /// What it holds.
            content: WhatsappContent,
            /// What the messages of every channel have in common.
            envelope: Envelope,
        }
        optional {
            /// The message that this one answers.
            context: Quoted = "context",
        }
        elsewhere ELSEWHERE;
        rules context_rule(content; context);
    }
}

fn context_rule(content: &WhatsappContent, context: Option<&Quoted>, cx: &mut Context) {
    if matches!(content, WhatsappContent::Reaction(_)) && context.is_none() {
        cx.lacks("context", "is required with a reaction");
    }
}

envelope_setters!(Whatsapp);

constructors! {
    Whatsapp(from: PhoneNumber, to: WhatsappRecipient) of WhatsappContent {
        /// A text.
        text(WhatsappText) = Text at "/text";
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
        to: impl Field<WhatsappRecipient>,
        template: impl Field<Template>,
        locale: impl Field<TemplateOptions>,
    ) -> Result<Self, Problems> {
        Self::assemble(from, to, |fields| {
            let template = fields.take("/template/name", template);
            let options = fields.take("/whatsapp/locale", locale);
            template.zip(options).map(|(template, options)| {
                WhatsappContent::Template(TemplateContent::bare(template, options))
            })
        })
    }

    /// An emoji put on the message `context`, or taken away from it.
    ///
    /// # Errors
    ///
    /// All arguments that break a rule, each by its JSON pointer.
    pub fn reaction(
        from: impl Field<PhoneNumber>,
        to: impl Field<WhatsappRecipient>,
        reaction: Reaction,
        context: impl Field<Quoted>,
    ) -> Result<Self, Problems> {
        let mut quoted = None;
        let message = Self::assemble(from, to, |fields| {
            quoted = fields.take("/context/message_uuid", context);
            Some(WhatsappContent::Reaction(reaction))
        })?;
        Ok(Self {
            context: quoted,
            ..message
        })
    }
}
