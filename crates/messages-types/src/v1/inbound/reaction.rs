//! Reactions to a message.

use crate::Extra;
use crate::wire::Wire;

/// A reaction to the message given in the context.
#[derive(Clone, PartialEq, Wire)]
#[wire(open, new)]
#[non_exhaustive]
pub struct Reaction {
    /// Action of the reaction.
    pub action: ReactionAction,
    /// Emoji; absent when a reaction is removed.
    pub emoji: Option<String>,
    /// Fields not represented by this type, as received.
    pub extra: Extra,
}

/// Action of a reaction.
#[derive(Clone, PartialEq, Eq, Hash, Wire)]
#[wire(open)]
#[non_exhaustive]
pub enum ReactionAction {
    /// Adds the reaction, or replaces the previous one.
    React,
    /// Removes the reaction.
    Unreact,
    /// Unknown value, as received.
    Unknown(String),
}
