//! Whole documents: their kinds, the detection of a kind, and the fields they have in common.

mod check;
mod detect;
mod event;
mod kind;
mod reply_text;
mod submission;
mod view;

pub use check::Checked;
pub use detect::DetectError;
pub use event::WebhookEvent;
pub use kind::Kind;
pub use submission::{OutboundMessage, Submission};
pub use view::{EventKind, EventView};
