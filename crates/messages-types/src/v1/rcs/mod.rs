//! RCS: texts, files, [cards](card) and carousels with [suggestions](suggestion). [`Rcs`] is the message, [`Content`] its content,
//! [`Options`] its options.

pub mod card;
pub mod suggestion;

use self::card::{Card, Carousel};
use self::suggestion::Suggestion;
use super::custom::Custom;
use super::media::Media;
use super::{ClientRef, Envelope, IN_MESSAGE, IN_OPTIONS, WebhookVersion};
use crate::constructors::constructors;
use crate::error::{Invalid, Problems, Rule};
use crate::value::{self, Field, List, PhoneNumber, Seconds, Url};
use crate::wire::{Context, Wire};
use crate::{Extra, limits};

/// The text of an RCS message: 1 to 3,072 characters.
pub type Text = value::Text<{ limits::TEXT_MIN }, { limits::RCS_TEXT_MAX }>;

/// Period in which delivery is attempted: 20 seconds to 3 days, which is the default.
pub type Ttl = Seconds<{ limits::RCS_TTL_MIN }, { limits::RCS_TTL_MAX }>;

/// The suggestions under a text or a carousel: up to 11.
pub type Suggestions = List<Suggestion, 0, { limits::RCS_SUGGESTIONS_MAX }>;

/// Sender of an RCS message: the ID of a registered sender, of letters, digits, `-`, `_`
/// and `&`.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Wire)]
pub struct Sender(String);

impl Sender {
    fn refusal(text: &str) -> Option<Invalid> {
        let fits = |byte: u8| byte.is_ascii_alphanumeric() || b"-_&".contains(&byte);
        (text.is_empty() || !text.bytes().all(fits)).then(|| {
            Invalid::new(
                Rule::Format,
                "must be a sender id of letters, digits, -, _ and &, without spaces",
            )
        })
    }
}

/// Category of a message; required in some countries.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Wire)]
#[wire(strict, rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Category {
    /// Code or link for signing in.
    Authentication,
    /// Related to an order of the recipient.
    Transaction,
    /// Promotional.
    Promotion,
    /// Response to a service request.
    ServiceRequest,
    /// Confirmation.
    Acknowledgement,
}

/// Orientation of a card.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Wire)]
#[wire(strict, rename_all = "SCREAMING_SNAKE_CASE")]
#[non_exhaustive]
pub enum CardOrientation {
    /// Media file above the text.
    Vertical,
    /// Media file beside the text.
    Horizontal,
}

/// Side of a horizontal card on which the media file is shown.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Wire)]
#[wire(strict, rename_all = "SCREAMING_SNAKE_CASE")]
#[non_exhaustive]
pub enum ImageAlignment {
    /// Left of the text.
    Left,
    /// Right of the text.
    Right,
}

/// Width of the cards of a carousel.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Wire)]
#[wire(strict, rename_all = "SCREAMING_SNAKE_CASE")]
#[non_exhaustive]
pub enum CardWidth {
    /// Narrow.
    Small,
    /// Wide.
    Medium,
}

/// Options of an RCS message.
#[derive(Clone, Default, PartialEq, Wire)]
#[wire(strict, misplaced = IN_OPTIONS)]
#[wire(validate = alignment_rule(card_orientation, image_alignment))]
#[non_exhaustive]
pub struct Options {
    /// Category of the message; required in some countries.
    pub category: Option<Category>,
    /// Orientation of the card.
    pub card_orientation: Option<CardOrientation>,
    /// Side on which the media file is shown: required for a horizontal card, without effect
    /// otherwise.
    pub image_alignment: Option<ImageAlignment>,
    /// Width of the cards of the carousel.
    pub card_width: Option<CardWidth>,
    /// Unknown fields, written unchanged.
    pub extra: Extra,
}

impl Options {
    /// Options of a card with its media file above the text.
    #[must_use]
    pub fn vertical() -> Self {
        Self::default().card_orientation(CardOrientation::Vertical)
    }

    /// Options of a card with its media file on this side of the text.
    #[must_use]
    pub fn horizontal(side: ImageAlignment) -> Self {
        Self::default()
            .card_orientation(CardOrientation::Horizontal)
            .image_alignment(side)
    }
}

fn alignment_rule(
    orientation: Option<&CardOrientation>,
    alignment: Option<&ImageAlignment>,
    cx: &mut Context,
) {
    // On a vertical card it has no effect, but the vendor's samples include it.
    if orientation == Some(&CardOrientation::Horizontal) && alignment.is_none() {
        cx.lacks(
            "image_alignment",
            "is required with card_orientation HORIZONTAL",
        );
    }
}

/// Content of an RCS message.
#[derive(Clone, PartialEq, Wire)]
#[wire(strict, tag = "message_type")]
#[non_exhaustive]
pub enum Content {
    /// Image: jpg, jpeg, gif or png.
    Image(Media),
    /// Video: mp4, m4v, h263, mpeg or webm.
    Video(Media),
    /// File: pdf.
    File(Media),
    /// Media file with title, text and suggestions.
    Card(Card),
    /// JSON of Google's RCS Business Messaging. Legacy.
    Custom(Custom),
    /// Text.
    Text {
        /// The text.
        text: Text,
        /// Suggested replies and actions under the text: up to 11.
        suggestions: Option<Suggestions>,
    },
    /// Several cards in a row.
    Carousel {
        /// The cards.
        carousel: Carousel,
        /// Suggested replies and actions under the carousel: up to 11.
        suggestions: Option<Suggestions>,
    },
}

