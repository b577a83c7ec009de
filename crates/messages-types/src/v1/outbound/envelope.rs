//! What the messages of every channel have in common.

use crate::limits;
use crate::value::{Text, Url};
use crate::wire::{wire_choice, wire_object};

/// The sender's own reference: 1 to 100 characters, repeated in every status of the message.
pub type ClientRef = Text<1, { limits::CLIENT_REF_MAX }>;

wire_choice! {
    /// The generation of the format in which statuses are posted.
    closed enum WebhookVersion {
        /// The nested format of the v0.1 API.
        V0_1 = "v0.1",
        /// The flat format of the v1 API.
        V1 = "v1",
    }
}

wire_object! {
    /// What the messages of every channel have in common, all of it optional.
    #[derive(Default)]
    members struct Envelope {
        optional {
            /// The sender's own reference, repeated in every status.
            client_ref: ClientRef = "client_ref",
            /// Where the statuses of this message go, instead of the application's own URL.
            webhook_url: Url = "webhook_url",
            /// The format of the statuses of this message.
            webhook_version: WebhookVersion = "webhook_version",
        }
    }
}

/// Setters of the envelope's members, on the message itself.
macro_rules! envelope_setters {
    ($type:ty) => {
        impl $type {
            /// Sets the sender's own reference, repeated in every status of the message.
            #[must_use]
            pub fn client_ref(mut self, reference: crate::v1::ClientRef) -> Self {
                self.envelope.client_ref = Some(reference);
                self
            }

            /// Sets where the statuses of this message go.
            #[must_use]
            pub fn webhook_url(mut self, url: crate::Url) -> Self {
                self.envelope.webhook_url = Some(url);
                self
            }

            /// Sets the format of the statuses of this message.
            #[must_use]
            pub fn webhook_version(mut self, version: crate::v1::WebhookVersion) -> Self {
                self.envelope.webhook_version = Some(version);
                self
            }
        }
    };
}
pub(crate) use envelope_setters;

/// Members that some message of some channel has: at its top, among its options, or in its medium.
/// Where they stand at the top of a message that does not hold them, they are misplaced and not unknown.
pub(crate) const ELSEWHERE: &[&str] = &[
    "action",
    "audio",
    "bcc",
    "caption",
    "card",
    "card_orientation",
    "card_width",
    "carousel",
    "category",
    "cc",
    "contacts",
    "content",
    "content_id",
    "context",
    "custom",
    "duration",
    "email",
    "encoding_type",
    "entity_id",
    "failover",
    "file",
    "file_size",
    "from_name",
    "html",
    "image",
    "image_alignment",
    "importance",
    "locale",
    "location",
    "messenger",
    "mms",
    "name",
    "participants",
    "policy",
    "pool_id",
    "priority",
    "rcs",
    "reaction",
    "sensitivity",
    "sms",
    "sticker",
    "subject",
    "suggestions",
    "tag",
    "template",
    "text",
    "thumb_url",
    "to_name",
    "trusted_recipient",
    "trusted_sender",
    "ttl",
    "type",
    "url",
    "vcard",
    "viber_service",
    "video",
    "whatsapp",
];

/// Members of the message itself that are looked for among its options.
pub(crate) const OPTIONS_ELSEWHERE: &[&str] = &[
    "client_ref",
    "context",
    "failover",
    "from",
    "suggestions",
    "to",
    "trusted_recipient",
    "trusted_sender",
    "ttl",
    "webhook_url",
    "webhook_version",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lists_of_misplaced_members_are_sorted() {
        for list in [ELSEWHERE, OPTIONS_ELSEWHERE] {
            assert!(list.is_sorted(), "{list:?}");
        }
    }
}
