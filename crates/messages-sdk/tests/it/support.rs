//! Shared by the tests.

use std::sync::Arc;
use std::time::Duration;

use messages_sdk::auth::Basic;
use messages_sdk::client::ClientReferences;
use messages_sdk::transport::Transport;
use messages_sdk::transport::bytes::Bytes;
use messages_sdk::transport::http::{Response, StatusCode};
use messages_sdk::types::v1::Sms;
use messages_sdk::{Client, ClientBuilder};

pub(crate) const UUID: &str = "aaaaaaaa-bbbb-4ccc-8ddd-0123456789ab";

pub(crate) fn accepted() -> String {
    format!(r#"{{"message_uuid":"{UUID}"}}"#)
}

/// The answer to a message that was taken.
pub(crate) fn taken() -> Response<Bytes> {
    let mut response = Response::new(accepted().into());
    *response.status_mut() = StatusCode::ACCEPTED;
    response
}

pub(crate) fn builder(transport: &Arc<impl Transport>) -> ClientBuilder {
    Client::builder()
        .credentials(Basic::new("a1b2c3d4", "canary-secret").unwrap())
        .client_references(ClientReferences::AsGiven)
        .transport(Arc::clone(transport))
}

pub(crate) fn client(transport: &Arc<impl Transport>) -> Client {
    builder(transport).build().unwrap()
}

pub(crate) fn sms() -> Sms {
    Sms::text("447700900001", "447700900000", "canary text").unwrap()
}

pub(crate) type Backend = Arc<dyn Transport>;

/// Both backends over both versions of HTTP, with the name of each.
pub(crate) fn backends() -> [(&'static str, Backend); 4] {
    use messages_sdk::transport::backend::hyper::HyperTransport;
    use messages_sdk::transport::backend::reqwest::ReqwestTransport;

    // A connection on which nothing moves is given up before an attempt is, so that the next one gets another.
    let (interval, limit) = (Duration::from_millis(500), Duration::from_secs(2));
    let hyper = || HyperTransport::builder().http2_ping(interval, limit);
    let reqwest = || ReqwestTransport::builder().http2_ping(interval, limit);
    [
        ("hyper h1", Arc::new(hyper().http1_only().build().unwrap())),
        ("hyper h2", Arc::new(hyper().http2_only().build().unwrap())),
        (
            "reqwest h1",
            Arc::new(reqwest().http1_only().build().unwrap()),
        ),
        (
            "reqwest h2",
            Arc::new(reqwest().http2_only().build().unwrap()),
        ),
    ]
}
