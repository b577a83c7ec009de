//! Tables of 3GPP TS 23.038, as sets of characters: counting does not depend on the
//! positions.
//!
//! At code points repeated or misplaced by mistake in version 9.1.1 (Kannada 0x24, Tamil 0x24,
//! Telugu 0x22 and 0x23), the table here has the letter expected by the order of the script.

use super::Language;

/// Characters of a table: a union of sorted, disjoint ranges, both ends included.
pub(super) type Table = &'static [&'static [(char, char)]];

/// Basic table, whose characters take one septet.
pub(super) const fn basic(language: Option<Language>) -> Table {
    match language {
        // Spanish has no locking-shift table; no alphabet uses this one.
        None | Some(Language::Spanish) => &[DEFAULT],
        Some(Language::Turkish) => &[TURKISH],
        Some(Language::Portuguese) => &[PORTUGUESE],
        Some(Language::Bengali) => &[INDIC, BENGALI],
        Some(Language::Gujarati) => &[INDIC, GUJARATI],
        Some(Language::Hindi) => &[INDIC, HINDI],
        Some(Language::Kannada) => &[INDIC, KANNADA],
        Some(Language::Malayalam) => &[INDIC, MALAYALAM],
        Some(Language::Oriya) => &[INDIC, ORIYA],
        Some(Language::Punjabi) => &[INDIC, PUNJABI],
        Some(Language::Tamil) => &[INDIC, TAMIL],
        Some(Language::Telugu) => &[INDIC, TELUGU],
        Some(Language::Urdu) => &[INDIC, URDU],
    }
}

/// Extension table, whose characters take two septets, the escape character and another.
pub(super) const fn extension(language: Option<Language>) -> Table {
    match language {
        None => &[EXTENSION],
        Some(Language::Turkish) => &[EXTENSION, TURKISH_SHIFT],
        Some(Language::Spanish) => &[EXTENSION, SPANISH_SHIFT],
        Some(Language::Portuguese) => &[EXTENSION, PORTUGUESE_SHIFT],
        Some(Language::Bengali) => &[INDIC_SHIFT, BENGALI_SHIFT],
        Some(Language::Gujarati) => &[INDIC_SHIFT, GUJARATI_SHIFT],
        Some(Language::Hindi) => &[INDIC_SHIFT, HINDI_SHIFT],
        Some(Language::Kannada) => &[INDIC_SHIFT, KANNADA_SHIFT],
        Some(Language::Malayalam) => &[INDIC_SHIFT, MALAYALAM_SHIFT],
        Some(Language::Oriya) => &[INDIC_SHIFT, ORIYA_SHIFT],
        Some(Language::Punjabi) => &[INDIC_SHIFT, PUNJABI_SHIFT],
        Some(Language::Tamil) => &[INDIC_SHIFT, TAMIL_SHIFT],
        Some(Language::Telugu) => &[INDIC_SHIFT, TELUGU_SHIFT],
        Some(Language::Urdu) => &[INDIC_SHIFT, URDU_SHIFT],
    }
}

/// GSM 7-bit default alphabet (6.2.1).
const DEFAULT: &[(char, char)] = &[
    ('\n', '\n'), ('\r', '\r'), (' ', 'Z'), ('_', '_'), ('a', 'z'), ('¡', '¡'), ('£', '¥'),
    ('§', '§'), ('¿', '¿'), ('Ä', 'Ç'), ('É', 'É'), ('Ñ', 'Ñ'), ('Ö', 'Ö'), ('Ø', 'Ø'), ('Ü', 'Ü'),
    ('ß', 'à'), ('ä', 'æ'), ('è', 'é'), ('ì', 'ì'), ('ñ', 'ò'), ('ö', 'ö'), ('ø', 'ù'), ('ü', 'ü'),
    ('Γ', 'Δ'), ('Θ', 'Θ'), ('Λ', 'Λ'), ('Ξ', 'Ξ'), ('Π', 'Π'), ('Σ', 'Σ'), ('Φ', 'Φ'), ('Ψ', 'Ω'),
];

