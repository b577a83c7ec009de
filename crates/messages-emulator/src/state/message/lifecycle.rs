//! The lifecycle of a message: which states it goes through, and when. Pure: a rule, random numbers and a channel in, a plan out.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::rules::{Action, Turn};
use crate::state::channel::Channel;
use crate::state::code::TTL_REACHED;
use crate::state::seeded_rng::SeededRng;
use crate::state::status::Status;

/// A state to come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct PlannedStatus {
    /// Time since the state before.
    pub(crate) after: Duration,
    pub(crate) status: Status,
    pub(crate) code: Option<u16>,
}

/// The facts from which the statuses of a message are planned.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Outlook {
    pub(crate) channel: Channel,
    /// Seconds.
    pub(crate) ttl: Option<u64>,
    /// Default for messages being read.
    pub(crate) auto_read: bool,
    /// Additional time before each status.
    pub(crate) slowness: Duration,
}

/// Plans the statuses of a message. `None` as the rule's action is the usual lifecycle.
pub(crate) fn plan(
    action: Option<&Action>,
    outlook: Outlook,
    rng: &mut SeededRng,
) -> Vec<PlannedStatus> {
    let submitted = step(rng, 100, 400, Status::Submitted, None);
    let delivered = step(rng, 500, 2_500, Status::Delivered, None);
    let read = step(rng, 1_000, 6_000, Status::Read, None);
    let failed = |rng: &mut SeededRng, status, code| step(rng, 500, 2_500, status, Some(code));
    let reads = outlook.channel.reports_read();
    let mut plan = match action {
        Some(Action::Script(turns)) => return script(turns),
        Some(Action::Silence) => return Vec::new(),
        Some(Action::Deliver) => vec![submitted, delivered],
        Some(Action::Read | Action::LateRead { .. }) if reads => vec![submitted, delivered, read],
        Some(Action::Reject { code }) => vec![PlannedStatus {
            status: Status::Rejected,
            code: Some(*code),
            ..submitted
        }],
        Some(Action::Undeliverable { code }) => {
            vec![submitted, failed(rng, Status::Undeliverable, *code)]
        }
        Some(Action::StaySubmitted) => vec![submitted],
        _ if reads && outlook.auto_read => vec![submitted, delivered, read],
        _ => vec![submitted, delivered],
    };
    for change in &mut plan {
        change.after += outlook.slowness;
    }
    if let (Some(Action::LateRead { ms }), [before @ .., read]) = (action, plan.as_mut_slice())
        && read.status == Status::Read
    {
        let delivered = before.iter().map(|change| change.after).sum();
        read.after = Duration::from_millis(*ms).saturating_sub(delivered);
    }
    match outlook.ttl {
        Some(seconds) => expire(plan, Duration::from_secs(seconds)),
        None => plan,
    }
}

/// The states of a script.
pub(crate) fn script(turns: &[Turn]) -> Vec<PlannedStatus> {
    let changes = turns.iter().map(|turn| PlannedStatus {
        after: Duration::from_millis(turn.after_ms),
        status: turn.status,
        code: turn.code,
    });
    changes.collect()
}

/// Rejects a message that is neither delivered nor failed when its `ttl` ends.
fn expire(mut plan: Vec<PlannedStatus>, ttl: Duration) -> Vec<PlannedStatus> {
    let mut at = Duration::ZERO;
    for (index, change) in plan.iter().enumerate() {
        if at + change.after > ttl {
            plan.truncate(index);
            break;
        }
        at += change.after;
        if change.status != Status::Submitted {
            return plan;
        }
    }
    plan.push(PlannedStatus {
        after: ttl.saturating_sub(at),
        status: Status::Rejected,
        code: Some(TTL_REACHED),
    });
    plan
}

