//! Every wait ends: at its limit, and not much later.

use std::num::NonZeroU32;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use async_trait::async_trait;
use bytes::Bytes;
use http::{Response, Uri};
use messages_transport::backend::hyper::{Connect, Connection, HyperTransport};
use messages_transport::backend::reqwest::ReqwestTransport;
use messages_transport::layer::rate_limit::{Quota, RateLimit, RateLimitPolicy};
use messages_transport::layer::retry::{Retry, RetryPolicy};
use messages_transport::layer::timeout::Timeout;
use messages_transport::testing::ScriptedTransport;
use messages_transport::testing::server::{Act, FaultServer, Moment, Play};
use messages_transport::{CallContext, Timer, TokioTimer, Transport, TransportErrorKind};

use crate::support::{HEAVY, backends, post, wait_until_closed};

const LIMIT: Duration = Duration::from_millis(300);
const GRACE: Duration = Duration::from_millis(100);
const TRIALS: usize = 200;
const AT_A_TIME: usize = 25;
/// A busy machine can be late once, and that shows in the count. Only what is late so many times
/// running is the transport's fault.
const TRIES: usize = 4;

/// A place where an exchange can stall, and the transport it is sent through.
struct Stall {
    name: String,
    transport: Arc<dyn Transport>,
    uri: Uri,
    /// Bounds the whole call instead of the attempt.
    deadline: bool,
    server: Option<Arc<FaultServer>>,
}

impl Stall {
    /// At a server, and through a backend with an attempt limit.
    fn at(server: &Arc<FaultServer>, uri: Uri, name: String, backend: Arc<dyn Transport>) -> Self {
        Self {
            name,
            transport: Arc::new(Timeout::new(backend, LIMIT, TokioTimer)),
            uri,
            deadline: false,
            server: Some(Arc::clone(server)),
        }
    }

    /// Without a server.
    fn of(name: &str, transport: impl Transport) -> Self {
        Self {
            name: name.to_owned(),
            transport: Arc::new(transport),
            uri: Uri::from_static("http://api.example/"),
            deadline: false,
            server: None,
        }
    }
}

async fn serve(play: Play) -> Arc<FaultServer> {
    let server = FaultServer::start(move |_| play.clone()).await;
    Arc::new(server.unwrap())
}

/// In the exchange itself, with each backend.
async fn exchanges() -> Vec<Stall> {
    let slow = Duration::from_secs(1);
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
        ("in a success, byte by byte", Play::Drip(202, slow)),
        ("in an error, byte by byte", Play::Drip(500, slow)),
    ];
    let mut stalls = Vec::new();
    for (backend, transport) in backends() {
        for (name, play) in plays.clone() {
            let server = serve(play).await;
            let (uri, name) = (server.uri("/"), format!("{backend}, {name}"));
            stalls.push(Stall::at(&server, uri, name, Arc::clone(&transport)));
        }
        // A server that does not answer the TLS handshake: the connect timeout is shorter.
        let server = serve(Play::Garbage).await;
        let uri = format!("https://{}/", server.address()).parse().unwrap();
        let name = format!("{backend}, in the TLS handshake");
        stalls.push(Stall::at(&server, uri, name, transport));
    }
    stalls
}

/// Behind a proxy that accepts connections and says nothing.
async fn proxies() -> Vec<Stall> {
    let mut stalls = Vec::new();
    for (scheme, target) in [
        ("http", "http://api.example/"),
        ("http", "https://api.example/"),
        ("socks5h", "http://api.example/"),
    ] {
        let proxy = serve(Play::Break(Moment::Accept, Act::Stall)).await;
        let transport = ReqwestTransport::builder()
            .connect_timeout(LIMIT)
            .proxy(format!("{scheme}://{}", proxy.address()), None)
            .build()
            .unwrap();
        let name = format!("reqwest, a {scheme} proxy to {target}");
        let uri = Uri::from_static(target);
        stalls.push(Stall::at(&proxy, uri, name, Arc::new(transport)));
    }
    stalls
}

#[derive(Debug)]
struct NeverConnects;

#[async_trait]
impl Connect for NeverConnects {
    async fn connect(&self, _: &Uri) -> std::io::Result<Box<dyn Connection>> {
        std::future::pending().await
    }
}

#[derive(Debug)]
struct NeverResolves;

impl reqwest::dns::Resolve for NeverResolves {
    fn resolve(&self, _: reqwest::dns::Name) -> reqwest::dns::Resolving {
        Box::pin(std::future::pending())
    }
}

