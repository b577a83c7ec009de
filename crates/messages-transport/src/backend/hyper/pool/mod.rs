//! The connections of a transport: which one serves a request.

mod line;
mod reaper;

use std::collections::{BTreeMap, VecDeque};
use std::future::{Future, poll_fn};
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::Poll;

use bytes::Bytes;
use http::Uri;
use http::uri::{Authority, PathAndQuery, Scheme};
use http_body_util::Full;
use hyper::client::conn::http2;
use hyper_util::rt::{TokioExecutor, TokioTimer};
use tokio::sync::oneshot;
use tokio::time::Instant;

use self::line::{Kept, Line};
use super::connect::Connector;
use super::http1::Http1;
use super::origin::Origin;
use crate::backend::settings::{
    HTTP2_CONNECTION_WINDOW, HTTP2_STREAM_WINDOW, HttpVersions, PoolSettings,
};
use crate::{Delivery, TransportError, TransportErrorKind};

/// A handle of an HTTP/2 connection, whose other half is a task.
pub(super) type Http2 = http2::SendRequest<Full<Bytes>>;

/// The connections to all hosts. They belong to the transport and its clones together.
pub(super) struct Pool {
    connector: Connector,
    settings: PoolSettings,
    hosts: Mutex<Hosts>,
    /// A task looks for connections that have been unused for too long.
    reaping: AtomicBool,
}

/// By the authority as it is spelled. To take two spellings of a host for one is not worth what
/// comparing in lower case costs, letter by letter, for every request. A tree, since a transport has
/// few hosts, and to compare their names is quicker than to hash them.
#[derive(Default)]
struct Hosts(BTreeMap<Box<str>, Host>);

impl Hosts {
    /// Changes what there is of an origin.
    fn change<T>(&mut self, origin: &Origin, change: impl FnOnce(&mut Unused) -> T) -> T {
        let authority = origin.authority.as_str();
        if let Some(host) = self.0.get_mut(authority) {
            return change(host.unused(&origin.scheme));
        }
        let mut host = Host::default();
        let changed = change(host.unused(&origin.scheme));
        self.0.insert(authority.into(), host);
        changed
    }
}

#[derive(Default)]
struct Host {
    http: Unused,
    https: Unused,
}

/// The connections that could serve a request now, and the requests that could use one.
#[derive(Default)]
struct Unused {
    /// The one that was used last at the end.
    http1: Vec<(Box<Http1>, Instant)>,
    /// Serves any number of requests at a time, and was last given to one at this instant.
    http2: Option<(Http2, Instant)>,
    /// Requests that open a connection and take one that comes free before, in order of arrival.
    waiting: VecDeque<oneshot::Sender<Lease>>,
    /// Number of connections that are being opened without an owner.
    kept: usize,
}

impl Unused {
    /// Puts a request in line for a connection.
    fn enqueue(&mut self) -> oneshot::Receiver<Lease> {
        // Between two looks of the reaper, the line is no longer than it has to be.
        while self.waiting.front().is_some_and(oneshot::Sender::is_closed) {
            self.waiting.pop_front();
        }
        let (sender, receiver) = oneshot::channel();
        self.waiting.push_back(sender);
        receiver
    }

    fn is_empty(&self) -> bool {
        self.http1.is_empty() && self.http2.is_none() && self.waiting.is_empty() && self.kept == 0
    }
}

impl Host {
    fn unused(&mut self, scheme: &Scheme) -> &mut Unused {
        if *scheme == Scheme::HTTPS {
            &mut self.https
        } else {
            &mut self.http
        }
    }
}

/// A connection for one exchange.
pub(super) enum Lease {
    Http1(Box<Http1>),
    Http2(Http2),
}

impl Lease {
    /// Returns `true` if it accepts a request, as far as the runtime knows.
    fn is_open(&mut self) -> bool {
        match self {
            Self::Http1(http1) => http1.is_idle(),
            Self::Http2(http2) => !http2.is_closed(),
        }
    }
}

/// Origin of a request's connection.
enum First {
    Opened(Result<Lease, TransportError>),
    Freed(Lease),
}

impl Pool {
    pub(super) fn new(connector: Connector, settings: PoolSettings) -> Self {
        Self {
            connector,
            settings,
            hosts: Mutex::default(),
            reaping: AtomicBool::new(false),
        }
    }

    /// An unused connection, if there is one.
    pub(super) fn unused(&self, scheme: &Scheme, authority: &Authority) -> Option<Lease> {
        let now = Instant::now();
        loop {
            let (mut http1, since) = {
                let mut hosts = self.hosts();
                let unused = hosts.0.get_mut(authority.as_str())?.unused(scheme);
                if let Some((http2, used)) = &mut unused.http2 {
                    if !http2.is_closed() && self.is_fresh(*used, now) {
                        *used = now;
                        return Some(Lease::Http2(http2.clone()));
                    }
                    unused.http2 = None;
                }
                unused.http1.pop()?
            };
            if self.is_fresh(since, now) && http1.is_idle() {
                return Some(Lease::Http1(http1));
            }
        }
    }

