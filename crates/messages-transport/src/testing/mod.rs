//! For tests: a scripted transport, a recorder, a server that misbehaves on purpose, and the
//! conformance suite.
//!
//! Nothing here belongs in a program that sends messages. The items of this module may change in a
//! minor release.

pub mod conformance;
mod recorder;
mod script;
pub mod server;

pub use recorder::{Recorder, render};
pub use script::ScriptedTransport;
