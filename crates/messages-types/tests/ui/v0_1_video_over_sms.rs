//! An SMS holds a text and nothing else.

use messages_types::v0_1::messenger;
use messages_types::v0_1::sms;

fn main() {
    let video = messenger::Content::Video("https://example.com/a.mp4".try_into().unwrap());
    let _: sms::Content = video;
}
