//! Base URLs of the API.

use std::borrow::Cow;
use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;

use bytes::Bytes;
use http::Uri;
use http::uri::{self, Authority, PathAndQuery};

/// The base URL of the API: one of the vendor's, or any other that speaks it.
///
/// ```
/// use messages_sdk::Endpoint;
///
/// let europe: Endpoint = "eu".parse()?;
/// let local: Endpoint = "http://127.0.0.1:8080".parse()?;
/// assert!("http://example.com".parse::<Endpoint>().is_err());
/// # Ok::<(), messages_sdk::endpoint::EndpointError>(())
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct Endpoint {
    base: Uri,
    /// The base's path without a trailing slash: empty for the vendor's own hosts.
    prefix: Box<str>,
}

/// Reason a text is not an endpoint.
#[derive(Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum EndpointError {
    /// Neither a name nor an absolute URL.
    #[error("the endpoint must be global, us, eu, ap, sandbox or an absolute URL")]
    NotAbsolute,
    /// A scheme other than `https` and `http`.
    #[error("the endpoint must be an https URL")]
    Scheme,
    /// Plain `http` to another machine, which would send credentials in the clear.
    #[error(
        "the endpoint must be https: plain http is for loopback only, unless it is allowed by name"
    )]
    PlainHttp,
    /// User information, a query or a fragment.
    #[error("the endpoint must hold neither user information nor a query")]
    Excess,
}

impl Endpoint {
    /// `api.nexmo.com`, which is routed to the nearest region.
    #[must_use]
    pub fn global() -> Self {
        Self::vendor("https://api.nexmo.com")
    }

    /// The United States.
    #[must_use]
    pub fn us() -> Self {
        Self::vendor("https://api-us.nexmo.com")
    }

    /// Europe.
    #[must_use]
    pub fn eu() -> Self {
        Self::vendor("https://api-eu.nexmo.com")
    }

    /// Asia and the Pacific.
    #[must_use]
    pub fn ap() -> Self {
        Self::vendor("https://api-ap.nexmo.com")
    }

    /// The vendor's sandbox: WhatsApp, Messenger and Viber to numbers on a list, 1 message a second.
    #[must_use]
    pub fn sandbox() -> Self {
        Self::vendor("https://messages-sandbox.nexmo.com")
    }

    /// Any base URL: `https`, or plain `http` to a loopback address or `localhost`.
    ///
    /// # Errors
    ///
    /// What keeps the text from being one.
    pub fn new(url: &str) -> Result<Self, EndpointError> {
        let endpoint = Self::allowing_http(url)?;
        if endpoint.base.scheme_str() == Some("http") && !endpoint.is_loopback() {
            return Err(EndpointError::PlainHttp);
        }
        Ok(endpoint)
    }

    /// Any base URL, plain `http` to any machine included. Credentials then travel in the clear.
    ///
    /// # Errors
    ///
    /// What keeps the text from being one.
    pub fn allowing_http(url: &str) -> Result<Self, EndpointError> {
        if url.contains(['?', '#']) {
            return Err(EndpointError::Excess);
        }
        let base: Uri = url.parse().map_err(|_| EndpointError::NotAbsolute)?;
        let authority = base.authority().ok_or(EndpointError::NotAbsolute)?;
        if authority.as_str().contains('@') {
            return Err(EndpointError::Excess);
        }
        match base.scheme_str() {
            Some("https" | "http") => {}
            Some(_) => return Err(EndpointError::Scheme),
            // A bare word is read as an authority.
            None => return Err(EndpointError::NotAbsolute),
        }
        let prefix = base.path().trim_end_matches('/').into();
        Ok(Self { base, prefix })
    }

    fn vendor(url: &'static str) -> Self {
        Self {
            base: Uri::from_static(url),
            prefix: "".into(),
        }
    }

    /// The URI of a path of the API, such as `/v1/messages`.
    pub(crate) fn uri(&self, path: Cow<'static, str>) -> Result<Uri, http::Error> {
        let path = match path {
            path if !self.prefix.is_empty() => Bytes::from(format!("{}{path}", self.prefix)),
            Cow::Borrowed(path) => Bytes::from_static(path.as_bytes()),
            Cow::Owned(path) => Bytes::from(path),
        };
        let mut parts = uri::Parts::default();
        parts.scheme = self.base.scheme().cloned();
        parts.authority = self.base.authority().cloned();
        parts.path_and_query = Some(PathAndQuery::from_maybe_shared(path)?);
        Ok(Uri::from_parts(parts)?)
    }

    /// The endpoint of the region that handled an inbound message: the host of its `_self.href`.
    ///
    /// Only the vendor's own hosts and this endpoint's are followed, since credentials go there;
    /// for any other, and without a link, this endpoint is the answer.
    pub(crate) fn of_region(&self, href: Option<&str>) -> Self {
        let region = href
            .and_then(|href| href.parse::<Uri>().ok())
            .filter(|uri| uri.scheme_str() == Some("https"))
            .and_then(|uri| uri.into_parts().authority)
            .filter(is_vendor);
        match region {
            Some(authority) => Uri::builder()
                .scheme("https")
                .authority(authority)
                .path_and_query("/")
                .build()
                .map_or_else(
                    |_| self.clone(),
                    |base| Self {
                        base,
                        prefix: "".into(),
                    },
                ),
            None => self.clone(),
        }
    }

    /// Returns `true` if credentials may be sent to `uri`: it is this endpoint's own, or the vendor's.
    pub(crate) fn trusts(&self, uri: &Uri) -> bool {
        let own = uri.authority() == self.base.authority() && uri.scheme() == self.base.scheme();
        own || (uri.scheme_str() == Some("https") && uri.authority().is_some_and(is_vendor))
    }

    /// The host, for spans and metrics.
    pub(crate) fn host(&self) -> &str {
        self.base.host().unwrap_or_default()
    }

    pub(crate) fn is_loopback(&self) -> bool {
        let host = self.base.host().unwrap_or_default();
        let bare = host.trim_start_matches('[').trim_end_matches(']');
        host.eq_ignore_ascii_case("localhost")
            || bare.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback())
    }
}

/// The vendor's domains, as they stand in documentation and in `_self.href`.
fn is_vendor(authority: &Authority) -> bool {
    let host = authority.host().to_ascii_lowercase();
    authority.port().is_none()
        && !authority.as_str().contains('@')
        && [".nexmo.com", ".vonage.com"]
            .iter()
            .any(|domain| host.ends_with(domain))
}

impl Default for Endpoint {
    fn default() -> Self {
        Self::global()
    }
}

impl FromStr for Endpoint {
    type Err = EndpointError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "global" => Ok(Self::global()),
            "us" => Ok(Self::us()),
            "eu" => Ok(Self::eu()),
            "ap" => Ok(Self::ap()),
            "sandbox" => Ok(Self::sandbox()),
            url => Self::new(url),
        }
    }
}

impl fmt::Display for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let scheme = self.base.scheme_str().unwrap_or_default();
        let authority = self.base.authority().map_or("", Authority::as_str);
        write!(f, "{scheme}://{authority}{}", self.prefix)
    }
}

impl fmt::Debug for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Endpoint({self})")
    }
}

crate::chain::debug_as_text!(EndpointError);
