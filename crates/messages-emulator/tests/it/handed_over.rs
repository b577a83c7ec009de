//! The statements that the inbox copies as a test. `handover.test.js` compares them with what the page writes.

use messages_emulator::Emulator;
use serde_json::json;

use crate::support::{Client, Receiver};

type Outcome = Result<(), Box<dyn std::error::Error>>;

#[tokio::test]
async fn a_message_of_the_application_is_expected() -> Outcome {
    let emulator = Emulator::builder().speed(1000.0).start().await?;
    let sent = json!({
        "channel": "sms", "message_type": "text", "from": "447700900001", "to": "447700900000", "text": "Your code is 4711"
    });
    Client::basic(&emulator).send("/v1/messages", &sent).await;

    let query = messages_emulator::Query::sent()
        .over(messages_emulator::Channel::Sms)
        .from("447700900001")
        .to("447700900000")
        .message_type("text")
        .status(messages_emulator::Status::Delivered);
    let message = emulator
        .expect(query)
        .within(std::time::Duration::from_secs(5))
        .await?;
    let fixture: serde_json::Value = serde_json::from_str(
        r#"{
  "message_type": "text",
  "text": "Your code is 4711"
}"#,
    )?;
    let content: serde_json::Value = serde_json::from_str(message.content.get())?;
    assert_eq!(content, fixture);
    assert_eq!(message.code_in_text().as_deref(), Some("4711"));
    Ok(())
}

#[tokio::test]
async fn a_message_of_the_user_is_injected() -> Outcome {
    let receiver = Receiver::start().await;
    let emulator = Emulator::builder()
        .inbound_url(&receiver.url)
        .start()
        .await?;

    let fixture = serde_json::from_str(
        r#"{
  "channel": "sms",
  "from": "447700900000",
  "to": "447700900001",
  "message_type": "text",
  "text": "He said \"yes\""
}"#,
    )?;
    let message = messages_emulator::InboundMessage::from_json(fixture)?;
    let delivered = emulator.inject(message).await;
    assert!(
        delivered
            .webhook
            .is_some_and(|webhook| webhook.acknowledged)
    );
    Ok(())
}
