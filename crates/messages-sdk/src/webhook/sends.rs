//! Messages and workflows of a tracker, and the status of a send as a whole.

use std::collections::{BTreeSet, HashMap, VecDeque};
use std::sync::Arc;

use messages_types::v0_1::report::WorkflowStatus;
use messages_types::{Progress, Status, WebhookEvent};
use tokio::sync::Notify;

use super::SendId;

/// All stored messages and workflows, and the calls that wait for them.
pub(super) struct Sends {
    messages: HashMap<String, Message>,
    workflows: HashMap<String, Workflow>,
    /// Message IDs by client reference.
    references: HashMap<String, BTreeSet<String>>,
    /// Messages and workflows, the oldest first.
    order: VecDeque<Key>,
    capacity: usize,
    waiters: HashMap<Key, Vec<Arc<Notify>>>,
}

#[derive(Default)]
struct Message {
    progress: Progress,
    workflow_id: Option<String>,
    client_ref: Option<String>,
}

/// A workflow, or the failover run of a message.
#[derive(Default)]
struct Workflow {
    messages: BTreeSet<String>,
    /// Number of messages of a failover run.
    total: Option<u64>,
    /// Message ID at the last position of a failover run.
    last: Option<String>,
    /// `true` for the failover run of a v1 message, which has no final report.
    is_failover_run: bool,
    report: Option<WorkflowStatus>,
}

/// One of the IDs under which a call waits.
#[derive(Clone, PartialEq, Eq, Hash)]
pub(super) enum Key {
    Message(String),
    Workflow(String),
    ClientRef(String),
}

impl Key {
    pub(super) fn all(send: &SendId) -> Vec<Self> {
        let SendId {
            message_uuid,
            workflow_id,
            client_ref,
        } = send.clone();
        [
            message_uuid.map(Self::Message),
            workflow_id.map(Self::Workflow),
            client_ref.map(Self::ClientRef),
        ]
        .into_iter()
        .flatten()
        .collect()
    }
}

/// A new status of a message, or a new report.
pub(super) struct Change {
    pub(super) send: SendId,
    pub(super) status: Option<Status>,
}

/// Status of a send as a whole.
#[derive(Default)]
pub(super) struct Whole {
    pub(super) status: Option<Status>,
    unknown: BTreeSet<String>,
    has_failed: bool,
}

impl Whole {
    pub(super) fn has_reached(&self, status: &Status) -> bool {
        self.has_failed
            || self.unknown.contains(status.as_str())
            || self
                .status
                .as_ref()
                .is_some_and(|current| current.clone().merge(status.clone()) == *current)
    }

    pub(super) fn is_final(&self) -> bool {
        self.has_failed || self.status.as_ref().is_some_and(Status::is_final)
    }
}

impl Sends {
    pub(super) fn with_capacity(capacity: usize) -> Self {
        Self {
            messages: HashMap::new(),
            workflows: HashMap::new(),
            references: HashMap::new(),
            order: VecDeque::new(),
            capacity: capacity.max(1),
            waiters: HashMap::new(),
        }
    }

    pub(super) fn len(&self) -> usize {
        self.messages.len()
    }

