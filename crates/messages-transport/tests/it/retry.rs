//! Number, pace and cost of retries. Time is tokio's paused clock.

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use bytes::Bytes;
use http::{Request, Uri};
use messages_transport::layer::retry::{DeliveryPolicy, Retry, RetryBudget, RetryPolicy};
use messages_transport::layer::timeout::Timeout;
use messages_transport::testing::ScriptedTransport;
use messages_transport::{
    CallContext, Delivery, Timer, TokioTimer, Transport, TransportError, TransportErrorKind,
    TryAgain,
};

use crate::support::{all, eventually, post};

fn request() -> Request<Bytes> {
    post(Uri::from_static("https://api.example/v1/messages"), "{}")
}

fn unsent() -> TransportError {
    TransportError::without_source(TransportErrorKind::Connect, Delivery::NotSent)
}

fn retry(script: &ScriptedTransport, policy: RetryPolicy) -> Retry<ScriptedTransport> {
    Retry::new(script.clone(), policy, TokioTimer)
}

fn throttled(retry_after: &str) -> http::Response<Bytes> {
    let builder = http::Response::builder()
        .status(429)
        .header("retry-after", retry_after);
    builder.body(Bytes::new()).unwrap()
}

#[tokio::test(start_paused = true)]
async fn attempts_are_bounded_and_counted() {
    let script = ScriptedTransport::new()
        .then_error(unsent())
        .then_error(unsent())
        .then_error(unsent())
        .then_status(202, "{}");
    let context = CallContext::new();
    let attempts = context.attempts().clone();
    let mut request = request();
    request.extensions_mut().insert(context);
    let result = eventually(retry(&script, RetryPolicy::default()).send(request)).await;
    assert_eq!(result.unwrap_err().delivery(), Delivery::NotSent);
    assert_eq!(attempts.count(), 3);
    assert_eq!(script.remaining(), 1);
}

#[tokio::test(start_paused = true)]
async fn every_attempt_is_the_same_request() {
    let script = ScriptedTransport::new()
        .then_error(unsent())
        .then_status(202, "{}");
    eventually(retry(&script, RetryPolicy::default()).send(request()))
        .await
        .unwrap();
    let [first, second] = &script.requests()[..] else {
        panic!("not two attempts")
    };
    assert_eq!((first.uri(), first.body()), (second.uri(), second.body()));
    assert_eq!(first.headers(), second.headers());
}

/// Something of the caller's own, in the extensions.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Mark(u8);

#[tokio::test(start_paused = true)]
async fn every_attempt_has_what_the_caller_said_of_the_request() {
    for more in [None, Some(Mark(7))] {
        let script = ScriptedTransport::new()
            .then_error(unsent())
            .then_status(202, "{}");
        let context = CallContext::new().route("/v1/messages");
        let mut request = request();
        *request.version_mut() = http::Version::HTTP_2;
        request.extensions_mut().insert(context);
        if let Some(mark) = &more {
            request.extensions_mut().insert(mark.clone());
        }
        eventually(retry(&script, RetryPolicy::default()).send(request))
            .await
            .unwrap();
        assert_eq!(script.requests().len(), 2);
        for request in script.requests() {
            assert_eq!(CallContext::route_of(&request), Some("/v1/messages"));
            assert_eq!(request.extensions().get(), more.as_ref());
            assert_eq!(request.version(), http::Version::HTTP_2);
        }
    }
}

fn asking(status: u16) -> http::Response<Bytes> {
    let mut answer = http::Response::new(Bytes::new());
    *answer.status_mut() = status.try_into().unwrap();
    answer.extensions_mut().insert(TryAgain);
    answer
}

