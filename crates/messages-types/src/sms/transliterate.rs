//! Replacement of characters missing from the GSM alphabet.

use std::borrow::Cow;

use super::{Alphabet, offenders};

/// Replaces characters missing from the GSM default alphabet by characters it has, where the
/// text still reads the same: typographic quotes, dashes, dots and spaces, accents, ligatures,
/// full-width forms. Everything else is unchanged: letters of other scripts and emoji remain, and
/// [`offenders`] lists them.
///
/// This changes the text (`Łódź` becomes `Lodz`), so the library never does it implicitly.
///
/// ```
/// use messages_types::sms::transliterate;
///
/// assert_eq!(transliterate("“Olá” … 5 °C"), "\"Ola\" ... 5 oC");
/// assert_eq!(transliterate("déjà vu"), "déjà vu");
/// ```
#[must_use]
pub fn transliterate(text: &str) -> Cow<'_, str> {
    let Some(first) = offenders(text).next() else {
        return Cow::Borrowed(text);
    };
    let (fine, rest) = text.split_at(first.offset);
    let mut plain = String::with_capacity(text.len());
    plain.push_str(fine);
    // `true` if the previous character is in the default alphabet.
    let mut is_plain = !fine.is_empty();
    for character in rest.chars() {
        if Alphabet::DEFAULT.septets(character).is_some() {
            plain.push(character);
            is_plain = true;
        } else if is_mark(character) {
            // On a letter of another script, the mark makes another letter.
            if !is_plain {
                plain.push(character);
            }
        } else if let Some(wide) = narrow(character) {
            plain.push(wide);
            is_plain = true;
        } else if let Some(replacement) = replacement(character) {
            plain.push_str(replacement);
            is_plain = true;
        } else {
            plain.push(character);
            is_plain = false;
        }
    }
    Cow::Owned(plain)
}

/// Returns `true` for combining marks, which modify the letter before them.
fn is_mark(character: char) -> bool {
    matches!(character, '\u{300}'..='\u{36F}')
}

/// ASCII character of a full-width form.
fn narrow(character: char) -> Option<char> {
    let distance = u32::from('！') - u32::from('!');
    match character {
        '！'..='～' => char::from_u32(u32::from(character) - distance)
            .filter(|&ascii| Alphabet::DEFAULT.septets(ascii).is_some()),
        _ => None,
    }
}

