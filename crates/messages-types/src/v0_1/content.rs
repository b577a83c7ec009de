//! Values of `message.content`, and the fields that belong elsewhere.

pub use crate::v1::media::{Caption, CaptionedMedia};

use serde::ser::SerializeMap;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::v1::IN_MEDIA;
use crate::value::Url;
use crate::wire::{Check, Context, Decode, Json, Members, Redacted, Tables, Wire, object};
use crate::{Extra, Member, limits};

/// The URL of an image: 1 to 2,000 characters.
pub type ImageUrl = Url<1, { limits::V0_1_IMAGE_URL_MAX }>;

/// Fields that are recognized at the top of a message: those of v1, and those of the body.
pub(crate) const MISPLACED_IN_MESSAGE: Tables = &[
    BESIDE_CONTENT,
    &names(&["channel", "content", "message_type", "mms", "sms"]),
    &names(&["webhook_url", "webhook_version"]),
];

/// Fields that are recognized beside `content`: the content itself, options of the channels, and fields of the message.
const BESIDE_CONTENT: &[Member] = &names(&[
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
]);

pub(crate) const MISPLACED_IN_BODY: Tables = &[BESIDE_CONTENT, &names(&["mms", "sms"])];

/// No options of an SMS are documented, so `sms` is an unknown field there, not a misplaced one.
pub(crate) const MISPLACED_IN_SMS_BODY: Tables = &[BESIDE_CONTENT, &names(&["mms"])];

/// Like [`MISPLACED_IN_SMS_BODY`], for MMS.
pub(crate) const MISPLACED_IN_MMS_BODY: Tables = &[BESIDE_CONTENT, &names(&["sms"])];

/// Fields of the content of any message.
const MISPLACED_IN_CONTENT: Tables = &[&names(&[
    "audio", "caption", "custom", "file", "image", "template", "text", "url", "video",
])];

/// Fields with a name only.
const fn names<const N: usize>(names: &[&'static str; N]) -> [Member; N] {
    let mut members = [Member::named(""); N];
    let mut index = 0;
    while index < N {
        members[index] = Member::named(names[index]);
        index += 1;
    }
    members
}

/// Content of a message, as the value of `message.content`.
#[derive(Clone, PartialEq)]
#[non_exhaustive]
pub struct ContentObject<T> {
    /// Type of the content, with its value.
    pub kind: T,
    /// Unknown fields, written unchanged.
    pub extra: Extra,
}

impl<T> From<T> for ContentObject<T> {
    fn from(kind: T) -> Self {
        Self {
            kind,
            extra: Extra::default(),
        }
    }
}

impl<T: Members> Decode for ContentObject<T> {
    const MEMBERS: &'static [Member] = T::MEMBERS;

    fn decode<'a>(value: Json<'a>, cx: &mut Context) -> Result<Self, Json<'a>> {
        object(value, cx, MISPLACED_IN_CONTENT).map(|(kind, extra)| Self { kind, extra })
    }
}

impl<T: Members> Serialize for ContentObject<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut out = serializer.serialize_map(None)?;
        self.kind.put(&mut out)?;
        for (key, value) in &self.extra {
            out.serialize_entry(key, value)?;
        }
        out.end()
    }
}

impl<'de, T: Members + Check> Deserialize<'de> for ContentObject<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        crate::wire::deserialize(deserializer, T::MODE)
    }
}

impl<T: Check> Check for ContentObject<T> {
    const CAN_FAIL: bool = T::CAN_FAIL;

    fn check(&self, cx: &mut Context) {
        self.kind.check(cx);
    }
}

impl<T: Redacted> std::fmt::Debug for ContentObject<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.kind.redacted(f)
    }
}

impl<T: Redacted> Redacted for ContentObject<T> {
    fn redacted(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.kind.redacted(f)
    }
}

/// An image over any channel except WhatsApp.
#[derive(Clone, PartialEq, Wire)]
#[wire(strict, from_value, misplaced = IN_MEDIA)]
#[wire(validate = caption_rule())]
#[non_exhaustive]
pub struct Image {
    /// URL the API downloads the image from: up to 2,000 characters.
    pub url: ImageUrl,
    /// Unknown fields, written unchanged.
    pub extra: Extra,
}

/// A video or a file over any channel except WhatsApp.
#[derive(Clone, PartialEq, Wire)]
#[wire(strict, from_value, misplaced = IN_MEDIA)]
#[wire(validate = caption_rule())]
#[non_exhaustive]
pub struct Media {
    /// URL the API downloads the file from.
    pub url: Url,
    /// Unknown fields, written unchanged.
    pub extra: Extra,
}

/// Only WhatsApp shows captions. The description of the v0.1 messages has them nowhere else, but
/// that of the workflows has, so they are not refused in a workflow.
fn caption_rule(cx: &mut Context) {
    if cx.is_below("workflow") {
        cx.mark_known("caption");
    }
}

/// An audio file.
#[derive(Clone, PartialEq, Wire)]
#[wire(strict, from_value, misplaced = IN_MEDIA)]
#[non_exhaustive]
pub struct Audio {
    /// URL the API downloads the file from.
    pub url: Url,
    /// Unknown fields, written unchanged.
    pub extra: Extra,
}

/// An image over WhatsApp.
#[derive(Clone, PartialEq, Wire)]
#[wire(strict, from_value, misplaced = IN_MEDIA)]
#[non_exhaustive]
pub struct CaptionedImage {
    /// URL the API downloads the image from: up to 2,000 characters.
    pub url: ImageUrl,
    /// Caption shown with the image: 1 to 3,000 characters.
    pub caption: Option<Caption>,
    /// Unknown fields, written unchanged.
    pub extra: Extra,
}