/// Its extension table (6.2.1.1); the national tables of the Latin script contain all of it.
const EXTENSION: &[(char, char)] = &[('\u{0C}', '\u{0C}'), ('[', '^'), ('{', '~'), ('€', '€')];

/// Turkish, locking shift (A.3.1).
const TURKISH: &[(char, char)] = &[
    ('\n', '\n'), ('\r', '\r'), (' ', 'Z'), ('_', '_'), ('a', 'z'), ('£', '¥'), ('§', '§'),
    ('Ä', 'Å'), ('Ç', 'Ç'), ('É', 'É'), ('Ñ', 'Ñ'), ('Ö', 'Ö'), ('Ü', 'Ü'), ('ß', 'à'), ('ä', 'å'),
    ('ç', 'ç'), ('é', 'é'), ('ñ', 'ò'), ('ö', 'ö'), ('ù', 'ù'), ('ü', 'ü'), ('Ğ', 'ğ'), ('İ', 'ı'),
    ('Ş', 'ş'), ('Γ', 'Δ'), ('Θ', 'Θ'), ('Λ', 'Λ'), ('Ξ', 'Ξ'), ('Π', 'Π'), ('Σ', 'Σ'), ('Φ', 'Φ'),
    ('Ψ', 'Ω'), ('€', '€'),
];

/// Turkish, single shift (A.2.1), in addition to the extension table.
const TURKISH_SHIFT: &[(char, char)] = &[('ç', 'ç'), ('Ğ', 'ğ'), ('İ', 'ı'), ('Ş', 'ş')];

/// Spanish, single shift (A.2.2), in addition to the extension table.
const SPANISH_SHIFT: &[(char, char)] = &[
    ('Á', 'Á'), ('Í', 'Í'), ('Ó', 'Ó'), ('Ú', 'Ú'), ('á', 'á'), ('ç', 'ç'), ('í', 'í'), ('ó', 'ó'),
    ('ú', 'ú'),
];

/// Portuguese, locking shift (A.3.3).
const PORTUGUESE: &[(char, char)] = &[
    ('\n', '\n'), ('\r', '\r'), (' ', 'Z'), ('\\', '\\'), ('^', 'z'), ('|', '|'), ('~', '~'),
    ('£', '£'), ('¥', '¥'), ('§', '§'), ('ª', 'ª'), ('º', 'º'), ('À', 'Ã'), ('Ç', 'Ç'), ('É', 'Ê'),
    ('Í', 'Í'), ('Ó', 'Õ'), ('Ú', 'Ú'), ('Ü', 'Ü'), ('à', 'ã'), ('ç', 'ç'), ('é', 'ê'), ('í', 'í'),
    ('ó', 'õ'), ('ú', 'ú'), ('ü', 'ü'), ('Δ', 'Δ'), ('€', '€'), ('∞', '∞'),
];

/// Portuguese, single shift (A.2.3), in addition to the extension table.
const PORTUGUESE_SHIFT: &[(char, char)] = &[
    ('À', 'Ã'), ('Ê', 'Ê'), ('Í', 'Í'), ('Ó', 'Õ'), ('Ú', 'Ú'), ('á', 'ã'), ('ç', 'ç'), ('ê', 'ê'),
    ('í', 'í'), ('ó', 'õ'), ('ú', 'ú'), ('Γ', 'Γ'), ('Θ', 'Θ'), ('Π', 'Π'), ('Σ', 'Σ'), ('Φ', 'Φ'),
    ('Ψ', 'Ω'),
];

/// Characters common to the locking-shift tables from Bengali to Urdu.
const INDIC: &[(char, char)] = &[
    ('\n', '\n'), ('\r', '\r'), (' ', '!'), ('(', ')'), (',', ','), ('.', '.'), ('0', ';'),
    ('?', '?'), ('a', 'z'),
];

