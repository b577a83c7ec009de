//! A transport over reqwest and rustls.

use std::fmt;
use std::future::ready;
use std::time::Duration;

use ::reqwest::{Certificate, Client, ClientBuilder, Proxy};
use bytes::Bytes;
use http::{Request, Response};

use crate::backend::proxy::ProxySettings;
use crate::backend::settings::{HttpVersions, PoolSettings};
use crate::backend::{BodyLimits, BuildError, failure, settings};
use crate::target;
use crate::transport::Exchange;
use crate::{AttemptCounter, CallContext, Delivery, Transport, TransportError, TransportErrorKind};

/// A [`Transport`] over reqwest.
///
/// It keeps a pool of connections, so build it once and share it; a clone shares the pool. It has
/// to be used inside a tokio runtime. Redirects and reqwest's own retries are off, and so is any time
/// limit but that of connecting: wrap it in a [`Timeout`](crate::layer::timeout::Timeout), as the
/// SDK does.
///
/// ```
/// use messages_transport::backend::reqwest::ReqwestTransport;
///
/// let transport = ReqwestTransport::builder()
///     .proxy("socks5h://127.0.0.1:1080", Some("localhost,.internal"))
///     .build()?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct ReqwestTransport {
    client: Client,
    body_limits: BodyLimits,
}

impl ReqwestTransport {
    /// Starts from the defaults: connect within 5 s, idle connections kept for 20 s, the platform's
    /// certificate roots, the proxies of the environment.
    pub fn builder() -> ReqwestTransportBuilder {
        ReqwestTransportBuilder::default()
    }

    /// Uses a client that was built elsewhere.
    ///
    /// You then keep the [contract](Transport#contract): reqwest's defaults break it. Turn
    /// redirects off (`redirect::Policy::none()`), its retries off
    /// (`retry(reqwest::retry::never())`), cookies and decompression too.
    #[must_use]
    pub fn from_client(client: Client) -> Self {
        Self {
            client,
            body_limits: BodyLimits::default(),
        }
    }
}

impl Transport for ReqwestTransport {
    fn send<'a, 'f>(&'a self, request: Request<Bytes>) -> Exchange<'f>
    where
        'a: 'f,
        Self: 'f,
    {
        let attempts = CallContext::attempts_of(&request).cloned();
        let request = target::check(&request)
            .map(drop)
            .and_then(|()| reqwest::Request::try_from(request).map_err(invalid));
        match request {
            // Nothing is sent before the first poll.
            Ok(request) => Box::pin(self.respond(self.client.execute(request), attempts)),
            Err(error) => Box::pin(ready(Err(error))),
        }
    }
}

impl ReqwestTransport {
    async fn respond(
        &self,
        exchange: impl Future<Output = reqwest::Result<reqwest::Response>>,
        attempts: Option<AttemptCounter>,
    ) -> Result<Response<Bytes>, TransportError> {
        let response = exchange.await.map_err(failed)?;
        self.body_limits
            .collect(Response::<reqwest::Body>::from(response), attempts)
            .await
    }
}

fn invalid(error: reqwest::Error) -> TransportError {
    TransportError::new(
        TransportErrorKind::InvalidRequest,
        Delivery::NotSent,
        error.without_url(),
    )
}

fn failed(error: reqwest::Error) -> TransportError {
    // A URL can hold an id, and a proxy's can hold a password.
    let error = error.without_url();
    if error.is_connect() {
        TransportError::new(TransportErrorKind::Connect, Delivery::NotSent, error)
    } else if error.is_builder() {
        invalid(error)
    } else {
        failure::of_exchange(error.into())
    }
}

impl fmt::Debug for ReqwestTransport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The client's own Debug shows its proxies, whose URLs may hold a password.
        f.debug_struct("ReqwestTransport")
            .field("body_limits", &self.body_limits)
            .finish_non_exhaustive()
    }
}

/// Builds a [`ReqwestTransport`]. Every setting has a default.
#[derive(Clone, Default)]
#[must_use]
pub struct ReqwestTransportBuilder {
    pool: PoolSettings,
    body_limits: BodyLimits,
    extra_roots: Vec<u8>,
    instead_of_the_platforms: bool,
    proxies: ProxySettings,
}

impl ReqwestTransportBuilder {
    settings::pool_setters!();

    /// Limits of reading a response body.
    pub fn body_limits(mut self, limits: BodyLimits) -> Self {
        self.body_limits = limits;
        self
    }

    /// Trusts these certificate authorities, PEM encoded and possibly several, besides the
    /// platform's.
    pub fn extra_roots(mut self, pem: impl AsRef<[u8]>) -> Self {
        self.extra_roots.extend_from_slice(pem.as_ref());
        self.extra_roots.push(b'\n');
        self
    }

    /// Trusts these certificate authorities and no others; the platform's are not even read.
    pub fn only_roots(mut self, pem: impl AsRef<[u8]>) -> Self {
        self.instead_of_the_platforms = true;
        self.extra_roots(pem)
    }

    /// Builds the transport.
    ///
    /// # Errors
    ///
    /// If a certificate or the URL of a proxy cannot be read, or if the platform has no certificate
    /// roots: a container without `ca-certificates` needs [`only_roots`](Self::only_roots).
    pub fn build(self) -> Result<ReqwestTransport, BuildError> {
        let mut builder = ClientBuilder::new()
            .redirect(reqwest::redirect::Policy::none())
            .retry(reqwest::retry::never())
            .referer(false)
            .no_proxy()
            .tcp_nodelay(true)
            .connect_timeout(self.pool.connect_timeout)
            .pool_idle_timeout(self.pool.idle_timeout)
            .pool_max_idle_per_host(self.pool.max_idle_per_host)
            .http2_initial_stream_window_size(settings::HTTP2_STREAM_WINDOW)
            .http2_initial_connection_window_size(settings::HTTP2_CONNECTION_WINDOW)
            .http2_keep_alive_interval(self.pool.ping_interval)
            .http2_keep_alive_timeout(self.pool.ping_timeout);
        builder = match self.pool.versions {
            HttpVersions::Negotiated => builder,
            HttpVersions::Http1 => builder.http1_only(),
            HttpVersions::Http2 => builder.http2_prior_knowledge(),
        };
        let roots = Certificate::from_pem_bundle(&self.extra_roots).map_err(unbuildable)?;
        if roots.is_empty() && !self.extra_roots.is_empty() {
            return Err(BuildError::new("no certificate in the PEM text"));
        }
        builder = match (self.instead_of_the_platforms, roots.is_empty()) {
            (true, _) => builder.tls_certs_only(roots),
            (false, false) => builder.tls_certs_merge(roots),
            (false, true) => builder,
        };
        let proxies = self.proxies.build()?;
        if !proxies.is_empty() {
            builder = builder.proxy(Proxy::custom(move |url| {
                let destination = url.as_str().parse().ok()?;
                let (_, proxy) = proxies.find(&destination)?;
                Some(proxy.to_owned())
            }));
        }
        let client = builder.build().map_err(unbuildable)?;
        Ok(ReqwestTransport {
            client,
            body_limits: self.body_limits,
        })
    }
}

fn unbuildable(error: reqwest::Error) -> BuildError {
    BuildError::new(error.without_url())
}

impl fmt::Debug for ReqwestTransportBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ReqwestTransportBuilder")
            .field("pool", &self.pool)
            .field("body_limits", &self.body_limits)
            .field("proxies", &self.proxies)
            .finish_non_exhaustive()
    }
}
