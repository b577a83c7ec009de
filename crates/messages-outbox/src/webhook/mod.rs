//! Webhooks become facts.

use std::error::Error as StdError;
use std::sync::PoisonError;
use std::time::{Duration, Instant};

use messages_sdk::types::{EventKind, EventView, Usage, WebhookEvent};
use messages_sdk::webhook::EventHandler;

use crate::id::Reference;
use crate::outbox::Outbox;
use crate::row::StatusFact;
use crate::store::{Applied, Consent, Fact, Reply, StoreError};
use crate::suppression::{Keyword, SenderGroups, keyword};

impl Outbox {
    /// Applies a webhook and commits. Only then may it be answered with 200: the API resends it otherwise.
    ///
    /// Returns `None` for an event that says nothing about a row of this outbox or about consent.
    ///
    /// # Errors
    ///
    /// [`StoreError`]: answer with 500.
    pub async fn apply(&self, event: &WebhookEvent) -> Result<Option<Applied>, StoreError> {
        let applied = self.apply_all(std::slice::from_ref(event)).await?;
        Ok(applied.into_iter().next())
    }

    /// Applies webhooks in one commit; returns the results of those that say something.
    ///
    /// # Errors
    ///
    /// As [`Outbox::apply`].
    pub async fn apply_all(&self, events: &[WebhookEvent]) -> Result<Vec<Applied>, StoreError> {
        let groups = &self.inner.settings.policy.groups;
        let facts: Vec<Fact> = events
            .iter()
            .flat_map(|event| facts(event, groups))
            .collect();
        let says_something = facts.iter().any(|fact| !matches!(fact, Fact::Webhook));
        if facts.is_empty() || !(says_something || self.is_to_note()) {
            return Ok(Vec::new());
        }
        let mut applied = self.inner.store.apply(&facts).await?;
        applied.retain(|applied| *applied != Applied::Noted);
        for applied in &applied {
            if let Applied::Changed {
                id,
                contradiction: true,
            } = applied
            {
                tracing::warn!(row = %id, "a status contradicts the ledger");
            }
            if let Some(observer) = &self.inner.observer {
                observer.on_applied(applied);
            }
        }
        Ok(applied)
    }

    /// Returns `true` if a webhook that says nothing about a row is to be stored as a sign that webhooks arrive: one in a
    /// second.
    fn is_to_note(&self) -> bool {
        let mut noted = self
            .inner
            .noted
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let is_due = noted.is_none_or(|last| last.elapsed() >= NOTE);
        if is_due {
            *noted = Some(Instant::now());
        }
        is_due
    }
}

/// Time between two webhooks that are stored only as signs that webhooks arrive.
const NOTE: Duration = Duration::from_secs(1);

/// Applies the event, commits, and acknowledges it: pass a clone of the outbox to
/// [`WebhookService`](messages_sdk::webhook::WebhookService) or `router`.
impl EventHandler for Outbox {
    async fn handle(&self, event: WebhookEvent) -> Result<(), Box<dyn StdError + Send + Sync>> {
        self.apply(&event).await?;
        Ok(())
    }
}

/// The facts that an event states: at least that it came.
fn facts(event: &WebhookEvent, groups: &SenderGroups) -> Vec<Fact> {
    let view = event.view();
    let reply = match view.kind {
        EventKind::Status(_) | EventKind::Report(_) | EventKind::Unknown => None,
        _ => view.contact.zip(view.account_address).map(|(from, to)| {
            Fact::Reply(Reply {
                from: from.to_owned(),
                to: to.to_owned(),
            })
        }),
    };
    let mut facts: Vec<Fact> = fact(event, groups).into_iter().chain(reply).collect();
    if facts.is_empty() {
        facts.push(Fact::Webhook);
    }
    facts
}

/// The fact that an event states about a row or consent, if it may be about this outbox.
fn fact(event: &WebhookEvent, groups: &SenderGroups) -> Option<Fact> {
    let view = event.view();
    match view.kind {
        EventKind::Status(status) => {
            let reference: Option<Reference> = match view.client_ref {
                // The reference of another program: not a message of this outbox.
                Some(text) => Some(text.parse().ok()?),
                None => None,
            };
            Some(Fact::Status(StatusFact {
                reference,
                message_uuid: view.message_uuid?.to_owned(),
                workflow_id: view.workflow_id.map(str::to_owned),
                status: status.clone(),
                code: view.error.map(|code| code.number()),
                usage: usage(event),
            }))
        }
        EventKind::Text(text) => consent(text, &view, groups),
        EventKind::Choice { label, payload } => {
            let text = label.or(payload)?;
            consent(text, &view, groups)
        }
        _ => None,
    }
}

fn usage(event: &WebhookEvent) -> Option<Usage> {
    match event {
        WebhookEvent::V1Status(status) => status.usage.clone(),
        WebhookEvent::V0_1Status(status) => status.usage.clone(),
        _ => None,
    }
}

fn consent(text: &str, view: &EventView<'_>, groups: &SenderGroups) -> Option<Fact> {
    let keyword = keyword(text)?;
    Some(Fact::Consent(Consent {
        group: groups.of(view.account_address?).into_owned(),
        recipient: view.contact?.to_owned(),
        opted_out: keyword == Keyword::Stop,
        at: view.timestamp.and_then(|time| time.instant()),
    }))
}
