//! SMS arithmetic: encoding of a text, its segments, and the characters that make it
//! longer than necessary.
//!
//! ```
//! use messages_types::sms::{Encoding, Segmentation, offenders, transliterate};
//!
//! let text = "Ihr Tisch ist frei – kommen Sie?";
//! assert_eq!(Segmentation::of(text).encoding(), Encoding::Ucs2);
//!
//! let dash = offenders(text).next().unwrap();
//! assert_eq!((dash.character, dash.index), ('–', 19));
//!
//! let plain = transliterate(text);
//! assert_eq!(plain, "Ihr Tisch ist frei - kommen Sie?");
//! assert_eq!(Segmentation::of(&plain).encoding(), Encoding::GSM);
//! ```
//!
//! The rules are those of 3GPP TS 23.038 (alphabets) and TS 23.040 (headers). An SMS carries 140
//! octets: 160 septets of the GSM alphabet or 70 UTF-16 units. A longer text is segmented, and each
//! segment then spends 6 octets on a concatenation header, which leaves 153 septets or 67 units. A
//! character of the extension table takes two septets, one outside the Basic Multilingual Plane
//! two units; neither is ever split.
//!
//! Besides the default alphabet and its extension table, the national language tables of
//! TS 23.038 annex A are included, single shift and (except for Spanish, which has none) locking
//! shift: Turkish, Spanish, Portuguese, Bengali, Gujarati, Hindi, Kannada, Malayalam, Oriya,
//! Punjabi, Tamil, Telugu and Urdu. A message with one of them spends octets of every segment on
//! its header. The API is not documented to use them, so [`Segmentation::of`] does not.

mod alphabet;
mod encoding;
mod offender;
mod segment;
// Formatted by hand: one range per line would triple the length.
#[rustfmt::skip]
mod tables;
mod transliterate;

pub use alphabet::{Alphabet, Language};
pub use encoding::Encoding;
pub use offender::{Offender, Offenders, offenders};
pub use segment::{Segment, Segmentation, Segments};
pub use transliterate::transliterate;
