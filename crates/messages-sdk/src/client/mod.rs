//! [`Client`], its builder, and the options of its calls.

mod builder;
mod options;
mod send;
mod update;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use http::HeaderValue;
use messages_transport::layer::retry::DeliveryPolicy;
use messages_transport::{Timer, Transport};

pub(crate) use builder::LIMIT_MAX;
pub use builder::{BuildError, ClientBuilder, ClientReferences};
pub use options::SendOptions;

use crate::call::InFlightCalls;
use crate::doubts::DoubtLedger;
use crate::endpoint::Endpoint;
#[cfg(feature = "reqwest")]
use crate::env::AuthPreference;
use crate::observe::ClientObserver;

/// A client of the Messages and Workflows APIs.
///
/// Cloning is cheap, and the clones share connections, token, rate limit and retry budget: make one for
/// the process. All calls need a tokio runtime with time enabled. Dropping a call's future stops
/// it; what became of the message is then as open as after a timeout.
#[derive(Clone)]
pub struct Client {
    inner: Arc<Inner>,
}

/// State shared by a client and its clones.
pub(crate) struct Inner {
    pub(crate) transport: Box<dyn Transport>,
    endpoint: Endpoint,
    pub(crate) user_agent: HeaderValue,
    pub(crate) deadline: Duration,
    pub(crate) delivery: DeliveryPolicy,
    pub(crate) timer: Arc<dyn Timer>,
    references: ClientReferences,
    pub(crate) doubts: Option<Arc<dyn DoubtLedger>>,
    pub(crate) observer: Option<Arc<dyn ClientObserver>>,
    account: Arc<str>,
    /// `true` if the rate limit distinguishes senders and channels.
    scoped: bool,
    has_jwt: bool,
    pub(crate) calls: InFlightCalls,
}

impl Client {
    /// A builder with the defaults: the global endpoint, at most once, 60 seconds for a call.
    pub fn builder() -> ClientBuilder {
        ClientBuilder::new()
    }

    /// A client over the reqwest transport, with the credentials and the endpoint of the [environment](crate::env) and the
    /// defaults otherwise.
    ///
    /// For another transport or other settings, use [`ClientBuilder::credentials_from_env`] and
    /// [`ClientBuilder::endpoint_from_env`].
    ///
    /// # Errors
    ///
    /// [`BuildError::Environment`] names the variable that is missing or invalid; [`BuildError::Transport`] if the machine has
    /// no root certificates, for example.
    #[cfg(feature = "reqwest")]
    pub fn from_env() -> Result<Self, BuildError> {
        Self::builder()
            .credentials_from_env(AuthPreference::Automatic)?
            .endpoint_from_env()?
            .reqwest()?
            .build()
    }

    pub(crate) fn inner(&self) -> &Inner {
        &self.inner
    }

    /// Endpoint of this client.
    #[must_use]
    pub fn endpoint(&self) -> &Endpoint {
        &self.inner.endpoint
    }

    /// Refuses new calls, and waits for those in flight.
    ///
    /// Each of them ends by its own deadline, so this does too. Calls after it fail with
    /// [`Error::NotSent`](crate::Error::NotSent).
    pub async fn close(&self) {
        self.inner.calls.close().await;
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client")
            .field("endpoint", &self.inner.endpoint)
            .field("delivery", &self.inner.delivery)
            .field("deadline", &self.inner.deadline)
            .finish_non_exhaustive()
    }
}
