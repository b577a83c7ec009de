//! Workflows: messages sent one after the other, each with a time limit.

use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};
use serde_json::Value;

use super::Message;
use crate::error::{Problems, Rule};
use crate::value::Seconds;
use crate::wire::{
    Check, Context, Decode, Json, Members, Mode, Object, Show, Tables, Wire, object,
};
use crate::{Extra, Field, Member, limits};

/// Period in which a workflow waits for a step's condition: 15 seconds to 1 day.
pub type ExpiryTime = Seconds<{ limits::EXPIRY_TIME_MIN }, { limits::EXPIRY_TIME_MAX }>;

/// Status a step must reach in time for the workflow to end there.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Wire)]
#[wire(strict)]
#[non_exhaustive]
pub enum Condition {
    /// Delivered to the device.
    Delivered,
    /// Read by the recipient. SMS and MMS never report this: the documentation recommends
    /// [`Condition::Delivered`] with them, but `read` is accepted.
    Read,
}

/// Condition for the next step: it is sent if the message fails, or if the message has
/// not reached `condition_status` within `expiry_time`.
#[derive(Clone, PartialEq, Wire)]
#[wire(strict)]
#[non_exhaustive]
pub struct Failover {
    /// Period in which the workflow waits for the condition: 15 seconds to 1 day.
    pub expiry_time: ExpiryTime,
    /// Status the workflow waits for.
    pub condition_status: Condition,
    /// Unknown fields, written unchanged.
    pub extra: Extra,
}

impl Failover {
    /// Continues with the next step if `condition` is not reached within `expiry_time`.
    #[must_use]
    pub fn new(condition: Condition, expiry_time: ExpiryTime) -> Self {
        Self::from_parts(expiry_time, condition)
    }
}

/// A step before the last one: a message and the condition for the next step.
#[derive(Clone, PartialEq, Wire)]
#[wire(strict, custom)]
#[non_exhaustive]
pub struct Step {
    /// Message of the step.
    pub message: Message,
    /// Condition for the next step.
    pub failover: Failover,
}

impl Message {
    /// Converts this message to a step before the last one: the next step is sent if `condition` is not
    /// met within `expiry_time`, or if the message fails.
    ///
    /// # Errors
    ///
    /// `expiry_time` is out of range.
    pub fn expecting(
        self,
        condition: Condition,
        expiry_time: impl Field<ExpiryTime>,
    ) -> Result<Step, Problems> {
        let expiry_time = expiry_time
            .parse()
            .map_err(|invalid| invalid.at("/failover/expiry_time"))?;
        Ok(Step {
            message: self,
            failover: Failover::new(condition, expiry_time),
        })
    }
}

/// Beginning of a workflow, without its last step.
#[derive(Debug, Clone)]
#[must_use = "a workflow has a last step: add it with `ending_with`"]
pub struct WorkflowStart(Vec<Step>);

impl WorkflowStart {
    /// Adds a step before the last one.
    pub fn then(mut self, step: Step) -> Self {
        self.0.push(step);
        self
    }

    /// Adds the last step: a message alone, as no step follows.
    #[must_use]
    pub fn ending_with(self, last: impl Into<Message>) -> Workflow {
        Workflow {
            steps: self.0,
            last: last.into(),
            extra: Extra::default(),
        }
    }
}

/// A failover workflow, posted to `/v0.1/dispatch` (2018: `/beta/workflows`).
///
/// ```
/// use messages_types::v0_1::{Condition, Messenger, Sms, Viber, Workflow};
///
/// let workflow = Workflow::starting_with(
///     Messenger::text("page-1", "user-1", "Your table is free")?
///         .expecting(Condition::Read, 600)?,
/// )
/// .then(
///     Viber::text("service-1", "447700900000", "Your table is free")?
///         .expecting(Condition::Delivered, 60)?,
/// )
/// .ending_with(Sms::text("447700900001", "447700900000", "Your table is free")?);
///
/// assert_eq!(workflow.messages().count(), 3);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// By type, every step except the last has a failover.
#[derive(Clone, PartialEq, Wire)]
#[wire(strict, document, custom)]
pub struct Workflow {
    steps: Vec<Step>,
    last: Message,
    extra: Extra,
}

