//! The first hop of a connection: the server, or a proxy.

use std::error::Error as StdError;
use std::future::{Future, ready};
use std::pin::Pin;
use std::task::{Context, Poll};

use http::Uri;
use http::uri::PathAndQuery;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::client::legacy::connect::proxy::{SocksV4, SocksV5, Tunnel};
use hyper_util::client::proxy::matcher::Intercept;
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tower_service::Service;

use crate::backend::proxy::Proxies;

type BoxError = Box<dyn StdError + Send + Sync>;
type Connecting = Pin<Box<dyn Future<Output = Result<TokioIo<TcpStream>, BoxError>> + Send>>;

/// Opens TCP connections to servers, directly or through a tunnel of a proxy.
#[derive(Debug, Clone)]
pub(super) struct Hop {
    tcp: HttpConnector,
    proxies: Proxies,
}

#[derive(Debug, thiserror::Error)]
enum ProxyError {
    #[error("the connection through the proxy failed")]
    Tunnel(#[source] BoxError),
    #[error("the reqwest transport supports a proxy of this kind, this one does not")]
    Unsupported,
    #[error("the URL of the proxy is invalid")]
    Url,
}

impl Hop {
    pub(super) fn new(tcp: HttpConnector, proxies: Proxies) -> Self {
        Self { tcp, proxies }
    }

    fn through(&self, proxy: &Intercept, destination: &Uri) -> Connecting {
        let scheme = proxy.uri().scheme_str().unwrap_or_default();
        let default = if scheme.starts_with("socks") {
            1080
        } else {
            80
        };
        let (Some(address), Some(destination)) =
            (with_port(proxy.uri(), default), with_port(destination, 80))
        else {
            return Box::pin(ready(Err(ProxyError::Url.into())));
        };
        let tcp = self.tcp.clone();
        match scheme {
            "http" => {
                let mut tunnel = Tunnel::new(address, tcp);
                if let Some(auth) = proxy.basic_auth() {
                    tunnel = tunnel.with_auth(auth.clone());
                }
                opened(tunnel.call(destination))
            }
            "socks5" | "socks5h" => {
                let mut socks = SocksV5::new(address, tcp).local_dns(scheme == "socks5");
                if let Some((user, password)) = proxy.raw_auth() {
                    socks = socks.with_auth(user.to_owned(), password.to_owned());
                }
                opened(socks.call(destination))
            }
            "socks4" | "socks4a" => {
                let mut socks = SocksV4::new(address, tcp).local_dns(scheme == "socks4");
                opened(socks.call(destination))
            }
            _ => Box::pin(ready(Err(ProxyError::Unsupported.into()))),
        }
    }
}

impl Service<Uri> for Hop {
    type Response = TokioIo<TcpStream>;
    type Error = BoxError;
    type Future = Connecting;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        self.tcp.poll_ready(cx).map_err(Into::into)
    }

    fn call(&mut self, destination: Uri) -> Connecting {
        match self.proxies.find(&destination) {
            Some((proxy, _)) => self.through(&proxy, &destination),
            None => {
                let connecting = self.tcp.call(destination);
                Box::pin(async { connecting.await.map_err(Into::into) })
            }
        }
    }
}

fn opened<E: Into<BoxError> + 'static>(
    tunnel: impl Future<Output = Result<TokioIo<TcpStream>, E>> + Send + 'static,
) -> Connecting {
    Box::pin(async {
        tunnel
            .await
            .map_err(|error| ProxyError::Tunnel(error.into()).into())
    })
}

/// The same URI with an explicit port: that of its scheme, or this one.
fn with_port(uri: &Uri, default: u16) -> Option<Uri> {
    let default = match uri.scheme_str() {
        Some("https") => 443,
        _ => default,
    };
    let port = uri.port_u16().unwrap_or(default);
    Uri::builder()
        .scheme(uri.scheme()?.clone())
        .authority(format!("{}:{port}", uri.host()?))
        .path_and_query(PathAndQuery::from_static("/"))
        .build()
        .ok()
}
