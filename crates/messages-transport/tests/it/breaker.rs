//! Holding back in an outage. Time is tokio's paused clock.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use http::{Request, Response, StatusCode, Uri};
use messages_transport::layer::breaker::{Breaker, BreakerPolicy};
use messages_transport::layer::timeout::Timeout;
use messages_transport::testing::ScriptedTransport;
use messages_transport::{
    Delivery, Timer, TokioTimer, Transport, TransportError, TransportErrorKind,
};

use crate::support::{all, eventually, post};

const SECOND: Duration = Duration::from_secs(1);

fn request() -> Request<Bytes> {
    post(Uri::from_static("https://api.example/v1/messages"), "{}")
}

fn status(code: u16) -> Response<Bytes> {
    let mut response = Response::new(Bytes::new());
    *response.status_mut() = StatusCode::from_u16(code).unwrap();
    response
}

fn error(kind: TransportErrorKind, delivery: Delivery) -> TransportError {
    TransportError::without_source(kind, delivery)
}

fn is_refused(result: &Result<Response<Bytes>, TransportError>) -> bool {
    result.as_ref().is_err_and(|error| {
        error.kind() == TransportErrorKind::Paused && error.delivery() == Delivery::NotSent
    })
}

#[tokio::test(start_paused = true)]
async fn what_counts_as_a_failure() {
    use TransportErrorKind::{Connect, Interrupted, InvalidRequest, Limited, Other, Timeout};
    let cut = |code| {
        error(Interrupted, Delivery::Unknown).with_status(StatusCode::from_u16(code).unwrap())
    };
    let table = [
        ("408", Ok(status(408)), true),
        ("500", Ok(status(500)), true),
        ("502", Ok(status(502)), true),
        ("503", Ok(status(503)), true),
        ("504", Ok(status(504)), true),
        ("500, cut", Err(cut(500)), true),
        (
            "no connection",
            Err(error(Connect, Delivery::NotSent)),
            true,
        ),
        ("timeout", Err(error(Timeout, Delivery::Unknown)), true),
        ("broken", Err(error(Interrupted, Delivery::Unknown)), true),
        ("unknown", Err(error(Other, Delivery::Unknown)), true),
        ("202", Ok(status(202)), false),
        ("202, cut", Err(cut(202)), false),
        ("302", Ok(status(302)), false),
        ("401", Ok(status(401)), false),
        ("422", Ok(status(422)), false),
        ("429", Ok(status(429)), false),
        ("501", Ok(status(501)), false),
        ("own limit", Err(error(Limited, Delivery::NotSent)), false),
        (
            "relative URI",
            Err(error(InvalidRequest, Delivery::NotSent)),
            false,
        ),
        ("too late", Err(error(Timeout, Delivery::NotSent)), false),
    ];
    for (name, result, fails) in table {
        let script = match result {
            Ok(response) => ScriptedTransport::new().then(response),
            Err(error) => ScriptedTransport::new().then_error(error),
        };
        let policy = BreakerPolicy::default().failures(1);
        let breaker = Breaker::new(script, policy, TokioTimer);
        let _ = eventually(breaker.send(request())).await;
        assert_eq!(breaker.is_pausing(), fails, "{name}");
    }
}

#[tokio::test(start_paused = true)]
async fn only_failures_in_a_row_count() {
    let mut script = ScriptedTransport::new();
    for code in [500, 500, 500, 500, 202, 500, 500, 500, 500] {
        script = script.then_status(code, "");
    }
    // Neither a failure nor a success.
    let script = script
        .then_error(error(TransportErrorKind::Limited, Delivery::NotSent))
        .then_status(500, "");
    let breaker = Breaker::new(script.clone(), BreakerPolicy::default(), TokioTimer);
    for _ in 0..10 {
        assert!(!breaker.is_pausing());
        assert!(!is_refused(&eventually(breaker.send(request())).await));
    }
    assert!(!breaker.is_pausing());
    let _ = eventually(breaker.send(request())).await;
    assert!(breaker.is_pausing());
    assert!(is_refused(&eventually(breaker.send(request())).await));
    assert_eq!(script.remaining(), 0);
}

#[tokio::test(start_paused = true)]
async fn one_probe_goes_out_after_each_pause_and_pauses_double() {
    let down = Arc::new(AtomicBool::new(true));
    let server_is_down = Arc::clone(&down);
    let script = ScriptedTransport::from_fn(move |_| {
        let code = if server_is_down.load(Ordering::Relaxed) {
            503
        } else {
            202
        };
        async move {
            tokio::time::sleep(SECOND).await;
            Ok(status(code))
        }
    });
    let policy = BreakerPolicy::default().failures(1).max_pause(15 * SECOND);
    let breaker = Arc::new(Breaker::new(script.clone(), policy, TokioTimer));
    eventually(breaker.send(request())).await.unwrap();
    for (probes, pause) in [5, 10, 15, 15].into_iter().enumerate() {
        let began = TokioTimer.now();
        eventually(breaker.ready()).await;
        let waited = TokioTimer.now() - began;
        assert!(waited.abs_diff(pause * SECOND) < Duration::from_millis(10));
        if pause == 15 && probes == 3 {
            down.store(false, Ordering::Relaxed);
        }
        // Ten at once: one goes out.
        let calls = (0..10).map(|_| {
            let breaker = Arc::clone(&breaker);
            tokio::spawn(async move { breaker.send(request()).await })
        });
        let results = all(calls.collect::<Vec<_>>()).await;
        let refused = results.iter().filter(|result| is_refused(result)).count();
        assert_eq!((refused, script.requests().len()), (9, probes + 2));
    }
    assert!(!breaker.is_pausing());
}

