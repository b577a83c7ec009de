//! Sends a thousand messages, no more than 300 a second, and counts their outcomes:
//! `cargo run -p messages-sdk --example bulk`.
//!
//! The emulator stands in for the API; some of its recipients break the connection or are refused.
#![allow(clippy::print_stdout, reason = "an example prints its result")]

use std::collections::BTreeMap;
use std::error::Error;
use std::num::NonZeroU32;
use std::pin::pin;
use std::sync::Arc;

use futures_util::{StreamExt, stream};
use messages_emulator::Emulator;
use messages_sdk::Client;
use messages_sdk::doubts::PendingDoubts;
use messages_sdk::policy::{Quota, RateLimitPolicy};
use messages_sdk::types::v1::Sms;

const RATE: Quota = Quota::per_second(NonZeroU32::new(300).unwrap());
const AT_A_TIME: usize = 32;

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
            // Recipients at which the emulator refuses the message, or accepts it without a response.
            7 => "447700960422".to_owned(),
            8 => "447700960602".to_owned(),
            _ => format!("4477009{:05}", 10_000 + n),
        };
        guests.push(Sms::text("447700900001", to, "We are open again")?);
    }
    let mut ends = BTreeMap::new();
    let calls = stream::iter(guests).map(|guest| client.send(guest));
    let mut results = pin!(calls.buffer_unordered(AT_A_TIME));
    while let Some(result) = results.next().await {
        let outcome = match &result {
            Ok(_) => "accepted",
            Err(error) => error.outcome().name(),
        };
        *ends.entry(outcome).or_insert(0) += 1;
    }
    for (outcome, count) in ends {
        println!("{count:>5} {outcome}");
    }
    println!(
        "{:>5} pending until a webhook resolves them",
        doubts.pending().len()
    );
    Ok(())
}