    /// Opens a connection, or takes one that comes free before it is open: of many requests at once,
    /// none waits for a handshake that is slower than the exchange of another.
    ///
    /// # Errors
    ///
    /// Always of the kind `Connect`, and not sent.
    pub(super) async fn lease(self: &Arc<Self>, origin: Origin) -> Result<Lease, TransportError> {
        if self.settings.max_idle_per_host == 0 {
            return Arc::clone(self).open(origin).await;
        }
        let mut opening = Box::pin(Arc::clone(self).open(origin.clone()));
        let first = {
            let mut line = Line::join(self, &origin);
            // A connection that was released before the request was in line has not been handed on.
            if let Some(lease) = self.unused(&origin.scheme, &origin.authority) {
                return Ok(lease);
            }
            poll_fn(|cx| {
                // First what is there already: dropped, it would be closed.
                if let Poll::Ready(lease) = line.poll(cx) {
                    return Poll::Ready(First::Freed(lease));
                }
                opening.as_mut().poll(cx).map(First::Opened)
            })
            .await
        };
        match first {
            First::Opened(opened) => opened,
            First::Freed(lease) => {
                if let Some(kept) = Kept::new(self, origin) {
                    tokio::spawn(kept.keep(opening));
                }
                Ok(lease)
            }
        }
    }

    async fn open(self: Arc<Self>, origin: Origin) -> Result<Lease, TransportError> {
        let destination = Uri::builder()
            .scheme(origin.scheme.clone())
            .authority(origin.authority.clone())
            .path_and_query(PathAndQuery::from_static("/"))
            .build()
            .map_err(unconnected)?;
        let stream = self
            .connector
            .connect(destination, self.settings.connect_timeout)
            .await
            .map_err(unconnected)?;
        let http2 = match self.settings.versions {
            HttpVersions::Negotiated => stream.negotiated_http2(),
            HttpVersions::Http1 => false,
            HttpVersions::Http2 => true,
        };
        if !http2 {
            let http1 = Http1::open(stream, origin).await.map_err(unconnected)?;
            return Ok(Lease::Http1(Box::new(http1)));
        }
        let (http2, work) = http2::Builder::new(TokioExecutor::new())
            .timer(TokioTimer::new())
            .initial_stream_window_size(HTTP2_STREAM_WINDOW)
            .initial_connection_window_size(HTTP2_CONNECTION_WINDOW)
            .keep_alive_interval(self.settings.ping_interval)
            .keep_alive_timeout(self.settings.ping_timeout)
            .handshake(stream)
            .await
            .map_err(unconnected)?;
        // Its end is seen by those who use it.
        tokio::spawn(async { drop(work.await) });
        Ok(Lease::Http2(self.share(&origin, http2)))
    }

    /// Lets other requests use an HTTP/2 connection too, unless they have one already: then this
    /// request uses that one.
    fn share(self: &Arc<Self>, origin: &Origin, http2: Http2) -> Http2 {
        if self.settings.max_idle_per_host == 0 {
            return http2;
        }
        let now = Instant::now();
        let (http2, waiting) = self.hosts().change(origin, |unused| {
            let shared = match &mut unused.http2 {
                Some((shared, used)) if !shared.is_closed() => {
                    *used = now;
                    shared.clone()
                }
                none_or_closed => {
                    *none_or_closed = Some((http2.clone(), now));
                    http2
                }
            };
            (shared, std::mem::take(&mut unused.waiting))
        });
        for waiting in waiting {
            // One that does not wait any more has a connection.
            let _ = waiting.send(Lease::Http2(http2.clone()));
        }
        self.reap_from_now_on();
        http2
    }

    /// Takes back a connection whose exchange is over.
    pub(super) fn give_back(self: &Arc<Self>, mut http1: Box<Http1>) {
        if !http1.has_finished() {
            return;
        }
        let origin = http1.origin();
        let mut http1 = Some(http1);
        loop {
            let first = self.hosts().change(&origin, |unused| {
                let first = unused.waiting.pop_front();
                if first.is_none()
                    && unused.http1.len() < self.settings.max_idle_per_host
                    && let Some(http1) = http1.take()
                {
                    unused.http1.push((http1, Instant::now()));
                }
                first
            });
            // Outside the lock: who is woken wants it, and so does what is closed because it is one too many.
            let (Some(first), Some(given)) = (first, http1.take()) else {
                break;
            };
            let Err(Lease::Http1(refused)) = first.send(Lease::Http1(given)) else {
                break;
            };
            http1 = Some(refused);
        }
        self.reap_from_now_on();
    }

    fn hosts(&self) -> MutexGuard<'_, Hosts> {
        self.hosts.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn is_fresh(&self, since: Instant, now: Instant) -> bool {
        now.saturating_duration_since(since) < self.settings.idle_timeout
    }
}

fn unconnected(error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> TransportError {
    TransportError::new(TransportErrorKind::Connect, Delivery::NotSent, error)
}
