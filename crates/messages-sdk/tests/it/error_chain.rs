//! Pinned text of each error: `Display`, hint, sources and `Debug`; and the content it must not have.

use std::error::Error as StdError;
use std::fmt::Write as _;
use std::io;
use std::sync::Arc;

use messages_sdk::auth::key::KeyMistake;
use messages_sdk::auth::webhook::{Reason, Verifier, WebhookSigner};
use messages_sdk::auth::{ApiKey, Basic, PrivateKey, SignatureSecret};
use messages_sdk::client::BuildError;
use messages_sdk::env::EnvError;
use messages_sdk::transport::testing::ScriptedTransport;
use messages_sdk::transport::{Delivery, TransportError, TransportErrorKind, http};
use messages_sdk::types::Document as _;
use messages_sdk::types::v1::{self, Messenger, Sms, messenger};
use messages_sdk::webhook::{ReceiveError, Receiver};
use messages_sdk::{Client, Endpoint, Error};

use crate::support::{UUID, client, sms};

/// Text of the errors so far.
#[derive(Default)]
struct Shown(String);

impl Shown {
    fn add(&mut self, name: &str, hint: Option<&str>, error: &dyn StdError) {
        let _ = writeln!(self.0, "## {name}\n{error}");
        if let Some(hint) = hint {
            let _ = writeln!(self.0, "hint: {hint}");
        }
        let mut source = error.source();
        while let Some(cause) = source {
            let _ = writeln!(self.0, "caused by: {cause}");
            source = cause.source();
        }
        let _ = writeln!(self.0, "debug: {error:?}\n");
    }

    fn call(&mut self, name: &str, error: &Error) {
        self.add(name, Some(error.hint()), error);
    }
}

fn assert_silent(shown: &str) {
    for canary in ["canary", "4477009", "Basic ", "Bearer ", "PRIVATE KEY--"] {
        assert!(!shown.contains(canary), "{canary} in {shown}");
    }
}

