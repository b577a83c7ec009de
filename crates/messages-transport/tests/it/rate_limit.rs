//! The promises of the rate limit, on tokio's paused clock.

use std::num::NonZeroU32;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use async_trait::async_trait;
use bytes::Bytes;
use http::{Request, Response, StatusCode, Uri};
use messages_transport::layer::rate_limit::{Quota, RateLimit, RateLimitPolicy, RateScope};
use messages_transport::{
    Deadline, Delivery, Timer, TokioTimer, Transport, TransportError, TransportErrorKind,
};

use crate::support::post;

const SECOND: Duration = Duration::from_secs(1);

fn per_second(requests: u32) -> Quota {
    Quota::per_second(NonZeroU32::new(requests).unwrap())
}

fn request(scope: Option<RateScope>) -> Request<Bytes> {
    let mut request = post(Uri::from_static("https://api.example/v1/messages"), "{}");
    if let Some(scope) = scope {
        request.extensions_mut().insert(scope);
    }
    request
}

type Sent = (Instant, Option<RateScope>);

/// Notes when each request went out, and for whom.
#[derive(Debug, Default, Clone)]
struct Clock(Arc<Mutex<Vec<Sent>>>);

#[async_trait]
impl Transport for Clock {
    async fn send(&self, request: Request<Bytes>) -> Result<Response<Bytes>, TransportError> {
        let scope = request.extensions().get().cloned();
        self.0.lock().unwrap().push((TokioTimer.now(), scope));
        Ok(Response::new(Bytes::new()))
    }
}

impl Clock {
    fn times(&self) -> Vec<Instant> {
        self.0.lock().unwrap().iter().map(|(at, _)| *at).collect()
    }
}

/// How many seconds, sliding, saw more requests than allowed.
fn violations(times: &[Instant], allowed: usize) -> usize {
    times
        .windows(allowed + 1)
        .filter(|window| window[allowed] - window[0] < SECOND)
        .count()
}

async fn keeps_the_rate(total: usize) {
    const TASKS: usize = 64;
    const RATE: u32 = 50;
    const BURST: u32 = 10;
    let clock = Clock::default();
    let policy = RateLimitPolicy::default().account(per_second(RATE).burst(BURST));
    let limited = Arc::new(RateLimit::new(clock.clone(), policy, TokioTimer));
    let tasks: Vec<_> = (0..TASKS)
        .map(|_| {
            let limited = Arc::clone(&limited);
            tokio::spawn(async move {
                let mut longest = Duration::ZERO;
                for _ in 0..total / TASKS {
                    let began = TokioTimer.now();
                    limited.send(request(None)).await.unwrap();
                    longest = longest.max(TokioTimer.now() - began);
                }
                longest
            })
        })
        .collect();
    let mut longest = Duration::ZERO;
    for task in tasks {
        longest = longest.max(task.await.unwrap());
    }
    let times = clock.times();
    let fair = SECOND * TASKS as u32 / RATE;
    let violations = violations(&times, (RATE + BURST) as usize);
    let rate = times.len() as f64 / (*times.last().unwrap() - times[0]).as_secs_f64();
    println!(
        "rate limit: {} acquisitions by {TASKS} tasks, {violations} sliding seconds above the limit, {rate:.1} of {RATE} \
         a second, longest wait {longest:?}, fair share {fair:?}",
        times.len()
    );
    assert_eq!(violations, 0);
    assert!(longest <= 2 * fair, "{longest:?}");
    assert!(rate > 0.9 * f64::from(RATE), "{rate}");
}

#[tokio::test(start_paused = true)]
async fn no_second_is_above_the_rate_in_50_000_acquisitions() {
    keeps_the_rate(50_048).await;
}

#[tokio::test(start_paused = true)]
#[ignore = "a minute in debug mode"]
async fn no_second_is_above_the_rate_in_1_000_000_acquisitions() {
    keeps_the_rate(1_000_000).await;
}

