//! The request of a call.

use std::borrow::Cow;

use bytes::Bytes;
use http::header::{ACCEPT, CONTENT_TYPE, HeaderMap, HeaderValue, USER_AGENT};
use http::{Method, Request};
use messages_transport::layer::rate_limit::RateScope;

use crate::endpoint::Endpoint;

/// The request of a call, before the layers add to it.
pub(crate) struct CallRequest<'a> {
    pub(crate) method: Method,
    pub(crate) endpoint: &'a Endpoint,
    pub(crate) path: Cow<'static, str>,
    /// The path without IDs, for spans and metrics.
    pub(crate) route: &'static str,
    pub(crate) channel: Option<&'static str>,
    pub(crate) body: Vec<u8>,
    pub(crate) scope: Option<RateScope>,
    pub(crate) client_ref: Option<String>,
}

impl CallRequest<'_> {
    /// The HTTP request without `Authorization`, which is set for every attempt.
    pub(crate) fn build(
        self,
        user_agent: &HeaderValue,
        extra: Option<&HeaderMap>,
    ) -> Result<Request<Bytes>, http::Error> {
        let mut request = Request::new(Bytes::from(self.body));
        *request.method_mut() = self.method;
        *request.uri_mut() = self.endpoint.uri(self.path)?;
        let headers = request.headers_mut();
        if let Some(extra) = extra {
            headers.extend(
                extra
                    .iter()
                    .map(|(name, value)| (name.clone(), value.clone())),
            );
        }
        let json = HeaderValue::from_static("application/json");
        headers.insert(CONTENT_TYPE, json.clone());
        headers.insert(ACCEPT, json);
        headers.insert(USER_AGENT, user_agent.clone());
        if let Some(scope) = self.scope {
            request.extensions_mut().insert(scope);
        }
        Ok(request)
    }
}
