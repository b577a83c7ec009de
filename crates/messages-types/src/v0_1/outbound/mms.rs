//! MMS.

use super::address::{FromMms, ToMms};
use super::channel_message;
use super::content::{Content, Image, MMS_BODY_ELSEWHERE};
use crate::wire::{wire_content, wire_object};

wire_content! {
    /// What an MMS can hold.
    outbound enum MmsContent by "type" {
        nested {
            /// An image: jpg, jpeg, png or gif.
            Image(Image) = "image",
        }
    }
}

wire_object! {
    /// The `message` of an MMS.
    outbound struct MmsBody {
        required {
            /// What it holds.
            content: Content<MmsContent> = "content",
        }
        elsewhere MMS_BODY_ELSEWHERE;
    }
}

channel_message! {
    /// An MMS in the v0.1 format.
    ///
    /// ```
    /// use messages_types::v0_1::Mms;
    ///
    /// let mms = Mms::image("12345", "447700900000", "https://example.com/cat.jpg")?;
    /// # Ok::<(), messages_types::Problems>(())
    /// ```
    struct Mms {
        /// Who it comes from.
        from: FromMms at "/from/number",
        /// Whom it reaches.
        to: ToMms at "/to/number",
        message: MmsBody of MmsContent,
    }
    /// An image: jpg, jpeg, png or gif.
    image(Image) = Image at "/message/content/image/url";
}
