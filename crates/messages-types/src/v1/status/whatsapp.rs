//! What only the status of a WhatsApp message has.

use crate::Extra;
use crate::v1::WhatsappIdentity;
use crate::wire::Wire;

/// What only the status of a WhatsApp message has; told with `delivered`.
#[derive(Clone, Default, PartialEq, Wire)]
#[wire(open)]
#[non_exhaustive]
pub struct WhatsappStatus {
    /// The WhatsApp business account.
    pub waba_id: Option<String>,
    /// The ids of the person.
    pub recipient: Option<WhatsappIdentity>,
    /// How the message is priced.
    pub pricing: Option<Pricing>,
    /// The conversation that the message belongs to.
    pub conversation: Option<Conversation>,
    /// Fields without a place in this type, as they came.
    #[wire(extra)]
    pub extra: Extra,
}

/// How a WhatsApp message is priced.
#[derive(Clone, Default, PartialEq, Wire)]
#[wire(open)]
#[non_exhaustive]
pub struct Pricing {
    /// Whether it is charged.
    #[wire(rename = "type")]
    pub kind: Option<PricingType>,
    /// What is charged for.
    pub pricing_model: Option<PricingModel>,
    /// The rate.
    pub category: Option<PricingCategory>,
    /// Fields without a place in this type, as they came.
    #[wire(extra)]
    pub extra: Extra,
}

/// Whether a WhatsApp message is charged.
#[derive(Clone, PartialEq, Eq, Hash, Wire)]
#[wire(open)]
#[non_exhaustive]
pub enum PricingType {
    /// Charged.
    Regular,
    /// Free: an answer within the customer-service window.
    FreeCustomerService,
    /// Free: the person came through an advertisement or a button.
    FreeEntryPoint,
    /// An unknown value, as it came.
    Unknown(String),
}

/// What is charged for.
#[derive(Clone, PartialEq, Eq, Hash, Wire)]
#[wire(open)]
#[non_exhaustive]
pub enum PricingModel {
    /// Each message.
    #[wire(rename = "PMP")]
    PerMessage,
    /// Each conversation (before July 2025).
    #[wire(rename = "CBP")]
    PerConversation,
    /// An unknown value, as it came.
    Unknown(String),
}

/// The rate of a WhatsApp message.
#[derive(Clone, PartialEq, Eq, Hash, Wire)]
#[wire(open)]
#[non_exhaustive]
pub enum PricingCategory {
    /// One-time codes.
    Authentication,
    /// One-time codes abroad.
    AuthenticationInternational,
    /// Promotion.
    Marketing,
    /// What follows from something the person did.
    Utility,
    /// An answer to the person.
    Service,
    /// The person came through an advertisement.
    ReferralConversion,
    /// Promotion through the lighter interface.
    MarketingLite,
    /// An unknown value, as it came.
    Unknown(String),
}

/// The conversation that a WhatsApp message belongs to.
#[derive(Clone, Default, PartialEq, Wire)]
#[wire(open)]
#[non_exhaustive]
pub struct Conversation {
    /// Its id; since July 2025 that of the message at Meta.
    pub id: Option<String>,
    /// How it began.
    pub origin: Option<ConversationOrigin>,
    /// Fields without a place in this type, as they came.
    #[wire(extra)]
    pub extra: Extra,
}

/// How a WhatsApp conversation began.
#[derive(Clone, Default, PartialEq, Wire)]
#[wire(open)]
#[non_exhaustive]
pub struct ConversationOrigin {
    /// By what kind of message.
    #[wire(rename = "type")]
    pub kind: Option<OriginType>,
    /// Fields without a place in this type, as they came.
    #[wire(extra)]
    pub extra: Extra,
}

/// The kind of message that began a WhatsApp conversation.
#[derive(Clone, PartialEq, Eq, Hash, Wire)]
#[wire(open)]
#[non_exhaustive]
pub enum OriginType {
    /// Promotion.
    Marketing,
    /// What follows from something the person did.
    Utility,
    /// A one-time code.
    Authentication,
    /// The person came through an advertisement.
    ReferralConversion,
    /// An answer to the person.
    Service,
    /// The person wrote first (older samples).
    UserInitiated,
    /// An unknown value, as it came.
    Unknown(String),
}
