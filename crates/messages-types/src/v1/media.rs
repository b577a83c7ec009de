//! Media files by URL, in the forms that the channels accept.

use crate::v1::IN_MEDIA;
use crate::value::{Text, Url};
use crate::wire::Wire;
use crate::{Extra, limits};

/// A caption: 1 to 3,000 characters.
pub type Caption = Text<1, { limits::CAPTION_MAX }>;

/// The URL of an audio file over WhatsApp and Messenger: 10 to 2,000 characters.
pub type AudioUrl = Url<{ limits::AUDIO_URL_MIN }, { limits::AUDIO_URL_MAX }>;

/// A media file without caption or name.
#[derive(Clone, PartialEq, Wire)]
#[wire(strict, from_value, misplaced = IN_MEDIA)]
#[non_exhaustive]
pub struct Media {
    /// URL the API downloads the file from.
    pub url: Url,
    /// Unknown fields, written unchanged.
    pub extra: Extra,
}

/// A media file with an optional caption.
#[derive(Clone, PartialEq, Wire)]
#[wire(strict, from_value, misplaced = IN_MEDIA)]
#[non_exhaustive]
pub struct CaptionedMedia {
    /// URL the API downloads the file from.
    pub url: Url,
    /// Caption shown with the file: 1 to 3,000 characters.
    pub caption: Option<Caption>,
    /// Unknown fields, written unchanged.
    pub extra: Extra,
}

/// An audio file over WhatsApp or Messenger.
#[derive(Clone, PartialEq, Wire)]
#[wire(strict, from_value, misplaced = IN_MEDIA)]
#[non_exhaustive]
pub struct Audio {
    /// URL the API downloads the file from: 10 to 2,000 characters.
    pub url: AudioUrl,
    /// Unknown fields, written unchanged.
    pub extra: Extra,
}
