//! Webhooks: what they say, and how they are posted.

pub(crate) mod body;
mod delivery;
mod loopback;

pub(crate) use delivery::{HOP_HEADER, Poster, deliver};