#[tokio::test(start_paused = true)]
async fn a_probe_that_is_dropped_leaves_the_place_to_another() {
    let script = ScriptedTransport::new()
        .then_status(500, "")
        .then_never()
        .then_status(202, "");
    let policy = BreakerPolicy::default().failures(1);
    let breaker = Breaker::new(script, policy, TokioTimer);
    eventually(breaker.send(request())).await.unwrap();
    eventually(breaker.ready()).await;
    let probe = tokio::time::timeout(SECOND, breaker.send(request())).await;
    assert!(probe.is_err() && breaker.is_pausing());
    let response = eventually(breaker.send(request())).await.unwrap();
    assert_eq!(
        (response.status().as_u16(), breaker.is_pausing()),
        (202, false)
    );
}

/// How an outage looks from this side.
#[derive(Debug, Clone, Copy)]
enum Outage {
    Refuses,
    Breaks,
    Stalls,
    Answers(u16),
}

/// A server with outages.
#[derive(Debug, Clone, Default)]
struct Server(Arc<Mutex<Option<Outage>>>);

#[async_trait]
impl Transport for Server {
    async fn send(&self, _: Request<Bytes>) -> Result<Response<Bytes>, TransportError> {
        let outage = *self.0.lock().unwrap();
        tokio::time::sleep(Duration::from_millis(500)).await;
        match outage {
            None => Ok(status(202)),
            Some(Outage::Refuses) => Err(error(TransportErrorKind::Connect, Delivery::NotSent)),
            Some(Outage::Breaks) => Err(error(TransportErrorKind::Interrupted, Delivery::Unknown)),
            Some(Outage::Stalls) => std::future::pending().await,
            Some(Outage::Answers(code)) => Ok(status(code)),
        }
    }
}

/// Counts of one outage.
#[derive(Debug, Default)]
struct Doubts {
    in_doubt: AtomicUsize,
    probes: AtomicUsize,
}

/// Sends in bulk through outages. Returns the most that one of them put in doubt, and the most of
/// its probes that it did.
async fn send_in_bulk(outages: usize, policy: BreakerPolicy) -> (usize, usize) {
    const WORKERS: usize = 16;
    let server = Server::default();
    let outage = Arc::clone(&server.0);
    let attempt = Timeout::new(server, 20 * SECOND, TokioTimer);
    let breaker = Arc::new(Breaker::new(attempt, policy, TokioTimer));
    let doubts = Arc::new(Doubts::default());
    let workers: Vec<_> = (0..WORKERS)
        .map(|_| {
            let (breaker, doubts) = (Arc::clone(&breaker), Arc::clone(&doubts));
            tokio::spawn(async move {
                loop {
                    let probing = breaker.is_pausing();
                    let result = breaker.send(request()).await;
                    if is_refused(&result) {
                        breaker.ready().await;
                        continue;
                    }
                    let in_doubt = match &result {
                        Ok(response) => response.status().is_server_error(),
                        Err(error) => error.delivery().may_be_taken(),
                    };
                    if in_doubt && probing {
                        doubts.probes.fetch_add(1, Ordering::Relaxed);
                    } else if in_doubt {
                        doubts.in_doubt.fetch_add(1, Ordering::Relaxed);
                    }
                }
            })
        })
        .collect();
    let kinds = [
        Outage::Refuses,
        Outage::Breaks,
        Outage::Stalls,
        Outage::Answers(500),
        Outage::Answers(503),
    ];
    let mut random = fastrand::Rng::with_seed(19);
    let (mut worst, mut probes) = (0, 0);
    for n in 0..outages {
        tokio::time::sleep(SECOND * 2).await;
        *outage.lock().unwrap() = Some(kinds[n % kinds.len()]);
        tokio::time::sleep(Duration::from_millis(random.u64(100..120_000))).await;
        *outage.lock().unwrap() = None;
        // What stalled ends, and the next probe finds that it is over.
        tokio::time::sleep(SECOND * 21).await;
        for _ in 0..70 {
            if breaker.is_pausing() {
                tokio::time::sleep(SECOND).await;
            }
        }
        assert!(!breaker.is_pausing(), "outage {n} was not over");
        worst = worst.max(doubts.in_doubt.swap(0, Ordering::Relaxed));
        probes = probes.max(doubts.probes.swap(0, Ordering::Relaxed));
    }
    for worker in workers {
        worker.abort();
    }
    assert!(worst > 0);
    (worst, probes)
}

#[tokio::test(start_paused = true)]
async fn an_outage_puts_few_in_doubt() {
    const OUTAGES: usize = 500;
    let (worst, probes) = send_in_bulk(OUTAGES, BreakerPolicy::default()).await;
    println!(
        "breaker: {OUTAGES} outages, 16 in flight, in each at most {worst} in doubt and {probes} probes"
    );
    assert!(worst <= 16 + 5, "{worst}");
    assert!(probes <= 5, "{probes}");
    // Without it, every request into the outage would be.
    let (without, _) = send_in_bulk(5, BreakerPolicy::default().failures(u32::MAX)).await;
    println!("without a breaker: 5 outages, in each at most {without} in doubt");
    assert!(without > 100, "{without}");
}
