//! The clients under measurement.

use std::error::Error;
use std::pin::Pin;
use std::sync::Arc;

/// The reason a message was not accepted; it ends a benchmark.
pub type Failure = Box<dyn Error + Send + Sync>;

/// One message on its way; it ends well when it was taken and the answer was read.
pub type Call = Pin<Box<dyn Future<Output = Result<(), Failure>> + Send>>;

/// Sends a message for every call. Calls may be many at a time.
pub type Contender = Arc<dyn Fn() -> Call + Send + Sync>;