#[tokio::test(start_paused = true)]
async fn cancelled_waits_leak_nothing() {
    const WAITS: usize = 100_000;
    let clock = Clock::default();
    let policy = RateLimitPolicy::default()
        .account(per_second(1000))
        .sender(per_second(200));
    let limited = RateLimit::new(clock.clone(), policy.max_waiting(WAITS), TokioTimer);
    let scope = |n: usize| RateScope::account("a").sender((n % 8).to_string());
    for batch in 0..WAITS / 1000 {
        let mut waits: Vec<_> = (0..1000)
            .map(|n| Box::pin(limited.send(request(Some(scope(n))))))
            .collect();
        // Some get through, the others wait at either of their limits.
        let some = batch as u64 % 10;
        let all = std::future::poll_fn(|cx| {
            for wait in &mut waits {
                assert!(wait.as_mut().poll(cx).is_pending() || batch < WAITS);
            }
            std::task::Poll::Ready(())
        });
        all.await;
        assert!(limited.limiter().waiting() > 900);
        tokio::time::sleep(Duration::from_millis(some)).await;
        // Not in the order of arrival.
        while !waits.is_empty() {
            drop(waits.swap_remove(waits.len() / 2));
        }
        assert_eq!(limited.limiter().waiting(), 0);
    }
    let before = clock.times().len();
    tokio::time::sleep(SECOND).await;
    let began = TokioTimer.now();
    for n in 0..100 {
        limited.send(request(Some(scope(n)))).await.unwrap();
    }
    let took = TokioTimer.now() - began;
    println!(
        "rate limit: {WAITS} waits, {} cancelled, 0 waiting, 100 permits in {took:?}",
        WAITS - before
    );
    assert!(
        took <= Duration::from_millis(400),
        "permits were lost: {took:?}"
    );
}

#[tokio::test(start_paused = true)]
async fn a_busy_sender_does_not_hold_up_the_others() {
    let clock = Clock::default();
    let policy = RateLimitPolicy::default()
        .account(per_second(10))
        .max_wait(Duration::from_secs(3600));
    let limited = Arc::new(RateLimit::new(clock.clone(), policy, TokioTimer));
    let busy = RateScope::account("a").sender("busy");
    let quiet = RateScope::account("a").sender("quiet");
    let mut calls = Vec::new();
    for scope in std::iter::repeat_n(&busy, 100).chain([&quiet]) {
        let (limited, scope) = (Arc::clone(&limited), scope.clone());
        calls.push(tokio::spawn(async move {
            limited.send(request(Some(scope))).await
        }));
        tokio::task::yield_now().await;
    }
    for call in calls {
        call.await.unwrap().unwrap();
    }
    let sent = clock.0.lock().unwrap();
    let position = sent
        .iter()
        .position(|(_, scope)| *scope == Some(quiet.clone()))
        .unwrap();
    assert!(position <= 3, "the quiet sender was number {position}");
}

#[tokio::test(start_paused = true)]
async fn each_scope_keeps_its_own_rate() {
    let clock = Clock::default();
    let slow = RateScope::account("a").sender("slow");
    let policy = RateLimitPolicy::default()
        .account(per_second(40))
        .sender(per_second(20))
        .channel(per_second(10))
        .exception(slow.clone(), per_second(2));
    let limited = Arc::new(RateLimit::new(clock.clone(), policy, TokioTimer));
    let scopes = [
        slow,
        RateScope::account("a").sender("s").channel("sms"),
        RateScope::account("a").sender("s").channel("whatsapp"),
        RateScope::account("a").sender("t"),
        RateScope::account("a"),
        RateScope::account("b"),
    ];
    let calls: Vec<_> = (0..20 * scopes.len())
        .map(|n| {
            let (limited, scope) = (Arc::clone(&limited), scopes[n % scopes.len()].clone());
            tokio::spawn(async move { limited.send(request(Some(scope))).await.unwrap() })
        })
        .collect();
    for call in calls {
        call.await.unwrap();
    }
    let sent = clock.0.lock().unwrap();
    for (scope, rate) in scopes.iter().zip([2, 10, 10, 20, 40, 40]) {
        let times: Vec<_> = sent
            .iter()
            .filter(|it| it.1.as_ref() == Some(scope))
            .map(|it| it.0)
            .collect();
        assert_eq!(times.len(), 20);
        if rate < 19 {
            assert_eq!(violations(&times, rate + 1), 0, "{rate}");
        }
    }
    let account: Vec<_> = sent
        .iter()
        .filter(|it| it.1.as_ref() != scopes.last())
        .map(|it| it.0)
        .collect();
    assert_eq!(violations(&account, 41), 0);
}

