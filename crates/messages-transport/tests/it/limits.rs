//! Every wait ends: at its limit, and not much later.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use async_trait::async_trait;
use http::Uri;
use messages_transport::backend::hyper::{Connect, Connection, HyperTransport};
use messages_transport::layer::rate_limit::{Quota, RateLimit, RateLimitPolicy};
use messages_transport::layer::retry::{Retry, RetryPolicy};
use messages_transport::layer::timeout::Timeout;
use messages_transport::testing::ScriptedTransport;
use messages_transport::testing::server::{Act, Answer, FaultServer, Moment, Play};
use messages_transport::{Deadline, Timer, TokioTimer, Transport, TransportErrorKind};

use crate::support::{HEAVY, backends, post};

const LIMIT: Duration = Duration::from_millis(300);
const GRACE: Duration = Duration::from_millis(100);
const AT_A_TIME: usize = 25;

#[derive(Debug)]
struct NeverConnects;

#[async_trait]
impl Connect for NeverConnects {
    async fn connect(&self, _: &Uri) -> std::io::Result<Box<dyn Connection>> {
        std::future::pending().await
    }
}

/// Where an exchange can stall, and what it is sent through.
struct Stall {
    name: String,
    transport: Arc<dyn Transport>,
    uri: Uri,
    /// Bounds the whole call instead of the attempt.
    deadline: bool,
    server: Option<Arc<FaultServer>>,
}

