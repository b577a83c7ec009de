//! Accepting connections, within limits: axum's own loop gives a client for ever to send its head.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use hyper::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use super::line::{Breakable, Line};

/// How long the head of a request may take, from the first byte or from the answer before it.
const HEAD_LIMIT: Duration = Duration::from_secs(9);
/// How many connections there are at once; more wait in the kernel's queue.
const CONNECTIONS: usize = 1_000;
/// After an accept that failed, for want of file descriptors for one.
const PAUSE: Duration = Duration::from_millis(50);

/// Serves until it is dropped, and with it every connection.
pub(crate) async fn accept(listener: TcpListener, router: Router) {
    let permits = Arc::new(Semaphore::new(CONNECTIONS));
    let mut connections = JoinSet::new();
    loop {
        while connections.try_join_next().is_some() {}
        let Ok(permit) = Arc::clone(&permits).acquire_owned().await else {
            return;
        };
        let Ok((stream, _)) = listener.accept().await else {
            tokio::time::sleep(PAUSE).await;
            continue;
        };
        let router = router.clone();
        connections.spawn(async move {
            serve(stream, router).await;
            drop(permit);
        });
    }
}

async fn serve(stream: TcpStream, router: Router) {
    // Without it, the second of two small packets may wait for the first one's receipt.
    if stream.set_nodelay(true).is_err() {
        return;
    }
    let line = Line::default();
    let io = TokioIo::new(Breakable::new(stream, line.clone()));
    let service = TowerToHyperService::new(router);
    let service = hyper::service::service_fn(move |mut request: Request<Incoming>| {
        request.extensions_mut().insert(line.clone());
        hyper::service::Service::call(&service, request)
    });
    // A connection that breaks is the client's business, or was meant to.
    let _ = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD_LIMIT)
        .max_buf_size(64 * 1024)
        .serve_connection(io, service)
        .await;
}
