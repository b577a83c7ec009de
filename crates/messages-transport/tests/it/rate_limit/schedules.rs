//! The limiter under random schedules: which task is polled when, which wait is dropped when. A
//! task is polled only when it was woken, so a lost wake-up shows as a hang.

use std::collections::BTreeMap;
use std::future::Future;
use std::num::NonZeroU32;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Wake, Waker};
use std::time::{Duration, Instant, SystemTime};

use bytes::Bytes;
use http::{Response, Uri};
use messages_transport::layer::rate_limit::{Quota, RateLimit, RateLimitPolicy, RateScope};
use messages_transport::testing::ScriptedTransport;
use messages_transport::{Sleep, Timer, Transport};

use crate::support::post;

/// A clock that only moves when it is told to.
#[derive(Debug, Clone)]
struct ManualTimer(Arc<Mutex<Clock>>);

#[derive(Debug)]
struct Clock {
    now: Instant,
    next: u64,
    alarms: BTreeMap<(Instant, u64), Waker>,
}

impl ManualTimer {
    fn new() -> Self {
        let clock = Clock {
            now: Instant::now(),
            next: 0,
            alarms: BTreeMap::new(),
        };
        Self(Arc::new(Mutex::new(clock)))
    }

    /// Moves on to the next alarm; false if there is none.
    fn advance(&self) -> bool {
        let mut clock = self.0.lock().unwrap();
        let Some(((at, _), waker)) = clock.alarms.pop_first() else {
            return false;
        };
        clock.now = clock.now.max(at);
        drop(clock);
        waker.wake();
        true
    }
}

impl Timer for ManualTimer {
    fn now(&self) -> Instant {
        self.0.lock().unwrap().now
    }

    fn calendar(&self) -> SystemTime {
        SystemTime::UNIX_EPOCH
    }

    fn sleep(&self, duration: Duration) -> Sleep {
        let mut clock = self.0.lock().unwrap();
        clock.next += 1;
        let key = (clock.now + duration, clock.next);
        Box::pin(Alarm {
            clock: Arc::clone(&self.0),
            key,
        })
    }
}

struct Alarm {
    clock: Arc<Mutex<Clock>>,
    key: (Instant, u64),
}

impl Future for Alarm {
    type Output = ();

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let mut clock = self.clock.lock().unwrap();
        if clock.now >= self.key.0 {
            return Poll::Ready(());
        }
        clock.alarms.insert(self.key, cx.waker().clone());
        Poll::Pending
    }
}

impl Drop for Alarm {
    fn drop(&mut self) {
        self.clock.lock().unwrap().alarms.remove(&self.key);
    }
}

#[derive(Debug, Default)]
struct Flag(AtomicBool);

impl Wake for Flag {
    fn wake(self: Arc<Self>) {
        self.0.store(true, Ordering::Relaxed);
    }
}

fn schedule(seed: u64) -> usize {
    let mut random = fastrand::Rng::with_seed(seed);
    let timer = ManualTimer::new();
    let sent: Arc<Mutex<Vec<Instant>>> = Arc::default();
    let (shared, clock) = (Arc::clone(&sent), timer.clone());
    let throttle = random.usize(0..8);
    let server = ScriptedTransport::from_fn(move |_| {
        let mut sent = shared.lock().unwrap();
        sent.push(clock.now());
        let mut response = Response::new(Bytes::new());
        if sent.len() == throttle {
            *response.status_mut() = http::StatusCode::TOO_MANY_REQUESTS;
        }
        async move { Ok(response) }
    });
    let quota = |rate| Quota::per_second(NonZeroU32::new(rate).unwrap());
    let policy = RateLimitPolicy::default()
        .account(quota(4))
        .sender(quota(3).burst(2));
    let limited = RateLimit::new(server, policy, timer.clone());
    let mut tasks: Vec<_> = (0..random.usize(2..8))
        .map(|n| {
            let mut request = post(Uri::from_static("https://api.example/"), "");
            let scope = RateScope::account("a").sender((n % 2).to_string());
            request.extensions_mut().insert(scope);
            let flag = Arc::new(Flag(AtomicBool::new(true)));
            (limited.send(request), flag)
        })
        .collect();
    let mut polls = 0;
    while !tasks.is_empty() {
        let woken: Vec<_> = (0..tasks.len())
            .filter(|n| tasks[*n].1.0.load(Ordering::Relaxed))
            .collect();
        if random.u8(0..20) == 0 {
            drop(tasks.swap_remove(random.usize(0..tasks.len())));
            continue;
        }
        if woken.is_empty() {
            assert!(
                timer.advance(),
                "schedule {seed}: {} tasks are never woken",
                tasks.len()
            );
            continue;
        }
        let n = woken[random.usize(0..woken.len())];
        let (task, flag) = &mut tasks[n];
        flag.0.store(false, Ordering::Relaxed);
        let waker = Waker::from(Arc::clone(flag));
        polls += 1;
        if let Poll::Ready(result) = task.as_mut().poll(&mut Context::from_waker(&waker)) {
            result.unwrap();
            drop(tasks.swap_remove(n));
        }
    }
    assert_eq!(limited.limiter().waiting(), 0, "schedule {seed}");
    let sent = sent.lock().unwrap();
    // Four a second and one at once.
    let early = sent
        .windows(6)
        .any(|six| six[5] - six[0] < Duration::from_secs(1));
    assert!(!early, "schedule {seed}: above the rate");
    polls
}

fn run(schedules: u64) {
    let polls: usize = (0..schedules).map(schedule).sum();
    println!("rate limit: {schedules} random schedules, {polls} polls, 0 failures");
}

#[test]
fn no_schedule_loses_a_wake_up_or_a_permit() {
    run(20_000);
}

#[test]
#[ignore = "half a minute in debug mode"]
fn no_schedule_of_100_000_loses_a_wake_up_or_a_permit() {
    run(100_000);
}
