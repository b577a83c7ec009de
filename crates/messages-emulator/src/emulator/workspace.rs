//! One api key's part of an emulator, as tests and the control API use it.

use std::sync::Arc;

use messages_auth::{ApiKey, ApiSecret, ApplicationId, AuthError};
use tokio_stream::StreamExt;

use super::expect::Expectation;

use crate::clock::Moment;
use crate::config::credentials::{EmulatorCredentials, Given, random_secret};
use crate::emulator::engine::Engine;
use crate::event::log::EventReader;
use crate::event::{Event, ResetEvent, WebhookAttempt};
use crate::rules::Rule;
use crate::state::status::Status;
use crate::state::webhook::resend::ResendError;
use crate::state::{
    Account, DeliveryId, InboundMessage, Targets, TriggerError, WorkspaceId, WorkspaceState,
};
use crate::store::StoreError;
use crate::store::snapshot::{RestoreError, Snapshot};
use crate::view::query::Query;
use crate::view::{MessageDetail, MessageView};

/// The messages, rules and webhooks of one api key. No other workspace sees them, so parallel tests can share an
/// emulator. Cloning is cheap.
#[derive(Clone)]
pub struct Workspace {
    pub(crate) engine: Arc<Engine>,
    pub(crate) id: WorkspaceId,
    pub(crate) credentials: EmulatorCredentials,
}

/// The result of a message or status that was triggered by hand.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Delivered {
    /// The message.
    pub message_uuid: String,
    /// The webhook and the end of its first attempt; `None` if no URL is set for it, or a fault delays or drops it: a
    /// webhook that waits for the clock is not waited for.
    pub webhook: Option<Arc<WebhookAttempt>>,
}

impl Workspace {
    /// The workspace of an api key.
    pub(crate) fn find(engine: &Arc<Engine>, api_key: &str) -> Option<Self> {
        let (id, credentials) = engine.look(|state, _| {
            let id = state.find_workspace(api_key)?;
            Some((id, state.workspace(id)?.account.credentials.clone()))
        })?;
        Some(Self {
            engine: Arc::clone(engine),
            id,
            credentials,
        })
    }

    /// Opens the workspace of an account, and has its credentials kept.
    pub(crate) fn open(
        engine: &Arc<Engine>,
        credentials: EmulatorCredentials,
        targets: Targets,
    ) -> Result<Self, AuthError> {
        let account = Account::new(credentials.clone(), targets)?;
        let id = engine.with(|state, now, _| state.open(account, now));
        if let Some(store) = engine.store() {
            store.account(id, &credentials);
        }
        Ok(Self {
            engine: Arc::clone(engine),
            id,
            credentials,
        })
    }

    /// Opens a workspace with credentials of its own, but for the private key, and whose webhooks go where those of this
    /// one go.
    pub(crate) fn open_beside(
        &self,
        api_key: ApiKey,
        api_secret: ApiSecret,
    ) -> Result<Self, AuthError> {
        let credentials = EmulatorCredentials {
            api_key,
            api_secret,
            signature_secret: random_secret()?,
            application_id: ApplicationId::random(),
            private_key: self.credentials.private_key.clone(),
            given: Given {
                private_key: self.credentials.given.private_key,
                ..Given::default()
            },
        };
        let (targets, own) = self
            .engine
            .look(|state, _| {
                let workspace = state.workspace(self.id)?;
                let own = workspace.own_targets().cloned();
                Some((workspace.account.targets.clone(), own))
            })
            .unwrap_or_default();
        let opened = Self::open(&self.engine, credentials, targets)?;
        if let Some(own) = own {
            opened.set_targets(|targets| *targets = own);
        }
        Ok(opened)
    }

    /// Closes the workspace: its messages, rules and credentials are removed, from the data file too, and webhooks in flight
    /// are broken off. From now on it has no messages and accepts none.
    pub(crate) fn close(&self) {
        if self.engine.with(|state, _, _| state.close(self.id))
            && let Some(store) = self.engine.store()
        {
            store.remove_workspace(self.id);
        }
    }

    /// The credentials of this workspace's clients.
    #[must_use]
    pub fn credentials(&self) -> &EmulatorCredentials {
        &self.credentials
    }

    /// Sets where status webhooks and final reports go from now on; `None` turns them off.
    pub fn set_status_url(&self, url: Option<&str>) {
        self.set_targets(|targets| targets.status_url = url.map(Into::into));
    }

    /// Sets where inbound webhooks go from now on; `None` turns them off.
    pub fn set_inbound_url(&self, url: Option<&str>) {
        self.set_targets(|targets| targets.inbound_url = url.map(Into::into));
    }

