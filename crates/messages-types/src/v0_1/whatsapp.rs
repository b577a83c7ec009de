//! WhatsApp.

pub use crate::v1::whatsapp::template::{Locale, Policy};

use super::ClientRef;
use super::Custom;
use super::address::{FromWhatsapp, ToWhatsapp};
use super::content::{
    Audio, CaptionedImage, CaptionedMedia, ContentObject, MISPLACED_IN_BODY, MISPLACED_IN_MESSAGE,
};
use super::template::Template;
use crate::constructors::constructors;
use crate::error::Problems;
use crate::v1::IN_OPTIONS;
use crate::value::{self, Field, Fields};
use crate::wire::{Context, Wire};
use crate::{Extra, limits};

/// The text of a v0.1 WhatsApp message: 1 to 4,096 characters.
pub type Text = value::Text<1, { limits::V0_1_WHATSAPP_TEXT_MAX }>;

/// Options of a WhatsApp message.
#[derive(Clone, Default, PartialEq, Wire)]
#[wire(strict, misplaced = IN_OPTIONS)]
#[non_exhaustive]
pub struct Options {
    /// Policy for the language of a template.
    pub policy: Option<Policy>,
    /// Language of a template; required with a template.
    pub locale: Option<Locale>,
    /// Unknown fields, written unchanged.
    pub extra: Extra,
}

/// Content of a WhatsApp message.
#[derive(Clone, PartialEq, Wire)]
#[wire(strict, tag = "type")]
#[non_exhaustive]
pub enum Content {
    /// Text.
    Text(Text),
    /// Image: jpg, jpeg or png.
    Image(CaptionedImage),
    /// Audio file: aac, m4a, amr, mp3 or opus.
    Audio(Audio),
    /// Video: mp4 or 3gpp.
    Video(CaptionedMedia),
    /// File: pdf, or a document of a common office suite.
    File(CaptionedMedia),
    /// Registered template.
    Template(Template),
    /// Object passed to WhatsApp unchanged.
    Custom(Custom),
}

/// The `message` of a WhatsApp message.
#[derive(Clone, PartialEq, Wire)]
#[wire(strict, misplaced = MISPLACED_IN_BODY)]
#[wire(validate = locale_rule(content, whatsapp))]
#[non_exhaustive]
pub struct Body {
    /// Content of the message.
    pub content: ContentObject<Content>,
    /// Options of a WhatsApp message.
    pub whatsapp: Option<Options>,
    /// Unknown fields, written unchanged.
    pub extra: Extra,
}

fn locale_rule(content: &ContentObject<Content>, options: Option<&Options>, cx: &mut Context) {
    let is_given = options.is_some_and(|options| options.locale.is_some());
    if matches!(content.kind, Content::Template(_)) && !is_given {
        cx.within("whatsapp", |cx| {
            cx.lacks("locale", "is required with a template");
        });
    }
}

/// A WhatsApp message in the v0.1 format.
///
/// ```
/// use messages_types::v0_1::Whatsapp;
/// use messages_types::v0_1::template::Template;
///
/// let greeting = Whatsapp::text("447700900001", "447700900000", "Hello")?;
/// let code = Whatsapp::template(
///     "447700900001",
///     "447700900000",
///     Template::new("example:verify").with(["Daisy", "4711"]),
///     "en-GB",
/// )?;
/// # Ok::<(), messages_types::Problems>(())
/// ```
#[derive(Clone, PartialEq, Wire)]
#[wire(strict, misplaced = MISPLACED_IN_MESSAGE)]
#[non_exhaustive]
pub struct Whatsapp {
    /// Number of the business.
    pub from: FromWhatsapp,
    /// Recipient.
    pub to: ToWhatsapp,
    /// Content and options.
    pub message: Body,
    /// The sender's own reference, repeated in every status.
    pub client_ref: Option<ClientRef>,
    /// Unknown fields, written unchanged.
    pub extra: Extra,
}

constructors! {
    Whatsapp(from: FromWhatsapp = "/from/number", to: ToWhatsapp = "/to/number") of Content in Body {
        /// Text message.
        text(Text) = Text at "/message/content/text";
        /// Image: jpg, jpeg or png.
        image(CaptionedImage) = Image at "/message/content/image/url";
        /// Audio file: aac, m4a, amr, mp3 or opus.
        audio(Audio) = Audio at "/message/content/audio/url";
        /// Video: mp4 or 3gpp.
        video(CaptionedMedia) = Video at "/message/content/video/url";
        /// File: pdf, or a document of a common office suite.
        file(CaptionedMedia) = File at "/message/content/file/url";
        /// Object passed to WhatsApp unchanged.
        custom(Custom) = Custom at "/message/content/custom";
    }
}

impl Whatsapp {
    /// Registered template in the language `locale`.
    ///
    /// # Errors
    ///
    /// All invalid arguments, each with its JSON pointer.
    pub fn template(
        from: impl Field<FromWhatsapp>,
        to: impl Field<ToWhatsapp>,
        template: impl Into<Template>,
        locale: impl Field<Locale>,
    ) -> Result<Self, Problems> {
        let mut fields = Fields::default();
        let from = fields.take("/from/number", from);
        let to = fields.take("/to/number", to);
        let locale = fields.take("/message/whatsapp/locale", locale);
        let content = Content::Template(template.into());
        fields.build(from.zip(to).zip(locale).map(|((from, to), locale)| {
            Self::from_content(from, to, content).whatsapp(Options {
                locale: Some(locale),
                ..Options::default()
            })
        }))
    }

    /// Sets the options of the WhatsApp message.
    #[must_use]
    pub fn whatsapp(mut self, options: Options) -> Self {
        self.message.whatsapp = Some(options);
        self
    }
}
