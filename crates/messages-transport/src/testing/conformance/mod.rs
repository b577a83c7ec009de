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
//! does beside its exchanges, and it sees logging only through `tracing` and, unless a logger is
//! installed already, through `log`.

mod capture;
mod cases;

use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::Duration;

use crate::Transport;
use cases::{CASES, Case};

/// How long one case may take before it counts as hung.
const PATIENCE: Duration = Duration::from_secs(20);

/// Runs every case of the suite over transports from `factory`, one fresh one a case.
///
/// Blocks until it is done, on threads and tokio runtimes of its own, so it can be called from any
/// test. It takes a few seconds.
pub fn run<T: Transport>(factory: impl Fn() -> T + Sync) -> Report {
    let results = CASES.iter().map(|case| {
        let result = std::thread::scope(|scope| {
            scope
                .spawn(|| run_case(case, &factory))
                .join()
                .unwrap_or_else(|_| Err(panicked()))
        });
        (case, result)
    });
    let mut report = Report {
        passed: Vec::new(),
        failures: Vec::new(),
    };
    for (case, result) in results {
        match result {
            Ok(()) => report.passed.push(case.clause),
            Err(reason) => {
                report.failures.push(Failure {
                    clause: case.clause,
                    title: case.title,
                    reason,
                });
            }
        }
    }
    report
}

fn run_case<T: Transport>(case: &Case, factory: &(impl Fn() -> T + Sync)) -> Result<(), String> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| format!("no runtime: {error}"))?;
    let outcome = catch_unwind(AssertUnwindSafe(|| {
        runtime.block_on(async {
            tokio::time::timeout(PATIENCE, (case.run)(&|| Box::new(factory())))
                .await
                .unwrap_or_else(|_| Err(format!("did not end within {PATIENCE:?}")))
        })
    }));
    outcome.unwrap_or_else(|_| Err(panicked()))
}

fn panicked() -> String {
    "the transport panicked".to_owned()
}

/// What the suite found.
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
    /// What the clause says, in short.
    pub title: &'static str,
    /// What happened instead.
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
