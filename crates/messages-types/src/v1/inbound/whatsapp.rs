//! Fields specific to an inbound WhatsApp message.

use super::ReferredProduct;
use crate::Extra;
use crate::v1::WhatsappIdentity;
use crate::wire::Wire;

/// Fields specific to an inbound WhatsApp message.
#[derive(Clone, Default, PartialEq, Wire)]
#[wire(open)]
#[non_exhaustive]
pub struct WhatsappDetails {
    /// ID of the WhatsApp business account.
    pub waba_id: Option<String>,
    /// IDs of the sender.
    pub sender: Option<WhatsappIdentity>,
    /// Advertisement or post the user came from.
    pub referral: Option<Referral>,
    /// Product the message refers to.
    pub whatsapp_referred_product: Option<ReferredProduct>,
    /// Fields not represented by this type, as received.
    pub extra: Extra,
}

/// Advertisement or post a user came from.
#[derive(Clone, Default, PartialEq, Wire)]
#[wire(open)]
#[non_exhaustive]
pub struct Referral {
    /// Text.
    pub body: Option<String>,
    /// Headline.
    pub headline: Option<String>,
    /// ID at Meta.
    pub source_id: Option<String>,
    /// Type, such as `ad` or `post`.
    pub source_type: Option<String>,
    /// URL.
    pub source_url: Option<String>,
    /// Media type: `image` or `video`.
    pub media_type: Option<String>,
    /// URL of the image.
    pub image_url: Option<String>,
    /// URL of the video.
    pub video_url: Option<String>,
    /// URL of the preview of the video.
    pub thumbnail_url: Option<String>,
    /// ID of the click.
    pub ctwa_clid: Option<String>,
    /// Fields not represented by this type, as received.
    pub extra: Extra,
}
