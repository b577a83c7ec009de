//! Upgrade from the first generation to the second: a v0.1 message or workflow as a v1 message, or a workflow as a
//! [journey](crate::journey), which keeps its times and conditions.
//!
//! ```
//! use messages_types::v0_1::{Condition, Messenger, Sms, Workflow};
//!
//! let workflow = Workflow::starting_with(
//!     Messenger::text("page-1", "user-1", "Your table is free")?
//!         .expecting(Condition::Read, 600)?,
//! )
//! .ending_with(Sms::text("447700900001", "447700900000", "Your table is free")?);
//!
//! let upgrade = workflow.upgrade();
//! let message = upgrade.message.expect("both channels exist in v1");
//! assert_eq!(message.failover.len(), 1);
//! let lost: Vec<_> = upgrade.losses.iter().map(|loss| loss.pointer()).collect();
//! assert_eq!(
//!     lost,
//!     ["/workflow/0/failover/expiry_time", "/workflow/0/failover/condition_status"],
//! );
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! The statuses of the new message have the format configured for the application, v1 by
//! default; a receiver that does not support it can select another one with
//! [`Envelope::webhook_version`](crate::v1::Envelope).

mod channels;
mod journey;
mod loss;

pub use journey::JourneyUpgrade;
pub use loss::{Loss, LossKind};

use std::borrow::Cow;

use loss::Losses;

use crate::v0_1::{Message, Workflow};
use crate::v1;

/// A v1 message made of a v0.1 document, and the parts that were lost.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Upgrade {
    /// The message. `None` if v1 has no equivalent of any step; the losses give the reasons.
    pub message: Option<v1::Message>,
    /// Parts without equivalent, step by step; empty if nothing was lost.
    pub losses: Vec<Loss>,
}

impl Message {
    /// Converts this message to the v1 format.
    #[must_use]
    pub fn upgrade(self) -> Upgrade {
        let mut losses = Losses::default();
        let message = channels::message(self, &mut losses).map(v1::Message::from);
        Upgrade {
            message,
            losses: losses.into_vec(),
        }
    }
}

impl Workflow {
    /// Converts this workflow to a v1 message with failover: the first step is the message, the others are
    /// the alternatives. A step without equivalent in v1 is left out, and reported as a loss.
    ///
    /// The times and conditions are lost: v1 continues with the next alternative only when a message is
    /// `rejected`. [`Workflow::upgrade_to_journey`] keeps them.
    #[must_use]
    pub fn upgrade(self) -> Upgrade {
        let mut losses = Losses::default();
        let mut attempts = Vec::with_capacity(self.steps().len() + 1);
        let (steps, last, extra) = self.into_parts();
        losses.members(&[], &extra);
        let failovers = steps.len();
        for (index, step) in steps.into_iter().enumerate() {
            losses.within("workflow", index, |losses| {
                attempts.extend(channels::message(step.message, losses));
                losses.report(
                    LossKind::Dropped,
                    &["failover", "expiry_time"],
                    "is lost: v1 waits as long as the channel does, which only the ttl of a \
                     message can shorten",
                );
                losses.report(
                    LossKind::Dropped,
                    &["failover", "condition_status"],
                    "is lost: v1 goes on when the message is rejected, not when it is not \
                     delivered or read in time",
                );
                losses.members(&["failover"], &step.failover.extra);
            });
        }
        losses.within("workflow", failovers, |losses| {
            attempts.extend(channels::message(last, losses));
        });
        let mut attempts = attempts.into_iter();
        let message = attempts
            .next()
            .map(|primary| v1::Message::from(primary).failover(attempts));
        Upgrade {
            message,
            losses: losses.into_vec(),
        }
    }
}

/// Clause with a fixed text or a formatted one.
type Clause = Cow<'static, str>;
