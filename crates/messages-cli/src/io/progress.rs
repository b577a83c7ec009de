//! The progress bar on a terminal.

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use super::output::Output;

/// The bar on stderr; hidden where stderr is not a terminal.
pub(crate) struct Progress(ProgressBar);

impl Progress {
    /// A bar over `length` bytes of input, or a spinner where the length is unknown.
    pub(crate) fn new(length: Option<u64>) -> Self {
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
    pub(crate) fn is_shown(&self) -> bool {
        !self.0.is_hidden()
    }

    /// Moves the bar to a position in the input, and shows the counts with the rate of `count`.
    pub(crate) fn update(&self, position: u64, count: u64, counts: &str) {
        self.0.set_position(position);
        let seconds = self.0.elapsed().as_secs_f64().max(0.001);
        let rate = count as f64 / seconds;
        self.0.set_message(format!("{counts}, {rate:.0}/s"));
    }

    /// Writes something without tearing the bar.
    pub(crate) fn suspend<T>(&self, write: impl FnOnce() -> T) -> T {
        self.0.suspend(write)
    }

    pub(crate) fn finish(&self) {
        self.0.finish_and_clear();
    }
}
