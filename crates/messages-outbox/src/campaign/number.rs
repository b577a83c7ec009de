//! Calling codes of phone numbers.

/// Calling codes with two digits, by ITU-T E.164. Those of zones 1 and 7 have one digit, all others three.
const TWO_DIGITS: [&str; 44] = [
    "20", "27", "30", "31", "32", "33", "34", "36", "39", "40", "41", "43", "44", "45", "46", "47",
    "48", "49", "51", "52", "53", "54", "55", "56", "57", "58", "60", "61", "62", "63", "64", "65",
    "66", "81", "82", "84", "86", "90", "91", "92", "93", "94", "95", "98",
];

/// Calling code of a phone number, given in digits with the country's code. `None` if it is not a number.
///
/// ```
/// use messages_outbox::campaign::calling_code;
///
/// let codes = ["12125550100", "447700900000", "352621000000", "user-1"].map(calling_code);
/// assert_eq!(codes, [Some("1"), Some("44"), Some("352"), None]);
/// ```
#[must_use]
pub fn calling_code(number: &str) -> Option<&str> {
    if number.len() < 7 || !number.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let length = match &number[..2] {
        two if two.starts_with(['1', '7']) => 1,
        two if TWO_DIGITS.contains(&two) => 2,
        _ => 3,
    };
    Some(&number[..length])
}
