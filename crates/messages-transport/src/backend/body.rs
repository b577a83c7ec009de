//! Reading a response body whole, within bounds.

use std::future::poll_fn;
use std::pin::Pin;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use http::header::CONTENT_LENGTH;
use http::response::Parts;
use http::{Response, StatusCode};
use http_body::{Body, Frame};

use crate::backend::failure;
use crate::{AttemptCounter, Delivery, TransportError, TransportErrorKind, Truncated};

/// Limits of reading a response body, in bytes.
///
/// The API's responses are a few hundred bytes. The bounds keep a broken or hostile server from filling the memory.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct BodyLimits {
    /// The longest body of a 2xx answer; a longer one is an error of the kind `TooLarge`. Default
    /// 64 KiB.
    pub success: usize,
    /// Most bytes of the body of any other response that are returned. Default 16 KiB.
    pub error_kept: usize,
    /// Most bytes of the body of any other response that are read in all, so that its connection can be reused instead
    /// of being closed. Default 512 KiB.
    pub error_read: usize,
    /// Longest time for reading the part that is not returned. Default 500 ms.
    pub error_read_time: Duration,
}

impl Default for BodyLimits {
    fn default() -> Self {
        Self {
            success: 64 * 1024,
            error_kept: 16 * 1024,
            error_read: 512 * 1024,
            error_read_time: Duration::from_millis(500),
        }
    }
}

impl BodyLimits {
    /// Records the status code for the call, and reads the body as far as these limits go.
    pub(crate) async fn collect<B>(
        self,
        response: Response<B>,
        attempts: Option<AttemptCounter>,
    ) -> Result<Response<Bytes>, TransportError>
    where
        B: Body<Data = Bytes> + Unpin,
        B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
    {
        let (parts, mut body) = response.into_parts();
        let status = parts.status;
        if let Some(attempts) = attempts {
            attempts.record_status(status);
        }
        if status.is_success()
            && declared_length(&parts.headers).is_some_and(|length| length > self.success as u64)
        {
            return Err(too_large(status));
        }
        let Some(first) = next_data(&mut body, status).await? else {
            return Ok(Response::from_parts(parts, Bytes::new()));
        };
        let mut second = None;
        if first.len() <= self.kept(status) {
            if !body.is_end_stream() {
                second = next_data(&mut body, status).await?;
            }
            if second.is_none() {
                // The usual answer comes in one piece, which needs no copy.
                return Ok(Response::from_parts(parts, first));
            }
        }
        // In a box of its own, to keep the future of the usual answer small.
        Box::pin(self.collect_pieces(parts, [Some(first), second], body)).await
    }

    async fn collect_pieces<B>(
        self,
        mut parts: Parts,
        read: [Option<Bytes>; 2],
        body: B,
    ) -> Result<Response<Bytes>, TransportError>
    where
        B: Body<Data = Bytes> + Unpin,
        B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
    {
        let status = parts.status;
        let (body, rest) = read_up_to(self.kept(status), read, body, status).await?;
        if let Some(rest) = rest {
            if status.is_success() {
                return Err(too_large(status));
            }
            parts.extensions.insert(Truncated);
            let allowance = self.error_read.saturating_sub(self.error_kept);
            // A success of this read only means that the connection lives on; the answer is
            // complete without it.
            let _ =
                tokio::time::timeout(self.error_read_time, discard(rest, allowance, status)).await;
        }
        Ok(Response::from_parts(parts, body))
    }

    /// The longest body that is kept of an answer of this status.
    fn kept(self, status: StatusCode) -> usize {
        if status.is_success() {
            self.success
        } else {
            self.error_kept
        }
    }
}

fn too_large(status: StatusCode) -> TransportError {
    TransportError::without_source(TransportErrorKind::TooLarge, Delivery::Unknown)
        .with_status(status)
}

/// The length that the server declares. The HTTP library checks that it is true.
fn declared_length(headers: &http::HeaderMap) -> Option<u64> {
    headers.get(CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
}

/// The next piece of the body, or `None` at its end.
async fn next_data<B>(body: &mut B, status: StatusCode) -> Result<Option<Bytes>, TransportError>
where
    B: Body<Data = Bytes> + Unpin,
    B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
{
    loop {
        let Some(frame) = poll_fn(|cx| Pin::new(&mut *body).poll_frame(cx)).await else {
            return Ok(None);
        };
        match frame.map(Frame::into_data) {
            Ok(Ok(data)) => return Ok(Some(data)),
            Ok(Err(_trailers)) => {}
            Err(error) => return Err(failure::of_body(error.into()).with_status(status)),
        }
    }
}

/// The first `limit` bytes of what was read already and of what follows, and the body if there is
/// more of it.
async fn read_up_to<B>(
    limit: usize,
    read: [Option<Bytes>; 2],
    mut body: B,
    status: StatusCode,
) -> Result<(Bytes, Option<B>), TransportError>
where
    B: Body<Data = Bytes> + Unpin,
    B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
{
    let mut read = read.into_iter().flatten();
    let mut kept = BytesMut::new();
    loop {
        let data = match read.next() {
            Some(data) => data,
            None => match next_data(&mut body, status).await? {
                Some(data) => data,
                None => return Ok((kept.freeze(), None)),
            },
        };
        let room = limit - kept.len();
        if data.len() > room {
            kept.extend_from_slice(&data[..room]);
            return Ok((kept.freeze(), Some(body)));
        }
        kept.extend_from_slice(&data);
    }
}

async fn discard<B>(mut body: B, mut allowance: usize, status: StatusCode)
where
    B: Body<Data = Bytes> + Unpin,
    B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
{
    while let Ok(Some(data)) = next_data(&mut body, status).await {
        match allowance.checked_sub(data.len()) {
            Some(left) => allowance = left,
            None => return,
        }
    }
}
