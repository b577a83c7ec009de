//! Far more calls than the API takes: few wait, the others are told at once, and none is lost.

#![cfg(target_os = "linux")]

use std::num::NonZeroU32;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Waker};

use async_trait::async_trait;
use bytes::Bytes;
use http::{Request, Response};
use messages_transport::layer::rate_limit::{Quota, RateLimit, RateLimitPolicy};
use messages_transport::{Delivery, TokioTimer, Transport, TransportError, TransportErrorKind};
use tokio::sync::watch;

use super::{SECOND, request};
use crate::memory::{MEBIBYTE, resident, run_alone};
use crate::support::all;

/// Takes every request, and answers none before it has recovered.
#[derive(Debug)]
struct Stalled {
    taken: Arc<AtomicUsize>,
    recovered: watch::Receiver<bool>,
}

#[async_trait]
impl Transport for Stalled {
    async fn send(&self, _: Request<Bytes>) -> Result<Response<Bytes>, TransportError> {
        self.taken.fetch_add(1, Ordering::Relaxed);
        let mut recovered = self.recovered.clone();
        recovered.wait_for(|recovered| *recovered).await.unwrap();
        Ok(Response::new(Bytes::new()))
    }
}

async fn offer(calls: usize) {
    const STALL: usize = 20;
    let taken = Arc::default();
    let (recover, recovered) = watch::channel(false);
    let server = Stalled {
        taken: Arc::clone(&taken),
        recovered,
    };
    let rate = Quota::per_second(NonZeroU32::new(30).unwrap());
    let policy = RateLimitPolicy::default().account(rate);
    let limited = Arc::new(RateLimit::new(server, policy, TokioTimer));

    let before = resident();
    let mut grown = 0;
    let mut refused = 0;
    let mut unanswered = Vec::new();
    let mut most_waiting = 0;
    for n in 0..calls {
        let limited_again = Arc::clone(&limited);
        let mut call = Box::pin(async move { limited_again.send(request(None)).await });
        match call.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
            std::task::Poll::Ready(result) => {
                let error = result.unwrap_err();
                assert_eq!(error.kind(), TransportErrorKind::Limited);
                assert_eq!(error.delivery(), Delivery::NotSent);
                refused += 1;
            }
            std::task::Poll::Pending => unanswered.push(tokio::spawn(call)),
        }
        if n % (calls / STALL) == 0 {
            tokio::time::sleep(SECOND).await;
            grown = grown.max(resident().saturating_sub(before));
            most_waiting = most_waiting.max(limited.limiter().waiting());
        }
    }
    grown = grown.max(resident().saturating_sub(before));
    recover.send(true).unwrap();
    let mut answered = 0;
    for result in all(unanswered).await {
        result.unwrap();
        answered += 1;
    }
    let taken = taken.load(Ordering::Relaxed);
    println!(
        "backlog: {calls} calls into a stalled API, {refused} refused at once, at most {most_waiting} waiting, {taken} \
         taken after all, {} lost, {} MiB of growth",
        calls - refused - taken,
        grown / MEBIBYTE
    );
    assert_eq!((answered, taken + refused), (taken, calls));
    assert_eq!(limited.limiter().waiting(), 0);
    assert!(refused > 0 && most_waiting <= 10_000);
    assert!(grown <= 64 * MEBIBYTE, "{grown}");
}

#[test]
fn calls_into_a_stalled_api_fill_no_memory() {
    run_alone("rate_limit::backlog::offer_200_000");
}

#[tokio::test(start_paused = true)]
#[ignore = "run by the test above"]
async fn offer_200_000() {
    offer(200_000).await;
}

#[test]
#[ignore = "minutes in debug mode"]
fn ten_million_calls_into_a_stalled_api_fill_no_memory() {
    run_alone("rate_limit::backlog::offer_10_000_000");
}

#[tokio::test(start_paused = true)]
#[ignore = "run by the test above"]
async fn offer_10_000_000() {
    offer(10_000_000).await;
}
