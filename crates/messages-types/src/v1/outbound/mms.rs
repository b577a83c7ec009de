//! MMS.

use super::media::{Caption, CaptionedMedia, ELSEWHERE as MEDIA_ELSEWHERE};
use super::{ELSEWHERE, Envelope, OPTIONS_ELSEWHERE, constructors, envelope_setters};
use crate::limits;
use crate::problem::{Invalid, Rule};
use crate::value::{Field, List, PhoneNumber, Seconds, SmsSender, Url, string_value};
use crate::wire::{wire_choice, wire_content, wire_object};

/// How long the network keeps trying: 5 minutes to 3 days.
pub type MmsTtl = Seconds<{ limits::MMS_TTL_MIN }, { limits::MMS_TTL_MAX }>;

/// Several media in one message, at least one.
pub type MmsItems = List<MmsItem, 1, { usize::MAX }>;

/// Who an MMS comes from: a number or a short code, digits only.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct MmsSender(String);

string_value!([] MmsSender);

impl MmsSender {
    fn refusal(text: &str) -> Option<Invalid> {
        SmsSender::refusal(text).or_else(|| {
            let digits = text.bytes().all(|byte| byte.is_ascii_digit());
            (!digits).then(|| {
                Invalid::new(
                    Rule::Format,
                    "must be a phone number or a short code, digits only",
                )
            })
        })
    }
}

wire_choice! {
    /// What one of several media is.
    closed enum MmsItemKind {
        /// An image: jpg, jpeg, png, gif or bmp.
        Image = "image",
        /// An audio file: mp3, amr, midi, wav or ac3.
        Audio = "audio",
        /// A video: mp4, 3gp, avi or mpg.
        Video = "video",
        /// A contact: vcf.
        Vcard = "vcard",
        /// Any other file.
        File = "file",
    }
}

wire_object! {
    /// One of several media.
    outbound new struct MmsItem {
        required {
            /// What it is.
            kind: MmsItemKind = "type",
            /// Where the API fetches it.
            url: Url = "url",
        }
        optional {
            /// The text shown with it.
            caption: Caption = "caption",
        }
        elsewhere MEDIA_ELSEWHERE;
    }
}

macro_rules! items {
    ($( $(#[$meta:meta])* $name:ident = $kind:ident; )*) => {
        impl MmsItem { $(
            $(#[$meta])*
            ///
            /// # Errors
            ///
            /// When `url` is not an absolute URL.
            pub fn $name(url: impl Field<Url>) -> Result<Self, Invalid> {
                Ok(Self::bare(MmsItemKind::$kind, url.parse()?))
            }
        )* }
    };
}

items! {
    /// An image.
    image = Image;
    /// An audio file.
    audio = Audio;
    /// A video.
    video = Video;
    /// A contact.
    vcard = Vcard;
    /// Any other file.
    file = File;
}

wire_content! {
    /// What an MMS can hold. Images, audio files and videos have at most 2 MB.
    outbound enum MmsContent by "message_type" {
        nested {
            /// A text.
            Text(String) = "text",
            /// An image: jpg, jpeg, png, gif or bmp.
            Image(CaptionedMedia) = "image",
            /// A contact: vcf.
            Vcard(CaptionedMedia) = "vcard",
            /// An audio file: mp3, amr, midi, wav or ac3. Not from US short codes.
            Audio(CaptionedMedia) = "audio",
            /// A video: mp4, 3gp, avi or mpg. Not from US short codes.
            Video(CaptionedMedia) = "video",
            /// Any other file.
            File(CaptionedMedia) = "file",
            /// Several media.
            Content(MmsItems) = "content",
        }
    }
}

wire_object! {
    /// Options that only an MMS has.
    #[derive(Default)]
    outbound struct MmsOptions {
        optional {
            /// The further recipients of a group message.
            participants: Vec<PhoneNumber> = "participants",
        }
        elsewhere OPTIONS_ELSEWHERE;
    }
}

wire_object! {
    /// An MMS.
    ///
    /// ```
    /// use messages_types::v1::Mms;
    /// use messages_types::v1::outbound::mms::MmsItem;
    ///
    /// let image = Mms::image("12125550100", "12125550101", "https://example.com/cat.jpg")?;
    /// let several = Mms::content("12125550100", "12125550101", [
    ///     MmsItem::image("https://example.com/cat.jpg")?,
    ///     MmsItem::vcard("https://example.com/cat.vcf")?,
    /// ])?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    outbound struct Mms {
        constants { "channel" = "mms"; }
        required {
            /// Who it comes from.
            from: MmsSender = "from",
            /// Whom it reaches.
            to: PhoneNumber = "to",
        }
        flatten {
            /// What it holds.
            content: MmsContent,
            /// What the messages of every channel have in common.
            envelope: Envelope,
        }
        optional {
            /// How long the network keeps trying.
            ttl: MmsTtl = "ttl",
            /// Options that only an MMS has.
            mms: MmsOptions = "mms",
            /// Passes the Fraud Defender for this recipient (premium accounts).
            trusted_recipient: bool = "trusted_recipient",
            /// The deprecated spelling of `trusted_recipient`.
            trusted_sender: bool = "trusted_sender",
        }
        elsewhere ELSEWHERE;
    }
}

envelope_setters!(Mms);

constructors! {
    Mms(from: MmsSender, to: PhoneNumber) of MmsContent {
        /// A text.
        text(String) = Text at "/text";
        /// An image: jpg, jpeg, png, gif or bmp.
        image(CaptionedMedia) = Image at "/image/url";
        /// A contact: vcf.
        vcard(CaptionedMedia) = Vcard at "/vcard/url";
        /// An audio file: mp3, amr, midi, wav or ac3.
        audio(CaptionedMedia) = Audio at "/audio/url";
        /// A video: mp4, 3gp, avi or mpg.
        video(CaptionedMedia) = Video at "/video/url";
        /// Any other file.
        file(CaptionedMedia) = File at "/file/url";
        /// Several media.
        content(MmsItems) = Content at "/content";
    }
}
