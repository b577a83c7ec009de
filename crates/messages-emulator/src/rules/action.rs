//! Actions of rules on the messages and requests that they match.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::clock::Moment;
use crate::state::status::Status;

/// The action of a rule. In JSON and TOML: `"read"`, `{"reject": {"code": 1050}}`, and so on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
#[non_exhaustive]
pub enum Action {
    /// The message is delivered and not read.
    Deliver,
    /// The message is delivered and read; on a channel that reports no reading, delivered.
    Read,
    /// The message is submitted and nothing more comes of it. Where it has a `ttl`, it is rejected with code 1360 at
    /// its end.
    StaySubmitted,
    /// The message is taken and no status ever follows.
    Silence,
    /// The message is rejected with an error code of the API, at once.
    Reject {
        /// The asynchronous error code, such as 1050.
        code: u16,
    },
    /// The message is submitted, then undeliverable with an error code of the API.
    Undeliverable {
        /// The asynchronous error code, such as 1260.
        code: u16,
    },
    /// The message goes through exactly these states.
    Script(Vec<Turn>),
    /// The message is delivered as usual and read late: so long after it was accepted, or right after its delivery if that
    /// is later. On a channel that does not report reads it is delivered only.
    LateRead {
        /// Milliseconds of the emulator's time, at most a year.
        ms: u64,
    },

    /// The channel is slow: each status comes so much later after the one before it. Scripts have times of their own and
    /// stay as they are. A message that is not delivered when its `ttl` ends is rejected with code 1360.
    Slow {
        /// Milliseconds of the emulator's time, at most a year.
        ms: u64,
    },

    /// Status webhooks about the message do not repeat its `client_ref`.
    OmitClientRef,

    /// The effect of revoking the message (RCS). Without a rule, the request is accepted and no further status follows.
    Revoke(RevokeEffect),

    /// The receiver of webhooks cannot be reached for a while.
    WebhookOutage(WebhookOutage),

    /// The response comes late.
    Latency {
        /// Milliseconds of real time, at most 600,000.
        ms: u64,
    },
    /// The API refuses with this HTTP status and its error object; nothing is taken.
    Status {
        /// From 400 to 599.
        status: u16,
        /// Seconds for the header `Retry-After`; 429 has one in any case.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        retry_after: Option<u64>,
    },
    /// A gateway's HTML page with this HTTP status instead of JSON; nothing is taken.
    Html {
        /// From 400 to 599.
        status: u16,
    },
    /// The connection is closed when the head of the request was read, the body was not: nothing is taken. Only `path`
    /// and `nth` can be asked for, since the rest stands in the body.
    CutBeforeBody,
    /// The connection is closed when the whole request was read: nothing is taken.
    CutAfterBody,
    /// The message **is** accepted, and the connection is closed without a response.
    LoseAnswer,
    /// The message is accepted, and half of the response arrives.
    CutAnswer,
    /// The response arrives byte by byte.
    SlowBytes {
        /// Milliseconds of real time between two bytes.
        ms: u64,
    },
    /// The connection is reset (TCP RST) when the whole request was read: nothing is taken.
    Reset,

    /// Something is wrong with the webhooks about the message.
    Webhooks(WebhookFault),
}

/// A status of a script.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Turn {
    /// The state.
    pub status: Status,
    /// Milliseconds of the emulator's time since the state before, or since the message was taken.
    #[serde(default)]
    pub after_ms: u64,
    /// The asynchronous error code, with `rejected` and `undeliverable`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<u16>,
}

/// Effects of `PATCH /v1/messages/{uuid}` with `{"status": "revoked"}` on an RCS message.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
#[non_exhaustive]
pub enum RevokeEffect {
    /// The request is accepted and the message is delivered and read all the same.
    Ignored,
    /// The request is refused with 422.
    Refused,
    /// The request is accepted and exactly these states follow, counted from the request; `[]` is the effect without a rule.
    Script(Vec<Turn>),
}

/// A span of the emulator's time in which a receiver gets no webhooks. Conditions on the message (`to`, `from`, `channel`,
/// `text`) and on the `path` of the webhook's URL select the webhooks; `nth`, `first` and `every` count attempts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WebhookOutage {
    /// Milliseconds from the addition of the rule (of a rule in the configuration: from the first start) to the beginning,
    /// at most a year.
    #[serde(default)]
    pub after_ms: u64,
    /// Milliseconds from the beginning to the end, from 1 to a year.
    pub for_ms: u64,
    /// Webhooks of the outage are lost instead of retried. Otherwise an attempt fails and is retried as after any failure:
    /// after 5 s, then after twice as long each time up to 15 minutes.
    #[serde(default)]
    pub lost: bool,
}

impl WebhookOutage {
    /// Returns `true` if the receiver cannot be reached at `now`, with a rule that was added at `since`.
    pub(crate) fn covers(&self, since: Moment, now: Moment) -> bool {
        let begin = since.after(Duration::from_millis(self.after_ms));
        begin <= now && now < begin.after(Duration::from_millis(self.for_ms))
    }
}

/// Faults of webhooks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
#[non_exhaustive]
pub enum WebhookFault {
    /// They come late.
    Late {
        /// Milliseconds of the emulator's time.
        ms: u64,
    },
    /// Each comes twice.
    Doubled,
    /// They come in pairs turned round: `delivered` before `submitted`.
    Reordered,
    /// They carry no `Authorization`.
    Unsigned,
    /// They are signed with another secret.
    WronglySigned,
    /// They are never sent.
    Dropped,
}

/// The stage at which a rule's action takes effect; each action has one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stage {
    /// The head of a request was read.
    Head,
    /// The body was read and the credentials are valid.
    Request,
    /// The statuses of a message are about to be planned.
    Lifecycle,
    /// The times of these statuses are about to be planned.
    Pace,
    /// The `client_ref` of status webhooks is about to be decided.
    ClientRef,
    /// The webhooks of a message are about to be planned.
    Webhooks,
    /// A webhook is about to be posted.
    Attempt,
    /// The message is about to be revoked.
    Revoke,
}

impl Action {
    pub(crate) const fn stage(&self) -> Stage {
        match self {
            Self::Deliver
            | Self::Read
            | Self::StaySubmitted
            | Self::Silence
            | Self::Reject { .. }
            | Self::Undeliverable { .. }
            | Self::Script(_)
            | Self::LateRead { .. } => Stage::Lifecycle,
            Self::Slow { .. } => Stage::Pace,
            Self::OmitClientRef => Stage::ClientRef,
            Self::Revoke(_) => Stage::Revoke,
            Self::WebhookOutage(_) => Stage::Attempt,
            Self::CutBeforeBody => Stage::Head,
            Self::Latency { .. }
            | Self::Status { .. }
            | Self::Html { .. }
            | Self::CutAfterBody
            | Self::LoseAnswer
            | Self::CutAnswer
            | Self::SlowBytes { .. }
            | Self::Reset => Stage::Request,
            Self::Webhooks(_) => Stage::Webhooks,
        }
    }
}
