//! Transports over HTTP clients, each behind the feature of its name.

#[cfg(feature = "hyper")]
pub mod hyper;
#[cfg(feature = "reqwest")]
pub mod reqwest;
#[cfg(feature = "tower")]
pub mod tower;

#[cfg(any(feature = "hyper", feature = "reqwest"))]
mod body;
#[cfg(any(feature = "hyper", feature = "reqwest"))]
mod build_error;
#[cfg(any(feature = "hyper", feature = "reqwest"))]
mod failure;
#[cfg(any(feature = "hyper", feature = "reqwest"))]
mod proxy;
#[cfg(any(feature = "hyper", feature = "reqwest"))]
mod settings;

#[cfg(any(feature = "hyper", feature = "reqwest"))]
pub use body::BodyLimits;
#[cfg(any(feature = "hyper", feature = "reqwest"))]
pub use build_error::BuildError;
#[cfg(any(feature = "hyper", feature = "reqwest"))]
pub use proxy::environment_proxy;
