//! Cards, alone and in a carousel.

use super::suggestion::Suggestion;
use crate::error::Invalid;
use crate::value::{self, List, Url};
use crate::wire::Wire;
use crate::{Extra, limits};

/// The title of a card: 1 to 200 characters.
pub type CardTitle = value::Text<{ limits::TEXT_MIN }, { limits::RCS_CARD_TITLE_MAX }>;

/// The text of a card: 1 to 2,000 characters.
pub type CardText = value::Text<{ limits::TEXT_MIN }, { limits::RCS_CARD_TEXT_MAX }>;

/// The suggestions on a card: up to 4.
pub type CardSuggestions = List<Suggestion, 0, { limits::RCS_CARD_SUGGESTIONS_MAX }>;

/// The cards of a carousel: 2 to 10.
pub type Cards = List<Card, { limits::RCS_CARDS_MIN }, { limits::RCS_CARDS_MAX }>;

/// URL of a thumbnail: absolute, or empty, as SDKs write it if there is none.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Wire)]
pub struct ThumbnailUrl(String);

impl ThumbnailUrl {
    fn refusal(text: &str) -> Option<Invalid> {
        (!text.is_empty()).then(|| <Url>::refusal(text)).flatten()
    }
}

/// Height of the media file of a card.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Wire)]
#[wire(strict, rename_all = "SCREAMING_SNAKE_CASE")]
#[non_exhaustive]
pub enum MediaHeight {
    /// Short.
    Short,
    /// Medium.
    Medium,
    /// Tall.
    Tall,
}

/// A media file with title, text and suggestions.
#[derive(Clone, PartialEq, Wire)]
#[wire(strict, new)]
#[wire(misplaced("card_orientation", "card_width", "image_alignment"))]
#[non_exhaustive]
pub struct Card {
    /// Title of the card: up to 200 characters.
    pub title: CardTitle,
    /// Text below the title: up to 2,000 characters.
    pub text: CardText,
    /// URL the API downloads the image, video or pdf from.
    pub media_url: Url,
    /// Description of the media file, for accessibility.
    pub media_description: Option<String>,
    /// Height of the media file.
    pub media_height: Option<MediaHeight>,
    /// URL the API downloads the thumbnail from; may be empty.
    pub thumbnail_url: Option<ThumbnailUrl>,
    /// `true` to download the media file again although the provider still has it cached (for up to
    /// 60 days).
    pub media_force_refresh: Option<bool>,
    /// Suggestions on the card: up to 4.
    pub suggestions: Option<CardSuggestions>,
    /// Unknown fields, written unchanged.
    pub extra: Extra,
}

/// Cards in a row, each in vertical orientation.
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
#[wire(strict, misplaced("card_width", "suggestions"))]
#[non_exhaustive]
pub struct Carousel {
    /// The cards: 2 to 10.
    pub cards: Cards,
    /// Unknown fields, written unchanged.
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
