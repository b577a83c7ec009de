//! Which alternative of a message with failover a status is about.

use crate::Extra;
use crate::value::NumberOrString;
use crate::wire::Wire;

/// Which alternative of a message with failover a status is about.
///
/// Some samples name these members otherwise; the accessors read every name.
#[derive(Clone, Default, PartialEq, Wire)]
#[wire(open)]
#[non_exhaustive]
pub struct WorkflowPosition {
    /// The id that the answer to the message named.
    pub workflow_id: Option<String>,
    /// The position of the alternative, from 1.
    pub items_number: Option<NumberOrString>,
    /// How many there are.
    pub items_total: Option<NumberOrString>,
    /// Another name of `workflow_id`.
    pub id: Option<String>,
    /// Another name of `items_number`.
    pub item_number: Option<NumberOrString>,
    /// Another name of `items_total`.
    pub total_items: Option<NumberOrString>,
    /// Fields without a place in this type, as they came.
    #[wire(extra)]
    pub extra: Extra,
}

impl WorkflowPosition {
    /// The id that the answer to the message named.
    #[must_use]
    pub fn workflow_id(&self) -> Option<&str> {
        self.workflow_id.as_deref().or(self.id.as_deref())
    }

    /// The position of the alternative, from 1.
    #[must_use]
    pub fn position(&self) -> Option<u64> {
        let number = self.items_number.as_ref().or(self.item_number.as_ref());
        number.and_then(NumberOrString::to_u64)
    }

    /// How many alternatives there are.
    #[must_use]
    pub fn total(&self) -> Option<u64> {
        let number = self.items_total.as_ref().or(self.total_items.as_ref());
        number.and_then(NumberOrString::to_u64)
    }
}
