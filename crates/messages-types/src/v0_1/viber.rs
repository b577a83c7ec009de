//! Viber Service Messages.

pub use crate::v1::viber::{Category, Text, Ttl};

use super::address::{FromViber, ToViber};
use super::content::{ContentObject, Image, MISPLACED_IN_BODY, MISPLACED_IN_MESSAGE};
use super::template::Template;
use super::{ClientRef, Condition, ExpiryTime, Message, Step};
use crate::constructors::constructors;
use crate::wire::Wire;
use crate::{Extra, Field, Problems};

/// Options of a Viber message.
#[derive(Clone, Default, PartialEq, Wire)]
#[wire(strict)]
#[wire(misplaced("action", "client_ref", "duration", "file_size"))]
#[non_exhaustive]
pub struct Options {
    /// Category of the message, which determines its price.
    pub category: Option<Category>,
    /// Period in which delivery is attempted: 30 seconds to 3 days, in a workflow at most 1 day.
    pub ttl: Option<Ttl>,
    /// `template` for countries that require registered templates.
    #[wire(rename = "type")]
    pub kind: Option<String>,
    /// Unknown fields, written unchanged.
    pub extra: Extra,
}

/// Content of a Viber message.
#[derive(Clone, PartialEq, Wire)]
#[wire(strict, tag = "type")]
#[non_exhaustive]
pub enum Content {
    /// Text.
    Text(Text),
    /// Image: jpg, jpeg or png.
    Image(Image),
    /// Registered template.
    Template(Template),
}

/// The `message` of a Viber message.
#[derive(Clone, PartialEq, Wire)]
#[wire(strict)]
#[wire(misplaced = MISPLACED_IN_BODY)]
#[non_exhaustive]
pub struct Body {
    /// Content of the message.
    pub content: ContentObject<Content>,
    /// Options of a Viber message.
    pub viber_service_msg: Option<Options>,
    /// Unknown fields, written unchanged.
    pub extra: Extra,
}

/// A Viber Service Message in the v0.1 format.
///
/// ```
/// use messages_types::v0_1::Viber;
/// use messages_types::v0_1::viber::Options;
///
/// let message = Viber::text("service-1", "447700900000", "Your table is free")?
///     .viber_service_msg(Options::default().ttl(600)?);
/// # Ok::<(), messages_types::Problems>(())
/// ```
#[derive(Clone, PartialEq, Wire)]
#[wire(strict, misplaced = MISPLACED_IN_MESSAGE)]
#[non_exhaustive]
pub struct Viber {
    /// Viber service.
    pub from: FromViber,
    /// Recipient.
    pub to: ToViber,
    /// Content and options.
    pub message: Body,
    /// The sender's own reference, repeated in every status.
    pub client_ref: Option<ClientRef>,
    /// Unknown fields, written unchanged.
    pub extra: Extra,
}

constructors! {
    Viber(from: FromViber = "/from/id", to: ToViber = "/to/number") of Content {
        /// Text message.
        text(Text) = Text at "/message/content/text";
        /// Image: jpg, jpeg or png.
        image(Image) = Image at "/message/content/image/url";
        /// Registered template.
        template(Template) = Template at "/message/content/template";
    }
}

impl Viber {
    fn from_content(from: FromViber, to: ToViber, content: Content) -> Self {
        Self::from_parts(from, to, Body::from_parts(content.into()))
    }

    /// Converts this message to a step before the last one: the next step is sent if `condition` is not met within
    /// `expiry_time`, or if the message fails.
    ///
    /// # Errors
    ///
    /// `expiry_time` is out of range.
    pub fn expecting(
        self,
        condition: Condition,
        expiry_time: impl Field<ExpiryTime>,
    ) -> Result<Step, Problems> {
        Message::from(self).expecting(condition, expiry_time)
    }
}

impl Viber {
    /// Sets the options of the Viber message.
    #[must_use]
    pub fn viber_service_msg(mut self, options: Options) -> Self {
        self.message.viber_service_msg = Some(options);
        self
    }
}
