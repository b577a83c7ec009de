//! Intents: what an application asks the outbox to send.

use std::fmt;
use std::sync::Arc;
use std::time::SystemTime;

use jiff::Timestamp;
use messages_sdk::types::journey::{Window, Zone};
use messages_sdk::types::{Document, Submission, v0_1, v1};
use serde_json::Value;

use crate::digest::{Digest, RecipientHash};
use crate::id::RowId;
use crate::row::{Details, Lane, Priority, Row, State, to_micros};
use crate::window::Zones;

/// Setters that intents of messages and of runs have in common.
macro_rules! common_setters {
    () => {
        /// Namespace of the key. Default `default`.
        pub fn namespace(mut self, namespace: impl Into<String>) -> Self {
            self.namespace = namespace.into();
            self
        }

        /// Precedence over other due rows of the same lane. Default [`Priority::Normal`].
        pub fn priority(mut self, priority: Priority) -> Self {
            self.priority = priority;
            self
        }

        /// Campaign it belongs to.
        pub fn campaign(mut self, name: impl Into<String>) -> Self {
            self.campaign = Some(name.into());
            self
        }

        /// Adds a label.
        pub fn tag(mut self, tag: impl Into<String>) -> Self {
            self.tags.push(tag.into());
            self
        }
    };
}

pub(crate) use common_setters;

/// Message or workflow to be sent once, under a key of the application.
///
/// The key makes a repetition harmless: an intent whose key is known adds nothing.
///
/// ```
/// use messages_outbox::Intent;
/// use messages_sdk::types::{Submission, v1::Sms};
///
/// let sms = Sms::text("447700900001", "447700900000", "Your table is free")?;
/// let intent = Intent::new("reservation-17", Submission::V1(sms.into())).tag("table");
/// assert_eq!(intent.lane().channel, "sms");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// `Debug` shows neither key, number nor text.
#[derive(Clone)]
#[must_use = "an intent does nothing until it is enqueued"]
pub struct Intent {
    pub(crate) id: RowId,
    pub(crate) namespace: String,
    pub(crate) key: String,
    pub(crate) lane: Lane,
    pub(crate) recipient: String,
    pub(crate) payload: Vec<u8>,
    pub(crate) digest: Digest,
    pub(crate) due_at: Option<Timestamp>,
    pub(crate) send_before: Option<Timestamp>,
    pub(crate) window: Option<Window>,
    pub(crate) zone: Option<Zone>,
    pub(crate) priority: Priority,
    pub(crate) campaign: Option<String>,
    pub(crate) tags: Vec<String>,
}

impl Intent {
    /// Intent to send this message or workflow under this key, in the namespace and account `default`, at once.
    ///
    /// Sender, recipient and channel are those of the message; of a workflow, those of its first message. The message's own
    /// `client_ref` is replaced by the row's: the statuses must name the row.
    pub fn new(key: impl Into<String>, submission: impl Into<Submission>) -> Self {
        let submission = submission.into();
        let (lane, recipient) = route(&submission);
        let payload = submission.to_vec();
        let document: Value = serde_json::from_slice(&payload).unwrap_or_default();
        Self {
            id: RowId::mint(SystemTime::now()),
            namespace: "default".to_owned(),
            key: key.into(),
            lane,
            recipient,
            digest: Digest::of_document(&document),
            payload,
            due_at: None,
            send_before: None,
            window: None,
            zone: None,
            priority: Priority::default(),
            campaign: None,
            tags: Vec::new(),
        }
    }

    common_setters!();

    /// Name of the account it is sent with; not a credential. Default `default`.
    pub fn account(mut self, account: impl Into<String>) -> Self {
        self.lane.account = account.into();
        self
    }

    /// Earliest time of sending. Default: at once.
    pub fn due_at(mut self, time: Timestamp) -> Self {
        self.due_at = Some(to_micros(time));
        self
    }

    /// Time after which it must not be sent. Default: none.
    pub fn send_before(mut self, time: Timestamp) -> Self {
        self.send_before = Some(to_micros(time));
        self
    }

