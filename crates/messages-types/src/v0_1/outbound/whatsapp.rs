//! WhatsApp.

use super::address::{FromWhatsapp, ToWhatsapp};
use super::content::{Audio, BODY_ELSEWHERE, CaptionedImage, CaptionedMedia, Content};
use super::template::Template;
use super::{Custom, channel_message};
use crate::limits;
use crate::problem::Problems;
use crate::v1::outbound::OPTIONS_ELSEWHERE;
pub use crate::v1::outbound::whatsapp::template::{Locale, Policy};
use crate::value::{Field, Fields, Text};
use crate::wire::{Context, wire_content, wire_object};

/// The text of a v0.1 WhatsApp message: 1 to 4,096 characters.
pub type WhatsappText = Text<1, { limits::V0_1_WHATSAPP_TEXT_MAX }>;

wire_object! {
    /// Options that only a WhatsApp message has.
    #[derive(Default)]
    outbound struct WhatsappOptions {
        optional {
            /// How the language of a template is chosen.
            policy: Policy = "policy",
            /// The language of a template; compulsory with one.
            locale: Locale = "locale",
        }
        elsewhere OPTIONS_ELSEWHERE;
    }
}

wire_content! {
    /// What a WhatsApp message can hold.
    outbound enum WhatsappContent by "type" {
        nested {
            /// A text.
            Text(WhatsappText) = "text",
            /// An image: jpg, jpeg or png.
            Image(CaptionedImage) = "image",
            /// An audio file: aac, m4a, amr, mp3 or opus.
            Audio(Audio) = "audio",
            /// A video: mp4 or 3gpp.
            Video(CaptionedMedia) = "video",
            /// A file: pdf, or a document of a common office suite.
            File(CaptionedMedia) = "file",
            /// A registered template.
            Template(Template) = "template",
            /// An object that is handed to WhatsApp unchanged.
            Custom(Custom) = "custom",
        }
    }
}

wire_object! {
    /// The `message` of a WhatsApp message.
    outbound struct WhatsappBody {
        required {
            /// What it holds.
            content: Content<WhatsappContent> = "content",
        }
        optional {
            /// Options that only a WhatsApp message has.
            whatsapp: WhatsappOptions = "whatsapp",
        }
        elsewhere BODY_ELSEWHERE;
        rules locale_rule(content; whatsapp);
    }
}

fn locale_rule(
    content: &Content<WhatsappContent>,
    options: Option<&WhatsappOptions>,
    cx: &mut Context,
) {
    let is_given = options.is_some_and(|options| options.locale.is_some());
    if matches!(content.kind, WhatsappContent::Template(_)) && !is_given {
        cx.within("whatsapp", |cx| {
            cx.lacks("locale", "is required with a template");
        });
    }
}

channel_message! {
    /// A WhatsApp message in the v0.1 format.
    ///
    /// ```
    /// use messages_types::v0_1::Whatsapp;
    /// use messages_types::v0_1::outbound::template::Template;
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
    struct Whatsapp {
        /// The number of the business.
        from: FromWhatsapp at "/from/number",
        /// Whom it reaches.
        to: ToWhatsapp at "/to/number",
        message: WhatsappBody of WhatsappContent,
    }
    /// A text.
    text(WhatsappText) = Text at "/message/content/text";
    /// An image: jpg, jpeg or png.
    image(CaptionedImage) = Image at "/message/content/image/url";
    /// An audio file: aac, m4a, amr, mp3 or opus.
    audio(Audio) = Audio at "/message/content/audio/url";
    /// A video: mp4 or 3gpp.
    video(CaptionedMedia) = Video at "/message/content/video/url";
    /// A file: pdf, or a document of a common office suite.
    file(CaptionedMedia) = File at "/message/content/file/url";
    /// An object that is handed to WhatsApp unchanged.
    custom(Custom) = Custom at "/message/content/custom";
}

impl Whatsapp {
    /// A registered template in the language `locale`.
    ///
    /// # Errors
    ///
    /// All arguments that break a rule, each by its JSON pointer.
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
        let content = WhatsappContent::Template(template.into());
        fields.build(from.zip(to).zip(locale).map(|((from, to), locale)| {
            Self::of(from, to, content).whatsapp(WhatsappOptions::default().locale(locale))
        }))
    }

    /// Sets options that only a WhatsApp message has.
    #[must_use]
    pub fn whatsapp(mut self, options: WhatsappOptions) -> Self {
        self.message.whatsapp = Some(options);
        self
    }
}
