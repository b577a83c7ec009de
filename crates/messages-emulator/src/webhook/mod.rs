//! Webhooks: what they say, and how they are posted.

pub(crate) mod body;
mod delivery;
#[cfg(test)]
mod forgery;
mod loopback;

pub(crate) use delivery::{HOP_HEADER, Poster, deliver};
