//! Intents to run a document.

use std::fmt;
use std::sync::Arc;
use std::time::SystemTime;

use jiff::Timestamp;
use messages_sdk::types::upgrade::Loss;

use super::transition::begin;
use super::{Definition, DefinitionError, Plan, RunChange, RunDetails, RunId};
use crate::digest::{Digest, RecipientHash};
use crate::intent::common_setters;
use crate::row::{Priority, to_micros};

/// Document to be run once, under a key of the application.
///
/// ```
/// use messages_outbox::RunIntent;
/// use messages_sdk::types::v0_1::{Condition, Messenger, Sms, Workflow};
///
/// let workflow = Workflow::starting_with(
///     Messenger::text("page-1", "user-1", "Your table is free")?.expecting(Condition::Read, 600)?,
/// )
/// .ending_with(Sms::text("447700900001", "447700900000", "Your table is free")?);
/// let intent = RunIntent::new("reservation-17", workflow)?;
/// assert!(intent.losses().is_empty());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// Runs and messages share their keys: a key that a message has adds no run. `Debug` shows neither key nor document.
#[derive(Clone)]
#[must_use = "an intent does nothing until it is enqueued"]
pub struct RunIntent {
    pub(crate) id: RunId,
    pub(crate) namespace: String,
    pub(crate) key: String,
    pub(crate) digest: Digest,
    pub(crate) document: Vec<u8>,
    pub(crate) plan: Arc<Plan>,
    losses: Vec<Loss>,
    account: String,
    due_at: Option<Timestamp>,
    send_before: Option<Timestamp>,
    priority: Priority,
    campaign: Option<String>,
    tags: Vec<String>,
    report_url: Option<String>,
}

impl RunIntent {
    /// Intent to run this document under this key, in the namespace and account `default`, at once.
    ///
    /// # Errors
    ///
    /// [`DefinitionError`] if the document is invalid or cannot be run.
    pub fn new(
        key: impl Into<String>,
        document: impl Into<Definition>,
    ) -> Result<Self, DefinitionError> {
        let definition = document.into();
        definition.validate()?;
        Ok(Self {
            id: RunId::mint(SystemTime::now()),
            namespace: "default".to_owned(),
            key: key.into(),
            digest: definition.digest(),
            document: definition.to_vec(),
            plan: Arc::new(definition.plan()?),
            losses: definition.losses(),
            account: "default".to_owned(),
            due_at: None,
            send_before: None,
            priority: Priority::default(),
            campaign: None,
            tags: Vec::new(),
            report_url: None,
        })
    }

    common_setters!();

    /// Name of the account its messages are sent with; not a credential. Default `default`.
    pub fn account(mut self, account: impl Into<String>) -> Self {
        self.account = account.into();
        self
    }

    /// Time at which the first step begins. Default: at once.
    pub fn due_at(mut self, time: Timestamp) -> Self {
        self.due_at = Some(to_micros(time));
        self
    }

    /// Time after which none of its messages must be sent. Default: none.
    pub fn send_before(mut self, time: Timestamp) -> Self {
        self.send_before = Some(to_micros(time));
        self
    }

    /// URL that the final report is posted to, at least once, of a document that has a report. Default: none.
    pub fn report_url(mut self, url: impl Into<String>) -> Self {
        self.report_url = Some(url.into());
        self
    }

    /// The same intent under another key.
    pub(crate) fn rekeyed(mut self, key: String) -> Self {
        self.key = key;
        self
    }

    /// ID of the run, unless the key is known already.
    #[must_use]
    pub const fn id(&self) -> RunId {
        self.id
    }

    /// JSON of the document.
    #[must_use]
    pub fn document(&self) -> &[u8] {
        &self.document
    }

    /// Digest of the document.
    #[must_use]
    pub const fn digest(&self) -> Digest {
        self.digest
    }

    /// The document in the form in which it is executed.
    #[must_use]
    pub fn plan(&self) -> &Plan {
        &self.plan
    }

    /// Parts of the document that its execution does not follow.
    #[must_use]
    pub fn losses(&self) -> &[Loss] {
        &self.losses
    }

    /// Hashes of its recipients, each once.
    pub(crate) fn recipients(&self, hash_key: &[u8; 32]) -> Vec<RecipientHash> {
        let messages = self.plan.messages();
        let mut hashes: Vec<_> = messages
            .map(|message| RecipientHash::of(message.message().recipient(), hash_key))
            .collect();
        hashes.sort_unstable();
        hashes.dedup();
        hashes
    }

    /// The run as it is added at this time, and the effects of its first step.
    #[must_use]
    pub fn begin(&self, now: Timestamp) -> RunChange {
        let details = RunDetails {
            namespace: self.namespace.clone(),
            key: Some(self.key.clone()),
            key_digest: Digest::of_key(&self.namespace, &self.key),
            digest: self.digest,
            account: self.account.clone(),
            priority: self.priority,
            campaign: self.campaign.clone(),
            tags: self.tags.clone(),
            send_before: self.send_before,
            report_url: self.report_url.clone(),
            enqueued_at: now,
        };
        let due_at = self.due_at.unwrap_or(now).max(now);
        begin(self.id, details, &self.plan, due_at, now)
    }
}

impl fmt::Debug for RunIntent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RunIntent")
            .field("id", &self.id)
            .field("steps", &self.plan.steps.len())
            .field("losses", &self.losses.len())
            .finish_non_exhaustive()
    }
}
