//! The SDK's result of a submission becomes an outcome.

use std::time::Duration;

use messages_sdk::Error;
use messages_sdk::outcome::Submitted;

use crate::row::{Outcome, Reason};

/// Pause of an account after a 429 without `Retry-After`.
const THROTTLED: Duration = Duration::from_secs(1);
/// Pause of an account after a 401 or 402: until an operator has corrected something.
const BRAKED: Duration = Duration::from_secs(60);
/// Delay after the first attempt that did not leave this machine, and the longest one.
const NOT_SENT: (Duration, Duration) = (Duration::from_secs(1), Duration::from_secs(60));

/// Outcome of the attempt with this number, from 1.
pub(super) fn outcome(result: Result<Submitted, Error>, attempt: u32) -> Outcome {
    let error = match result {
        Ok(submitted) => {
            return Outcome::Accepted {
                message_uuid: submitted.message_uuid().map(str::to_owned),
                workflow_id: submitted.workflow_id().map(str::to_owned),
            };
        }
        Err(error) => error,
    };
    let status = error.status().map(|status| status.as_u16());
    let reason = |code: &str| Reason {
        http_status: status,
        title: error.problem().and_then(|problem| problem.title.clone()),
        ..Reason::new(code)
    };
    match (&error, status) {
        (Error::AcceptedIdUnknown(_), _) => Outcome::Accepted {
            message_uuid: None,
            workflow_id: None,
        },
        (Error::Invalid(_), _) => Outcome::Rejected(reason("invalid")),
        (Error::Credentials(_), _) => Outcome::Refused {
            reason: reason("credentials"),
            delay: BRAKED,
        },
        (Error::NotSent(_), _) => Outcome::NotSent {
            reason: reason("not_sent"),
            delay: backoff(attempt),
        },
        (Error::Rejected(_), Some(429)) => Outcome::Refused {
            reason: reason("throttled"),
            delay: error.retry_after().unwrap_or(THROTTLED),
        },
        (Error::Rejected(_), Some(401 | 402)) => Outcome::Refused {
            reason: reason("account"),
            delay: BRAKED,
        },
        (Error::Rejected(_), _) => Outcome::Rejected(reason("rejected")),
        // Anything else may have been accepted.
        _ => Outcome::InDoubt(reason("in_doubt")),
    }
}

/// Delay after an attempt that did not leave this machine, with jitter: 1 s, doubled with each attempt, up to 60 s.
pub(super) fn backoff(attempt: u32) -> Duration {
    let (first, longest) = NOT_SENT;
    let step = first.saturating_mul(1 << attempt.clamp(1, 10).saturating_sub(1));
    let step = step.min(longest);
    step.mul_f64(0.5 + fastrand::f64() / 2.0)
}

/// Stable name of an outcome.
pub(super) const fn name(outcome: &Outcome) -> &'static str {
    match outcome {
        Outcome::Accepted { .. } => "accepted",
        Outcome::Rejected(_) => "rejected",
        Outcome::NotSent { .. } => "not_sent",
        Outcome::Refused { .. } => "refused",
        Outcome::InDoubt(_) => "in_doubt",
    }
}
