//! A Messenger message has no time to live.

use messages_types::Seconds;
use messages_types::v1::Messenger;

fn main() {
    let _ = |message: Messenger, ttl: Seconds<20, 600>| message.ttl(ttl);
}
