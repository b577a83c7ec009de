//! Rates and times of requests.

use std::sync::Arc;
use std::time::{Duration, Instant};

use messages_transport::layer::rate_limit::{
    Quota, RateLimit, RateLimitPolicy, RateLimiter, RateScope,
};
use messages_transport::{Timer, TokioTimer, Transport};

use super::{Clock, SECOND, per_second, request};
use crate::support::all;

/// Number of sliding seconds with more requests than allowed.
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
    let longest = all(tasks).await.into_iter().max().unwrap();
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
    all(calls).await;
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
async fn a_rate_below_one_a_second_is_kept() {
    let clock = Clock::default();
    let policy = RateLimitPolicy::default().account(Quota::every(2 * SECOND));
    let limited = RateLimit::new(clock.clone(), policy, TokioTimer);
    for _ in 0..5 {
        limited.send(request(None)).await.unwrap();
    }
    let times = clock.times();
    assert!(times.windows(2).all(|pair| pair[1] - pair[0] == 2 * SECOND));
}

#[tokio::test(start_paused = true)]
async fn work_that_is_no_request_can_keep_a_rate_too() {
    let policy = RateLimitPolicy::default().account(Quota::every(SECOND));
    let limiter = RateLimiter::new(policy, TokioTimer);
    let began = TokioTimer.now();
    for _ in 0..5 {
        limiter.turn(&RateScope::default()).await.unwrap();
    }
    assert_eq!(TokioTimer.now() - began, 4 * SECOND);
}
