//! Helpers of several test modules.

use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use bytes::Bytes;
use http::{Request, Uri};
use messages_transport::Transport;
use messages_transport::backend::hyper::HyperTransport;
use messages_transport::backend::reqwest::ReqwestTransport;
use messages_transport::testing::server::FaultServer;

/// Held by the tests that load the machine, so that they do not spoil each other's timing.
pub(crate) static HEAVY: tokio::sync::Mutex<()> = tokio::sync::Mutex::const_new(());

/// Fails a test that waits for what never comes. On the real clock; see [`eventually`].
pub(crate) async fn soon<T>(future: impl Future<Output = T>) -> T {
    const LONGEST: Duration = Duration::from_secs(60);
    tokio::time::timeout(LONGEST, future)
        .await
        .expect("nothing came of it within a minute")
}

/// The same on tokio's paused clock, which runs on by itself while everything waits.
pub(crate) async fn eventually<T>(future: impl Future<Output = T>) -> T {
    const LONGEST: Duration = Duration::from_secs(365 * 24 * 60 * 60);
    tokio::time::timeout(LONGEST, future)
        .await
        .expect("nothing came of it within a year")
}

/// Results of tasks on tokio's paused clock.
pub(crate) async fn all<T>(tasks: impl IntoIterator<Item = tokio::task::JoinHandle<T>>) -> Vec<T> {
    let mut results = Vec::new();
    for task in tasks {
        results.push(eventually(task).await.unwrap());
    }
    results
}

/// A port that refuses connections, and that no other socket can use while this is held.
pub(crate) struct ClosedPort(tokio::net::TcpSocket);

impl ClosedPort {
    pub(crate) fn new() -> Self {
        // Bound, and never listened on.
        let socket = tokio::net::TcpSocket::new_v4().unwrap();
        socket.bind(([127, 0, 0, 1], 0).into()).unwrap();
        Self(socket)
    }

    pub(crate) fn uri(&self) -> Uri {
        let address = self.0.local_addr().unwrap();
        format!("http://{address}/").parse().unwrap()
    }
}

pub(crate) fn post(uri: Uri, body: impl Into<Bytes>) -> Request<Bytes> {
    let mut request = Request::new(body.into());
    *request.method_mut() = http::Method::POST;
    *request.uri_mut() = uri;
    request
}

pub(crate) fn post_to(server: &FaultServer, body: impl Into<Bytes>) -> Request<Bytes> {
    post(server.uri("/v1/messages"), body)
}

/// Both backends over both versions, with the name of each.
pub(crate) fn backends() -> [(&'static str, Arc<dyn Transport>); 4] {
    let limit = Duration::from_millis(100);
    let hyper = || {
        HyperTransport::builder()
            .connect_timeout(limit)
            .http2_ping(limit / 2, limit / 2)
    };
    let reqwest = || {
        ReqwestTransport::builder()
            .connect_timeout(limit)
            .http2_ping(limit / 2, limit / 2)
    };
    [
        ("hyper h1", Arc::new(hyper().http1_only().build().unwrap())),
        ("hyper h2", Arc::new(hyper().http2_only().build().unwrap())),
        (
            "reqwest h1",
            Arc::new(reqwest().http1_only().build().unwrap()),
        ),
        (
            "reqwest h2",
            Arc::new(reqwest().http2_only().build().unwrap()),
        ),
    ]
}

/// Number of connections to these servers that are still open, after a while at most.
pub(crate) async fn wait_until_closed(servers: &[Arc<FaultServer>]) -> usize {
    let open = || servers.iter().map(|server| server.open_connections()).sum();
    for _ in 0..500 {
        if open() == 0 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    open()
}

/// Makes `calls` calls, so many at a time. The function is given the number of the call.
pub(crate) async fn in_parallel<F, R>(calls: usize, at_a_time: usize, call: F)
where
    F: Fn(usize) -> R + Send + Sync + 'static,
    R: Future<Output = ()> + Send + 'static,
{
    let next = Arc::new(AtomicUsize::new(0));
    let call = Arc::new(call);
    let mut workers = tokio::task::JoinSet::new();
    for _ in 0..at_a_time {
        let (next, call) = (Arc::clone(&next), Arc::clone(&call));
        workers.spawn(async move {
            loop {
                let n = next.fetch_add(1, Ordering::Relaxed);
                if n >= calls {
                    return;
                }
                call(n).await;
            }
        });
    }
    while let Some(worker) = workers.join_next().await {
        worker.unwrap();
    }
}
