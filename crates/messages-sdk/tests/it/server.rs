//! The receiver behind axum on real sockets: slow clients, repeated deliveries, bodies that are too large.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant, SystemTime};

use messages_sdk::auth::webhook::{Verifier, WebhookSigner};
use messages_sdk::auth::{ApiKey, SignatureSecret};
use messages_sdk::types::WebhookEvent;
use messages_sdk::webhook::{Receiver, ServerLimits, router, serve};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;

const STATUS: &str = r#"{"message_uuid":"aaaaaaaa-bbbb-4ccc-8ddd-0123456789ab","channel":"sms","to":"447700900000","from":"447700900001","timestamp":"2026-01-01T14:00:00Z","status":"delivered"}"#;

/// A receiver on a port of its own, with a handler that takes a moment and counts.
struct Server {
    address: SocketAddr,
    handled: Arc<AtomicUsize>,
    signer: WebhookSigner,
    _tasks: JoinSet<()>,
}

impl Server {
    async fn start() -> Self {
        let key = ApiKey::new("a1b2c3d4").unwrap();
        let secret = SignatureSecret::new("a secret of at least thirty-two bytes").unwrap();
        let verifier = Verifier::builder().secret(key.clone(), secret.clone());
        let receiver = Receiver::new(verifier.build().unwrap());
        let handled = Arc::new(AtomicUsize::new(0));
        let count = Arc::clone(&handled);
        let app = router("/webhooks", receiver, move |_: WebhookEvent| {
            let count = Arc::clone(&count);
            async move {
                tokio::time::sleep(Duration::from_millis(20)).await;
                count.fetch_add(1, Ordering::SeqCst);
                Ok::<_, std::convert::Infallible>(())
            }
        });
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let mut tasks = JoinSet::new();
        tasks.spawn(async move {
            serve(listener, app, ServerLimits::default()).await.unwrap();
        });
        Self {
            address,
            handled,
            signer: WebhookSigner::new(key, secret),
            _tasks: tasks,
        }
    }

    /// The head of a signed webhook, up to and with the empty line.
    fn head(&self, body: &str, framing: &str) -> String {
        let authorization = self
            .signer
            .sign(body.as_bytes(), SystemTime::now())
            .unwrap();
        format!(
            "POST /webhooks HTTP/1.1\r\nhost: localhost\r\nauthorization: {}\r\n{framing}\r\n\r\n",
            authorization.to_str().unwrap()
        )
    }

    fn request(&self, body: &str) -> String {
        let framing = format!("content-length: {}", body.len());
        self.head(body, &framing) + body
    }

    async fn connect(&self) -> TcpStream {
        let stream = TcpStream::connect(self.address).await.unwrap();
        stream.set_nodelay(true).unwrap();
        stream
    }

    fn handled(&self) -> usize {
        self.handled.load(Ordering::SeqCst)
    }
}

/// Reads the head of an answer, which has no body here, and returns its status.
async fn status(stream: &mut TcpStream) -> std::io::Result<u16> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(stream.read_u8().await?);
    }
    let head = String::from_utf8(head).unwrap();
    Ok(head.split(' ').nth(1).unwrap().parse().unwrap())
}

async fn exchange(stream: &mut TcpStream, request: &str) -> u16 {
    stream.write_all(request.as_bytes()).await.unwrap();
    status(stream).await.unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ten_thousand_replays_run_the_handler_once() {
    const REPLAYS: usize = 10_000;
    let server = Arc::new(Server::start().await);
    let request: Arc<str> = server.request(STATUS).into();
    let left = Arc::new(AtomicUsize::new(REPLAYS));
    let mut clients = JoinSet::new();
    for _ in 0..64 {
        let (server, request, left) =
            (Arc::clone(&server), Arc::clone(&request), Arc::clone(&left));
        clients.spawn(async move {
            let (mut stream, mut acknowledged, mut later) = (server.connect().await, 0, 0);
            while left
                .fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| {
                    left.checked_sub(1)
                })
                .is_ok()
            {
                match exchange(&mut stream, &request).await {
                    200 => acknowledged += 1,
                    // Its twin is being handled and may yet fail.
                    503 => later += 1,
                    other => panic!("a replay was answered {other}"),
                }
            }
            (acknowledged, later)
        });
    }
    let answers = clients.join_all().await;
    let acknowledged: usize = answers.iter().map(|(acknowledged, _)| acknowledged).sum();
    let later: usize = answers.iter().map(|(_, later)| later).sum();
    println!(
        "replays: {REPLAYS} deliveries of one webhook, 64 at a time: handler ran {} time, {acknowledged} answered 200, {later} 503",
        server.handled()
    );
    assert_eq!(acknowledged + later, REPLAYS);
    assert_eq!(server.handled(), 1);
    assert!(acknowledged > REPLAYS / 2);
}

