//! What several test modules share.

use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use bytes::Bytes;
use http::{Request, Uri};
use messages_transport::Transport;
use messages_transport::backend::hyper::HyperTransport;
use messages_transport::backend::reqwest::ReqwestTransport;
use messages_transport::testing::server::FaultServer;

/// Held by the tests that load the machine, so that they do not spoil each other's timing.
pub(crate) static HEAVY: tokio::sync::Mutex<()> = tokio::sync::Mutex::const_new(());

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
    let limit = std::time::Duration::from_millis(100);
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