/// A message over RCS.
///
/// ```
/// use messages_types::v1::Rcs;
/// use messages_types::v1::rcs::card::Card;
/// use messages_types::v1::rcs::suggestion::Suggestion;
/// use messages_types::v1::rcs::{ImageAlignment, Options, Suggestions};
///
/// let answers = Suggestions::new([
///     Suggestion::reply("Yes", "today")?,
///     Suggestion::dial("Call us", "call", "+447700900001")?,
/// ])?;
/// let text = Rcs::text("Acme", "447700900000", "Shall we deliver today?")?.suggestions(answers)?;
///
/// let card = Card::new("A cat", "It sits on a mat", "https://example.com/cat.jpg")?;
/// let one = Rcs::card("Acme", "447700900000", card.clone())?
///     .rcs(Options::horizontal(ImageAlignment::Left));
/// let many = Rcs::carousel("Acme", "447700900000", [card.clone(), card])?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, PartialEq, Wire)]
#[wire(strict, constant(channel = "rcs"))]
#[wire(misplaced = IN_MESSAGE, validate = options_rule(content, rcs))]
#[non_exhaustive]
pub struct Rcs {
    /// ID of the registered sender.
    pub from: Sender,
    /// Recipient.
    pub to: PhoneNumber,
    /// Content of the message.
    #[wire(flatten)]
    pub content: Content,
    /// Fields common to all channels.
    #[wire(flatten, setters(client_ref: ClientRef, webhook_url: Url, webhook_version: WebhookVersion))]
    pub envelope: Envelope,
    /// Period in which delivery is attempted: 20 seconds to 3 days, which is the default.
    pub ttl: Option<Ttl>,
    /// Options of an RCS message.
    pub rcs: Option<Options>,
    /// `true` bypasses the Fraud Defender for this recipient (premium accounts).
    pub trusted_recipient: Option<bool>,
    /// Deprecated name of `trusted_recipient`.
    pub trusted_sender: Option<bool>,
    /// Unknown fields, written unchanged.
    pub extra: Extra,
}

/// Checks that the options match the content.
fn options_rule(content: &Content, options: Option<&Options>, cx: &mut Context) {
    let Some(options) = options else { return };
    cx.within("rcs", |cx| {
        if !matches!(content, Content::Card(_)) {
            if options.card_orientation.is_some() {
                cx.misplaced("card_orientation", "is for cards only");
            }
            if options.image_alignment.is_some() {
                cx.misplaced("image_alignment", "is for cards only");
            }
        }
        if options.card_width.is_some() && !matches!(content, Content::Carousel { .. }) {
            cx.misplaced("card_width", "is for carousels only");
        }
    });
}

constructors! {
    Rcs(from: Sender = "/from", to: PhoneNumber = "/to") of Content {
        /// Image: jpg, jpeg, gif or png.
        image(Media) = Image at "/image/url";
        /// Video: mp4, m4v, h263, mpeg or webm.
        video(Media) = Video at "/video/url";
        /// File: pdf.
        file(Media) = File at "/file/url";
        /// Card.
        card(Card) = Card at "/card";
        /// JSON of Google's RCS Business Messaging. Legacy.
        custom(Custom) = Custom at "/custom";
    }
}

impl Rcs {
    /// A text message. [`Rcs::suggestions`] adds suggested replies.
    ///
    /// # Errors
    ///
    /// All invalid arguments, each with its JSON pointer.
    pub fn text(
        from: impl Field<Sender>,
        to: impl Field<PhoneNumber>,
        text: impl Field<Text>,
    ) -> Result<Self, Problems> {
        Self::assemble(from, to, |fields| {
            Some(Content::Text {
                text: fields.take("/text", text)?,
                suggestions: None,
            })
        })
    }

    /// A carousel: an array or a `Vec` of two to ten cards. [`Rcs::suggestions`] adds suggested replies.
    ///
    /// # Errors
    ///
    /// All invalid arguments, each with its JSON pointer.
    pub fn carousel(
        from: impl Field<Sender>,
        to: impl Field<PhoneNumber>,
        carousel: impl Field<Carousel>,
    ) -> Result<Self, Problems> {
        Self::assemble(from, to, |fields| {
            Some(Content::Carousel {
                carousel: fields.take("/carousel/cards", carousel)?,
                suggestions: None,
            })
        })
    }

    /// Sets the suggested replies and actions under a text or a carousel.
    ///
    /// # Errors
    ///
    /// [`Rule::NotAllowed`] with other contents (a [`Card`] has suggestions of its own), or the number of suggestions is out
    /// of range.
    pub fn suggestions(mut self, suggestions: impl Field<Suggestions>) -> Result<Self, Problems> {
        let suggestions = suggestions
            .parse()
            .map_err(|invalid| invalid.at("/suggestions"))?;
        match &mut self.content {
            Content::Text {
                suggestions: shown, ..
            }
            | Content::Carousel {
                suggestions: shown, ..
            } => {
                *shown = Some(suggestions);
                Ok(self)
            }
            _ => Err(
                Invalid::new(Rule::NotAllowed, "is for texts and carousels only")
                    .at("/suggestions")
                    .into(),
            ),
        }
    }
}
