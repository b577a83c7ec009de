//! RCS.

pub mod card;
pub mod suggestion;

use self::card::{Card, Carousel};
use self::suggestion::Suggestion;
use super::custom::Custom;
use super::media::Media;
use super::{ELSEWHERE, Envelope, OPTIONS_ELSEWHERE, constructors, envelope_setters, written_as};
use crate::limits;
use crate::problem::{Invalid, Rule};
use crate::value::{List, PhoneNumber, Seconds, Text, string_value};
use crate::wire::{Context, wire_choice, wire_content, wire_object};

/// The text of an RCS message: up to 3,072 characters.
pub type RcsText = Text<0, { limits::RCS_TEXT_MAX }>;

/// How long delivery is tried: 20 seconds to 3 days, which is the default.
pub type RcsTtl = Seconds<{ limits::RCS_TTL_MIN }, { limits::RCS_TTL_MAX }>;

/// The suggestions under a text or a carousel: up to 11.
pub type Suggestions = List<Suggestion, 0, { limits::RCS_SUGGESTIONS_MAX }>;

/// Who an RCS message comes from: the id of a registered sender, of letters, digits, `-`, `_`
/// and `&`.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct RcsSender(String);

string_value!([] RcsSender);

impl RcsSender {
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

wire_choice! {
    /// What the message is for; compulsory in some countries.
    closed enum RcsCategory {
        /// A code or a link to sign in with.
        Authentication = "authentication",
        /// About something the person has ordered.
        Transaction = "transaction",
        /// Promotional.
        Promotion = "promotion",
        /// An answer to a request for service.
        ServiceRequest = "service-request",
        /// A confirmation.
        Acknowledgement = "acknowledgement",
    }
}

wire_choice! {
    /// How a card stands.
    closed enum CardOrientation {
        /// The medium above the text.
        Vertical = "VERTICAL",
        /// The medium beside the text.
        Horizontal = "HORIZONTAL",
    }
}

wire_choice! {
    /// On which side of a horizontal card the medium is.
    closed enum ImageAlignment {
        /// Left of the text.
        Left = "LEFT",
        /// Right of the text.
        Right = "RIGHT",
    }
}

wire_choice! {
    /// How wide the cards of a carousel are.
    closed enum CardWidth {
        /// Narrow.
        Small = "SMALL",
        /// Wide.
        Medium = "MEDIUM",
    }
}

wire_object! {
    /// Options that only an RCS message has.
    #[derive(Default)]
    outbound struct RcsOptions {
        optional {
            /// What the message is for.
            category: RcsCategory = "category",
            /// How a card stands.
            card_orientation: CardOrientation = "card_orientation",
            /// On which side the medium is: required when the card is horizontal, without meaning
            /// otherwise.
            image_alignment: ImageAlignment = "image_alignment",
            /// How wide the cards of a carousel are.
            card_width: CardWidth = "card_width",
        }
        elsewhere OPTIONS_ELSEWHERE;
        rules alignment_rule(; card_orientation, image_alignment);
    }
}

impl RcsOptions {
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

wire_object! {
    /// A text and what is suggested under it.
    outbound members struct TextContent {
        required {
            /// The text.
            text: RcsText = "text",
        }
        optional {
            /// What the person can tap instead of answering: up to 11.
            suggestions: Suggestions = "suggestions",
        }
    }
}

wire_object! {
    /// A carousel and what is suggested under it.
    outbound new members struct CarouselContent {
        required {
            /// The cards.
            carousel: Carousel = "carousel",
        }
        optional {
            /// What the person can tap instead of answering: up to 11.
            suggestions: Suggestions = "suggestions",
        }
    }
}

written_as! { TextContent(RcsText); }

impl<T: Into<Carousel>> From<T> for CarouselContent {
    fn from(carousel: T) -> Self {
        Self::bare(carousel.into())
    }
}

impl TryFrom<Vec<Card>> for CarouselContent {
    type Error = Invalid;

