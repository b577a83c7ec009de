//! Sending into a server that breaks exchanges in every way, and comparing what each call reports
//! with what the server knows.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use async_trait::async_trait;
use bytes::Bytes;
use http::{Request, Response};
use messages_transport::layer::retry::{Retry, RetryBudget, RetryPolicy};
use messages_transport::layer::timeout::Timeout;
use messages_transport::testing::server::{Act, Answer, FaultServer, Moment, Play};
use messages_transport::{Delivery, TokioTimer, Transport, TransportError, TransportErrorKind};

use crate::support::{ClosedPort, HEAVY, backends, in_parallel, post};

const ATTEMPT_LIMIT: Duration = Duration::from_millis(150);

/// Every way to go wrong; the number of the request picks one.
fn faults() -> Vec<Play> {
    let mut faults = Vec::new();
    for act in [Act::Close, Act::Reset, Act::Stall] {
        faults.extend(
            [
                Moment::Accept,
                Moment::Head,
                Moment::Body,
                Moment::Taken,
                Moment::AnswerHead,
                Moment::AnswerBody(202),
            ]
            .map(|moment| Play::Break(moment, act)),
        );
    }
    faults.push(Play::Break(Moment::AnswerBody(500), Act::Close));
    faults.push(Play::Break(Moment::AnswerBody(503), Act::Reset));
    for status in [301, 307, 400, 401, 408, 429, 500, 502, 503, 504] {
        faults.push(Answer::new(status, "{}").header("location", "/").into());
    }
    for delay in [0, 1, 2] {
        faults.push(
            Answer::new(202, "{}")
                .close_after(Duration::from_millis(delay))
                .into(),
        );
    }
    faults.extend([
        Play::Early(Answer::new(503, "")),
        Play::Early(Answer::new(413, "")),
        Play::Garbage,
        Play::ShortLength,
        Play::ManyHeaders(202, 1000),
        Play::Drip(202, Duration::from_millis(30)),
        Play::Endless(202),
        Play::Endless(500),
        Play::Refuse,
        Play::GoAway,
        Play::TakeAndGoAway,
        Play::TakeAndAbort,
    ]);
    faults
}

/// Which of so many things happens to the request of this number: the same in every run, and
/// without a pattern (the finalizer of splitmix64).
fn pick(n: usize, of: usize) -> usize {
    let mut x = (n as u64).wrapping_add(0x9e37_79b9_7f4a_7c15);
    x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    ((x ^ (x >> 31)) % of as u64) as usize
}

/// Counts how often each kind of fault was played.
type Played = Arc<Vec<AtomicUsize>>;

/// One request of `one_in` meets a fault.
async fn server(one_in: usize) -> (FaultServer, Played) {
    let faults = faults();
    let played: Played = Arc::new(faults.iter().map(|_| AtomicUsize::new(0)).collect());
    let counts = Arc::clone(&played);
    let server = FaultServer::start(move |n| {
        let picked = pick(n, one_in * faults.len());
        match faults.get(picked) {
            Some(fault) => {
                counts[picked].fetch_add(1, Ordering::Relaxed);
                fault.clone()
            }
            None => Answer::new(202, "{}").into(),
        }
    });
    (server.await.unwrap(), played)
}

#[derive(Debug, Default, Clone, Copy)]
struct Counts {
    calls: usize,
    faults: usize,
    accepted: usize,
    accepted_id_unknown: usize,
    rejected: usize,
    not_sent: usize,
    in_doubt: usize,
    taken: usize,
    duplicates: usize,
    not_sent_but_taken: usize,
    accepted_but_not_taken: usize,
}

