//! Number of SMS segments of a text.

use messages_types::sms::Segmentation;
use messages_types::v1::sms::Encoding;

use crate::state::channel::Channel;

/// Parts of an SMS in the encoding that it asks for; nothing on other channels.
pub(crate) fn of(channel: Channel, text: &str, encoding: Option<Encoding>) -> Option<u32> {
    (channel == Channel::Sms).then(|| count(text, encoding))
}

fn count(text: &str, encoding: Option<Encoding>) -> u32 {
    let parts = Segmentation::of_type(text, encoding).count();
    u32::try_from(parts).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_cut_where_the_alphabet_says() {
        for (text, parts) in [
            (String::new(), 1),
            ("a".repeat(160), 1),
            ("a".repeat(161), 2),
            ("€".repeat(80), 1),
            ("€".repeat(81), 2),
            ("я".repeat(70), 1),
            ("я".repeat(71), 2),
        ] {
            assert_eq!(
                count(&text, None),
                parts,
                "{} characters",
                text.chars().count()
            );
        }
    }
}
