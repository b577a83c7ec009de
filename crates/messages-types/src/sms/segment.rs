//! Texts cut into segments.

use super::Encoding;

/// How a text is cut into segments. Counting allocates nothing.
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
    /// Cuts `text` in the encoding that the API chooses for it, [`Encoding::of`].
    #[must_use]
    pub fn of(text: &'a str) -> Self {
        // UCS-2 holds everything, so one of the two always fits.
        Self::with(text, Encoding::GSM)
            .unwrap_or_else(|| Self::cut(text, Encoding::Ucs2, utf16(text)))
    }

    /// Cuts `text` in a given encoding. `None` when that lacks a character of it.
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

    /// The length of the whole text in units: septets, or UTF-16 units.
    #[must_use]
    pub const fn units(&self) -> usize {
        self.units
    }

    /// How many segments are sent, and paid for. An empty text takes one.
    #[must_use]
    pub const fn count(&self) -> usize {
        self.count
    }

    /// How many units fit into each of the segments.
    #[must_use]
    pub const fn capacity(&self) -> usize {
        if self.units <= self.encoding.single_capacity() {
            self.encoding.single_capacity()
        } else {
            self.encoding.segment_capacity()
        }
    }

    /// How many more units fit into the last segment.
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

/// A part of a text that travels as one SMS. `Debug` does not show the text.
#[derive(Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Segment<'a> {
    /// The part.
    pub text: &'a str,
    /// Its length in units: septets, or UTF-16 units.
    pub units: usize,
}

impl std::fmt::Debug for Segment<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Segment")
            .field("units", &self.units)
            .finish_non_exhaustive()
    }
}

/// The segments of a text. Made by [`Segmentation::segments`].
#[derive(Clone)]
pub struct Segments<'a> {
    /// `None` when all has been handed out: an empty text still is one segment.
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
            // A segmentation is only made when the encoding has every character.
            let more = self.encoding.units(character).unwrap_or(1);
            if units + more > self.capacity {
                // Both halves of an escape or surrogate pair go to the next segment.
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