/// Characters common to the single-shift tables from Bengali to Urdu.
const INDIC_SHIFT: &[(char, char)] = &[
    ('\u{0C}', '\u{0C}'), ('"', '\''), ('*', '+'), ('-', '-'), ('/', '/'), ('<', '>'), ('@', '_'),
    ('{', '~'), ('¡', '¡'), ('£', '¥'), ('¿', '¿'), ('€', '€'),
];

/// Bengali, locking shift (A.3.4).
const BENGALI: &[(char, char)] = &[
    ('\u{0981}', '\u{0983}'), ('\u{0985}', '\u{098C}'), ('\u{098F}', '\u{0990}'),
    ('\u{0993}', '\u{09A8}'), ('\u{09AA}', '\u{09B0}'), ('\u{09B2}', '\u{09B2}'),
    ('\u{09B6}', '\u{09B9}'), ('\u{09BC}', '\u{09C4}'), ('\u{09C7}', '\u{09C8}'),
    ('\u{09CB}', '\u{09CE}'), ('\u{09D7}', '\u{09D7}'), ('\u{09DC}', '\u{09DD}'),
    ('\u{09F0}', '\u{09F1}'),
];

/// Bengali, single shift (A.2.4).
const BENGALI_SHIFT: &[(char, char)] = &[
    ('\u{09DF}', '\u{09E3}'), ('\u{09E6}', '\u{09EF}'), ('\u{09F2}', '\u{09FA}'),
];

/// Gujarati, locking shift (A.3.5).
const GUJARATI: &[(char, char)] = &[
    ('\u{0A81}', '\u{0A83}'), ('\u{0A85}', '\u{0A8D}'), ('\u{0A8F}', '\u{0A91}'),
    ('\u{0A93}', '\u{0AA8}'), ('\u{0AAA}', '\u{0AB0}'), ('\u{0AB2}', '\u{0AB3}'),
    ('\u{0AB5}', '\u{0AB9}'), ('\u{0ABC}', '\u{0AC5}'), ('\u{0AC7}', '\u{0AC9}'),
    ('\u{0ACB}', '\u{0ACD}'), ('\u{0AD0}', '\u{0AD0}'), ('\u{0AE0}', '\u{0AE3}'),
    ('\u{0AF1}', '\u{0AF1}'),
];

/// Gujarati, single shift (A.2.5).
const GUJARATI_SHIFT: &[(char, char)] = &[('\u{0964}', '\u{0965}'), ('\u{0AE6}', '\u{0AEF}')];

/// Hindi, locking shift (A.3.6).
const HINDI: &[(char, char)] = &[
    ('\u{0901}', '\u{0903}'), ('\u{0905}', '\u{0939}'), ('\u{093C}', '\u{094D}'),
    ('\u{0950}', '\u{0950}'), ('\u{0972}', '\u{0972}'), ('\u{097B}', '\u{097C}'),
    ('\u{097E}', '\u{097F}'),
];

/// Hindi, single shift (A.2.6).
const HINDI_SHIFT: &[(char, char)] = &[('\u{0951}', '\u{0954}'), ('\u{0958}', '\u{0971}')];

/// Kannada, locking shift (A.3.7).
const KANNADA: &[(char, char)] = &[
    ('\u{0C82}', '\u{0C83}'), ('\u{0C85}', '\u{0C8C}'), ('\u{0C8E}', '\u{0C90}'),
    ('\u{0C92}', '\u{0CA8}'), ('\u{0CAA}', '\u{0CB3}'), ('\u{0CB5}', '\u{0CB9}'),
    ('\u{0CBC}', '\u{0CC4}'), ('\u{0CC6}', '\u{0CC8}'), ('\u{0CCA}', '\u{0CCD}'),
    ('\u{0CD5}', '\u{0CD6}'), ('\u{0CE0}', '\u{0CE3}'),
];

/// Kannada, single shift (A.2.7).
const KANNADA_SHIFT: &[(char, char)] = &[
    ('\u{0964}', '\u{0965}'), ('\u{0CDE}', '\u{0CDE}'), ('\u{0CE6}', '\u{0CEF}'),
    ('\u{0CF1}', '\u{0CF2}'),
];

