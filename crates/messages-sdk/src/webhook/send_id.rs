//! IDs of a send.

use std::fmt;

use crate::outcome::{Accepted, CallReport, Submitted, WorkflowAccepted};

/// IDs of one send: a message with its failover messages, or a workflow with its steps.
///
/// Made from what a call returned: `&Accepted`, `&WorkflowAccepted`, `&Submitted`, or the [`CallReport`] of a send of unknown
/// outcome; or from a message ID as text.
///
/// ```
/// use messages_sdk::webhook::SendId;
///
/// let by_message = SendId::from("aaaaaaaa-bbbb-4ccc-8ddd-0123456789ab");
/// let by_reference = SendId::client_ref("order-17");
/// assert_eq!(by_reference.client_ref.as_deref(), Some("order-17"));
/// ```
#[derive(Clone, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct SendId {
    /// ID of the message, or of one of its failover messages.
    pub message_uuid: Option<String>,
    /// ID of the workflow, or of the failover run of a message with failover messages.
    pub workflow_id: Option<String>,
    /// Client reference. It identifies the send only if both other IDs are absent, and only if no other send has the same one.
    pub client_ref: Option<String>,
}

impl SendId {
    /// A send with this message.
    #[must_use]
    pub fn message(message_uuid: impl Into<String>) -> Self {
        Self {
            message_uuid: Some(message_uuid.into()),
            ..Self::default()
        }
    }

    /// A workflow, or the failover run of a message.
    #[must_use]
    pub fn workflow(workflow_id: impl Into<String>) -> Self {
        Self {
            workflow_id: Some(workflow_id.into()),
            ..Self::default()
        }
    }

    /// The send with this client reference: for one of unknown outcome, which has no other ID.
    #[must_use]
    pub fn client_ref(client_ref: impl Into<String>) -> Self {
        Self {
            client_ref: Some(client_ref.into()),
            ..Self::default()
        }
    }
}

impl From<&Accepted> for SendId {
    fn from(accepted: &Accepted) -> Self {
        Self {
            message_uuid: Some(accepted.message_uuid.clone()),
            workflow_id: accepted.workflow_id.clone(),
            client_ref: accepted.report.client_ref.clone(),
        }
    }
}

impl From<&WorkflowAccepted> for SendId {
    fn from(accepted: &WorkflowAccepted) -> Self {
        Self {
            message_uuid: None,
            workflow_id: Some(accepted.uuid.clone()),
            client_ref: accepted.report.client_ref.clone(),
        }
    }
}

impl From<&Submitted> for SendId {
    fn from(submitted: &Submitted) -> Self {
        match submitted {
            Submitted::Message(accepted) => accepted.into(),
            Submitted::Workflow(accepted) => accepted.into(),
        }
    }
}

/// The client reference of a call: [`Error::report`](crate::Error::report) of a send of unknown outcome.
impl From<&CallReport> for SendId {
    fn from(report: &CallReport) -> Self {
        Self {
            client_ref: report.client_ref.clone(),
            ..Self::default()
        }
    }
}

/// A message ID.
impl From<&str> for SendId {
    fn from(message_uuid: &str) -> Self {
        Self::message(message_uuid)
    }
}

/// A message ID.
impl From<&String> for SendId {
    fn from(message_uuid: &String) -> Self {
        Self::message(message_uuid)
    }
}

impl From<&Self> for SendId {
    fn from(id: &Self) -> Self {
        id.clone()
    }
}

impl fmt::Debug for SendId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // A client reference is the caller's own text and may name a person.
        f.debug_struct("SendId")
            .field("message_uuid", &self.message_uuid)
            .field("workflow_id", &self.workflow_id)
            .finish_non_exhaustive()
    }
}
