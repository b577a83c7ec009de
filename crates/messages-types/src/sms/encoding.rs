//! How a text is encoded, and how much of it fits into a segment.

use super::{Alphabet, Segmentation};

/// What one SMS carries, header and text together, in octets.
const PAYLOAD: usize = 140;
/// The octet that says how long the header is, wherever there is one.
const HEADER_LENGTH: usize = 1;
/// The header's element that numbers the segments, with a reference of one octet.
const CONCATENATION: usize = 5;

/// How a text is encoded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Encoding {
    /// 7 bits a character, in one of the GSM alphabets. The unit is the septet.
    Gsm(Alphabet),
    /// 16 bits a character. The unit is the UTF-16 code unit.
    Ucs2,
}

impl Encoding {
    /// The GSM default alphabet with its extension table.
    pub const GSM: Self = Self::Gsm(Alphabet::DEFAULT);

    /// What the API chooses for `text` when it is asked to (`encoding_type` `auto`): the GSM
    /// default alphabet if it holds every character, else UCS-2.
    #[must_use]
    pub fn of(text: &str) -> Self {
        if Self::GSM.holds(text) {
            Self::GSM
        } else {
            Self::Ucs2
        }
    }

    /// The encoding that needs the fewest segments for `text`, national tables included; of
    /// several the one with the fewest units, and of those the one with the shortest header.
    #[must_use]
    pub fn shortest(text: &str) -> Self {
        if Self::GSM.holds(text) && Segmentation::of(text).count() == 1 {
            // Nothing is shorter, and this is by far the most common case.
            return Self::GSM;
        }
        Alphabet::all()
            .map(Self::Gsm)
            .chain([Self::Ucs2])
            .filter_map(|encoding| Segmentation::with(text, encoding))
            .min_by_key(|segmentation| {
                let tables = segmentation.encoding().table_octets();
                (segmentation.count(), segmentation.units(), tables)
            })
            .map_or(Self::Ucs2, |segmentation| segmentation.encoding())
    }

    /// Whether the encoding has every character of `text`.
    #[must_use]
    pub fn holds(self, text: &str) -> bool {
        text.chars()
            .all(|character| self.units(character).is_some())
    }

    /// How many units `character` takes, 1 or 2; `None` when the encoding lacks it.
    #[must_use]
    pub fn units(self, character: char) -> Option<usize> {
        match self {
            Self::Gsm(alphabet) => alphabet.septets(character),
            Self::Ucs2 => Some(character.len_utf16()),
        }
    }

    /// How many units fit into a message that is a single segment: 160 septets or 70 UTF-16
    /// units, fewer with national tables.
    #[must_use]
    pub const fn single_capacity(self) -> usize {
        self.capacity(0)
    }

    /// How many units fit into each segment of a message of several: 153 septets or 67 UTF-16
    /// units, fewer with national tables.
    #[must_use]
    pub const fn segment_capacity(self) -> usize {
        self.capacity(CONCATENATION)
    }

    /// What the header says of national tables, in octets.
    const fn table_octets(self) -> usize {
        match self {
            Self::Gsm(alphabet) => alphabet.header_octets(),
            Self::Ucs2 => 0,
        }
    }

    const fn capacity(self, concatenation: usize) -> usize {
        let elements = concatenation + self.table_octets();
        let header = if elements == 0 {
            0
        } else {
            HEADER_LENGTH + elements
        };
        match self {
            // Rounded down: the text starts at the next septet behind the header.
            Self::Gsm(_) => (PAYLOAD - header) * 8 / 7,
            Self::Ucs2 => (PAYLOAD - header) / 2,
        }
    }
}
