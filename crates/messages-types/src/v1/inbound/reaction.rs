//! Reactions to a message.

use crate::wire::{wire_choice, wire_object};

wire_object! {
    /// A reaction to the message that the context names.
    inbound struct Reaction {
        required {
            /// Whether it is added or taken back.
            action: ReactionAction = "action",
        }
        optional {
            /// The emoji; absent when a reaction is taken back.
            emoji: String = "emoji",
        }
    }
}

wire_choice! {
    /// What happens to a reaction.
    open enum ReactionAction {
        /// It is added, or replaces the one before.
        React = "react",
        /// It is taken back.
        Unreact = "unreact",
    }
}
