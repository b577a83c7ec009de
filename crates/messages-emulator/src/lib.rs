#![doc = include_str!("../README.md")]

mod clock;
mod config;
mod emulator;
mod event;
mod http;
mod inbox;
mod rules;
mod state;
mod store;
mod view;

pub use clock::{Moment, Pace};
pub use config::check::SettingError;
pub use config::error::StartError;
pub use config::{ApplicationSettings, Config, DEFAULT_PORT, credentials::EmulatorCredentials};
pub use emulator::expect::{Expectation, ExpectationError};
pub use emulator::workspace::{Delivered, Events, Workspace};
pub use emulator::{Emulator, EmulatorBuilder};
pub use event::{
    Body, Event, MessageEvent, MissedEvents, RequestEvent, ResetEvent, WebhookAttempt,
};
pub use http::control::{Span, SpanError};
pub use messages_types::v1::WebhookVersion;
pub use rules::{
    Action, Applied, Cause, Pattern, RevokeEffect, Rule, RuleError, Turn, WebhookFault,
    WebhookOutage, When, magic,
};
pub use state::channel::{Channel, UnknownChannel};
pub use state::direction::Direction;
pub use state::rate_limit::RateLimit;
pub use state::status::{Status, UnknownStatus};
pub use state::webhook::body::WebhookKind;
pub use state::{DeliveryState, InboundError, InboundMessage, TriggerError};
pub use store::StoreError;
pub use store::snapshot::{RestoreError, Snapshot};
pub use view::query::Query;
pub use view::{
    AttemptView, FailoverPosition, MessageDetail, MessageView, RequestView, StatusChangeView,
    StepView, WebhookView,
};
