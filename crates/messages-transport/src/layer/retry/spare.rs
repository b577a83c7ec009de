//! A request that may have to be sent again.

use bytes::Bytes;
use http::{Extensions, HeaderMap, Method, Request, Uri, Version};

use crate::CallContext;

/// The parts of a request that are stored while it is in flight.
pub(super) struct Spare {
    method: Method,
    uri: Uri,
    version: Version,
    headers: HeaderMap,
    body: Bytes,
    extensions: Kept,
}

/// The extensions of a request. A copy of them takes a table and a box for each, so the one that most
/// requests have is kept without.
enum Kept {
    Context(CallContext),
    All(Extensions),
}

impl Spare {
    pub(super) fn of(request: &Request<Bytes>) -> Self {
        let extensions = request.extensions();
        Self {
            method: request.method().clone(),
            uri: request.uri().clone(),
            version: request.version(),
            headers: request.headers().clone(),
            body: request.body().clone(),
            extensions: match extensions.get::<CallContext>() {
                Some(context) if extensions.len() == 1 => Kept::Context(context.clone()),
                _ => Kept::All(extensions.clone()),
            },
        }
    }

    pub(super) fn into_request(self) -> Request<Bytes> {
        let mut request = Request::new(self.body);
        *request.method_mut() = self.method;
        *request.uri_mut() = self.uri;
        *request.version_mut() = self.version;
        *request.headers_mut() = self.headers;
        match self.extensions {
            Kept::Context(context) => {
                request.extensions_mut().insert(context);
            }
            Kept::All(extensions) => *request.extensions_mut() = extensions,
        }
        request
    }
}
