//! What a person sees of an error, pinned, and what they must not see.

use std::error::Error as _;
use std::fmt::Write as _;
use std::sync::Arc;

use messages_sdk::Error;
use messages_sdk::transport::testing::ScriptedTransport;
use messages_sdk::transport::{Delivery, TransportError, TransportErrorKind, http::StatusCode};
use messages_sdk::types::v1::Messenger;
use messages_sdk::types::v1::outbound::messenger::{MessengerCategory, MessengerOptions};

use crate::support::{UUID, client, sms};

fn chain(error: &Error) -> String {
    let mut shown = format!("{error}\nhint: {}", error.hint());
    let mut source = error.source();
    while let Some(cause) = source {
        let _ = write!(shown, "\ncaused by: {cause}");
        source = cause.source();
    }
    shown
}

#[tokio::test(start_paused = true)]
async fn every_error_says_what_happened_and_what_to_do() {
    let mut shown = String::new();
    let mut add = |name: &str, error: &Error| {
        let debug = format!("{error:?}");
        for canary in ["canary", "4477009", "Basic", "Bearer"] {
            assert!(
                !debug.contains(canary) && !chain(error).contains(canary),
                "{name}: {canary} in {debug}"
            );
        }
        let _ = writeln!(shown, "## {name}\n{}\n", chain(error));
    };

    let untagged = Messenger::text("canary page", "canary person", "canary text")
        .unwrap()
        .messenger(MessengerOptions::category_only(
            MessengerCategory::MessageTag,
        ));
    let nothing = Arc::new(ScriptedTransport::new());
    add(
        "invalid",
        &client(&nothing).send(untagged).await.unwrap_err(),
    );
    add(
        "jwt needed",
        &client(&nothing).revoke(UUID).await.unwrap_err(),
    );

    let fails = |error: fn() -> TransportError| {
        Arc::new(ScriptedTransport::from_fn(move |_| {
            std::future::ready(Err(error()))
        }))
    };
    let refused = fails(|| {
        let source = std::io::Error::from(std::io::ErrorKind::ConnectionRefused);
        TransportError::new(TransportErrorKind::Connect, Delivery::NotSent, source)
    });
    add("not sent", &client(&refused).send(sms()).await.unwrap_err());
    let reset = fails(|| {
        let source = std::io::Error::from(std::io::ErrorKind::ConnectionReset);
        TransportError::new(TransportErrorKind::Interrupted, Delivery::Unknown, source)
    });
    add("in doubt", &client(&reset).send(sms()).await.unwrap_err());
    let cut = fails(|| {
        TransportError::without_source(TransportErrorKind::Interrupted, Delivery::Unknown)
            .with_status(StatusCode::ACCEPTED)
    });
    add(
        "accepted, cut",
        &client(&cut).send(sms()).await.unwrap_err(),
    );

    for (name, status, body) in [
        ("accepted, unreadable", 202, "<html>canary</html>"),
        ("in doubt by status", 503, "canary"),
        ("unauthorised", 401, r#"{"title":"canary"}"#),
        ("rejected", 422, r#"{"title":"canary"}"#),
        ("redirect", 307, ""),
    ] {
        let script = Arc::new(ScriptedTransport::new().then_status(status, body));
        add(name, &client(&script).send(sms()).await.unwrap_err());
    }
    let closed = client(&nothing);
    closed.close().await;
    add("closed", &closed.send(sms()).await.unwrap_err());

    insta::assert_snapshot!("errors", shown);
}
