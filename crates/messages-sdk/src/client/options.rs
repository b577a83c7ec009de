//! Options of one call.

use std::time::Duration;

use http::{HeaderMap, HeaderName, HeaderValue};
use messages_transport::layer::retry::DeliveryPolicy;

use crate::endpoint::Endpoint;

/// Options for one call; what is not set is as the client's builder says.
#[derive(Clone, Default)]
#[must_use]
pub struct SendOptions {
    pub(crate) deadline: Option<Duration>,
    pub(crate) delivery: Option<DeliveryPolicy>,
    pub(crate) client_ref: Option<String>,
    // In boxes, since most calls set neither and every call's future holds its options.
    pub(crate) headers: Option<Box<HeaderMap>>,
    pub(crate) beta: bool,
    pub(crate) endpoint: Option<Box<Endpoint>>,
}

impl SendOptions {
    /// Nothing set.
    pub fn new() -> Self {
        Self::default()
    }

    /// Time limit of the call, retries and waits included; at most a day.
    pub fn deadline(mut self, limit: Duration) -> Self {
        self.deadline = Some(limit);
        self
    }

    /// Rule for resending in this call.
    pub fn delivery(mut self, policy: DeliveryPolicy) -> Self {
        self.delivery = Some(policy);
        self
    }

    /// The reference that the message gets if it has none: 40 characters at most for v0.1, 100 for v1.
    ///
    /// The API does not compare references, so this makes nothing idempotent; it is what a status
    /// webhook is matched by when the answer was lost.
    pub fn client_ref(mut self, reference: impl Into<String>) -> Self {
        self.client_ref = Some(reference.into());
        self
    }

    /// An extra header. The SDK's own (`authorization`, `content-type`, `accept`, `user-agent`)
    /// replace one of the same name.
    pub fn header(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.headers.get_or_insert_default().append(name, value);
        self
    }

    /// Endpoint of this call instead of the client's: the region of a message to be updated, for example. Credentials are sent to the
    /// vendor's hosts and to the client's own endpoint; a call to any other fails and is not sent.
    pub fn endpoint(mut self, endpoint: Endpoint) -> Self {
        self.endpoint = Some(Box::new(endpoint));
        self
    }

    pub(crate) fn endpoint_or<'a>(&'a self, own: &'a Endpoint) -> &'a Endpoint {
        self.endpoint.as_deref().unwrap_or(own)
    }

    /// Posts to the path of 2018 instead: `/beta/messages` for a v0.1 message, `/beta/workflows` for a
    /// v0.1 workflow. A v1 message has no such path: submitting it fails with
    /// [`Error::Invalid`](crate::Error::Invalid). Calls that submit neither are not affected.
    pub fn beta(mut self) -> Self {
        self.beta = true;
        self
    }
}

impl std::fmt::Debug for SendOptions {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SendOptions")
            .field("deadline", &self.deadline)
            .field("delivery", &self.delivery)
            .field("beta", &self.beta)
            .field("endpoint", &self.endpoint)
            .finish_non_exhaustive()
    }
}