impl Workflow {
    /// Begins a workflow with a step before the last one.
    pub fn starting_with(step: Step) -> WorkflowStart {
        WorkflowStart(vec![step])
    }

    /// Workflow of one message.
    #[must_use]
    pub fn only(message: impl Into<Message>) -> Self {
        WorkflowStart(Vec::new()).ending_with(message)
    }

    /// Steps before the last.
    #[must_use]
    pub fn steps(&self) -> &[Step] {
        &self.steps
    }

    /// Message of the last step.
    #[must_use]
    pub const fn last(&self) -> &Message {
        &self.last
    }

    /// The messages in the order of the steps.
    pub fn messages(&self) -> impl Iterator<Item = &Message> {
        let steps = self.steps.iter().map(|step| &step.message);
        steps.chain(std::iter::once(&self.last))
    }

    /// The messages in the order of the steps, mutably.
    pub fn messages_mut(&mut self) -> impl Iterator<Item = &mut Message> {
        let steps = self.steps.iter_mut().map(|step| &mut step.message);
        steps.chain(std::iter::once(&mut self.last))
    }

    /// Unknown fields besides `template` and `workflow`, written unchanged.
    #[must_use]
    pub const fn extra(&self) -> &Extra {
        &self.extra
    }

    /// The steps before the last, the last message, and the unknown fields.
    pub(crate) fn into_parts(self) -> (Vec<Step>, Message, Extra) {
        (self.steps, self.last, self.extra)
    }
}

impl Check for Workflow {
    const CAN_FAIL: bool = true;

    fn check(&self, cx: &mut Context) {
        cx.within("workflow", |cx| {
            for (index, message) in self.messages().enumerate() {
                cx.at_index(index, |cx| {
                    message.check(cx);
                    viber_ttl_rule(message, cx);
                });
            }
        });
    }
}

/// Checks the time to live of a Viber message: up to three days alone, but one day in a workflow.
fn viber_ttl_rule(message: &Message, cx: &mut Context) {
    const MIN: u32 = limits::VIBER_TTL_MIN;
    const MAX: u32 = limits::WORKFLOW_VIBER_TTL_MAX;
    let Message::ViberServiceMsg(viber) = message else {
        return;
    };
    let options = viber.message.viber_service_msg.as_ref();
    if options
        .and_then(|options| options.ttl)
        .is_some_and(|ttl| ttl.get() > MAX)
    {
        cx.within("message", |cx| {
            cx.within("viber_service_msg", |cx| {
                cx.report_at(
                    "ttl",
                    Rule::Range(MIN.into(), MAX.into()),
                    format!("must be {MIN} to {MAX} seconds in a workflow"),
                );
            });
        });
    }
}

/// Fields of a step that are recognized at the top of a workflow.
const MISPLACED: Tables = &[&[
    Member::named("client_ref"),
    Member::named("failover"),
    Member::named("from"),
    Member::named("message"),
    Member::named("to"),
    Member::named("ttl"),
    Member::named("webhook_url"),
    Member::named("webhook_version"),
]];

/// Element of `workflow`: a step, or the last message.
struct Element {
    message: Message,
    failover: Option<Failover>,
}

impl Element {
    /// Reads the element; a failover is required except in the last element.
    fn decode(value: Json<'_>, cx: &mut Context, is_last: bool) -> Option<Self> {
        let Json::Object(mut map) = value else {
            cx.report(Rule::Type, "must be an object");
            return None;
        };
        let failover = if is_last {
            if map.get("failover").is_some_and(|value| !value.is_null()) {
                cx.report_at(
                    "failover",
                    Rule::NotAllowed,
                    "is not allowed in the last step: nothing follows it",
                );
            }
            None
        } else {
            cx.required(&mut map, "failover")
        };
        if map.get("failover").is_some_and(|value| !value.is_null()) {
            // Already reported here; the message must not report it again.
            map.remove("failover");
        }
        let message = Message::decode(Json::Object(map), cx).ok()?;
        viber_ttl_rule(&message, cx);
        Some(Self { message, failover })
    }
}

