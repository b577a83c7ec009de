//! RCS.

pub mod card;
pub mod suggestion;

use self::card::{Card, Carousel};
use self::suggestion::Suggestion;
use super::custom::Custom;
use super::media::Media;
use super::{ClientRef, Envelope, IN_MESSAGE, IN_OPTIONS, WebhookVersion};
use crate::Extra;
use crate::constructors::constructors;
use crate::error::{Invalid, Problems, Rule};
use crate::limits;
use crate::value::{self, Field, List, PhoneNumber, Seconds, Url};
use crate::wire::{Context, Wire};

/// The text of an RCS message: up to 3,072 characters.
pub type Text = value::Text<0, { limits::RCS_TEXT_MAX }>;

/// How long delivery is tried: 20 seconds to 3 days, which is the default.
pub type Ttl = Seconds<{ limits::RCS_TTL_MIN }, { limits::RCS_TTL_MAX }>;

/// The suggestions under a text or a carousel: up to 11.
pub type Suggestions = List<Suggestion, 0, { limits::RCS_SUGGESTIONS_MAX }>;

/// Who an RCS message comes from: the id of a registered sender, of letters, digits, `-`, `_`
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

/// What the message is for; compulsory in some countries.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Wire)]
#[wire(strict, rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Category {
    /// A code or a link to sign in with.
    Authentication,
    /// About something the person has ordered.
    Transaction,
    /// Promotional.
    Promotion,
    /// An answer to a request for service.
    ServiceRequest,
    /// A confirmation.
    Acknowledgement,
}

/// How a card stands.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Wire)]
#[wire(strict, rename_all = "SCREAMING_SNAKE_CASE")]
#[non_exhaustive]
pub enum CardOrientation {
    /// The medium above the text.
    Vertical,
    /// The medium beside the text.
    Horizontal,
}

/// On which side of a horizontal card the medium is.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Wire)]
#[wire(strict, rename_all = "SCREAMING_SNAKE_CASE")]
#[non_exhaustive]
pub enum ImageAlignment {
    /// Left of the text.
    Left,
    /// Right of the text.
    Right,
}

/// How wide the cards of a carousel are.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Wire)]
#[wire(strict, rename_all = "SCREAMING_SNAKE_CASE")]
#[non_exhaustive]
pub enum CardWidth {
    /// Narrow.
    Small,
    /// Wide.
    Medium,
}

/// Options that only an RCS message has.
#[derive(Clone, Default, PartialEq, Wire)]
#[wire(strict)]
#[wire(misplaced = IN_OPTIONS)]
#[wire(validate = alignment_rule(card_orientation, image_alignment))]
#[non_exhaustive]
pub struct Options {
    /// What the message is for.
    pub category: Option<Category>,
    /// How a card stands.
    pub card_orientation: Option<CardOrientation>,
    /// On which side the medium is: required when the card is horizontal, without meaning
    /// otherwise.
    pub image_alignment: Option<ImageAlignment>,
    /// How wide the cards of a carousel are.
    pub card_width: Option<CardWidth>,
    /// Unknown fields, which are written as they are.
    #[wire(extra)]
    pub extra: Extra,
}

impl Options {
    /// A card with its medium above the text.
    #[must_use]
    pub fn vertical() -> Self {
        Self::default().card_orientation(CardOrientation::Vertical)
    }

    /// A card with its medium at this side of the text.
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
    // On a vertical card it says nothing; the vendor's samples have it there all the same.
    if orientation == Some(&CardOrientation::Horizontal) && alignment.is_none() {
        cx.lacks(
            "image_alignment",
            "is required with card_orientation HORIZONTAL",
        );
    }
}

/// What an RCS message can hold.
#[derive(Clone, PartialEq, Wire)]
#[wire(strict, tag = "message_type")]
#[non_exhaustive]
pub enum Content {
    /// An image: jpg, jpeg, gif or png.
    Image(Media),
    /// A video: mp4, m4v, h263, mpeg or webm.
    Video(Media),
    /// A file: pdf.
    File(Media),
    /// A medium with title, text and suggestions.
    Card(Card),
    /// JSON of Google's RCS Business Messaging. Legacy.
    Custom(Custom),
    /// A text.
    Text {
        /// The text.
        text: Text,
        /// Suggested replies and actions under it: up to 11.
        suggestions: Option<Suggestions>,
    },
    /// Several cards in a row.
    Carousel {
        /// The cards.
        carousel: Carousel,
        /// Suggested replies and actions under it: up to 11.
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
#[wire(strict)]
#[wire(constant(channel = "rcs"))]
#[wire(misplaced = IN_MESSAGE)]
#[wire(validate = options_rule(content, rcs))]
#[non_exhaustive]
pub struct Rcs {
    /// The registered sender.
    pub from: Sender,
    /// Whom it reaches.
    pub to: PhoneNumber,
    /// What it holds.
    #[wire(flatten)]
    pub content: Content,
    /// What the messages of every channel have in common.
    #[wire(flatten, setters(client_ref: ClientRef, webhook_url: Url, webhook_version: WebhookVersion))]
    pub envelope: Envelope,
    /// How long delivery is tried.
    pub ttl: Option<Ttl>,
    /// Options that only an RCS message has.
    pub rcs: Option<Options>,
    /// Passes the Fraud Defender for this recipient (premium accounts).
    pub trusted_recipient: Option<bool>,
    /// The deprecated spelling of `trusted_recipient`.
    pub trusted_sender: Option<bool>,
    /// Unknown fields, which are written as they are.
    #[wire(extra)]
    pub extra: Extra,
}

/// Which option goes with which content.
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

impl Rcs {
    fn from_content(from: Sender, to: PhoneNumber, content: Content) -> Self {
        Self::from_parts(from, to, content, Envelope::default())
    }

    pub(crate) fn message_type(&self) -> &str {
        self.content.type_name()
    }
}

constructors! {
    Rcs(from: Sender = "/from", to: PhoneNumber = "/to") of Content {
        /// An image: jpg, jpeg, gif or png.
        image(Media) = Image at "/image/url";
        /// A video: mp4, m4v, h263, mpeg or webm.
        video(Media) = Video at "/video/url";
        /// A file: pdf.
        file(Media) = File at "/file/url";
        /// A card.
        card(Card) = Card at "/card";
        /// JSON of Google's RCS Business Messaging. Legacy.
        custom(Custom) = Custom at "/custom";
    }
}

impl Rcs {
    /// A text. [`Rcs::suggestions`] adds suggested replies.
    ///
    /// # Errors
    ///
    /// All arguments that break a rule, each by its JSON pointer.
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
    /// All arguments that break a rule, each by its JSON pointer.
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
    /// [`Rule::NotAllowed`] with other contents; a [`Card`] has suggestions of its own.
    pub fn suggestions(mut self, suggestions: Suggestions) -> Result<Self, Problems> {
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