#[tokio::test]
async fn a_body_beyond_a_mebibyte_is_refused_before_it_is_hashed() {
    let server = Server::start().await;
    let body = " ".repeat(2 << 20);

    // By its announced length, when not a byte of it is there to be hashed.
    let mut stream = server.connect().await;
    let head = server.head(&body, &format!("content-length: {}", body.len()));
    assert_eq!(exchange(&mut stream, &head).await, 413);

    // And without one, at the limit: the second half is never sent, so nothing waits for the whole.
    let mut stream = server.connect().await;
    let head = server.head(&body, "transfer-encoding: chunked");
    stream.write_all(head.as_bytes()).await.unwrap();
    let (mut answer, mut sending) = stream.into_split();
    let sending = tokio::spawn(async move {
        let half = (1 << 20) + 1;
        let chunk = format!("{half:x}\r\n{}", " ".repeat(half));
        // The server may have closed by the time the last of it is written.
        let _ = sending.write_all(chunk.as_bytes()).await;
        sending
    });
    let mut head = Vec::new();
    let read = async {
        while !head.ends_with(b"\r\n\r\n") {
            head.push(answer.read_u8().await.unwrap());
        }
    };
    tokio::time::timeout(Duration::from_secs(3), read)
        .await
        .unwrap();
    assert!(
        head.starts_with(b"HTTP/1.1 413"),
        "{}",
        String::from_utf8_lossy(&head)
    );
    sending.await.unwrap();

    // The same server still takes a good one.
    let mut stream = server.connect().await;
    assert_eq!(exchange(&mut stream, &server.request(STATUS)).await, 200);
    assert_eq!(server.handled(), 1);
}

/// Sends a request a byte at a time, and returns how long the server put up with it.
async fn drip(server: &Server, all_headers: bool, start: Duration) -> Duration {
    tokio::time::sleep(start).await;
    let head = server.head(STATUS, "content-length: 1000");
    let mut stream = server.connect().await;
    let began = Instant::now();
    let slow = if all_headers {
        stream.write_all(head.as_bytes()).await.unwrap();
        STATUS
    } else {
        &head
    };
    let mut answer = [0; 512];
    for byte in slow.bytes() {
        if stream.write_all(&[byte]).await.is_err() {
            break;
        }
        let pause = tokio::time::timeout(Duration::from_millis(500), stream.read(&mut answer));
        match pause.await {
            // Still waiting for us, or an answer, with the end to come.
            Err(_) | Ok(Ok(1..)) => {}
            Ok(Ok(0) | Err(_)) => break,
        }
    }
    began.elapsed()
}

/// The 99th percentile of what an honest webhook takes, connecting included.
fn p99(mut times: Vec<Duration>) -> Duration {
    times.sort_unstable();
    times[(times.len() * 99).div_ceil(100) - 1]
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn slow_clients_are_cut_and_hold_nobody_up() {
    const SLOW: usize = 500;
    let attacked = Arc::new(Server::start().await);
    // Duration of an honest webhook on this machine, without slow clients.
    let quiet = Server::start().await;
    let mut slow = JoinSet::new();
    for n in 0..SLOW {
        let server = Arc::clone(&attacked);
        let start = Duration::from_millis(n as u64 % 10 * 50);
        slow.spawn(async move { drip(&server, n % 2 == 0, start).await });
    }
    tokio::time::sleep(Duration::from_millis(600)).await;
    let (mut under_attack, mut in_peace) = (Vec::new(), Vec::new());
    for _ in 0..300 {
        for (server, times) in [(&*attacked, &mut under_attack), (&quiet, &mut in_peace)] {
            let began = Instant::now();
            let request = server.request(STATUS);
            assert_eq!(exchange(&mut server.connect().await, &request).await, 200);
            times.push(began.elapsed());
        }
    }
    let longest = slow.join_all().await.into_iter().max().unwrap();
    let (attacked, quiet) = (p99(under_attack), p99(in_peace));
    println!(
        "slow clients: {SLOW} of them, the last cut after {:.1} s; honest p99 {attacked:.0?}, without them {quiet:.0?}",
        longest.as_secs_f32()
    );
    assert!(longest <= Duration::from_secs(10), "{longest:?}");
    // The limit, or on a busy machine what it does to the quiet server as well.
    assert!(
        attacked <= Duration::from_millis(100).max(quiet * 3),
        "{attacked:?} against {quiet:?}"
    );
}
