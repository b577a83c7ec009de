//! An SMS holds a text and nothing else.

use messages_types::v0_1::outbound::messenger::MessengerContent;
use messages_types::v0_1::outbound::sms::SmsContent;

fn main() {
    let video = MessengerContent::Video("https://example.com/a.mp4".try_into().unwrap());
    let _: SmsContent = video;
}
