//! Reactions to a message.

use crate::Extra;
use crate::wire::Wire;

/// A reaction to the message that the context names.
#[derive(Clone, PartialEq, Wire)]
#[wire(open, new)]
#[non_exhaustive]
pub struct Reaction {
    /// Whether it is added or taken back.
    pub action: ReactionAction,
    /// The emoji; absent when a reaction is taken back.
    pub emoji: Option<String>,
    /// Fields without a place in this type, as they came.
    #[wire(extra)]
    pub extra: Extra,
}

/// What happens to a reaction.
#[derive(Clone, PartialEq, Eq, Hash, Wire)]
#[wire(open)]
#[non_exhaustive]
pub enum ReactionAction {
    /// It is added, or replaces the one before.
    React,
    /// It is taken back.
    Unreact,
    /// An unknown value, as it came.
    Unknown(String),
}
