//! Media by URL, in the forms that the channels allow.

use crate::Extra;
use crate::limits;
use crate::v1::IN_MEDIA;
use crate::value::{Text, Url};
use crate::wire::Wire;

/// A caption: 1 to 3,000 characters.
pub type Caption = Text<1, { limits::CAPTION_MAX }>;

/// The URL of an audio file over WhatsApp and Messenger: 10 to 2,000 characters.
pub type AudioUrl = Url<{ limits::AUDIO_URL_MIN }, { limits::AUDIO_URL_MAX }>;

/// A medium without caption or name.
#[derive(Clone, PartialEq, Wire)]
#[wire(strict, from_value)]
#[wire(misplaced = IN_MEDIA)]
#[non_exhaustive]
pub struct Media {
    /// Where the API fetches it.
    pub url: Url,
    /// Unknown fields, which are written as they are.
    #[wire(extra)]
    pub extra: Extra,
}

/// A medium with an optional caption.
#[derive(Clone, PartialEq, Wire)]
#[wire(strict, from_value)]
#[wire(misplaced = IN_MEDIA)]
#[non_exhaustive]
pub struct CaptionedMedia {
    /// Where the API fetches it.
    pub url: Url,
    /// The text shown with it.
    pub caption: Option<Caption>,
    /// Unknown fields, which are written as they are.
    #[wire(extra)]
    pub extra: Extra,
}

/// An audio file over WhatsApp or Messenger.
#[derive(Clone, PartialEq, Wire)]
#[wire(strict, from_value)]
#[wire(misplaced = IN_MEDIA)]
#[non_exhaustive]
pub struct Audio {
    /// Where the API fetches it: 10 to 2,000 characters.
    pub url: AudioUrl,
    /// Unknown fields, which are written as they are.
    #[wire(extra)]
    pub extra: Extra,
}
