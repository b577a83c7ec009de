//! What the messages of every channel have in common.

use crate::limits;
use crate::value::{Text, Url};
use crate::wire::Wire;

/// The sender's own reference: 1 to 100 characters, repeated in every status of the message.
pub type ClientRef = Text<1, { limits::CLIENT_REF_MAX }>;

/// The generation of the format in which statuses are posted.
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

/// What the messages of every channel have in common, all of it optional.
#[derive(Clone, Default, PartialEq, Wire)]
#[wire(strict)]
#[non_exhaustive]
pub struct Envelope {
    /// The sender's own reference, repeated in every status.
    pub client_ref: Option<ClientRef>,
    /// Where the statuses of this message go, instead of the application's own URL.
    pub webhook_url: Option<Url>,
    /// The format of the statuses of this message.
    pub webhook_version: Option<WebhookVersion>,
}
