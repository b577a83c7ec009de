//! What stands in `message.content`, and the members that belong elsewhere.

use serde::{Serialize, Serializer, ser::SerializeMap};

use crate::Extra;
use crate::limits;
use crate::v1::outbound::media::ELSEWHERE as MEDIA_ELSEWHERE;
pub use crate::v1::outbound::media::{Caption, CaptionedMedia};
use crate::v1::outbound::written_as;
use crate::value::Url;
use crate::wire::{Check, Context, Decode, Json, Members, Redacted, object, wire_object};

/// The URL of an image: 1 to 2,000 characters.
pub type ImageUrl = Url<1, { limits::V0_1_IMAGE_URL_MAX }>;

/// Members that some message has at its top, in this generation or in v1.
pub(crate) const MESSAGE_ELSEWHERE: &[&str] = &[
    "audio",
    "caption",
    "category",
    "channel",
    "content",
    "custom",
    "failover",
    "file",
    "image",
    "locale",
    "message_type",
    "messenger",
    "mms",
    "policy",
    "sms",
    "tag",
    "template",
    "text",
    "ttl",
    "viber_service",
    "viber_service_msg",
    "video",
    "webhook_url",
    "webhook_version",
    "whatsapp",
];

/// Members that are looked for beside `content`: the content itself, options of the channels, and
/// members of the message.
macro_rules! body_elsewhere {
    ($($also:literal)*) => {
        &[
            "audio",
            "caption",
            "category",
            "client_ref",
            "custom",
            "failover",
            "file",
            "image",
            "locale",
            "messenger",
            "policy",
            "tag",
            "template",
            "text",
            "ttl",
            "viber_service",
            "viber_service_msg",
            "video",
            "whatsapp",
            $($also,)*
        ]
    };
}

pub(crate) const BODY_ELSEWHERE: &[&str] = body_elsewhere!["mms" "sms"];

/// No options of an SMS are documented, so that an `sms` there is merely unknown.
pub(crate) const SMS_BODY_ELSEWHERE: &[&str] = body_elsewhere!["mms"];

/// As [`SMS_BODY_ELSEWHERE`], for MMS.
pub(crate) const MMS_BODY_ELSEWHERE: &[&str] = body_elsewhere!["sms"];

/// Members that the content of some message has.
const CONTENT_ELSEWHERE: &[&str] = &[
    "audio", "caption", "custom", "file", "image", "template", "text", "url", "video",
];

/// What a message holds, as it stands in `message.content`.
#[derive(Clone, PartialEq)]
#[non_exhaustive]
pub struct Content<T> {
    /// The type and its value.
    pub kind: T,
    /// Members that this type does not know; they are written as they are.
    pub extra: Extra,
}

impl<T> From<T> for Content<T> {
    fn from(kind: T) -> Self {
        Self {
            kind,
            extra: Extra::default(),
        }
    }
}

impl<T: Members> Decode for Content<T> {
    fn decode<'a>(value: Json<'a>, cx: &mut Context) -> Result<Self, Json<'a>> {
        object(value, cx, CONTENT_ELSEWHERE).map(|(kind, extra)| Self { kind, extra })
    }
}

impl<T: Members> Serialize for Content<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut out = serializer.serialize_map(None)?;
        self.kind.put(&mut out)?;
        for (key, value) in &self.extra {
            out.serialize_entry(key, value)?;
        }
        out.end()
    }
}

impl<T: Check> Check for Content<T> {
    fn check(&self, cx: &mut Context) {
        self.kind.check(cx);
    }
}

impl<T: Redacted> std::fmt::Debug for Content<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.kind.redacted(f)
    }
}

impl<T: Redacted> Redacted for Content<T> {
    fn redacted(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.kind.redacted(f)
    }
}

wire_object! {
    /// An image over another channel than WhatsApp.
    outbound struct Image {
        required {
            /// Where the API fetches it: up to 2,000 characters.
            url: ImageUrl = "url",
        }
        elsewhere MEDIA_ELSEWHERE;
        rules caption_rule(;);
    }
}

wire_object! {
    /// A video or a file over another channel than WhatsApp.
    outbound struct Media {
        required {
            /// Where the API fetches it.
            url: Url = "url",
        }
        elsewhere MEDIA_ELSEWHERE;
        rules caption_rule(;);
    }
}

/// Only WhatsApp shows captions. The description of the v0.1 messages has them nowhere else, but
/// that of the workflows has: a workflow that was written by it is not refused.
fn caption_rule(cx: &mut Context) {
    if cx.is_below("workflow") {
        cx.settle("caption");
    }
}

wire_object! {
    /// An audio file.
    outbound struct Audio {
        required {
            /// Where the API fetches it.
            url: Url = "url",
        }
        elsewhere MEDIA_ELSEWHERE;
    }
}

wire_object! {
    /// An image over WhatsApp.
    outbound struct CaptionedImage {
        required {
            /// Where the API fetches it: up to 2,000 characters.
            url: ImageUrl = "url",
        }
        optional {
            /// The text shown with it.
            caption: Caption = "caption",
        }
        elsewhere MEDIA_ELSEWHERE;
    }
}

written_as! {
    Image(ImageUrl);
    Media(Url);
    Audio(Url);
    CaptionedImage(ImageUrl);
}
