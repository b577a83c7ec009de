#![doc = include_str!("../README.md")]
#![cfg_attr(docsrs, feature(doc_cfg))]

#[cfg(feature = "blocking")]
pub mod blocking;
mod call;
mod client;
mod doubts;
mod endpoint;
mod error;
mod observe;
mod outbound;
mod outcome;
mod webhook;

/// Basic and JWT credentials, and webhook signatures: the crate `messages-auth`.
pub use messages_auth as auth;
/// How requests travel: the crate `messages-transport`.
pub use messages_transport as transport;
/// What is said: the crate `messages-types`.
pub use messages_types as types;

pub use client::{
    AuthPreference, BetaPath, BuildError, Client, ClientBuilder, ClientReferences, EnvError,
    ResultOrder, SendAll, SendOptions, Sent, credentials_from_env, signature_secrets_from_env,
};
pub use doubts::{DoubtLedger, PendingDoubts, Settlement};
pub use endpoint::{Endpoint, EndpointError};
pub use error::{CredentialsError, Doubt, Error, Failure, InvalidMessage, Rejection};
pub use messages_transport::layer::retry::DeliveryPolicy;
#[cfg(feature = "server")]
pub use messages_transport::server::{ServerLimits, serve, serve_with_shutdown};
#[cfg(feature = "opentelemetry")]
pub use observe::OpenTelemetryMetrics;
pub use observe::{ClientObserver, ObservedAttempt, ObservedCall};
pub use outbound::Outbound;
pub use outcome::{Accepted, CallReport, Outcome, RawAccepted, Updated, WorkflowAccepted};
#[cfg(feature = "axum")]
pub use webhook::{Delivery, router};
#[cfg(feature = "tower")]
pub use webhook::{EventHandler, WebhookService};
pub use webhook::{ReceiveError, Received, Receiver, StatusTracker, Tracked};

/// The example of the workspace's README, compiled with the documentation tests.
#[cfg(doctest)]
#[doc = include_str!("../../../README.md")]
struct WorkspaceReadme;

/// The guide, whose examples run with the documentation tests.
#[cfg(doctest)]
mod guide {
    #[doc = include_str!("../../../docs/guide/getting-started.md")]
    struct GettingStarted;
    #[doc = include_str!("../../../docs/guide/webhooks.md")]
    struct Webhooks;
    #[doc = include_str!("../../../docs/guide/failover.md")]
    struct Failover;
    #[doc = include_str!("../../../docs/guide/retries.md")]
    struct Retries;
    #[doc = include_str!("../../../docs/guide/testing.md")]
    struct Testing;
    #[doc = include_str!("../../../docs/guide/coming-from.md")]
    struct ComingFrom;
    #[doc = include_str!("../../../docs/errors.md")]
    struct Errors;
}
