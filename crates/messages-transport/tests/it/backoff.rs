//! Waits of retries, and their cost. Time is tokio's paused clock.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use bytes::Bytes;
use http::{Response, Uri};
use messages_transport::layer::retry::{DeliveryPolicy, Retry, RetryBudget, RetryPolicy};
use messages_transport::testing::ScriptedTransport;
use messages_transport::{
    Delivery, Timer, TokioTimer, Transport, TransportError, TransportErrorKind,
};

use crate::support::{eventually, post};

type Exchange = Result<Response<Bytes>, TransportError>;

fn unsent() -> Exchange {
    let (kind, delivery) = (TransportErrorKind::Connect, Delivery::NotSent);
    Err(TransportError::without_source(kind, delivery))
}

fn status(status: u16) -> Exchange {
    Ok(Response::builder()
        .status(status)
        .body(Bytes::new())
        .unwrap())
}

const RETRIES: usize = 9;

/// The shortest and the longest wait before each retry, in milliseconds, over many calls that end
/// in this way again and again.
async fn extremes(ending: fn() -> Exchange) -> Vec<(u128, u128)> {
    const CALLS: usize = 500;
    let mut extremes = vec![(u128::MAX, 0); RETRIES];
    for _ in 0..CALLS {
        let starts = Arc::new(Mutex::new(Vec::new()));
        let policy = RetryPolicy::default()
            .max_attempts(RETRIES as u32 + 1)
            .budget(RetryBudget::new(u32::MAX));
        let seen = Arc::clone(&starts);
        let server = ScriptedTransport::from_fn(move |_| {
            seen.lock().unwrap().push(TokioTimer.now());
            async move { ending() }
        });
        let retry = Retry::new(server, policy, TokioTimer).delivery(DeliveryPolicy::AtLeastOnce);
        let request = post(Uri::from_static("https://api.example/"), "{}");
        let _ = eventually(retry.send(request)).await;
        let starts = starts.lock().unwrap();
        let waits: Vec<Duration> = starts.windows(2).map(|pair| pair[1] - pair[0]).collect();
        assert_eq!(waits.len(), RETRIES);
        for (extreme, wait) in extremes.iter_mut().zip(waits.iter()) {
            extreme.0 = extreme.0.min(wait.as_millis());
            extreme.1 = extreme.1.max(wait.as_millis());
        }
    }
    extremes
}

/// The waits fill the range from `least` to `most` and do not leave it.
fn assert_fills(extremes: &[(u128, u128)], range: impl Fn(u32) -> (u128, u128)) {
    for (retry, &(shortest, longest)) in extremes.iter().enumerate() {
        let (least, most) = range(retry as u32);
        let slack = (most - least) / 20 + 1;
        assert!(
            (least..=least + slack).contains(&shortest),
            "retry {retry}: {shortest} ms of {least} to {most}"
        );
        assert!(
            // Tokio's timer rounds up to the millisecond.
            (most - slack..=most + 1).contains(&longest),
            "retry {retry}: {longest} ms of {least} to {most}"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn waits_double_up_to_their_bound_with_full_jitter() {
    for ending in [unsent, || status(503)] {
        let extremes = extremes(ending).await;
        assert_fills(&extremes, |retry| (0, (100 << retry).min(10_000)));
    }
}

#[tokio::test(start_paused = true)]
async fn after_a_429_jitter_is_added_and_never_subtracted() {
    let extremes = extremes(|| status(429)).await;
    assert_fills(&extremes, |retry| {
        let least = (1000 << retry).min(10_000);
        (least, 2 * least)
    });
}

#[tokio::test(start_paused = true)]
async fn what_the_server_asks_for_is_waited_for() {
    let extremes = extremes(|| {
        let response = Response::builder().status(503).header("retry-after", "7");
        Ok(response.body(Bytes::new()).unwrap())
    })
    .await;
    assert_fills(&extremes, |retry| {
        (7_000, 7_000 + (100 << retry).min(10_000))
    });
}

/// The tokens that are left of 100 after a call that goes through this.
async fn tokens_after(endings: Vec<Exchange>, spent: u32) -> u32 {
    let budget = RetryBudget::new(100);
    let drain = |endings: Vec<Exchange>, attempts: u32| {
        let mut script = ScriptedTransport::new();
        for ending in endings {
            script = script.then_with(move |_| ending);
        }
        let policy = RetryPolicy::default()
            .max_attempts(attempts)
            .budget(budget.clone());
        let retry = Retry::new(script.clone(), policy, TokioTimer);
        async move {
            let request = post(Uri::from_static("https://api.example/"), "{}");
            let _ = eventually(retry.send(request)).await;
            assert_eq!(script.remaining(), 0, "the call ended early");
        }
    };
    for _ in 0..spent / 10 {
        drain(vec![unsent(), unsent()], 2).await;
    }
    drain(endings, 3).await;
    budget.tokens()
}

#[tokio::test(start_paused = true)]
async fn the_budget_keeps_account() {
    let table: [(&str, Vec<Exchange>, u32, u32); 10] = [
        ("a success fills no full budget", vec![status(202)], 0, 100),
        ("a success pays one in", vec![status(202)], 50, 51),
        ("so does a rejection", vec![status(422)], 50, 51),
        ("a server error does not", vec![status(500)], 50, 50),
        (
            "two retries cost ten each",
            vec![unsent(), unsent(), unsent()],
            50,
            30,
        ),
        (
            "the price of the last one is returned",
            vec![unsent(), unsent(), status(202)],
            50,
            40,
        ),
        (
            "a 429 costs five",
            vec![status(429), status(429), status(429)],
            50,
            40,
        ),
        (
            "and is returned too",
            vec![status(429), status(202)],
            50,
            50,
        ),
        ("what is left is enough", vec![unsent(), unsent()], 90, 0),
        ("without tokens no retry", vec![unsent()], 100, 0),
    ];
    for (name, endings, spent, left) in table {
        assert_eq!(tokens_after(endings, spent).await, left, "{name}");
    }
}
