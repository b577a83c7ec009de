//! Workflows: messages tried one after the other, each within a time of its own.

use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};
use serde_json::Value;

use super::Message;
use crate::error::{Problems, Rule};
use crate::limits;
use crate::value::Seconds;
use crate::wire::{
    Check, Context, Decode, Json, Members, Mode, Object, Show, Tables, Wire, object, validate,
};
use crate::{Extra, Member};

/// How long a workflow waits for a step's condition: 15 seconds to 1 day.
pub type ExpiryTime = Seconds<{ limits::EXPIRY_TIME_MIN }, { limits::EXPIRY_TIME_MAX }>;

/// What a step must reach in time for the workflow to end there.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Wire)]
#[wire(strict)]
#[non_exhaustive]
pub enum Condition {
    /// The message has reached the device.
    Delivered,
    /// The person has read it. SMS and MMS never report this: the documentation says to use
    /// [`Condition::Delivered`] with them, but `read` is accepted.
    Read,
}

/// When a workflow goes on to the next step: when the message fails at once, or when it has
/// not reached `condition_status` within `expiry_time`.
#[derive(Clone, PartialEq, Wire)]
#[wire(strict)]
#[non_exhaustive]
pub struct Failover {
    /// How long the workflow waits.
    pub expiry_time: ExpiryTime,
    /// What it waits for.
    pub condition_status: Condition,
    /// Unknown fields, which are written as they are.
    #[wire(extra)]
    pub extra: Extra,
}

impl Failover {
    /// Goes on when `condition` is not reached within `expiry_time`.
    #[must_use]
    pub fn new(condition: Condition, expiry_time: ExpiryTime) -> Self {
        Self::from_parts(expiry_time, condition)
    }
}

/// A step that another one follows: a message, and when to go on.
#[derive(Clone, PartialEq, Wire)]
#[wire(strict, custom)]
#[non_exhaustive]
pub struct Step {
    /// What is sent.
    pub message: Message,
    /// When the next step is sent.
    pub failover: Failover,
}

impl Message {
    /// This message as a step that is not the last: when `condition` is not met within
    /// `expiry_time`, or the message fails, the next step is sent.
    #[must_use]
    pub fn expecting(self, condition: Condition, expiry_time: ExpiryTime) -> Step {
        Step {
            message: self,
            failover: Failover::new(condition, expiry_time),
        }
    }
}

/// The beginning of a workflow, which still lacks its last step.
#[derive(Debug, Clone)]
#[must_use = "a workflow has a last step: add it with `ending_with`"]
pub struct WorkflowStart(Vec<Step>);

impl WorkflowStart {
    /// Adds a step that another one follows.
    pub fn then(mut self, step: Step) -> Self {
        self.0.push(step);
        self
    }

    /// Adds the last step: a message alone, for there is nothing to go on to.
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
/// use messages_types::v0_1::{Condition, ExpiryTime, Messenger, Sms, Viber, Workflow};
///
/// let workflow = Workflow::starting_with(
///     Messenger::text("page-1", "user-1", "Your table is free")?
///         .expecting(Condition::Read, ExpiryTime::new(600)?),
/// )
/// .then(
///     Viber::text("service-1", "447700900000", "Your table is free")?
///         .expecting(Condition::Delivered, ExpiryTime::new(60)?),
/// )
/// .ending_with(Sms::text("447700900001", "447700900000", "Your table is free")?);
///
/// assert_eq!(workflow.messages().count(), 3);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// The last step has no failover and every other one has it, by type.
#[derive(Clone, PartialEq, Wire)]
#[wire(strict, document, custom)]
pub struct Workflow {
    steps: Vec<Step>,
    last: Message,
    extra: Extra,
}

impl Workflow {
    /// Begins with a step that another one follows.
    pub fn starting_with(step: Step) -> WorkflowStart {
        WorkflowStart(vec![step])
    }

    /// A workflow of one message.
    #[must_use]
    pub fn only(message: impl Into<Message>) -> Self {
        WorkflowStart(Vec::new()).ending_with(message)
    }

    /// The steps before the last.
    #[must_use]
    pub fn steps(&self) -> &[Step] {
        &self.steps
    }

    /// The message of the last step.
    #[must_use]
    pub const fn last(&self) -> &Message {
        &self.last
    }

    /// The messages in the order in which they are tried.
    pub fn messages(&self) -> impl Iterator<Item = &Message> {
        let steps = self.steps.iter().map(|step| &step.message);
        steps.chain(std::iter::once(&self.last))
    }

    /// The messages in the order in which they are tried, to be changed.
    pub fn messages_mut(&mut self) -> impl Iterator<Item = &mut Message> {
        let steps = self.steps.iter_mut().map(|step| &mut step.message);
        steps.chain(std::iter::once(&mut self.last))
    }

    /// Members beside `template` and `workflow`; they are written as they are.
    #[must_use]
    pub const fn extra(&self) -> &Extra {
        &self.extra
    }

    /// The steps before the last, the last message, and the members beside them.
    pub(crate) fn into_parts(self) -> (Vec<Step>, Message, Extra) {
        (self.steps, self.last, self.extra)
    }

    /// Checks what must be seen together. Single values are valid by construction, and a decoded
    /// workflow has been checked already.
    ///
    /// # Errors
    ///
    /// *All* problems, each with its JSON pointer.
    pub fn validate(&self) -> Result<(), Problems> {
        validate(self)
    }
}

impl Check for Workflow {
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

/// A Viber message lives three days alone and one day in a workflow.
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

/// Fields of a step that are recognized beside the steps.
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

/// One element of `workflow`: a step, or the last message.
struct Element {
    message: Message,
    failover: Option<Failover>,
}

impl Element {
    /// Reads the element; only where another one follows must there be a failover.
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
            // It has been reported here; the message need not report it again.
            map.remove("failover");
        }
        let message = Message::decode(Json::Object(map), cx).ok()?;
        viber_ttl_rule(&message, cx);
        Some(Self { message, failover })
    }
}

/// The members of a workflow.
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
            // A document that is sent is dropped with its problems.
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
