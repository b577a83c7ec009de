//! The client without a runtime.

use std::sync::Arc;

use messages_sdk::transport::testing::ScriptedTransport;
use messages_sdk::{Outcome, blocking};

use crate::support::{UUID, client, sms, taken};

fn taking() -> Arc<ScriptedTransport> {
    Arc::new(ScriptedTransport::from_fn(|_| {
        std::future::ready(Ok(taken()))
    }))
}

#[test]
fn it_sends_without_a_runtime() {
    let client = blocking::Client::new(client(&taking())).unwrap();
    assert_eq!(client.send(sms()).unwrap().message_uuid, UUID);
    client.close().unwrap();
    assert_eq!(client.send(sms()).unwrap_err().outcome(), Outcome::NotSent);
}

#[tokio::test]
async fn it_sends_and_is_dropped_inside_of_one() {
    let client = blocking::Client::new(client(&taking())).unwrap();
    assert_eq!(client.send(sms()).unwrap().message_uuid, UUID);
}

#[test]
fn a_transport_that_panics_leaves_a_doubt() {
    let script = Arc::new(ScriptedTransport::from_fn(|_| async {
        panic!("a planted bug of the transport")
    }));
    let client = blocking::Client::new(client(&script)).unwrap();
    assert_eq!(client.send(sms()).unwrap_err().outcome(), Outcome::InDoubt);
}
