//! Cards, alone and in a carousel.

use super::suggestion::Suggestion;
use crate::Extra;
use crate::error::Invalid;
use crate::limits;
use crate::value::{self, List, Url};
use crate::wire::Wire;

/// The title of a card: up to 200 characters.
pub type CardTitle = value::Text<0, { limits::RCS_CARD_TITLE_MAX }>;

/// The text of a card: up to 2,000 characters.
pub type CardText = value::Text<0, { limits::RCS_CARD_TEXT_MAX }>;

/// The suggestions on a card: up to 4.
pub type CardSuggestions = List<Suggestion, 0, { limits::RCS_CARD_SUGGESTIONS_MAX }>;

/// The cards of a carousel: 2 to 10.
pub type Cards = List<Card, { limits::RCS_CARDS_MIN }, { limits::RCS_CARDS_MAX }>;

/// The URL of a thumbnail: an absolute one, or empty, as SDKs write it when there is none.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Wire)]
pub struct ThumbnailUrl(String);

impl ThumbnailUrl {
    fn refusal(text: &str) -> Option<Invalid> {
        (!text.is_empty()).then(|| <Url>::refusal(text)).flatten()
    }
}

/// How high the medium of a card is.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Wire)]
#[wire(strict, rename_all = "SCREAMING_SNAKE_CASE")]
#[non_exhaustive]
pub enum MediaHeight {
    /// Low.
    Short,
    /// Middle.
    Medium,
    /// High.
    Tall,
}

/// A medium with title, text and suggestions.
#[derive(Clone, PartialEq, Wire)]
#[wire(strict, new)]
#[wire(misplaced("card_orientation", "card_width", "image_alignment"))]
#[non_exhaustive]
pub struct Card {
    /// What stands first.
    pub title: CardTitle,
    /// What stands below it.
    pub text: CardText,
    /// Where the API fetches the image, the video or the pdf.
    pub media_url: Url,
    /// The medium in words, for those who cannot see it.
    pub media_description: Option<String>,
    /// How high the medium is.
    pub media_height: Option<MediaHeight>,
    /// Where the API fetches a small picture of the medium.
    pub thumbnail_url: Option<ThumbnailUrl>,
    /// Whether the medium is fetched again although the provider still has it (for up to
    /// 60 days).
    pub media_force_refresh: Option<bool>,
    /// What the person can tap: up to 4.
    pub suggestions: Option<CardSuggestions>,
    /// Unknown fields, which are written as they are.
    #[wire(extra)]
    pub extra: Extra,
}

/// Cards in a row; they stand vertically.
///
/// ```
/// use messages_types::v1::rcs::card::{Card, Carousel};
///
/// let card = Card::new("A cat", "It sits on a mat", "https://example.com/cat.jpg")?;
/// let carousel = Carousel::from([card.clone(), card]);
/// # Ok::<(), messages_types::Problems>(())
/// ```
///
/// An array of another length does not compile:
///
/// ```compile_fail
/// # use messages_types::v1::rcs::card::{Card, Carousel};
/// let card = Card::new("A cat", "It sits on a mat", "https://example.com/cat.jpg")?;
/// let carousel = Carousel::from([card]);
/// # Ok::<(), messages_types::Problems>(())
/// ```
#[derive(Clone, PartialEq, Wire)]
#[wire(strict)]
#[wire(misplaced("card_width", "suggestions"))]
#[non_exhaustive]
pub struct Carousel {
    /// The cards: 2 to 10.
    pub cards: Cards,
    /// Unknown fields, which are written as they are.
    #[wire(extra)]
    pub extra: Extra,
}

impl From<Cards> for Carousel {
    fn from(cards: Cards) -> Self {
        Self::from_parts(cards)
    }
}

impl TryFrom<Vec<Card>> for Carousel {
    type Error = Invalid;

    fn try_from(cards: Vec<Card>) -> Result<Self, Invalid> {
        Cards::try_from(cards).map(Self::from_parts)
    }
}

impl<const N: usize> From<[Card; N]> for Carousel {
    fn from(cards: [Card; N]) -> Self {
        Self::from_parts(Cards::of(cards))
    }
}