    fn set_targets(&self, change: impl FnOnce(&mut Targets)) {
        self.engine.with(|state, _, _| {
            if let Some(workspace) = state.workspace_mut(self.id) {
                let mut targets = workspace.account.targets.clone();
                change(&mut targets);
                workspace.set_targets(targets);
            }
        });
    }

    /// Adds a rule before all others: the newest that holds decides. It is not checked; [`Rule::check`] does.
    pub fn add_rule(&self, rule: Rule) {
        self.engine.with(|state, now, _| {
            if let Some(workspace) = state.workspace_mut(self.id) {
                workspace.rules.add(rule, now);
            }
        });
    }

    /// Removes every rule.
    pub fn clear_rules(&self) {
        self.engine.with(|state, _, _| {
            if let Some(workspace) = state.workspace_mut(self.id) {
                workspace.rules.clear();
            }
        });
    }

    /// Delivers an inbound message. Waits for the first attempt of its webhook.
    pub async fn inject(&self, message: InboundMessage) -> Delivered {
        let injected = self.engine.with(|state, now, effects| {
            let (id, delivery) = state.inject(now, self.id, message, effects)?;
            let uuid = state.workspace(self.id)?.messages.get(id)?.uuid;
            Some((uuid.to_string(), delivery))
        });
        match injected {
            Some((message_uuid, delivery)) => self.delivered(message_uuid, delivery).await,
            None => Delivered {
                message_uuid: String::new(),
                webhook: None,
            },
        }
    }

    /// Brings a message that was sent into a state, with an asynchronous error code if it is a failure; what was planned
    /// for it is off. Waits for the first attempt of its webhook.
    ///
    /// # Errors
    /// If the message is unknown, if it is inbound, if its channel never reports this status, or if the code does
    /// not fit.
    pub async fn trigger(
        &self,
        message_uuid: &str,
        status: Status,
        code: Option<u16>,
    ) -> Result<Delivered, TriggerError> {
        let delivery = self.engine.with(|state, now, effects| {
            state.trigger(now, self.id, message_uuid, status, code, effects)
        })?;
        Ok(self.delivered(message_uuid.to_owned(), delivery).await)
    }

    async fn delivered(&self, message_uuid: String, delivery: Option<DeliveryId>) -> Delivered {
        let webhook = match delivery {
            None => None,
            Some(delivery) => self.attempt(delivery, 0).await,
        };
        Delivered {
            message_uuid,
            webhook: webhook.map(Arc::new),
        }
    }

    /// Waits for an attempt of a webhook, counted from 0. `None` if it does not come, since the webhook was removed or is
    /// delayed or dropped.
    async fn attempt(&self, id: DeliveryId, which: usize) -> Option<WebhookAttempt> {
        self.engine
            .wait_until(|state| {
                let Some(workspace) = state.workspace(self.id) else {
                    return Some(None);
                };
                let Some(delivery) = workspace.webhooks.get(id) else {
                    return Some(None);
                };
                if delivery.attempts.len() > which {
                    let body = workspace.body_of(delivery);
                    return Some(WebhookAttempt::of(id, workspace, self.id, which, body));
                }
                (!workspace.webhooks.goes_out(id)).then_some(None)
            })
            .await
    }

    /// Has a webhook posted again now, and waits for the end of the attempt.
    pub(crate) async fn resend(
        &self,
        id: DeliveryId,
    ) -> Result<Option<WebhookAttempt>, ResendError> {
        let attempts = self.engine.with(|state, _, _| state.resend(self.id, id))?;
        Ok(self.attempt(id, attempts).await)
    }

    /// The messages that match, the newest first, at most `limit`.
    #[must_use]
    pub fn messages(&self, query: &Query, limit: usize) -> Vec<MessageView> {
        self.page(query, limit, usize::MAX)
    }

    /// The same; once they have this many bytes of text and content, no more.
    pub(crate) fn page(&self, query: &Query, limit: usize, bytes: usize) -> Vec<MessageView> {
        let mut left = bytes;
        self.engine.look(|state, _| {
            let Some(workspace) = state.workspace(self.id) else {
                return Vec::new();
            };
            let shown = |message| {
                let view = (left > 0).then(|| MessageView::new(message, workspace))?;
                left = left.saturating_sub(view.bytes());
                Some(view)
            };
            match query.conversation {
                // Those alone, not all that there are.
                Some(id) => workspace
                    .conversations
                    .get(id)
                    .into_iter()
                    .flat_map(|conversation| conversation.messages.iter().rev())
                    .filter_map(|id| workspace.messages.get(*id))
                    .filter(|message| query.matches(message))
                    .take(limit)
                    .map_while(shown)
                    .collect(),
                None => workspace
                    .messages
                    .values()
                    .rev()
                    .filter(|message| query.matches(message))
                    .take(limit)
                    .map_while(shown)
                    .collect(),
            }
        })
    }

