//! The connections of a transport: which one serves a request, and how long an unused one is kept.

use std::collections::{BTreeMap, VecDeque};
use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::task::Poll;
use std::time::Duration;

use bytes::Bytes;
use http::uri::{Authority, PathAndQuery, Scheme};
use http::{HeaderValue, Uri};
use http_body_util::Full;
use hyper::client::conn::http2;
use hyper_util::rt::{TokioExecutor, TokioTimer};
use tokio::sync::oneshot;
use tokio::time::Instant;

use super::connect::Connector;
use super::http1::Http1;
use crate::backend::settings::{
    HTTP2_CONNECTION_WINDOW, HTTP2_STREAM_WINDOW, HttpVersions, PoolSettings,
};
use crate::{Delivery, TransportError, TransportErrorKind};

/// How often unused connections are looked through: so long after a server has closed one, at most,
/// the socket is given back to the system.
const SHORTEST_INTERVAL: Duration = Duration::from_millis(10);
const LONGEST_INTERVAL: Duration = Duration::from_secs(1);

/// A handle of an HTTP/2 connection, whose other half is a task.
pub(super) type Http2 = http2::SendRequest<Full<Bytes>>;

/// Whom a connection leads to.
#[derive(Clone)]
pub(super) struct Origin {
    scheme: Scheme,
    authority: Authority,
}

impl Origin {
    pub(super) fn new(scheme: &Scheme, authority: &Authority) -> Self {
        Self {
            scheme: scheme.clone(),
            authority: authority.clone(),
        }
    }

    /// The host as a header names it, with its port if that is not the usual one.
    pub(super) fn host(&self) -> Option<HeaderValue> {
        let usual = match self.authority.port_u16() {
            None => true,
            Some(80) => self.scheme == Scheme::HTTP,
            Some(443) => self.scheme == Scheme::HTTPS,
            Some(_) => false,
        };
        let authority = self.authority.as_str();
        let value = match authority.rsplit_once('@') {
            _ if usual => self.authority.host(),
            Some((_, host_and_port)) => host_and_port,
            None => authority,
        };
        HeaderValue::from_str(value).ok()
    }
}

/// The connections to all hosts. They belong to the transport and its clones together.
pub(super) struct Pool {
    connector: Connector,
    settings: PoolSettings,
    hosts: Mutex<Hosts>,
    /// Whether a task looks for connections that have been unused for too long.
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

/// The connections that could serve a request now, or the requests that could use one.
#[derive(Default)]
struct Unused {
    /// The one that was used last at the end.
    http1: Vec<(Box<Http1>, Instant)>,
    /// Serves any number of requests at a time, and was last given to one at this instant.
    http2: Option<(Http2, Instant)>,
    /// Requests that open a connection and take one that comes free before, in order of arrival.
    waiting: VecDeque<oneshot::Sender<Lease>>,
}

impl Unused {
    /// Puts a request in line for a connection.
    fn wait(&mut self) -> oneshot::Receiver<Lease> {
        // Those in front that have their own by now would otherwise stay where nothing comes free.
        while self.waiting.front().is_some_and(oneshot::Sender::is_closed) {
            self.waiting.pop_front();
        }
        let (sender, receiver) = oneshot::channel();
        self.waiting.push_back(sender);
        receiver
    }

