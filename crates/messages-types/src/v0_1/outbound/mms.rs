//! MMS.

use super::address::{FromMms, ToMms};
use super::content::{Content, Image, MESSAGE_ELSEWHERE, MMS_BODY_ELSEWHERE};
use super::{ClientRef, constructors};
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

wire_object! {
    /// An MMS in the v0.1 format.
    ///
    /// ```
    /// use messages_types::v0_1::Mms;
    ///
    /// let mms = Mms::image("12345", "447700900000", "https://example.com/cat.jpg")?;
    /// # Ok::<(), messages_types::Problems>(())
    /// ```
    outbound struct Mms {
        required {
            /// Who it comes from.
            from: FromMms = "from",
            /// Whom it reaches.
            to: ToMms = "to",
            /// What it holds.
            message: MmsBody = "message",
        }
        optional {
            /// The sender's own reference, repeated in every status.
            client_ref: ClientRef = "client_ref",
        }
        elsewhere MESSAGE_ELSEWHERE;
    }
}

constructors! {
    Mms(MmsContent) from FromMms at "/from/number" to ToMms at "/to/number" body MmsBody;
    /// An image: jpg, jpeg, png or gif.
    image(Image) = Image at "/message/content/image/url";
}
