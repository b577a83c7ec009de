//! The 7-bit alphabets.

use super::tables::{self, Table};

/// Language with national tables, numbered as in the header of a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
#[repr(u8)]
pub enum Language {
    /// Turkish.
    Turkish = 1,
    /// Spanish: a single-shift table only.
    Spanish = 2,
    /// Portuguese.
    Portuguese = 3,
    /// Bengali.
    Bengali = 4,
    /// Gujarati.
    Gujarati = 5,
    /// Hindi.
    Hindi = 6,
    /// Kannada.
    Kannada = 7,
    /// Malayalam.
    Malayalam = 8,
    /// Oriya.
    Oriya = 9,
    /// Punjabi.
    Punjabi = 10,
    /// Tamil.
    Tamil = 11,
    /// Telugu.
    Telugu = 12,
    /// Urdu.
    Urdu = 13,
}

impl Language {
    /// All languages, in the order of their numbers.
    pub const ALL: &'static [Self] = &[
        Self::Turkish,
        Self::Spanish,
        Self::Portuguese,
        Self::Bengali,
        Self::Gujarati,
        Self::Hindi,
        Self::Kannada,
        Self::Malayalam,
        Self::Oriya,
        Self::Punjabi,
        Self::Tamil,
        Self::Telugu,
        Self::Urdu,
    ];

    /// Number of the language in a message's header.
    #[must_use]
    pub const fn identifier(self) -> u8 {
        self as u8
    }

    /// Returns `true` if the language has a locking-shift table: all but Spanish.
    #[must_use]
    pub const fn has_locking_shift(self) -> bool {
        !matches!(self, Self::Spanish)
    }
}

/// A 7-bit alphabet: a basic table, whose characters take one septet, and an extension table behind
/// the escape character, whose characters take two.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct Alphabet {
    locking: Option<Language>,
    single: Option<Language>,
}

impl Alphabet {
    /// GSM default alphabet with its extension table.
    pub const DEFAULT: Self = Self {
        locking: None,
        single: None,
    };

    /// Default alphabet with the extension table of `language`.
    #[must_use]
    pub const fn single_shift(language: Language) -> Self {
        Self {
            locking: None,
            single: Some(language),
        }
    }

    /// Alphabet with the basic table of `locking` and the default extension table or that of
    /// `single`. `None` if `locking` has no such table.
    #[must_use]
    pub const fn locking_shift(locking: Language, single: Option<Language>) -> Option<Self> {
        if locking.has_locking_shift() {
            Some(Self {
                locking: Some(locking),
                single,
            })
        } else {
            None
        }
    }

    /// Language of the basic table; `None` is the default one.
    #[must_use]
    pub const fn locking(self) -> Option<Language> {
        self.locking
    }

    /// Language of the extension table; `None` is the default one.
    #[must_use]
    pub const fn single(self) -> Option<Language> {
        self.single
    }

    /// Number of septets of `character`, 1 or 2; `None` if the alphabet lacks it.
    #[must_use]
    pub fn septets(self, character: char) -> Option<usize> {
        if contains(tables::basic(self.locking), character) {
            Some(1)
        } else if contains(tables::extension(self.single), character) {
            Some(2)
        } else {
            None
        }
    }

    /// Number of header octets that name the national tables of a message.
    pub(super) const fn header_octets(self) -> usize {
        // Each element has an identifier, a length and a language.
        let element = 3;
        let mut octets = 0;
        if self.locking.is_some() {
            octets += element;
        }
        if self.single.is_some() {
            octets += element;
        }
        octets
    }

    /// All alphabets, those with the shortest header first.
    pub(super) fn all() -> impl Iterator<Item = Self> {
        let singles = Language::ALL
            .iter()
            .map(|&language| Self::single_shift(language));
        let lockings = || Language::ALL.iter().copied();
        let alone = lockings().filter_map(|locking| Self::locking_shift(locking, None));
        let both = lockings().flat_map(move |locking| {
            lockings().filter_map(move |single| Self::locking_shift(locking, Some(single)))
        });
        std::iter::once(Self::DEFAULT)
            .chain(singles)
            .chain(alone)
            .chain(both)
    }
}

fn contains(table: Table, character: char) -> bool {
    let character = u32::from(character);
    table.iter().any(|ranges| {
        ranges
            .binary_search_by(|&(first, last)| {
                if (last as u32) < character {
                    std::cmp::Ordering::Less
                } else if (first as u32) > character {
                    std::cmp::Ordering::Greater
                } else {
                    std::cmp::Ordering::Equal
                }
            })
            .is_ok()
    })
}
