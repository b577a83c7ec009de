//! Files and places.

use crate::value::Scalar;
use crate::wire::wire_object;

wire_object! {
    /// A file by its URL.
    ///
    /// The URL is open for 48 hours; with the application's option "secure inbound media" it asks
    /// for a token of that application.
    inbound struct Media {
        required {
            /// Where it is.
            url: String = "url",
        }
        optional {
            /// The file's name.
            name: String = "name",
            /// The text that came with it (MMS).
            caption: String = "caption",
        }
    }
}

wire_object! {
    /// One attachment of an MMS with several.
    #[derive(Default)]
    inbound struct Attachment {
        optional {
            /// What it is: `image`, `audio`, `video`, `file` or `vcard`.
            kind: String = "type",
            /// Where it is.
            url: String = "url",
            /// The file's name.
            name: String = "name",
            /// The text that came with it.
            caption: String = "caption",
        }
    }
}

wire_object! {
    /// A place.
    inbound struct Location {
        required {
            /// The latitude, in degrees.
            lat: Scalar = "lat",
            /// The longitude, in degrees.
            long: Scalar = "long",
        }
        optional {
            /// Its name (WhatsApp).
            name: String = "name",
            /// Its address (WhatsApp).
            address: String = "address",
            /// A page about it (WhatsApp).
            url: String = "url",
        }
    }
}
