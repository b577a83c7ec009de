//! The proxies a backend connects through.

use std::fmt;
use std::net::IpAddr;
use std::sync::Arc;

use http::Uri;
use hyper_util::client::proxy::matcher::{Intercept, Matcher};

use super::BuildError;

/// Schemes of the proxies that both backends connect through.
const SCHEMES: [&str; 6] = ["http", "https", "socks4", "socks4a", "socks5", "socks5h"];

/// The proxies of a transport under construction: those of the environment, unless others are set.
#[derive(Clone, Default)]
pub(crate) enum ProxySettings {
    #[default]
    Environment,
    /// In order: the first one that applies is used.
    Given(Vec<(String, Option<String>)>),
}

/// The proxies of a transport.
#[derive(Clone)]
pub(crate) struct Proxies(Vec<Rule>);

#[derive(Clone)]
struct Rule {
    /// URL of the proxy for `http`, credentials included.
    http: Option<String>,
    /// The same for `https`.
    https: Option<String>,
    matcher: Arc<Matcher>,
    /// This machine is reached directly.
    spares_loopback: bool,
}

impl ProxySettings {
    pub(crate) fn add(&mut self, url: String, no_proxy: Option<&str>) {
        let proxy = (url, no_proxy.map(str::to_owned));
        match self {
            Self::Environment => *self = Self::Given(vec![proxy]),
            Self::Given(proxies) => proxies.push(proxy),
        }
    }

    pub(crate) fn build(self) -> Result<Proxies, BuildError> {
        match self {
            Self::Environment => Proxies::of_environment(),
            Self::Given(proxies) => {
                let rules = proxies.into_iter().map(|(url, no_proxy)| {
                    let url = normalized(url)
                        .ok_or_else(|| BuildError::new("the URL of the proxy is invalid"))?;
                    let matcher = Matcher::builder()
                        .all(url.clone())
                        .no(no_proxy.unwrap_or_default())
                        .build();
                    Ok(Rule {
                        http: Some(url.clone()),
                        https: Some(url),
                        matcher: Arc::new(matcher),
                        spares_loopback: false,
                    })
                });
                rules.collect::<Result<_, _>>().map(Proxies)
            }
        }
    }
}

impl Proxies {
    /// Reads the variables that curl reads, in upper and in lower case.
    fn of_environment() -> Result<Self, BuildError> {
        // In a CGI script, a client sets HTTP_PROXY with a header `Proxy`.
        if std::env::var_os("REQUEST_METHOD").is_some() {
            return Ok(Self(Vec::new()));
        }
        let all = proxy_variable(["ALL_PROXY", "all_proxy"])?;
        let http = proxy_variable(["HTTP_PROXY", "http_proxy"])?.or_else(|| all.clone());
        let https = proxy_variable(["HTTPS_PROXY", "https_proxy"])?.or(all);
        if http.is_none() && https.is_none() {
            return Ok(Self(Vec::new()));
        }
        let matcher = Matcher::builder()
            .http(http.clone().unwrap_or_default())
            .https(https.clone().unwrap_or_default())
            .no(variable(["NO_PROXY", "no_proxy"])
                .map(|(_, value)| value)
                .unwrap_or_default())
            .build();
        Ok(Self(vec![Rule {
            http,
            https,
            matcher: Arc::new(matcher),
            spares_loopback: true,
        }]))
    }

    /// The proxy for a destination, and its URL, credentials included.
    pub(crate) fn find(&self, destination: &Uri) -> Option<(Intercept, &str)> {
        self.0.iter().find_map(|rule| {
            if rule.spares_loopback && is_loopback(destination) {
                return None;
            }
            let url = match destination.scheme_str() {
                Some("https") => rule.https.as_deref(),
                _ => rule.http.as_deref(),
            };
            Some((rule.matcher.intercept(destination)?, url?))
        })
    }

    #[cfg(feature = "reqwest")]
    pub(crate) const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// Scheme, host and port of the proxy that the environment has for a destination; `None` if it is
/// reached directly.
///
/// These variables are read, in upper case and then in lower case: `HTTPS_PROXY` and `HTTP_PROXY`, by
/// the scheme of the destination, else `ALL_PROXY`; `NO_PROXY` lists hosts, domains, IP addresses and
/// networks in CIDR notation that are reached directly, separated by commas. This machine always is.
///
/// # Errors
///
/// If a variable is not the URL of a proxy.
pub fn environment_proxy(destination: &Uri) -> Result<Option<String>, BuildError> {
    let proxies = Proxies::of_environment()?;
    let proxy = proxies.find(destination);
    Ok(proxy.map(|(proxy, _)| {
        let uri = proxy.uri();
        let scheme = uri.scheme_str().unwrap_or_default();
        let host = uri.host().unwrap_or_default();
        match uri.port_u16() {
            Some(port) => format!("{scheme}://{host}:{port}"),
            None => format!("{scheme}://{host}"),
        }
    }))
}

/// The URL of a proxy, with a scheme.
fn normalized(url: String) -> Option<String> {
    let url = if url.contains("://") {
        url
    } else {
        format!("http://{url}")
    };
    let (scheme, _) = url.split_once("://")?;
    if !SCHEMES.contains(&scheme.to_ascii_lowercase().as_str()) {
        return None;
    }
    let matcher = Matcher::builder().all(url.clone()).build();
    matcher
        .intercept(&Uri::from_static("http://example.com/"))
        .map(|_| url)
}

fn proxy_variable(names: [&'static str; 2]) -> Result<Option<String>, BuildError> {
    match variable(names) {
        Some((name, value)) => match normalized(value) {
            Some(url) => Ok(Some(url)),
            None => Err(BuildError::new(format!("{name} is not the URL of a proxy"))),
        },
        None => Ok(None),
    }
}

/// The first variable that is set and not empty, with its name.
fn variable(names: [&'static str; 2]) -> Option<(&'static str, String)> {
    names.into_iter().find_map(|name| {
        let value = std::env::var(name).ok()?;
        (!value.trim().is_empty()).then(|| (name, value.trim().to_owned()))
    })
}

fn is_loopback(uri: &Uri) -> bool {
    let host = uri.host().unwrap_or_default();
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    host.eq_ignore_ascii_case("localhost")
        || bare.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback())
}

/// Without the URLs, which may hold a password.
impl fmt::Debug for ProxySettings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Environment => f.write_str("Environment"),
            Self::Given(proxies) => write!(f, "Given({})", proxies.len()),
        }
    }
}

impl fmt::Debug for Proxies {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Proxies({})", self.0.len())
    }
}
