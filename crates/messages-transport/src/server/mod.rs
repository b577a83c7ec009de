//! An HTTP/1.1 server for services of `tower` or axum that no client can exhaust, behind the feature `server`.
//!
//! [`ServerLimits`] bounds connections, times and sizes. A client that sends its request too slowly, or does not read its response,
//! is cut; a full server replaces the connection that has gone longest without progress, never one whose request is being handled.
//!
//! A request body that is too large, too slow or one too many fails with a [`BodyError`]. If the service responds to that with 400, as
//! axum's extractors do, the response gets the error's own status.
//!
//! A handler runs to its end even if its client disconnects, so that a webhook is never half handled. As many handlers without a
//! client as `connections` allows are finished; those beyond are dropped.

mod connection;
mod handler;
mod limits;
mod registry;
mod request_body;
mod response_body;
mod stream;

use std::convert::Infallible;
use std::error::Error as StdError;
use std::future::{Future, pending, poll_fn};
use std::io;
use std::pin::pin;
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use http::header::CONNECTION;
use http::{HeaderValue, Request, Response, StatusCode};
use http_body::Body;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;
use tower_service::Service;

use connection::{Connection, Order};
use handler::{Abandoned, Running};
use registry::{Place, Registry};
use response_body::ResponseBody;
use stream::Stream;

pub use connection::Disconnect;
pub use limits::ServerLimits;
pub use request_body::{BodyError, RequestBody};

/// Serves `service` on `listener` until the future is dropped, which closes the listener and every connection, and drops their
/// handlers. [`serve_with_shutdown`] ends in order.
///
/// # Errors
///
/// If the listener fails. A shortage of file descriptors is waited out.
pub async fn serve<S, B>(listener: TcpListener, service: S, limits: ServerLimits) -> io::Result<()>
where
    S: Service<Request<RequestBody>, Response = Response<B>, Error = Infallible>
        + Clone
        + Send
        + 'static,
    S::Future: Send,
    B: Body + Send + 'static,
    B::Data: Send,
    B::Error: Into<Box<dyn StdError + Send + Sync>>,
{
    serve_with_shutdown(listener, service, limits, pending()).await
}

/// Serves `service` on `listener` until `shutdown` is ready. Then it refuses new requests, and returns when those in flight have
/// ended, after [`drain_time`](ServerLimits::drain_time) at the latest.
///
/// # Errors
///
/// If the listener fails. A shortage of file descriptors is waited out.
pub async fn serve_with_shutdown<S, B>(
    listener: TcpListener,
    service: S,
    limits: ServerLimits,
    shutdown: impl Future<Output = ()>,
) -> io::Result<()>
where
    S: Service<Request<RequestBody>, Response = Response<B>, Error = Infallible>
        + Clone
        + Send
        + 'static,
    S::Future: Send,
    B: Body + Send + 'static,
    B::Data: Send,
    B::Error: Into<Box<dyn StdError + Send + Sync>>,
{
    let registry = Arc::new(Registry::new(limits));
    // Dropping the set aborts its tasks.
    let mut connections = JoinSet::new();
    let accepting = async {
        loop {
            let stream = accept(&listener, &registry).await?;
            let Some(slot) = registry.slot().await else {
                return Ok(());
            };
            while connections.try_join_next().is_some() {}
            let place = registry.register(slot);
            connections.spawn(run(stream, place, service.clone()));
        }
    };
    if let First::Left(failed) = first(accepting, shutdown).await {
        return failed;
    }
    drop(listener);
    registry.drain();
    let drained = async { while connections.join_next().await.is_some() {} };
    // Connections that are still open are dropped.
    let _ = tokio::time::timeout(limits.drain_time, drained).await;
    Ok(())
}

