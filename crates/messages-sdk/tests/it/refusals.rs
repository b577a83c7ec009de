//! Each refused webhook is logged and passed to the hook, by the router, the service and the extractor.

use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll};
use std::time::SystemTime;

use axum::Router;
use axum::body::Body;
use axum::routing::post;
use messages_sdk::auth::webhook::{Verifier, WebhookSigner};
use messages_sdk::auth::{ApiKey, SignatureSecret};
use messages_sdk::transport::bytes::Bytes;
use messages_sdk::transport::http::header::AUTHORIZATION;
use messages_sdk::transport::http::{Request, StatusCode};
use messages_sdk::types::WebhookEvent;
use messages_sdk::webhook::{Receiver, VerifiedWebhook, WebhookService, router};
use tower_service::Service as _;
use tracing_subscriber::fmt::MakeWriter;

const SECRET: &str = "canary-secret of at least thirty-two bytes";
const INBOUND: &str = r#"{"message_uuid":"aaaaaaaa-bbbb-4ccc-8ddd-0123456789ab","channel":"sms","to":"447700900000",
    "from":"447700900001","timestamp":"2026-01-01T14:00:00Z","message_type":"text","text":"canary text"}"#;

#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Log {
    /// Level, reason and status code of each event.
    fn take(&self) -> Vec<String> {
        let bytes = std::mem::take(&mut *self.0.lock().unwrap());
        let text = String::from_utf8(bytes).unwrap();
        for private in ["447700900", "canary", "eyJ"] {
            assert!(!text.contains(private), "{private} in {text}");
        }
        let field = |line: &str, name: &str| {
            let (_, rest) = line.split_once(&format!("{name}=")).unwrap();
            rest.split_whitespace()
                .next()
                .unwrap()
                .trim_matches('"')
                .to_owned()
        };
        text.lines()
            .filter(|line| line.contains("webhook refused"))
            .map(|line| {
                let level = line
                    .split_whitespace()
                    .find(|word| ["WARN", "DEBUG"].contains(word));
                format!(
                    "{} {} {}",
                    level.unwrap(),
                    field(line, "reason"),
                    field(line, "status")
                )
            })
            .collect()
    }
}

impl io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl MakeWriter<'_> for Log {
    type Writer = Self;

    fn make_writer(&self) -> Self {
        self.clone()
    }
}

/// Names of the errors that the hook received.
type Names = Arc<Mutex<Vec<&'static str>>>;

fn receiver(hook: &Names) -> Receiver {
    let key = ApiKey::new("a1b2c3d4").unwrap();
    let verifier = Verifier::builder().secret(key, SignatureSecret::new(SECRET).unwrap());
    let hook = Arc::clone(hook);
    Receiver::new(verifier.build().unwrap())
        .on_refused(move |error| hook.lock().unwrap().push(error.name()))
}

fn request(body: impl Into<Body>, signed: Option<&str>, secret: &str) -> Request<Body> {
    let mut request = Request::post("/webhooks").body(body.into()).unwrap();
    if let Some(signed) = signed {
        let key = ApiKey::new("a1b2c3d4").unwrap();
        let signer = WebhookSigner::new(key, SignatureSecret::new(secret).unwrap());
        let token = signer.sign(signed.as_bytes(), SystemTime::now()).unwrap();
        request.headers_mut().insert(AUTHORIZATION, token);
    }
    request
}

/// A body that breaks off; its error names a user.
struct Broken;

impl http_body::Body for Broken {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<http_body::Frame<Bytes>, io::Error>>> {
        Poll::Ready(Some(Err(io::Error::other("447700900000 hung up"))))
    }
}

/// Sends one request of each kind and compares log and hook.
async fn refuses(log: &Log, hook: &Names, mut app: Router, handler_fails: bool) {
    let other = "another canary-secret of thirty-two bytes";
    let cases = [
        (request(INBOUND, None, SECRET), "WARN missing 503"),
        (request(INBOUND, Some(INBOUND), other), "WARN signature 401"),
        (
            request(INBOUND, Some("{}"), SECRET),
            "WARN payload_hash 401",
        ),
        (
            request("447700900000 canary", Some("447700900000 canary"), SECRET),
            "WARN not_json 400",
        ),
        (
            request(vec![b' '; (1 << 20) + 1], None, SECRET),
            "WARN body_too_large 413",
        ),
        (request(Body::new(Broken), None, SECRET), "WARN body 400"),
    ];
    for (request, expected) in cases {
        let [_, name, status] = expected.split(' ').collect::<Vec<_>>()[..] else {
            unreachable!()
        };
        let response = app.call(request).await.unwrap();
        assert_eq!(response.status().as_str(), status);
        assert_eq!(log.take(), [expected]);
        assert_eq!(std::mem::take(&mut *hook.lock().unwrap()), [name]);
    }
    let first = request(INBOUND, Some(INBOUND), SECRET);
    let mut second = request(INBOUND, None, SECRET);
    *second.headers_mut() = first.headers().clone();
    let first = app.call(first).await.unwrap().status();
    if handler_fails {
        assert_eq!(first, StatusCode::INTERNAL_SERVER_ERROR);
        assert_eq!(log.take(), ["WARN handler 500"]);
        assert_eq!(std::mem::take(&mut *hook.lock().unwrap()), ["handler"]);
    } else {
        assert_eq!(first, StatusCode::OK);
        assert_eq!(app.call(second).await.unwrap().status(), StatusCode::OK);
        assert_eq!(log.take(), ["DEBUG replayed 200"]);
        assert_eq!(std::mem::take(&mut *hook.lock().unwrap()), ["replayed"]);
    }
}

#[tokio::test]
async fn the_service_the_router_and_the_extractor_report_every_refusal() {
    async fn extracted(VerifiedWebhook(received): VerifiedWebhook) -> StatusCode {
        let recorded = received.commit();
        recorded.map_or(StatusCode::INTERNAL_SERVER_ERROR, |_| StatusCode::OK)
    }
    let log = Log::default();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing::Level::TRACE)
        .with_ansi(false)
        .with_writer(log.clone())
        .finish();
    let _guard = tracing::subscriber::set_default(subscriber);
    let hook = Names::default();

    let handler = |_: WebhookEvent| async { Ok::<_, String>(()) };
    let service = WebhookService::new(receiver(&hook), handler);
    let app = Router::new().route_service("/webhooks", service);
    refuses(&log, &hook, app, false).await;

    let failing = |_: WebhookEvent| async { Err("no order of 447700900001, canary text") };
    let app = router("/webhooks", receiver(&hook), failing);
    let get = Request::get("/webhooks").body(Body::empty()).unwrap();
    assert_eq!(app.clone().call(get).await.unwrap().status(), 405);
    assert_eq!(log.take(), ["WARN method 405"]);
    assert_eq!(std::mem::take(&mut *hook.lock().unwrap()), ["method"]);
    refuses(&log, &hook, app, true).await;

    let app = Router::new()
        .route("/webhooks", post(extracted))
        .with_state(receiver(&hook));
    refuses(&log, &hook, app, false).await;
}
