//! Bodies of 202 responses.

use serde::ser::SerializeMap;

use crate::wire::{Check, Context, Members, Mode, Object, Wire};
use crate::{Extra, Member};

/// Response to an accepted v0.1 message.
#[derive(Clone, PartialEq, Wire)]
#[wire(open, new, document)]
#[non_exhaustive]
pub struct Accepted {
    /// Message ID, as used in webhooks.
    pub message_uuid: String,
    /// Fields not represented by this type, as received.
    pub extra: Extra,
}

/// Workflow ID, under the field name it was received with.
///
/// `Debug` shows the name, not the ID.
#[derive(Clone, PartialEq, Eq, Hash, Wire)]
#[wire(open, members)]
pub enum WorkflowUuid {
    /// `dispatch_uuid`: the Dispatch API, `/v0.1/dispatch`.
    Dispatch(String),
    /// `workflow_uuid`: the Workflows API of 2018, `/beta/workflows`.
    Workflow(String),
}

impl WorkflowUuid {
    /// The ID, under either name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        match self {
            Self::Dispatch(uuid) | Self::Workflow(uuid) => uuid,
        }
    }

    /// Name of the field on the wire.
    #[must_use]
    pub const fn member(&self) -> &'static str {
        match self {
            Self::Dispatch(_) => "dispatch_uuid",
            Self::Workflow(_) => "workflow_uuid",
        }
    }
}

impl Members for WorkflowUuid {
    const MODE: Mode = Mode::Open;
    const MEMBERS: &'static [Member] = &[
        Member::named("dispatch_uuid"),
        Member::named("workflow_uuid"),
    ];

    fn take(map: &mut Object<'_>, cx: &mut Context) -> Option<Self> {
        let dispatch = cx.optional(map, "dispatch_uuid").map(Self::Dispatch);
        dispatch.or_else(|| cx.required(map, "workflow_uuid").map(Self::Workflow))
    }

    fn put<M: SerializeMap>(&self, out: &mut M) -> Result<(), M::Error> {
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

/// Response to an accepted workflow.
#[derive(Clone, PartialEq, Wire)]
#[wire(open, document)]
#[non_exhaustive]
pub struct WorkflowAccepted {
    /// Workflow ID, as used in statuses and the final report.
    #[wire(flatten)]
    pub id: WorkflowUuid,
    /// Fields not represented by this type, as received.
    pub extra: Extra,
}

impl WorkflowAccepted {
    /// Response for the workflow `id`.
    #[must_use]
    pub fn new(id: WorkflowUuid) -> Self {
        Self {
            id,
            extra: Extra::default(),
        }
    }

    /// The workflow's ID, under either name.
    #[must_use]
    pub fn uuid(&self) -> &str {
        self.id.as_str()
    }
}
