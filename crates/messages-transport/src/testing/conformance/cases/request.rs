//! Clauses 4 and 8: what goes out, and what cannot.

use http::{HeaderMap, HeaderName, HeaderValue, Method, Uri};

use super::{Factory, Outcome, describe, ensure, in_time, plain, request_to, serve};
use crate::testing::server::{Answer, SeenRequest};
use crate::{Delivery, TransportErrorKind};

const PATH: &str = "/v1/messages/a%2Fb?x=1&y=%20z";
const BODY: &str = "{\"text\":\"Gr\u{fc}\u{df}e \u{1f44b}\"}";

pub(super) async fn request_is_unchanged(factory: Factory) -> Outcome {
    let transport = factory();
    let server = serve(|_| {
        Answer::new(200, "{}")
            .header("set-cookie", "session=1")
            .into()
    })
    .await?;
    // The second one could carry the cookie.
    for _ in 0..2 {
        let mut request = request_to(Method::PATCH, server.uri(PATH), BODY);
        let headers = request.headers_mut();
        for (name, value) in [
            ("authorization", "Bearer abc.def.ghi"),
            ("content-type", "application/json"),
            ("x-several", "one"),
            ("x-several", "two"),
        ] {
            headers.append(
                HeaderName::from_static(name),
                HeaderValue::from_static(value),
            );
        }
        let sent = headers.clone();
        plain(transport.send(request)).await?;
        let Some(seen) = server.latest() else {
            return Err("nothing arrived".to_owned());
        };
        compare(&sent, &seen)?;
    }
    Ok(())
}

fn compare(sent: &HeaderMap, seen: &SeenRequest) -> Outcome {
    const NEEDED_BY_HTTP: [&str; 4] = ["host", "content-length", "transfer-encoding", "connection"];
    ensure(seen.body == BODY.as_bytes(), || {
        "the body was changed".to_owned()
    })?;
    if seen.head.is_empty() {
        // HTTP/2, whose headers the server does not decode.
        return Ok(());
    }
    let mut lines = seen.head.split("\r\n");
    let first = lines.next().unwrap_or_default();
    ensure(first == format!("PATCH {PATH} HTTP/1.1"), || {
        format!("the first line is {first:?}")
    })?;
    let mut missing: Vec<_> = sent.iter().collect();
    for line in lines {
        let (name, value) = line.split_once(':').unwrap_or((line, ""));
        let (name, value) = (name.to_ascii_lowercase(), value.trim());
        let position = missing
            .iter()
            .position(|(sent, sent_value)| *sent == name.as_str() && *sent_value == value);
        match position {
            Some(position) => {
                missing.remove(position);
            }
            None => ensure(
                NEEDED_BY_HTTP.contains(&name.as_str()) || (name == "accept" && value == "*/*"),
                || format!("the header {name} was added or changed"),
            )?,
        }
    }
    ensure(missing.is_empty(), || {
        format!("{} headers were lost", missing.len())
    })
}

pub(super) async fn unsendable_is_an_error(factory: Factory) -> Outcome {
    let transport = factory();
    for uri in ["/v1/messages", "*", "ftp://127.0.0.1/file"] {
        let Ok(target) = Uri::try_from(uri) else {
            continue;
        };
        let result = in_time(transport.send(request_to(Method::POST, target, "{}"))).await?;
        let invalid = result.as_ref().is_err_and(|error| {
            error.kind() == TransportErrorKind::InvalidRequest
                && error.delivery() == Delivery::NotSent
        });
        ensure(invalid, || {
            format!(
                "{uri:?} is not InvalidRequest and NotSent: {}",
                describe(&result)
            )
        })?;
    }
    Ok(())
}
