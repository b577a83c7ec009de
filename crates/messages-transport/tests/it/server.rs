//! The server, and clients that send too slowly, read too slowly, or leave.

use std::convert::Infallible;
use std::future::Future;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use bytes::Bytes;
use http::{Request, Response, StatusCode};
use http_body_util::{BodyExt, Full};
use messages_transport::server::{
    BodyError, Disconnect, RequestBody, ServerLimits, serve_with_shutdown,
};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;
use tokio::task::JoinSet;

use crate::support::{HEAVY, soon};

const BIG: usize = 6 << 20;
const HONEST: &[u8] = b"POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 5\r\n\r\nhello";

/// Responds with the size of the body it received; `/big` has a large response, `/slow` takes a while.
#[derive(Clone, Default)]
struct Counting {
    handled: Arc<AtomicUsize>,
    frames: Arc<AtomicUsize>,
}

impl tower_service::Service<Request<RequestBody>> for Counting {
    type Response = Response<Full<Bytes>>;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, Infallible>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, mut request: Request<RequestBody>) -> Self::Future {
        let counts = self.clone();
        Box::pin(async move {
            let path = request.uri().path().to_owned();
            let mut size = 0;
            while let Some(frame) = request.body_mut().frame().await {
                counts.frames.fetch_add(1, Ordering::SeqCst);
                match frame {
                    Ok(frame) => size += frame.data_ref().map_or(0, Bytes::len),
                    // As axum's extractors do.
                    Err(_) => return Ok(respond(StatusCode::BAD_REQUEST, Bytes::new())),
                }
            }
            let body = match path.as_str() {
                "/big" => Bytes::from(vec![b'x'; BIG]),
                "/slow" => {
                    tokio::time::sleep(Duration::from_millis(700)).await;
                    Bytes::from("slow")
                }
                "/reset" => {
                    request.extensions().get::<Disconnect>().unwrap().reset();
                    Bytes::new()
                }
                _ => Bytes::from(size.to_string()),
            };
            counts.handled.fetch_add(1, Ordering::SeqCst);
            Ok(respond(StatusCode::OK, body))
        })
    }
}

fn respond(status: StatusCode, body: Bytes) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::new(body));
    *response.status_mut() = status;
    response
}

struct Running {
    address: SocketAddr,
    counts: Counting,
    stop: Option<oneshot::Sender<()>>,
    server: JoinSet<()>,
}

impl Running {
    async fn start(limits: ServerLimits) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let counts = Counting::default();
        let service = counts.clone();
        let (stop, stopped) = oneshot::channel::<()>();
        let mut server = JoinSet::new();
        server.spawn(async move {
            let shutdown = async { drop(stopped.await) };
            serve_with_shutdown(listener, service, limits, shutdown)
                .await
                .unwrap();
        });
        Self {
            address,
            counts,
            stop: Some(stop),
            server,
        }
    }

    async fn connect(&self) -> TcpStream {
        let stream = TcpStream::connect(self.address).await.unwrap();
        stream.set_nodelay(true).unwrap();
        stream
    }

    async fn send(&self, bytes: &[u8]) -> TcpStream {
        let mut stream = self.connect().await;
        stream.write_all(bytes).await.unwrap();
        stream
    }

    fn handled(&self) -> usize {
        self.counts.handled.load(Ordering::SeqCst)
    }
}

/// Limits that a test can wait for.
fn short() -> ServerLimits {
    let second = Duration::from_secs(1);
    ServerLimits::default()
        .header_time(second)
        .body_time(second)
        .write_time(second)
}

/// Reads one response: its status and body.
async fn response(stream: &mut TcpStream) -> std::io::Result<(u16, Vec<u8>)> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(stream.read_u8().await?);
    }
    let head = String::from_utf8(head).unwrap().to_ascii_lowercase();
    let status = head.split(' ').nth(1).unwrap().parse().unwrap();
    let (_, length) = head.split_once("content-length: ").unwrap();
    let length = length.split_once("\r\n").unwrap().0.parse().unwrap();
    let mut body = vec![0; length];
    stream.read_exact(&mut body).await?;
    Ok((status, body))
}