/// The next connection.
async fn accept(listener: &TcpListener, registry: &Registry) -> io::Result<TcpStream> {
    const ENFILE: i32 = 23;
    const EMFILE: i32 = 24;
    loop {
        let error = match listener.accept().await {
            Ok((stream, _)) => return Ok(stream),
            Err(error) => error,
        };
        match error.kind() {
            io::ErrorKind::ConnectionAborted
            | io::ErrorKind::ConnectionReset
            | io::ErrorKind::ConnectionRefused
            | io::ErrorKind::Interrupted => {}
            _ if matches!(error.raw_os_error(), Some(ENFILE | EMFILE)) => {
                registry.evict_longest_stalled();
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
            _ => return Err(error),
        }
    }
}

/// Serves one connection, and finishes the handler that it leaves behind.
async fn run<S, B>(tcp: TcpStream, place: Place, service: S)
where
    S: Service<Request<RequestBody>, Response = Response<B>, Error = Infallible>
        + Clone
        + Send
        + 'static,
    S::Future: Send,
    B: Body + Send + 'static,
    B::Data: Send,
    B::Error: Into<Box<dyn StdError + Send + Sync>>,
{
    // Without it, the second of two small packets may wait for the acknowledgement of the first.
    if tcp.set_nodelay(true).is_err() {
        return;
    }
    let connection = Arc::clone(&place.connection);
    let registry = &connection.registry;
    let abandoned = Abandoned::new();
    {
        let stream = Stream::new(tcp, Arc::clone(&connection));
        let (shared, left) = (Arc::clone(&connection), abandoned.clone());
        let respond = service_fn(move |request| {
            let (shared, left) = (Arc::clone(&shared), left.clone());
            respond(request, service.clone(), shared, left)
        });
        let mut exchange = pin!(
            http1::Builder::new()
                .timer(TokioTimer::new())
                .header_read_timeout(registry.limits.header_time)
                .max_buf_size(ServerLimits::HEAD_SIZE)
                .serve_connection(TokioIo::new(stream), respond)
        );
        // A connection that fails concerns its client only.
        while let First::Right(()) = first(exchange.as_mut(), connection.signal.notified()).await {
            match connection.order() {
                Order::Continue => {}
                Order::Drain => exchange.as_mut().graceful_shutdown(),
                Order::Close => break,
            }
        }
    }
    drop(place);
    let Some(handler) = abandoned.take() else {
        return;
    };
    if let Ok(_handled) = registry.handlers.try_acquire() {
        handler.await;
    }
}

/// Handles one request.
async fn respond<S, B>(
    request: Request<Incoming>,
    mut service: S,
    connection: Arc<Connection>,
    abandoned: Abandoned<Response<B>>,
) -> Result<Response<ResponseBody<B>>, Infallible>
where
    S: Service<Request<RequestBody>, Response = Response<B>, Error = Infallible> + Send + 'static,
    S::Future: Send,
    B: Send + 'static,
{
    let limits = &connection.registry.limits;
    let (mut head, body) = request.into_parts();
    let (share, size) = limits.body(&head);
    let pipelined = connection.begin(share);
    if pipelined > 0 {
        // A client that does not wait for responses must not delay those that do.
        tokio::task::yield_now().await;
    }
    head.extensions.insert(connection.disconnect.clone());
    let body = RequestBody::new(body, Arc::clone(&connection), size);
    let request = Request::from_parts(head, body);
    let held = Held(Arc::clone(&connection));
    let handler = Box::pin(async move {
        let _held = held;
        let ready = poll_fn(|cx| service.poll_ready(cx)).await;
        match ready {
            Ok(()) => service
                .call(request)
                .await
                .unwrap_or_else(|never| match never {}),
            Err(never) => match never {},
        }
    });
    let response = Running::new(handler, abandoned).await;
    let mut response = response.map(|body| ResponseBody::new(body, Arc::clone(&connection)));
    let failure = connection.failure();
    if let Some(failure) = failure
        && response.status() == StatusCode::BAD_REQUEST
    {
        *response.status_mut() = failure;
    }
    if failure.is_some() || pipelined >= limits.pipelined {
        // The client may still be sending: an honest one its body, another one requests without end.
        connection.linger(if failure.is_some() { 8 << 20 } else { 64 << 10 });
        let close = HeaderValue::from_static("close");
        response.headers_mut().insert(CONNECTION, close);
    }
    Ok(response)
}

/// Gives back the bytes of a request when it has been handled.
struct Held(Arc<Connection>);

impl Drop for Held {
    fn drop(&mut self) {
        self.0.registry.release(&self.0);
    }
}

enum First<L, R> {
    Left(L),
    Right(R),
}

/// The output of the future that is ready first.
async fn first<L: Future, R: Future>(left: L, right: R) -> First<L::Output, R::Output> {
    let (mut left, mut right) = (pin!(left), pin!(right));
    poll_fn(|cx| {
        if let Poll::Ready(output) = left.as_mut().poll(cx) {
            return Poll::Ready(First::Left(output));
        }
        right.as_mut().poll(cx).map(First::Right)
    })
    .await
}
