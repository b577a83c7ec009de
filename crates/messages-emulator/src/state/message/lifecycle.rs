//! The lifecycle of a message: which states it goes through, and when. Pure: a rule, rng and a channel in, a plan out.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::rules::Action;
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

/// The facts from which the life of a message is planned.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Outlook {
    pub(crate) channel: Channel,
    /// Seconds.
    pub(crate) ttl: Option<u64>,
    /// Default for messages being read.
    pub(crate) auto_read: bool,
}

/// Plans the life of a message. `None` as the rule's action is the usual life.
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
    match action {
        Some(Action::Silence) => Vec::new(),
        Some(Action::Deliver) => vec![submitted, delivered],
        Some(Action::Read) if reads => vec![submitted, delivered, read],
        Some(Action::Reject { code }) => vec![PlannedStatus {
            status: Status::Rejected,
            code: Some(*code),
            ..submitted
        }],
        Some(Action::Undeliverable { code }) => {
            vec![submitted, failed(rng, Status::Undeliverable, *code)]
        }
        Some(Action::StaySubmitted) => {
            let expired = outlook.ttl.map(|seconds| PlannedStatus {
                after: Duration::from_secs(seconds).saturating_sub(submitted.after),
                status: Status::Rejected,
                code: Some(TTL_REACHED),
            });
            std::iter::once(submitted).chain(expired).collect()
        }
        Some(Action::Script(turns)) => turns
            .iter()
            .map(|turn| PlannedStatus {
                after: Duration::from_millis(turn.after_ms),
                status: turn.status,
                code: turn.code,
            })
            .collect(),
        _ if reads && outlook.auto_read => vec![submitted, delivered, read],
        _ => vec![submitted, delivered],
    }
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
        let outlook = Outlook {
            channel,
            ttl,
            auto_read: true,
        };
        let plan = plan(action, outlook, &mut SeededRng::new(1, "message", 1));
        plan.iter().map(|change| change.status).collect()
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
    fn the_same_seed_gives_the_same_life() {
        let outlook = Outlook {
            channel: Channel::Rcs,
            ttl: None,
            auto_read: true,
        };
        let planned = |seed| plan(None, outlook, &mut SeededRng::new(seed, "message", 7));
        assert_eq!(planned(3), planned(3));
        assert_ne!(planned(3), planned(4));
    }
}
