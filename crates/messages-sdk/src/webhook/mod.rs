//! Webhooks: from raw bytes and headers to a verified, typed event, and what the events add up to.

#[cfg(feature = "axum")]
mod axum;
mod receiver;
#[cfg(feature = "tower")]
mod service;
mod tracker;

#[cfg(feature = "axum")]
pub use self::axum::{Delivery, router};
pub use receiver::{ReceiveError, Received, Receiver};
#[cfg(feature = "tower")]
pub use service::{EventHandler, WebhookService};
pub use tracker::{StatusTracker, Tracked};
