//! What `Client::send` takes.

use messages_types::{Document, Invalid, Problems, v0_1, v1};

/// A message of either generation, on its way out.
///
/// `Client::send` takes anything that converts into it: a message, one channel's message, or a
/// reference to either (which is then cloned).
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum Outbound {
    /// A message of the current generation, with its alternatives.
    V1(v1::Message),
    /// A message of the v0.1 generation.
    V0_1(v0_1::Message),
}

impl Outbound {
    /// The message's JSON, as it is posted.
    #[must_use]
    pub fn to_vec(&self) -> Vec<u8> {
        match self {
            Self::V1(message) => message.to_vec(),
            Self::V0_1(message) => message.to_vec(),
        }
    }

    pub(crate) const fn path(&self) -> &'static str {
        match self {
            Self::V1(_) => "/v1/messages",
            Self::V0_1(_) => "/v0.1/messages",
        }
    }

    pub(crate) fn validate(&self) -> Result<(), Problems> {
        match self {
            Self::V1(message) => message.validate(),
            Self::V0_1(message) => message.validate(),
        }
    }

    /// The channel's name on the wire, for the rate limit and for spans. One of a later API has none here.
    pub(crate) fn channel(&self) -> &'static str {
        match self {
            Self::V1(message) => channel_v1(&message.primary.channel()),
            Self::V0_1(message) => channel_v0_1(&message.channel()),
        }
    }

    /// Who the message is from, for the rate limit.
    pub(crate) fn sender(&self) -> &str {
        match self {
            Self::V1(message) => message.primary.sender(),
            Self::V0_1(message) => message.sender(),
        }
    }

    /// Takes the reference out of a message that is written already.
    pub(crate) fn take_client_ref(&mut self) -> Option<String> {
        match self {
            Self::V1(message) => {
                let own = message.primary.envelope_mut().client_ref.take();
                own.map(String::from)
            }
            Self::V0_1(message) => message.client_ref().cloned().map(String::from),
        }
    }

    /// Gives the message a reference if it has none, and its alternatives the same one: whichever of them goes out, its
    /// statuses name the send.
    pub(crate) fn refer_by(&mut self, reference: String) -> Result<(), Invalid> {
        match self {
            Self::V1(message) => {
                let own = message.primary.envelope_mut();
                let reference = match &own.client_ref {
                    Some(own) => own.clone(),
                    None => v1::ClientRef::new(reference)?,
                };
                for alternative in &mut message.failover {
                    let slot = &mut alternative.envelope_mut().client_ref;
                    slot.get_or_insert_with(|| reference.clone());
                }
                message
                    .primary
                    .envelope_mut()
                    .client_ref
                    .get_or_insert(reference);
                Ok(())
            }
            Self::V0_1(message) => refer_v0_1(message, &reference),
        }
    }
}

/// Gives each message of a workflow a reference if it has none: the first one's own, if it has one.
pub(crate) fn refer_workflow(
    workflow: &mut v0_1::Workflow,
    reference: &str,
) -> Result<(), Invalid> {
    let own = workflow
        .messages()
        .next()
        .and_then(|message| message.client_ref().cloned());
    let reference = own.as_ref().map_or(reference, v0_1::ClientRef::as_str);
    workflow
        .messages_mut()
        .try_for_each(|message| refer_v0_1(message, reference))
}

fn refer_v0_1(message: &mut v0_1::Message, reference: &str) -> Result<(), Invalid> {
    if message.client_ref().is_none() {
        message.set_client_ref(Some(v0_1::ClientRef::new(reference)?));
    }
    Ok(())
}

fn channel_v1(channel: &v1::Channel) -> &'static str {
    v1::Channel::KNOWN
        .iter()
        .find(|known| *known == channel)
        .map_or("unknown", v1::Channel::as_str)
}

fn channel_v0_1(channel: &v0_1::Channel) -> &'static str {
    v0_1::Channel::KNOWN
        .iter()
        .find(|known| *known == channel)
        .map_or("unknown", v0_1::Channel::as_str)
}

macro_rules! converts {
    ($($variant:ident($whole:ty): $($type:ty),*;)*) => { $(
        impl From<$whole> for Outbound {
            fn from(message: $whole) -> Self {
                Self::$variant(message)
            }
        }
        impl From<&$whole> for Outbound {
            fn from(message: &$whole) -> Self {
                Self::$variant(message.clone())
            }
        }
        $(
            impl From<$type> for Outbound {
                fn from(message: $type) -> Self {
                    Self::$variant(message.into())
                }
            }
            impl From<&$type> for Outbound {
                fn from(message: &$type) -> Self {
                    Self::$variant(message.clone().into())
                }
            }
        )*
    )* };
}

converts! {
    V1(v1::Message): v1::ChannelMessage, v1::Sms, v1::Mms, v1::Rcs, v1::Whatsapp, v1::Messenger,
        v1::Viber, v1::Email;
    V0_1(v0_1::Message): v0_1::Sms, v0_1::Mms, v0_1::Whatsapp, v0_1::Viber, v0_1::Messenger;
}
