//! The segments of an SMS, in the encoding that its message asks for.

use messages_sdk::types::sms::{Encoding, Segmentation};
use messages_sdk::types::{v0_1, v1};

/// Segments a text; `forces_unicode` where the message asks for it.
pub(crate) fn segmentation(text: &str, forces_unicode: bool) -> Segmentation<'_> {
    let forced = forces_unicode.then(|| Segmentation::with(text, Encoding::Ucs2));
    forced.flatten().unwrap_or_else(|| Segmentation::of(text))
}

/// The number of segments of a v1 SMS; none of another message.
pub(crate) fn of_v1(message: &v1::Message) -> u64 {
    let v1::ChannelMessage::Sms(sms) = &message.primary else {
        return 0;
    };
    let encoding = sms.sms.as_ref().and_then(|options| options.encoding_type);
    let forces_unicode = encoding == Some(v1::sms::Encoding::Unicode);
    segmentation(sms.text.as_str(), forces_unicode).count() as u64
}

/// The same of a v0.1 SMS.
pub(crate) fn of_v0_1(message: &v0_1::Message) -> u64 {
    match message {
        v0_1::Message::Sms(sms) => match &sms.message.content.kind {
            v0_1::sms::Content::Text(text) => segmentation(text.as_str(), false).count() as u64,
            _ => 0,
        },
        _ => 0,
    }
}
