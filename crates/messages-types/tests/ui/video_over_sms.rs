//! An SMS holds a text and nothing else.

use messages_types::v1::Sms;

fn main() {
    let _ = Sms::video("447700900001", "447700900000", "https://example.com/a.mp4");
}
