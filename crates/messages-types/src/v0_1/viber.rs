//! Viber Service Messages.

pub use crate::v1::viber::{Category, Text, Ttl};

use super::ClientRef;
use super::address::{FromViber, ToViber};
use super::content::{ContentObject, Image, MISPLACED_IN_BODY, MISPLACED_IN_MESSAGE};
use super::template::Template;
use crate::Extra;
use crate::constructors::constructors;
use crate::wire::Wire;

/// Options of a Viber message.
#[derive(Clone, Default, PartialEq, Wire)]
#[wire(strict, misplaced("action", "client_ref", "duration", "file_size"))]
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
#[wire(strict, misplaced = MISPLACED_IN_BODY)]
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
    Viber(from: FromViber = "/from/id", to: ToViber = "/to/number") of Content in Body {
        /// Text message.
        text(Text) = Text at "/message/content/text";
        /// Image: jpg, jpeg or png.
        image(Image) = Image at "/message/content/image/url";
        /// Registered template.
        template(Template) = Template at "/message/content/template";
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
