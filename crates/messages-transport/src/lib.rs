#![doc = include_str!("../README.md")]
#![cfg_attr(docsrs, feature(doc_cfg))]

pub use async_trait::async_trait;
pub use {bytes, http};

pub mod backend;
mod chain;
mod context;
mod error;
pub mod layer;
#[cfg(feature = "server")]
pub mod server;
#[cfg(any(
    feature = "hyper",
    feature = "reqwest",
    feature = "testing",
    feature = "tower"
))]
mod target;
#[cfg(feature = "testing")]
pub mod testing;
mod timer;
mod transport;

pub use context::{AttemptCounter, CallContext, Truncated, TryAgain};
pub use error::{Delivery, TransportError, TransportErrorKind};
#[cfg(feature = "tokio")]
pub use timer::TokioTimer;
pub use timer::{Sleep, Timer};
pub use transport::Transport;
