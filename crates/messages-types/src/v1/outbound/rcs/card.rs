//! Cards, alone and in a carousel.

use super::suggestion::Suggestion;
use crate::limits;
use crate::problem::Invalid;
use crate::value::{List, Text, Url, string_value};
use crate::wire::{wire_choice, wire_object};

/// The title of a card: up to 200 characters.
pub type CardTitle = Text<0, { limits::RCS_CARD_TITLE_MAX }>;

/// The text of a card: up to 2,000 characters.
pub type CardText = Text<0, { limits::RCS_CARD_TEXT_MAX }>;

/// The suggestions on a card: up to 4.
pub type CardSuggestions = List<Suggestion, 0, { limits::RCS_CARD_SUGGESTIONS_MAX }>;

/// The cards of a carousel: 2 to 10.
pub type Cards = List<Card, { limits::RCS_CARDS_MIN }, { limits::RCS_CARDS_MAX }>;

/// The URL of a thumbnail: an absolute one, or empty, as SDKs write it when there is none.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ThumbnailUrl(String);

string_value!([] ThumbnailUrl);

impl ThumbnailUrl {
    fn refusal(text: &str) -> Option<Invalid> {
        (!text.is_empty()).then(|| <Url>::refusal(text)).flatten()
    }
}

wire_choice! {
    /// How high the medium of a card is.
    closed enum MediaHeight {
        /// Low.
        Short = "SHORT",
        /// Middle.
        Medium = "MEDIUM",
        /// High.
        Tall = "TALL",
    }
}

wire_object! {
    /// A medium with title, text and suggestions.
    outbound new struct Card {
        required {
            /// What stands first.
            title: CardTitle = "title",
            /// What stands below it.
            text: CardText = "text",
            /// Where the API fetches the image, the video or the pdf.
            media_url: Url = "media_url",
        }
        optional {
            /// The medium in words, for those who cannot see it.
            media_description: String = "media_description",
            /// How high the medium is.
            media_height: MediaHeight = "media_height",
            /// Where the API fetches a small picture of the medium.
            thumbnail_url: ThumbnailUrl = "thumbnail_url",
            /// Whether the medium is fetched again although the provider still has it (for up to
            /// 60 days).
            media_force_refresh: bool = "media_force_refresh",
            /// What the person can tap: up to 4.
            suggestions: CardSuggestions = "suggestions",
        }
        elsewhere &["card_orientation", "card_width", "image_alignment"];
    }
}

wire_object! {
    /// Cards in a row; they stand vertically.
    outbound struct Carousel {
        required {
            /// The cards: 2 to 10.
            cards: Cards = "cards",
        }
        elsewhere &["card_width", "suggestions"];
    }
}

impl From<Cards> for Carousel {
    fn from(cards: Cards) -> Self {
        Self::bare(cards)
    }
}

impl TryFrom<Vec<Card>> for Carousel {
    type Error = Invalid;

    fn try_from(cards: Vec<Card>) -> Result<Self, Invalid> {
        Cards::try_from(cards).map(Self::bare)
    }
}

/// Arrays of an allowed length are carousels; of another length they do not compile.
macro_rules! carousels_of {
    ($($count:literal)*) => { $(
        impl From<[Card; $count]> for Carousel {
            fn from(cards: [Card; $count]) -> Self {
                Self::bare(Cards::of(cards))
            }
        }
    )* };
}

carousels_of! { 2 3 4 5 6 7 8 9 10 }
