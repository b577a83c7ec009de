//! Holding back while the API seems to be down.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use async_trait::async_trait;
use bytes::Bytes;
use http::{Request, Response, StatusCode};

use crate::{Delivery, Timer, Transport, TransportError, TransportErrorKind};

/// What a longer pause is taken for: a day.
const LONGEST: Duration = Duration::from_secs(24 * 60 * 60);

/// How soon to pause, and for how long.
#[derive(Debug, Clone, Copy)]
#[must_use]
pub struct BreakerPolicy {
    failures: u32,
    pause: Duration,
    max_pause: Duration,
}

impl Default for BreakerPolicy {
    fn default() -> Self {
        Self {
            failures: 5,
            pause: Duration::from_secs(5),
            max_pause: Duration::from_secs(60),
        }
    }
}

impl BreakerPolicy {
    /// How many failures in a row begin a pause. Default 5; 0 counts as 1.
    pub fn failures(mut self, failures: u32) -> Self {
        self.failures = failures.max(1);
        self
    }

    /// The length of the first pause. It doubles with every probe that fails. Default 5 s.
    pub fn pause(mut self, pause: Duration) -> Self {
        self.pause = pause;
        self
    }

    /// The length of the longest pause, at most a day. Default 60 s.
    pub fn max_pause(mut self, pause: Duration) -> Self {
        self.max_pause = pause;
        self
    }
}

/// Sends nothing for a while after several failures in a row, and then one request to see.
///
/// It is for those who send in bulk: every request into an outage may end in doubt, and a resend may
/// double it. With a breaker an outage puts at most those in doubt that were under way, the failures
/// that begin the pause, and one probe after each pause.
///
/// A failure is a connection that could not be had or broke, a time limit, an answer that is not
/// HTTP, and a 408, 500, 502, 503 or 504. Any other answer shows that the API is there. While it
/// pauses, a call is refused with the error kind [`Paused`](TransportErrorKind::Paused) and was not
/// sent; [`ready`](Self::ready) waits until it is worth another try. A clone shares the state.
///
/// Put it inside [`Retry`](super::retry::Retry), which does not repeat what was refused here, and
/// outside [`RateLimit`](super::rate_limit::RateLimit), so that it costs no permit.
#[derive(Debug, Clone)]
pub struct Breaker<T> {
    inner: T,
    shared: Arc<Shared>,
}

#[derive(Debug)]
struct Shared {
    policy: BreakerPolicy,
    timer: Box<dyn Timer>,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    mode: Mode,
    /// How many pauses there have been. What was sent before the last one says nothing any more.
    pauses: u64,
}

#[derive(Debug, Clone, Copy)]
enum Mode {
    Sending { failures: u32 },
    Pausing { until: Instant, length: Duration },
    Probing { length: Duration },
}

/// What a result says about the API.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Sign {
    Up,
    Down,
    Nothing,
}

#[derive(Debug, thiserror::Error)]
#[error("the server failed several times in a row")]
struct Pausing;

impl<T> Breaker<T> {
    /// Watches the calls of `inner`.
    pub fn new(inner: T, policy: BreakerPolicy, timer: impl Timer) -> Self {
        let state = State {
            mode: Mode::Sending { failures: 0 },
            pauses: 0,
        };
        Self {
            inner,
            shared: Arc::new(Shared {
                policy,
                timer: Box::new(timer),
                state: Mutex::new(state),
            }),
        }
    }

    /// Whether calls are refused at present.
    #[must_use]
    pub fn is_pausing(&self) -> bool {
        !matches!(self.shared.state().mode, Mode::Sending { .. })
    }

