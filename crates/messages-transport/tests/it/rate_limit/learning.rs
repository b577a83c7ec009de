//! What is learned from 429.

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use async_trait::async_trait;
use bytes::Bytes;
use http::{Request, Response, StatusCode};
use messages_transport::layer::rate_limit::{RateLimit, RateLimitPolicy};
use messages_transport::testing::ScriptedTransport;
use messages_transport::{Timer, TokioTimer, Transport, TransportError};

use super::{SECOND, request};
use crate::support::all;

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
        all(clients).await;
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
