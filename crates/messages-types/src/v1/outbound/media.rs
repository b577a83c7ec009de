//! Media by URL, in the forms that the channels allow.

use super::written_as;
use crate::limits;
use crate::value::{Text, Url};
use crate::wire::wire_object;

/// A caption: 1 to 3,000 characters.
pub type Caption = Text<1, { limits::CAPTION_MAX }>;

/// The URL of an audio file over WhatsApp and Messenger: 10 to 2,000 characters.
pub type AudioUrl = Url<{ limits::AUDIO_URL_MIN }, { limits::AUDIO_URL_MAX }>;

/// Members that some medium of some channel has.
pub(crate) const ELSEWHERE: &[&str] = &["caption", "name", "thumb_url"];

wire_object! {
    /// A medium without caption or name.
    outbound struct Media {
        required {
            /// Where the API fetches it.
            url: Url = "url",
        }
        elsewhere ELSEWHERE;
    }
}

wire_object! {
    /// A medium with an optional caption.
    outbound struct CaptionedMedia {
        required {
            /// Where the API fetches it.
            url: Url = "url",
        }
        optional {
            /// The text shown with it.
            caption: Caption = "caption",
        }
        elsewhere ELSEWHERE;
    }
}

wire_object! {
    /// An audio file over WhatsApp or Messenger.
    outbound struct Audio {
        required {
            /// Where the API fetches it: 10 to 2,000 characters.
            url: AudioUrl = "url",
        }
        elsewhere ELSEWHERE;
    }
}

written_as! {
    Media(Url);
    CaptionedMedia(Url);
    Audio(AudioUrl);
}
