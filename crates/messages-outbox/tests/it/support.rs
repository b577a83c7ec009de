//! Rows and intents for the tests.

use std::time::Duration;

use jiff::Timestamp;
use messages_outbox::row::{Event, transition};
use messages_outbox::{Intent, Outcome, Reason, Row, State};
use messages_sdk::types::{Submission, v1::Sms};

pub(crate) const LEASE: Duration = Duration::from_secs(30);

/// The present of all tests.
pub(crate) fn now() -> Timestamp {
    "2026-03-01T12:00:00Z".parse().unwrap()
}

pub(crate) fn later(duration: Duration) -> Timestamp {
    now() + duration
}

pub(crate) fn intent(key: &str) -> Intent {
    let sms = Sms::text("447700900001", "447700900000", "Your table is free").unwrap();
    Intent::new(key, Submission::V1(sms.into()))
}

/// A row brought into a state by the shortest way, with epoch 1 unless it was never claimed.
pub(crate) fn row_in(state: State) -> Row {
    let queued = intent("key").row(Some(&[7; 32]), now());
    let claimed = || step(&queued, &Event::Claim { lease: LEASE });
    let sending = || step(&claimed(), &begin());
    match state {
        State::Queued => queued,
        State::Claimed => claimed(),
        State::Sending => sending(),
        State::InDoubt => step(
            &sending(),
            &settle(Outcome::InDoubt(Reason::new("timeout"))),
        ),
        State::Sent => step(&sending(), &settle(accepted("uuid-1"))),
        State::Failed => step(
            &sending(),
            &settle(Outcome::Rejected(Reason::new("rejected"))),
        ),
        State::Expired => {
            let row = intent("key").send_before(now()).row(None, now());
            step(&row, &Event::Expire)
        }
        State::Cancelled => step(&queued, &Event::Cancel),
        State::Suppressed => step(&queued, &Event::Suppress(Reason::new("opted_out"))),
        State::Abandoned => step(&row_in(State::InDoubt), &Event::GiveUp),
        _ => unreachable!("all states are listed"),
    }
}

pub(crate) fn begin() -> Event {
    Event::Begin {
        epoch: 1,
        lease: LEASE,
    }
}

pub(crate) fn settle(outcome: Outcome) -> Event {
    Event::Settle { epoch: 1, outcome }
}

pub(crate) fn accepted(message_uuid: &str) -> Outcome {
    Outcome::Accepted {
        message_uuid: Some(message_uuid.to_owned()),
        workflow_id: None,
    }
}

/// The row after an event that must be allowed.
pub(crate) fn step(row: &Row, event: &Event) -> Row {
    let change = transition(row, event, now());
    change
        .unwrap_or_else(|refused| panic!("{event:?} in {}: {refused}", row.state))
        .row
}
