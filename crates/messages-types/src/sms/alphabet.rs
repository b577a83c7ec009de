//! The 7-bit alphabets.

use super::tables::{self, Table};

/// A language with national tables. Its number is the one that the header of a message names.
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
    /// Every language, in the order of its number.
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

    /// The number by which a message's header names the language.
    #[must_use]
    pub const fn identifier(self) -> u8 {
        self as u8
    }

    /// Whether the language has a locking-shift table: all but Spanish.
    #[must_use]
    pub const fn has_locking_shift(self) -> bool {
        !matches!(self, Self::Spanish)
    }
}

/// A 7-bit alphabet: a basic table, whose characters take one septet, and a table behind the
/// escape character, whose characters take two.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct Alphabet {
    locking: Option<Language>,
    single: Option<Language>,
}

impl Alphabet {
    /// The GSM default alphabet with its extension table.
    pub const DEFAULT: Self = Self {
        locking: None,
        single: None,
    };

    /// The default alphabet with the extension table of `language`.
    #[must_use]
    pub const fn single_shift(language: Language) -> Self {
        Self {
            locking: None,
            single: Some(language),
        }
    }

    /// An alphabet whose basic table is that of `locking`, and whose extension table is the
    /// default one or that of `single`. `None` when `locking` has no such table.
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

    /// The language of the basic table; `None` is the default one.
    #[must_use]
    pub const fn locking(self) -> Option<Language> {
        self.locking
    }

    /// The language of the extension table; `None` is the default one.
    #[must_use]
    pub const fn single(self) -> Option<Language> {
        self.single
    }

    /// How many septets `character` takes, 1 or 2; `None` when the alphabet lacks it.
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

    /// How many octets of a message's header say which national tables it uses.
    pub(super) const fn header_octets(self) -> usize {
        // Each element: its identifier, its length, the language.
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

    /// Every alphabet there is, the ones with the shortest header first.
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
