//! Access control of the emulator: pages of other web sites are refused, whatever name they gave this machine.
//!
//! A page on the internet can have a browser send requests to 127.0.0.1, and with DNS rebinding even read the responses.
//! `Host`, `Origin` and `Sec-Fetch-Site` reveal it.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http::header::{HOST, HeaderMap, HeaderName, HeaderValue, ORIGIN};
use http::{Method, StatusCode};
use messages_auth::SignatureSecret;

use crate::http::client::HOP_HEADER;

/// The header in which the inbox proves that it was served by this emulator.
pub(crate) const TOKEN_HEADER: &str = "x-emulator-token";
const FETCH_SITE: &str = "sec-fetch-site";
const FETCH_MODE: &str = "sec-fetch-mode";

/// The requests that are allowed.
pub(crate) struct Guard {
    /// `host:port` in lower case, as `Host` may name this emulator.
    hosts: Vec<String>,
    /// Further names of this emulator in lower case, with any port.
    names: Vec<String>,
    /// Compared in constant time, like any secret.
    token: SignatureSecret,
}

impl Guard {
    pub(crate) fn new(port: u16, names: &[String], token: SignatureSecret) -> Self {
        let hosts = ["127.0.0.1", "localhost", "[::1]"];
        Self {
            hosts: hosts.iter().map(|host| format!("{host}:{port}")).collect(),
            names: names.iter().map(|name| name.to_ascii_lowercase()).collect(),
            token,
        }
    }

    pub(crate) fn token(&self) -> &str {
        self.token.expose()
    }

    /// The reason for which a request is refused, if it is.
    fn refusal(&self, method: &Method, path: &str, headers: &HeaderMap) -> Option<&'static str> {
        if headers.contains_key(HOP_HEADER) {
            return Some("the emulator does not answer to itself");
        }
        let writes = !matches!(*method, Method::GET | Method::HEAD);
        let origin = headers.get(ORIGIN);
        // A proxy or a container has a name of its own for this machine. The API is only written to, with credentials; browsers
        // send `Origin` with every write, also after DNS rebinding.
        if writes
            && crate::http::api::has_path(path)
            && origin.is_none()
            && !headers.contains_key(FETCH_SITE)
        {
            return None;
        }
        let host = match single(headers, &HOST) {
            Some(host) if self.is_own_name(host) => host,
            _ => {
                return Some(
                    "this host is not one of the emulator's names; `--host-name` (`host_names` in the configuration) adds one",
                );
            }
        };
        if origin.is_some() {
            let own = format!("http://{host}");
            if single(headers, &ORIGIN).is_none_or(|origin| !origin.eq_ignore_ascii_case(&own)) {
                return Some("the request comes from another origin");
            }
        }
        let site = headers.get(FETCH_SITE).map(HeaderValue::as_bytes);
        match site {
            None | Some(b"same-origin" | b"none") => {}
            // A link to the inbox may stand anywhere.
            Some(b"cross-site" | b"same-site")
                if !writes
                    && (path == "/" || path.starts_with("/inbox"))
                    && headers.get(FETCH_MODE).map(HeaderValue::as_bytes) == Some(b"navigate") => {}
            Some(_) => return Some("the request comes from another site"),
        }
        let is_browser = origin.is_some() || site.is_some();
        if is_browser && writes && !self.has_token(headers) {
            return Some("the request lacks the token of the inbox");
        }
        None
    }

    fn is_own_name(&self, host: &str) -> bool {
        let host = host.to_ascii_lowercase();
        let is_port = |port: &str| port.parse::<u16>().is_ok() && !port.starts_with('+');
        self.hosts.contains(&host)
            || self
                .names
                .iter()
                .any(|name| match host.strip_prefix(name.as_str()) {
                    Some("") => true,
                    Some(rest) => rest.strip_prefix(':').is_some_and(is_port),
                    None => false,
                })
    }

    fn has_token(&self, headers: &HeaderMap) -> bool {
        headers
            .get(TOKEN_HEADER)
            .and_then(|value| value.to_str().ok())
            .and_then(|value| SignatureSecret::new(value).ok())
            .is_some_and(|given| given == self.token)
    }
}

