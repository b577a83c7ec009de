//! Addresses that a spreadsheet has changed.

/// A fault of a cell that holds an address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Fault {
    pub(super) rule: &'static str,
    pub(super) message: &'static str,
}

/// An address whose cells are all empty.
pub(super) const EMPTY: Fault = Fault {
    rule: "required",
    message: "nothing is there",
};

const SCIENTIFIC: Fault = spreadsheet(
    "a spreadsheet has rounded the number to scientific notation and lost its digits: format the column as text, and enter \
     the number again",
);
const APOSTROPHE: Fault =
    spreadsheet("begins with an apostrophe, which a spreadsheet uses to mark text: remove it");
const FORMULA: Fault =
    spreadsheet("holds a spreadsheet's formula instead of its result: save the table with values");
const ERROR: Fault = spreadsheet("holds an error of a spreadsheet's formula: correct the formula");
const DECIMAL: Fault = spreadsheet(
    "a spreadsheet or program has written the number with a decimal point: format the column as text",
);

const fn spreadsheet(message: &'static str) -> Fault {
    Fault {
        rule: "spreadsheet",
        message,
    }
}

const INVISIBLE: Fault = Fault {
    rule: "format",
    message: "has a space or another character that is not visible before or behind it, often copied from a page or a list: remove it",
};

/// The fault of an address that a spreadsheet, a program that reads one, or copying has introduced.
pub(super) fn address_fault(cell: &str) -> Option<Fault> {
    // A sign of order around a number that is written from left to right, or a mark without width.
    let is_invisible = |c: char| {
        c.is_whitespace()
            || matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
    };
    let trimmed = cell.trim_matches(is_invisible);
    spreadsheet_fault(trimmed).or((trimmed.len() < cell.len()).then_some(INVISIBLE))
}

/// The mark that a spreadsheet, or a program that reads one, has left in an address.
fn spreadsheet_fault(cell: &str) -> Option<Fault> {
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if let Some((number, exponent)) = cell.split_once(['e', 'E']) {
        let exponent = exponent.strip_prefix(['+', '-']).unwrap_or(exponent);
        let number = number.strip_prefix(['+', '-']).unwrap_or(number);
        let is_number = match number.split_once(['.', ',']) {
            Some((whole, fraction)) => digits(whole) && digits(fraction),
            None => digits(number),
        };
        if is_number && digits(exponent) {
            return Some(SCIENTIFIC);
        }
    }
    if let Some(rest) = cell.strip_prefix(['\'', '’', '‘', '`', '´']) {
        return rest
            .starts_with(|c: char| c == '+' || c.is_ascii_digit())
            .then_some(APOSTROPHE);
    }
    if cell.starts_with('=') {
        return Some(FORMULA);
    }
    if cell.starts_with('#') {
        let is_error = |c: char| c.is_ascii_uppercase() || "#/!?0".contains(c);
        return cell.chars().all(is_error).then_some(ERROR);
    }
    let (whole, fraction) = cell.split_once('.')?;
    (digits(whole) && !fraction.is_empty() && fraction.bytes().all(|byte| byte == b'0'))
        .then_some(DECIMAL)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_of_spreadsheets_are_recognized() {
        for (cell, fault) in [
            ("4.47701E+11", Some(SCIENTIFIC)),
            ("4,47701E+11", Some(SCIENTIFIC)),
            ("4.4770090001e11", Some(SCIENTIFIC)),
            ("4E+11", Some(SCIENTIFIC)),
            (" +4.477E11 ", Some(SCIENTIFIC)),
            ("447700900011 ", Some(INVISIBLE)),
            ("447700900011\u{a0}", Some(INVISIBLE)),
            ("\u{202a}447700900011\u{202c}", Some(INVISIBLE)),
            ("\u{200b}447700900011", Some(INVISIBLE)),
            ("'447700900011", Some(APOSTROPHE)),
            ("’+447700900011", Some(APOSTROPHE)),
            ("=\"447700900011\"", Some(FORMULA)),
            ("#N/A", Some(ERROR)),
            ("#REF!", Some(ERROR)),
            ("########", Some(ERROR)),
            ("447700900011.0", Some(DECIMAL)),
            ("447700900011", None),
            ("+447700900011", None),
            ("user-1", None),
            ("1e4b2c", None),
            ("'t Hoekje", None),
            ("jane@example.com", None),
            ("#shop", None),
            ("447700900011.5", None),
            ("", None),
        ] {
            assert_eq!(address_fault(cell), fault, "{cell}");
        }
    }
}
