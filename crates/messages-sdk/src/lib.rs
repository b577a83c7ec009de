#![doc = include_str!("../README.md")]
#![cfg_attr(docsrs, feature(doc_cfg))]

#[cfg(feature = "blocking")]
pub mod blocking;
mod call;
mod chain;
pub mod client;
pub mod doubts;
pub mod endpoint;
pub mod env;
pub mod error;
pub mod observe;
pub mod outcome;
pub mod webhook;

/// Basic and JWT credentials, and webhook signatures: the crate `messages-auth`.
pub use messages_auth as auth;
/// HTTP transports and their layers: the crate `messages-transport`.
pub use messages_transport as transport;
/// Messages, workflows and events: the crate `messages-types`.
pub use messages_types as types;

#[doc(inline)]
pub use client::{Client, ClientBuilder, SendOptions};
#[doc(inline)]
pub use endpoint::Endpoint;
#[doc(inline)]
pub use error::Error;
#[doc(inline)]
pub use outcome::{Accepted, Outcome};

/// Policies of a client: what is resent, how often, and how fast requests go out.
pub mod policy {
    pub use messages_transport::layer::rate_limit::{Quota, RateLimitPolicy};
    pub use messages_transport::layer::retry::{DeliveryPolicy, RetryPolicy};
}
