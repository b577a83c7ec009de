//! Segments of an SMS, in the encoding that its message requests.

use messages_sdk::types::sms::Segmentation;
use messages_sdk::types::{v0_1, v1};

/// The number of segments of a v1 SMS; none of another message.
pub(crate) fn of_v1(message: &v1::ChannelMessage) -> u64 {
    let v1::ChannelMessage::Sms(sms) = message else {
        return 0;
    };
    let encoding = sms.sms.as_ref().and_then(|options| options.encoding_type);
    Segmentation::of_type(sms.text.as_str(), encoding).count() as u64
}

/// The same of a v0.1 SMS.
pub(crate) fn of_v0_1(message: &v0_1::Message) -> u64 {
    match message {
        v0_1::Message::Sms(sms) => match &sms.message.content.kind {
            v0_1::sms::Content::Text(text) => Segmentation::of(text.as_str()).count() as u64,
            _ => 0,
        },
        _ => 0,
    }
}
