//! Settings of connections that both backends share, with one set of defaults.

use std::time::Duration;

/// Room for a few of the largest bodies that are read. hyper's default of 2 MiB a stream would let
/// a hostile server fill it.
pub(crate) const HTTP2_STREAM_WINDOW: u32 = 128 * 1024;
/// For all streams of a connection together.
pub(crate) const HTTP2_CONNECTION_WINDOW: u32 = 1024 * 1024;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum HttpVersions {
    Negotiated,
    Http1,
    Http2,
}

#[derive(Debug, Clone)]
pub(crate) struct PoolSettings {
    pub(crate) connect_timeout: Duration,
    pub(crate) idle_timeout: Duration,
    pub(crate) max_idle_per_host: usize,
    pub(crate) versions: HttpVersions,
    pub(crate) ping_interval: Duration,
    pub(crate) ping_timeout: Duration,
}

impl Default for PoolSettings {
    fn default() -> Self {
        Self {
            connect_timeout: Duration::from_secs(5),
            idle_timeout: Duration::from_secs(20),
            max_idle_per_host: 64,
            versions: HttpVersions::Negotiated,
            ping_interval: Duration::from_secs(10),
            ping_timeout: Duration::from_secs(5),
        }
    }
}

/// The setters, written once: builders of two backends must not drift apart.
macro_rules! pool_setters {
    () => {
        /// Longest time for opening a connection: name resolution, TCP and TLS together. Default 5 s.
        pub fn connect_timeout(mut self, limit: Duration) -> Self {
            self.pool.connect_timeout = limit;
            self
        }

        /// Longest time an unused connection is kept. Default 20 s.
        ///
        /// Keep it below the server's own limit (often 60 s, at times 30 s): a connection that the server closes at the
        /// moment it is used leaves that request in doubt.
        pub fn idle_timeout(mut self, limit: Duration) -> Self {
            self.pool.idle_timeout = limit;
            self
        }

        /// Most unused connections to one host. Default 64.
        ///
        /// With 0, every request gets a fresh connection: slower, and never in doubt because of a connection that had
        /// gone stale.
        pub fn max_idle_per_host(mut self, connections: usize) -> Self {
            self.pool.max_idle_per_host = connections;
            self
        }

        /// Speaks HTTP/1.1 only. By default TLS negotiates HTTP/2 or HTTP/1.1, and plain HTTP is
        /// HTTP/1.1.
        pub fn http1_only(mut self) -> Self {
            self.pool.versions = $crate::backend::settings::HttpVersions::Http1;
            self
        }

        /// Speaks HTTP/2 only, without asking: for a server that is known to speak it.
        pub fn http2_only(mut self) -> Self {
            self.pool.versions = $crate::backend::settings::HttpVersions::Http2;
            self
        }

        /// Connects through this proxy instead of those of the environment: `http`, `https` (with the
        /// reqwest backend only), `socks4`, `socks5` (names resolved here) or `socks5h` (names resolved
        /// by the proxy), with credentials in the URL if it asks for any. Of several, the first one
        /// that applies is used.
        ///
        /// `no_proxy` lists what is reached directly, in the usual form: hosts, domains, IP addresses
        /// and networks in CIDR notation, separated by commas. Without this call, the variables that
        /// [`environment_proxy`](crate::backend::environment_proxy) describes are obeyed.
        pub fn proxy(mut self, url: impl Into<String>, no_proxy: Option<&str>) -> Self {
            self.proxies.add(url.into(), no_proxy);
            self
        }

        /// Connects directly, whatever proxies the environment has.
        pub fn no_proxy(mut self) -> Self {
            self.proxies = $crate::backend::proxy::ProxySettings::Given(Vec::new());
            self
        }

        /// Interval at which an HTTP/2 connection with requests on it is pinged, and longest wait for the response
        /// before the connection is given up. Default 10 s and 5 s.
        ///
        /// Without it, a connection that has silently died would swallow every request until the operating system
        /// notices.
        pub fn http2_ping(mut self, interval: Duration, timeout: Duration) -> Self {
            self.pool.ping_interval = interval;
            self.pool.ping_timeout = timeout;
            self
        }
    };
}

pub(crate) use pool_setters;
