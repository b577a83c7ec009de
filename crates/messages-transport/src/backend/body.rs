//! Reading a response body whole, within bounds.

use std::future::poll_fn;
use std::pin::Pin;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use http::header::CONTENT_LENGTH;
use http::{Response, StatusCode};
use http_body::{Body, Frame};

use crate::backend::failure;
use crate::{Delivery, TransportError, TransportErrorKind, Truncated};

/// How much of a response body is read, in bytes.
///
/// The API's answers are a few hundred bytes. The bounds keep a broken or hostile server from
/// filling the memory.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct BodyLimits {
    /// The longest body of a 2xx answer; a longer one is an error of the kind `TooLarge`. Default
    /// 64 KiB.
    pub success: usize,
    /// How much of the body of any other answer is kept. Default 16 KiB.
    pub error_kept: usize,
    /// How much of the body of any other answer is read in all, so that its connection can be used
    /// again instead of being closed. Default 512 KiB.
    pub error_read: usize,
    /// How long the part that is not kept may take. Default 500 ms.
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
    /// Reads the body of the response as far as these limits go.
    pub(crate) async fn collect<B>(
        self,
        response: Response<B>,
    ) -> Result<Response<Bytes>, TransportError>
    where
        B: Body<Data = Bytes> + Unpin,
        B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
    {
        let (mut parts, body) = response.into_parts();
        let status = parts.status;
        if status.is_success() {
            if declared_length(&parts.headers).is_some_and(|length| length > self.success as u64) {
                return Err(too_large(status));
            }
            let (body, rest) = read_up_to(body, self.success, status).await?;
            return match rest {
                Some(_) => Err(too_large(status)),
                None => Ok(Response::from_parts(parts, body)),
            };
        }

        let (body, rest) = read_up_to(body, self.error_kept, status).await?;
        if let Some(rest) = rest {
            parts.extensions.insert(Truncated);
            let allowance = self.error_read.saturating_sub(self.error_kept);
            // A success of this read only means that the connection lives on; the answer is
            // complete without it.
            let _ = tokio::time::timeout(self.error_read_time, discard(rest, allowance)).await;
        }
        Ok(Response::from_parts(parts, body))
    }
}

fn too_large(status: StatusCode) -> TransportError {
    TransportError::without_source(TransportErrorKind::TooLarge, Delivery::Unknown)
        .with_status(status)
}

/// What the server says the length is. Whether that is true is for the HTTP library to check.
fn declared_length(headers: &http::HeaderMap) -> Option<u64> {
    headers.get(CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
}

async fn next_data<B>(body: &mut B) -> Option<Result<Bytes, B::Error>>
where
    B: Body<Data = Bytes> + Unpin,
{
    loop {
        let frame = poll_fn(|cx| Pin::new(&mut *body).poll_frame(cx)).await?;
        match frame.map(Frame::into_data) {
            Ok(Ok(data)) => return Some(Ok(data)),
            Ok(Err(_trailers)) => {}
            Err(error) => return Some(Err(error)),
        }
    }
}

/// The first `limit` bytes, and the body if there is more of it.
async fn read_up_to<B>(
    mut body: B,
    limit: usize,
    status: StatusCode,
) -> Result<(Bytes, Option<B>), TransportError>
where
    B: Body<Data = Bytes> + Unpin,
    B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
{
    let interrupted = |error: B::Error| failure::of_body(error.into()).with_status(status);
    let Some(first) = next_data(&mut body)
        .await
        .transpose()
        .map_err(interrupted)?
    else {
        return Ok((Bytes::new(), None));
    };
    if first.len() > limit {
        return Ok((first.slice(..limit), Some(body)));
    }
    // The usual answer comes in one piece, which needs no copy.
    let Some(second) = next_data(&mut body)
        .await
        .transpose()
        .map_err(interrupted)?
    else {
        return Ok((first, None));
    };

    let mut kept = BytesMut::with_capacity((first.len() + second.len()).min(limit));
    let mut next = Some(first);
    let mut after = Some(second);
    while let Some(data) = next {
        let room = limit - kept.len();
        if data.len() > room {
            kept.extend_from_slice(&data[..room]);
            return Ok((kept.freeze(), Some(body)));
        }
        kept.extend_from_slice(&data);
        next = match after.take() {
            Some(data) => Some(data),
            None => next_data(&mut body)
                .await
                .transpose()
                .map_err(interrupted)?,
        };
    }
    Ok((kept.freeze(), None))
}

async fn discard<B>(mut body: B, mut allowance: usize)
where
    B: Body<Data = Bytes> + Unpin,
{
    while let Some(Ok(data)) = next_data(&mut body).await {
        match allowance.checked_sub(data.len()) {
            Some(left) => allowance = left,
            None => return,
        }
    }
}
