//! The progress bar on a terminal.

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::worker::Done;
use crate::io::output::Output;

/// The bar on stderr; hidden where stderr is not a terminal.
pub(super) struct Progress(ProgressBar);

impl Progress {
    /// A bar over `length` bytes of input, or a spinner where the length is unknown.
    pub(super) fn new(length: Option<u64>) -> Self {
        let target = if Output::is_watched() {
            ProgressDrawTarget::stderr_with_hz(8)
        } else {
            ProgressDrawTarget::hidden()
        };
        let bar = ProgressBar::with_draw_target(length, target);
        let template = if length.is_some() {
            "{bar:30} {percent:>3}% {msg}, {eta} left"
        } else {
            "{spinner} {elapsed} {msg}"
        };
        if let Ok(style) = ProgressStyle::with_template(template) {
            bar.set_style(style);
        }
        Self(bar)
    }

    /// Returns `true` if the bar is visible.
    pub(super) fn is_shown(&self) -> bool {
        !self.0.is_hidden()
    }

    pub(super) fn update(&self, done: &Done) {
        let counts = &done.counts;
        self.0.set_position(done.position);
        let seconds = self.0.elapsed().as_secs_f64().max(0.001);
        let rate = counts.total() as f64 / seconds;
        self.0
            .set_message(format!("{}, {rate:.0}/s", counts.words()));
    }

    /// Writes something without tearing the bar.
    pub(super) fn suspend<T>(&self, write: impl FnOnce() -> T) -> T {
        self.0.suspend(write)
    }

    pub(super) fn finish(&self) {
        self.0.finish_and_clear();
    }
}
