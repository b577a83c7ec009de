//! The characters that force Unicode.

use super::Alphabet;

/// A character that an alphabet lacks, and where it stands.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Offender {
    /// The character.
    pub character: char,
    /// How many characters (Unicode scalar values) stand before it.
    pub index: usize,
    /// How many bytes of the text stand before it.
    pub offset: usize,
}

impl std::fmt::Debug for Offender {
    /// Shows where it stands: of a text in another script all offenders together are the text.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Offender")
            .field("index", &self.index)
            .field("offset", &self.offset)
            .finish_non_exhaustive()
    }
}

/// The characters of `text` that the GSM default alphabet lacks: any one of them makes the
/// whole text UCS-2, with less than half as many characters in a segment.
#[must_use]
pub fn offenders(text: &str) -> Offenders<'_> {
    Alphabet::DEFAULT.offenders(text)
}

impl Alphabet {
    /// The characters of `text` that this alphabet lacks, in order.
    #[must_use]
    pub fn offenders(self, text: &str) -> Offenders<'_> {
        Offenders {
            characters: text.char_indices().enumerate(),
            alphabet: self,
        }
    }
}

/// The characters of a text that an alphabet lacks. Made by [`offenders`].
#[derive(Clone)]
pub struct Offenders<'a> {
    characters: std::iter::Enumerate<std::str::CharIndices<'a>>,
    alphabet: Alphabet,
}

impl Iterator for Offenders<'_> {
    type Item = Offender;

    fn next(&mut self) -> Option<Offender> {
        let alphabet = self.alphabet;
        self.characters
            .find(|&(_, (_, character))| alphabet.septets(character).is_none())
            .map(|(index, (offset, character))| Offender {
                character,
                index,
                offset,
            })
    }
}

impl std::iter::FusedIterator for Offenders<'_> {}

impl std::fmt::Debug for Offenders<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Offenders")
            .field("alphabet", &self.alphabet)
            .finish_non_exhaustive()
    }
}
