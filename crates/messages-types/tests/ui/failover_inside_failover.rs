//! An alternative has no alternatives of its own.

use messages_types::v1::Message;

fn main() {
    let _ = |outer: Message, inner: Message| outer.failover([inner]);
}