/// Before there is a connection, and between attempts.
fn waits() -> Vec<Stall> {
    let connecting = HyperTransport::builder()
        .connector(NeverConnects)
        .connect_timeout(LIMIT)
        .build()
        .unwrap();
    let resolving = reqwest::Client::builder()
        .no_proxy()
        .dns_resolver(Arc::new(NeverResolves))
        .connect_timeout(LIMIT)
        .build()
        .unwrap();
    let hourly = Quota::new(NonZeroU32::MIN, Duration::from_secs(3600));
    let limited = RateLimit::new(
        ScriptedTransport::from_fn(|_| std::future::pending()),
        RateLimitPolicy::default().account(hourly),
        TokioTimer,
    );
    let throttled = ScriptedTransport::from_fn(|_| async {
        let response = Response::builder().status(429).body(Bytes::new());
        Ok(response.unwrap())
    });
    let retrying = Retry::new(throttled, RetryPolicy::default(), TokioTimer);
    vec![
        Stall::of("opening a connection", connecting),
        Stall::of("resolving a name", ReqwestTransport::from_client(resolving)),
        Stall::of(
            "waiting for a permit",
            Timeout::new(limited, LIMIT, TokioTimer),
        ),
        Stall {
            deadline: true,
            ..Stall::of("waiting for a retry", retrying)
        },
    ]
}

/// Lets the stall happen once; by how much it ended after its limit.
async fn trial(stall: &Stall) -> Duration {
    let mut request = post(stall.uri.clone(), "{\"text\":\"hello\"}");
    if stall.deadline {
        let context = CallContext::new().deadline(TokioTimer.now() + LIMIT);
        request.extensions_mut().insert(context);
    }
    // The lateness of the machine alone is not the transport's fault.
    let control = tokio::spawn(async {
        let began = Instant::now();
        tokio::time::sleep(LIMIT).await;
        began.elapsed()
    });
    let began = Instant::now();
    let result = tokio::time::timeout(20 * LIMIT, stall.transport.send(request)).await;
    let elapsed = began.elapsed();
    let Ok(result) = result else {
        return elapsed;
    };
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
    elapsed.saturating_sub(control.await.unwrap())
}

#[derive(Debug, Default)]
struct Lateness {
    trials: AtomicUsize,
    late_once: AtomicUsize,
    late: AtomicUsize,
    /// In milliseconds, of the best try of each trial.
    worst: AtomicU64,
}

impl Lateness {
    async fn measure(&self, stall: &Stall) {
        let mut over = trial(stall).await;
        self.trials.fetch_add(1, Ordering::Relaxed);
        if over > GRACE {
            self.late_once.fetch_add(1, Ordering::Relaxed);
            for _ in 1..TRIES {
                over = over.min(trial(stall).await);
            }
        }
        self.worst
            .fetch_max(over.as_millis() as u64, Ordering::Relaxed);
        if over > GRACE {
            println!("{}: {over:?} over", stall.name);
            self.late.fetch_add(1, Ordering::Relaxed);
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_stall_ends_at_its_limit() {
    let _alone = HEAVY.lock().await;
    let began = Instant::now();
    let mut stalls = exchanges().await;
    stalls.extend(proxies().await);
    stalls.extend(waits());
    let points = stalls.len();
    let lateness = Arc::new(Lateness::default());
    let mut servers = Vec::new();
    // A few stall points at a time, and not in step, or the machine itself would be the stall.
    let mut stalls = stalls.into_iter();
    loop {
        let mut running = tokio::task::JoinSet::new();
        for stall in stalls.by_ref().take(8) {
            servers.extend(stall.server.clone());
            let stall = Arc::new(stall);
            for worker in 0..AT_A_TIME {
                let (stall, lateness) = (Arc::clone(&stall), Arc::clone(&lateness));
                running.spawn(async move {
                    tokio::time::sleep(LIMIT * worker as u32 / AT_A_TIME as u32).await;
                    for _ in 0..TRIALS / AT_A_TIME {
                        lateness.measure(&stall).await;
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
    let late = lateness.late.load(Ordering::Relaxed);
    // All transports are gone by now, and so must be their sockets.
    let open = wait_until_closed(&servers).await;
    println!(
        "stalls: {points} points, {} trials, limit {LIMIT:?}, {late} more than {GRACE:?} late ({} at the first try), \
         at most {} ms late, {open} sockets left, {:.1} s in all",
        lateness.trials.load(Ordering::Relaxed),
        lateness.late_once.load(Ordering::Relaxed),
        lateness.worst.load(Ordering::Relaxed),
        began.elapsed().as_secs_f32()
    );
    assert_eq!((late, open), (0, 0));
}