#[tokio::test(start_paused = true)]
async fn a_layer_below_can_ask_for_one_more_attempt_after_a_refusal() {
    for (attempts, taken) in [(1, 2), (3, 2)] {
        let script = ScriptedTransport::new()
            .then(asking(401))
            .then_status(202, "{}");
        let policy = RetryPolicy::default().max_attempts(attempts);
        let context = CallContext::new();
        let counted = context.attempts().clone();
        let mut request = request();
        request.extensions_mut().insert(context);
        let began = TokioTimer.now();
        let answer = eventually(retry(&script, policy).send(request)).await;
        assert_eq!(answer.unwrap().status(), 202);
        assert_eq!(counted.count(), taken);
        assert_eq!(TokioTimer.now(), began, "without a wait");
    }
}

#[tokio::test(start_paused = true)]
async fn one_more_attempt_is_one_and_only_after_a_refusal() {
    // The second asks in vain.
    let script = ScriptedTransport::new()
        .then(asking(401))
        .then(asking(403))
        .then_status(202, "{}");
    let answer = eventually(retry(&script, RetryPolicy::default()).send(request())).await;
    assert_eq!(answer.unwrap().status(), 403);
    // A request that may have been accepted is not sent again.
    for status in [200, 202, 408, 500, 502] {
        let script = ScriptedTransport::new()
            .then(asking(status))
            .then_status(202, "{}");
        let answer = eventually(retry(&script, RetryPolicy::default()).send(request())).await;
        assert_eq!(answer.unwrap().status(), status);
        assert_eq!(script.remaining(), 1, "{status}");
    }
    // Nor is there another attempt when the call is over.
    let script = ScriptedTransport::new()
        .then(asking(401))
        .then_status(202, "{}");
    let mut late = request();
    let context = CallContext::new().deadline(TokioTimer.now());
    late.extensions_mut().insert(context);
    let answer = eventually(retry(&script, RetryPolicy::default()).send(late)).await;
    assert_eq!(answer.unwrap().status(), 401);
}

#[tokio::test(start_paused = true)]
async fn a_call_can_bring_its_own_delivery_policy() {
    let script = ScriptedTransport::new()
        .then_status(503, "")
        .then_status(202, "{}");
    let retry = retry(&script, RetryPolicy::default());
    assert_eq!(
        eventually(retry.send(request())).await.unwrap().status(),
        503
    );
    let script = ScriptedTransport::new()
        .then_status(503, "")
        .then_status(202, "{}");
    let retry = Retry::new(script, RetryPolicy::default(), TokioTimer);
    let mut request = request();
    request
        .extensions_mut()
        .insert(DeliveryPolicy::TrustRefusals);
    assert_eq!(eventually(retry.send(request)).await.unwrap().status(), 202);
}

