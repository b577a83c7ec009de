//! Sends one SMS: `cargo run -p messages-sdk --example first_message -- FROM TO TEXT`.
//!
//! Without arguments it starts the emulator and sends to that, so it needs no account. With arguments it takes the credentials of
//! the environment and sends for real.
#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "it talks to a person"
)]

use std::error::Error;

use messages_emulator::Emulator;
use messages_sdk::Client;
use messages_sdk::types::v1::Sms;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match &arguments[..] {
        [] => {
            let emulator = Emulator::builder().start().await?;
            let client = Client::builder()
                .endpoint(emulator.base_url().parse()?)
                .credentials(emulator.credentials().basic()?)
                .hyper()?
                .build()?;
            send(&client, "447700900001", "447700900000", "Hello").await
        }
        [from, to, text] => send(&Client::from_env()?, from, to, text).await,
        _ => Err("usage: first_message [FROM TO TEXT]".into()),
    }
}

async fn send(client: &Client, from: &str, to: &str, text: &str) -> Result<(), Box<dyn Error>> {
    match client.send(Sms::text(from, to, text)?).await {
        Ok(accepted) => println!("taken as {}", accepted.message_uuid),
        Err(error) => {
            eprintln!("{error}: {}", error.hint());
            return Err(error.into());
        }
    }
    Ok(())
}
