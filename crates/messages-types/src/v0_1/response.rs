//! What the API answers with 202.

use crate::wire::{Check, Context, Members, Object, Redacted, document, wire_object};

wire_object! {
    /// The answer to an accepted v0.1 message.
    inbound struct Accepted {
        required {
            /// The id by which statuses name the message.
            message_uuid: String = "message_uuid",
        }
    }
}

document!(Accepted, Open);

/// The id of a workflow, under the name by which it came.
///
/// `Debug` shows the name, not the id.
#[derive(Clone, PartialEq, Eq, Hash)]
pub enum WorkflowUuid {
    /// `dispatch_uuid`: the Dispatch API, `/v0.1/dispatch`.
    Dispatch(String),
    /// `workflow_uuid`: the Workflows API of 2018, `/beta/workflows`.
    Workflow(String),
}

impl WorkflowUuid {
    /// The id, whatever its name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        match self {
            Self::Dispatch(uuid) | Self::Workflow(uuid) => uuid,
        }
    }

    /// The member's name on the wire.
    #[must_use]
    pub const fn member(&self) -> &'static str {
        match self {
            Self::Dispatch(_) => "dispatch_uuid",
            Self::Workflow(_) => "workflow_uuid",
        }
    }
}

impl Members for WorkflowUuid {
    fn take(map: &mut Object<'_>, cx: &mut Context) -> Option<Self> {
        let dispatch = cx.optional(map, "dispatch_uuid").map(Self::Dispatch);
        dispatch.or_else(|| cx.required(map, "workflow_uuid").map(Self::Workflow))
    }

    fn put<M: serde::ser::SerializeMap>(&self, out: &mut M) -> Result<(), M::Error> {
        out.serialize_entry(self.member(), self.as_str())
    }

    fn owns(key: &str) -> bool {
        matches!(key, "dispatch_uuid" | "workflow_uuid")
    }
}

impl Check for WorkflowUuid {}

impl std::fmt::Debug for WorkflowUuid {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.member())
    }
}

impl Redacted for WorkflowUuid {
    fn redacted(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        std::fmt::Debug::fmt(self, f)
    }
}

wire_object! {
    /// The answer to an accepted workflow.
    inbound struct WorkflowAccepted {
        flatten {
            /// The id by which statuses and the final report name the workflow.
            id: WorkflowUuid,
        }
    }
}

document!(WorkflowAccepted, Open);

impl WorkflowAccepted {
    /// The answer for the workflow `id`.
    #[must_use]
    pub fn new(id: WorkflowUuid) -> Self {
        Self {
            id,
            extra: crate::Extra::default(),
        }
    }

    /// The workflow's id, whatever its name on the wire.
    #[must_use]
    pub fn uuid(&self) -> &str {
        self.id.as_str()
    }
}
