//! Whom a connection leads to.

use http::HeaderValue;
use http::uri::{Authority, Scheme};

/// A scheme, and a host with its port.
#[derive(Clone)]
pub(super) struct Origin {
    pub(super) scheme: Scheme,
    pub(super) authority: Authority,
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