impl Counts {
    fn add(&mut self, other: Self) {
        self.calls += other.calls;
        self.faults += other.faults;
        self.accepted += other.accepted;
        self.accepted_id_unknown += other.accepted_id_unknown;
        self.rejected += other.rejected;
        self.not_sent += other.not_sent;
        self.in_doubt += other.in_doubt;
        self.taken += other.taken;
        self.duplicates += other.duplicates;
        self.not_sent_but_taken += other.not_sent_but_taken;
        self.accepted_but_not_taken += other.accepted_but_not_taken;
    }
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Reported {
    Accepted,
    AcceptedIdUnknown,
    Rejected,
    NotSent,
    InDoubt,
}

fn report(result: &Result<Response<Bytes>, TransportError>) -> Reported {
    let (status, delivery) = match result {
        Ok(response) => (Some(response.status()), Delivery::Unknown),
        Err(error) => (error.status(), error.delivery()),
    };
    match (status.map(|status| status.as_u16()), delivery) {
        (Some(200..300), _) if result.is_ok() => Reported::Accepted,
        (Some(200..300), _) => Reported::AcceptedIdUnknown,
        (Some(408 | 500..), _) => Reported::InDoubt,
        (Some(_), _) => Reported::Rejected,
        (None, Delivery::NotSent | Delivery::Refused) => Reported::NotSent,
        (None, _) => Reported::InDoubt,
    }
}

/// One request of `one_in` meets a fault.
async fn run(backend: impl Transport + Clone, calls: usize, one_in: usize) -> Counts {
    let policy = RetryPolicy::default()
        .base_delay(Duration::from_millis(2))
        .throttled_delay(Duration::from_millis(2))
        .budget(RetryBudget::new(u32::MAX));
    let transport = Arc::new(Retry::new(
        Timeout::new(backend, ATTEMPT_LIMIT, TokioTimer),
        policy,
        TokioTimer,
    ));
    let (server, played) = server(one_in).await;
    let server = Arc::new(server);
    let closed = Arc::new(ClosedPort::new());
    let reports = Arc::new(Mutex::new(vec![Reported::InDoubt; calls]));
    {
        let (server, reports) = (Arc::clone(&server), Arc::clone(&reports));
        in_parallel(calls, 64, move |n| {
            let (transport, reports) = (Arc::clone(&transport), Arc::clone(&reports));
            let uri = match n % 100 {
                0 => closed.uri(),
                // The server does not speak TLS.
                1 => format!("https://{}/", server.address()).parse().unwrap(),
                _ => server.uri("/v1/messages"),
            };
            async move {
                let result = transport.send(post(uri, body(n))).await;
                reports.lock().unwrap()[n] = report(&result);
            }
        })
        .await;
    }
    // Dropped calls that the server still reads count too.
    tokio::time::sleep(Duration::from_millis(100)).await;

    // With few calls, some kinds may not come up.
    let played = || played.iter().map(|times| times.load(Ordering::Relaxed));
    assert!(
        calls < 10_000 || played().all(|times| times > 0),
        "a kind of fault was never played"
    );
    let mut counts = Counts {
        calls,
        faults: played().sum(),
        taken: server.taken(),
        ..Counts::default()
    };
    for (n, reported) in reports.lock().unwrap().iter().enumerate() {
        let times_taken = server.times_taken(body(n).as_bytes());
        counts.duplicates += usize::from(times_taken > 1);
        match reported {
            Reported::Accepted | Reported::AcceptedIdUnknown => {
                counts.accepted_but_not_taken += usize::from(times_taken == 0);
                if *reported == Reported::Accepted {
                    counts.accepted += 1;
                } else {
                    counts.accepted_id_unknown += 1;
                }
            }
            Reported::Rejected => counts.rejected += 1,
            Reported::NotSent => {
                counts.not_sent += 1;
                counts.not_sent_but_taken += usize::from(times_taken > 0);
            }
            Reported::InDoubt => counts.in_doubt += 1,
        }
    }
    counts
}

fn body(n: usize) -> String {
    format!("{{\"client_ref\":\"{n}\",\"text\":\"hello\"}}")
}

async fn run_all(calls: usize) {
    let _alone = HEAVY.lock().await;
    let started = Instant::now();
    let mut total = Counts::default();
    // At the same time: most of a faulted call is waiting.
    let mut runs = tokio::task::JoinSet::new();
    for (name, backend) in backends() {
        // Over HTTP/2 most faults hit every call that shares the connection.
        let one_in = if name.ends_with("h2") { 30 } else { 2 };
        runs.spawn(async move { (name, run(backend, calls / 4, one_in).await) });
    }
    while let Some(run) = runs.join_next().await {
        let (name, counts) = run.unwrap();
        println!("no double send, {name}: {counts:?}");
        total.add(counts);
    }
    println!(
        "no double send, {} kinds of fault, {:.1} s: {total:?}",
        faults().len(),
        started.elapsed().as_secs_f32()
    );
    assert_eq!(total.calls, calls);
    assert_eq!(total.duplicates, 0, "messages were sent twice");
    assert_eq!(
        total.not_sent_but_taken, 0,
        "a request reported as not sent had been taken"
    );
    assert_eq!(
        total.accepted_but_not_taken, 0,
        "a request reported as accepted was not taken"
    );
    // The run means nothing if it did not get into trouble, or got nothing through.
    assert!(
        total.accepted > calls / 10 && total.in_doubt > calls / 20,
        "{total:?}"
    );
    assert!(total.not_sent > 0 && total.accepted_id_unknown > 0 && total.rejected > 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_sent_twice_in_50_000_calls() {
    run_all(50_000).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "takes minutes: run it with --release"]
async fn nothing_is_sent_twice_in_1_000_000_calls() {
    run_all(1_000_000).await;
}

/// The classic mistake: a lost connection taken for "nothing was sent".
#[derive(Debug, Clone)]
struct TrustsTheWire(Arc<dyn Transport>);

#[async_trait]
impl Transport for TrustsTheWire {
    async fn send(&self, request: Request<Bytes>) -> Result<Response<Bytes>, TransportError> {
        self.0
            .send(request)
            .await
            .map_err(|error| match (error.kind(), error.status()) {
                (TransportErrorKind::Interrupted, None) => {
                    TransportError::new(TransportErrorKind::Connect, Delivery::NotSent, error)
                }
                _ => error,
            })
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_planted_retry_bug_is_noticed() {
    let _alone = HEAVY.lock().await;
    let mut not_sent_but_taken = 0;
    let mut runs = tokio::task::JoinSet::new();
    for (name, backend) in backends() {
        let one_in = if name.ends_with("h2") { 12 } else { 2 };
        runs.spawn(async move { (name, run(TrustsTheWire(backend), 1_500, one_in).await) });
    }
    while let Some(run) = runs.join_next().await {
        let (name, counts) = run.unwrap();
        println!("planted bug, {name}: {counts:?}");
        assert!(counts.duplicates > 0, "{name}: the bug went unnoticed");
        not_sent_but_taken += counts.not_sent_but_taken;
    }
    assert!(not_sent_but_taken > 0, "the bug went unnoticed");
}
