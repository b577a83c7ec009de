//! Integration tests of the models.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod errors;
mod events;
mod every_member;
mod fixtures;
mod fuzz_seeds;
mod fuzz_targets;
mod inbound_v1;
mod journey;
mod json;
mod kinds;
mod limits;
mod messages;
mod odd_events;
mod open_decoding;
mod outbound;
mod outbound_v0_1;
mod outbound_v1;
mod progress;
mod reply_text;
mod serde;
mod setters;
mod sms;
mod template;
mod ui;
mod upgrade;
mod values;
mod webhooks_v0_1;
