//! Sends a thousand messages, no more than 300 a second, and counts how they ended:
//! `cargo run -p messages-sdk --example bulk`.
//!
//! The emulator stands in for the API; some of its recipients break the connection or are refused.
#![allow(clippy::print_stdout, reason = "it talks to a person")]

use std::collections::BTreeMap;
use std::error::Error;
use std::num::{NonZeroU32, NonZeroUsize};
use std::pin::pin;
use std::sync::Arc;

use messages_emulator::Emulator;
use messages_sdk::Client;
use messages_sdk::client::ResultOrder;
use messages_sdk::doubts::PendingDoubts;
use messages_sdk::transport::layer::rate_limit::{Quota, RateLimitPolicy};
use messages_sdk::types::v1::Sms;
use tokio_stream::StreamExt;

const RATE: Quota = Quota::per_second(NonZeroU32::new(300).unwrap());
const AT_A_TIME: NonZeroUsize = NonZeroUsize::new(32).unwrap();

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let emulator = Emulator::builder().start().await?;
    let doubts = Arc::new(PendingDoubts::new());
    let client = Client::builder()
        .endpoint(emulator.base_url().parse()?)
        .credentials(emulator.credentials().token_source())
        .limits(RateLimitPolicy::default().account(RATE))
        .doubts(doubts.clone())
        .hyper()?
        .build()?;

    let mut guests = Vec::new();
    for n in 0..1_000 {
        let to = match n % 100 {
            // Endings at which the emulator refuses, or takes the message and says nothing.
            7 => "447700960422".to_owned(),
            8 => "447700960602".to_owned(),
            _ => format!("4477009{:05}", 10_000 + n),
        };
        guests.push(Sms::text("447700900001", to, "We are open again")?);
    }
    let mut ends = BTreeMap::new();
    let results = client.send_all(
        tokio_stream::iter(guests),
        AT_A_TIME,
        ResultOrder::Completion,
    );
    let mut results = pin!(results);
    while let Some(sent) = results.next().await {
        let outcome = match &sent.result {
            Ok(_) => "accepted",
            Err(error) => error.outcome().name(),
        };
        *ends.entry(outcome).or_insert(0) += 1;
    }
    for (outcome, count) in ends {
        println!("{count:>5} {outcome}");
    }
    println!(
        "{:>5} open until a webhook says what became of them",
        doubts.pending().len()
    );
    Ok(())
}
