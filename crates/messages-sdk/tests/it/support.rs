//! What several tests start from.

use std::sync::Arc;

use messages_sdk::auth::Basic;
use messages_sdk::transport::Transport;
use messages_sdk::transport::bytes::Bytes;
use messages_sdk::transport::http::{Response, StatusCode};
use messages_sdk::types::v1::Sms;
use messages_sdk::{Client, ClientBuilder, ClientReferences};

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
