//! The connections of a transport: which one serves a request, and how long an unused one is kept.

use std::collections::{BTreeMap, VecDeque};
use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::Bytes;
use http::uri::{Authority, PathAndQuery, Scheme};
use http::{HeaderValue, Uri};
use http_body_util::Full;
use hyper::client::conn::http2;
use hyper_util::rt::{TokioExecutor, TokioTimer};
use tokio::runtime::Handle;
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

/// The connections that could serve a request now, and the requests that could use one.
#[derive(Default)]
struct Unused {
    /// The one that was used last at the end.
    http1: Vec<(Box<Http1>, Instant)>,
    /// Serves any number of requests at a time, and was last given to one at this instant.
    http2: Option<(Http2, Instant)>,
    /// Requests that open a connection and take one that comes free before, in order of arrival.
    waiting: VecDeque<oneshot::Sender<Lease>>,
    /// How many connections are being opened for whoever comes.
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
            // One that came free before the request was in line has been given to nobody.
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

    fn reap_from_now_on(self: &Arc<Self>) {
        if !self.reaping.load(Ordering::SeqCst) && !self.reaping.swap(true, Ordering::SeqCst) {
            let reaper = Reaper {
                pool: Arc::downgrade(self),
                interval: (self.settings.idle_timeout / 4)
                    .clamp(SHORTEST_INTERVAL, LONGEST_INTERVAL),
            };
            // A call can be dropped where there is no runtime. Dropped, the reaper says that there is none.
            if let Ok(runtime) = Handle::try_current() {
                runtime.spawn(reaper.run());
            }
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
            !(host.http.is_empty() && host.https.is_empty())
        });
        // Under the lock without which no connection is put in.
        self.reaping.store(!hosts.0.is_empty(), Ordering::SeqCst);
        !hosts.0.is_empty()
    }
}

/// How a request came by its connection.
enum First {
    Opened(Result<Lease, TransportError>),
    Freed(Lease),
}

/// A request's place in line for a connection that comes free. Dropped, it hands on what it was given and has not taken.
struct Line<'a> {
    pool: &'a Arc<Pool>,
    origin: &'a Origin,
    freed: oneshot::Receiver<Lease>,
}

impl<'a> Line<'a> {
    fn join(pool: &'a Arc<Pool>, origin: &'a Origin) -> Self {
        let freed = pool.hosts().change(origin, Unused::enqueue);
        pool.reap_from_now_on();
        Self {
            pool,
            origin,
            freed,
        }
    }

    fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Lease> {
        loop {
            let freed = ready!(Pin::new(&mut self.freed).poll(cx));
            if let Ok(mut lease) = freed
                && lease.is_open()
            {
                return Poll::Ready(lease);
            }
            // The server has closed it since.
            self.freed = self.pool.hosts().change(self.origin, Unused::enqueue);
        }
    }
}

impl Drop for Line<'_> {
    fn drop(&mut self) {
        self.freed.close();
        // An HTTP/2 connection is shared anyhow.
        if let Ok(Lease::Http1(http1)) = self.freed.try_recv() {
            self.pool.give_back(http1);
        }
    }
}

/// Leave to go on opening a connection whose request has another one, for those that follow.
struct Kept {
    pool: Arc<Pool>,
    origin: Origin,
}

impl Kept {
    /// `None` where there would be more than are kept unused: a server that lets nobody in is not to be flooded.
    fn new(pool: &Arc<Pool>, origin: Origin) -> Option<Self> {
        let most = pool.settings.max_idle_per_host;
        let has_room = pool.hosts().change(&origin, |unused| {
            let has_room = unused.http1.len() + unused.kept < most;
            unused.kept += usize::from(has_room);
            has_room
        });
        has_room.then(|| Self {
            pool: Arc::clone(pool),
            origin,
        })
    }

    async fn keep(self, opening: impl Future<Output = Result<Lease, TransportError>>) {
        // One for HTTP/2 is shared already, and a failure is nobody's.
        if let Ok(Lease::Http1(http1)) = opening.await {
            self.pool.give_back(http1);
        }
    }
}

impl Drop for Kept {
    fn drop(&mut self) {
        let mut hosts = self.pool.hosts();
        hosts.change(&self.origin, |unused| {
            unused.kept = unused.kept.saturating_sub(1);
        });
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
