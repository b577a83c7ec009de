//! Who is at the other end, and in which network: members that both webhooks have.

use crate::Extra;
use crate::wire::Wire;

/// How a person calls themselves on WhatsApp.
#[derive(Clone, Default, PartialEq, Wire)]
#[wire(open)]
#[non_exhaustive]
pub struct Profile {
    /// The display name.
    pub name: Option<String>,
    /// The user name, if they have one.
    pub username: Option<String>,
    /// Fields without a place in this type, as they came.
    #[wire(extra)]
    pub extra: Extra,
}

/// The ids of a person on WhatsApp.
#[derive(Clone, Default, PartialEq, Wire)]
#[wire(open)]
#[non_exhaustive]
pub struct WhatsappIdentity {
    /// The business-scoped user id (BSUID): the person as one business knows them.
    pub user_id: Option<String>,
    /// The id of the person within a group of businesses.
    pub parent_user_id: Option<String>,
    /// The phone number, where it is known.
    pub wa_id: Option<String>,
    /// Fields without a place in this type, as they came.
    #[wire(extra)]
    pub extra: Extra,
}

/// The network that the recipient of a message is in.
#[derive(Clone, Default, PartialEq, Wire)]
#[wire(open)]
#[non_exhaustive]
pub struct Destination {
    /// The network's code: mobile country code and mobile network code.
    pub network_code: Option<String>,
    /// Fields without a place in this type, as they came.
    #[wire(extra)]
    pub extra: Extra,
}
