//! A webhook's bytes on their way to an application, with the headers that are about them.

use std::path::Path;

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Method, Request, StatusCode, Uri, header};
use messages_sdk::Endpoint;

use crate::error::CommandError;
use crate::exit::Exit;
use crate::io::exchange::Exchange;
use crate::io::input::read_file;
use crate::io::output::Line;
use crate::settings::Settings;

/// Most characters of a response body that are shown.
const SHOWN_MAX: usize = 300;

/// The target of forwarded webhooks.
pub(super) struct Forward {
    exchange: Exchange,
    /// The scheme and the host, and the path below which webhooks go, without its last slash.
    base: String,
    query: Option<String>,
}

/// The application's response.
pub(super) struct Answer {
    pub(super) status: StatusCode,
    /// Its body, where that is text.
    pub(super) body: Option<String>,
}

impl Forward {
    pub(super) fn new(
        settings: &Settings,
        url: &str,
        ca: Option<&Path>,
    ) -> Result<Self, CommandError> {
        let uri: Uri = url.parse().map_err(|error| {
            CommandError::usage("--forward-to must be an http or https URL").because(error)
        })?;
        // Users' texts are as private here as on their way to the API: one rule for both.
        let authority = match (uri.scheme_str(), uri.authority()) {
            (Some(scheme @ ("http" | "https")), Some(authority)) => {
                format!("{scheme}://{authority}")
            }
            _ => {
                return Err(
                    CommandError::usage("--forward-to must be an http or https URL")
                        .hint("give it whole, such as http://127.0.0.1:8000/webhooks"),
                );
            }
        };
        let allowed = if settings.args.allow_http {
            Endpoint::allowing_http(&authority)
        } else {
            authority.parse()
        };
        allowed
            .map_err(|error| CommandError::usage("--forward-to cannot be used").because(error))?;
        let exchange = match ca {
            None => Exchange::new()?,
            Some(file) => {
                let roots = read_file(file).map_err(CommandError::unreadable(file))?;
                Exchange::trusting(&roots).map_err(|error| {
                    let message = format!("--forward-ca {} cannot be used", file.display());
                    CommandError::invalid(message)
                        .because(error)
                        .hint("give the certificate of the application, or of its issuer, as PEM")
                })?
            }
        };
        Ok(Self {
            exchange,
            base: format!("{authority}{}", uri.path().trim_end_matches('/')),
            query: uri.query().map(str::to_owned),
        })
    }

    pub(super) async fn send(
        &self,
        method: Method,
        uri: &Uri,
        headers: &HeaderMap,
        body: Bytes,
    ) -> Result<Answer, CommandError> {
        let mut request = Request::new(body);
        *request.method_mut() = method;
        *request.uri_mut() = self.target(uri)?;
        for (name, value) in end_to_end(headers) {
            request.headers_mut().append(name.clone(), value.clone());
        }
        let sent = self.exchange.send(request).await.map_err(|error| {
            if self.base.starts_with("https:") {
                error.hint(
                    "name a certificate of your own, or its issuer's, with --forward-ca FILE (PEM); one that signs itself must not be \
                     marked as a CA: `openssl req -x509 -addext basicConstraints=critical,CA:FALSE …`",
                )
            } else {
                error
            }
        });
        let (head, body) = sent?.into_parts();
        Ok(Answer {
            status: head.status,
            body: String::from_utf8(body.into())
                .ok()
                .filter(|body| !body.trim().is_empty()),
        })
    }
}

impl Forward {
    /// The path and the query of a webhook below the given URL, as the webhook has them.
    fn target(&self, uri: &Uri) -> Result<Uri, CommandError> {
        let path = match uri.path() {
            // The webhook of the base itself.
            "/" | "*" | "" if self.base.matches('/').count() > 2 => "",
            "*" | "" => "/",
            path => path,
        };
        let queries: Vec<&str> = [self.query.as_deref(), uri.query()]
            .into_iter()
            .flatten()
            .collect();
        let mark = if queries.is_empty() { "" } else { "?" };
        let target = format!("{}{path}{mark}{}", self.base, queries.join("&"));
        target.parse().map_err(|error| {
            CommandError::new(Exit::Other, "the path of the webhook cannot be requested")
                .because(error)
        })
    }
}

/// The header fields that are about the request, without those about the connection on which it came (RFC 9110, 7.6.1) and what is
/// meant for a proxy alone.
pub(super) fn end_to_end(headers: &HeaderMap) -> impl Iterator<Item = (&HeaderName, &HeaderValue)> {
    const OF_THE_CONNECTION: [HeaderName; 12] = [
        header::CONNECTION,
        HeaderName::from_static("keep-alive"),
        HeaderName::from_static("proxy-connection"),
        header::PROXY_AUTHENTICATE,
        header::PROXY_AUTHORIZATION,
        header::TE,
        header::TRAILER,
        header::TRANSFER_ENCODING,
        header::UPGRADE,
        // The request that is sent has its own.
        header::HOST,
        header::CONTENT_LENGTH,
        header::EXPECT,
    ];
    let named: Vec<HeaderName> = headers
        .get_all(header::CONNECTION)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|names| names.split(','))
        .filter_map(|name| name.trim().parse().ok())
        .collect();
    headers
        .iter()
        .filter(move |(name, _)| !OF_THE_CONNECTION.contains(name) && !named.contains(name))
}

impl Answer {
    /// The human-readable line: the status, and the start of the body.
    pub(super) fn line(&self) -> Line {
        let line = Line::new();
        let line = if self.status.is_success() {
            line.good(self.status.as_u16())
        } else {
            line.bad(self.status.as_u16())
        };
        match &self.body {
            None => line,
            Some(body) => {
                let shown: String = body.trim().chars().take(SHOWN_MAX).collect();
                line.plain(" ").plain(shown)
            }
        }
    }
}
