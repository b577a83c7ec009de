#![doc = include_str!("../README.md")]

mod api;
mod channel;
mod clock;
mod code;
mod config;
mod control;
mod credentials;
mod delivery;
mod direction;
mod emulator;
mod engine;
mod error;
mod event;
mod event_log;
mod extract;
mod generation;
mod inbox;
mod keeper;
mod metrics;
#[cfg(feature = "persistence")]
mod persistence;
mod query;
mod rate_limit;
mod routes;
mod rules;
mod server;
mod snapshot;
mod status;
mod view;
mod webhook;
mod workspace;
mod world;

pub use channel::{Channel, UnknownChannel};
pub use clock::{Moment, Pace};
pub use config::{ApplicationSettings, Config, DEFAULT_PORT};
pub use control::{Span, SpanError};
pub use credentials::EmulatorCredentials;
pub use direction::Direction;
pub use emulator::{Emulator, EmulatorBuilder};
pub use error::StartError;
pub use event::{Body, Event, MessageEvent, MissedEvents, RequestEvent, WebhookAttempt};
pub use generation::Generation;
pub use keeper::NotKept;
pub use query::Query;
pub use rate_limit::RateLimit;
pub use rules::{Action, Pattern, Rule, Turn, WebhookFault, When, magic};
pub use snapshot::{RestoreError, Snapshot};
pub use status::{Status, UnknownStatus};
pub use view::{
    AttemptView, FlowPosition, MessageDetail, MessageView, PassedView, RequestView, StepView,
    WebhookView,
};
pub use webhook::WebhookKind;
pub use workspace::{Delivered, Events, Expectation, Unmet, Workspace};
pub use world::{InboundMessage, InboundMistake, PostState, TriggerError};
