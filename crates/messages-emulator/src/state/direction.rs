//! The ways that a message can go.

use serde::{Deserialize, Serialize};

/// Which way a message goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    /// From the application to a user.
    Outbound,
    /// From a user to the application.
    Inbound,
}
