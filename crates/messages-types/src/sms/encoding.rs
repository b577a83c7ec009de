//! Encodings of a text, and their capacity per segment.

use super::{Alphabet, Segmentation};

/// Size of one SMS, header and text together, in octets.
const PAYLOAD: usize = 140;
/// Size of the header's length field, in octets.
const HEADER_LENGTH: usize = 1;
/// Size of the header's concatenation element with a one-octet reference, in octets.
const CONCATENATION: usize = 5;

/// Encoding of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Encoding {
    /// 7 bits per character, in one of the GSM alphabets. The unit is the septet.
    Gsm(Alphabet),
    /// 16 bits per character. The unit is the UTF-16 code unit.
    Ucs2,
}

impl Encoding {
    /// GSM default alphabet with its extension table.
    pub const GSM: Self = Self::Gsm(Alphabet::DEFAULT);

    /// Encoding the API chooses for `text` if `encoding_type` is `auto`: the GSM
    /// default alphabet if it has every character, else UCS-2.
    #[must_use]
    pub fn of(text: &str) -> Self {
        if Self::GSM.holds(text) {
            Self::GSM
        } else {
            Self::Ucs2
        }
    }

    /// Encoding with the fewest segments for `text`, national tables included; among
    /// several the one with the fewest units, then the one with the shortest header.
    #[must_use]
    pub fn shortest(text: &str) -> Self {
        if Self::GSM.holds(text) && Segmentation::of(text).count() == 1 {
            // This is the shortest encoding, and by far the most common case.
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

    /// Returns `true` if the encoding has every character of `text`.
    #[must_use]
    pub fn holds(self, text: &str) -> bool {
        text.chars()
            .all(|character| self.units(character).is_some())
    }

    /// Number of units of `character`, 1 or 2; `None` if the encoding lacks it.
    #[must_use]
    pub fn units(self, character: char) -> Option<usize> {
        match self {
            Self::Gsm(alphabet) => alphabet.septets(character),
            Self::Ucs2 => Some(character.len_utf16()),
        }
    }

    /// Capacity of a message with a single segment, in units: 160 septets or 70 UTF-16
    /// units, fewer with national tables.
    #[must_use]
    pub const fn single_capacity(self) -> usize {
        self.capacity(0)
    }

    /// Capacity of each of several segments, in units: 153 septets or 67 UTF-16
    /// units, fewer with national tables.
    #[must_use]
    pub const fn segment_capacity(self) -> usize {
        self.capacity(CONCATENATION)
    }

    /// Size of the header elements for national tables, in octets.
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
            // Rounded down: the text starts at the next septet after the header.
            Self::Gsm(_) => (PAYLOAD - header) * 8 / 7,
            Self::Ucs2 => (PAYLOAD - header) / 2,
        }
    }
}
