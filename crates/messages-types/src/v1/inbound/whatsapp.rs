//! What only an inbound WhatsApp message has.

use super::ReferredProduct;
use crate::Extra;
use crate::v1::WhatsappIdentity;
use crate::wire::Wire;

/// What only an inbound WhatsApp message has.
#[derive(Clone, Default, PartialEq, Wire)]
#[wire(open)]
#[non_exhaustive]
pub struct WhatsappDetails {
    /// The WhatsApp business account.
    pub waba_id: Option<String>,
    /// The ids of the person.
    pub sender: Option<WhatsappIdentity>,
    /// The advertisement or post that the person came from.
    pub referral: Option<Referral>,
    /// The product that the message is about.
    pub whatsapp_referred_product: Option<ReferredProduct>,
    /// Fields without a place in this type, as they came.
    #[wire(extra)]
    pub extra: Extra,
}

/// The advertisement or post that a person came from.
#[derive(Clone, Default, PartialEq, Wire)]
#[wire(open)]
#[non_exhaustive]
pub struct Referral {
    /// Its text.
    pub body: Option<String>,
    /// Its headline.
    pub headline: Option<String>,
    /// Its id at Meta.
    pub source_id: Option<String>,
    /// What it is, such as `ad` or `post`.
    pub source_type: Option<String>,
    /// Where it is.
    pub source_url: Option<String>,
    /// Its medium: `image` or `video`.
    pub media_type: Option<String>,
    /// Its image.
    pub image_url: Option<String>,
    /// Its video.
    pub video_url: Option<String>,
    /// The preview of its video.
    pub thumbnail_url: Option<String>,
    /// The id of the click.
    pub ctwa_clid: Option<String>,
    /// Fields without a place in this type, as they came.
    #[wire(extra)]
    pub extra: Extra,
}