#[tokio::test(start_paused = true)]
async fn waits_are_bounded_in_number_and_time() {
    let limited = |policy: RateLimitPolicy| {
        Arc::new(RateLimit::new(
            Clock::default(),
            policy.account(per_second(1)),
            TokioTimer,
        ))
    };
    let is_limited = |result: Result<Response<Bytes>, TransportError>| {
        let error = result.unwrap_err();
        assert_eq!(
            (error.kind(), error.delivery()),
            (TransportErrorKind::Limited, Delivery::NotSent)
        );
    };

    // At most two may wait.
    let full = limited(RateLimitPolicy::default().max_waiting(2));
    full.send(request(None)).await.unwrap();
    is_limited(full.try_send(request(None)).await);
    let waiting: Vec<_> = (0..2)
        .map(|_| {
            let full = Arc::clone(&full);
            tokio::spawn(async move { full.send(request(None)).await })
        })
        .collect();
    tokio::task::yield_now().await;
    is_limited(full.send(request(None)).await);
    for wait in waiting {
        wait.await.unwrap().unwrap();
    }

    // What would come too late is refused at once, by the policy or by the call's deadline.
    for (policy, deadline) in [
        (
            RateLimitPolicy::default().max_wait(Duration::from_millis(500)),
            None,
        ),
        (RateLimitPolicy::default(), Some(Duration::from_millis(500))),
    ] {
        let late = limited(policy);
        late.send(request(None)).await.unwrap();
        let began = TokioTimer.now();
        let mut request = request(None);
        if let Some(deadline) = deadline {
            request.extensions_mut().insert(Deadline(began + deadline));
        }
        is_limited(late.send(request).await);
        assert_eq!(TokioTimer.now(), began);
    }
}

/// Answers 429 above a rate that changes.
#[derive(Debug)]
struct HiddenLimit(Mutex<Hidden>);

#[derive(Debug)]
struct Hidden {
    rate: f64,
    tokens: f64,
    filled: Instant,
    accepted: Vec<Instant>,
    refused: usize,
}

impl HiddenLimit {
    fn new() -> Arc<Self> {
        Arc::new(Self(Mutex::new(Hidden {
            rate: 0.0,
            tokens: 0.0,
            filled: TokioTimer.now(),
            accepted: Vec::new(),
            refused: 0,
        })))
    }
}

