//! A connection that can be made to fail.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;

/// Lets whoever answers a request break the connection it came on. It is in each request's extensions.
#[derive(Debug, Clone, Default)]
pub(crate) struct Line(Arc<AtomicU8>);

const WHOLE: u8 = 0;
const CUT: u8 = 1;
const RESET: u8 = 2;

impl Line {
    /// Closes the connection instead of writing anything more.
    pub(crate) fn cut(&self) {
        self.0.store(CUT, Ordering::Release);
    }

    /// Resets the connection (TCP RST) instead of writing anything more.
    pub(crate) fn reset(&self) {
        self.0.store(RESET, Ordering::Release);
    }
}

/// The stream of such a connection.
pub(crate) struct Breakable {
    stream: TcpStream,
    line: Line,
}

impl Breakable {
    pub(crate) fn new(stream: TcpStream, line: Line) -> Self {
        Self { stream, line }
    }

    fn check(&self) -> io::Result<()> {
        match self.line.0.load(Ordering::Acquire) {
            WHOLE => Ok(()),
            state => {
                if state == RESET {
                    // With no time to linger, closing is a reset.
                    self.stream.set_zero_linger()?;
                }
                Err(io::ErrorKind::ConnectionAborted.into())
            }
        }
    }
}

impl AsyncRead for Breakable {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        self.check()?;
        Pin::new(&mut self.stream).poll_read(cx, buffer)
    }
}

impl AsyncWrite for Breakable {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.check()?;
        Pin::new(&mut self.stream).poll_write(cx, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.check()?;
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.check()?;
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        self.check()?;
        Pin::new(&mut self.stream).poll_write_vectored(cx, slices)
    }
}
