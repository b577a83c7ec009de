//! Viber Service Messages: texts, images, videos and files from a registered service. [`Viber`] is the message, [`Content`] its
//! content, [`Options`] its options, [`Action`] the button under it.

use super::media::{Caption, CaptionedMedia};
use super::{ClientRef, Envelope, IN_MESSAGE, IN_OPTIONS, WebhookVersion};
use crate::constructors::constructors;
use crate::error::Problems;
use crate::v1::IN_MEDIA;
use crate::value::{self, Field, NumberText, PhoneNumber, Seconds, Url};
use crate::wire::{Context, Wire};
use crate::{Extra, limits};

/// The ID of a Viber service: 1 to 50 characters.
pub type Id = value::Text<1, { limits::ID_MAX }>;

/// The text of a Viber message: 1 to 1,000 characters.
pub type Text = value::Text<{ limits::TEXT_MIN }, { limits::VIBER_TEXT_MAX }>;

/// Period in which delivery is attempted: 30 seconds to 3 days.
pub type Ttl = Seconds<{ limits::VIBER_TTL_MIN }, { limits::VIBER_TTL_MAX }>;

/// The text of the button under a message: 1 to 30 characters.
pub type ActionText = value::Text<{ limits::TEXT_MIN }, { limits::VIBER_ACTION_TEXT_MAX }>;

/// The URL of a video's thumbnail: up to 1,000 characters.
pub type ThumbUrl = Url<1, { limits::VIBER_THUMB_URL_MAX }>;

/// Displayed name of a file: up to 25 characters.
pub type FileName = value::Text<0, { limits::VIBER_FILE_NAME_MAX }>;

/// The length of a video: 1 to 600 seconds.
pub type Duration = NumberText<1, { limits::VIBER_DURATION_MAX }>;

/// The size of a video: 1 to 200 MB.
pub type FileSize = NumberText<1, { limits::VIBER_FILE_SIZE_MAX }>;

/// Category of a message, which determines its price.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Wire)]
#[wire(strict)]
#[non_exhaustive]
pub enum Category {
    /// Related to an order or a request of the recipient: the default.
    Transaction,
    /// Promotional.
    Promotion,
}

/// The button under a text or an image.
#[derive(Clone, PartialEq, Wire)]
#[wire(strict, new)]
#[non_exhaustive]
pub struct Action {
    /// URL the button opens.
    pub url: Url,
    /// Text of the button: up to 30 characters.
    pub text: ActionText,
    /// Unknown fields, written unchanged.
    pub extra: Extra,
}

/// Options of a Viber message.
#[derive(Clone, Default, PartialEq, Wire)]
#[wire(strict, misplaced = IN_OPTIONS)]
#[non_exhaustive]
pub struct Options {
    /// Category of the message, which determines its price.
    pub category: Option<Category>,
    /// Period in which delivery is attempted: 30 seconds to 3 days.
    pub ttl: Option<Ttl>,
    /// `template` for countries that require registered templates (Belarus, Russia, Ukraine).
    #[wire(rename = "type")]
    pub kind: Option<String>,
    /// Button, for texts and images only; an image with a button requires a caption.
    pub action: Option<Action>,
    /// Length of the video: 1 to 600 seconds; required for a video.
    pub duration: Option<Duration>,
    /// Size of the video: 1 to 200 MB; required for a video.
    pub file_size: Option<FileSize>,
    /// Unknown fields, written unchanged.
    pub extra: Extra,
}

/// A video.
#[derive(Clone, PartialEq, Wire)]
#[wire(strict, new, misplaced("action", "duration", "file_size", "name"))]
#[non_exhaustive]
pub struct Video {
    /// URL the API downloads the video from.
    pub url: Url,
    /// URL of the thumbnail shown until the video is played: up to 1,000 characters.
    pub thumb_url: ThumbUrl,
    /// Caption shown with the video: 1 to 3,000 characters.
    pub caption: Option<Caption>,
    /// Unknown fields, written unchanged.
    pub extra: Extra,
}

/// A file: doc, docx, rtf, odt, txt, pdf, xls, xlsx, csv and more, up to 200 MB.
#[derive(Clone, PartialEq, Wire)]
#[wire(strict, from_value, misplaced = IN_MEDIA)]
#[non_exhaustive]
pub struct File {
    /// URL the API downloads the file from. Without a `name` it should end in a file name with an
    /// extension; this is not checked.
    pub url: Url,
    /// Displayed name, with its extension: up to 25 characters.
    pub name: Option<FileName>,
    /// Unknown fields, written unchanged.
    pub extra: Extra,
}

