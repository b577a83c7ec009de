//! Recipients of a campaign.

use std::fmt;
use std::str::FromStr;

use jiff::Timestamp;
use messages_sdk::types::Variables;
use messages_sdk::types::journey::Zone;

use super::{Campaign, RenderedDocument, RenderingError};
use crate::InvalidId;
use crate::digest::{Digest, RecipientHash};
use crate::id::RowId;

/// Recipient to be added to a campaign.
///
/// `Debug` shows neither recipient nor values.
#[derive(Clone)]
#[must_use = "a recipient does nothing until it is imported"]
pub struct RecipientIntent {
    pub(crate) recipient: String,
    pub(crate) variables: Variables,
    pub(crate) digest: Digest,
    pub(crate) zone: Option<Zone>,
    pub(crate) line: Option<u64>,
    pub(crate) variant: u16,
}

impl RecipientIntent {
    /// Recipient with these values of a campaign's placeholders. The address is that of the rendered document; of a
    /// workflow or journey, that of its first message.
    ///
    /// # Errors
    ///
    /// [`RenderingError`] if the document is incomplete or invalid.
    pub fn new(campaign: &Campaign, variables: Variables) -> Result<Self, RenderingError> {
        let first = RenderedDocument::new(campaign, 0, &variables)?;
        let recipient = first.recipient().to_owned();
        let variant = campaign.settings.variant_of(&campaign.name, &recipient);
        if variant != 0 {
            let chosen = RenderedDocument::new(campaign, variant, &variables)?;
            if chosen.recipient() != recipient {
                return Err(RenderingError::OtherRecipient);
            }
        }
        let document = serde_json::to_value(&variables).unwrap_or_default();
        Ok(Self {
            digest: Digest::of_document(&document),
            recipient,
            variables,
            zone: None,
            line: None,
            variant,
        })
    }

    /// Time zone of the recipient. Default: that of the campaign.
    pub fn zone(mut self, zone: Zone) -> Self {
        self.zone = Some(zone);
        self
    }

    /// Line of the input, by which a repetition of an import and a duplicate are told apart.
    pub fn line(mut self, line: u64) -> Self {
        self.line = Some(line);
        self
    }

    /// Index of its variant.
    #[must_use]
    pub const fn variant(&self) -> u16 {
        self.variant
    }

    pub(crate) fn record(&self, number: u64, hash: RecipientHash, due_at: Timestamp) -> Recipient {
        Recipient {
            number,
            hash,
            digest: self.digest,
            line: self.line,
            variant: self.variant,
            state: RecipientState::Pending,
            due_at,
            zone: self.zone.clone(),
            variables: Some(self.variables.clone()),
            reason: None,
            id: None,
            place: None,
        }
    }
}

impl fmt::Debug for RecipientIntent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RecipientIntent")
            .field("line", &self.line)
            .field("variant", &self.variant)
            .finish_non_exhaustive()
    }
}

/// Recipient of a campaign, as a store has it. `Debug` shows no values.
#[derive(Clone, PartialEq)]
pub struct Recipient {
    /// Place among the campaign's recipients, from 0.
    pub number: u64,
    /// Keyed hash of the address: unique in the campaign.
    pub hash: RecipientHash,
    /// Digest of the values.
    pub digest: Digest,
    /// Line of the input.
    pub line: Option<u64>,
    /// Index of the variant.
    pub variant: u16,
    /// State.
    pub state: RecipientState,
    /// Time from which it may be released.
    pub due_at: Timestamp,
    /// Time zone, if it has one of its own.
    pub zone: Option<Zone>,
    /// Values, until it is released, skipped or erased.
    pub variables: Option<Variables>,
    /// Reason of a skipped recipient.
    pub reason: Option<String>,
    /// ID of its row or run, once released.
    pub id: Option<RowId>,
    /// Place in the order of releases, from 0.
    pub place: Option<u64>,
}

impl fmt::Debug for Recipient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Recipient")
            .field("number", &self.number)
            .field("line", &self.line)
            .field("variant", &self.variant)
            .field("state", &self.state)
            .field("reason", &self.reason)
            .field("id", &self.id)
            .finish_non_exhaustive()
    }
}

/// State of a recipient.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum RecipientState {
    /// Waits for its turn.
    Pending,
    /// Has a row or run.
    Released,
    /// Passed over, for a reason.
    Skipped,
}

impl RecipientState {
    /// All states.
    pub const ALL: [Self; 3] = [Self::Pending, Self::Released, Self::Skipped];

    /// The state's stable name.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Released => "released",
            Self::Skipped => "skipped",
        }
    }
}

impl FromStr for RecipientState {
    type Err = InvalidId;

    fn from_str(name: &str) -> Result<Self, InvalidId> {
        Self::ALL
            .into_iter()
            .find(|state| state.as_str() == name)
            .ok_or(InvalidId)
    }
}
