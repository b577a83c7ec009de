//! Upgrade of a workflow to a journey.

use super::channels;
use super::loss::{Loss, LossKind, Losses};
use crate::journey::{Condition, Journey, SendStep, Until};
use crate::limits;
use crate::v0_1::{Failover, Workflow};
use crate::v1::{Channel, ChannelMessage};

/// A journey made of a workflow, and the parts that were lost.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct JourneyUpgrade {
    /// The journey. `None` if v1 has no equivalent of any step; the losses give the reasons.
    pub journey: Option<Journey>,
    /// Parts without equivalent, step by step; empty if nothing was lost.
    pub losses: Vec<Loss>,
}

impl Workflow {
    /// Converts this workflow to a journey with the same steps, times and conditions. A step without equivalent in v1
    /// is left out, and reported as a loss.
    ///
    /// The condition `read` of an SMS or MMS, which never report it, becomes `delivered`. The precautions before the next
    /// step are the defaults of [`BeforeNext`](crate::journey::BeforeNext), which workflows do not have.
    ///
    /// ```
    /// use messages_types::v0_1::{Condition, Messenger, Sms, Workflow};
    ///
    /// let workflow = Workflow::starting_with(
    ///     Messenger::text("page-1", "user-1", "Your table is free")?
    ///         .expecting(Condition::Read, 600)?,
    /// )
    /// .ending_with(Sms::text("447700900001", "447700900000", "Your table is free")?);
    ///
    /// let upgrade = workflow.upgrade_to_journey();
    /// let journey = upgrade.journey.expect("both channels exist in v1");
    /// assert_eq!(journey.steps.len(), 2);
    /// assert!(upgrade.losses.is_empty());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn upgrade_to_journey(self) -> JourneyUpgrade {
        let mut losses = Losses::default();
        let (steps, last, extra) = self.into_parts();
        losses.members(&[], &extra);
        let steps = steps
            .into_iter()
            .map(|step| (step.message, Some(step.failover)));
        let steps = steps.chain([(last, None)]);
        let mut journey: Option<Journey> = None;
        for (index, (message, failover)) in steps.enumerate() {
            losses.within("workflow", index, |losses| {
                let Some(message) = channels::message(message, losses) else {
                    return;
                };
                let mut step = SendStep::new(message.clone());
                step.until = failover.map(|failover| until(&failover, &message, losses));
                journey = Some(match journey.take() {
                    None => Journey::starting_with(step),
                    Some(journey) if journey.steps.len() < limits::JOURNEY_STEPS_MAX => {
                        journey.then(step)
                    }
                    Some(journey) => {
                        const MAX: usize = limits::JOURNEY_STEPS_MAX;
                        let hint = format!("is lost: a journey has at most {MAX} steps");
                        losses.report(LossKind::Unsupported, &["message"], hint);
                        journey
                    }
                });
            });
        }
        JourneyUpgrade {
            journey,
            losses: losses.into_vec(),
        }
    }
}

/// The condition of a step.
fn until(failover: &Failover, message: &ChannelMessage, losses: &mut Losses) -> Until {
    losses.members(&["failover"], &failover.extra);
    let mut status = failover.condition_status;
    if status == Condition::Read && matches!(message.channel(), Channel::Sms | Channel::Mms) {
        losses.report(
            LossKind::Changed,
            &["failover", "condition_status"],
            format!(
                "becomes delivered: {} never reports read, so that the workflow always continued with the next step",
                message.channel()
            ),
        );
        status = Condition::Delivered;
    }
    Until::from_parts(status, failover.expiry_time.widened())
}
