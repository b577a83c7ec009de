//! Segmentation of texts.

use super::Encoding;
use crate::v1::sms::Encoding as EncodingType;

/// Segmentation of a text. Counting does not allocate.
///
/// ```
/// use messages_types::sms::Segmentation;
///
/// assert_eq!(Segmentation::of(&"x".repeat(160)).count(), 1);
/// assert_eq!(Segmentation::of(&"x".repeat(161)).count(), 2);
/// assert_eq!(Segmentation::of("[€]").units(), 6);
/// assert_eq!(Segmentation::of(&"я".repeat(71)).count(), 2);
/// ```
///
/// `Debug` does not show the text.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Segmentation<'a> {
    text: &'a str,
    encoding: Encoding,
    units: usize,
    count: usize,
    remaining: usize,
}

impl<'a> Segmentation<'a> {
    /// Segments `text` in the encoding the API chooses for it, [`Encoding::of`].
    #[must_use]
    pub fn of(text: &'a str) -> Self {
        // UCS-2 has all characters, so one of the two always fits.
        Self::with(text, Encoding::GSM)
            .unwrap_or_else(|| Self::cut(text, Encoding::Ucs2, utf16(text)))
    }

    /// Segments `text` as the API does for an SMS with this `encoding_type`: `unicode` is UCS-2, also for a text that the GSM
    /// alphabet could hold. Without it, and for `auto` and `text`, it is [`Segmentation::of`]: a text that needs Unicode takes
    /// as many segments as in Unicode, whatever is requested.
    ///
    /// ```
    /// use messages_types::sms::Segmentation;
    /// use messages_types::v1::sms::Encoding;
    ///
    /// let text = "x".repeat(101);
    /// assert_eq!(Segmentation::of_type(&text, Some(Encoding::Auto)).count(), 1);
    /// assert_eq!(Segmentation::of_type(&text, Some(Encoding::Unicode)).count(), 2);
    /// ```
    #[must_use]
    pub fn of_type(text: &'a str, encoding_type: Option<EncodingType>) -> Self {
        match encoding_type {
            Some(EncodingType::Unicode) => Self::cut(text, Encoding::Ucs2, utf16(text)),
            Some(EncodingType::Text | EncodingType::Auto) | None => Self::of(text),
        }
    }

    /// Segments `text` in a given encoding. `None` if the encoding lacks one of its characters.
    #[must_use]
    pub fn with(text: &'a str, encoding: Encoding) -> Option<Self> {
        let mut units = 0;
        for character in text.chars() {
            units += encoding.units(character)?;
        }
        Some(Self::cut(text, encoding, units))
    }

    fn cut(text: &'a str, encoding: Encoding, units: usize) -> Self {
        let mut segmentation = Self {
            text,
            encoding,
            units,
            count: 0,
            remaining: 0,
        };
        let capacity = segmentation.capacity();
        for segment in segmentation.segments() {
            segmentation.count += 1;
            segmentation.remaining = capacity - segment.units;
        }
        segmentation
    }

    /// The encoding.
    #[must_use]
    pub const fn encoding(&self) -> Encoding {
        self.encoding
    }

    /// Length of the whole text in units: septets, or UTF-16 units.
    #[must_use]
    pub const fn units(&self) -> usize {
        self.units
    }

    /// Number of segments that are sent and billed. An empty text has one.
    #[must_use]
    pub const fn count(&self) -> usize {
        self.count
    }

    /// Capacity of each segment in units.
    #[must_use]
    pub const fn capacity(&self) -> usize {
        if self.units <= self.encoding.single_capacity() {
            self.encoding.single_capacity()
        } else {
            self.encoding.segment_capacity()
        }
    }

    /// Number of units left in the last segment.
    #[must_use]
    pub const fn remaining(&self) -> usize {
        self.remaining
    }

    /// The segments, in order.
    #[must_use]
    pub const fn segments(&self) -> Segments<'a> {
        Segments {
            rest: Some(self.text),
            encoding: self.encoding,
            capacity: self.capacity(),
        }
    }
}

fn utf16(text: &str) -> usize {
    text.chars().map(char::len_utf16).sum()
}

impl std::fmt::Debug for Segmentation<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Segmentation")
            .field("encoding", &self.encoding)
            .field("units", &self.units)
            .field("count", &self.count)
            .field("remaining", &self.remaining)
            .finish_non_exhaustive()
    }
}

/// Part of a text sent as one SMS. `Debug` does not show the text.
#[derive(Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Segment<'a> {
    /// Text of the segment.
    pub text: &'a str,
    /// Length in units: septets, or UTF-16 units.
    pub units: usize,
}

impl std::fmt::Debug for Segment<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Segment")
            .field("units", &self.units)
            .finish_non_exhaustive()
    }
}

/// Segments of a text, created by [`Segmentation::segments`].
#[derive(Clone)]
pub struct Segments<'a> {
    /// `None` at the end: an empty text still is one segment.
    rest: Option<&'a str>,
    encoding: Encoding,
    capacity: usize,
}

impl<'a> Iterator for Segments<'a> {
    type Item = Segment<'a>;

    fn next(&mut self) -> Option<Self::Item> {
        let rest = self.rest?;
        let mut units = 0;
        for (at, character) in rest.char_indices() {
            // A segmentation exists only if the encoding has every character.
            let more = self.encoding.units(character).unwrap_or(1);
            if units + more > self.capacity {
                // An escape sequence or a surrogate pair moves to the next segment as a whole.
                let (text, rest) = rest.split_at(at);
                self.rest = Some(rest);
                return Some(Segment { text, units });
            }
            units += more;
        }
        self.rest = None;
        Some(Segment { text: rest, units })
    }
}

impl std::iter::FusedIterator for Segments<'_> {}

impl std::fmt::Debug for Segments<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Segments")
            .field("encoding", &self.encoding)
            .finish_non_exhaustive()
    }
}