    /// Stores a status or a report; `None` if there is nothing new in it.
    pub(super) fn apply(&mut self, event: &WebhookEvent) -> Option<Change> {
        let view = event.view();
        let send = SendId {
            message_uuid: view.message_uuid.map(str::to_owned),
            workflow_id: view.workflow_id.map(str::to_owned),
            client_ref: view.client_ref.map(str::to_owned),
        };
        let status = view.status().cloned();
        let is_new = match (event, &send.message_uuid, &status) {
            (WebhookEvent::V0_1Report(report), ..) => {
                for message in report.messages() {
                    if let Some(status) = &message.status {
                        let id = SendId {
                            message_uuid: Some(message.message_uuid.clone()),
                            ..send.clone()
                        };
                        self.observe(&message.message_uuid, &id, status);
                    }
                }
                let workflow = self.workflow(report.uuid());
                workflow.report.replace(report.status.clone()).as_ref() != Some(&report.status)
            }
            (_, Some(message_uuid), Some(status)) => {
                if let WebhookEvent::V1Status(event) = event
                    && let Some(position) = &event.workflow
                    && let Some(workflow_id) = &send.workflow_id
                {
                    let workflow = self.workflow(workflow_id);
                    workflow.is_failover_run = true;
                    workflow.total = position.total().or(workflow.total);
                    if position.position().is_some() && position.position() == workflow.total {
                        workflow.last = Some(message_uuid.clone());
                    }
                }
                self.observe(message_uuid, &send, status)
            }
            _ => return None,
        };
        if !is_new {
            return None;
        }
        self.notify(&send);
        self.discard_oldest();
        Some(Change { send, status })
    }

    /// Adds a status to a message; `false` for a duplicate.
    fn observe(&mut self, message_uuid: &str, send: &SendId, status: &Status) -> bool {
        if !self.messages.contains_key(message_uuid) {
            self.order.push_back(Key::Message(message_uuid.to_owned()));
        }
        let message = self.messages.entry(message_uuid.to_owned()).or_default();
        let is_new = message.progress.observe(status);
        if message.client_ref.is_none()
            && let Some(client_ref) = &send.client_ref
        {
            message.client_ref = Some(client_ref.clone());
            let references = self.references.entry(client_ref.clone()).or_default();
            references.insert(message_uuid.to_owned());
        }
        if message.workflow_id.is_none()
            && let Some(workflow_id) = &send.workflow_id
        {
            message.workflow_id = Some(workflow_id.clone());
            let workflow = self.workflow(workflow_id);
            workflow.messages.insert(message_uuid.to_owned());
        }
        is_new
    }

    fn workflow(&mut self, workflow_id: &str) -> &mut Workflow {
        if !self.workflows.contains_key(workflow_id) {
            self.order.push_back(Key::Workflow(workflow_id.to_owned()));
        }
        self.workflows.entry(workflow_id.to_owned()).or_default()
    }

    /// Wakes the calls that wait for this send, under any of its IDs.
    fn notify(&self, send: &SendId) {
        let siblings = send
            .workflow_id
            .as_ref()
            .and_then(|workflow_id| self.workflows.get(workflow_id))
            .into_iter()
            .flat_map(|workflow| workflow.messages.iter().cloned().map(Key::Message));
        for key in Key::all(send).into_iter().chain(siblings) {
            for waiter in self.waiters.get(&key).into_iter().flatten() {
                waiter.notify_one();
            }
        }
    }

    fn discard_oldest(&mut self) {
        while self.messages.len() + self.workflows.len() > self.capacity {
            match self.order.pop_front() {
                Some(Key::Message(message_uuid)) => {
                    let message = self.messages.remove(&message_uuid).unwrap_or_default();
                    if let Some(client_ref) = message.client_ref
                        && let Some(references) = self.references.get_mut(&client_ref)
                    {
                        references.remove(&message_uuid);
                        if references.is_empty() {
                            self.references.remove(&client_ref);
                        }
                    }
                }
                Some(Key::Workflow(workflow_id)) => {
                    self.workflows.remove(&workflow_id);
                }
                Some(Key::ClientRef(_)) | None => return,
            }
        }
    }

    pub(super) fn register(&mut self, keys: &[Key], waiter: &Arc<Notify>) {
        for key in keys {
            let waiters = self.waiters.entry(key.clone()).or_default();
            waiters.push(Arc::clone(waiter));
        }
    }

    pub(super) fn deregister(&mut self, keys: &[Key], waiter: &Arc<Notify>) {
        for key in keys {
            if let Some(waiters) = self.waiters.get_mut(key) {
                waiters.retain(|other| !Arc::ptr_eq(other, waiter));
                if waiters.is_empty() {
                    self.waiters.remove(key);
                }
            }
        }
    }

