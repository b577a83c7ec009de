//! The inbox in a real browser: Debian's chromium, driven over WebDriver.
//!
//! Where no browser is installed, each test says so and passes; with `MESSAGES_REQUIRE_BROWSER=1`, as in CI, it fails.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

mod access;
mod attacks;
mod browser;
mod content;
mod control_attacks;
mod conversation;
mod crowd;
mod handover;
mod keyboard;
mod long_thread;
mod looks;
mod outside;
mod payloads;
mod pictures;
mod scene;
mod setup;
mod simulate;
mod sites;
mod steady;
#[path = "../../../it/support.rs"]
#[expect(dead_code, reason = "shared with the tests that need no browser")]
mod support;
mod timeline;
mod tools;
