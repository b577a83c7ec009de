//! Recording what is sent, for snapshots.

use std::fmt::{self, Write};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use bytes::Bytes;
use http::header::{AUTHORIZATION, COOKIE, HeaderName, HeaderValue, PROXY_AUTHORIZATION};
use http::{Request, Response};

use crate::{Transport, TransportError};

/// Keeps a copy of every request that passes through, and can show it as text. A clone shares the
/// recording.
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// use messages_transport::testing::{Recorder, ScriptedTransport};
/// use messages_transport::{Transport, bytes::Bytes, http};
///
/// let recorder = Recorder::new(ScriptedTransport::new().then_status(202, "{}"));
/// let request = http::Request::post("https://api.example/v1/messages")
///     .header("content-type", "application/json")
///     .header("authorization", "Bearer eyJhbGciOi…")
///     .body(Bytes::from_static(br#"{"channel":"sms"}"#))?;
/// recorder.send(request).await?;
/// assert_eq!(
///     recorder.rendered(),
///     ["POST /v1/messages\n\
///       authorization: Bearer [redacted]\n\
///       content-type: application/json\n\
///       \n\
///       {\"channel\":\"sms\"}"],
/// );
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct Recorder<T> {
    inner: T,
    requests: Arc<Mutex<Vec<Request<Bytes>>>>,
}

impl<T: Transport> Recorder<T> {
    /// Records what is sent through `inner`.
    pub fn new(inner: T) -> Self {
        Self {
            inner,
            requests: Arc::default(),
        }
    }

    /// The requests so far, in order, credentials included.
    #[must_use]
    pub fn requests(&self) -> Vec<Request<Bytes>> {
        self.recorded().clone()
    }

    /// The requests so far as text, credentials masked: see [`render`].
    #[must_use]
    pub fn rendered(&self) -> Vec<String> {
        self.recorded().iter().map(render).collect()
    }

    fn recorded(&self) -> MutexGuard<'_, Vec<Request<Bytes>>> {
        self.requests.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl<T: Transport> Transport for Recorder<T> {
    async fn send(&self, request: Request<Bytes>) -> Result<Response<Bytes>, TransportError> {
        self.recorded().push(request.clone());
        self.inner.send(request).await
    }
}

impl<T: fmt::Debug> fmt::Debug for Recorder<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Recorder")
            .field("inner", &self.inner)
            .finish_non_exhaustive()
    }
}

/// A request as text for a snapshot: method and path, the headers sorted by name, an empty line,
/// the body.
///
/// Scheme and authority are left out, since they change with the port of a test server. Credentials
/// are masked: `authorization` (its scheme stays), `proxy-authorization`, `cookie` and every header
/// that is marked as sensitive. Bytes that are not UTF-8 are written as `\xNN`.
#[must_use]
pub fn render(request: &Request<Bytes>) -> String {
    let path = request
        .uri()
        .path_and_query()
        .map_or("/", |path| path.as_str());
    let mut text = format!("{} {path}\n", request.method());
    let mut headers: Vec<_> = request.headers().iter().collect();
    // Stable, so several values of one name keep their order.
    headers.sort_by_key(|(name, _)| name.as_str());
    for (name, value) in headers {
        text.push_str(name.as_str());
        text.push_str(": ");
        push_value(&mut text, name, value);
        text.push('\n');
    }
    text.push('\n');
    push_bytes(&mut text, request.body());
    text
}

fn push_value(text: &mut String, name: &HeaderName, value: &HeaderValue) {
    const MASK: &str = "[redacted]";
    if [AUTHORIZATION, PROXY_AUTHORIZATION].contains(name) {
        let value = str::from_utf8(value.as_bytes()).unwrap_or_default();
        if let Some((scheme, _)) = value.split_once(' ') {
            text.push_str(scheme);
            text.push(' ');
        }
        text.push_str(MASK);
    } else if *name == COOKIE || value.is_sensitive() {
        text.push_str(MASK);
    } else {
        push_bytes(text, value.as_bytes());
    }
}

fn push_bytes(text: &mut String, bytes: &[u8]) {
    for chunk in bytes.utf8_chunks() {
        text.push_str(chunk.valid());
        for byte in chunk.invalid() {
            // Writing to a String cannot fail.
            let _ = write!(text, "\\x{byte:02x}");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn credentials_are_masked_and_headers_sorted() {
        let mut secret = HeaderValue::from_static("s3cret");
        secret.set_sensitive(true);
        let request = Request::patch("http://127.0.0.1:4000/v1/messages/1?a=b")
            .header("x-key", secret)
            .header("cookie", "session=1")
            .header("authorization", "opaque")
            .header("accept", "application/json")
            .body(Bytes::from_static(b"a\xffb"))
            .unwrap();
        assert_eq!(
            render(&request),
            "PATCH /v1/messages/1?a=b\naccept: application/json\nauthorization: [redacted]\ncookie: [redacted]\n\
             x-key: [redacted]\n\na\\xffb"
        );
    }
}