/// Waits for the end of a connection on which nothing is read, and returns how long it took.
async fn until_cut(stream: TcpStream, began: Instant, is_reading: bool) -> Duration {
    while began.elapsed() < Duration::from_secs(20) {
        let mut first = [0];
        let peeked = tokio::time::timeout(Duration::from_millis(20), stream.peek(&mut first)).await;
        match peeked {
            Ok(Ok(0) | Err(_)) => return began.elapsed(),
            Ok(Ok(_)) if is_reading => return began.elapsed(),
            _ => {}
        }
        // A reset behind bytes that are not read shows in writing.
        if !is_reading
            && let Err(error) = stream.try_write(b"x")
            && error.kind() != std::io::ErrorKind::WouldBlock
        {
            return began.elapsed();
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    began.elapsed()
}

/// The ways of holding a place without getting anything done.
#[derive(Debug, Clone, Copy)]
enum Bad {
    NoHead,
    HalfHead,
    HalfBody,
    Unread,
    Pipelined,
}

async fn misbehave(address: SocketAddr, bad: Bad) -> Duration {
    let began = Instant::now();
    let mut stream = TcpStream::connect(address).await.unwrap();
    let sent: Vec<u8> = match bad {
        Bad::NoHead => Vec::new(),
        Bad::HalfHead => b"POST / HTTP/1.1\r\nhost: x\r\nx-long: ".to_vec(),
        Bad::HalfBody => b"POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 50\r\n\r\nhalf".to_vec(),
        Bad::Unread => b"GET /big HTTP/1.1\r\nhost: x\r\n\r\n".to_vec(),
        Bad::Pipelined => HONEST.repeat(100),
    };
    let repeats = if matches!(bad, Bad::Pipelined) {
        200
    } else {
        1
    };
    for _ in 0..repeats {
        if stream.write_all(&sent).await.is_err() {
            break;
        }
    }
    until_cut(stream, began, !matches!(bad, Bad::Unread | Bad::Pipelined)).await
}

/// Lets bad clients of each kind at a server with these limits. Returns the longest time until one was cut and a high percentile
/// of what an honest request takes meanwhile.
async fn attack(bad: Bad, clients: usize, requests: usize, limits: ServerLimits) -> [Duration; 2] {
    let server = Running::start(limits).await;
    let mut attackers = JoinSet::new();
    for client in 1..=clients {
        attackers.spawn(misbehave(server.address, bad));
        if client % 50 == 0 {
            // The system's queue of connections is short, and what it drops never reaches the server.
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
    tokio::time::sleep(Duration::from_millis(100)).await;
    let mut times = Vec::new();
    for _ in 0..requests {
        let began = Instant::now();
        let mut honest = server.send(HONEST).await;
        let (status, body) = soon(response(&mut honest)).await.unwrap();
        assert_eq!((status, body.as_slice()), (200, &b"5"[..]));
        times.push(began.elapsed());
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    times.sort_unstable();
    let longest = attackers.join_all().await.into_iter().max().unwrap();
    // The 95th percentile of 40, the 99th of 300.
    let outliers = if requests > 100 { requests / 100 } else { 2 };
    [longest, times[requests - 1 - outliers]]
}

const ALL: [Bad; 5] = [
    Bad::NoHead,
    Bad::HalfHead,
    Bad::HalfBody,
    Bad::Unread,
    Bad::Pipelined,
];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn bad_clients_are_cut_and_delay_no_honest_one() {
    let _heavy = HEAVY.lock().await;
    for bad in ALL {
        let [cut, honest] = attack(bad, 60, 40, short().connections(40)).await;
        println!("{bad:?}: last cut after {cut:.2?}, honest requests within {honest:.2?}");
        assert!(cut < Duration::from_secs(4), "{bad:?}: {cut:?}");
        assert!(honest < Duration::from_millis(500), "{bad:?}: {honest:?}");
    }
}

#[cfg(target_os = "linux")]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "takes a minute and 2,200 file descriptors (ulimit -n)"]
async fn eleven_hundred_bad_clients_are_cut_and_delay_no_honest_one() {
    let _heavy = HEAVY.lock().await;
    let memory = || {
        let status = std::fs::read_to_string("/proc/self/status").unwrap();
        let line = status.lines().find(|line| line.starts_with("VmHWM"));
        let number = line.unwrap().split_whitespace().nth(1).unwrap();
        number.parse::<u64>().unwrap() / 1_024
    };
    for bad in [Bad::NoHead, Bad::HalfHead, Bad::HalfBody, Bad::Pipelined] {
        let before = memory();
        let [cut, honest] = attack(bad, 1_100, 300, ServerLimits::default()).await;
        let more = memory() - before;
        println!(
            "{bad:?}: last cut after {cut:.1?}; honest p99 {honest:.1?}; peak {more} MiB more"
        );
        assert!(cut < Duration::from_secs(10), "{bad:?}: {cut:?}");
        assert!(honest < Duration::from_millis(100), "{bad:?}: {honest:?}");
        // Clients included.
        assert!(more < 64, "{bad:?}: {more} MiB");
    }
}

#[tokio::test]
async fn a_body_that_pauses_or_drips_is_answered_408() {
    let server = Running::start(short()).await;
    let head = b"POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 100\r\n\r\n";
    let mut stalled = server.send(head).await;
    let mut dripping = server.send(head).await;
    let drips = async {
        let began = Instant::now();
        for _ in 0..100 {
            if dripping.write_all(b"x").await.is_err() {
                break;
            }
            let answer = tokio::time::timeout(Duration::from_millis(100), response(&mut dripping));
            if let Ok(answer) = answer.await {
                assert_eq!(answer.unwrap().0, 408);
                break;
            }
        }
        began.elapsed()
    };
    let (stalled, dripped) = tokio::join!(response(&mut stalled), drips);
    assert_eq!(stalled.unwrap().0, 408);
    assert!(dripped < Duration::from_secs(3), "{dripped:?}");
}

#[tokio::test]
async fn a_body_beyond_the_limit_is_refused_before_or_while_it_is_read() {
    let server = Running::start(ServerLimits::default().body_size(1_000)).await;
    let declared = b"POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 1001\r\n\r\n";
    let mut stream = server.send(declared).await;
    assert_eq!(soon(response(&mut stream)).await.unwrap().0, 413);

    let chunked = b"POST / HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n";
    let mut stream = server.send(chunked).await;
    stream
        .write_all(format!("3e9\r\n{}", "x".repeat(1_001)).as_bytes())
        .await
        .unwrap();
    assert_eq!(soon(response(&mut stream)).await.unwrap().0, 413);
    // The client sends all of it before it reads: the response is still there.
    let mut stream = server.send(declared).await;
    stream.write_all(&[b'x'; 200_000]).await.unwrap();
    assert_eq!(soon(response(&mut stream)).await.unwrap().0, 413);

    let exact = b"POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 1000\r\n\r\n";
    let mut stream = server.send(exact).await;
    stream.write_all(&[b'x'; 1_000]).await.unwrap();
    let (status, body) = soon(response(&mut stream)).await.unwrap();
    assert_eq!((status, body.as_slice()), (200, &b"1000"[..]));
}

#[tokio::test]
async fn bodies_together_stay_within_their_memory() {
    let is_large = |head: &http::request::Parts| head.uri.path() == "/large";
    let limits = ServerLimits::default()
        .body_memory(256 << 10)
        .large_bodies(8 << 20, is_large);
    let server = Running::start(limits).await;
    let half = |path: &str, size: usize| {
        let head = format!("POST {path} HTTP/1.1\r\nhost: x\r\ncontent-length: {size}\r\n\r\n");
        [head.into_bytes(), vec![b'x'; size / 2]].concat()
    };
    // Eight of these are more than the memory allows: the largest go.
    let mut waiting = Vec::new();
    for _ in 0..8 {
        waiting.push(server.send(&half("/", 128 << 10)).await);
    }
    tokio::time::sleep(Duration::from_millis(300)).await;
    let mut honest = server.send(HONEST).await;
    assert_eq!(soon(response(&mut honest)).await.unwrap().0, 200);
    let mut open = 0;
    for stream in &mut waiting {
        let read = tokio::time::timeout(Duration::from_millis(50), stream.read_u8()).await;
        open += usize::from(read.is_err());
    }
    assert!((2..=4).contains(&open), "{open} of 8 are open");

    // Large ones have memory of their own.
    let mut large = server.send(&half("/large", 4 << 20)).await;
    large.write_all(&vec![b'x'; 2 << 20]).await.unwrap();
    let (status, body) = soon(response(&mut large)).await.unwrap();
    assert_eq!((status, body), (200, (4 << 20).to_string().into_bytes()));
}

#[tokio::test]
async fn a_body_of_single_bytes_comes_in_few_frames() {
    let server = Running::start(ServerLimits::default()).await;
    let head = b"POST / HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n";
    let mut stream = server.send(head).await;
    let chunks = b"1\r\nx\r\n".repeat(40_000);
    stream.write_all(&chunks).await.unwrap();
    stream.write_all(b"0\r\n\r\n").await.unwrap();
    let (status, body) = soon(response(&mut stream)).await.unwrap();
    assert_eq!((status, body.as_slice()), (200, &b"40000"[..]));
    assert!(server.counts.frames.load(Ordering::SeqCst) <= 3);
}

#[tokio::test]
async fn pipelining_is_served_up_to_its_bound() {
    let server = Running::start(ServerLimits::default().pipelined(8)).await;
    let mut polite = server.connect().await;
    for _ in 0..30 {
        polite.write_all(HONEST).await.unwrap();
        assert_eq!(soon(response(&mut polite)).await.unwrap().0, 200);
    }
    let mut stream = server.send(&HONEST.repeat(30)).await;
    let mut served = 0;
    while let Ok((200, _)) = soon(response(&mut stream)).await {
        served += 1;
    }
    assert_eq!(served, 9, "the first, and eight that did not wait");
}

#[tokio::test]
async fn a_handler_outlives_its_connection() {
    let server = Running::start(ServerLimits::default()).await;
    drop(server.send(b"GET /slow HTTP/1.1\r\nhost: x\r\n\r\n").await);
    let mut reset = server.send(b"GET /slow HTTP/1.1\r\nhost: x\r\n\r\n").await;
    tokio::time::sleep(Duration::from_millis(100)).await;
    reset.set_zero_linger().unwrap();
    reset.flush().await.unwrap();
    drop(reset);
    soon(async {
        while server.handled() < 2 {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    })
    .await;
}

#[tokio::test]
async fn a_request_in_flight_is_never_evicted() {
    let server = Running::start(short().connections(4)).await;
    let mut slow = Vec::new();
    for _ in 0..3 {
        slow.push(server.send(b"GET /slow HTTP/1.1\r\nhost: x\r\n\r\n").await);
    }
    tokio::time::sleep(Duration::from_millis(100)).await;
    let mut flood = Vec::new();
    for _ in 0..100 {
        flood.push(server.connect().await);
    }
    let mut honest = server.send(HONEST).await;
    assert_eq!(soon(response(&mut honest)).await.unwrap().0, 200);
    for mut stream in slow {
        assert_eq!(soon(response(&mut stream)).await.unwrap().0, 200);
    }
}

#[tokio::test]
async fn a_response_that_is_read_is_not_cut_and_one_that_is_not_is() {
    let server = Running::start(short()).await;
    let mut stream = server.send(b"GET /big HTTP/1.1\r\nhost: x\r\n\r\n").await;
    let began = Instant::now();
    let (mut read, mut part) = (0, vec![0; 256 << 10]);
    while read < BIG {
        read += soon(stream.read(&mut part)).await.unwrap();
        tokio::time::sleep(Duration::from_millis(60)).await;
    }
    assert!(
        began.elapsed() > Duration::from_millis(1_100),
        "too quick to show anything"
    );
    let unread = server.send(b"GET /big HTTP/1.1\r\nhost: x\r\n\r\n").await;
    let cut = soon(until_cut(unread, Instant::now(), false)).await;
    assert!(cut < Duration::from_secs(3), "{cut:?}");
}

#[tokio::test]
async fn shutdown_ends_what_is_in_flight_and_refuses_the_rest() {
    let limits = ServerLimits::default().drain_time(Duration::from_secs(30));
    let mut server = Running::start(limits).await;
    let mut idle = server.send(HONEST).await;
    assert_eq!(soon(response(&mut idle)).await.unwrap().0, 200);
    let mut slow = server.send(b"GET /slow HTTP/1.1\r\nhost: x\r\n\r\n").await;
    let mut silent = server.connect().await;
    tokio::time::sleep(Duration::from_millis(100)).await;
    let began = Instant::now();
    server.stop.take().unwrap().send(()).unwrap();
    assert!(soon(idle.read_u8()).await.is_err());
    assert!(soon(silent.read_u8()).await.is_err());
    assert_eq!(soon(response(&mut slow)).await.unwrap().0, 200);
    soon(server.server.join_next()).await.unwrap().unwrap();
    assert!(TcpStream::connect(server.address).await.is_err());
    assert!(began.elapsed() < Duration::from_secs(5));

    // It waits no longer than it was told.
    let limits = ServerLimits::default().drain_time(Duration::from_millis(100));
    let mut server = Running::start(limits).await;
    let mut slow = server.send(b"GET /slow HTTP/1.1\r\nhost: x\r\n\r\n").await;
    tokio::time::sleep(Duration::from_millis(100)).await;
    server.stop.take().unwrap().send(()).unwrap();
    soon(server.server.join_next()).await.unwrap().unwrap();
    assert!(soon(slow.read_u8()).await.is_err());
    assert_eq!(server.handled(), 0);
}

#[tokio::test]
async fn a_handler_can_break_its_connection() {
    let server = Running::start(ServerLimits::default()).await;
    let mut stream = server.send(b"GET /reset HTTP/1.1\r\nhost: x\r\n\r\n").await;
    let error = soon(stream.read_u8()).await.unwrap_err();
    assert_eq!(error.kind(), std::io::ErrorKind::ConnectionReset);
}

#[test]
fn a_failure_of_the_body_is_found_below_a_framework_s_error() {
    #[derive(Debug, thiserror::Error)]
    #[error("a framework's error")]
    struct Wrapped(#[source] BodyError);

    let wrapped = Wrapped(BodyError::TooLarge);
    let found = BodyError::find(&wrapped).map(BodyError::status);
    assert_eq!(found, Some(StatusCode::PAYLOAD_TOO_LARGE));
    assert!(BodyError::find(&std::fmt::Error).is_none());
}
