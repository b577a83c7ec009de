//! Every row of the table of what may be sent again: each fault, policy and transport, through the whole stack and over real
//! connections, against a server that counts what it has read in full.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use messages_sdk::auth::jwt::TokenSource;
use messages_sdk::auth::{ApplicationId, Basic, Credentials, PrivateKey, RsaSigner};
use messages_sdk::policy::DeliveryPolicy;
use messages_sdk::transport::layer::retry::{RetryBudget, RetryPolicy};
use messages_sdk::transport::testing::server::{Act, Answer, FaultServer, Moment, Play};
use messages_sdk::{Client, Endpoint, Outcome};
use tokio::io::AsyncWriteExt;
use tokio::net::TcpListener;
use tokio::task::JoinSet;

use crate::support::{Backend, accepted, backends, sms};

/// Connection to the server.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Way {
    Plain,
    /// Over TLS, at a port where something else is spoken.
    Tls,
    /// By a name that has no address.
    NoName,
    /// At a port without a listener.
    NoListener,
}

/// Outcome of a call, and the number of requests the server read.
type End = (Outcome, usize);

struct Row {
    event: String,
    way: Way,
    /// First behaviour of the server; after that it accepts.
    first: Vec<Play>,
    /// Under `AtMostOnce`, `TrustRefusals`, `AtLeastOnce`.
    ends: [End; 3],
}

const POLICIES: [DeliveryPolicy; 3] = [
    DeliveryPolicy::AtMostOnce,
    DeliveryPolicy::TrustRefusals,
    DeliveryPolicy::AtLeastOnce,
];

const ATTEMPTS: u32 = 5;

/// The pause between the bytes of a body that outlasts every attempt.
const DRIP: Duration = Duration::from_secs(1);

const ACCEPTED: End = (Outcome::Accepted, 1);
const ACCEPTED_AGAIN: End = (Outcome::Accepted, 2);
const DOUBT: End = (Outcome::InDoubt, 1);
const UNSENT: End = (Outcome::NotSent, 0);
const NO_ID: End = (Outcome::AcceptedIdUnknown, 1);
const REJECTED: End = (Outcome::Rejected, 1);

fn row(event: impl Into<String>, first: impl Into<Play>, ends: [End; 3]) -> Row {
    Row {
        event: event.into(),
        way: Way::Plain,
        first: vec![first.into()],
        ends,
    }
}

fn unreachable(event: &str, way: Way) -> Row {
    Row {
        event: event.to_owned(),
        way,
        first: Vec::new(),
        ends: [UNSENT; 3],
    }
}

fn table() -> Vec<Row> {
    use Act::{Close, Reset, Stall};
    use Moment::{AnswerBody, AnswerHead, Taken};

    let mut rows = vec![
        unreachable("DNS", Way::NoName),
        unreachable("connect", Way::NoListener),
        unreachable("TLS", Way::Tls),
        row("429", Answer::new(429, "{}"), [ACCEPTED; 3]),
        row(
            "429 with Retry-After",
            Answer::new(429, "{}").header("retry-after", "1"),
            [ACCEPTED; 3],
        ),
        row(
            "503",
            Answer::new(503, "{}"),
            [DOUBT, ACCEPTED_AGAIN, ACCEPTED_AGAIN],
        ),
        row(
            "503 with Retry-After",
            Answer::new(503, "{}").header("retry-after", "1"),
            [DOUBT, ACCEPTED_AGAIN, ACCEPTED_AGAIN],
        ),
    ];
    for status in [408, 500, 502, 504] {
        rows.push(row(
            status.to_string(),
            Answer::new(status, "<html>"),
            [DOUBT, DOUBT, ACCEPTED_AGAIN],
        ));
    }
    for (event, play) in [
        ("timeout", Play::Break(Taken, Stall)),
        ("timeout in the answer", Play::Break(AnswerHead, Stall)),
        ("500, stalled", Play::Break(AnswerBody(500), Stall)),
        ("504, dripped", Play::Drip(504, DRIP)),
        ("reset", Play::Break(Taken, Reset)),
        ("incomplete", Play::Break(Taken, Close)),
        ("incomplete head", Play::Break(AnswerHead, Close)),
        ("not HTTP", Play::Garbage),
    ] {
        rows.push(row(event, play, [DOUBT, DOUBT, ACCEPTED_AGAIN]));
    }
    for (event, play) in [
        ("2xx, empty", Answer::new(202, "").into()),
        ("2xx, HTML", Answer::new(200, "<html>").into()),
        (
            "2xx without an id",
            Answer::new(202, r#"{"message_uuid":7}"#).into(),
        ),
        ("2xx, cut", Play::Break(AnswerBody(202), Close)),
        ("2xx, reset", Play::Break(AnswerBody(202), Reset)),
        ("2xx, stalled", Play::Break(AnswerBody(202), Stall)),
        ("2xx, dripped", Play::Drip(202, DRIP)),
        ("2xx, oversized", Play::Endless(202)),
    ] {
        rows.push(row(event, play, [NO_ID; 3]));
    }
    for status in [301, 302, 307, 308, 400, 402, 403, 404, 413, 422] {
        let answer = Answer::new(status, r#"{"title":"no"}"#).header("location", "/v1/messages");
        rows.push(row(status.to_string(), answer, [REJECTED; 3]));
    }
    for (event, play) in [
        ("422, cut", Play::Break(AnswerBody(422), Close)),
        ("422, stalled", Play::Break(AnswerBody(422), Stall)),
        ("404, dripped", Play::Drip(404, DRIP)),
    ] {
        rows.push(row(event, play, [REJECTED; 3]));
    }
    rows
}

/// Built into HTTP/2: the stream was not processed.
fn protocol_refusals() -> Vec<Row> {
    vec![
        row("REFUSED_STREAM", Play::Refuse, [ACCEPTED; 3]),
        row("GOAWAY below the stream", Play::GoAway, [ACCEPTED; 3]),
    ]
}

fn client(
    endpoint: Endpoint,
    backend: &Backend,
    policy: DeliveryPolicy,
    credentials: impl Into<Credentials>,
) -> Client {
    let retry = RetryPolicy::default()
        .base_delay(Duration::from_millis(5))
        .max_attempts(ATTEMPTS)
        .budget(RetryBudget::new(u32::MAX));
    Client::builder()
        .endpoint(endpoint)
        .credentials(credentials)
        .transport(Arc::clone(backend))
        .retry(retry)
        .delivery(policy)
        // Long enough for a busy machine where the server answers, and waited for where it does not.
        .attempt_timeout(Duration::from_secs(4))
        .build()
        .unwrap()
}

fn basic() -> Basic {
    Basic::new("a1b2c3d4", "canary-secret").unwrap()
}

/// A port whose listener neither speaks TLS nor reads.
async fn no_tls() -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let _ = stream.write_all(b"220 mail.example ESMTP\r\n").await;
        }
    });
    address
}

