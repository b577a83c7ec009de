//! Builder of a client, and the order of its layers.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use http::HeaderValue;
use messages_auth::Credentials;
use messages_transport::layer::rate_limit::{RateLimit, RateLimitPolicy};
use messages_transport::layer::retry::{DeliveryPolicy, Retry, RetryPolicy};
use messages_transport::layer::timeout::Timeout;
use messages_transport::{Timer, TokioTimer, Transport};

use super::{Client, Inner};
use crate::call::{Authorize, InFlightCalls};
use crate::doubts::DoubtLedger;
use crate::endpoint::Endpoint;
use crate::env::{self, AuthPreference, EnvError};
use crate::observe::{ClientObserver, Observed};

/// Treatment of messages without a client reference.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum ClientReferences {
    /// Every message without one gets a reference of 36 characters that sorts by time (UUID version 7), so that a
    /// status webhook can settle a doubt.
    #[default]
    Minted,
    /// Messages are sent as they are.
    AsGiven,
}

/// Reason a client cannot be built.
#[derive(thiserror::Error)]
#[non_exhaustive]
pub enum BuildError {
    /// No credentials were given.
    #[error("a client needs credentials")]
    NoCredentials,
    /// No transport was given.
    #[error("a client needs a transport: call hyper(), reqwest() or transport()")]
    NoTransport,
    /// An environment variable is missing or invalid.
    #[error("the environment variables cannot be used")]
    Environment(#[source] EnvError),
    /// The bundled transport could not be made.
    #[error("the transport could not be made")]
    Transport(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// The thread of a blocking client could not be started.
    #[error("the thread of the blocking client could not be started")]
    Thread(#[source] std::io::Error),
    /// The suffix of the user agent holds a character that no header may have.
    #[error("the user agent suffix must be visible ASCII")]
    UserAgent,
    /// A time limit of zero, or one that is longer than a day.
    #[error("a time limit must be longer than zero and no longer than a day")]
    Limit,
}

/// Puts a [`Client`] together.
///
/// Defaults: the global endpoint, at most once, 3 attempts, 20 s for an attempt, 60 s for a call, no rate limit of its
/// own but obedience to the API's 429, a minted client reference.
#[derive(Clone)]
#[must_use]
pub struct ClientBuilder {
    endpoint: Endpoint,
    credentials: Option<Credentials>,
    transport: Option<Arc<dyn Transport>>,
    retry: RetryPolicy,
    delivery: DeliveryPolicy,
    limits: Option<RateLimitPolicy>,
    attempt_timeout: Duration,
    deadline: Duration,
    user_agent: Option<String>,
    references: ClientReferences,
    doubts: Option<Arc<dyn DoubtLedger>>,
    observer: Option<Arc<dyn ClientObserver>>,
}

/// The longest time limit; longer ones are taken for a mistake in the unit.
pub(crate) const LIMIT_MAX: Duration = Duration::from_secs(24 * 60 * 60);

impl ClientBuilder {
    pub(super) fn new() -> Self {
        Self {
            endpoint: Endpoint::global(),
            credentials: None,
            transport: None,
            retry: RetryPolicy::default(),
            delivery: DeliveryPolicy::AtMostOnce,
            limits: None,
            attempt_timeout: Duration::from_secs(20),
            deadline: Duration::from_secs(60),
            user_agent: None,
            references: ClientReferences::Minted,
            doubts: None,
            observer: None,
        }
    }

    /// Endpoint of the API; by default the global one.
    pub fn endpoint(mut self, endpoint: Endpoint) -> Self {
        self.endpoint = endpoint;
        self
    }

    /// Credentials that sign requests.
    pub fn credentials(mut self, credentials: impl Into<Credentials>) -> Self {
        self.credentials = Some(credentials.into());
        self
    }

    /// Reads the credentials from the environment; see [`env::credentials`](crate::env::credentials).
    ///
    /// # Errors
    ///
    /// [`BuildError::Environment`] names the variable that is missing or cannot be used.
    pub fn credentials_from_env(self, preference: AuthPreference) -> Result<Self, BuildError> {
        let credentials = env::credentials(preference).map_err(BuildError::Environment)?;
        Ok(self.credentials(credentials))
    }

    /// Reads the endpoint from `MESSAGES_ENDPOINT`, if it is set; see [`env::endpoint`](crate::env::endpoint).
    ///
    /// # Errors
    ///
    /// [`BuildError::Environment`] if its value is not a valid endpoint.
    pub fn endpoint_from_env(self) -> Result<Self, BuildError> {
        Ok(match env::endpoint().map_err(BuildError::Environment)? {
            Some(endpoint) => self.endpoint(endpoint),
            None => self,
        })
    }

    /// Any transport: your own, or a bundled one with settings of your own.
    pub fn transport(mut self, transport: impl Transport) -> Self {
        self.transport = Some(Arc::new(transport));
        self
    }

    /// The bundled hyper transport with its defaults.
    ///
    /// # Errors
    ///
    /// [`BuildError::Transport`], when the machine has no root certificates, for one.
    #[cfg(feature = "hyper")]
    pub fn hyper(self) -> Result<Self, BuildError> {
        let transport = messages_transport::backend::hyper::HyperTransport::builder()
            .build()
            .map_err(|error| BuildError::Transport(Box::new(error)))?;
        Ok(self.transport(transport))
    }

    /// The bundled reqwest transport with its defaults.
    ///
    /// # Errors
    ///
    /// [`BuildError::Transport`], when the machine has no root certificates, for one.
    #[cfg(feature = "reqwest")]
    pub fn reqwest(self) -> Result<Self, BuildError> {
        let transport = messages_transport::backend::reqwest::ReqwestTransport::builder()
            .build()
            .map_err(|error| BuildError::Transport(Box::new(error)))?;
        Ok(self.transport(transport))
    }

    /// Rule for resending; by default nothing that may have been accepted is resent.
    pub fn delivery(mut self, policy: DeliveryPolicy) -> Self {
        self.delivery = policy;
        self
    }

    /// Number of attempts, and the waits between them. What may be resent at all is
    /// [`ClientBuilder::delivery`]; how long a call may take is [`ClientBuilder::deadline`].
    pub fn retry(mut self, policy: RetryPolicy) -> Self {
        self.retry = policy;
        self
    }

    /// The rates to keep, by account, sender and channel.
    pub fn limits(mut self, policy: RateLimitPolicy) -> Self {
        self.limits = Some(policy);
        self
    }

    /// Time limit of one attempt, 20 s by default.
    pub fn attempt_timeout(mut self, limit: Duration) -> Self {
        self.attempt_timeout = limit;
        self
    }

    /// Time limit of a call with all its attempts and waits, 60 s by default.
    pub fn deadline(mut self, limit: Duration) -> Self {
        self.deadline = limit;
        self
    }

    /// Addition to the user agent, such as `my-shop/1.4`.
    pub fn user_agent_suffix(mut self, suffix: impl Into<String>) -> Self {
        self.user_agent = Some(suffix.into());
        self
    }

    /// Treatment of messages without a client reference.
    pub fn client_references(mut self, references: ClientReferences) -> Self {
        self.references = references;
        self
    }

    /// Ledger that records sends before they go out, so that a webhook can resolve those of unknown outcome.
    pub fn doubts(mut self, ledger: Arc<dyn DoubtLedger>) -> Self {
        self.doubts = Some(ledger);
        self
    }

    /// Observer of every call and every attempt, for metrics for example.
    pub fn observer(mut self, observer: impl ClientObserver) -> Self {
        self.observer = Some(Arc::new(observer));
        self
    }

    /// Builds the client. Nothing is sent, and no runtime is needed yet.
    ///
    /// # Errors
    ///
    /// [`BuildError`] says what is missing or cannot be used.
    pub fn build(self) -> Result<Client, BuildError> {
        let credentials = self.credentials.ok_or(BuildError::NoCredentials)?;
        let transport = self.transport.ok_or(BuildError::NoTransport)?;
        for limit in [self.attempt_timeout, self.deadline] {
            if limit.is_zero() || limit > LIMIT_MAX {
                return Err(BuildError::Limit);
            }
        }
        let account: Arc<str> = match &credentials {
            Credentials::Basic(basic) => basic.api_key().as_str().into(),
            Credentials::Jwt(source) => source.application_id().to_string().into(),
            _ => "".into(),
        };
        let has_jwt = matches!(credentials, Credentials::Jwt(_));
        let scoped = self.limits.is_some();

        // Outermost last. The limiter sees every attempt, and every attempt is signed anew.
        #[cfg(feature = "tracing")]
        let transport = messages_transport::layer::trace::Traced::new(transport);
        let timed = Timeout::new(transport, self.attempt_timeout, TokioTimer);
        let timer: Arc<dyn Timer> = Arc::new(TokioTimer);
        let observed = Observed {
            inner: timed,
            observer: self.observer.clone(),
            timer: Arc::clone(&timer),
        };
        let authorised = Authorize {
            inner: observed,
            credentials,
            endpoint: self.endpoint.clone(),
            timer: Arc::clone(&timer),
        };
        let limited = RateLimit::new(authorised, self.limits.unwrap_or_default(), TokioTimer);
        let retried = Retry::new(limited, self.retry, TokioTimer).delivery(self.delivery);

        Ok(Client {
            inner: Arc::new(Inner {
                transport: Box::new(retried),
                endpoint: self.endpoint,
                user_agent: user_agent(self.user_agent.as_deref())?,
                deadline: self.deadline,
                delivery: self.delivery,
                timer,
                references: self.references,
                doubts: self.doubts,
                observer: self.observer,
                account,
                scoped,
                has_jwt,
                calls: InFlightCalls::default(),
            }),
        })
    }
}

fn user_agent(suffix: Option<&str>) -> Result<HeaderValue, BuildError> {
    let own = concat!("messages-sdk/", env!("CARGO_PKG_VERSION"), " rust");
    match suffix {
        None => Ok(HeaderValue::from_static(own)),
        Some(suffix) => {
            HeaderValue::from_str(&format!("{own} {suffix}")).map_err(|_| BuildError::UserAgent)
        }
    }
}

impl fmt::Debug for ClientBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ClientBuilder")
            .field("endpoint", &self.endpoint)
            .field("credentials", &self.credentials)
            .field("transport", &self.transport)
            .field("delivery", &self.delivery)
            .finish_non_exhaustive()
    }
}

crate::chain::debug_as_text!(BuildError);