async fn stalls() -> Vec<Stall> {
    let plays = [
        ("before reading", Play::Break(Moment::Accept, Act::Stall)),
        ("in the head", Play::Break(Moment::Head, Act::Stall)),
        ("in the body", Play::Break(Moment::Body, Act::Stall)),
        ("after the request", Play::Break(Moment::Taken, Act::Stall)),
        (
            "in the answer's head",
            Play::Break(Moment::AnswerHead, Act::Stall),
        ),
        (
            "in a success",
            Play::Break(Moment::AnswerBody(202), Act::Stall),
        ),
        (
            "in an error",
            Play::Break(Moment::AnswerBody(500), Act::Stall),
        ),
        (
            "in a success, byte by byte",
            Play::Drip(202, Duration::from_secs(1)),
        ),
        (
            "in an error, byte by byte",
            Play::Drip(500, Duration::from_secs(1)),
        ),
    ];
    let mut stalls = Vec::new();
    for (backend, transport) in backends() {
        let transport: Arc<dyn Transport> = Arc::new(Timeout::new(transport, LIMIT, TokioTimer));
        for (name, play) in plays.clone() {
            let server = Arc::new(FaultServer::start(move |_| play.clone()).await.unwrap());
            stalls.push(Stall {
                name: format!("{backend}, {name}"),
                transport: Arc::clone(&transport),
                uri: server.uri("/"),
                deadline: false,
                server: Some(server),
            });
        }
        // A server that does not answer the TLS handshake: the connect timeout is shorter.
        let server = Arc::new(FaultServer::start(|_| Play::Garbage).await.unwrap());
        stalls.push(Stall {
            name: format!("{backend}, in the TLS handshake"),
            transport,
            uri: format!("https://{}/", server.address()).parse().unwrap(),
            deadline: false,
            server: Some(server),
        });
    }
    let uri = || Uri::from_static("http://api.example/");
    let connecting = HyperTransport::builder()
        .connector(NeverConnects)
        .connect_timeout(LIMIT);
    let second = Quota::new(std::num::NonZeroU32::MIN, Duration::from_secs(3600));
    let limited = RateLimit::new(
        ScriptedTransport::from_fn(|_| std::future::pending()),
        RateLimitPolicy::default().account(second).max_wait(LIMIT),
        TokioTimer,
    );
    let throttled = ScriptedTransport::from_fn(|_| async {
        Ok(http::Response::builder()
            .status(429)
            .body(bytes::Bytes::new())
            .unwrap())
    });
    for (name, transport, deadline) in [
        (
            "opening a connection",
            Arc::new(connecting.build().unwrap()) as Arc<dyn Transport>,
            false,
        ),
        (
            "waiting for a permit",
            Arc::new(Timeout::new(limited, LIMIT, TokioTimer)),
            false,
        ),
        (
            "waiting for a retry",
            Arc::new(Retry::new(throttled, RetryPolicy::default(), TokioTimer)),
            true,
        ),
    ] {
        let name = name.to_owned();
        stalls.push(Stall {
            name,
            transport,
            uri: uri(),
            deadline,
            server: None,
        });
    }
    stalls
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_stall_ends_at_its_limit() {
    let _alone = HEAVY.lock().await;
    let trials: usize = 200;
    let late = Arc::new(AtomicUsize::new(0));
    let worst = Arc::new(AtomicU64::new(0));
    let stalls = stalls().await;
    let points = stalls.len();
    let began = Instant::now();
    let mut servers = Vec::new();
    // A few stall points at a time, or the machine itself would be the stall.
    let mut stalls = stalls.into_iter();
    loop {
        let mut running = tokio::task::JoinSet::new();
        for stall in stalls.by_ref().take(8) {
            servers.extend(stall.server.clone());
            let stall = Arc::new(stall);
            for _ in 0..AT_A_TIME {
                let (stall, late, worst) =
                    (Arc::clone(&stall), Arc::clone(&late), Arc::clone(&worst));
                running.spawn(async move {
                    for _ in 0..trials / AT_A_TIME {
                        let mut request = post(stall.uri.clone(), "{\"text\":\"hello\"}");
                        let began = Instant::now();
                        if stall.deadline {
                            let deadline = Deadline(TokioTimer.now() + LIMIT);
                            request.extensions_mut().insert(deadline);
                        }
                        // What the machine alone is late by is not the transport's fault.
                        let control = tokio::spawn(async {
                            let began = Instant::now();
                            tokio::time::sleep(LIMIT).await;
                            began.elapsed()
                        });
                        let result = stall.transport.send(request).await;
                        let elapsed = began.elapsed();
                        let control = control.await.unwrap();
                        let over = elapsed.saturating_sub(control);
                        worst.fetch_max(over.as_millis() as u64, Ordering::Relaxed);
                        if over > GRACE {
                            println!("{}: {elapsed:?}", stall.name);
                            late.fetch_add(1, Ordering::Relaxed);
                        }
                        assert!(
                            stall.deadline
                                || result.is_err_and(|error| {
                                    matches!(
                                        error.kind(),
                                        TransportErrorKind::Timeout
                                            | TransportErrorKind::Connect
                                            | TransportErrorKind::Limited
                                            | TransportErrorKind::Interrupted
                                    )
                                }),
                            "{}: the stall ended by itself",
                            stall.name
                        );
                    }
                });
            }
        }
        if running.is_empty() {
            break;
        }
        while let Some(result) = running.join_next().await {
            result.unwrap();
        }
    }
    let late = late.load(Ordering::Relaxed);
    println!(
        "stalls: {points} points, {} trials, {late} more than {GRACE:?} over the limit of {LIMIT:?}, at most {} ms over, \
         {:.1} s in all",
        points * trials,
        worst.load(Ordering::Relaxed),
        began.elapsed().as_secs_f32()
    );
    assert_eq!(late, 0);
    // All transports are gone by now, and so must be their sockets.
    let open = wait_until_closed(&servers).await;
    println!("stalls: {open} sockets left open");
    assert_eq!(open, 0);
}

async fn wait_until_closed(servers: &[Arc<FaultServer>]) -> usize {
    let open = || servers.iter().map(|server| server.open_connections()).sum();
    for _ in 0..200 {
        if open() == 0 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    open()
}

/// Drops calls at whatever point they have reached after a random time.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn dropped_calls_leak_nothing() {
    const DROPS: usize = 2_000;
    let _alone = HEAVY.lock().await;
    for (name, backend) in backends() {
        let server = Arc::new(
            FaultServer::start(|n| match n % 4 {
                0 => Play::Break(Moment::Taken, Act::Stall),
                1 => Play::Break(Moment::AnswerBody(202), Act::Stall),
                2 => Answer::new(503, "").into(),
                _ => Answer::new(202, "{}").into(),
            })
            .await
            .unwrap(),
        );
        let rate = Quota::per_second(std::num::NonZeroU32::new(2_000).unwrap());
        let limited = RateLimit::new(
            backend,
            RateLimitPolicy::default().account(rate),
            TokioTimer,
        );
        let limiter = limited.limiter().clone();
        let policy = RetryPolicy::default()
            .max_attempts(5)
            .base_delay(Duration::from_millis(2));
        let transport = Arc::new(Retry::new(limited, policy, TokioTimer));
        let metrics = tokio::runtime::Handle::current().metrics();
        let before = metrics.num_alive_tasks() - server.open_connections();
        let mut random = fastrand::Rng::with_seed(3);
        let mut dropped = 0;
        for _ in 0..DROPS / 20 {
            let calls: Vec<_> = (0..20)
                .map(|n| {
                    let (transport, server) = (Arc::clone(&transport), Arc::clone(&server));
                    let patience = Duration::from_micros(random.u64(0..6_000));
                    tokio::spawn(async move {
                        let call = transport.send(post(server.uri("/"), n.to_string()));
                        tokio::time::timeout(patience, call).await.is_err()
                    })
                })
                .collect();
            for call in calls {
                dropped += usize::from(call.await.unwrap());
            }
        }
        assert_eq!(limiter.waiting(), 0, "{name}: permits leaked");
        drop(transport);
        let open = wait_until_closed(std::slice::from_ref(&server)).await;
        let mut tasks = 0;
        for _ in 0..200 {
            tasks = metrics.num_alive_tasks().saturating_sub(before);
            if tasks == 0 {
                break;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        println!(
            "drops, {name}: {dropped} of {DROPS} dropped, {open} sockets, {tasks} tasks, 0 permits leaked"
        );
        assert!(dropped > DROPS / 4);
        assert_eq!((open, tasks), (0, 0), "{name}");
    }
}
