//! Each line of the table of states, and that nothing else changes a row.

use std::time::Duration;

use messages_outbox::row::{Event, Refused, StatusFact, transition};
use messages_outbox::{Outcome, Reason, Reference, Resolution, Row, State};
use messages_sdk::types::Status;

use crate::support::{LEASE, accepted, begin, intent, later, now, row_in, settle, step};

fn status(row: &Row, resend: u8) -> Event {
    Event::Status(StatusFact {
        reference: Reference::new(row.id, resend),
        message_uuid: "uuid-1".to_owned(),
        workflow_id: None,
        status: Status::Delivered,
        code: None,
        usage: None,
    })
}

fn delay() -> Duration {
    Duration::from_secs(5)
}

fn not_sent() -> Outcome {
    Outcome::NotSent {
        reason: Reason::new("not_sent"),
        delay: delay(),
    }
}

fn refused() -> Outcome {
    Outcome::Refused {
        reason: Reason::new("throttled"),
        delay: delay(),
    }
}

/// An event's name, the event, and the states that allow it, each with the state it leads to.
type Line = (&'static str, Event, Vec<(State, State)>);

/// Events of epoch 1, applied once every lease is over.
fn table() -> Vec<Line> {
    use State::{
        Abandoned, Cancelled, Claimed, Expired, Failed, InDoubt, Queued, Sending, Sent, Suppressed,
    };
    let rejected = || Outcome::Rejected(Reason::new("rejected"));
    let doubt = || Outcome::InDoubt(Reason::new("timeout"));
    let release = Event::Release {
        epoch: 1,
        due_at: now(),
    };
    let pending = || vec![(Sending, Queued), (InDoubt, Queued)];
    vec![
        (
            "claim",
            Event::Claim { lease: LEASE },
            vec![(Queued, Claimed)],
        ),
        ("begin", begin(), vec![]),
        ("release", release, vec![(Claimed, Queued)]),
        (
            "defer",
            Event::Defer {
                opens_at: later(delay()),
            },
            vec![(Queued, Queued)],
        ),
        (
            "lease over",
            Event::LeaseOver,
            vec![(Claimed, Queued), (Sending, InDoubt)],
        ),
        (
            "accepted",
            settle(accepted("uuid-2")),
            vec![(Sending, Sent), (InDoubt, Sent), (Abandoned, Sent)],
        ),
        (
            "rejected",
            settle(rejected()),
            vec![(Sending, Failed), (InDoubt, Failed)],
        ),
        ("not sent", settle(not_sent()), pending()),
        ("refused for now", settle(refused()), pending()),
        ("in doubt", settle(doubt()), vec![(Sending, InDoubt)]),
        (
            "suppress",
            Event::Suppress(Reason::new("opted_out")),
            vec![(Queued, Suppressed)],
        ),
        (
            "cancel",
            Event::Cancel,
            vec![(Queued, Cancelled), (Claimed, Cancelled)],
        ),
        ("expire", Event::Expire, vec![]),
        ("give up", Event::GiveUp, vec![(InDoubt, Abandoned)]),
        (
            "resolve: sent",
            Event::Resolve(Resolution::Sent),
            vec![(InDoubt, Sent), (Abandoned, Sent)],
        ),
        (
            "resolve: abandon",
            Event::Resolve(Resolution::Abandon),
            vec![(InDoubt, Abandoned)],
        ),
        (
            "resolve: resend",
            Event::Resolve(Resolution::Resend),
            vec![(InDoubt, Queued), (Abandoned, Queued)],
        ),
        (
            "pause",
            Event::Hold(true),
            [Queued, Claimed, Sending, InDoubt]
                .map(|state| (state, state))
                .to_vec(),
        ),
        (
            "purge",
            Event::Purge,
            [Sent, Failed, Expired, Cancelled, Suppressed, Abandoned]
                .map(|state| (state, state))
                .to_vec(),
        ),
    ]
}

#[test]
fn each_event_is_allowed_in_its_states_and_in_no_other() {
    for (name, event, allowed) in table() {
        for state in State::ALL {
            let row = row_in(state);
            let result = transition(&row, &event, later(LEASE));
            match allowed.iter().find(|(from, _)| *from == state) {
                Some((_, to)) => {
                    let change =
                        result.unwrap_or_else(|refused| panic!("{name} in {state}: {refused}"));
                    assert_eq!(change.row.state, *to, "{name} in {state}");
                    assert!(!change.contradiction, "{name} in {state}");
                    let leased = matches!(change.row.state, State::Claimed | State::Sending);
                    assert_eq!(
                        change.row.lease_until.is_some(),
                        leased,
                        "{name} in {state}"
                    );
                }
                // An acceptance adds nothing to a sent row that has its ID.
                None => assert!(result.is_err(), "{name} in {state}"),
            }
        }
    }
}

#[test]
fn begin_needs_the_lease_and_the_epoch_of_the_claim() {
    let claimed = row_in(State::Claimed);
    assert_eq!(step(&claimed, &begin()).attempt, 1);
    assert_eq!(
        transition(&claimed, &begin(), later(LEASE)),
        Err(Refused::LeaseOver)
    );
    let requeued = transition(&claimed, &Event::LeaseOver, later(LEASE))
        .unwrap()
        .row;
    let again = transition(&requeued, &Event::Claim { lease: LEASE }, later(LEASE)).unwrap();
    assert_eq!(again.row.epoch, 2);
    assert_eq!(
        transition(&again.row, &begin(), later(LEASE)),
        Err(Refused::Stale)
    );
}

#[test]
fn any_status_proves_an_acceptance_and_is_a_contradiction_where_none_was_possible() {
    for state in State::ALL {
        let row = row_in(state);
        let change = transition(&row, &status(&row, 0), now()).unwrap();
        assert_eq!(change.row.state, State::Sent, "{state}");
        assert_eq!(change.row.status, Some(Status::Delivered));
        let possible = matches!(
            state,
            State::Sending | State::InDoubt | State::Abandoned | State::Sent
        );
        assert_eq!(change.contradiction, !possible, "{state}");
        assert_eq!(change.row.contradictions, u32::from(!possible), "{state}");
        assert_eq!(
            transition(&change.row, &status(&row, 0), now()),
            Err(Refused::Unchanged),
            "{state}"
        );
    }
}

#[test]
fn the_reference_stays_until_an_operator_resends() {
    let row = row_in(State::Sending);
    let first = row.reference();
    let requeued = step(&row, &settle(not_sent()));
    assert_eq!(requeued.due_at, later(delay()));
    assert_eq!(requeued.reference(), first);
    let resent = step(&row_in(State::InDoubt), &Event::Resolve(Resolution::Resend));
    assert_eq!(resent.reference().unwrap().resend(), 1);
    assert_eq!(resent.reference().unwrap().to_string().len(), 40);
}

#[test]
fn a_status_of_the_first_copy_stops_the_resend() {
    let queued = step(&row_in(State::InDoubt), &Event::Resolve(Resolution::Resend));
    let claimed = step(&queued, &Event::Claim { lease: LEASE });
    for row in [&queued, &claimed] {
        let change = transition(row, &status(row, 0), now()).unwrap();
        assert_eq!(change.row.state, State::Sent);
        assert!(change.contradiction);
    }
}

#[test]
fn a_row_is_resent_nine_times_at_most_and_never_after_a_purge() {
    let mut row = row_in(State::InDoubt);
    for _ in 0..9 {
        row = step(&row, &Event::Resolve(Resolution::Resend));
        row.state = State::InDoubt;
    }
    let resend = Event::Resolve(Resolution::Resend);
    assert_eq!(transition(&row, &resend, now()), Err(Refused::NoResend));
    let purged = step(&row_in(State::Abandoned), &Event::Purge);
    assert_eq!(transition(&purged, &resend, now()), Err(Refused::NoResend));
}

#[test]
fn a_row_expires_only_once_its_time_is_over() {
    let row = intent("key").send_before(later(delay())).row(None, now());
    assert_eq!(
        transition(&row, &Event::Expire, now()),
        Err(Refused::TooEarly)
    );
    let expired = transition(&row, &Event::Expire, later(delay())).unwrap();
    assert_eq!(expired.row.state, State::Expired);
    let claim = Event::Claim { lease: LEASE };
    assert_eq!(
        transition(&row, &claim, later(delay())),
        Err(Refused::TooEarly)
    );
}

#[test]
fn forgetting_cancels_what_was_not_posted_and_spares_what_is_in_flight() {
    for state in State::ALL {
        let result = transition(&row_in(state), &Event::Forget, now());
        if state == State::Sending {
            assert_eq!(result, Err(Refused::State(State::Sending)));
            continue;
        }
        let row = result.unwrap().row;
        assert!(row.purged && row.details.recipient.is_none() && row.details.key.is_none());
        assert_ne!(row.state, State::Queued, "{state}");
        assert_ne!(row.state, State::Claimed, "{state}");
    }
}
