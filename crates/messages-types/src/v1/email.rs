//! E-mail (open beta since June 2026).

use super::{ClientRef, Envelope, IN_MESSAGE, IN_OPTIONS, WebhookVersion};
use crate::Extra;
use crate::constructors::constructors;
use crate::limits;
use crate::value::{EmailAddress, List, Text, Url};
use crate::wire::Wire;

/// A display name: 1 to 100 characters.
pub type DisplayName = Text<1, { limits::EMAIL_NAME_MAX }>;

/// The parts of a message that has several, at least one.
pub type Parts = List<Part, 1, { usize::MAX }>;

/// How important the sender finds the message.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Wire)]
#[wire(strict, rename_all = "PascalCase")]
#[non_exhaustive]
pub enum Importance {
    /// More than usual.
    High,
    /// As usual.
    Normal,
    /// Less than usual.
    Low,
}

/// How soon the message should be read.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Wire)]
#[wire(strict, rename_all = "PascalCase")]
#[non_exhaustive]
pub enum Priority {
    /// Some time.
    #[wire(rename = "Non-urgent")]
    NonUrgent,
    /// As usual.
    Normal,
    /// At once.
    Urgent,
}

/// How confidential the message is.
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

/// A further recipient.
#[derive(Clone, PartialEq, Wire)]
#[wire(strict, new)]
#[non_exhaustive]
pub struct CopyTo {
    /// The address.
    pub address: EmailAddress,
    /// The name shown for it.
    pub name: Option<DisplayName>,
    /// Unknown fields, which are written as they are.
    #[wire(extra)]
    pub extra: Extra,
}

/// The head of an e-mail.
#[derive(Clone, PartialEq, Wire)]
#[wire(strict)]
#[wire(misplaced = IN_OPTIONS)]
#[non_exhaustive]
pub struct Options {
    /// The subject.
    pub subject: String,
    /// The name shown for the recipient.
    pub to_name: Option<DisplayName>,
    /// The name shown for the sender.
    pub from_name: Option<DisplayName>,
    /// How important the sender finds the message.
    pub importance: Option<Importance>,
    /// How soon the message should be read.
    pub priority: Option<Priority>,
    /// How confidential the message is.
    pub sensitivity: Option<Sensitivity>,
    /// Who gets a copy.
    pub cc: Option<Vec<CopyTo>>,
    /// Who gets a copy without the others knowing.
    pub bcc: Option<Vec<CopyTo>>,
    /// Unknown fields, which are written as they are.
    #[wire(extra)]
    pub extra: Extra,
}

/// A text in HTML.
#[derive(Clone, PartialEq, Wire)]
#[wire(strict, new(unchecked))]
#[wire(misplaced("text"))]
#[non_exhaustive]
pub struct Html {
    /// The HTML.
    pub body: String,
    /// Unknown fields, which are written as they are.
    #[wire(extra)]
    pub extra: Extra,
}

impl Options {
    /// A head with this subject and nothing else.
    #[must_use]
    pub fn new(subject: impl Into<String>) -> Self {
        Self::from_parts(subject.into())
    }
}

impl From<&str> for Options {
    fn from(subject: &str) -> Self {
        Self::new(subject)
    }
}

impl From<String> for Options {
    fn from(subject: String) -> Self {
        Self::new(subject)
    }
}

impl From<&str> for Html {
    fn from(body: &str) -> Self {
        Self::new(body)
    }
}

impl From<String> for Html {
    fn from(body: String) -> Self {
        Self::new(body)
    }
}

/// The content of one part of a message.
#[derive(Clone, PartialEq, Wire)]
#[wire(strict, tag = "type")]
#[non_exhaustive]
pub enum PartContent {
    /// Plain text.
    Text {
        /// The text.
        text: String,
    },
    /// HTML.
    Html {
        /// The HTML.
        body: String,
    },
}

/// One part of a message with several.
#[derive(Clone, PartialEq, Wire)]
#[wire(strict, misplaced(PartContent, "html"))]
#[non_exhaustive]
pub struct Part {
    /// Type and text.
    #[wire(flatten)]
    pub content: PartContent,
    /// Unknown fields, which are written as they are.
    #[wire(extra)]
    pub extra: Extra,
}

impl Part {
    /// Plain text.
    #[must_use]
    pub fn text(text: impl Into<String>) -> Self {
        Self::from_parts(PartContent::Text { text: text.into() })
    }

    /// HTML.
    #[must_use]
    pub fn html(body: impl Into<String>) -> Self {
        Self::from_parts(PartContent::Html { body: body.into() })
    }
}

/// What an e-mail can hold.
#[derive(Clone, PartialEq, Wire)]
#[wire(strict, tag = "message_type")]
#[non_exhaustive]
pub enum Content {
    /// Plain text.
    Text(String),
    /// HTML.
    Html(Html),
    /// The same in several forms.
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
/// let head = Options::new("Your order").importance(Importance::High);
/// let both = Email::content("shop@example.com", "ann@example.com", head, [
///     Part::text("It is on its way"),
///     Part::html("<p>It is on its way</p>"),
/// ])?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, PartialEq, Wire)]
#[wire(strict)]
#[wire(constant(channel = "email"))]
#[wire(misplaced = IN_MESSAGE)]
#[non_exhaustive]
pub struct Email {
    /// Who it comes from, on a verified domain.
    pub from: EmailAddress,
    /// Whom it reaches.
    pub to: EmailAddress,
    /// Its head.
    pub email: Options,
    /// What it holds.
    #[wire(flatten)]
    pub content: Content,
    /// What the messages of every channel have in common.
    #[wire(flatten, setters(client_ref: ClientRef, webhook_url: Url, webhook_version: WebhookVersion))]
    pub envelope: Envelope,
    /// Unknown fields, which are written as they are.
    #[wire(extra)]
    pub extra: Extra,
}

impl Email {
    fn from_content(
        from: EmailAddress,
        to: EmailAddress,
        email: Options,
        content: Content,
    ) -> Self {
        Self::from_parts(from, to, email, content, Envelope::default())
    }

    pub(crate) fn message_type(&self) -> &str {
        self.content.type_name()
    }
}

constructors! {
    Email(from: EmailAddress = "/from", to: EmailAddress = "/to", email: Options = "/email/subject") of Content {
        /// Plain text.
        text(String) = Text at "/text";
        /// HTML.
        html(Html) = Html at "/html/body";
        /// The same in several forms.
        content(Parts) = Content at "/content";
    }
}
