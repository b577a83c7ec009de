//! Opening connections: the bound on how long that may take, and connectors of the user's own.

use std::error::Error as StdError;
use std::fmt::Debug;
use std::future::poll_fn;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use async_trait::async_trait;
use http::Uri;
use hyper::rt::{Read, ReadBufCursor, Write};
use hyper_rustls::{HttpsConnector, MaybeHttpsStream};
use hyper_util::client::legacy::connect::Connection as _;
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tower_service::Service;

use super::hop::Hop;

type BoxError = Box<dyn StdError + Send + Sync>;

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

/// Settings for opening connections.
#[derive(Debug)]
pub(super) enum Connector {
    Https(HttpsConnector<Hop>),
    Custom(Arc<dyn Connect>),
}

#[derive(Debug, thiserror::Error)]
#[error("connecting took longer than {0:?}")]
struct ConnectTimeout(Duration);

impl Connector {
    /// Opens a connection within `limit`. hyper's own connect timeout ends with TCP; this one covers
    /// TLS too.
    pub(super) async fn connect(
        &self,
        destination: Uri,
        limit: Duration,
    ) -> Result<Stream, BoxError> {
        tokio::time::timeout(limit, self.open(destination))
            .await
            .unwrap_or_else(|_| Err(ConnectTimeout(limit).into()))
    }

    async fn open(&self, destination: Uri) -> Result<Stream, BoxError> {
        match self {
            Self::Https(connector) => {
                let mut connector = connector.clone();
                poll_fn(|cx| connector.poll_ready(cx)).await?;
                Ok(Stream::Https(connector.call(destination).await?))
            }
            Self::Custom(connector) => {
                let connection = connector.connect(&destination).await?;
                Ok(Stream::Custom(TokioIo::new(connection)))
            }
        }
    }
}

/// An open connection. An enum, since a `dyn` one would cost the usual connector an indirection at
/// every read.
#[expect(
    clippy::large_enum_variant,
    reason = "it moves once, into the box of its connection"
)]
pub(super) enum Stream {
    Https(MaybeHttpsStream<TokioIo<TcpStream>>),
    Custom(TokioIo<Box<dyn Connection>>),
}

impl Stream {
    /// Returns `true` if TLS negotiated HTTP/2.
    pub(super) fn negotiated_http2(&self) -> bool {
        match self {
            Self::Https(stream) => stream.connected().is_negotiated_h2(),
            Self::Custom(_) => false,
        }
    }
}

macro_rules! either {
    ($stream:expr, $io:ident => $call:expr) => {
        match $stream {
            Stream::Https($io) => $call,
            Stream::Custom($io) => $call,
        }
    };
}

impl Read for Stream {
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: ReadBufCursor<'_>,
    ) -> Poll<io::Result<()>> {
        either!(self.get_mut(), io => Pin::new(io).poll_read(cx, buffer))
    }
}

impl Write for Stream {
    fn poll_write(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        either!(self.get_mut(), io => Pin::new(io).poll_write(cx, bytes))
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        either!(self.get_mut(), io => Pin::new(io).poll_flush(cx))
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        either!(self.get_mut(), io => Pin::new(io).poll_shutdown(cx))
    }

    fn is_write_vectored(&self) -> bool {
        either!(self, io => io.is_write_vectored())
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        either!(self.get_mut(), io => Pin::new(io).poll_write_vectored(cx, slices))
    }
}