/// Fields of a workflow.
struct Parts {
    steps: Vec<Step>,
    last: Message,
}

impl Members for Parts {
    const MODE: Mode = Mode::Strict;
    const MEMBERS: &'static [Member] = &[Member::constant("template"), Member::named("workflow")];

    fn take(map: &mut Object<'_>, cx: &mut Context) -> Option<Self> {
        cx.constant(map, "template", "failover");
        let elements: Vec<Value> = cx.required(map, "workflow")?;
        let Some(last_index) = elements.len().checked_sub(1) else {
            cx.report_at("workflow", Rule::MinItems(1), "must have at least 1 item");
            return None;
        };
        let decoded: Vec<Option<Element>> = cx.within("workflow", |cx| {
            let elements = elements.into_iter().enumerate();
            elements
                .map(|(index, element)| {
                    cx.at_index(index, |cx| {
                        Element::decode(element.into(), cx, index == last_index)
                    })
                })
                .collect()
        });
        let mut elements = decoded.into_iter().collect::<Option<Vec<_>>>()?;
        let last = elements.pop()?.message;
        let steps = elements.into_iter().map(|element| {
            Some(Step {
                message: element.message,
                failover: element.failover?,
            })
        });
        let steps = steps.collect::<Option<_>>()?;
        Some(Self { steps, last })
    }

    fn put<M: SerializeMap>(&self, _: &mut M) -> Result<(), M::Error> {
        Ok(())
    }

    fn owns(key: &str) -> bool {
        matches!(key, "template" | "workflow")
    }
}

impl Decode for Step {
    fn decode<'a>(value: Json<'a>, cx: &mut Context) -> Result<Self, Json<'a>> {
        let unfit = Json::Null;
        let Some(element) = Element::decode(value, cx, false) else {
            // An invalid outbound document is dropped with its problems.
            return Err(unfit);
        };
        match element.failover {
            Some(failover) => Ok(Self {
                message: element.message,
                failover,
            }),
            None => Err(unfit),
        }
    }
}

impl Check for Step {
    const CAN_FAIL: bool = true;

    fn check(&self, cx: &mut Context) {
        self.message.check(cx);
        viber_ttl_rule(&self.message, cx);
    }
}

impl Decode for Workflow {
    fn decode<'a>(value: Json<'a>, cx: &mut Context) -> Result<Self, Json<'a>> {
        object(value, cx, MISPLACED).map(|(Parts { steps, last }, extra)| Self {
            steps,
            last,
            extra,
        })
    }
}

impl Serialize for Step {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut out = serializer.serialize_map(None)?;
        self.message.put(&mut out)?;
        out.serialize_entry("failover", &self.failover)?;
        out.end()
    }
}

impl Serialize for Workflow {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        /// The steps and the last message as one array.
        struct Elements<'a>(&'a Workflow);
        impl Serialize for Elements<'_> {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                use serde::ser::SerializeSeq;

                let mut out = serializer.serialize_seq(Some(self.0.steps.len() + 1))?;
                for step in &self.0.steps {
                    out.serialize_element(step)?;
                }
                out.serialize_element(&self.0.last)?;
                out.end()
            }
        }

        let mut out = serializer.serialize_map(None)?;
        out.serialize_entry("template", "failover")?;
        out.serialize_entry("workflow", &Elements(self))?;
        for (key, value) in &self.extra {
            out.serialize_entry(key, value)?;
        }
        out.end()
    }
}

impl std::fmt::Debug for Step {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Step")
            .field("message", &self.message)
            .field("failover", &self.failover)
            .finish()
    }
}

impl std::fmt::Debug for Workflow {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Workflow")
            .field("steps", &self.steps)
            .field("last", &Show(&self.last))
            .finish()
    }
}