    /// Waits until a call would be let out. Of several that wait, one becomes the probe and the
    /// others are refused once more.
    pub async fn ready(&self) {
        /// How often to look whether the probe is back.
        const GLANCE: Duration = Duration::from_millis(100);
        loop {
            let mode = self.shared.state().mode;
            let wait = match mode {
                Mode::Sending { .. } => return,
                Mode::Pausing { until, .. } => {
                    let left = until.saturating_duration_since(self.shared.timer.now());
                    if left.is_zero() {
                        return;
                    }
                    left
                }
                Mode::Probing { .. } => GLANCE,
            };
            self.shared.timer.sleep(wait).await;
        }
    }
}

#[async_trait]
impl<T: Transport> Transport for Breaker<T> {
    async fn send(&self, request: Request<Bytes>) -> Result<Response<Bytes>, TransportError> {
        let mut pass = self.shared.enter()?;
        let result = self.inner.send(request).await;
        pass.settle(sign_of(&result));
        result
    }
}

fn sign_of(result: &Result<Response<Bytes>, TransportError>) -> Sign {
    let status = match result {
        Ok(response) => Some(response.status()),
        Err(error) => error.status(),
    };
    match (status, result) {
        (
            Some(
                StatusCode::REQUEST_TIMEOUT
                | StatusCode::INTERNAL_SERVER_ERROR
                | StatusCode::BAD_GATEWAY
                | StatusCode::SERVICE_UNAVAILABLE
                | StatusCode::GATEWAY_TIMEOUT,
            ),
            _,
        ) => Sign::Down,
        (Some(_), _) => Sign::Up,
        (None, Err(error)) if error.kind() == TransportErrorKind::Connect => Sign::Down,
        // Refused on this side.
        (None, Err(error)) if error.delivery() == Delivery::NotSent => Sign::Nothing,
        (None, _) => Sign::Down,
    }
}

impl Shared {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn enter(&self) -> Result<Pass<'_>, TransportError> {
        let now = self.timer.now();
        let mut state = self.state();
        let probe = match state.mode {
            Mode::Sending { .. } => false,
            Mode::Pausing { until, length } if until <= now => {
                state.mode = Mode::Probing { length };
                true
            }
            Mode::Pausing { .. } | Mode::Probing { .. } => {
                let (kind, delivery) = (TransportErrorKind::Paused, Delivery::NotSent);
                return Err(TransportError::new(kind, delivery, Pausing));
            }
        };
        Ok(Pass {
            shared: self,
            probe,
            pauses: state.pauses,
        })
    }
}

/// Leave to send one request.
struct Pass<'a> {
    shared: &'a Shared,
    /// Whether all others wait for this one; until it is settled.
    probe: bool,
    pauses: u64,
}

impl Pass<'_> {
    fn settle(&mut self, sign: Sign) {
        let policy = self.shared.policy;
        let now = self.shared.timer.now();
        let probe = std::mem::take(&mut self.probe);
        let mut state = self.shared.state();
        if state.pauses != self.pauses {
            return;
        }
        let length = match state.mode {
            Mode::Probing { length } if probe => match sign {
                Sign::Up => {
                    state.mode = Mode::Sending { failures: 0 };
                    return;
                }
                Sign::Down => length.saturating_mul(2).min(policy.max_pause),
                // The next one may try.
                Sign::Nothing => {
                    state.mode = Mode::Pausing { until: now, length };
                    return;
                }
            },
            Mode::Sending { failures } => {
                let failures = match sign {
                    Sign::Up => 0,
                    Sign::Down => failures.saturating_add(1),
                    Sign::Nothing => failures,
                };
                if failures < policy.failures {
                    state.mode = Mode::Sending { failures };
                    return;
                }
                policy.pause
            }
            Mode::Pausing { .. } | Mode::Probing { .. } => return,
        };
        state.pauses += 1;
        state.mode = Mode::Pausing {
            until: now + length.min(LONGEST),
            length,
        };
    }
}

impl Drop for Pass<'_> {
    fn drop(&mut self) {
        // A probe that was given up has shown nothing.
        if self.probe {
            self.settle(Sign::Nothing);
        }
    }
}
