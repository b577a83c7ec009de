//! Dialling for webhooks: loopback only, unless a host was allowed by name.

use std::fmt;
use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;

use messages_transport::async_trait;
use messages_transport::backend::hyper::{Connect, Connection};
use messages_transport::http::Uri;
use tokio::net::{TcpStream, lookup_host};
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::pki_types::ServerName;

/// Opens connections to this machine, and to hosts that are allowed by name. What counts is the address that is
/// dialled: a name that resolves to another one is refused, whatever it resolved to before.
#[derive(Clone)]
pub(crate) struct Loopback {
    allowed: Box<[Box<str>]>,
    network: Arc<dyn Network>,
    /// Without it, https is refused.
    tls: Option<TlsConnector>,
}

/// Resolves and dials. A trait so that tests see every address that would have been dialled.
#[async_trait]
pub(super) trait Network: Send + Sync + 'static {
    async fn resolve(&self, host: &str, port: u16) -> io::Result<Vec<SocketAddr>>;

    async fn dial(&self, address: SocketAddr) -> io::Result<Box<dyn Connection>>;
}

struct System;

#[async_trait]
impl Network for System {
    async fn resolve(&self, host: &str, port: u16) -> io::Result<Vec<SocketAddr>> {
        Ok(lookup_host((host, port)).await?.collect())
    }

    async fn dial(&self, address: SocketAddr) -> io::Result<Box<dyn Connection>> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        Ok(Box::new(stream))
    }
}

/// The address may not be dialled.
#[derive(Debug, thiserror::Error)]
#[error("the address is not on this machine, and its host was not allowed")]
pub(crate) struct Forbidden;

impl Loopback {
    pub(crate) fn new(allowed: &[String]) -> Self {
        Self::over(Arc::new(System), allowed)
    }

    pub(super) fn over(network: Arc<dyn Network>, allowed: &[String]) -> Self {
        let allowed = allowed.iter().map(|host| host.to_ascii_lowercase().into());
        Self {
            allowed: allowed.collect(),
            network,
            tls: None,
        }
    }

    /// Reaches receivers by https too.
    pub(super) fn tls(mut self, tls: Option<TlsConnector>) -> Self {
        self.tls = tls;
        self
    }

    fn may_dial(&self, host: &str, ip: IpAddr) -> bool {
        let ip = ip.to_canonical();
        if ip.is_loopback() {
            return true;
        }
        let allowed = self
            .allowed
            .iter()
            .any(|allowed| allowed.eq_ignore_ascii_case(host));
        allowed && !is_metadata(ip)
    }
}

/// Returns `true` for addresses where clouds respond with credentials, or that lead there; never a receiver of webhooks.
fn is_metadata(ip: IpAddr) -> bool {
    const AWS: Ipv6Addr = Ipv6Addr::new(0xfd00, 0xec2, 0, 0, 0, 0, 0, 0x254);
    /// Alibaba, Oracle, Azure; everybody else's is link-local.
    const OTHERS: [Ipv4Addr; 3] = [
        Ipv4Addr::new(100, 100, 100, 200),
        Ipv4Addr::new(192, 0, 0, 192),
        Ipv4Addr::new(168, 63, 129, 16),
    ];
    match ip {
        IpAddr::V4(ip) => ip.is_link_local() || ip.is_unspecified() || OTHERS.contains(&ip),
        IpAddr::V6(ip) => {
            ip.is_unicast_link_local()
                || ip == AWS
                || ip.is_unspecified()
                || embedded(ip).is_some_and(|ip| is_metadata(ip.into()))
        }
    }
}

/// The IPv4 address to which a translator or a tunnel would take an IPv6 one: NAT64, 6to4, IPv4-compatible.
fn embedded(ip: Ipv6Addr) -> Option<Ipv4Addr> {
    let segments = ip.segments();
    let (high, low) = match segments {
        [0x64, 0xff9b, 0 | 1, 0, 0, 0, high, low] => (high, low),
        [0x2002, high, low, ..] => (high, low),
        [0, 0, 0, 0, 0, 0, high, low] => (high, low),
        _ => return None,
    };
    let [a, b] = high.to_be_bytes();
    let [c, d] = low.to_be_bytes();
    Some(Ipv4Addr::new(a, b, c, d))
}

fn forbidden() -> io::Error {
    io::Error::new(io::ErrorKind::PermissionDenied, Forbidden)
}

#[async_trait]
impl Connect for Loopback {
    async fn connect(&self, destination: &Uri) -> io::Result<Box<dyn Connection>> {
        let (tls, default_port) = match destination.scheme_str() {
            Some("http") => (None, 80),
            Some("https") => (Some(self.tls.as_ref().ok_or_else(forbidden)?), 443),
            _ => return Err(forbidden()),
        };
        let host = destination.host().ok_or_else(forbidden)?;
        let host = host.trim_start_matches('[').trim_end_matches(']');
        let port = destination.port_u16().unwrap_or(default_port);
        let mut last = forbidden();
        for address in self.network.resolve(host, port).await? {
            if !self.may_dial(host, address.ip()) {
                continue;
            }
            match self.network.dial(address).await {
                Ok(connection) => return secured(connection, host, tls).await,
                Err(error) => last = error,
            }
        }
        Err(last)
    }
}

async fn secured(
    connection: Box<dyn Connection>,
    host: &str,
    tls: Option<&TlsConnector>,
) -> io::Result<Box<dyn Connection>> {
    let Some(tls) = tls else {
        return Ok(connection);
    };
    let name = ServerName::try_from(host.to_owned()).map_err(io::Error::other)?;
    Ok(Box::new(tls.connect(name, connection).await?))
}

impl fmt::Debug for Loopback {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Loopback")
            .field("allowed", &self.allowed.len())
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_loopback_is_dialled_and_metadata_never() {
        let plain = Loopback::new(&[]);
        let open = Loopback::new(&["receiver".to_owned()]);
        for (ip, local, allowed) in [
            ("127.0.0.1", true, true),
            ("127.255.255.254", true, true),
            ("::1", true, true),
            ("::ffff:127.0.0.1", true, true),
            ("10.0.0.1", false, true),
            ("192.168.1.1", false, true),
            ("::ffff:10.0.0.1", false, true),
            ("64:ff9b::10.0.0.1", false, true),
            ("0.0.0.0", false, false),
            ("::", false, false),
            ("169.254.169.254", false, false),
            ("100.100.100.200", false, false),
            ("::ffff:169.254.169.254", false, false),
            ("::169.254.169.254", false, false),
            ("64:ff9b::169.254.169.254", false, false),
            ("2002:a9fe:a9fe::1", false, false),
            ("fd00:ec2::254", false, false),
            ("fe80::1", false, false),
        ] {
            let ip: IpAddr = ip.parse().expect("an address");
            assert_eq!(plain.may_dial("receiver", ip), local, "{ip}");
            assert_eq!(open.may_dial("RECEIVER", ip), allowed, "{ip}");
            assert_eq!(open.may_dial("other", ip), local, "{ip}");
        }
    }
}