/// Malayalam, locking shift (A.3.8).
const MALAYALAM: &[(char, char)] = &[
    ('\u{0D02}', '\u{0D03}'), ('\u{0D05}', '\u{0D0C}'), ('\u{0D0E}', '\u{0D10}'),
    ('\u{0D12}', '\u{0D28}'), ('\u{0D2A}', '\u{0D39}'), ('\u{0D3D}', '\u{0D44}'),
    ('\u{0D46}', '\u{0D48}'), ('\u{0D4A}', '\u{0D4D}'), ('\u{0D57}', '\u{0D57}'),
    ('\u{0D60}', '\u{0D63}'), ('\u{0D79}', '\u{0D79}'),
];

/// Malayalam, single shift (A.2.8).
const MALAYALAM_SHIFT: &[(char, char)] = &[
    ('\u{0964}', '\u{0965}'), ('\u{0D66}', '\u{0D75}'), ('\u{0D7A}', '\u{0D7F}'),
];

/// Oriya, locking shift (A.3.9).
const ORIYA: &[(char, char)] = &[
    ('\u{0B01}', '\u{0B03}'), ('\u{0B05}', '\u{0B0C}'), ('\u{0B0F}', '\u{0B10}'),
    ('\u{0B13}', '\u{0B28}'), ('\u{0B2A}', '\u{0B30}'), ('\u{0B32}', '\u{0B33}'),
    ('\u{0B35}', '\u{0B39}'), ('\u{0B3C}', '\u{0B44}'), ('\u{0B47}', '\u{0B48}'),
    ('\u{0B4B}', '\u{0B4D}'), ('\u{0B56}', '\u{0B57}'), ('\u{0B60}', '\u{0B63}'),
];

/// Oriya, single shift (A.2.9).
const ORIYA_SHIFT: &[(char, char)] = &[
    ('\u{0964}', '\u{0965}'), ('\u{0B5C}', '\u{0B5D}'), ('\u{0B5F}', '\u{0B5F}'),
    ('\u{0B66}', '\u{0B71}'),
];

/// Punjabi, locking shift (A.3.10).
const PUNJABI: &[(char, char)] = &[
    ('\u{0A01}', '\u{0A03}'), ('\u{0A05}', '\u{0A0A}'), ('\u{0A0F}', '\u{0A10}'),
    ('\u{0A13}', '\u{0A28}'), ('\u{0A2A}', '\u{0A30}'), ('\u{0A32}', '\u{0A33}'),
    ('\u{0A35}', '\u{0A36}'), ('\u{0A38}', '\u{0A39}'), ('\u{0A3C}', '\u{0A3C}'),
    ('\u{0A3E}', '\u{0A42}'), ('\u{0A47}', '\u{0A48}'), ('\u{0A4B}', '\u{0A4D}'),
    ('\u{0A51}', '\u{0A51}'), ('\u{0A70}', '\u{0A74}'),
];

/// Punjabi, single shift (A.2.10).
const PUNJABI_SHIFT: &[(char, char)] = &[
    ('\u{0964}', '\u{0965}'), ('\u{0A59}', '\u{0A5C}'), ('\u{0A5E}', '\u{0A5E}'),
    ('\u{0A66}', '\u{0A6F}'), ('\u{0A75}', '\u{0A75}'),
];

/// Tamil, locking shift (A.3.11).
const TAMIL: &[(char, char)] = &[
    ('\u{0B82}', '\u{0B83}'), ('\u{0B85}', '\u{0B8A}'), ('\u{0B8E}', '\u{0B90}'),
    ('\u{0B92}', '\u{0B95}'), ('\u{0B99}', '\u{0B9A}'), ('\u{0B9C}', '\u{0B9C}'),
    ('\u{0B9E}', '\u{0B9F}'), ('\u{0BA3}', '\u{0BA4}'), ('\u{0BA8}', '\u{0BAA}'),
    ('\u{0BAE}', '\u{0BB9}'), ('\u{0BBE}', '\u{0BC2}'), ('\u{0BC6}', '\u{0BC8}'),
    ('\u{0BCA}', '\u{0BCD}'), ('\u{0BD0}', '\u{0BD0}'), ('\u{0BD7}', '\u{0BD7}'),
    ('\u{0BF0}', '\u{0BF2}'), ('\u{0BF9}', '\u{0BF9}'),
];

