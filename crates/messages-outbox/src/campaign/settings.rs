//! Settings of a campaign.

use std::fmt;

use jiff::Timestamp;
use messages_sdk::types::Template;
use messages_sdk::types::journey::{Window, Zone};
use serde::{Deserialize, Serialize};

use super::{Brake, Prices, Ramp, RecipientCap, SpendCap};
use crate::digest::Digest;
use crate::row::Priority;
use crate::run::micros;
use crate::suppression::plain;

/// Documents of a campaign, and rules for all its recipients.
///
/// ```
/// use messages_outbox::campaign::{CampaignSettings, Ramp};
/// use messages_sdk::types::Template;
/// use serde_json::json;
///
/// let sms = json!({
///     "channel": "sms", "message_type": "text",
///     "from": "447700900001", "to": "{{phone}}", "text": "Hello {{name}}"
/// });
/// let mut settings = CampaignSettings::new(Template::new(sms)?);
/// settings.ramp = Ramp::new(5, 100, 600);
/// # Ok::<(), messages_sdk::types::Problems>(())
/// ```
///
/// `Debug` does not show the documents.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct CampaignSettings {
    /// Documents, at least one. Each recipient gets one of them, chosen by a hash of campaign and recipient.
    pub variants: Vec<Variant>,
    /// Name of the account it is sent with; not a credential.
    pub account: String,
    /// Precedence of its rows over other due rows of their lanes. Default [`Priority::Normal`].
    pub priority: Priority,
    /// Earliest time of sending. `None`: at once.
    #[serde(
        with = "micros::option",
        default,
        skip_serializing_if = "Option::is_none"
    )]
    pub send_at: Option<Timestamp>,
    /// Time after which nothing must be sent.
    #[serde(
        with = "micros::option",
        default,
        skip_serializing_if = "Option::is_none"
    )]
    pub send_before: Option<Timestamp>,
    /// Times of the week at which messages may be sent, in the recipient's time zone. Workflows and journeys begin in them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub window: Option<Window>,
    /// Time zone of recipients that have none of their own. `None`: that of the country of a phone number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub zone: Option<Zone>,
    /// Rates at which it begins.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ramp: Option<Ramp>,
    /// Share of failures that pauses it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub brake: Option<Brake>,
    /// Prices of its messages.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub prices: Option<Prices>,
    /// Sum of prices that it must not exceed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub spend_cap: Option<SpendCap>,
    /// Number of messages of all campaigns that a recipient may get in a period.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recipient_cap: Option<RecipientCap>,
}

/// Document of a campaign.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct Variant {
    /// Name, for reports.
    pub name: String,
    /// Share of the recipients, relative to the weights of the other variants.
    pub weight: u32,
    /// Message, workflow or journey with placeholders.
    pub template: Template,
}

impl CampaignSettings {
    /// Settings with one document and no limits, in the account `default`.
    #[must_use]
    pub fn new(template: Template) -> Self {
        Self {
            variants: vec![Variant {
                name: "a".to_owned(),
                weight: 1,
                template,
            }],
            account: "default".to_owned(),
            priority: Priority::default(),
            send_at: None,
            send_before: None,
            window: None,
            zone: None,
            ramp: None,
            brake: None,
            prices: None,
            spend_cap: None,
            recipient_cap: None,
        }
    }

    /// Index of the variant of a recipient: the same for every import.
    #[must_use]
    pub fn variant_of(&self, campaign: &str, recipient: &str) -> u16 {
        let total: u64 = self
            .variants
            .iter()
            .map(|other| u64::from(other.weight))
            .sum();
        let digest = Digest::of_key(campaign, &plain(recipient)).to_bytes();
        let mut bytes = [0; 8];
        bytes.copy_from_slice(&digest[..8]);
        let mut place = u64::from_be_bytes(bytes) % total.max(1);
        for (index, variant) in (0..).zip(&self.variants) {
            match place.checked_sub(u64::from(variant.weight)) {
                Some(rest) => place = rest,
                None => return index,
            }
        }
        0
    }

    pub(super) fn digest(&self) -> Digest {
        Digest::of_document(&serde_json::to_value(self).unwrap_or_default())
    }
}

impl fmt::Debug for CampaignSettings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CampaignSettings")
            .field("variants", &self.variants)
            .field("ramp", &self.ramp)
            .field("brake", &self.brake)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for Variant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Variant")
            .field("weight", &self.weight)
            .finish_non_exhaustive()
    }
}
