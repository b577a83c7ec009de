//! The pause after a 429.

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use bytes::Bytes;
use http::{Response, StatusCode};
use messages_transport::layer::rate_limit::{RateLimit, RateLimitPolicy};
use messages_transport::layer::retry::{Retry, RetryPolicy};
use messages_transport::testing::ScriptedTransport;
use messages_transport::{CallContext, Timer, TokioTimer, Transport};

use super::{SECOND, request};
use crate::support::all;

/// An API of one request a second, which refuses the others with this `Retry-After`.
fn one_a_second(retry_after: Option<&'static str>) -> ScriptedTransport {
    let next = Mutex::new(TokioTimer.now());
    ScriptedTransport::from_fn(move |_| {
        let mut next = next.lock().unwrap();
        let now = TokioTimer.now();
        let mut response = Response::new(Bytes::new());
        if now < *next {
            *response.status_mut() = StatusCode::TOO_MANY_REQUESTS;
            if let Some(value) = retry_after {
                let value = value.parse().unwrap();
                response.headers_mut().insert("retry-after", value);
            }
        } else {
            *next = now + SECOND;
        }
        async move { Ok(response) }
    })
}

#[tokio::test(start_paused = true)]
async fn patient_calls_to_a_slower_api_are_all_accepted() {
    const CALLS: usize = 40;
    for (retry_after, at_a_time) in [(Some("1"), 8), (None, 8), (Some("1"), 40), (Some("45"), 3)] {
        let server = one_a_second(retry_after);
        let limited = RateLimit::new(server.clone(), RateLimitPolicy::default(), TokioTimer);
        let policy = RetryPolicy::default().wait_out_throttling();
        let patient = Arc::new(Retry::new(limited, policy, TokioTimer));
        let began = TokioTimer.now();
        let workers: Vec<_> = (0..at_a_time)
            .map(|worker| {
                let patient = Arc::clone(&patient);
                tokio::spawn(async move {
                    for _ in (worker..CALLS).step_by(at_a_time) {
                        let mut request = request(None);
                        let context =
                            CallContext::new().deadline(TokioTimer.now() + 86_400 * SECOND);
                        request.extensions_mut().insert(context);
                        let response = patient.send(request).await.unwrap();
                        assert_eq!(response.status(), 200);
                    }
                })
            })
            .collect();
        all(workers).await;
        let elapsed = TokioTimer.now() - began;
        println!(
            "slower API, Retry-After {retry_after:?}, {at_a_time} at a time: {CALLS} accepted in {elapsed:.0?}, {} requests",
            server.requests().len()
        );
        assert!(elapsed >= SECOND * (CALLS as u32 - 1));
    }
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
        let server = ScriptedTransport::from_fn(move |_| {
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
        let policy = RateLimitPolicy::default();
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
        all(clients).await;
        let sent = sent.lock().unwrap();
        let told = sent[refused_at] + Duration::from_millis(latency);
        let until = told + Duration::from_secs(pause);
        // A request of the very millisecond of the response cannot know it yet.
        early += sent.iter().filter(|at| **at > told && **at < until).count();
        sent_in_all += sent.len();
    }
    println!("429 storms: {STORMS}, {sent_in_all} requests, {early} before Retry-After was over");
    assert_eq!(early, 0);
    assert_eq!(sent_in_all as u64, STORMS * 12);
}
