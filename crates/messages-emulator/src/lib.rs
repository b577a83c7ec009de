#![doc = include_str!("../README.md")]

mod api;
mod channel;
mod clock;
mod code;
mod config;
mod control;
mod emulator;
mod engine;
mod error;
mod event;
mod expect;
mod extract;
mod inbox;
mod keeper;
mod metrics;
#[cfg(feature = "persistence")]
mod persistence;
mod query;
mod routes;
mod rules;
mod server;
mod snapshot;
mod status;
mod view;
mod webhook;
mod workspace;
mod world;

pub use api::limit::RateLimit;
pub use channel::{Channel, UnknownChannel};
pub use clock::{Moment, Pace};
pub use config::{ApplicationSettings, Config, Credentials, DEFAULT_PORT, EmulatorBuilder};
pub use emulator::Emulator;
pub use error::StartError;
pub use event::{Body, Event, MessageEvent, RequestEvent, WebhookEvent};
pub use expect::{Expectation, Unmet};
pub use keeper::NotKept;
pub use query::Query;
pub use rules::{Action, Pattern, Rule, Turn, WebhookFault, When, magic};
pub use snapshot::{RestoreError, Snapshot};
pub use status::{Status, UnknownStatus};
pub use view::{
    AttemptView, FlowPosition, MessageDetail, MessageView, PassedView, RequestView, StepView,
    WebhookView,
};
pub use workspace::{Delivered, Events, Workspace};
pub use world::{
    Direction, Generation, InboundMessage, InboundMistake, PostState, TriggerError, WebhookKind,
};