    /// Times of the week at which it may be sent, in the recipient's time zone. Default: always.
    ///
    /// A row whose window is closed waits for the next opening. One whose recipient's time zone is unknown is not sent: it is
    /// suppressed for the reason `zone_unknown`.
    pub fn window(mut self, window: Window) -> Self {
        self.window = Some(window);
        self
    }

    /// Time zone of the recipient. Default: that of the phone number's country; if the country has several, the window must
    /// be open in all of them.
    pub fn zone(mut self, zone: Zone) -> Self {
        self.zone = Some(zone);
        self
    }

    /// ID of the row, unless the key is known already.
    #[must_use]
    pub const fn id(&self) -> RowId {
        self.id
    }

    /// Account, sender and channel.
    #[must_use]
    pub const fn lane(&self) -> &Lane {
        &self.lane
    }

    /// Time zones of the recipient: the one that was given, else those of the phone number's country. `None` if they are
    /// unknown: then a window never opens.
    #[must_use]
    pub fn zones(&self) -> Option<Zones> {
        Zones::of_recipient(
            self.zone.as_ref(),
            &self.lane.channel,
            Some(&self.recipient),
        )
    }

    /// JSON of the message or workflow.
    #[must_use]
    pub fn payload(&self) -> &[u8] {
        &self.payload
    }

    /// Digest of the payload.
    #[must_use]
    pub const fn digest(&self) -> Digest {
        self.digest
    }

    /// The row as it is added at this time. Without the store's hash key, as when another driver adds it, the first claim
    /// adds the recipient's hash.
    #[must_use]
    pub fn row(&self, hash_key: Option<&[u8; 32]>, now: Timestamp) -> Row {
        let details = Details {
            namespace: self.namespace.clone(),
            key: Some(self.key.clone()),
            key_digest: Digest::of_key(&self.namespace, &self.key),
            digest: self.digest,
            lane: self.lane.clone(),
            priority: self.priority,
            recipient: Some(self.recipient.clone()),
            recipient_hash: hash_key.map(|key| RecipientHash::of(&self.recipient, key)),
            campaign: self.campaign.clone(),
            tags: self.tags.clone(),
            send_before: self.send_before,
            window: self.window.clone(),
            zone: self.zone.clone(),
            enqueued_at: now,
            run: None,
        };
        Row {
            id: self.id,
            details: Arc::new(details),
            state: State::Queued,
            since: now,
            epoch: 0,
            attempt: 0,
            resend: 0,
            due_at: self.due_at.unwrap_or(now),
            lease_until: None,
            held: false,
            message_uuid: None,
            workflow_id: None,
            status: None,
            reason: None,
            contradictions: 0,
            purged: false,
        }
    }
}

impl fmt::Debug for Intent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Intent")
            .field("id", &self.id)
            .field("lane", &self.lane)
            .field("payload", &format_args!("[{} bytes]", self.payload.len()))
            .finish_non_exhaustive()
    }
}

pub(crate) fn route(submission: &Submission) -> (Lane, String) {
    let (sender, channel, recipient) = match submission {
        Submission::V1(message) => v1_route(&message.primary),
        Submission::V0_1(message) => v0_1_route(message),
        Submission::Workflow(workflow) => match workflow.messages().next() {
            Some(first) => v0_1_route(first),
            None => v0_1_route(workflow.last()),
        },
        _ => (String::new(), String::new(), String::new()),
    };
    let lane = Lane {
        account: "default".to_owned(),
        sender,
        channel,
    };
    (lane, recipient)
}

pub(crate) fn v1_route(message: &v1::ChannelMessage) -> (String, String, String) {
    (
        message.sender().to_owned(),
        message.channel().as_str().to_owned(),
        message.recipient().to_owned(),
    )
}

fn v0_1_route(message: &v0_1::Message) -> (String, String, String) {
    (
        message.sender().to_owned(),
        message.channel().as_str().to_owned(),
        message.recipient().to_owned(),
    )
}
