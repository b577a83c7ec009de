//! The stream of a connection, with a deadline for writing.

use std::future::Future;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::time::{Instant, Sleep, sleep, sleep_until};

use super::connection::Connection;
use super::limits::ServerLimits;

/// Time for a client to stop sending after a response that it did not wait for.
const LINGER: Duration = Duration::from_secs(1);

pub(super) struct Stream {
    tcp: TcpStream,
    connection: Arc<Connection>,
    blocked: Option<Blocked>,
    lingering: Option<Pin<Box<Sleep>>>,
    discarded: usize,
}

/// Bytes that wait for their reader.
struct Blocked {
    began: Instant,
    written: usize,
    deadline: Pin<Box<Sleep>>,
}

impl Stream {
    pub(super) fn new(tcp: TcpStream, connection: Arc<Connection>) -> Self {
        Self {
            tcp,
            connection,
            blocked: None,
            lingering: None,
            discarded: 0,
        }
    }

    /// Fails if a handler has asked for the end of the connection.
    fn check(&self) -> io::Result<()> {
        let disconnect = &self.connection.disconnect;
        if !disconnect.is_wanted() {
            return Ok(());
        }
        if disconnect.is_reset() {
            self.tcp.set_zero_linger()?;
        }
        Err(io::ErrorKind::ConnectionAborted.into())
    }

    fn wrote(
        &mut self,
        cx: &mut Context<'_>,
        written: Poll<io::Result<usize>>,
    ) -> Poll<io::Result<usize>> {
        let limit = self.connection.registry.limits.write_time;
        match written {
            Poll::Ready(Ok(bytes)) => {
                if let Some(blocked) = &mut self.blocked {
                    let now = Instant::now();
                    blocked.written += bytes;
                    let allowance = limit + spent(blocked.written, ServerLimits::WRITE_RATE);
                    let deadline = (now + limit).min(blocked.began + allowance);
                    blocked.deadline.as_mut().reset(deadline);
                    self.connection.blocked(now);
                }
                Poll::Ready(Ok(bytes))
            }
            Poll::Pending => {
                let connection = &self.connection;
                let blocked = self.blocked.get_or_insert_with(|| {
                    let now = Instant::now();
                    connection.blocked(now);
                    Blocked {
                        began: now,
                        written: 0,
                        deadline: Box::pin(sleep_until(now + limit)),
                    }
                });
                ready!(blocked.deadline.as_mut().poll(cx));
                Poll::Ready(Err(io::ErrorKind::TimedOut.into()))
            }
            failed => failed,
        }
    }

    /// Discards what the client is still sending, so that closing does not reset the connection before it reads the response.
    fn poll_linger(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        let end = self
            .lingering
            .get_or_insert_with(|| Box::pin(sleep(LINGER)));
        let mut scratch = [0; 4096];
        loop {
            if self.discarded >= self.connection.bytes_to_discard()
                || end.as_mut().poll(cx).is_ready()
            {
                return Poll::Ready(());
            }
            let mut buffer = ReadBuf::new(&mut scratch);
            match ready!(Pin::new(&mut self.tcp).poll_read(cx, &mut buffer)) {
                Ok(()) if !buffer.filled().is_empty() => self.discarded += buffer.filled().len(),
                _ => return Poll::Ready(()),
            }
        }
    }
}

/// Seconds that so many bytes take at this rate.
pub(super) fn spent(bytes: usize, rate: usize) -> Duration {
    let (bytes, rate) = (bytes as u64, rate as u64);
    Duration::from_millis(bytes.saturating_mul(1_000) / rate.max(1))
}

impl Drop for Stream {
    fn drop(&mut self) {
        if self.blocked.is_some() {
            // The rest would wait in the kernel for a client that does not read, and so would the end.
            let _ = self.tcp.set_zero_linger();
        }
    }
}

impl AsyncRead for Stream {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        self.check()?;
        let before = buffer.filled().len();
        let read = ready!(Pin::new(&mut self.tcp).poll_read(cx, buffer));
        if buffer.filled().len() > before {
            self.connection.has_read();
        }
        Poll::Ready(read)
    }
}

impl AsyncWrite for Stream {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.check()?;
        let written = Pin::new(&mut self.tcp).poll_write(cx, bytes);
        self.wrote(cx, written)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.check()?;
        ready!(Pin::new(&mut self.tcp).poll_flush(cx))?;
        self.blocked = None;
        self.connection.flushed();
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.check()?;
        if self.lingering.is_none() {
            ready!(Pin::new(&mut self.tcp).poll_shutdown(cx))?;
        }
        self.poll_linger(cx).map(Ok)
    }

    fn is_write_vectored(&self) -> bool {
        self.tcp.is_write_vectored()
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        self.check()?;
        let written = Pin::new(&mut self.tcp).poll_write_vectored(cx, slices);
        self.wrote(cx, written)
    }
}
