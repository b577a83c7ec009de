//! The sockets: an accept loop with limits, and who may speak at all.

mod accept;
mod guard;
mod line;

pub(crate) use accept::accept;
pub(crate) use guard::{Guard, guard};
pub(crate) use line::Line;
