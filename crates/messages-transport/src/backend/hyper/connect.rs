//! Opening connections: the bound on how long that may take, and connectors of the user's own.

use std::error::Error as StdError;
use std::fmt::Debug;
use std::future::Future;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use async_trait::async_trait;
use http::Uri;
use hyper::rt::{Read, ReadBufCursor, Write};
use hyper_util::client::legacy::connect::{Connected, Connection as PooledConnection};
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite};
use tower_service::Service;

type BoxError = Box<dyn StdError + Send + Sync>;
type Connecting<T> = Pin<Box<dyn Future<Output = Result<T, BoxError>> + Send>>;

/// Opens connections for a [`HyperTransport`](super::HyperTransport): a Unix socket, an in-memory
/// pipe, a tunnel.
///
/// The bytes of HTTP are written to the connection as they are. If the destination is `https`, the
/// connection has to be secured already; the transport adds no TLS of its own.
///
/// ```
/// # #[cfg(unix)] {
/// use messages_transport::{async_trait, http::Uri};
/// use messages_transport::backend::hyper::{Connect, Connection};
///
/// /// Speaks to a sidecar on this machine, whatever the authority of the URI is.
/// #[derive(Debug)]
/// struct Sidecar;
///
/// #[async_trait]
/// impl Connect for Sidecar {
///     async fn connect(&self, _: &Uri) -> std::io::Result<Box<dyn Connection>> {
///         Ok(Box::new(tokio::net::UnixStream::connect("/run/sidecar.sock").await?))
///     }
/// }
/// # }
/// ```
#[async_trait]
pub trait Connect: Debug + Send + Sync + 'static {
    /// Opens a connection to the scheme and authority of `destination`.
    ///
    /// # Errors
    ///
    /// Any I/O error; the transport reports it as `Connect` and `NotSent`. The transport's connect
    /// timeout applies.
    async fn connect(&self, destination: &Uri) -> io::Result<Box<dyn Connection>>;
}

/// A connection that a [`Connect`] opened: any tokio stream of bytes.
pub trait Connection: AsyncRead + AsyncWrite + Send + Unpin + 'static {}

impl<T: AsyncRead + AsyncWrite + Send + Unpin + 'static> Connection for T {}

/// A connector that gives up after a while. hyper's own connect timeout ends with TCP; this one
/// covers TLS too.
#[derive(Debug, Clone)]
pub(super) struct Bounded<C> {
    connector: C,
    limit: Duration,
}

impl<C> Bounded<C> {
    pub(super) fn new(connector: C, limit: Duration) -> Self {
        Self { connector, limit }
    }
}

#[derive(Debug, thiserror::Error)]
#[error("connecting took longer than {0:?}")]
struct ConnectTimeout(Duration);

impl<C> Service<Uri> for Bounded<C>
where
    C: Service<Uri>,
    C::Error: Into<BoxError>,
    C::Future: Send + 'static,
{
    type Response = C::Response;
    type Error = BoxError;
    type Future = Connecting<C::Response>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        self.connector.poll_ready(cx).map_err(Into::into)
    }

    fn call(&mut self, destination: Uri) -> Self::Future {
        let connecting = self.connector.call(destination);
        let limit = self.limit;
        Box::pin(async move {
            match tokio::time::timeout(limit, connecting).await {
                Ok(connected) => connected.map_err(Into::into),
                Err(_) => Err(ConnectTimeout(limit).into()),
            }
        })
    }
}

#[derive(Debug, Clone)]
pub(super) struct Custom(pub(super) Arc<dyn Connect>);

impl Service<Uri> for Custom {
    type Response = CustomConnection;
    type Error = io::Error;
    type Future = Pin<Box<dyn Future<Output = io::Result<CustomConnection>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, destination: Uri) -> Self::Future {
        let connect = Arc::clone(&self.0);
        Box::pin(async move {
            Ok(CustomConnection(TokioIo::new(
                connect.connect(&destination).await?,
            )))
        })
    }
}

/// What hyper-util's pool wants to see of a connection.
pub(super) struct CustomConnection(TokioIo<Box<dyn Connection>>);

impl PooledConnection for CustomConnection {
    fn connected(&self) -> Connected {
        Connected::new()
    }
}

impl Read for CustomConnection {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: ReadBufCursor<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_read(cx, buffer)
    }
}

impl Write for CustomConnection {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.0).poll_write(cx, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_shutdown(cx)
    }

    fn is_write_vectored(&self) -> bool {
        self.0.is_write_vectored()
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.0).poll_write_vectored(cx, slices)
    }
}