fn step(
    rng: &mut SeededRng,
    low: u64,
    high: u64,
    status: Status,
    code: Option<u16>,
) -> PlannedStatus {
    PlannedStatus {
        after: Duration::from_millis(rng.between(low, high)),
        status,
        code,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn statuses(action: Option<&Action>, channel: Channel, ttl: Option<u64>) -> Vec<Status> {
        let plan = plan(
            action,
            outlook(channel, ttl),
            &mut SeededRng::new(1, "message", 1),
        );
        plan.iter().map(|change| change.status).collect()
    }

    fn outlook(channel: Channel, ttl: Option<u64>) -> Outlook {
        Outlook {
            channel,
            ttl,
            auto_read: true,
            slowness: Duration::ZERO,
        }
    }

    /// The planned statuses, each with its time since the acceptance.
    fn times(action: Option<&Action>, outlook: Outlook) -> Vec<(Status, Duration)> {
        let plan = plan(action, outlook, &mut SeededRng::new(1, "message", 1));
        let times = plan.iter().scan(Duration::ZERO, |at, change| {
            *at += change.after;
            Some((change.status, *at))
        });
        times.collect()
    }

    #[test]
    fn only_channels_that_report_it_reach_read() {
        for channel in Channel::ALL {
            let last = statuses(None, channel, None).pop();
            let expected = if channel.reports_read() {
                Status::Read
            } else {
                Status::Delivered
            };
            assert_eq!(last, Some(expected), "{channel}");
            assert_eq!(
                statuses(Some(&Action::Read), channel, None).pop(),
                Some(expected)
            );
        }
    }

    #[test]
    fn a_message_that_stays_submitted_ends_with_its_ttl() {
        let stay = Some(&Action::StaySubmitted);
        assert_eq!(statuses(stay, Channel::Sms, None), [Status::Submitted]);
        assert_eq!(
            statuses(stay, Channel::Sms, Some(20)),
            [Status::Submitted, Status::Rejected]
        );
    }

    #[test]
    fn the_same_seed_gives_the_same_lifecycle() {
        let rcs = outlook(Channel::Rcs, None);
        let states = |seed| plan(None, rcs, &mut SeededRng::new(seed, "message", 7));
        assert_eq!(states(3), states(3));
        assert_ne!(states(3), states(4));
    }

    #[test]
    fn a_late_read_has_its_time_from_the_acceptance() {
        let late = Action::LateRead { ms: 700_000 };
        let usual = times(None, outlook(Channel::Whatsapp, None));
        let states = times(Some(&late), outlook(Channel::Whatsapp, None));
        assert_eq!(states[..2], usual[..2]);
        assert_eq!(states[2], (Status::Read, Duration::from_secs(700)));

        let too_early = times(
            Some(&Action::LateRead { ms: 1 }),
            outlook(Channel::Rcs, None),
        );
        assert_eq!(too_early[2].1, too_early[1].1, "not before the delivery");
        let sms = statuses(Some(&late), Channel::Sms, None);
        assert_eq!(sms, [Status::Submitted, Status::Delivered]);
    }

    #[test]
    fn each_status_of_a_slow_channel_comes_later_but_not_those_of_a_script() {
        let slow = Outlook {
            slowness: Duration::from_secs(60),
            ..outlook(Channel::Rcs, None)
        };
        let usual = times(None, outlook(Channel::Rcs, None));
        for (number, ((status, at), (slow_status, slow_at))) in
            (1..).zip(usual.into_iter().zip(times(None, slow)))
        {
            assert_eq!(
                (slow_status, slow_at),
                (status, at + Duration::from_secs(60) * number)
            );
        }
        let script = Action::Script(vec![Turn {
            status: Status::Read,
            after_ms: 5,
            code: None,
        }]);
        let exact = [(Status::Read, Duration::from_millis(5))];
        assert_eq!(times(Some(&script), slow), exact);
    }

    #[test]
    fn a_message_that_is_too_slow_for_its_ttl_is_rejected_at_its_end() {
        for (slowness, expected) in [
            (
                10,
                &[Status::Submitted, Status::Delivered, Status::Read][..],
            ),
            (15, &[Status::Submitted, Status::Rejected]),
            (40, &[Status::Rejected]),
        ] {
            let slow = Outlook {
                slowness: Duration::from_secs(slowness),
                ..outlook(Channel::Rcs, Some(30))
            };
            let planned = times(None, slow);
            let states: Vec<_> = planned.iter().map(|(status, _)| *status).collect();
            assert_eq!(states, expected, "{slowness} s");
            if states.ends_with(&[Status::Rejected]) {
                assert_eq!(
                    planned.last().map(|last| last.1),
                    Some(Duration::from_secs(30))
                );
            }
        }
        // A failure of another kind that comes first stays.
        let rejected = times(
            Some(&Action::Reject { code: 1050 }),
            outlook(Channel::Sms, Some(30)),
        );
        assert_eq!(rejected.len(), 1);
    }
}
