//! Position of a message in its failover workflow.

use crate::Extra;
use crate::value::NumberOrString;
use crate::wire::Wire;

/// Position of a message in its failover workflow.
///
/// Some samples use other names for these fields; the accessors read every name.
#[derive(Clone, Default, PartialEq, Wire)]
#[wire(open)]
#[non_exhaustive]
pub struct WorkflowPosition {
    /// Workflow ID from the API's response.
    pub workflow_id: Option<String>,
    /// Position of the message, from 1.
    pub items_number: Option<NumberOrString>,
    /// Number of messages in the workflow.
    pub items_total: Option<NumberOrString>,
    /// Alternative name of `workflow_id`.
    pub id: Option<String>,
    /// Alternative name of `items_number`.
    pub item_number: Option<NumberOrString>,
    /// Alternative name of `items_total`.
    pub total_items: Option<NumberOrString>,
    /// Fields not represented by this type, as received.
    pub extra: Extra,
}

impl WorkflowPosition {
    /// Workflow ID from the API's response.
    #[must_use]
    pub fn workflow_id(&self) -> Option<&str> {
        self.workflow_id.as_deref().or(self.id.as_deref())
    }

    /// Position of the message, from 1.
    #[must_use]
    pub fn position(&self) -> Option<u64> {
        let number = self.items_number.as_ref().or(self.item_number.as_ref());
        number.and_then(NumberOrString::to_u64)
    }

    /// Number of messages in the workflow.
    #[must_use]
    pub fn total(&self) -> Option<u64> {
        let number = self.items_total.as_ref().or(self.total_items.as_ref());
        number.and_then(NumberOrString::to_u64)
    }
}
