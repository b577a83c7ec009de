//! Characters that force Unicode.

use super::Alphabet;

/// A character missing from an alphabet, with its position.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Offender {
    /// The character.
    pub character: char,
    /// Index in the text, in characters (Unicode scalar values).
    pub index: usize,
    /// Offset in the text, in bytes.
    pub offset: usize,
}

impl std::fmt::Debug for Offender {
    /// Shows the position only: in another script, all offenders together are the text.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Offender")
            .field("index", &self.index)
            .field("offset", &self.offset)
            .finish_non_exhaustive()
    }
}

/// Characters of `text` missing from the GSM default alphabet: any one of them makes the
/// whole text UCS-2, with less than half as many characters per segment.
#[must_use]
pub fn offenders(text: &str) -> Offenders<'_> {
    Alphabet::DEFAULT.offenders(text)
}

impl Alphabet {
    /// Characters of `text` missing from this alphabet, in order.
    #[must_use]
    pub fn offenders(self, text: &str) -> Offenders<'_> {
        Offenders {
            characters: text.char_indices().enumerate(),
            alphabet: self,
        }
    }
}

/// Characters of a text missing from an alphabet, created by [`offenders`].
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
