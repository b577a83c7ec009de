//! The script of the demo: one message of every kind, an inbound text and location, and a workflow that fails over.

use messages_emulator::{Channel, Emulator, InboundMessage};
use messages_sdk::Client;
use messages_sdk::types::v0_1::messenger;
use messages_sdk::types::v0_1::viber;
use messages_sdk::types::v0_1::{Condition, Workflow};
use messages_sdk::types::{Problems, Submission, v0_1, v1};

use super::journal::{Chapter, Journal};
use crate::error::CommandError;
use crate::exit::Exit;

/// A user whom the emulator cannot reach on Viber.
pub(super) const UNREACHABLE_ON_VIBER: &str = "447700900009";

const NUMBER: &str = "447700900001";
const PERSON: &str = "447700900000";
const PAGE: &str = "107083064136738";
const FAN: &str = "8847602845298476";
const SHOP: &str = "ExampleShop";
const PICTURE: &str = "https://example.com/image.jpg";

/// Sends everything; the webhooks come meanwhile.
pub(super) async fn tell(
    client: &Client,
    emulator: &Emulator,
    journal: &mut Journal,
) -> Result<(), CommandError> {
    for (chapter, message) in messages().map_err(slip)? {
        let submitted = client.submit(message).await.map_err(|error| {
            CommandError::new(Exit::Other, format!("{} was not accepted", chapter.name))
                .because(error)
        })?;
        journal.sent(chapter, submitted.id().to_owned())?;
    }

    let place = InboundMessage::new(Channel::Messenger, FAN, PAGE, "location").with(
        "location",
        serde_json::json!({ "lat": 51.522_958, "long": -0.085_436 }),
    );
    for (name, message) in [
        (
            "inbound Messenger text",
            InboundMessage::text(Channel::Messenger, FAN, PAGE, "Are you open on Sunday?"),
        ),
        ("inbound Messenger location", place),
    ] {
        journal.expect_inbound(name, emulator.inject(message).await.message_uuid)?;
    }

    let accepted = client
        .create_workflow(&workflow().map_err(slip)?)
        .await
        .map_err(|error| {
            CommandError::new(Exit::Other, "the workflow was not accepted").because(error)
        })?;
    journal.workflow("workflow Viber, then SMS", accepted.uuid)
}

/// A message of the story itself that breaks a rule: a mistake in this file.
fn slip(problems: Problems) -> CommandError {
    CommandError::new(Exit::Other, "the demo's own messages are not valid").because(problems)
}

/// The messages of the demo, in order.
fn messages() -> Result<Vec<(Chapter, Submission)>, Problems> {
    let v0_1 = |name, channel, reads| Chapter {
        name,
        api: "v0.1",
        channel,
        reads,
    };
    let v1 = |name, channel, reads| Chapter {
        name,
        api: "v1",
        channel,
        reads,
    };
    let promotion = viber::Options::default().category(viber::Category::Promotion);
    let update = messenger::Options::default()
        .category(messenger::Category::MessageTag)
        .tag("ACCOUNT_UPDATE")?;
    Ok(vec![
        (
            v0_1("SMS", "sms", false),
            v0_1::Sms::text(NUMBER, PERSON, "This is an SMS sent from the Messages API")?.into(),
        ),
        (
            v0_1(
                "Viber message, category promotion",
                "viber_service_msg",
                true,
            ),
            v0_1::Viber::text(SHOP, PERSON, "Everything must go")?
                .viber_service_msg(promotion)
                .into(),
        ),
        (
            v0_1(
                "Messenger message, message_tag ACCOUNT_UPDATE",
                "messenger",
                true,
            ),
            v0_1::Messenger::text(PAGE, FAN, "Your password was changed")?
                .messenger(update)
                .into(),
        ),
        (
            v0_1("Messenger image", "messenger", true),
            v0_1::Messenger::image(PAGE, FAN, PICTURE)?.into(),
        ),
        (
            v1("SMS", "sms", false),
            v1::Sms::text(NUMBER, PERSON, "Your code is 4711")?.into(),
        ),
        (
            v1("MMS image", "mms", false),
            v1::Mms::image(NUMBER, PERSON, PICTURE)?.into(),
        ),
        (
            v1("RCS text", "rcs", true),
            v1::Rcs::text("ExampleAgent", PERSON, "Your parcel is here")?.into(),
        ),
        (
            v1("WhatsApp text", "whatsapp", true),
            v1::Whatsapp::text(NUMBER, PERSON, "How was it?")?.into(),
        ),
        (
            v1("Messenger text", "messenger", true),
            v1::Messenger::text(PAGE, FAN, "We are open on Sunday")?.into(),
        ),
        (
            v1("Viber image", "viber_service", true),
            v1::Viber::image(SHOP, PERSON, PICTURE)?.into(),
        ),
    ])
}

/// A workflow that starts on Viber, fails there, and is completed by SMS.
fn workflow() -> Result<Workflow, Problems> {
    let viber = v0_1::Viber::text(SHOP, UNREACHABLE_ON_VIBER, "Your table is free at 8")?;
    let sms = v0_1::Sms::text(NUMBER, UNREACHABLE_ON_VIBER, "Your table is free at 8")?;
    Ok(Workflow::starting_with(viber.expecting(Condition::Read, 600)?).ending_with(sms))
}