#[tokio::test(start_paused = true)]
async fn every_error_of_a_call_says_what_happened_and_what_to_do() {
    let mut shown = Shown::default();
    let untagged = Messenger::text("canary page", "canary person", "canary text")
        .unwrap()
        .messenger(messenger::Options::default().category(messenger::Category::MessageTag));
    let nothing = Arc::new(ScriptedTransport::new());
    let invalid = client(&nothing).send(untagged).await.unwrap_err();
    shown.call("invalid", &invalid);
    let no_jwt = client(&nothing).revoke(UUID).await.unwrap_err();
    shown.call("jwt needed", &no_jwt);

    let fails = |error: fn() -> TransportError| {
        Arc::new(ScriptedTransport::from_fn(move |_| {
            std::future::ready(Err(error()))
        }))
    };
    let refused = fails(|| {
        let source = io::Error::from(io::ErrorKind::ConnectionRefused);
        TransportError::new(TransportErrorKind::Connect, Delivery::NotSent, source)
    });
    let not_sent = client(&refused).send(sms()).await.unwrap_err();
    shown.call("not sent", &not_sent);
    let reset = fails(|| {
        let source = io::Error::from(io::ErrorKind::ConnectionReset);
        TransportError::new(TransportErrorKind::Interrupted, Delivery::Unknown, source)
    });
    let in_doubt = client(&reset).send(sms()).await.unwrap_err();
    shown.call("in doubt", &in_doubt);
    for (name, status) in [("accepted, cut", 202), ("rejected, cut", 422)] {
        let script = Arc::new(ScriptedTransport::from_fn(move |_| {
            let error = TransportErrorKind::Interrupted;
            let error = TransportError::without_source(error, Delivery::Unknown);
            let status = http::StatusCode::from_u16(status).unwrap();
            std::future::ready(Err(error.with_status(status)))
        }));
        let cut = client(&script).send(sms()).await.unwrap_err();
        shown.call(name, &cut);
    }

    for (name, status, body) in [
        ("accepted, unreadable", 202, "<html>canary</html>"),
        ("in doubt by status", 503, "canary"),
        ("redirect", 307, ""),
        ("unauthorised", 401, r#"{"title":"canary"}"#),
        ("no balance", 402, r#"{"title":"canary"}"#),
        ("forbidden", 403, r#"{"title":"canary"}"#),
        ("not found", 404, r#"{"title":"canary"}"#),
        ("teapot", 418, r#"{"title":"canary"}"#),
        ("rejected", 422, r#"{"title":"canary"}"#),
    ] {
        let script = Arc::new(ScriptedTransport::new().then_status(status, body));
        let error = client(&script).send(sms()).await.unwrap_err();
        shown.call(name, &error);
    }
    let throttled = Arc::new(ScriptedTransport::from_fn(|_| {
        let mut answer = http::Response::new("canary".into());
        *answer.status_mut() = http::StatusCode::TOO_MANY_REQUESTS;
        let long = http::HeaderValue::from_static("3600");
        answer.headers_mut().insert("retry-after", long);
        std::future::ready(Ok(answer))
    }));
    let throttled = client(&throttled).send(sms()).await.unwrap_err();
    shown.call("throttled", &throttled);
    let closed = client(&nothing);
    closed.close().await;
    let closed = closed.send(sms()).await.unwrap_err();
    shown.call("closed", &closed);

    assert_silent(&shown.0);
    insta::assert_snapshot!("errors", shown.0);
}

#[test]
fn every_error_of_building_a_client_says_what_is_missing() {
    let mut shown = Shown::default();
    let basic = || Basic::new("a1b2c3d4", "canary-secret").unwrap();
    let complete = || {
        Client::builder()
            .credentials(basic())
            .transport(ScriptedTransport::new())
    };
    for (name, builder) in [
        ("no credentials", Client::builder()),
        ("no transport", Client::builder().credentials(basic())),
        ("user agent", complete().user_agent_suffix("canary\n")),
        ("limit", complete().deadline(std::time::Duration::ZERO)),
    ] {
        shown.add(name, None, &builder.build().unwrap_err());
    }
    let environment = EnvError::Unusable {
        variable: "VONAGE_PRIVATE_KEY",
        source: PrivateKey::from_text("canary").unwrap_err(),
    };
    let unusable = BuildError::Environment(environment);
    shown.add("environment", None, &unusable);
    for url in [
        "canary",
        "ftp://canary",
        "http://canary",
        "https://canary@canary",
    ] {
        shown.add("endpoint", None, &url.parse::<Endpoint>().unwrap_err());
    }
    assert_silent(&shown.0);
    insta::assert_snapshot!("build_errors", shown.0);
}

#[test]
fn every_refusal_of_a_webhook_says_why_and_shows_nothing_of_it() {
    let key = ApiKey::new("a1b2c3d4").unwrap();
    let secret = SignatureSecret::new("canary-secret of thirty-two bytes").unwrap();
    let verifier = Verifier::builder().secret(key.clone(), secret.clone());
    let receiver = Receiver::new(verifier.build().unwrap());
    let now = std::time::SystemTime::now();
    let signed = |body: &str| {
        let signer = WebhookSigner::new(key.clone(), secret.clone());
        let value = signer.sign(body.as_bytes(), now).unwrap();
        http::HeaderMap::from_iter([(http::header::AUTHORIZATION, value)])
    };
    let mut shown = Shown::default();
    for (name, headers, body) in [
        ("unsigned", http::HeaderMap::new(), "canary"),
        ("changed", signed("canary"), "canary!"),
        ("no JSON", signed("canary"), "canary"),
    ] {
        let error = receiver.receive(&headers, body, now).unwrap_err();
        shown.add(name, None, &error);
    }
    assert_silent(&shown.0);
    insta::assert_snapshot!("receive_errors", shown.0);
}

/// `fn main() -> Result<(), Box<dyn Error>>` prints the `Debug` of its error.
#[test]
fn debug_of_every_public_error_is_its_text_with_its_sources() {
    let not_a_key = PrivateKey::from_text("nonsense").unwrap_err();
    let refused = TransportError::new(
        TransportErrorKind::Connect,
        Delivery::NotSent,
        io::Error::other("connection refused"),
    );
    let errors: [(Box<dyn StdError>, &str); 11] = [
        (
            Client::builder().build().unwrap_err().into(),
            "a client needs credentials",
        ),
        (
            BuildError::Environment(EnvError::Missing).into(),
            "the environment variables cannot be used: no credentials in the environment: set VONAGE_API_KEY",
        ),
        (
            "europe".parse::<Endpoint>().unwrap_err().into(),
            "the endpoint must be global, us, eu, ap, sandbox or an absolute URL",
        ),
        (
            Sms::text("Shop", "0", "").unwrap_err().into(),
            "/to must begin with a country code",
        ),
        (
            Error::from(Sms::text("Shop", "0", "Hello").unwrap_err()).into(),
            "the message breaks a rule of the API and was not sent: /to must begin with a country code",
        ),
        (
            v1::Message::from_slice(b"{").unwrap_err().into(),
            "not valid JSON: EOF while parsing",
        ),
        (not_a_key.into(), "this is not a key in any known form"),
        (
            ReceiveError::Handler("out of stock".into()).into(),
            "the handler of the webhook failed: out of stock",
        ),
        (
            ReceiveError::Unverified(Reason::Signature.into()).into(),
            "the webhook's signature does not match",
        ),
        (
            refused.into(),
            "could not connect to the server: connection refused (Connect, NotSent)",
        ),
        (Box::new(KeyMistake::Putty), "this is a PuTTY key"),
    ];
    for (error, expected) in errors {
        let debug = format!("{error:?}");
        assert!(debug.starts_with(expected), "{debug}");
        assert!(!debug.contains('\n'), "{debug}");
    }
}
