//! The queue: fair, bounded, and left without a trace.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::Response;
use messages_transport::layer::rate_limit::{RateLimit, RateLimitPolicy, RateScope};
use messages_transport::{
    CallContext, Delivery, Timer, TokioTimer, Transport, TransportError, TransportErrorKind,
};

use super::{Clock, SECOND, per_second, request};
use crate::support::{all, eventually};

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
        std::future::poll_fn(|cx| {
            for wait in &mut waits {
                let _ = wait.as_mut().poll(cx);
            }
            std::task::Poll::Ready(())
        })
        .await;
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
        eventually(limited.send(request(Some(scope(n)))))
            .await
            .unwrap();
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
    let policy = RateLimitPolicy::default().account(per_second(10));
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
    for result in all(calls).await {
        result.unwrap();
    }
    let sent = clock.0.lock().unwrap();
    let position = sent
        .iter()
        .position(|(_, scope)| *scope == Some(quiet.clone()))
        .unwrap();
    assert!(position <= 3, "the quiet sender was number {position}");
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
    eventually(full.send(request(None))).await.unwrap();
    is_limited(eventually(full.try_send(request(None))).await);
    let waiting: Vec<_> = (0..2)
        .map(|_| {
            let full = Arc::clone(&full);
            tokio::spawn(async move { full.send(request(None)).await })
        })
        .collect();
    tokio::task::yield_now().await;
    is_limited(eventually(full.send(request(None))).await);
    for result in all(waiting).await {
        result.unwrap();
    }

    // A request that could only go out after the deadline of its call is refused at once.
    let late = limited(RateLimitPolicy::default());
    eventually(late.send(request(None))).await.unwrap();
    let began = TokioTimer.now();
    let mut request = request(None);
    request
        .extensions_mut()
        .insert(CallContext::new().deadline(began + Duration::from_millis(500)));
    is_limited(eventually(late.send(request)).await);
    assert_eq!(TokioTimer.now(), began);
}