    /// The message with this uuid, if it matches.
    pub(crate) fn matching(&self, query: &Query, message_uuid: &str) -> Option<MessageView> {
        self.engine.look(|state, _| {
            let workspace = state.workspace(self.id)?;
            let message = workspace.find(message_uuid)?;
            let matching = query.matches(message);
            matching.then(|| MessageView::new(message, workspace))
        })
    }

    /// A message with its request, its states and its webhooks.
    #[must_use]
    pub fn message(&self, message_uuid: &str) -> Option<MessageDetail> {
        self.engine.look(|state, _| {
            let workspace = state.workspace(self.id)?;
            let message = workspace.find(message_uuid)?;
            Some(MessageDetail::new(message, workspace))
        })
    }

    /// Expects a message: `emulator.expect(Query::sent().containing("code")).within(…)`. One that is there already does.
    pub fn expect(&self, query: Query) -> Expectation {
        Expectation::new(self.clone(), query)
    }

    /// The events from now on.
    #[must_use]
    pub fn events(&self) -> Events {
        Events {
            reader: self.engine.events.reader(None),
            workspace: self.id,
        }
    }

    /// Waits until everything that has happened so far is in the data file, if there is one. A change that the
    /// API or the control API has confirmed is in it already.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub async fn flush(&self) -> Result<(), StoreError> {
        self.engine.flush().await
    }

    /// Takes a snapshot of the messages, workflows, webhooks and rules.
    #[must_use]
    pub fn snapshot(&self) -> Snapshot {
        let (at, rows) = self.engine.look(|state, now| {
            let rows = state.workspace(self.id).map(WorkspaceState::rows);
            (now, rows.unwrap_or_default())
        });
        Snapshot::new(at, rows)
    }

    /// Goes back to a snapshot, of this workspace or of another one. Events that were planned in it happen again, and
    /// webhooks without a response are posted again. Time itself does not go back, nor do the numbers from which new
    /// UUIDs are drawn: the times of the snapshot are moved on, as if it had been taken now.
    ///
    /// # Errors
    /// If the snapshot has another version's format or is malformed; nothing has changed then.
    pub async fn restore(&self, snapshot: &Snapshot) -> Result<(), RestoreError> {
        let mut parts = snapshot.parts()?;
        self.engine.with(|state, now, effects| {
            parts.move_on(now.since(snapshot.at));
            state.restore(now, self.id, parts);
            effects.events.push(self.reset_at(now));
        });
        Ok(())
    }

    /// Removes a conversation, or all of them; rules stay. Returns what was removed as a snapshot; `None` for an
    /// unknown conversation.
    pub(crate) fn remove(&self, conversation: Option<u64>) -> Option<Snapshot> {
        self.engine.with(|state, now, effects| {
            let rows = state.workspace(self.id)?.rows_of(conversation);
            if !state.remove(self.id, conversation) {
                return None;
            }
            effects.events.push(self.reset_at(now));
            Some(Snapshot::new(now, rows))
        })
    }

    /// Puts back what [`Self::remove`] has removed, beside what there is; times stay. Webhooks that are in flight are posted
    /// again.
    ///
    /// # Errors
    /// If the snapshot has another version's format or is malformed; nothing has changed then.
    pub(crate) fn put_back(&self, removed: &Snapshot) -> Result<(), RestoreError> {
        self.engine.with(|state, now, effects| {
            let rows = state.workspace(self.id).map(WorkspaceState::rows);
            let current = Snapshot::new(now, rows.unwrap_or_default());
            let parts = current.joined(removed)?.parts()?;
            state.restore(now, self.id, parts);
            effects.events.push(self.reset_at(now));
            Ok(())
        })
    }

    const fn reset_at(&self, at: Moment) -> Event {
        Event::Reset(ResetEvent {
            at,
            workspace: self.id,
        })
    }

    /// Removes all messages, and goes back to the rules of the beginning. Webhooks of before are not posted any more, and
    /// those that are being posted are broken off.
    pub fn reset(&self) {
        self.engine.with(|state, now, effects| {
            state.reset(now, self.id);
            effects.events.push(self.reset_at(now));
        });
    }
}

impl std::fmt::Debug for Workspace {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Workspace")
            .field("credentials", &self.credentials)
            .finish_non_exhaustive()
    }
}

/// The live events of a workspace.
#[derive(Debug)]
pub struct Events {
    reader: EventReader,
    workspace: WorkspaceId,
}

impl Events {
    /// The next event; `None` when the emulator is gone. A reader that falls 10,000 events behind, or as many as take 16
    /// MiB, misses the oldest, and [`Event::Missed`] takes their place.
    pub async fn next(&mut self) -> Option<Event> {
        loop {
            let event = self.reader.next().await?.event;
            if event.belongs_to(self.workspace) {
                return Some(event);
            }
        }
    }
}
