//! Decorators: each wraps any [`Transport`](crate::Transport) and is one itself.
//!
//! The order matters. Outermost first: [`retry`], [`rate_limit`],
//! whatever signs the request (so that each attempt carries a credential that is still good),
//! [`timeout`], `trace`, and then the transport itself. The limiter so sees each attempt, and the
//! time limit does not count the wait for a permit.
//!
//! ```
//! # #[cfg(feature = "tokio")] {
//! use messages_transport::layer::rate_limit::{RateLimit, RateLimitPolicy};
//! use messages_transport::layer::retry::{Retry, RetryPolicy};
//! use messages_transport::layer::timeout::{DEFAULT_LIMIT, Timeout};
//! use messages_transport::{TokioTimer, Transport};
//!
//! fn stack(backend: impl Transport) -> impl Transport {
//!     let attempt = Timeout::new(backend, DEFAULT_LIMIT, TokioTimer);
//!     let limited = RateLimit::new(attempt, RateLimitPolicy::default(), TokioTimer);
//!     Retry::new(limited, RetryPolicy::default(), TokioTimer)
//! }
//! # }
//! ```

pub mod rate_limit;
pub mod retry;
pub mod timeout;
#[cfg(feature = "tracing")]
pub mod trace;
