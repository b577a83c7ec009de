//! Fields specific to the status of a WhatsApp message.

use crate::Extra;
use crate::v1::WhatsappIdentity;
use crate::wire::Wire;

/// Fields specific to the status of a WhatsApp message; reported with `delivered`.
#[derive(Clone, Default, PartialEq, Wire)]
#[wire(open)]
#[non_exhaustive]
pub struct WhatsappStatus {
    /// ID of the WhatsApp business account.
    pub waba_id: Option<String>,
    /// IDs of the recipient.
    pub recipient: Option<WhatsappIdentity>,
    /// Pricing of the message.
    pub pricing: Option<Pricing>,
    /// Conversation the message belongs to.
    pub conversation: Option<Conversation>,
    /// Fields not represented by this type, as received.
    pub extra: Extra,
}

/// Pricing of a WhatsApp message.
#[derive(Clone, Default, PartialEq, Wire)]
#[wire(open)]
#[non_exhaustive]
pub struct Pricing {
    /// Type of pricing: charged or free.
    #[wire(rename = "type")]
    pub kind: Option<PricingType>,
    /// Unit that is charged.
    pub pricing_model: Option<PricingModel>,
    /// Rate.
    pub category: Option<PricingCategory>,
    /// Fields not represented by this type, as received.
    pub extra: Extra,
}

/// Type of pricing of a WhatsApp message: charged or free.
#[derive(Clone, PartialEq, Eq, Hash, Wire)]
#[wire(open)]
#[non_exhaustive]
pub enum PricingType {
    /// Charged.
    Regular,
    /// Free: a reply within the customer-service window.
    FreeCustomerService,
    /// Free: the user came through an advertisement or a button.
    FreeEntryPoint,
    /// Unknown value, as received.
    Unknown(String),
}

/// Unit that is charged.
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
    /// Unknown value, as received.
    Unknown(String),
}

/// Rate of a WhatsApp message.
#[derive(Clone, PartialEq, Eq, Hash, Wire)]
#[wire(open)]
#[non_exhaustive]
pub enum PricingCategory {
    /// One-time codes.
    Authentication,
    /// International one-time codes.
    AuthenticationInternational,
    /// Promotion.
    Marketing,
    /// Follow-up to an action of the user.
    Utility,
    /// Reply to the user.
    Service,
    /// Conversation started through an advertisement.
    ReferralConversion,
    /// Promotion through the Marketing Messages Lite API.
    MarketingLite,
    /// Unknown value, as received.
    Unknown(String),
}

/// Conversation a WhatsApp message belongs to.
#[derive(Clone, Default, PartialEq, Wire)]
#[wire(open)]
#[non_exhaustive]
pub struct Conversation {
    /// ID; since July 2025 the ID of the message at Meta.
    pub id: Option<String>,
    /// Origin of the conversation.
    pub origin: Option<ConversationOrigin>,
    /// Fields not represented by this type, as received.
    pub extra: Extra,
}

/// Origin of a WhatsApp conversation.
#[derive(Clone, Default, PartialEq, Wire)]
#[wire(open)]
#[non_exhaustive]
pub struct ConversationOrigin {
    /// Type of the message that started the conversation.
    #[wire(rename = "type")]
    pub kind: Option<OriginType>,
    /// Fields not represented by this type, as received.
    pub extra: Extra,
}

/// Type of the message that started a WhatsApp conversation.
#[derive(Clone, PartialEq, Eq, Hash, Wire)]
#[wire(open)]
#[non_exhaustive]
pub enum OriginType {
    /// Promotion.
    Marketing,
    /// Follow-up to an action of the user.
    Utility,
    /// One-time code.
    Authentication,
    /// Conversation started through an advertisement.
    ReferralConversion,
    /// Reply to the user.
    Service,
    /// First message from the user (older samples).
    UserInitiated,
    /// Unknown value, as received.
    Unknown(String),
}