/// Content of a Viber message.
#[derive(Clone, PartialEq, Wire)]
#[wire(strict, tag = "message_type")]
#[non_exhaustive]
pub enum Content {
    /// Text.
    Text(Text),
    /// Image: jpg, jpeg or png.
    Image(CaptionedMedia),
    /// Video.
    Video(Video),
    /// File.
    File(File),
}

/// A Viber Service Message.
///
/// ```
/// use messages_types::v1::Viber;
/// use messages_types::v1::viber::{Action, Options};
///
/// let button = Action::new("https://example.com/orders/17", "Follow it")?;
/// let message = Viber::text("service-1", "447700900000", "Your order is on its way")?
///     .viber_service(Options::default().action(button));
/// assert!(message.validate().is_ok());
/// # Ok::<(), messages_types::Problems>(())
/// ```
#[derive(Clone, PartialEq, Wire)]
#[wire(strict, constant(channel = "viber_service"))]
#[wire(misplaced = IN_MESSAGE)]
#[wire(validate = options_rule(content, viber_service))]
#[non_exhaustive]
pub struct Viber {
    /// ID of the sending service: 1 to 50 characters.
    pub from: Id,
    /// Recipient.
    pub to: PhoneNumber,
    /// Content of the message.
    #[wire(flatten)]
    pub content: Content,
    /// Fields common to all channels.
    #[wire(flatten, setters(client_ref: ClientRef, webhook_url: Url, webhook_version: WebhookVersion))]
    pub envelope: Envelope,
    /// Options of a Viber message.
    pub viber_service: Option<Options>,
    /// Unknown fields, written unchanged.
    pub extra: Extra,
}

/// Checks that the options match the content.
fn options_rule(content: &Content, options: Option<&Options>, cx: &mut Context) {
    let action = options.is_some_and(|options| options.action.is_some());
    let duration = options.is_some_and(|options| options.duration.is_some());
    let file_size = options.is_some_and(|options| options.file_size.is_some());
    match content {
        Content::Video(_) if options.is_none() => {
            cx.lacks("viber_service", "is required with a video");
        }
        Content::Video(_) => cx.within("viber_service", |cx| {
            if !duration {
                cx.lacks("duration", "is required with a video");
            }
            if !file_size {
                cx.lacks("file_size", "is required with a video");
            }
        }),
        Content::Image(image) if action && image.caption.is_none() => {
            cx.within("image", |cx| {
                cx.lacks("caption", "is required with viber_service.action");
            });
        }
        Content::Text(_) | Content::Image(_) | Content::File(_) => {}
    }
    cx.within("viber_service", |cx| {
        if action && matches!(content, Content::Video(_) | Content::File(_)) {
            cx.misplaced("action", "is for texts and images only");
        }
        if duration && !matches!(content, Content::Video(_)) {
            cx.misplaced("duration", "is for videos only");
        }
        if file_size && !matches!(content, Content::Video(_)) {
            cx.misplaced("file_size", "is for videos only");
        }
    });
}

constructors! {
    Viber(from: Id = "/from", to: PhoneNumber = "/to") of Content {
        /// Text message.
        text(Text) = Text at "/text";
        /// Image: jpg, jpeg or png.
        image(CaptionedMedia) = Image at "/image/url";
        /// File.
        file(File) = File at "/file/url";
    }
}

impl Viber {
    /// Video, with its length in seconds (1 to 600) and its size in MB (1 to 200).
    ///
    /// # Errors
    ///
    /// All invalid arguments, each with its JSON pointer.
    pub fn video(
        from: impl Field<Id>,
        to: impl Field<PhoneNumber>,
        video: Video,
        duration: impl Field<Duration>,
        file_size: impl Field<FileSize>,
    ) -> Result<Self, Problems> {
        let mut options = None;
        let message = Self::assemble(from, to, |fields| {
            let duration = fields.take("/viber_service/duration", duration);
            let file_size = fields.take("/viber_service/file_size", file_size);
            options = duration.zip(file_size);
            Some(Content::Video(video))
        })?;
        Ok(match options {
            Some((duration, file_size)) => message.viber_service(Options {
                duration: Some(duration),
                file_size: Some(file_size),
                ..Options::default()
            }),
            None => message,
        })
    }
}
