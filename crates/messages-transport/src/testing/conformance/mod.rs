//! The contract of [`Transport`], as a test.
//!
//! An implementer runs the suite over their transport in one test:
//!
//! ```
//! # #[cfg(feature = "hyper")] {
//! use messages_transport::backend::hyper::HyperTransport;
//! use messages_transport::testing::conformance;
//!
//! # /*
//! #[test]
//! fn keeps_the_contract() {
//! # */
//!     conformance::run(|| HyperTransport::builder().build().unwrap()).assert();
//! # /*
//! }
//! # */
//! # }
//! ```
//!
//! The suite talks to a [`FaultServer`](super::server::FaultServer) on loopback, over HTTP/1.1, or
//! over HTTP/2 if the transport opens its connections that way. It does not see what a transport
//! does beside its exchanges. Of clause 4 it sees only the body over HTTP/2. Of logging it sees what
//! `tracing` is told on the thread that polls the call and, unless a logger is installed already,
//! what `log` is told on any.
//!
//! The suite ends whatever the transport does: one that never answers, or that blocks the thread,
//! breaks the clauses that it hangs in.

mod capture;
mod cases;

use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::time::{Duration, Instant};

use crate::Transport;
use cases::{CASES, Case, Factory, Outcome};

/// Longest time of a case before it counts as hung.
const PATIENCE: Duration = Duration::from_secs(20);
/// Further time for a case to report that. The thread of a case that does not is blocked.
const GRACE: Duration = Duration::from_secs(5);

/// Runs every case of the suite over transports from `factory`, at least one fresh one a case.
///
/// Blocks until it is done, at most 25 seconds and usually two, on threads and tokio runtimes of
/// its own, so it can be called from any test. A thread that a transport blocks is left behind.
pub fn run<T: Transport>(factory: impl Fn() -> T + Send + Sync + 'static) -> Report {
    let factory: Factory = Arc::new(move || Box::new(factory()));
    // All at once, so that a transport that hangs everywhere costs the patience once.
    let running: Vec<_> = CASES
        .iter()
        .map(|case| (case, start(case, Arc::clone(&factory))))
        .collect();
    let deadline = Instant::now() + PATIENCE + GRACE;
    let mut report = Report {
        passed: Vec::new(),
        failures: Vec::new(),
    };
    for (case, outcome) in running {
        let left = deadline.saturating_duration_since(Instant::now());
        let outcome = outcome.recv_timeout(left).unwrap_or_else(|error| {
            Err(match error {
                RecvTimeoutError::Timeout => {
                    format!("the transport blocked its thread for {PATIENCE:?}")
                }
                RecvTimeoutError::Disconnected => panicked(),
            })
        });
        match outcome {
            Ok(()) => report.passed.push(case.clause),
            Err(reason) => report.failures.push(Failure {
                clause: case.clause,
                title: case.title,
                reason,
            }),
        }
    }
    report
}

/// Starts a case on its own thread, which is not waited for beyond the limits.
fn start(case: &'static Case, factory: Factory) -> Receiver<Outcome> {
    let (done, outcome) = mpsc::channel();
    let failed = done.clone();
    let spawned = std::thread::Builder::new()
        .name(format!("conformance, clause {}", case.clause))
        .spawn(move || {
            let outcome = catch_unwind(AssertUnwindSafe(|| run_case(case, factory)));
            // The receiver is gone if this took too long.
            let _ = done.send(outcome.unwrap_or_else(|_| Err(panicked())));
        });
    if let Err(error) = spawned {
        let _ = failed.send(Err(format!("no thread: {error}")));
    }
    outcome
}

fn run_case(case: &Case, factory: Factory) -> Outcome {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| format!("no runtime: {error}"))?;
    let outcome = runtime.block_on(async {
        tokio::time::timeout(PATIENCE, (case.run)(factory))
            .await
            .unwrap_or_else(|_| Err(format!("did not end within {PATIENCE:?}")))
    });
    // The transport may have left a thread behind that never ends.
    runtime.shutdown_background();
    outcome
}

fn panicked() -> String {
    "the transport panicked".to_owned()
}

/// Report of the suite.
#[derive(Debug, Clone)]
#[must_use]
pub struct Report {
    passed: Vec<u8>,
    failures: Vec<Failure>,
}

/// A clause of the contract that the transport breaks.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Failure {
    /// The number of the clause in the [contract](Transport#contract).
    pub clause: u8,
    /// The clause, in short.
    pub title: &'static str,
    /// The observed behaviour.
    pub reason: String,
}

impl Report {
    /// The clauses that are broken, in order.
    #[must_use]
    pub fn failures(&self) -> &[Failure] {
        &self.failures
    }

    /// The numbers of the clauses that hold.
    #[must_use]
    pub fn passed(&self) -> &[u8] {
        &self.passed
    }

    /// Fails the test if a clause is broken.
    ///
    /// # Panics
    ///
    /// If a clause is broken, with its number.
    pub fn assert(&self) {
        assert!(self.failures.is_empty(), "{self}");
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} of {} clauses hold",
            self.passed.len(),
            self.passed.len() + self.failures.len()
        )?;
        for Failure {
            clause,
            title,
            reason,
        } in &self.failures
        {
            write!(f, "\nclause {clause} ({title}): {reason}")?;
        }
        Ok(())
    }
}