/// Tamil, single shift (A.2.11).
const TAMIL_SHIFT: &[(char, char)] = &[
    ('\u{0964}', '\u{0965}'), ('\u{0BE6}', '\u{0BEF}'), ('\u{0BF3}', '\u{0BF8}'),
    ('\u{0BFA}', '\u{0BFA}'),
];

/// Telugu, locking shift (A.3.12).
const TELUGU: &[(char, char)] = &[
    ('\u{0C01}', '\u{0C03}'), ('\u{0C05}', '\u{0C0C}'), ('\u{0C0E}', '\u{0C10}'),
    ('\u{0C12}', '\u{0C28}'), ('\u{0C2A}', '\u{0C33}'), ('\u{0C35}', '\u{0C39}'),
    ('\u{0C3D}', '\u{0C44}'), ('\u{0C46}', '\u{0C48}'), ('\u{0C4A}', '\u{0C4D}'),
    ('\u{0C55}', '\u{0C56}'), ('\u{0C60}', '\u{0C63}'),
];

/// Telugu, single shift (A.2.12).
const TELUGU_SHIFT: &[(char, char)] = &[
    ('\u{0C58}', '\u{0C59}'), ('\u{0C66}', '\u{0C6F}'), ('\u{0C78}', '\u{0C7F}'),
];

/// Urdu, locking shift (A.3.13).
const URDU: &[(char, char)] = &[
    ('\u{0621}', '\u{0622}'), ('\u{0627}', '\u{0628}'), ('\u{062A}', '\u{0639}'),
    ('\u{0641}', '\u{0642}'), ('\u{0644}', '\u{0646}'), ('\u{0648}', '\u{0648}'),
    ('\u{064D}', '\u{064D}'), ('\u{064F}', '\u{0651}'), ('\u{0653}', '\u{0657}'),
    ('\u{0670}', '\u{0670}'), ('\u{0679}', '\u{0681}'), ('\u{0683}', '\u{068A}'),
    ('\u{068C}', '\u{068D}'), ('\u{068F}', '\u{068F}'), ('\u{0691}', '\u{0691}'),
    ('\u{0693}', '\u{0693}'), ('\u{0696}', '\u{0696}'), ('\u{0698}', '\u{069A}'),
    ('\u{06A6}', '\u{06A6}'), ('\u{06A9}', '\u{06AB}'), ('\u{06AF}', '\u{06AF}'),
    ('\u{06B1}', '\u{06B1}'), ('\u{06B3}', '\u{06B3}'), ('\u{06BA}', '\u{06BC}'),
    ('\u{06BE}', '\u{06BE}'), ('\u{06C1}', '\u{06C2}'), ('\u{06C4}', '\u{06C4}'),
    ('\u{06CC}', '\u{06CC}'), ('\u{06D0}', '\u{06D0}'), ('\u{06D2}', '\u{06D2}'),
    ('\u{06D5}', '\u{06D5}'),
];

/// Urdu, single shift (A.2.13).
const URDU_SHIFT: &[(char, char)] = &[
    ('\u{0600}', '\u{0601}'), ('\u{060C}', '\u{0614}'), ('\u{061B}', '\u{061B}'),
    ('\u{061F}', '\u{061F}'), ('\u{0640}', '\u{0640}'), ('\u{0652}', '\u{0652}'),
    ('\u{0658}', '\u{0658}'), ('\u{066B}', '\u{066C}'), ('\u{0672}', '\u{0673}'),
    ('\u{06CD}', '\u{06CD}'), ('\u{06D4}', '\u{06D4}'), ('\u{06F0}', '\u{06F9}'),
];
