//! E-mail (open beta since June 2026).

use super::{ELSEWHERE, Envelope, OPTIONS_ELSEWHERE, constructors, envelope_setters};
use crate::limits;
use crate::value::{EmailAddress, List, Text};
use crate::wire::{wire_choice, wire_content, wire_object};

/// A display name: 1 to 100 characters.
pub type DisplayName = Text<1, { limits::EMAIL_NAME_MAX }>;

/// The parts of a message that has several, at least one.
pub type EmailParts = List<EmailPart, 1, { usize::MAX }>;

wire_choice! {
    /// How important the sender finds the message.
    closed enum Importance {
        /// More than usual.
        High = "High",
        /// As usual.
        Normal = "Normal",
        /// Less than usual.
        Low = "Low",
    }
}

wire_choice! {
    /// How soon the message should be read.
    closed enum Priority {
        /// Some time.
        NonUrgent = "Non-urgent",
        /// As usual.
        Normal = "Normal",
        /// At once.
        Urgent = "Urgent",
    }
}

wire_choice! {
    /// How confidential the message is.
    closed enum Sensitivity {
        /// Personal.
        Personal = "Personal",
        /// Private.
        Private = "Private",
        /// Confidential within the company.
        CompanyConfidential = "Company-Confidential",
    }
}

wire_object! {
    /// A further recipient.
    outbound new struct CopyTo {
        required {
            /// The address.
            address: EmailAddress = "address",
        }
        optional {
            /// The name shown for it.
            name: DisplayName = "name",
        }
    }
}

wire_object! {
    /// The head of an e-mail.
    outbound struct EmailOptions {
        required {
            /// The subject.
            subject: String = "subject",
        }
        optional {
            /// The name shown for the recipient.
            to_name: DisplayName = "to_name",
            /// The name shown for the sender.
            from_name: DisplayName = "from_name",
            /// How important the sender finds the message.
            importance: Importance = "importance",
            /// How soon the message should be read.
            priority: Priority = "priority",
            /// How confidential the message is.
            sensitivity: Sensitivity = "sensitivity",
            /// Who gets a copy.
            cc: Vec<CopyTo> = "cc",
            /// Who gets a copy without the others knowing.
            bcc: Vec<CopyTo> = "bcc",
        }
        elsewhere OPTIONS_ELSEWHERE;
    }
}

wire_object! {
    /// A text in HTML.
    outbound struct Html {
        required {
            /// The HTML.
            body: String = "body",
        }
        elsewhere &["text"];
    }
}

/// Both need one text, of any length, and can be written as that.
macro_rules! written_as_text {
    ($($type:ident)*) => { $(
        impl $type {
            /// With this text and nothing else.
            #[must_use]
            pub fn new(text: impl Into<String>) -> Self {
                Self::bare(text.into())
            }
        }

        impl From<&str> for $type {
            fn from(text: &str) -> Self {
                Self::new(text)
            }
        }

        impl From<String> for $type {
            fn from(text: String) -> Self {
                Self::new(text)
            }
        }
    )* };
}

written_as_text! { EmailOptions Html }

wire_object! {
    /// The plain form of a message with several parts.
    outbound new members struct PlainPart {
        required {
            /// The text.
            text: String = "text",
        }
    }
}

wire_object! {
    /// The HTML form of a message with several parts.
    outbound new members struct HtmlPart {
        required {
            /// The HTML.
            body: String = "body",
        }
    }
}

wire_content! {
    /// What a part of a message is.
    outbound enum EmailPartContent by "type" {
        flat {
            /// Plain text.
            Text(PlainPart) = "text",
            /// HTML.
            Html(HtmlPart) = "html",
        }
    }
}

wire_object! {
    /// A part of a message that has several.
    outbound struct EmailPart {
        flatten {
            /// What it is.
            content: EmailPartContent,
        }
        elsewhere &["body", "html", "text"];
    }
}

impl EmailPart {
    /// Plain text.
    #[must_use]
    pub fn text(text: impl Into<String>) -> Self {
        Self::bare(EmailPartContent::Text(PlainPart::bare(text.into())))
    }

    /// HTML.
    #[must_use]
    pub fn html(body: impl Into<String>) -> Self {
        Self::bare(EmailPartContent::Html(HtmlPart::bare(body.into())))
    }
}

wire_content! {
    /// What an e-mail can hold.
    outbound enum EmailContent by "message_type" {
        nested {
            /// Plain text.
            Text(String) = "text",
            /// HTML.
            Html(Html) = "html",
            /// The same in several forms.
            Content(EmailParts) = "content",
        }
    }
}

wire_object! {
    /// An e-mail, without attachments.
    ///
    /// ```
    /// use messages_types::v1::Email;
    /// use messages_types::v1::outbound::email::{EmailOptions, EmailPart, Importance};
    ///
    /// let short = Email::text("shop@example.com", "ann@example.com", "Your order", "It is on its way")?;
    ///
    /// let head = EmailOptions::new("Your order").importance(Importance::High);
    /// let both = Email::content("shop@example.com", "ann@example.com", head, [
    ///     EmailPart::text("It is on its way"),
    ///     EmailPart::html("<p>It is on its way</p>"),
    /// ])?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    outbound struct Email {
        constants { "channel" = "email"; }
        required {
            /// Who it comes from, on a verified domain.
            from: EmailAddress = "from",
            /// Whom it reaches.
            to: EmailAddress = "to",
            /// Its head.
            email: EmailOptions = "email",
        }
        flatten {
            /// What it holds.
            content: EmailContent,
            /// What the messages of every channel have in common.
            envelope: Envelope,
        }
        elsewhere ELSEWHERE;
    }
}

envelope_setters!(Email);

constructors! {
    Email(from: EmailAddress, to: EmailAddress, email: EmailOptions = "/email/subject") of EmailContent {
        /// Plain text.
        text(String) = Text at "/text";
        /// HTML.
        html(Html) = Html at "/html/body";
        /// The same in several forms.
        content(EmailParts) = Content at "/content";
    }
}