    /// Gives a connection to the first request in line. It comes back if there is none.
    fn hand_over(&mut self, mut lease: Lease) -> Option<Lease> {
        while let Some(first) = self.waiting.pop_front() {
            lease = match first.send(lease) {
                Ok(()) => return None,
                Err(refused) => refused,
            };
        }
        Some(lease)
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
    /// Whether it can take a request, as far as the runtime has heard.
    fn is_open(&mut self) -> bool {
        match self {
            Self::Http1(http1) => http1.is_idle(),
            Self::Http2(http2) => !http2.is_closed(),
        }
    }
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
    /// What is being opened then is opened all the same, for the requests that follow.
    ///
    /// # Errors
    ///
    /// Always of the kind `Connect`, and not sent.
    pub(super) async fn lease(self: &Arc<Self>, origin: Origin) -> Result<Lease, TransportError> {
        if self.settings.max_idle_per_host == 0 {
            return self.open(origin).await;
        }
        let mut freed = Some(self.hosts().change(&origin, Unused::wait));
        self.reap_from_now_on();
        let pool = Arc::clone(self);
        let mut opening = Some(Box::pin(async move { pool.open(origin).await }));
        poll_fn(|cx| {
            if let Some(opening) = &mut opening
                && let Poll::Ready(opened) = opening.as_mut().poll(cx)
            {
                return Poll::Ready(opened);
            }
            let Some(Poll::Ready(lease)) = freed.as_mut().map(|freed| Pin::new(freed).poll(cx))
            else {
                return Poll::Pending;
            };
            freed = None;
            if let Ok(mut lease) = lease
                && lease.is_open()
            {
                if let Some(opening) = opening.take() {
                    tokio::spawn(Arc::clone(self).keep(opening));
                }
                return Poll::Ready(Ok(lease));
            }
            // The server has closed it since: back to the own one.
            Poll::Pending
        })
        .await
    }

    /// Puts a connection that nobody waits for any more where others find it.
    async fn keep(self: Arc<Self>, opening: impl Future<Output = Result<Lease, TransportError>>) {
        // One for HTTP/2 is there already, and a failure is nobody's.
        if let Ok(Lease::Http1(http1)) = opening.await {
            self.give_back(http1);
        }
    }

    async fn open(self: &Arc<Self>, origin: Origin) -> Result<Lease, TransportError> {
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
        let http2 = self
            .hosts()
            .change(origin, |unused| match &mut unused.http2 {
                Some((shared, used)) if !shared.is_closed() => {
                    *used = now;
                    shared.clone()
                }
                none_or_closed => {
                    *none_or_closed = Some((http2.clone(), now));
                    while let Some(waiting) = unused.waiting.pop_front() {
                        // One that does not wait any more has a connection.
                        let _ = waiting.send(Lease::Http2(http2.clone()));
                    }
                    http2
                }
            });
        self.reap_from_now_on();
        http2
    }

    /// Takes back a connection whose exchange is over.
    pub(super) fn give_back(self: &Arc<Self>, mut http1: Box<Http1>) {
        if !http1.has_finished() {
            return;
        }
        let origin = http1.origin();
        self.hosts().change(&origin, |unused| {
            if let Some(Lease::Http1(http1)) = unused.hand_over(Lease::Http1(http1))
                && unused.http1.len() < self.settings.max_idle_per_host
            {
                unused.http1.push((http1, Instant::now()));
            }
        });
        self.reap_from_now_on();
    }

    fn hosts(&self) -> MutexGuard<'_, Hosts> {
        self.hosts.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn is_fresh(&self, since: Instant, now: Instant) -> bool {
        now.saturating_duration_since(since) < self.settings.idle_timeout
    }

    fn reap_from_now_on(self: &Arc<Self>) {
        if !self.reaping.load(Ordering::SeqCst) && !self.reaping.swap(true, Ordering::SeqCst) {
            let reaper = Reaper {
                pool: Arc::downgrade(self),
                interval: (self.settings.idle_timeout / 4)
                    .clamp(SHORTEST_INTERVAL, LONGEST_INTERVAL),
            };
            tokio::spawn(reaper.run());
        }
    }

    /// Closes what has been unused for too long or was closed by the server. Returns whether there
    /// is anything left to look after.
    fn reap(&self) -> bool {
        let now = Instant::now();
        let mut hosts = self.hosts();
        hosts.0.retain(|_, host| {
            for unused in [&mut host.http, &mut host.https] {
                unused
                    .http1
                    .retain_mut(|(http1, since)| self.is_fresh(*since, now) && http1.is_idle());
                unused
                    .http2
                    .take_if(|(http2, used)| http2.is_closed() || !self.is_fresh(*used, now));
                unused.waiting.retain(|waiting| !waiting.is_closed());
            }
            [&host.http, &host.https].iter().any(|unused| {
                !unused.http1.is_empty() || unused.http2.is_some() || !unused.waiting.is_empty()
            })
        });
        // Under the lock without which no connection is put in.
        self.reaping.store(!hosts.0.is_empty(), Ordering::SeqCst);
        !hosts.0.is_empty()
    }
}

/// The task that closes unused connections, while there are any.
struct Reaper {
    pool: Weak<Pool>,
    interval: Duration,
}

impl Reaper {
    async fn run(mut self) {
        loop {
            tokio::time::sleep(self.interval).await;
            let Some(pool) = self.pool.upgrade() else {
                return;
            };
            if !pool.reap() {
                self.pool = Weak::new();
                return;
            }
        }
    }
}

impl Drop for Reaper {
    /// Also where a runtime ends with the task in it: the next connection starts another.
    fn drop(&mut self) {
        if let Some(pool) = self.pool.upgrade() {
            pool.reaping.store(false, Ordering::SeqCst);
        }
    }
}

fn unconnected(error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> TransportError {
    TransportError::new(TransportErrorKind::Connect, Delivery::NotSent, error)
}
