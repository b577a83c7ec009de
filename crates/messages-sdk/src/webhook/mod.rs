//! Receives webhooks: verification, typed events, and the status of each send.
//!
//! | item | use |
//! | --- | --- |
//! | [`Receiver`] | verifies and decodes one request, in any framework |
#![cfg_attr(
    feature = "tower",
    doc = "| [`WebhookService`] | the same as a `tower_service::Service`, with a handler (feature `tower`) |"
)]
#![cfg_attr(
    feature = "axum",
    doc = "| [`router`], [`VerifiedWebhook`] | the same for axum: a ready router, an extractor (feature `axum`) |"
)]
#![cfg_attr(
    feature = "server",
    doc = "| [`serve`], [`serve_with_shutdown`] | an HTTP server with limits for either of them (feature `server`) |"
)]
//! | [`StatusTracker`] | the status of a send, from its webhooks |

#[cfg(feature = "axum")]
mod axum;
mod error;
mod receiver;
mod send_id;
mod sends;
#[cfg(feature = "tower")]
mod service;
mod tracker;

#[cfg(feature = "axum")]
pub use self::axum::{VerifiedWebhook, router};
pub use error::ReceiveError;
#[cfg(feature = "server")]
pub use messages_transport::server::{ServerLimits, serve, serve_with_shutdown};
pub use receiver::{Received, Receiver};
pub use send_id::SendId;
#[cfg(feature = "tower")]
pub use service::{EventHandler, WebhookService};
pub use tracker::{StatusTracker, Tracked};
