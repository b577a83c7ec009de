//! Facebook Messenger: texts and files from a page. [`Messenger`] is the message, [`Content`] its content, [`Options`] its options.

use super::media::{Audio, Media};
use super::{ClientRef, Envelope, IN_MESSAGE, IN_OPTIONS, WebhookVersion};
use crate::constructors::constructors;
use crate::error::Invalid;
use crate::value::{self, Field, Url};
use crate::wire::{Context, Wire};
use crate::{Extra, limits};

/// ID of a page, or page-scoped ID of a user: 1 to 50 characters.
pub type Id = value::Text<1, { limits::ID_MAX }>;

/// The text of a Messenger message: 1 to 640 characters.
pub type Text = value::Text<{ limits::TEXT_MIN }, { limits::MESSENGER_TEXT_MAX }>;

/// The purpose of a message outside the 24-hour window. Facebook's list changes, so this is an
/// arbitrary string of at least one character.
pub type Tag = value::Text<1, { usize::MAX }>;

/// Category of a message under Facebook's rules.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Wire)]
#[wire(strict)]
#[non_exhaustive]
pub enum Category {
    /// Response within 24 hours of the user's message: the default.
    Response,
    /// Message outside that window that is not promotional.
    Update,
    /// Message outside that window for the purpose named by its tag.
    MessageTag,
}

/// Options of a Messenger message.
#[derive(Clone, Default, PartialEq, Wire)]
#[wire(strict, misplaced = IN_OPTIONS, validate = tag_rule(category, tag))]
#[non_exhaustive]
pub struct Options {
    /// Category of the message under Facebook's rules.
    pub category: Option<Category>,
    /// Purpose; required with [`Category::MessageTag`]. Among others
    /// `CONFIRMED_EVENT_UPDATE`, `POST_PURCHASE_UPDATE`, `ACCOUNT_UPDATE`,
    /// `HUMAN_AGENT`, `CUSTOMER_FEEDBACK`.
    pub tag: Option<Tag>,
    /// Unknown fields, written unchanged.
    pub extra: Extra,
}

fn tag_rule(category: Option<&Category>, tag: Option<&Tag>, cx: &mut Context) {
    if category == Some(&Category::MessageTag) && tag.is_none() {
        cx.lacks("tag", "is required with category message_tag");
    }
}

impl Options {
    /// Options with the category `message_tag` and its tag.
    ///
    /// # Errors
    ///
    /// `tag` is empty.
    pub fn message_tag(tag: impl Field<Tag>) -> Result<Self, Invalid> {
        let mut options = Self::default().category(Category::MessageTag);
        options.tag = Some(tag.parse()?);
        Ok(options)
    }
}

/// Content of a Messenger message.
#[derive(Clone, PartialEq, Wire)]
#[wire(strict, tag = "message_type")]
#[non_exhaustive]
pub enum Content {
    /// Text.
    Text(Text),
    /// Image: jpg, jpeg, png or gif.
    Image(Media),
    /// Audio file: mp3.
    Audio(Audio),
    /// Video: mp4 with H.264 and AAC.
    Video(Media),
    /// Any other file: zip, csv, pdf and more.
    File(Media),
}

/// A message over Facebook Messenger.
///
/// ```
/// use messages_types::v1::Messenger;
/// use messages_types::v1::messenger::Options;
///
/// let message = Messenger::text("page-1", "user-1", "Your order is on its way")?
///     .messenger(Options::message_tag("POST_PURCHASE_UPDATE")?);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, PartialEq, Wire)]
#[wire(strict, constant(channel = "messenger"), misplaced = IN_MESSAGE)]
#[non_exhaustive]
pub struct Messenger {
    /// ID of the sending page: 1 to 50 characters.
    pub from: Id,
    /// Page-scoped ID of the recipient: 1 to 50 characters.
    pub to: Id,
    /// Content of the message.
    #[wire(flatten)]
    pub content: Content,
    /// Fields common to all channels.
    #[wire(flatten, setters(client_ref: ClientRef, webhook_url: Url, webhook_version: WebhookVersion))]
    pub envelope: Envelope,
    /// Options of a Messenger message.
    pub messenger: Option<Options>,
    /// Unknown fields, written unchanged.
    pub extra: Extra,
}

constructors! {
    Messenger(from: Id = "/from", to: Id = "/to") of Content {
        /// Text message.
        text(Text) = Text at "/text";
        /// Image: jpg, jpeg, png or gif.
        image(Media) = Image at "/image/url";
        /// Audio file: mp3.
        audio(Audio) = Audio at "/audio/url";
        /// Video: mp4 with H.264 and AAC.
        video(Media) = Video at "/video/url";
        /// Any other file: zip, csv, pdf and more.
        file(Media) = File at "/file/url";
    }
}