#[async_trait]
impl Transport for HiddenLimit {
    async fn send(&self, _: Request<Bytes>) -> Result<Response<Bytes>, TransportError> {
        let mut response = Response::new(Bytes::new());
        {
            let now = TokioTimer.now();
            let mut hidden = self.0.lock().unwrap();
            let gained = (now - hidden.filled).as_secs_f64() * hidden.rate;
            hidden.tokens = (hidden.tokens + gained).min(hidden.rate / 4.0);
            hidden.filled = now;
            if hidden.tokens >= 1.0 {
                hidden.tokens -= 1.0;
                hidden.accepted.push(now);
            } else {
                hidden.refused += 1;
                *response.status_mut() = StatusCode::TOO_MANY_REQUESTS;
                response
                    .headers_mut()
                    .insert("retry-after", "1".parse().unwrap());
            }
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
        Ok(response)
    }
}

#[tokio::test(start_paused = true)]
async fn a_hidden_limit_that_changes_is_found() {
    const SCENARIOS: usize = 50;
    const PHASE: Duration = Duration::from_secs(60);
    let mut random = fastrand::Rng::with_seed(11);
    let mut worst_reached = f64::MAX;
    let mut worst_refused: f64 = 0.0;
    for _ in 0..SCENARIOS {
        let server = HiddenLimit::new();
        let policy = RateLimitPolicy::default().max_wait(Duration::from_secs(600));
        let limited = Arc::new(RateLimit::new(Arc::clone(&server), policy, TokioTimer));
        let mut rate: f64 = random.u32(15..60).into();
        server.0.lock().unwrap().rate = rate;
        let clients: Vec<_> = (0..16)
            .map(|_| {
                let limited = Arc::clone(&limited);
                tokio::spawn(async move {
                    loop {
                        let _ = limited.send(request(None)).await;
                    }
                })
            })
            .collect();
        for phase in 0..3 {
            if phase > 0 {
                rate = (rate * (0.5 + random.f64() * 1.5)).clamp(15.0, 80.0);
                server.0.lock().unwrap().rate = rate;
            }
            let began = TokioTimer.now();
            tokio::time::sleep(PHASE).await;
            let hidden = server.0.lock().unwrap();
            // The best five seconds of the first thirty.
            let best = (0..=25)
                .map(|second| {
                    let from = began + SECOND * second;
                    let window = from..from + 5 * SECOND;
                    hidden
                        .accepted
                        .iter()
                        .filter(|at| window.contains(*at))
                        .count() as f64
                        / 5.0
                })
                .fold(0.0, f64::max);
            worst_reached = worst_reached.min(best / rate);
        }
        for client in clients {
            client.abort();
        }
        let hidden = server.0.lock().unwrap();
        let total = hidden.refused + hidden.accepted.len();
        worst_refused = worst_refused.max(hidden.refused as f64 / total as f64);
    }
    println!(
        "hidden limit: {SCENARIOS} scenarios of 3 phases, worst reached {:.0} % of the limit within 30 s, worst share of \
         429 {:.2} %",
        worst_reached * 100.0,
        worst_refused * 100.0
    );
    assert!(worst_reached >= 0.9, "{worst_reached}");
    assert!(worst_refused <= 0.02, "{worst_refused}");
}

#[tokio::test(start_paused = true)]
async fn nothing_goes_out_before_retry_after() {
    const STORMS: u64 = 10_000;
    let mut early = 0;
    let mut sent_in_all = 0;
    let mut random = fastrand::Rng::with_seed(5);
    for _ in 0..STORMS {
        let pause = random.u64(1..30);
        let latency = random.u64(1..50);
        let refused_at = random.usize(0..6);
        let sent: Arc<Mutex<Vec<Instant>>> = Arc::default();
        let shared = Arc::clone(&sent);
        let server = messages_transport::testing::ScriptedTransport::from_fn(move |_| {
            let number = {
                let mut sent = shared.lock().unwrap();
                sent.push(TokioTimer.now());
                sent.len() - 1
            };
            async move {
                tokio::time::sleep(Duration::from_millis(latency)).await;
                let mut response = Response::new(Bytes::new());
                if number == refused_at {
                    *response.status_mut() = StatusCode::TOO_MANY_REQUESTS;
                    response
                        .headers_mut()
                        .insert("retry-after", pause.to_string().parse().unwrap());
                }
                Ok(response)
            }
        });
        let policy = RateLimitPolicy::default().max_wait(Duration::from_secs(600));
        let limited = Arc::new(RateLimit::new(server, policy, TokioTimer));
        let clients: Vec<_> = (0..4)
            .map(|_| {
                let limited = Arc::clone(&limited);
                tokio::spawn(async move {
                    for _ in 0..3 {
                        let _ = limited.send(request(None)).await;
                    }
                })
            })
            .collect();
        for client in clients {
            client.await.unwrap();
        }
        let sent = sent.lock().unwrap();
        let told = sent[refused_at] + Duration::from_millis(latency);
        let until = told + Duration::from_secs(pause);
        // Whoever goes out in the very millisecond of the answer cannot know it yet.
        early += sent.iter().filter(|at| **at > told && **at < until).count();
        sent_in_all += sent.len();
    }
    println!("429 storms: {STORMS}, {sent_in_all} requests, {early} before Retry-After was over");
    assert_eq!(early, 0);
    assert_eq!(sent_in_all as u64, STORMS * 12);
}
