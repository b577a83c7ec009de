//! Webhooks: rendered, queued in order, delivered and retried.

pub(crate) mod attempt;
pub(crate) mod body;
pub(crate) mod delivery;
pub(crate) mod dispatch;
pub(crate) mod queue;
pub(crate) mod resend;
mod status;
