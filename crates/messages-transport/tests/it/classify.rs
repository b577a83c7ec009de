//! The table of what may be tried again.

use bytes::Bytes;
use http::{Method, Response, StatusCode};
use messages_transport::layer::retry::{Cause, Decision, DeliveryPolicy, classify};
use messages_transport::{Delivery, TransportError, TransportErrorKind};

use DeliveryPolicy::{AtLeastOnce, AtMostOnce, TrustRefusals};
use TransportErrorKind::{
    Connect, Interrupted, InvalidRequest, Limited, Other, Paused, Timeout, TooLarge,
};

type Exchange = Result<Response<Bytes>, TransportError>;

fn status(status: u16) -> Exchange {
    let mut response = Response::new(Bytes::new());
    *response.status_mut() = StatusCode::from_u16(status).unwrap();
    Ok(response)
}

fn error(kind: TransportErrorKind, delivery: Delivery) -> Exchange {
    Err(TransportError::without_source(kind, delivery))
}

fn after(code: u16, kind: TransportErrorKind) -> Exchange {
    let status = StatusCode::from_u16(code).unwrap();
    Err(TransportError::without_source(kind, Delivery::Unknown).with_status(status))
}

fn cut(code: u16) -> Exchange {
    after(code, Interrupted)
}

const STOP: Decision = Decision::Stop;
const UNSENT: Decision = Decision::Retry(Cause::Unsent);
const THROTTLED: Decision = Decision::Retry(Cause::Throttled);
const TRANSIENT: Decision = Decision::Retry(Cause::Transient);

#[test]
fn the_decision_follows_the_table() {
    // The columns: POST under each policy, and GET.
    let table: Vec<(&str, Exchange, [Decision; 4])> = vec![
        ("not sent", error(Connect, Delivery::NotSent), [UNSENT; 4]),
        (
            "unknown kind, not sent",
            error(Other, Delivery::NotSent),
            [UNSENT; 4],
        ),
        (
            "refused",
            error(Interrupted, Delivery::Refused),
            [UNSENT; 4],
        ),
        ("429", status(429), [THROTTLED; 4]),
        ("429, cut", cut(429), [THROTTLED; 4]),
        ("503", status(503), [STOP, TRANSIENT, TRANSIENT, TRANSIENT]),
        (
            "503, cut",
            cut(503),
            [STOP, TRANSIENT, TRANSIENT, TRANSIENT],
        ),
        ("408", status(408), [STOP, STOP, TRANSIENT, TRANSIENT]),
        ("500", status(500), [STOP, STOP, TRANSIENT, TRANSIENT]),
        ("502", status(502), [STOP, STOP, TRANSIENT, TRANSIENT]),
        ("504", status(504), [STOP, STOP, TRANSIENT, TRANSIENT]),
        ("500, cut", cut(500), [STOP, STOP, TRANSIENT, TRANSIENT]),
        (
            "timeout",
            error(Timeout, Delivery::Unknown),
            [STOP, STOP, TRANSIENT, TRANSIENT],
        ),
        (
            "broken",
            error(Interrupted, Delivery::Unknown),
            [STOP, STOP, TRANSIENT, TRANSIENT],
        ),
        (
            "not HTTP",
            error(TransportErrorKind::Response, Delivery::Unknown),
            [STOP, STOP, TRANSIENT, TRANSIENT],
        ),
        (
            "unknown",
            error(Other, Delivery::Unknown),
            [STOP, STOP, TRANSIENT, TRANSIENT],
        ),
        ("202", status(202), [STOP; 4]),
        ("202, cut", cut(202), [STOP, STOP, STOP, TRANSIENT]),
        ("302", status(302), [STOP; 4]),
        ("307", status(307), [STOP; 4]),
        ("400", status(400), [STOP; 4]),
        ("401", status(401), [STOP; 4]),
        ("402", status(402), [STOP; 4]),
        ("403", status(403), [STOP; 4]),
        ("404", status(404), [STOP; 4]),
        ("422", status(422), [STOP; 4]),
        ("422, cut", cut(422), [STOP; 4]),
        ("501", status(501), [STOP; 4]),
        (
            "relative URI",
            error(InvalidRequest, Delivery::NotSent),
            [STOP; 4],
        ),
        ("own limit", error(Limited, Delivery::NotSent), [STOP; 4]),
        ("own pause", error(Paused, Delivery::NotSent), [STOP; 4]),
        (
            "too large to send",
            error(TooLarge, Delivery::NotSent),
            [STOP; 4],
        ),
        ("too large", error(TooLarge, Delivery::Unknown), [STOP; 4]),
        ("202, too large", after(202, TooLarge), [STOP; 4]),
        (
            "202, late",
            after(202, Timeout),
            [STOP, STOP, STOP, TRANSIENT],
        ),
        (
            "500, too large",
            after(500, TooLarge),
            [STOP, STOP, TRANSIENT, TRANSIENT],
        ),
        ("408, cut", cut(408), [STOP, STOP, TRANSIENT, TRANSIENT]),
        ("502, cut", cut(502), [STOP, STOP, TRANSIENT, TRANSIENT]),
        ("504, cut", cut(504), [STOP, STOP, TRANSIENT, TRANSIENT]),
        ("302, cut", cut(302), [STOP; 4]),
        ("505", status(505), [STOP; 4]),
        ("511", status(511), [STOP; 4]),
        ("425", status(425), [STOP; 4]),
        ("409", status(409), [STOP; 4]),
        ("200", status(200), [STOP; 4]),
        ("204", status(204), [STOP; 4]),
    ];
    println!(
        "classify: {} results, POST under 3 policies and 9 methods under the default",
        table.len()
    );
    for (name, result, expected) in table {
        let decided = [
            classify(&Method::POST, AtMostOnce, &result),
            classify(&Method::POST, TrustRefusals, &result),
            classify(&Method::POST, AtLeastOnce, &result),
            classify(&Method::GET, AtMostOnce, &result),
        ];
        assert_eq!(decided, expected, "{name}");
        let [at_most_once, .., idempotent] = expected;
        for (method, expected) in [
            // No more idempotent than a POST.
            (Method::PATCH, at_most_once),
            (Method::CONNECT, at_most_once),
            (
                Method::from_bytes(b"PROPPATCH-OF-OUR-OWN").unwrap(),
                at_most_once,
            ),
            (Method::HEAD, idempotent),
            (Method::OPTIONS, idempotent),
            (Method::TRACE, idempotent),
            (Method::PUT, idempotent),
            (Method::DELETE, idempotent),
        ] {
            assert_eq!(
                classify(&method, AtMostOnce, &result),
                expected,
                "{method}, {name}"
            );
        }
    }
}
