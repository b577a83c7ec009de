//! Fields common to all channels.

use crate::limits;
use crate::value::{Text, Url};
use crate::wire::Wire;

/// The sender's own reference: 1 to 100 characters, repeated in every status of the message.
pub type ClientRef = Text<1, { limits::CLIENT_REF_MAX }>;

/// Version of the format in which statuses are posted.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Wire)]
#[wire(strict)]
#[non_exhaustive]
pub enum WebhookVersion {
    /// The nested format of the v0.1 API.
    #[wire(rename = "v0.1")]
    V0_1,
    /// The flat format of the v1 API.
    V1,
}

/// Optional fields common to all channels.
#[derive(Clone, Default, PartialEq, Wire)]
#[wire(strict)]
#[non_exhaustive]
pub struct Envelope {
    /// The sender's own reference, repeated in every status.
    pub client_ref: Option<ClientRef>,
    /// URL that receives the statuses of this message, instead of the application's own URL.
    pub webhook_url: Option<Url>,
    /// Format of the statuses of this message.
    pub webhook_version: Option<WebhookVersion>,
}
