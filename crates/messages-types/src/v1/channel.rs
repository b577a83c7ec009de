//! The channels of the v1 API.

use crate::wire::wire_choice;

wire_choice! {
    /// A way to reach a person.
    open enum Channel {
        /// Short Message Service.
        Sms = "sms",
        /// Multimedia Messaging Service.
        Mms = "mms",
        /// Rich Communication Services.
        Rcs = "rcs",
        /// WhatsApp.
        Whatsapp = "whatsapp",
        /// Facebook Messenger.
        Messenger = "messenger",
        /// Viber Service Messages.
        ViberService = "viber_service",
        /// E-mail (open beta since June 2026).
        Email = "email",
    }
}
