//! What only an inbound WhatsApp message has.

use super::ReferredProduct;
use crate::v1::WhatsappIdentity;
use crate::wire::wire_object;

wire_object! {
    /// What only an inbound WhatsApp message has.
    #[derive(Default)]
    inbound struct WhatsappDetails {
        optional {
            /// The WhatsApp business account.
            waba_id: String = "waba_id",
            /// The ids of the person.
            sender: WhatsappIdentity = "sender",
            /// The advertisement or post that the person came from.
            referral: Referral = "referral",
            /// The product that the message is about.
            whatsapp_referred_product: ReferredProduct = "whatsapp_referred_product",
        }
    }
}

wire_object! {
    /// The advertisement or post that a person came from.
    #[derive(Default)]
    inbound struct Referral {
        optional {
            /// Its text.
            body: String = "body",
            /// Its headline.
            headline: String = "headline",
            /// Its id at Meta.
            source_id: String = "source_id",
            /// What it is, such as `ad` or `post`.
            source_type: String = "source_type",
            /// Where it is.
            source_url: String = "source_url",
            /// Its medium: `image` or `video`.
            media_type: String = "media_type",
            /// Its image.
            image_url: String = "image_url",
            /// Its video.
            video_url: String = "video_url",
            /// The preview of its video.
            thumbnail_url: String = "thumbnail_url",
            /// The id of the click.
            ctwa_clid: String = "ctwa_clid",
        }
    }
}
