//! Which alternative of a message with failover a status is about.

use crate::value::Scalar;
use crate::wire::wire_object;

wire_object! {
    /// Which alternative of a message with failover a status is about.
    ///
    /// Some samples name these members otherwise; the accessors read every name.
    #[derive(Default)]
    inbound struct WorkflowPosition {
        optional {
            /// The id that the answer to the message named.
            workflow_id: String = "workflow_id",
            /// The position of the alternative, from 1.
            items_number: Scalar = "items_number",
            /// How many there are.
            items_total: Scalar = "items_total",
            /// Another name of `workflow_id`.
            id: String = "id",
            /// Another name of `items_number`.
            item_number: Scalar = "item_number",
            /// Another name of `items_total`.
            total_items: Scalar = "total_items",
        }
    }
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
        number.and_then(Scalar::to_u64)
    }

    /// How many alternatives there are.
    #[must_use]
    pub fn total(&self) -> Option<u64> {
        let number = self.items_total.as_ref().or(self.total_items.as_ref());
        number.and_then(Scalar::to_u64)
    }
}
