//! Documents to be sent, of either generation.

use super::Kind;
use crate::error::{Problem, Rule};
use crate::wire::{Context, Decode, Json, Wire};
use crate::{v0_1, v1};

/// A document to be sent: a message of either generation, or a workflow.
///
/// Its type is detected by its shape, as by [`Kind::detect`]: a workflow has a list of messages or names its template,
/// and only the first generation writes addresses as objects.
///
/// ```
/// use messages_types::{Document, Submission};
///
/// let submission = Submission::from_slice(br#"{
///     "channel": "sms", "message_type": "text",
///     "from": "447700900001", "to": "447700900000", "text": "Hello"
/// }"#)?;
/// assert!(matches!(submission, Submission::V1(_)));
/// # Ok::<(), messages_types::DecodeError>(())
/// ```
#[derive(Clone, PartialEq, Wire)]
#[wire(strict, document, untagged)]
#[non_exhaustive]
pub enum Submission {
    /// For `/v1/messages`.
    V1(v1::Message),
    /// For `/v0.1/messages` or, in 2018, `/beta/messages`.
    V0_1(v0_1::Message),
    /// For `/v0.1/dispatch` or, in 2018, `/beta/workflows`.
    Workflow(v0_1::Workflow),
}

impl Submission {
    /// Path it is posted to.
    #[must_use]
    pub const fn path(&self) -> &'static str {
        match self {
            Self::V1(_) => "/v1/messages",
            Self::V0_1(_) => "/v0.1/messages",
            Self::Workflow(_) => "/v0.1/dispatch",
        }
    }

    /// Path of 2018 it may be posted to; `None` for a message of `v1`.
    #[must_use]
    pub const fn beta_path(&self) -> Option<&'static str> {
        match self {
            Self::V1(_) => None,
            Self::V0_1(_) => Some("/beta/messages"),
            Self::Workflow(_) => Some("/beta/workflows"),
        }
    }

    /// Name of the channel on the wire; `None` for a workflow, whose messages may use several.
    #[must_use]
    pub fn channel(&self) -> Option<&'static str> {
        match self {
            Self::V1(message) => {
                let channel = message.primary.channel();
                let mut known = v1::Channel::KNOWN.iter();
                known
                    .find(|known| **known == channel)
                    .map(v1::Channel::as_str)
            }
            Self::V0_1(message) => {
                let channel = message.channel();
                let mut known = v0_1::Channel::KNOWN.iter();
                known
                    .find(|known| **known == channel)
                    .map(v0_1::Channel::as_str)
            }
            Self::Workflow(_) => None,
        }
    }

    /// Sender of the message; `None` for a workflow.
    #[must_use]
    pub fn sender(&self) -> Option<&str> {
        match self {
            Self::V1(message) => Some(message.primary.sender()),
            Self::V0_1(message) => Some(message.sender()),
            Self::Workflow(_) => None,
        }
    }

    /// Client reference of the message; of a workflow, that of its first message.
    #[must_use]
    pub fn client_ref(&self) -> Option<&str> {
        match self {
            Self::V1(message) => {
                let reference = message.primary.envelope().client_ref.as_ref();
                reference.map(v1::ClientRef::as_str)
            }
            Self::V0_1(message) => message.client_ref().map(v0_1::ClientRef::as_str),
            Self::Workflow(workflow) => {
                let reference = workflow.messages().next()?.client_ref();
                reference.map(v0_1::ClientRef::as_str)
            }
        }
    }

    /// Converts the submission into its client reference, as [`client_ref`](Self::client_ref).
    #[must_use]
    pub fn into_client_ref(self) -> Option<String> {
        match self {
            Self::V1(mut message) => {
                let reference = message.primary.envelope_mut().client_ref.take();
                reference.map(String::from)
            }
            other => other.client_ref().map(str::to_owned),
        }
    }

    /// Sets a client reference on every message without one: failover messages and the messages of a
    /// workflow included, so that every status names the submission. A reference that the first
    /// message already has takes precedence over `reference`.
    ///
    /// # Errors
    ///
    /// `reference` is not valid for the generation: at most 100 characters for `v1`, 40 for v0.1.
    pub fn set_missing_client_refs(&mut self, reference: impl Into<String>) -> Result<(), Problem> {
        match self {
            Self::V1(message) => {
                let own = &mut message.primary.envelope_mut().client_ref;
                let shared = match own {
                    Some(own) => own,
                    None => own.insert(
                        v1::ClientRef::new(reference).map_err(|error| error.at("/client_ref"))?,
                    ),
                };
                for alternative in &mut message.failover {
                    let slot = &mut alternative.envelope_mut().client_ref;
                    slot.get_or_insert_with(|| shared.clone());
                }
            }
            Self::V0_1(message) => {
                if message.client_ref().is_none() {
                    let reference = v0_1::ClientRef::new(reference);
                    let reference = reference.map_err(|error| error.at("/client_ref"))?;
                    message.set_client_ref(Some(reference));
                }
            }
            Self::Workflow(workflow) => {
                let first = workflow.messages().next();
                let shared = match first.and_then(v0_1::Message::client_ref) {
                    Some(own) => own.clone(),
                    None => v0_1::ClientRef::new(reference)
                        .map_err(|error| error.at("/workflow/0/client_ref"))?,
                };
                for message in workflow.messages_mut() {
                    if message.client_ref().is_none() {
                        message.set_client_ref(Some(shared.clone()));
                    }
                }
            }
        }
        Ok(())
    }
}

/// A single message to be sent, of either generation and with or without failover: every
/// [`Submission`] but a workflow.
pub trait OutboundMessage: Into<Submission> + sealed::Sealed {}

mod sealed {
    pub trait Sealed {}
}

impl<T: OutboundMessage> sealed::Sealed for &T {}
impl<T: OutboundMessage + Clone> OutboundMessage for &T {}

impl sealed::Sealed for v1::Message {}
impl OutboundMessage for v1::Message {}

impl sealed::Sealed for v0_1::Message {}
impl OutboundMessage for v0_1::Message {}

/// Declares the messages of one channel as outbound messages of their generation.
macro_rules! outbound {
    ($generation:ident: $($message:ty),*) => { $(
        impl From<$message> for Submission {
            fn from(message: $message) -> Self {
                Self::$generation(message.into())
            }
        }
        impl sealed::Sealed for $message {}
        impl OutboundMessage for $message {}
    )* };
}

outbound!(V1: v1::ChannelMessage, v1::Sms, v1::Mms, v1::Rcs, v1::Whatsapp, v1::Messenger, v1::Viber, v1::Email);
outbound!(V0_1: v0_1::Sms, v0_1::Mms, v0_1::Whatsapp, v0_1::Viber, v0_1::Messenger);

impl<T: Into<Self> + Clone> From<&T> for Submission {
    fn from(document: &T) -> Self {
        document.clone().into()
    }
}

impl Decode for Submission {
    fn decode<'a>(value: Json<'a>, cx: &mut Context) -> Result<Self, Json<'a>> {
        match Kind::of(&value) {
            Ok(Kind::V1Message) => v1::Message::decode(value, cx).map(Self::V1),
            Ok(Kind::V0_1Message) => v0_1::Message::decode(value, cx).map(Self::V0_1),
            Ok(Kind::V0_1Workflow) => v0_1::Workflow::decode(value, cx).map(Self::Workflow),
            Ok(other) => {
                cx.report(
                    Rule::Format,
                    format!("is not sent to the API: it is a {other}"),
                );
                Err(value)
            }
            Err(error) => {
                cx.report(Rule::Format, error.to_string());
                Err(value)
            }
        }
    }
}
