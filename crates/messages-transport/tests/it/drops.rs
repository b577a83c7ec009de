//! Calls whose future is dropped, at any point: nothing stays behind. Sockets are counted by the
//! server, tasks by the runtime, permits by the limiter.

use std::future::poll_fn;
use std::num::NonZeroU32;
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use messages_transport::layer::rate_limit::{Quota, RateLimit, RateLimitPolicy, RateLimiter};
use messages_transport::layer::retry::{Retry, RetryBudget, RetryPolicy};
use messages_transport::layer::timeout::Timeout;
use messages_transport::layer::trace::Traced;
use messages_transport::testing::server::{Act, Answer, FaultServer, Moment, Play};
use messages_transport::{TokioTimer, Transport};
use tokio::runtime::RuntimeMetrics;

use crate::support::{HEAVY, backends, post_to, soon, wait_until_closed};

/// All decorators, with waits at each of them.
fn decorated(
    backend: Arc<dyn Transport>,
    per_second: u32,
    policy: RetryPolicy,
) -> (Arc<dyn Transport>, RateLimiter) {
    let attempt = Timeout::new(Traced::new(backend), Duration::from_secs(20), TokioTimer);
    let quota = Quota::per_second(NonZeroU32::new(per_second).unwrap());
    let limited = RateLimit::new(
        attempt,
        RateLimitPolicy::default().account(quota),
        TokioTimer,
    );
    let limiter = limited.limiter().clone();
    (Arc::new(Retry::new(limited, policy, TokioTimer)), limiter)
}

/// Number of tasks, without those of the server's connections.
fn own_tasks(metrics: &RuntimeMetrics, server: &FaultServer) -> usize {
    metrics
        .num_alive_tasks()
        .saturating_sub(server.open_connections())
}

/// Sockets and tasks left after everything was dropped.
async fn left_over(
    metrics: &RuntimeMetrics,
    server: &Arc<FaultServer>,
    before: usize,
) -> (usize, usize) {
    let open = wait_until_closed(std::slice::from_ref(server)).await;
    let tasks = || metrics.num_alive_tasks().saturating_sub(before);
    for _ in 0..500 {
        if tasks() == 0 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    (open, tasks())
}

/// Polls a call so many times and drops it; whether it ended by then.
async fn ends_within(
    transport: &Arc<dyn Transport>,
    server: &FaultServer,
    mut polls: usize,
) -> bool {
    let mut call = transport.send(post_to(server, "{}"));
    let ended = poll_fn(|cx| match call.as_mut().poll(cx) {
        Poll::Ready(_) => Poll::Ready(true),
        Poll::Pending => {
            polls -= 1;
            if polls == 0 {
                Poll::Ready(false)
            } else {
                Poll::Pending
            }
        }
    });
    soon(ended).await
}

/// Runs a check of each backend at the same time, on a runtime of its own, whose tasks are counted.
fn each_backend<F: Future<Output = ()>>(check: fn(&'static str, Arc<dyn Transport>) -> F) {
    let _alone = HEAVY.blocking_lock();
    std::thread::scope(|scope| {
        for (name, backend) in backends() {
            scope.spawn(move || {
                let runtime = tokio::runtime::Builder::new_multi_thread()
                    .worker_threads(2)
                    .enable_all()
                    .build()
                    .unwrap();
                runtime.block_on(check(name, backend));
            });
        }
    });
}

#[test]
fn a_call_can_be_dropped_at_every_await() {
    each_backend(|name, backend| async move {
        const CALLS_A_POINT: usize = 10;
        let metrics = tokio::runtime::Handle::current().metrics();
        // The answer comes in pieces, so that there is an await for each; every third attempt is
        // turned away, so that there is a wait between attempts.
        let server = FaultServer::start(|n| match n % 3 {
            0 => Answer::new(429, "").header("retry-after", "0").into(),
            _ => Play::Drip(202, Duration::from_millis(1)),
        });
        let server = Arc::new(server.await.unwrap());
        let before = own_tasks(&metrics, &server);
        let policy = RetryPolicy::default()
            .budget(RetryBudget::new(u32::MAX))
            .throttled_delay(Duration::from_millis(2));
        let (transport, limiter) = decorated(backend, 400, policy);
        let mut points = 0;
        let mut dropped = 0;
        loop {
            points += 1;
            let mut still_running = 0;
            for _ in 0..CALLS_A_POINT {
                still_running += usize::from(!ends_within(&transport, &server, points).await);
            }
            dropped += still_running;
            if still_running == 0 || points == 200 {
                break;
            }
        }
        let waiting = limiter.waiting();
        drop(transport);
        let (open, tasks) = left_over(&metrics, &server, before).await;
        println!(
            "drops at every await, {name}: {points} points x {CALLS_A_POINT}, {dropped} dropped, {open} sockets, {tasks} \
             tasks, {waiting} permits leaked"
        );
        assert!(points > 5, "{name}: there was nothing to wait for");
        assert_eq!((open, tasks, waiting), (0, 0, 0), "{name}");
    });
}

#[test]
fn calls_dropped_after_a_random_time_leak_nothing() {
    each_backend(|name, backend| async move {
        const DROPS: usize = 2_000;
        let metrics = tokio::runtime::Handle::current().metrics();
        let server = FaultServer::start(|n| match n % 4 {
            0 => Play::Break(Moment::Taken, Act::Stall),
            1 => Play::Break(Moment::AnswerBody(202), Act::Stall),
            2 => Answer::new(503, "").into(),
            _ => Answer::new(202, "{}").into(),
        });
        let server = Arc::new(server.await.unwrap());
        let before = own_tasks(&metrics, &server);
        let policy = RetryPolicy::default()
            .max_attempts(5)
            .base_delay(Duration::from_millis(2));
        let (transport, limiter) = decorated(backend, 2_000, policy);
        let mut random = fastrand::Rng::with_seed(3);
        let mut dropped = 0;
        for _ in 0..DROPS / 20 {
            let calls: Vec<_> = (0..20)
                .map(|n| {
                    let (transport, server) = (Arc::clone(&transport), Arc::clone(&server));
                    let patience = Duration::from_micros(random.u64(0..6_000));
                    tokio::spawn(async move {
                        let call = transport.send(post_to(&server, n.to_string()));
                        tokio::time::timeout(patience, call).await.is_err()
                    })
                })
                .collect();
            for call in calls {
                dropped += usize::from(call.await.unwrap());
            }
        }
        let waiting = limiter.waiting();
        drop(transport);
        let (open, tasks) = left_over(&metrics, &server, before).await;
        println!(
            "drops after a random time, {name}: {dropped} of {DROPS} dropped, {open} sockets, {tasks} tasks, {waiting} \
             permits leaked"
        );
        assert!(dropped > DROPS / 4);
        assert_eq!((open, tasks, waiting), (0, 0, 0), "{name}");
    });
}
