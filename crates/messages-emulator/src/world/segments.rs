//! How many SMS a text takes.

use messages_types::sms::Segmentation;

use crate::channel::Channel;

/// Parts of an SMS; nothing on other channels.
pub(crate) fn of(channel: Channel, text: &str) -> Option<u32> {
    (channel == Channel::Sms).then(|| count(text))
}

fn count(text: &str) -> u32 {
    // Even an empty text takes one.
    let parts = Segmentation::of(text).count().max(1);
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
            assert_eq!(count(&text), parts, "{} characters", text.chars().count());
        }
    }
}
