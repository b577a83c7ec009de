//! One exchange on an HTTP/1.1 connection.
//!
//! hyper hands out a connection in two halves: one takes requests, the other does the reading and
//! writing, and is meant for a task of its own. Here the exchange drives both halves itself. So
//! dropping an exchange closes its socket there and then, a request cannot be left behind between
//! the halves when a connection closes, and no exchange has to wait for another task's turn.

use std::future::{Future, poll_fn};
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use bytes::Bytes;
use http::header::{Entry, HOST};
use http::{HeaderValue, Request, Response, Version};
use http_body_util::Full;
use hyper::client::conn::http1::{Connection, SendRequest, handshake};

use super::connect::Stream;
use super::failed;
use super::origin::Origin;
use crate::backend::BodyLimits;
use crate::{CallContext, TransportError};

/// A connection that is used by one exchange at a time.
pub(super) struct Http1 {
    origin: Arc<Origin>,
    /// The `Host` of the requests.
    host: Option<HeaderValue>,
    requests: SendRequest<Full<Bytes>>,
    /// Does the reading and writing; `None` once the connection is closed.
    work: Option<Connection<Stream, Full<Bytes>>>,
}

impl Http1 {
    pub(super) async fn open(stream: Stream, origin: Origin) -> hyper::Result<Self> {
        let (requests, work) = handshake(stream).await?;
        Ok(Self {
            host: origin.host(),
            origin: Arc::new(origin),
            requests,
            work: Some(work),
        })
    }

    /// Whom it leads to.
    pub(super) fn origin(&self) -> Arc<Origin> {
        Arc::clone(&self.origin)
    }

    /// Returns `true` if it has ended its last exchange and accepts another request.
    pub(super) fn has_finished(&mut self) -> bool {
        // Mostly the exchange has left it so.
        self.requests.is_ready() || self.is_idle()
    }

    /// Returns `true` if it accepts a request, as far as the runtime knows.
    ///
    /// A server may have closed it unnoticed, which is detected here.
    pub(super) fn is_idle(&mut self) -> bool {
        // There is nothing to be woken for: an idle connection is looked at when it is wanted.
        self.drive(&mut unwoken());
        self.work.is_some() && self.requests.is_ready()
    }

    /// Sends the request and reads the answer, after which `afterwards` gets the connection.
    ///
    /// Nothing is written before the first poll.
    pub(super) fn exchange(
        mut self: Box<Self>,
        mut request: Request<Full<Bytes>>,
        limits: BodyLimits,
        afterwards: impl FnOnce(Box<Self>),
    ) -> impl Future<Output = Result<Response<Bytes>, TransportError>> {
        address(&mut request, self.host.as_ref());
        let attempts = CallContext::attempts_of(&request).cloned();
        // Outside the future, which would otherwise hold the request a second time.
        let head = self.requests.try_send_request(request);
        async move {
            let response = {
                let mut head = pin!(head);
                // Only driving the connection makes the head ready, so it need not wake the task.
                poll_fn(|cx| self.drive_until(cx, |_| head.as_mut().poll(&mut unwoken())))
                    .await
                    .map_err(failed)?
            };
            let answer = {
                let mut answer = pin!(limits.collect(response, attempts));
                poll_fn(|cx| self.drive_until(cx, |cx| answer.as_mut().poll(cx))).await
            };
            afterwards(self);
            answer
        }
    }

    /// Drives the connection for something that comes of it.
    ///
    /// To take what the connection has read wakes the task that drove it. Where that is the very
    /// task that takes it, and has all it wanted, it would be woken for nothing, so it first drives
    /// the connection without asking to be woken.
    fn drive_until<T>(
        &mut self,
        cx: &mut Context<'_>,
        mut ready: impl FnMut(&mut Context<'_>) -> Poll<T>,
    ) -> Poll<T> {
        self.drive(&mut unwoken());
        if let Poll::Ready(value) = ready(cx) {
            return Poll::Ready(value);
        }
        self.drive(cx);
        ready(cx)
    }

    /// Reads and writes what can be read and written now.
    ///
    /// A closed connection is dropped at once, which ends whatever still waits for it.
    fn drive(&mut self, cx: &mut Context<'_>) {
        if let Some(work) = &mut self.work
            && Pin::new(work).poll(cx).is_ready()
        {
            // An error has gone to the exchange, if there is one.
            self.work = None;
        }
    }
}

/// A context for a poll that wakes no task afterwards.
fn unwoken() -> Context<'static> {
    Context::from_waker(Waker::noop())
}

/// Brings a request into the form that it has on the wire: the host as a header, and nothing but the
/// path and the query in the first line (RFC 9112 section 3.2.1).
fn address(request: &mut Request<Full<Bytes>>, host: Option<&HeaderValue>) {
    *request.version_mut() = Version::HTTP_11;
    let uri = std::mem::take(request.uri_mut());
    if let Some(path) = uri.into_parts().path_and_query {
        *request.uri_mut() = path.into();
    }
    if let Some(host) = host
        && let Entry::Vacant(vacant) = request.headers_mut().entry(HOST)
    {
        vacant.insert(host.clone());
    }
}

#[cfg(test)]
mod tests {
    use http::Uri;

    use super::*;

    #[test]
    fn a_request_names_its_host_as_the_wire_wants_it() {
        for (uri, host, line) in [
            ("http://example.com/a?b=c", "example.com", "/a?b=c"),
            ("http://example.com:80", "example.com", "/"),
            ("https://example.com:80/", "example.com:80", "/"),
            ("https://example.com:443/", "example.com", "/"),
            (
                "http://user:word@example.com:8080/",
                "example.com:8080",
                "/",
            ),
            ("http://user@example.com/", "example.com", "/"),
            ("http://[::1]:8080/", "[::1]:8080", "/"),
        ] {
            let named: Uri = uri.parse().unwrap();
            let origin = Origin::new(named.scheme().unwrap(), named.authority().unwrap());
            let mut request = Request::post(uri).body(Full::default()).unwrap();
            address(&mut request, origin.host().as_ref());
            assert_eq!(request.headers()[HOST], host, "{uri}");
            assert_eq!(request.uri().to_string(), line, "{uri}");
        }
        let given = Request::post("http://example.com/").header(HOST, "other");
        let mut given = given.body(Full::default()).unwrap();
        address(&mut given, Some(&HeaderValue::from_static("example.com")));
        assert_eq!(given.headers()[HOST], "other");
    }
}
