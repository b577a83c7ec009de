//! A transport over hyper and rustls.

mod builder;
mod connect;
mod hop;
mod http1;
mod origin;
mod pool;

use std::fmt;
use std::future::ready;
use std::sync::Arc;

use bytes::Bytes;
use http::{Request, Response};
use http_body_util::Full;
use hyper::client::conn::TrySendError;

use crate::backend::{BodyLimits, failure};
use crate::target;
use crate::transport::Exchange;
use crate::{CallContext, Delivery, Transport, TransportError, TransportErrorKind};

pub use builder::HyperTransportBuilder;
pub use connect::{Connect, Connection};

use http1::Http1;
use origin::Origin;
use pool::{Http2, Lease, Pool};

/// A [`Transport`] over hyper: the lean backend, with a connector of your own if you need one.
///
/// It keeps a pool of connections, so build it once and share it; a clone shares the pool. It has
/// to be used inside a tokio runtime with I/O and time enabled. It connects through the proxies of the
/// environment ([`environment_proxy`](crate::backend::environment_proxy)), or those that are set, by a
/// tunnel (CONNECT or SOCKS).
///
/// A request without a connection opens one, and takes another's that comes free before. What it was
/// opening is then opened to its end, within the connect timeout, for the requests that follow; so a
/// future of [`Connect`] may go on in a task of its own.
///
/// An exchange has no time limit here: wrap the transport in a
/// [`Timeout`](crate::layer::timeout::Timeout), as the SDK does.
///
/// ```
/// use messages_transport::backend::hyper::HyperTransport;
/// # use std::time::Duration;
///
/// let transport = HyperTransport::builder().idle_timeout(Duration::from_secs(15)).build()?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct HyperTransport {
    pool: Arc<Pool>,
    body_limits: BodyLimits,
}

impl HyperTransport {
    /// Starts from the defaults: connect within 5 s, idle connections kept for 20 s, the platform's
    /// certificate roots.
    pub fn builder() -> HyperTransportBuilder {
        HyperTransportBuilder::default()
    }
}

impl Transport for HyperTransport {
    fn send<'a, 'f>(&'a self, request: Request<Bytes>) -> Exchange<'f>
    where
        'a: 'f,
        Self: 'f,
    {
        let (scheme, authority) = match target::check(&request) {
            Ok(origin) => origin,
            Err(error) => return Box::pin(ready(Err(error))),
        };
        // Futures of their own, since most exchanges need the small first one.
        match self.pool.unused(scheme, authority) {
            Some(Lease::Http1(connection)) => Box::pin(self.over_http1(connection, request)),
            Some(Lease::Http2(connection)) => Box::pin(self.over_http2(connection, request)),
            None => {
                let origin = Origin::new(scheme, authority);
                Box::pin(async move {
                    match self.pool.lease(origin).await? {
                        Lease::Http1(connection) => self.over_http1(connection, request).await,
                        Lease::Http2(connection) => self.over_http2(connection, request).await,
                    }
                })
            }
        }
    }
}

impl HyperTransport {
    fn over_http1(
        &self,
        connection: Box<Http1>,
        request: Request<Bytes>,
    ) -> impl Future<Output = Result<Response<Bytes>, TransportError>> {
        connection.exchange(request.map(Full::new), self.body_limits, |connection| {
            self.pool.give_back(connection);
        })
    }

    async fn over_http2(
        &self,
        mut connection: Http2,
        request: Request<Bytes>,
    ) -> Result<Response<Bytes>, TransportError> {
        let attempts = CallContext::attempts_of(&request).cloned();
        let response = connection.try_send_request(request.map(Full::new)).await;
        self.body_limits
            .collect(response.map_err(failed)?, attempts)
            .await
    }
}

fn failed(mut error: TrySendError<Request<Full<Bytes>>>) -> TransportError {
    // hyper hands back a request of which no byte was written.
    let unsent = error.take_message().is_some();
    let error = error.into_error();
    if unsent {
        TransportError::new(TransportErrorKind::Connect, Delivery::NotSent, error)
    } else {
        failure::of_exchange(error.into())
    }
}

impl fmt::Debug for HyperTransport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HyperTransport")
            .field("body_limits", &self.body_limits)
            .finish_non_exhaustive()
    }
}