#[rustfmt::skip]
fn replacement(character: char) -> Option<&'static str> {
    Some(match character {
        // Punctuation.
        '‘' | '’' | '‚' | '‛' | '′' | '‹' | '›' | '`' | '´' | 'ʼ' | '｀' => "'",
        '“' | '”' | '„' | '‟' | '″' | '«' | '»' | '〝' | '〞' => "\"",
        '‐' | '‑' | '‒' | '–' | '—' | '―' | '−' | '﹘' | '﹣' => "-",
        '…' => "...",
        '‥' => "..",
        '•' | '·' | '‣' | '∙' | '●' => "*",
        '⁄' | '∕' | '÷' => "/",
        '×' => "x",
        '¦' => "|",
        '‼' => "!!",
        '⁇' => "??",
        '、' => ",",
        '。' => ".",
        '¨' | '¸' | '¯' => " ",
        // Spaces, and invisible characters.
        '\t' | '\u{A0}' | '\u{1680}' | '\u{2000}'..='\u{200A}' | '\u{202F}' | '\u{205F}' | '\u{3000}' => " ",
        '\u{2028}' | '\u{2029}' | '\u{85}' | '\u{0B}' => "\n",
        '\u{AD}' | '\u{200B}' | '\u{200E}' | '\u{200F}' | '\u{2060}' | '\u{FEFF}' => "",
        // Signs.
        '©' => "(c)",
        '®' => "(R)",
        '™' => "TM",
        '№' => "No",
        '°' | 'º' => "o",
        'ª' => "a",
        '¹' => "1", '²' => "2", '³' => "3",
        '¼' => "1/4", '½' => "1/2", '¾' => "3/4",
        'µ' => "u",
        '±' => "+-",
        '≤' => "<=", '≥' => ">=", '≠' => "!=",
        '→' => "->", '←' => "<-", '⇒' => "=>",
        '¢' => "c",
        // Letters with accents, and ligatures.
        'À' | 'Á' | 'Â' | 'Ã' | 'Ā' | 'Ă' | 'Ą' | 'Ǎ' | 'Ạ' | 'Ả' | 'Ấ' | 'Ầ' | 'Ẩ' | 'Ẫ' | 'Ậ' | 'Ắ' | 'Ằ' | 'Ẳ' | 'Ẵ' | 'Ặ' => "A",
        'á' | 'â' | 'ã' | 'ā' | 'ă' | 'ą' | 'ǎ' | 'ạ' | 'ả' | 'ấ' | 'ầ' | 'ẩ' | 'ẫ' | 'ậ' | 'ắ' | 'ằ' | 'ẳ' | 'ẵ' | 'ặ' => "a",
        'Ć' | 'Ĉ' | 'Ċ' | 'Č' => "C",
        'ç' | 'ć' | 'ĉ' | 'ċ' | 'č' => "c",
        'Ð' | 'Ď' | 'Đ' => "D",
        'ð' | 'ď' | 'đ' => "d",
        'È' | 'Ê' | 'Ë' | 'Ē' | 'Ĕ' | 'Ė' | 'Ę' | 'Ě' | 'Ẹ' | 'Ẻ' | 'Ẽ' | 'Ế' | 'Ề' | 'Ể' | 'Ễ' | 'Ệ' => "E",
        'ê' | 'ë' | 'ē' | 'ĕ' | 'ė' | 'ę' | 'ě' | 'ẹ' | 'ẻ' | 'ẽ' | 'ế' | 'ề' | 'ể' | 'ễ' | 'ệ' => "e",
        'Ĝ' | 'Ğ' | 'Ġ' | 'Ģ' | 'Ǧ' => "G",
        'ĝ' | 'ğ' | 'ġ' | 'ģ' | 'ǧ' => "g",
        'Ĥ' | 'Ħ' => "H",
        'ĥ' | 'ħ' => "h",
        'Ì' | 'Í' | 'Î' | 'Ï' | 'Ĩ' | 'Ī' | 'Ĭ' | 'Į' | 'İ' | 'Ǐ' | 'Ỉ' | 'Ị' => "I",
        'í' | 'î' | 'ï' | 'ĩ' | 'ī' | 'ĭ' | 'į' | 'ı' | 'ǐ' | 'ỉ' | 'ị' => "i",
        'Ĵ' => "J", 'ĵ' => "j",
        'Ķ' | 'Ǩ' => "K",
        'ķ' | 'ĸ' | 'ǩ' => "k",
        'Ĺ' | 'Ļ' | 'Ľ' | 'Ŀ' | 'Ł' => "L",
        'ĺ' | 'ļ' | 'ľ' | 'ŀ' | 'ł' => "l",
        'Ń' | 'Ņ' | 'Ň' | 'Ŋ' => "N",
        'ń' | 'ņ' | 'ň' | 'ŋ' => "n",
        'ŉ' => "'n",
        'Ò' | 'Ó' | 'Ô' | 'Õ' | 'Ō' | 'Ŏ' | 'Ő' | 'Ơ' | 'Ǒ' | 'Ọ' | 'Ỏ' | 'Ố' | 'Ồ' | 'Ổ' | 'Ỗ' | 'Ộ' | 'Ớ' | 'Ờ' | 'Ở' | 'Ỡ' | 'Ợ' => "O",
        'ó' | 'ô' | 'õ' | 'ō' | 'ŏ' | 'ő' | 'ơ' | 'ǒ' | 'ọ' | 'ỏ' | 'ố' | 'ồ' | 'ổ' | 'ỗ' | 'ộ' | 'ớ' | 'ờ' | 'ở' | 'ỡ' | 'ợ' => "o",
        'Ŕ' | 'Ŗ' | 'Ř' => "R",
        'ŕ' | 'ŗ' | 'ř' => "r",
        'Ś' | 'Ŝ' | 'Ş' | 'Š' | 'Ș' => "S",
        'ś' | 'ŝ' | 'ş' | 'š' | 'ș' | 'ſ' => "s",
        'ẞ' => "SS",
        'Ţ' | 'Ť' | 'Ŧ' | 'Ț' => "T",
        'ţ' | 'ť' | 'ŧ' | 'ț' => "t",
        'Ù' | 'Ú' | 'Û' | 'Ũ' | 'Ū' | 'Ŭ' | 'Ů' | 'Ű' | 'Ų' | 'Ư' | 'Ǔ' | 'Ụ' | 'Ủ' | 'Ứ' | 'Ừ' | 'Ử' | 'Ữ' | 'Ự' => "U",
        'ú' | 'û' | 'ũ' | 'ū' | 'ŭ' | 'ů' | 'ű' | 'ų' | 'ư' | 'ǔ' | 'ụ' | 'ủ' | 'ứ' | 'ừ' | 'ử' | 'ữ' | 'ự' => "u",
        'Ŵ' => "W", 'ŵ' => "w",
        'Ý' | 'Ŷ' | 'Ÿ' | 'Ỳ' | 'Ỵ' | 'Ỷ' | 'Ỹ' => "Y",
        'ý' | 'ŷ' | 'ÿ' | 'ỳ' | 'ỵ' | 'ỷ' | 'ỹ' => "y",
        'Ź' | 'Ż' | 'Ž' => "Z",
        'ź' | 'ż' | 'ž' => "z",
        'Þ' => "Th", 'þ' => "th",
        'Œ' => "OE", 'œ' => "oe",
        'Ĳ' => "IJ", 'ĳ' => "ij",
        'ﬀ' => "ff", 'ﬁ' => "fi", 'ﬂ' => "fl", 'ﬃ' => "ffi", 'ﬄ' => "ffl",
        _ => return None,
    })
}