/// The value of a header that occurs exactly once.
fn single<'h>(headers: &'h HeaderMap, name: &HeaderName) -> Option<&'h str> {
    let mut values = headers.get_all(name).iter();
    let value = values.next()?;
    values.next().is_none().then(|| value.to_str().ok())?
}

/// Refuses requests that are not allowed, and forbids other sites to read the responses.
pub(crate) async fn guard(
    State(guard): State<Arc<Guard>>,
    request: Request,
    next: Next,
) -> Response {
    let refusal = guard.refusal(request.method(), request.uri().path(), request.headers());
    let mut response = match refusal {
        Some(reason) => {
            let error = axum::Json(serde_json::json!({ "error": reason }));
            (StatusCode::FORBIDDEN, error).into_response()
        }
        None => next.run(request).await,
    };
    for (name, value) in [
        ("x-content-type-options", "nosniff"),
        ("cross-origin-resource-policy", "same-origin"),
        ("referrer-policy", "no-referrer"),
    ] {
        let name = HeaderName::from_static(name);
        response
            .headers_mut()
            .insert(name, HeaderValue::from_static(value));
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(method: &Method, path: &str, headers: &[(&'static str, &str)]) -> bool {
        let token = SignatureSecret::new("0123456789abcdef0123456789abcdef").expect("a secret");
        let guard = Guard::new(8080, &["host.docker.internal".to_owned()], token);
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            map.append(*name, HeaderValue::from_str(value).expect("a value"));
        }
        guard.refusal(method, path, &map).is_some()
    }

    #[test]
    fn foreign_hosts_are_refused() {
        let names = [
            "evil.example",
            "evil.example:8080",
            "127.0.0.1",
            "127.0.0.1:80",
            "127.0.0.1:8081",
            "127.0.0.2:8080",
            "localhost",
            "localhost.:8080",
            "localhost.evil.example:8080",
            "127.0.0.1.nip.io:8080",
            "0.0.0.0:8080",
            "[::]:8080",
            "[::1]",
            "::1:8080",
            "2130706433:8080",
            "0x7f.1:8080",
            "127.1:8080",
            "",
            " ",
            "127.0.0.1:8080, evil",
            "127.0.0.1:8080@evil.example",
            "evil@127.0.0.1:8080",
            "127.0.0.1:8080/",
            "http://127.0.0.1:8080",
            "127.0.0.1:08080",
            "[::ffff:127.0.0.1]:8080",
            "local\u{68}ost:8080x",
            "localhost:8080.evil.example",
        ];
        let spellings = names.iter().flat_map(|name| {
            [
                (*name).to_owned(),
                name.to_uppercase(),
                format!("{name}."),
                format!(" {name}x"),
            ]
        });
        let mut count = 0;
        for host in spellings {
            count += 1;
            assert!(
                refused(&Method::GET, "/inbox/", &[("host", &host)]),
                "{host:?}"
            );
        }
        for host in [
            "127.0.0.1:8080",
            "localhost:8080",
            "LOCALHOST:8080",
            "[::1]:8080",
        ] {
            assert!(
                !refused(&Method::GET, "/inbox/", &[("host", host)]),
                "{host:?}"
            );
        }
        assert!(refused(&Method::GET, "/", &[]));
        let twice = [("host", "localhost:8080"), ("host", "evil.example")];
        assert!(refused(&Method::GET, "/", &twice));
        println!("{count} foreign hosts, 0 accepted");
    }

    #[test]
    fn programs_reach_the_api_by_any_name_and_browsers_do_not() {
        for path in [
            "/v1/messages",
            "/v0.1/messages",
            "/v0.1/dispatch",
            "/beta/workflows",
        ] {
            for host in [
                "10.0.2.2:8080",
                "api.test",
                "127.0.0.1",
                "evil.example:8080",
            ] {
                assert!(!refused(&Method::POST, path, &[("host", host)]), "{host}");
                assert!(refused(&Method::GET, path, &[("host", host)]), "{host}");
                let origin = format!("http://{host}");
                for browser in [
                    ("origin", origin.as_str()),
                    ("sec-fetch-site", "same-origin"),
                ] {
                    assert!(
                        refused(&Method::POST, path, &[("host", host), browser]),
                        "{host}"
                    );
                }
            }
            assert!(!refused(&Method::PATCH, path, &[]));
        }
        let foreign = [("host", "10.0.2.2:8080")];
        for path in [
            "/",
            "/emulator/v1/reset",
            "/inbox/",
            "/v1",
            "/v2/messages",
            "/v1x/messages",
        ] {
            assert!(refused(&Method::POST, path, &foreign), "{path}");
        }
    }

    #[test]
    fn further_names_are_accepted_with_any_port() {
        for host in [
            "host.docker.internal",
            "HOST.docker.internal:8080",
            "host.docker.internal:1",
        ] {
            assert!(
                !refused(&Method::GET, "/inbox/", &[("host", host)]),
                "{host}"
            );
        }
        for host in [
            "host.docker.internal.evil.example",
            "evil.host.docker.internal:8080",
            "host.docker.internal:8080.evil.example",
            "host.docker.internal:",
            "host.docker.internal:+1",
            "host.docker.internal.",
        ] {
            assert!(
                refused(&Method::GET, "/inbox/", &[("host", host)]),
                "{host}"
            );
        }
    }

    #[test]
    fn foreign_origins_are_refused() {
        let names = [
            "http://evil.example",
            "https://localhost:8080",
            "http://localhost",
            "http://localhost:8081",
            "null",
            "",
            "http://localhost:8080.evil.example",
            "http://localhost:8080/",
            "file://",
            "http://127.0.0.1:8080",
            "chrome-extension://abc",
            "http://[::1]:8080",
            "http://evil@localhost:8080",
            "//localhost:8080",
            "localhost:8080",
            "http://localhost:8080 http://evil.example",
            "http://localhost:8080,http://evil.example",
            "*",
        ];
        let mut count = 0;
        for origin in names {
            for method in [
                Method::GET,
                Method::POST,
                Method::PUT,
                Method::DELETE,
                Method::PATCH,
            ] {
                count += 1;
                let headers = [
                    ("host", "localhost:8080"),
                    ("origin", origin),
                    ("x-emulator-token", "0123456789abcdef0123456789abcdef"),
                ];
                assert!(
                    refused(&method, "/emulator/v1/messages", &headers),
                    "{origin:?}"
                );
            }
        }
        for site in ["cross-site", "same-site", "", "sAme-origin", "evil"] {
            count += 1;
            let headers = [("host", "localhost:8080"), ("sec-fetch-site", site)];
            assert!(
                refused(&Method::GET, "/emulator/v1/events", &headers),
                "{site:?}"
            );
        }
        println!("{count} foreign origins, 0 accepted");
    }

    #[test]
    fn a_browser_needs_the_token_to_write_and_a_program_does_not() {
        let own = [
            ("host", "localhost:8080"),
            ("origin", "http://localhost:8080"),
        ];
        assert!(refused(&Method::POST, "/emulator/v1/inbound", &own));
        let [host, origin] = own;
        let token = ("x-emulator-token", "0123456789abcdef0123456789abcdef");
        assert!(!refused(
            &Method::POST,
            "/emulator/v1/inbound",
            &[host, origin, token]
        ));
        let wrong = ("x-emulator-token", "0123456789abcdef0123456789abcdeX");
        assert!(refused(
            &Method::POST,
            "/emulator/v1/inbound",
            &[host, origin, wrong]
        ));
        assert!(!refused(&Method::POST, "/emulator/v1/inbound", &[host]));
        let link = [
            host,
            ("sec-fetch-site", "cross-site"),
            ("sec-fetch-mode", "navigate"),
        ];
        assert!(!refused(&Method::GET, "/inbox/", &link));
        assert!(refused(&Method::GET, "/emulator/v1/messages", &link));
    }
}