    /// Status of a send as a whole.
    pub(super) fn whole(&self, send: &SendId) -> Whole {
        if send.message_uuid.is_some() || send.workflow_id.is_some() {
            return self.one(send.message_uuid.as_deref(), send.workflow_id.as_deref());
        }
        let client_ref = send.client_ref.as_deref().unwrap_or_default();
        let messages = self.references.get(client_ref).into_iter().flatten();
        let mut wholes = messages.map(|message_uuid| self.one(Some(message_uuid), None));
        let Some(first) = wholes.next() else {
            return Whole::default();
        };
        // A message sent again under its reference has arrived if one of the two has.
        wholes.fold(first, |mut all, one| {
            all.has_failed &= one.has_failed;
            all.unknown.extend(one.unknown);
            all.status = match (all.status, one.status) {
                (Some(a), Some(b)) if a.is_failure() != b.is_failure() => {
                    Some(if a.is_failure() { b } else { a })
                }
                (Some(a), Some(b)) => Some(a.merge(b)),
                (a, b) => a.or(b),
            };
            all
        })
    }

    /// Status of a message with its workflow, or of a workflow.
    fn one(&self, message_uuid: Option<&str>, workflow_id: Option<&str>) -> Whole {
        let message = message_uuid.and_then(|message_uuid| self.messages.get(message_uuid));
        let workflow_id =
            workflow_id.or_else(|| message.and_then(|message| message.workflow_id.as_deref()));
        let Some(workflow_id) = workflow_id else {
            let Some(message) = message else {
                return Whole::default();
            };
            let status = message.progress.status().cloned();
            return Whole {
                has_failed: status.as_ref().is_some_and(Status::is_failure),
                status,
                unknown: message.progress.unknown().map(str::to_owned).collect(),
            };
        };
        let workflow = self.workflows.get(workflow_id);
        let siblings = workflow
            .into_iter()
            .flat_map(|workflow| &workflow.messages)
            .filter(|sibling| Some(sibling.as_str()) != message_uuid)
            .filter_map(|sibling| self.messages.get(sibling));
        let mut statuses = Vec::new();
        let mut unknown = BTreeSet::new();
        for message in message.into_iter().chain(siblings) {
            statuses.extend(message.progress.status().cloned());
            unknown.extend(message.progress.unknown().map(str::to_owned));
        }
        let status_of_last = workflow
            .and_then(|workflow| workflow.last.as_ref())
            .and_then(|last| self.messages.get(last)?.progress.status());
        let report = workflow.and_then(|workflow| workflow.report.as_ref());
        let success = statuses
            .iter()
            .filter(|status| matches!(status, Status::Delivered | Status::Read))
            .cloned()
            .chain((report == Some(&WorkflowStatus::Completed)).then_some(Status::Delivered))
            .reduce(Status::merge);
        if success.is_some() {
            return Whole {
                status: success,
                unknown,
                has_failed: false,
            };
        }
        let is_failover_run = workflow.is_some_and(|workflow| workflow.is_failover_run);
        let failures = statuses.iter().filter(|status| status.is_failure()).count();
        let total = workflow.and_then(|workflow| workflow.total);
        let has_failed = report == Some(&WorkflowStatus::Error)
            || status_of_last.is_some_and(Status::is_failure)
            || total.is_some_and(|total| failures as u64 >= total)
            // Only `rejected` triggers the next failover message.
            || (is_failover_run && statuses.contains(&Status::Undeliverable));
        let status = if has_failed {
            let failures = statuses.into_iter().filter(Status::is_failure);
            Some(failures.reduce(Status::merge).unwrap_or(Status::Rejected))
        } else if statuses.is_empty() {
            None
        } else {
            Some(Status::Submitted)
        };
        Whole {
            status,
            unknown,
            has_failed,
        }
    }
}
