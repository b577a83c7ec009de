//! MMS: texts and files, in the United States mainly. [`Mms`] is the message, [`Content`] its content.

use super::media::{Caption, CaptionedMedia};
use super::{ClientRef, Envelope, IN_MESSAGE, IN_OPTIONS, WebhookVersion};
use crate::constructors::constructors;
use crate::error::{Invalid, Rule};
use crate::v1::IN_MEDIA;
use crate::value::{self, Field, List, PhoneNumber, Seconds, SmsSender, Url};
use crate::wire::Wire;
use crate::{Extra, limits};

/// Period in which the network attempts delivery: 5 minutes to 3 days.
pub type Ttl = Seconds<{ limits::MMS_TTL_MIN }, { limits::MMS_TTL_MAX }>;

/// Text of an MMS: at least 1 character.
pub type Text = value::Text<{ limits::TEXT_MIN }, { usize::MAX }>;

/// Media files of one message: at least one.
pub type Items = List<Item, 1, { usize::MAX }>;

/// Sender of an MMS: a number or a short code, digits only.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Wire)]
pub struct Sender(String);

impl Sender {
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

/// Type of one of several media files.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Wire)]
#[wire(strict)]
#[non_exhaustive]
pub enum ItemKind {
    /// Image: jpg, jpeg, png, gif or bmp.
    Image,
    /// Audio file: mp3, amr, midi, wav or ac3.
    Audio,
    /// Video: mp4, 3gp, avi or mpg.
    Video,
    /// Contact card: vcf.
    Vcard,
    /// Any other file.
    File,
}

/// One of several media files.
#[derive(Clone, PartialEq, Wire)]
#[wire(strict, new, misplaced = IN_MEDIA)]
#[non_exhaustive]
pub struct Item {
    /// Type of the file.
    #[wire(rename = "type")]
    pub kind: ItemKind,
    /// URL the API downloads the file from.
    pub url: Url,
    /// Caption shown with the file: 1 to 3,000 characters.
    pub caption: Option<Caption>,
    /// Unknown fields, written unchanged.
    pub extra: Extra,
}

impl Item {
    /// Image.
    ///
    /// # Errors
    ///
    /// `url` is not an absolute URL.
    pub fn image(url: impl Field<Url>) -> Result<Self, Invalid> {
        Ok(Self::from_parts(ItemKind::Image, url.parse()?))
    }

    /// Audio file.
    ///
    /// # Errors
    ///
    /// `url` is not an absolute URL.
    pub fn audio(url: impl Field<Url>) -> Result<Self, Invalid> {
        Ok(Self::from_parts(ItemKind::Audio, url.parse()?))
    }

    /// Video.
    ///
    /// # Errors
    ///
    /// `url` is not an absolute URL.
    pub fn video(url: impl Field<Url>) -> Result<Self, Invalid> {
        Ok(Self::from_parts(ItemKind::Video, url.parse()?))
    }

    /// Contact card.
    ///
    /// # Errors
    ///
    /// `url` is not an absolute URL.
    pub fn vcard(url: impl Field<Url>) -> Result<Self, Invalid> {
        Ok(Self::from_parts(ItemKind::Vcard, url.parse()?))
    }

    /// Any other file.
    ///
    /// # Errors
    ///
    /// `url` is not an absolute URL.
    pub fn file(url: impl Field<Url>) -> Result<Self, Invalid> {
        Ok(Self::from_parts(ItemKind::File, url.parse()?))
    }
}

/// Content of an MMS. Images, audio files and videos are limited to 2 MB.
#[derive(Clone, PartialEq, Wire)]
#[wire(strict, tag = "message_type")]
#[non_exhaustive]
pub enum Content {
    /// Text.
    Text(Text),
    /// Image: jpg, jpeg, png, gif or bmp.
    Image(CaptionedMedia),
    /// Contact card: vcf.
    Vcard(CaptionedMedia),
    /// Audio file: mp3, amr, midi, wav or ac3. Not from US short codes.
    Audio(CaptionedMedia),
    /// Video: mp4, 3gp, avi or mpg. Not from US short codes.
    Video(CaptionedMedia),
    /// Any other file.
    File(CaptionedMedia),
    /// Several media files.
    Content(Items),
}

/// Options of an MMS.
#[derive(Clone, Default, PartialEq, Wire)]
#[wire(strict, misplaced = IN_OPTIONS)]
#[non_exhaustive]
pub struct Options {
    /// Further recipients of a group message.
    pub participants: Option<Vec<PhoneNumber>>,
    /// Unknown fields, written unchanged.
    pub extra: Extra,
}

/// An MMS.
///
/// ```
/// use messages_types::v1::Mms;
/// use messages_types::v1::mms::Item;
///
/// let image = Mms::image("12125550100", "12125550101", "https://example.com/cat.jpg")?;
/// let several = Mms::content("12125550100", "12125550101", [
///     Item::image("https://example.com/cat.jpg")?,
///     Item::vcard("https://example.com/cat.vcf")?,
/// ])?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, PartialEq, Wire)]
#[wire(strict, constant(channel = "mms"), misplaced = IN_MESSAGE)]
#[non_exhaustive]
pub struct Mms {
    /// Sender.
    pub from: Sender,
    /// Recipient.
    pub to: PhoneNumber,
    /// Content of the message.
    #[wire(flatten)]
    pub content: Content,
    /// Fields common to all channels.
    #[wire(flatten, setters(client_ref: ClientRef, webhook_url: Url, webhook_version: WebhookVersion))]
    pub envelope: Envelope,
    /// Period in which the network attempts delivery: 5 minutes to 3 days.
    pub ttl: Option<Ttl>,
    /// Options of an MMS.
    pub mms: Option<Options>,
    /// `true` bypasses the Fraud Defender for this recipient (premium accounts).
    pub trusted_recipient: Option<bool>,
    /// Deprecated name of `trusted_recipient`.
    pub trusted_sender: Option<bool>,
    /// Unknown fields, written unchanged.
    pub extra: Extra,
}

constructors! {
    Mms(from: Sender = "/from", to: PhoneNumber = "/to") of Content {
        /// Text message.
        text(Text) = Text at "/text";
        /// Image: jpg, jpeg, png, gif or bmp.
        image(CaptionedMedia) = Image at "/image/url";
        /// Contact card: vcf.
        vcard(CaptionedMedia) = Vcard at "/vcard/url";
        /// Audio file: mp3, amr, midi, wav or ac3.
        audio(CaptionedMedia) = Audio at "/audio/url";
        /// Video: mp4, 3gp, avi or mpg.
        video(CaptionedMedia) = Video at "/video/url";
        /// Any other file.
        file(CaptionedMedia) = File at "/file/url";
        /// Several media files.
        content(Items) = Content at "/content";
    }
}
