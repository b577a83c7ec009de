//! An accept loop that slow clients and many clients cannot hold up.

use std::convert::Infallible;
use std::error::Error as StdError;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use http::{Request, Response};
use http_body::Body;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::service::TowerToHyperService;
use tokio::net::TcpListener;
use tokio::sync::Semaphore;
use tower_service::Service;

/// What a client may take of the server.
#[derive(Debug, Clone, Copy)]
#[must_use]
pub struct ServerLimits {
    connections: usize,
    header_time: Duration,
}

impl Default for ServerLimits {
    /// 1,000 connections at once, 5 seconds for the headers of a request.
    fn default() -> Self {
        Self {
            connections: 1_000,
            header_time: Duration::from_secs(5),
        }
    }
}

impl ServerLimits {
    /// How many connections may be open at once. Further ones wait in the system's queue.
    pub fn connections(mut self, connections: usize) -> Self {
        self.connections = connections.clamp(1, Semaphore::MAX_PERMITS);
        self
    }

    /// How long a client may take to send the headers of a request, and how long an idle connection is kept.
    pub fn header_time(mut self, limit: Duration) -> Self {
        self.header_time = limit;
        self
    }
}

/// Serves `service` on `listener` until the future is dropped, which closes the listener and every connection.
///
/// # Errors
///
/// When the listener cannot accept any more; running out of file descriptors is waited out.
pub async fn serve<S, B>(listener: TcpListener, service: S, limits: ServerLimits) -> io::Result<()>
where
    S: Service<Request<Incoming>, Response = Response<B>, Error = Infallible>
        + Clone
        + Send
        + 'static,
    S::Future: Send,
    B: Body + Send + 'static,
    B::Data: Send,
    B::Error: Into<Box<dyn StdError + Send + Sync>>,
{
    let permits = Arc::new(Semaphore::new(limits.connections));
    // Dropping the set with this future ends its tasks.
    let mut connections = tokio::task::JoinSet::new();
    loop {
        let Ok(permit) = Arc::clone(&permits).acquire_owned().await else {
            return Ok(());
        };
        let stream = match listener.accept().await {
            Ok((stream, _)) => stream,
            Err(error) if is_passing(&error) => {
                tokio::time::sleep(Duration::from_millis(50)).await;
                continue;
            }
            Err(error) => return Err(error),
        };
        while connections.try_join_next().is_some() {}
        let service = TowerToHyperService::new(service.clone());
        connections.spawn(async move {
            // A connection that ends badly is its client's affair.
            let _ = http1::Builder::new()
                .timer(TokioTimer::new())
                .header_read_timeout(limits.header_time)
                .serve_connection(TokioIo::new(stream), service)
                .await;
            drop(permit);
        });
    }
}

/// Whether accepting may go well the next time: the client is gone already, or descriptors are short.
fn is_passing(error: &io::Error) -> bool {
    const ENFILE: i32 = 23;
    const EMFILE: i32 = 24;
    matches!(
        error.kind(),
        io::ErrorKind::ConnectionAborted
            | io::ErrorKind::ConnectionReset
            | io::ErrorKind::ConnectionRefused
            | io::ErrorKind::Interrupted
    ) || matches!(error.raw_os_error(), Some(ENFILE | EMFILE))
}
