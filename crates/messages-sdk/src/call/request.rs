//! A body and a path become an HTTP request.

use std::borrow::Cow;

use bytes::Bytes;
use http::header::{ACCEPT, CONTENT_TYPE, HeaderMap, HeaderValue, USER_AGENT};
use http::{Method, Request};

use crate::endpoint::Endpoint;

/// What a request is made of, before the layers below add their own.
pub(crate) struct RequestParts<'a> {
    pub(crate) method: Method,
    pub(crate) endpoint: &'a Endpoint,
    pub(crate) path: Cow<'static, str>,
    pub(crate) body: Vec<u8>,
    pub(crate) user_agent: &'a HeaderValue,
    pub(crate) headers: Option<&'a HeaderMap>,
}

impl RequestParts<'_> {
    /// The request, without its `Authorization`, which every attempt gets anew.
    pub(crate) fn build(self) -> Result<Request<Bytes>, http::Error> {
        let mut request = Request::new(Bytes::from(self.body));
        *request.method_mut() = self.method;
        *request.uri_mut() = self.endpoint.uri(self.path)?;
        let headers = request.headers_mut();
        if let Some(extra) = self.headers {
            headers.extend(
                extra
                    .iter()
                    .map(|(name, value)| (name.clone(), value.clone())),
            );
        }
        let json = HeaderValue::from_static("application/json");
        headers.insert(CONTENT_TYPE, json.clone());
        headers.insert(ACCEPT, json);
        headers.insert(USER_AGENT, self.user_agent.clone());
        Ok(request)
    }
}
