//! Sends over Viber with an SMS to fall back on, and follows both by their webhooks:
//! `cargo run -p messages-sdk --example webhooks`.
//!
//! The emulator stands in for the API, so it needs no account; the receiver is the one for production.
#![allow(clippy::print_stdout, reason = "it talks to a person")]

use std::convert::Infallible;
use std::error::Error;
use std::sync::Arc;
use std::time::Duration;

use messages_emulator::{Action, Emulator, Rule};
use messages_sdk::Client;
use messages_sdk::auth::webhook::Verifier;
use messages_sdk::doubts::PendingDoubts;
use messages_sdk::types::WebhookEvent;
use messages_sdk::types::v1::{Message, Sms, Viber};
use messages_sdk::webhook::{Receiver, ServerLimits, StatusTracker, router, serve};
use tokio::net::TcpListener;
use tokio::sync::mpsc;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let url = format!("http://{}/webhooks", listener.local_addr()?);
    let emulator = Emulator::builder()
        .speed(20.0)
        .status_url(url)
        .start()
        .await?;
    // The person has no Viber.
    emulator.add_rule(
        Rule::to("447700900000", Action::Reject { code: 1050 })
            .and(|when| when.channel = Some(messages_emulator::Channel::ViberService)),
    );

    let doubts = Arc::new(PendingDoubts::new());
    let verifier = Verifier::builder()
        .secrets(emulator.credentials().secrets())
        .build()?;
    let (news, mut statuses) = mpsc::unbounded_channel();
    let app = router("/webhooks", Receiver::new(verifier), {
        let (doubts, tracker) = (Arc::clone(&doubts), StatusTracker::new());
        move |event: WebhookEvent| {
            doubts.apply(&event);
            if let Some(status) = tracker.apply(&event) {
                let channel = event.view().channel.map(|channel| channel.to_string());
                let _ = news.send((channel.unwrap_or_default(), status));
            }
            async { Ok::<_, Infallible>(()) }
        }
    });
    tokio::spawn(serve(listener, app, ServerLimits::default()));

    let client = Client::builder()
        .endpoint(emulator.base_url().parse()?)
        .credentials(emulator.credentials().token_source())
        .doubts(doubts)
        .reqwest()?
        .build()?;
    let text = "Your table is free at 8";
    let message = Message::from(Viber::text("ShopId", "447700900000", text)?)
        .failover([Sms::text("447700900001", "447700900000", text)?]);
    let accepted = client.send(message).await?;
    println!("taken as {}", accepted.message_uuid);

    while let Some((channel, status)) =
        tokio::time::timeout(Duration::from_secs(20), statuses.recv()).await?
    {
        println!("{channel}: the send is {}", status.current);
        if status.is_final {
            break;
        }
    }
    client.close().await;
    Ok(())
}