    fn try_from(cards: Vec<Card>) -> Result<Self, Invalid> {
        Carousel::try_from(cards).map(Self::bare)
    }
}

wire_content! {
    /// What an RCS message can hold.
    outbound enum RcsContent by "message_type" {
        nested {
            /// An image: jpg, jpeg, gif or png.
            Image(Media) = "image",
            /// A video: mp4, m4v, h263, mpeg or webm.
            Video(Media) = "video",
            /// A file: pdf.
            File(Media) = "file",
            /// A medium with title, text and suggestions.
            Card(Card) = "card",
            /// JSON of Google's RCS Business Messaging. Legacy.
            Custom(Custom) = "custom",
        }
        flat {
            /// A text.
            Text(TextContent) = "text",
            /// Several cards in a row.
            Carousel(CarouselContent) = "carousel",
        }
    }
}

wire_object! {
    /// A message over RCS.
    ///
    /// ```
    /// use messages_types::v1::Rcs;
    /// use messages_types::v1::outbound::rcs::card::Card;
    /// use messages_types::v1::outbound::rcs::suggestion::Suggestion;
    /// use messages_types::v1::outbound::rcs::{ImageAlignment, RcsOptions, Suggestions, TextContent};
    ///
    /// let question = TextContent::new("Shall we deliver today?")?.suggestions(Suggestions::new([
    ///     Suggestion::reply("Yes", "today")?,
    ///     Suggestion::dial("Call us", "call", "+447700900001")?,
    /// ])?);
    /// let text = Rcs::text("Acme", "447700900000", question)?;
    ///
    /// let card = Card::new("A cat", "It sits on a mat", "https://example.com/cat.jpg")?;
    /// let one = Rcs::card("Acme", "447700900000", card.clone())?
    ///     .rcs(RcsOptions::horizontal(ImageAlignment::Left));
    /// let many = Rcs::carousel("Acme", "447700900000", [card.clone(), card])?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    outbound struct Rcs {
        constants { "channel" = "rcs"; }
        required {
            /// The registered sender.
            from: RcsSender = "from",
            /// Whom it reaches.
            to: PhoneNumber = "to",
        }
        flatten {
            /// What it holds.
            content: RcsContent,
            /// What the messages of every channel have in common.
            envelope: Envelope,
        }
        optional {
            /// How long delivery is tried.
            ttl: RcsTtl = "ttl",
            /// Options that only an RCS message has.
            rcs: RcsOptions = "rcs",
            /// Passes the Fraud Defender for this recipient (premium accounts).
            trusted_recipient: bool = "trusted_recipient",
            /// The deprecated spelling of `trusted_recipient`.
            trusted_sender: bool = "trusted_sender",
        }
        elsewhere ELSEWHERE;
        rules options_rule(content; rcs);
    }
}

/// Which option goes with which content.
fn options_rule(content: &RcsContent, options: Option<&RcsOptions>, cx: &mut Context) {
    let Some(options) = options else { return };
    cx.within("rcs", |cx| {
        if !matches!(content, RcsContent::Card(_)) {
            if options.card_orientation.is_some() {
                cx.misplaced("card_orientation", "is for cards only");
            }
            if options.image_alignment.is_some() {
                cx.misplaced("image_alignment", "is for cards only");
            }
        }
        if options.card_width.is_some() && !matches!(content, RcsContent::Carousel(_)) {
            cx.misplaced("card_width", "is for carousels only");
        }
    });
}

envelope_setters!(Rcs);

constructors! {
    Rcs(from: RcsSender, to: PhoneNumber) of RcsContent {
        /// A text, with suggestions if it is a [`TextContent`].
        text(TextContent) = Text at "/text";
        /// An image: jpg, jpeg, gif or png.
        image(Media) = Image at "/image/url";
        /// A video: mp4, m4v, h263, mpeg or webm.
        video(Media) = Video at "/video/url";
        /// A file: pdf.
        file(Media) = File at "/file/url";
        /// A card.
        card(Card) = Card at "/card";
        /// A carousel: an array or a `Vec` of two to ten cards, or a [`CarouselContent`] with
        /// suggestions.
        carousel(CarouselContent) = Carousel at "/carousel/cards";
        /// JSON of Google's RCS Business Messaging. Legacy.
        custom(Custom) = Custom at "/custom";
    }
}
