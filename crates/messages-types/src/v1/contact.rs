//! User profile, user IDs and network: fields common to both webhooks.

use crate::Extra;
use crate::wire::Wire;

/// WhatsApp profile of a user.
#[derive(Clone, Default, PartialEq, Wire)]
#[wire(open)]
#[non_exhaustive]
pub struct Profile {
    /// Display name.
    pub name: Option<String>,
    /// User name, if the user has one.
    pub username: Option<String>,
    /// Fields not represented by this type, as received.
    pub extra: Extra,
}

/// WhatsApp IDs of a user.
#[derive(Clone, Default, PartialEq, Wire)]
#[wire(open)]
#[non_exhaustive]
pub struct WhatsappIdentity {
    /// Business-scoped user ID (BSUID): identifies the user within one business.
    pub user_id: Option<String>,
    /// ID of the user within a group of businesses.
    pub parent_user_id: Option<String>,
    /// Phone number, if known.
    pub wa_id: Option<String>,
    /// Fields not represented by this type, as received.
    pub extra: Extra,
}

/// Network of the recipient of a message.
#[derive(Clone, Default, PartialEq, Wire)]
#[wire(open)]
#[non_exhaustive]
pub struct Destination {
    /// Network code: mobile country code and mobile network code.
    pub network_code: Option<String>,
    /// Fields not represented by this type, as received.
    pub extra: Extra,
}
