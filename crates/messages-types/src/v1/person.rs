//! Who is at the other end, and in which network: members that both webhooks have.

use crate::wire::wire_object;

wire_object! {
    /// How a person calls themselves on WhatsApp.
    #[derive(Default)]
    inbound struct Profile {
        optional {
            /// The display name.
            name: String = "name",
            /// The user name, if they have one.
            username: String = "username",
        }
    }
}

wire_object! {
    /// The ids of a person on WhatsApp.
    #[derive(Default)]
    inbound struct WhatsappIdentity {
        optional {
            /// The business-scoped user id (BSUID): the person as one business knows them.
            user_id: String = "user_id",
            /// The id of the person within a group of businesses.
            parent_user_id: String = "parent_user_id",
            /// The phone number, where it is known.
            wa_id: String = "wa_id",
        }
    }
}

wire_object! {
    /// The network that the recipient of a message is in.
    #[derive(Default)]
    inbound struct Destination {
        optional {
            /// The network's code: mobile country code and mobile network code.
            network_code: String = "network_code",
        }
    }
}
