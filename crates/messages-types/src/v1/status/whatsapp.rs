//! What only the status of a WhatsApp message has.

use crate::v1::WhatsappIdentity;
use crate::wire::{wire_choice, wire_object};

wire_object! {
    /// What only the status of a WhatsApp message has; told with `delivered`.
    #[derive(Default)]
    inbound struct WhatsappStatus {
        optional {
            /// The WhatsApp business account.
            waba_id: String = "waba_id",
            /// The ids of the person.
            recipient: WhatsappIdentity = "recipient",
            /// How the message is priced.
            pricing: Pricing = "pricing",
            /// The conversation that the message belongs to.
            conversation: Conversation = "conversation",
        }
    }
}

wire_object! {
    /// How a WhatsApp message is priced.
    #[derive(Default)]
    inbound struct Pricing {
        optional {
            /// Whether it is charged.
            kind: PricingType = "type",
            /// What is charged for.
            pricing_model: PricingModel = "pricing_model",
            /// The rate.
            category: PricingCategory = "category",
        }
    }
}

wire_choice! {
    /// Whether a WhatsApp message is charged.
    open enum PricingType {
        /// Charged.
        Regular = "regular",
        /// Free: an answer within the customer-service window.
        FreeCustomerService = "free_customer_service",
        /// Free: the person came through an advertisement or a button.
        FreeEntryPoint = "free_entry_point",
    }
}

wire_choice! {
    /// What is charged for.
    open enum PricingModel {
        /// Each message.
        PerMessage = "PMP",
        /// Each conversation (before July 2025).
        PerConversation = "CBP",
    }
}

wire_choice! {
    /// The rate of a WhatsApp message.
    open enum PricingCategory {
        /// One-time codes.
        Authentication = "authentication",
        /// One-time codes abroad.
        AuthenticationInternational = "authentication_international",
        /// Promotion.
        Marketing = "marketing",
        /// What follows from something the person did.
        Utility = "utility",
        /// An answer to the person.
        Service = "service",
        /// The person came through an advertisement.
        ReferralConversion = "referral_conversion",
        /// Promotion through the lighter interface.
        MarketingLite = "marketing_lite",
    }
}

wire_object! {
    /// The conversation that a WhatsApp message belongs to.
    #[derive(Default)]
    inbound struct Conversation {
        optional {
            /// Its id; since July 2025 that of the message at Meta.
            id: String = "id",
            /// How it began.
            origin: ConversationOrigin = "origin",
        }
    }
}

wire_object! {
    /// How a WhatsApp conversation began.
    #[derive(Default)]
    inbound struct ConversationOrigin {
        optional {
            /// By what kind of message.
            kind: OriginType = "type",
        }
    }
}

wire_choice! {
    /// The kind of message that began a WhatsApp conversation.
    open enum OriginType {
        /// Promotion.
        Marketing = "marketing",
        /// What follows from something the person did.
        Utility = "utility",
        /// A one-time code.
        Authentication = "authentication",
        /// The person came through an advertisement.
        ReferralConversion = "referral_conversion",
        /// An answer to the person.
        Service = "service",
        /// The person wrote first (older samples).
        UserInitiated = "user_initiated",
    }
}
