//! Media over Messenger have no caption.

use messages_types::v1::media::{Caption, Media};

fn main() {
    let _ = |image: Media, caption: Caption| image.caption(caption);
}
