//! A transport over hyper and rustls.

mod builder;
mod connect;
mod deferred;

use std::error::Error as StdError;
use std::fmt;

use async_trait::async_trait;
use bytes::Bytes;
use http::{Request, Response, Version};
use http_body_util::Full;
use hyper_rustls::HttpsConnector;
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;

use crate::backend::{BodyLimits, failure};
use crate::target;
use crate::{Delivery, Transport, TransportError, TransportErrorKind};

pub use builder::HyperTransportBuilder;
pub use connect::{Connect, Connection};

use connect::{Bounded, Custom};
use deferred::deferring;

/// A [`Transport`] over hyper: the lean backend, with a connector of your own if you need one.
///
/// It keeps a pool of connections, so build it once and share it; a clone shares the pool. It has
/// to be used inside a tokio runtime with I/O and time enabled. There is no proxy support: use
/// [`ReqwestTransport`](crate::backend::reqwest::ReqwestTransport), or a [`Connect`] that dials
/// through one.
///
/// An exchange has no time limit here: wrap the transport in a
/// [`Timeout`](crate::layer::timeout::Timeout), as the SDK does. A server that says nothing is not
/// the only reason: a request that hyper queues at the very moment its connection closes can be
/// stranded, unwritten and without an error (seen with hyper 1.12 and tokio 1.54).
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
    client: Pool,
    body_limits: BodyLimits,
}

/// The connector is the only difference; a `dyn` connector would cost the usual one an indirection
/// at every read.
#[derive(Clone)]
enum Pool {
    Https(Client<Bounded<HttpsConnector<HttpConnector>>, Full<Bytes>>),
    Custom(Client<Bounded<Custom>, Full<Bytes>>),
}

impl HyperTransport {
    /// Starts from the defaults: connect within 5 s, idle connections kept for 20 s, the platform's
    /// certificate roots.
    pub fn builder() -> HyperTransportBuilder {
        HyperTransportBuilder::default()
    }
}

#[async_trait]
impl Transport for HyperTransport {
    async fn send(&self, request: Request<Bytes>) -> Result<Response<Bytes>, TransportError> {
        let mut request = request;
        target::check(&request)?;
        // The version belongs to the connection, which negotiates it; hyper refuses a request that
        // names another.
        *request.version_mut() = Version::HTTP_11;
        let request = request.map(Full::new);
        let exchange = match &self.client {
            Pool::Https(client) => client.request(request),
            Pool::Custom(client) => client.request(request),
        };
        let (response, deferred) = deferring(exchange).await;
        let answer = self.body_limits.collect(response.map_err(failed)?).await;
        deferred.finish().await;
        answer
    }
}

fn failed(error: hyper_util::client::legacy::Error) -> TransportError {
    if error.is_connect() {
        TransportError::new(TransportErrorKind::Connect, Delivery::NotSent, error)
    } else {
        failure::of_exchange(Box::<dyn StdError + Send + Sync>::from(error))
    }
}

impl fmt::Debug for HyperTransport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HyperTransport")
            .field("body_limits", &self.body_limits)
            .finish_non_exhaustive()
    }
}