async fn check(row: &Row, policy: DeliveryPolicy, end: End, name: &str, backend: &Backend) {
    let first = row.first.clone();
    let server = FaultServer::start(move |n| {
        let accept = || Answer::new(202, accepted()).into();
        first.get(n).cloned().unwrap_or_else(accept)
    })
    .await
    .unwrap();
    let address = server.address();
    let endpoint = match row.way {
        Way::Plain => Endpoint::new(&format!("http://{address}")),
        Way::Tls => Endpoint::new(&format!("https://{}", no_tls().await)),
        // A label of more than 63 characters is never asked for.
        Way::NoName => Endpoint::allowing_http(&format!("http://{}.invalid", "a".repeat(64))),
        Way::NoListener => Endpoint::new("http://127.0.0.1:9"),
    };
    let client = client(endpoint.unwrap(), backend, policy, basic());
    let result = client.send(sms()).await;
    let outcome = result
        .as_ref()
        .map_or_else(|error| error.outcome(), |_| Outcome::Accepted);
    let report = match &result {
        Ok(accepted) => &accepted.report,
        Err(error) => error.report(),
    };
    let what = format!("{}, {policy:?}, {name}: {result:?}", row.event);
    assert_eq!((outcome, server.taken()), end, "{what}");
    if end.0 == Outcome::AcceptedIdUnknown {
        assert!(
            report.status.is_some_and(|status| status.is_success()),
            "{what}"
        );
    }
    match end.0 {
        Outcome::NotSent => assert_eq!(report.attempts, ATTEMPTS, "{what}"),
        // Over HTTP/2, a second one may share the dead connection of the first.
        Outcome::Accepted => assert!(report.attempts >= 2, "{what}"),
        _ => assert_eq!(report.attempts, 1, "{what}"),
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_row_ends_as_it_says_over_both_transports() {
    let mut calls = JoinSet::new();
    let mut rows = 0;
    for (name, backend) in backends() {
        let mut table = table();
        if name.ends_with("h2") {
            table.extend(protocol_refusals());
        }
        for row in table {
            let (row, backend) = (Arc::new(row), Arc::clone(&backend));
            rows += 1;
            for (policy, end) in POLICIES.into_iter().zip(row.ends) {
                let (row, backend) = (Arc::clone(&row), Arc::clone(&backend));
                calls.spawn(async move { check(&row, policy, end, name, &backend).await });
            }
        }
    }
    let checked = calls.len();
    while let Some(call) = calls.join_next().await {
        call.unwrap();
    }
    println!("table: {rows} rows, {checked} calls, each as it should end");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_401_to_a_token_is_tried_once_more_with_a_fresh_one() {
    let key = PrivateKey::generate().unwrap();
    for (name, backend) in backends() {
        for policy in POLICIES {
            let server = FaultServer::start(|n| match n {
                0 => Answer::new(401, r#"{"title":"Unauthorized"}"#).into(),
                _ => Answer::new(202, accepted()).into(),
            })
            .await
            .unwrap();
            let endpoint = Endpoint::new(&format!("http://{}", server.address())).unwrap();
            let source = TokenSource::new(ApplicationId::random(), RsaSigner::new(key.clone()));
            let sent = client(endpoint.clone(), &backend, policy, source)
                .send(sms())
                .await;
            assert_eq!(sent.unwrap().report.attempts, 2, "{name}, {policy:?}");
            assert_eq!(server.started(), 2, "{name}, {policy:?}");

            // A key and secret stay as wrong as they are.
            let server = FaultServer::start(|_| Answer::new(401, "{}").into())
                .await
                .unwrap();
            let endpoint = Endpoint::new(&format!("http://{}", server.address())).unwrap();
            let refused = client(endpoint, &backend, policy, basic())
                .send(sms())
                .await;
            assert_eq!(refused.unwrap_err().outcome(), Outcome::Rejected);
            assert_eq!(server.started(), 1, "{name}, {policy:?}");
        }
    }
}