#[tokio::test(start_paused = true)]
async fn a_429_is_never_repeated_early() {
    for (header, least) in [("7", 7.0), ("", 1.0), ("inf", 1.0), ("0", 0.0)] {
        let script = ScriptedTransport::new()
            .then(throttled(header))
            .then_status(202, "{}");
        let began = TokioTimer.now();
        eventually(retry(&script, RetryPolicy::default()).send(request()))
            .await
            .unwrap();
        let waited = (TokioTimer.now() - began).as_secs_f64();
        // Tokio's timer is exact to the millisecond.
        assert!(
            waited + 0.001 >= least && waited < least + 2.1,
            "{header:?}: {waited} s"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn a_retry_after_beyond_the_bound_ends_the_call() {
    let script = ScriptedTransport::new()
        .then(throttled("31"))
        .then_status(202, "{}");
    let began = TokioTimer.now();
    let response = eventually(retry(&script, RetryPolicy::default()).send(request()))
        .await
        .unwrap();
    assert_eq!(response.status(), 429);
    assert_eq!(TokioTimer.now(), began);
}

#[tokio::test(start_paused = true)]
async fn no_wait_passes_the_deadline() {
    let script = ScriptedTransport::new()
        .then(throttled("7"))
        .then_status(202, "{}");
    let mut request = request();
    request
        .extensions_mut()
        .insert(CallContext::new().deadline(TokioTimer.now() + Duration::from_secs(5)));
    let began = TokioTimer.now();
    let response = eventually(retry(&script, RetryPolicy::default()).send(request))
        .await
        .unwrap();
    assert_eq!((response.status().as_u16(), TokioTimer.now()), (429, began));
}

#[tokio::test(start_paused = true)]
async fn retries_end_at_the_deadline_of_the_call() {
    // Shorter and longer than a minute: nothing else bounds the time of a call.
    for seconds in [30, 300] {
        let script = ScriptedTransport::from_fn(|_| async {
            tokio::time::sleep(Duration::from_secs(1)).await;
            Err(unsent())
        });
        let policy = RetryPolicy::default()
            .max_attempts(1000)
            .budget(RetryBudget::new(u32::MAX));
        let began = TokioTimer.now();
        let limit = Duration::from_secs(seconds);
        let mut request = request();
        request
            .extensions_mut()
            .insert(CallContext::new().deadline(began + limit));
        eventually(retry(&script, policy).send(request))
            .await
            .unwrap_err();
        let elapsed = TokioTimer.now() - began;
        assert!(
            (limit - Duration::from_secs(11)..=limit + Duration::from_secs(1)).contains(&elapsed),
            "{elapsed:?} of {limit:?}"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn an_attempt_begins_when_it_is_first_polled() {
    let script = ScriptedTransport::new().then_status(202, "{}");
    let timeout = Timeout::new(script.clone(), Duration::from_secs(2), TokioTimer);
    let attempt = timeout.send(request());
    let mut late = request();
    let deadline = TokioTimer.now() + Duration::from_secs(1);
    late.extensions_mut()
        .insert(CallContext::new().deadline(deadline));
    let late = timeout.send(late);
    tokio::time::advance(Duration::from_secs(3)).await;
    assert_eq!(attempt.await.unwrap().status(), 202);
    assert_eq!(late.await.unwrap_err().delivery(), Delivery::NotSent);
    assert_eq!(script.requests().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn the_attempt_ends_at_its_limit_or_at_the_deadline() {
    for (limit, deadline, ends) in [(20, None, 20), (20, Some(3), 3), (2, Some(3), 2)] {
        let timeout = Timeout::new(
            ScriptedTransport::new().then_never(),
            Duration::from_secs(limit),
            TokioTimer,
        );
        let began = TokioTimer.now();
        let mut request = request();
        if let Some(deadline) = deadline {
            request
                .extensions_mut()
                .insert(CallContext::new().deadline(began + Duration::from_secs(deadline)));
        }
        let error = eventually(timeout.send(request)).await.unwrap_err();
        assert_eq!(
            (error.kind(), error.delivery()),
            (TransportErrorKind::Timeout, Delivery::Unknown)
        );
        let waited = TokioTimer.now() - began;
        assert!(waited >= Duration::from_secs(ends), "{waited:?}");
        assert!(
            waited < Duration::from_secs(ends) + Duration::from_millis(100),
            "{waited:?}"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn nothing_is_sent_after_the_deadline() {
    let script = ScriptedTransport::new().then_status(202, "{}");
    let timeout = Timeout::new(script.clone(), Duration::from_secs(1), TokioTimer);
    let mut request = request();
    request
        .extensions_mut()
        .insert(CallContext::new().deadline(TokioTimer.now()));
    let error = eventually(timeout.send(request)).await.unwrap_err();
    assert_eq!(
        (error.kind(), error.delivery()),
        (TransportErrorKind::Timeout, Delivery::NotSent)
    );
    assert!(script.requests().is_empty());
}

/// A server that is down until `up`.
fn outage(up: Instant) -> ScriptedTransport {
    ScriptedTransport::from_fn(move |_| async move {
        if TokioTimer.now() < up {
            return Err(unsent());
        }
        let mut response = http::Response::new(Bytes::new());
        *response.status_mut() = http::StatusCode::ACCEPTED;
        Ok(response)
    })
}

#[tokio::test(start_paused = true)]
async fn an_outage_is_not_answered_with_a_storm() {
    const CALLS: usize = 10_000;
    let up = TokioTimer.now() + Duration::from_secs(100);
    let script = outage(up);
    let budget = RetryBudget::default();
    let transport = Arc::new(retry(
        &script,
        RetryPolicy::default().budget(budget.clone()),
    ));
    let calls: Vec<_> = (0..CALLS)
        .map(|n| {
            let transport = Arc::clone(&transport);
            tokio::spawn(async move {
                tokio::time::sleep(Duration::from_millis(5 * n as u64)).await;
                transport.send(request()).await
            })
        })
        .collect();
    for result in all(calls).await {
        result.unwrap_err();
    }
    let extra = script.requests().len() - CALLS;
    println!(
        "total outage: {CALLS} calls, {extra} extra attempts, {} tokens left",
        budget.tokens()
    );
    assert!(extra <= 50 && extra * 10 <= CALLS, "{extra} extra attempts");
    assert!(extra > 0);

    // The server is back: every call gets through at once, on its first attempt.
    tokio::time::sleep_until(up.into()).await;
    for _ in 0..100 {
        assert_eq!(
            eventually(transport.send(request()))
                .await
                .unwrap()
                .status(),
            202
        );
    }
    assert_eq!(
        TokioTimer.now().saturating_duration_since(up),
        Duration::ZERO
    );
    assert!(budget.tokens() >= 100);
}

#[tokio::test(start_paused = true)]
async fn clients_that_fail_together_do_not_come_back_together() {
    const CLIENTS: usize = 10_000;
    for (name, first, window) in [("outage", None, 100), ("429", Some("1"), 1000)] {
        let began = TokioTimer.now();
        let arrivals = Arc::new(Mutex::new(Vec::new()));
        let shared = Arc::clone(&arrivals);
        let script = ScriptedTransport::from_fn(move |request| {
            let again = CallContext::attempts_of(&request).unwrap().count() > 1;
            if again {
                shared
                    .lock()
                    .unwrap()
                    .push((TokioTimer.now() - began).as_millis() as usize);
            }
            async move {
                match first {
                    Some(header) if !again => Ok(throttled(header)),
                    None if !again => Err(unsent()),
                    _ => Ok(http::Response::new(Bytes::new())),
                }
            }
        });
        let policy = RetryPolicy::default().budget(RetryBudget::new(u32::MAX));
        let transport = Arc::new(retry(&script, policy));
        let calls: Vec<_> = (0..CLIENTS)
            .map(|_| {
                let transport = Arc::clone(&transport);
                let mut request = request();
                request.extensions_mut().insert(CallContext::new());
                tokio::spawn(async move { transport.send(request).await })
            })
            .collect();
        for result in all(calls).await {
            result.unwrap();
        }
        let arrivals = arrivals.lock().unwrap();
        assert_eq!(arrivals.len(), CLIENTS);
        let width = window / 10;
        let start = arrivals.iter().min().unwrap();
        let mut bins = vec![0; 12];
        for arrival in arrivals.iter() {
            bins[((arrival - start) / width).min(11)] += 1;
        }
        let mean = CLIENTS / 10;
        println!("synchronised clients, {name}: per bin of {width} ms {bins:?}");
        assert!(bins.iter().all(|bin| *bin <= 3 * mean), "{name}: {bins:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_dropped_call_leaves_nothing_behind() {
    let script = ScriptedTransport::new()
        .then(throttled("5"))
        .then_status(202, "{}");
    let transport = retry(&script, RetryPolicy::default());
    let context = CallContext::new();
    let attempts = context.attempts().clone();
    let mut request = request();
    request.extensions_mut().insert(context);
    // The wait between the attempts is where it is dropped.
    let dropped = tokio::time::timeout(Duration::from_secs(1), transport.send(request)).await;
    assert!(dropped.is_err());
    tokio::time::sleep(Duration::from_secs(60)).await;
    assert_eq!((attempts.count(), script.remaining()), (1, 1));
}
