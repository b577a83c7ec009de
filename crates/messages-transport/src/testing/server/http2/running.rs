//! Answers that take their time.

use std::io;
use std::time::Duration;

use tokio::time::Instant;

use super::frame::{DATA, END_STREAM, Frames, LONGEST};

/// The responses of one connection in flight.
pub(super) struct Running {
    answers: Vec<Answer>,
    /// Initial flow-control window of a new stream.
    pub(super) initial_window: i64,
    /// Flow-control window of all streams together.
    window: i64,
}

struct Answer {
    stream: u32,
    window: i64,
    pace: Pace,
}

pub(super) enum Pace {
    /// A byte at a time.
    Drip {
        left: usize,
        pause: Duration,
        next: Instant,
    },
    /// As fast as the client takes it.
    Endless,
    /// The answer is complete; the connection closes then.
    CloseAt(Instant),
}

impl Default for Running {
    fn default() -> Self {
        const DEFAULT_WINDOW: i64 = 65_535;
        Self {
            answers: Vec::new(),
            initial_window: DEFAULT_WINDOW,
            window: DEFAULT_WINDOW,
        }
    }
}

impl Running {
    pub(super) fn start(&mut self, stream: u32, pace: Pace) {
        self.answers.push(Answer {
            stream,
            window: self.initial_window,
            pace,
        });
    }

    pub(super) fn stop(&mut self, stream: u32) {
        self.answers.retain(|answer| answer.stream != stream);
    }

    /// The client takes so many bytes more: on this stream, or on all together (0).
    pub(super) fn widen(&mut self, stream: u32, more: i64) {
        if stream == 0 {
            self.window += more;
        }
        for answer in &mut self.answers {
            if answer.stream == stream {
                answer.window += more;
            }
        }
    }

    /// Time of the next action.
    pub(super) fn next_tick(&self) -> Instant {
        let idle = Instant::now() + Duration::from_secs(3600);
        self.answers
            .iter()
            .filter_map(|answer| match answer.pace {
                Pace::Drip { next, .. } => Some(next),
                Pace::CloseAt(at) => Some(at),
                Pace::Endless => None,
            })
            .fold(idle, Instant::min)
    }

    /// Sends what is due. True if the connection has to close now.
    pub(super) async fn advance(&mut self, frames: &mut Frames) -> io::Result<bool> {
        const PIECE: [u8; LONGEST] = [b'.'; LONGEST];
        let now = Instant::now();
        for answer in &mut self.answers {
            match &mut answer.pace {
                Pace::CloseAt(at) => {
                    if *at <= now {
                        return Ok(true);
                    }
                }
                Pace::Drip { left, pause, next } => {
                    if *next <= now && *left > 0 {
                        *left -= 1;
                        *next = now + *pause;
                        let flags = if *left == 0 { END_STREAM } else { 0 };
                        frames.write(DATA, flags, answer.stream, b".").await?;
                    }
                }
                Pace::Endless => {
                    let piece = PIECE.len() as i64;
                    while answer.window >= piece && self.window >= piece {
                        answer.window -= piece;
                        self.window -= piece;
                        frames.write(DATA, 0, answer.stream, &PIECE).await?;
                    }
                }
            }
        }
        self.answers
            .retain(|answer| !matches!(answer.pace, Pace::Drip { left: 0, .. }));
        Ok(false)
    }
}
