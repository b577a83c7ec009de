//! The emulated channels are those of the models.

use messages_emulator::{Channel, Emulator};
use messages_transport::http::Method;
use messages_types::v1;

use crate::support::Client;

#[tokio::test]
async fn every_channel_of_the_models_is_emulated_and_shown_in_the_inbox() {
    let emulated = Channel::ALL.map(Channel::name);
    let known = v1::Channel::KNOWN.iter().map(v1::Channel::as_str);
    assert_eq!(emulated.to_vec(), known.collect::<Vec<_>>());
    let unknown = "fax".parse::<Channel>().unwrap_err().to_string();
    let emulator = Emulator::builder().start().await.unwrap();
    let client = Client::basic(&emulator);
    let script = client
        .call(Method::GET, "/inbox/script/channels.js", "")
        .await
        .unwrap();
    let script = std::str::from_utf8(script.body()).unwrap();
    for name in emulated {
        assert!(unknown.contains(name), "{unknown}");
        assert!(
            script.contains(&format!("\n  {name}: {{")),
            "{name} has no row"
        );
    }
}
