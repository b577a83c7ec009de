//! MMS.

use super::media::{Caption, CaptionedMedia};
use super::{ClientRef, Envelope, IN_MESSAGE, IN_OPTIONS, WebhookVersion};
use crate::Extra;
use crate::constructors::constructors;
use crate::error::{Invalid, Rule};
use crate::limits;
use crate::v1::IN_MEDIA;
use crate::value::{Field, List, PhoneNumber, Seconds, SmsSender, Url};
use crate::wire::Wire;

/// How long the network keeps trying: 5 minutes to 3 days.
pub type Ttl = Seconds<{ limits::MMS_TTL_MIN }, { limits::MMS_TTL_MAX }>;

/// Several media in one message, at least one.
pub type Items = List<Item, 1, { usize::MAX }>;

/// Who an MMS comes from: a number or a short code, digits only.
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

/// What one of several media is.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Wire)]
#[wire(strict)]
#[non_exhaustive]
pub enum ItemKind {
    /// An image: jpg, jpeg, png, gif or bmp.
    Image,
    /// An audio file: mp3, amr, midi, wav or ac3.
    Audio,
    /// A video: mp4, 3gp, avi or mpg.
    Video,
    /// A contact: vcf.
    Vcard,
    /// Any other file.
    File,
}

/// One of several media.
#[derive(Clone, PartialEq, Wire)]
#[wire(strict, new)]
#[wire(misplaced = IN_MEDIA)]
#[non_exhaustive]
pub struct Item {
    /// What it is.
    #[wire(rename = "type")]
    pub kind: ItemKind,
    /// Where the API fetches it.
    pub url: Url,
    /// The text shown with it.
    pub caption: Option<Caption>,
    /// Unknown fields, which are written as they are.
    #[wire(extra)]
    pub extra: Extra,
}

impl Item {
    /// An image.
    ///
    /// # Errors
    ///
    /// `url` is not an absolute URL.
    pub fn image(url: impl Field<Url>) -> Result<Self, Invalid> {
        Ok(Self::from_parts(ItemKind::Image, url.parse()?))
    }

    /// An audio file.
    ///
    /// # Errors
    ///
    /// `url` is not an absolute URL.
    pub fn audio(url: impl Field<Url>) -> Result<Self, Invalid> {
        Ok(Self::from_parts(ItemKind::Audio, url.parse()?))
    }

    /// A video.
    ///
    /// # Errors
    ///
    /// `url` is not an absolute URL.
    pub fn video(url: impl Field<Url>) -> Result<Self, Invalid> {
        Ok(Self::from_parts(ItemKind::Video, url.parse()?))
    }

    /// A contact.
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

/// What an MMS can hold. Images, audio files and videos have at most 2 MB.
#[derive(Clone, PartialEq, Wire)]
#[wire(strict, tag = "message_type")]
#[non_exhaustive]
pub enum Content {
    /// A text.
    Text(String),
    /// An image: jpg, jpeg, png, gif or bmp.
    Image(CaptionedMedia),
    /// A contact: vcf.
    Vcard(CaptionedMedia),
    /// An audio file: mp3, amr, midi, wav or ac3. Not from US short codes.
    Audio(CaptionedMedia),
    /// A video: mp4, 3gp, avi or mpg. Not from US short codes.
    Video(CaptionedMedia),
    /// Any other file.
    File(CaptionedMedia),
    /// Several media.
    Content(Items),
}

/// Options that only an MMS has.
#[derive(Clone, Default, PartialEq, Wire)]
#[wire(strict)]
#[wire(misplaced = IN_OPTIONS)]
#[non_exhaustive]
pub struct Options {
    /// The further recipients of a group message.
    pub participants: Option<Vec<PhoneNumber>>,
    /// Unknown fields, which are written as they are.
    #[wire(extra)]
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
#[wire(strict)]
#[wire(constant(channel = "mms"))]
#[wire(misplaced = IN_MESSAGE)]
#[non_exhaustive]
pub struct Mms {
    /// Who it comes from.
    pub from: Sender,
    /// Whom it reaches.
    pub to: PhoneNumber,
    /// What it holds.
    #[wire(flatten)]
    pub content: Content,
    /// What the messages of every channel have in common.
    #[wire(flatten, setters(client_ref: ClientRef, webhook_url: Url, webhook_version: WebhookVersion))]
    pub envelope: Envelope,
    /// How long the network keeps trying.
    pub ttl: Option<Ttl>,
    /// Options that only an MMS has.
    pub mms: Option<Options>,
    /// Passes the Fraud Defender for this recipient (premium accounts).
    pub trusted_recipient: Option<bool>,
    /// The deprecated spelling of `trusted_recipient`.
    pub trusted_sender: Option<bool>,
    /// Unknown fields, which are written as they are.
    #[wire(extra)]
    pub extra: Extra,
}

impl Mms {
    fn from_content(from: Sender, to: PhoneNumber, content: Content) -> Self {
        Self::from_parts(from, to, content, Envelope::default())
    }

    pub(crate) fn message_type(&self) -> &str {
        self.content.type_name()
    }
}

constructors! {
    Mms(from: Sender = "/from", to: PhoneNumber = "/to") of Content {
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
        content(Items) = Content at "/content";
    }
}
