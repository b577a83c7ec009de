//! E-mail (open beta since June 2026): plain text, HTML, or both. [`Email`] is the message, [`Content`] its content, [`Options`]
//! its subject and other headers.

use super::{ClientRef, Envelope, IN_MESSAGE, IN_OPTIONS, WebhookVersion};
use crate::constructors::constructors;
use crate::error::Invalid;
use crate::value::{EmailAddress, Field, List, Text, Url};
use crate::wire::Wire;
use crate::{Extra, limits};

/// A subject, a text or HTML: at least 1 character.
pub type Body = Text<{ limits::TEXT_MIN }, { usize::MAX }>;

/// A display name: 1 to 100 characters.
pub type DisplayName = Text<1, { limits::EMAIL_NAME_MAX }>;

/// Parts of a multipart message: at least one.
pub type Parts = List<Part, 1, { usize::MAX }>;

/// Importance the sender assigns to the message.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Wire)]
#[wire(strict, rename_all = "PascalCase")]
#[non_exhaustive]
pub enum Importance {
    /// High importance.
    High,
    /// Normal importance.
    Normal,
    /// Low importance.
    Low,
}

/// Urgency of the message.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Wire)]
#[wire(strict, rename_all = "PascalCase")]
#[non_exhaustive]
pub enum Priority {
    /// Not urgent.
    #[wire(rename = "Non-urgent")]
    NonUrgent,
    /// Normal urgency.
    Normal,
    /// Urgent.
    Urgent,
}

/// Sensitivity of the message.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Wire)]
#[wire(strict, rename_all = "PascalCase")]
#[non_exhaustive]
pub enum Sensitivity {
    /// Personal.
    Personal,
    /// Private.
    Private,
    /// Confidential within the company.
    #[wire(rename = "Company-Confidential")]
    CompanyConfidential,
}

/// Recipient of a copy.
#[derive(Clone, PartialEq, Wire)]
#[wire(strict, new)]
#[non_exhaustive]
pub struct CopyTo {
    /// E-mail address.
    pub address: EmailAddress,
    /// Display name: 1 to 100 characters.
    pub name: Option<DisplayName>,
    /// Unknown fields, written unchanged.
    pub extra: Extra,
}

/// Options of an e-mail: its headers.
#[derive(Clone, PartialEq, Wire)]
#[wire(strict, from_value, misplaced = IN_OPTIONS)]
#[non_exhaustive]
pub struct Options {
    /// Subject.
    pub subject: Body,
    /// Display name of the recipient: 1 to 100 characters.
    pub to_name: Option<DisplayName>,
    /// Display name of the sender: 1 to 100 characters.
    pub from_name: Option<DisplayName>,
    /// Importance the sender assigns to the message.
    pub importance: Option<Importance>,
    /// Urgency of the message.
    pub priority: Option<Priority>,
    /// Sensitivity of the message.
    pub sensitivity: Option<Sensitivity>,
    /// Recipients of a copy.
    pub cc: Option<Vec<CopyTo>>,
    /// Recipients of a blind copy, hidden from the other recipients.
    pub bcc: Option<Vec<CopyTo>>,
    /// Unknown fields, written unchanged.
    pub extra: Extra,
}

/// HTML content of an e-mail.
#[derive(Clone, PartialEq, Wire)]
#[wire(strict, from_value, misplaced("text"))]
#[non_exhaustive]
pub struct Html {
    /// The HTML.
    pub body: Body,
    /// Unknown fields, written unchanged.
    pub extra: Extra,
}

/// Content of one part of a multipart message.
#[derive(Clone, PartialEq, Wire)]
#[wire(strict, tag = "type")]
#[non_exhaustive]
pub enum PartContent {
    /// Plain text.
    Text {
        /// The text.
        text: Body,
    },
    /// HTML.
    Html {
        /// The HTML.
        body: Body,
    },
}

/// One part of a multipart message.
#[derive(Clone, PartialEq, Wire)]
#[wire(strict, misplaced(PartContent, "html"))]
#[non_exhaustive]
pub struct Part {
    /// Type and text.
    #[wire(flatten)]
    pub content: PartContent,
    /// Unknown fields, written unchanged.
    pub extra: Extra,
}

impl Part {
    /// A part in plain text.
    ///
    /// # Errors
    ///
    /// The text is empty.
    pub fn text(text: impl Field<Body>) -> Result<Self, Invalid> {
        let text = text.parse()?;
        Ok(Self::from_parts(PartContent::Text { text }))
    }

    /// A part in HTML.
    ///
    /// # Errors
    ///
    /// The HTML is empty.
    pub fn html(body: impl Field<Body>) -> Result<Self, Invalid> {
        let body = body.parse()?;
        Ok(Self::from_parts(PartContent::Html { body }))
    }
}

/// Content of an e-mail.
#[derive(Clone, PartialEq, Wire)]
#[wire(strict, tag = "message_type")]
#[non_exhaustive]
pub enum Content {
    /// Plain text.
    Text(Body),
    /// HTML.
    Html(Html),
    /// The same content in several formats.
    Content(Parts),
}

/// An e-mail, without attachments.
///
/// ```
/// use messages_types::v1::Email;
/// use messages_types::v1::email::{Options, Part, Importance};
///
/// let short = Email::text("shop@example.com", "ann@example.com", "Your order", "It is on its way")?;
///
/// let head = Options::new("Your order")?.importance(Importance::High);
/// let both = Email::content("shop@example.com", "ann@example.com", head, [
///     Part::text("It is on its way")?,
///     Part::html("<p>It is on its way</p>")?,
/// ])?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, PartialEq, Wire)]
#[wire(strict, constant(channel = "email"), misplaced = IN_MESSAGE)]
#[non_exhaustive]
pub struct Email {
    /// Sender, on a verified domain.
    pub from: EmailAddress,
    /// Recipient.
    pub to: EmailAddress,
    /// Subject and other headers.
    pub email: Options,
    /// Content of the message.
    #[wire(flatten)]
    pub content: Content,
    /// Fields common to all channels.
    #[wire(flatten, setters(client_ref: ClientRef, webhook_url: Url, webhook_version: WebhookVersion))]
    pub envelope: Envelope,
    /// Unknown fields, written unchanged.
    pub extra: Extra,
}

constructors! {
    Email(from: EmailAddress = "/from", to: EmailAddress = "/to", email: Options = "/email/subject") of Content {
        /// Plain text.
        text(Body) = Text at "/text";
        /// HTML.
        html(Html) = Html at "/html/body";
        /// The same content in several formats.
        content(Parts) = Content at "/content";
    }
}
