//! The whole request as it is recorded: method, path, headers with credentials masked, body.

use std::sync::Arc;

use messages_sdk::auth::jwt::TokenSource;
use messages_sdk::auth::{ApplicationId, PrivateKey, RsaSigner};
use messages_sdk::client::ClientReferences;
use messages_sdk::transport::testing::{Recorder, ScriptedTransport};
use messages_sdk::types::v0_1;
use messages_sdk::{Client, SendOptions};

use crate::support::{UUID, client, sms, taken};

fn recorder() -> Arc<Recorder<ScriptedTransport>> {
    Arc::new(Recorder::new(ScriptedTransport::from_fn(|_| {
        std::future::ready(Ok(taken()))
    })))
}

/// The last request, as the recorder renders it.
fn last(recorder: &Recorder<ScriptedTransport>) -> String {
    recorder.rendered().pop().unwrap()
}

fn v0_1_sms() -> v0_1::Sms {
    v0_1::Sms::text(
        "447700900001",
        "447700900000",
        "This is an SMS sent from the Messages API",
    )
    .unwrap()
}

#[tokio::test]
async fn requests_look_as_they_always_did() {
    let recorder = recorder();
    let client = client(&recorder);

    client.send(sms()).await.unwrap();
    insta::assert_snapshot!("v1_sms", last(&recorder));

    client.send(v0_1_sms()).await.unwrap();
    insta::assert_snapshot!("v0_1_sms", last(&recorder));

    let beta = SendOptions::new().beta().client_ref("order-17");
    client.send_with(v0_1_sms(), beta).await.unwrap();
    insta::assert_snapshot!("beta_sms_with_reference", last(&recorder));

    let body = serde_json::json!({"channel": "carrier_pigeon"});
    client
        .send_raw("/v2/messages", &body, SendOptions::new())
        .await
        .unwrap();
    insta::assert_snapshot!("raw", last(&recorder));
}

#[tokio::test]
async fn updates_carry_a_token() {
    let recorder = recorder();
    let id = ApplicationId::parse(UUID).unwrap();
    let client = Client::builder()
        .credentials(TokenSource::new(
            id,
            RsaSigner::new(PrivateKey::generate().unwrap()),
        ))
        .client_references(ClientReferences::AsGiven)
        .transport(Arc::clone(&recorder))
        .build()
        .unwrap();
    client.revoke(UUID).await.unwrap();
    insta::assert_snapshot!("revoke", last(&recorder));
}
