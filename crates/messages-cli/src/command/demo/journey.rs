//! The journey of the demo: a WhatsApp message that is not read, then an SMS.

use std::sync::Arc;
use std::time::Duration;

use messages_emulator::Emulator;
use messages_outbox::{
    FastClock, MemoryStore, Outbox, RunId, RunIntent, RunState, Started, StoreClock, SystemClock,
};
use messages_sdk::types::journey::{Journey, SendStep, Until};
use messages_sdk::types::{Problems, v1};

use super::{no_outbox, outbox_client};
use crate::command::outbox::store::failed;
use crate::error::CommandError;
use crate::exit::Exit;
use crate::settings::Settings;

pub(super) const NAME: &str = "journey WhatsApp, not read in 10 minutes, then SMS";

/// A user who reads nothing.
pub(super) const RECIPIENT: &str = "447700900008";

const SENDER: &str = "447700900001";

/// Period in which the message must be read, in seconds.
const WITHIN: u32 = 600;

/// Factor by which the outbox's time passes faster than real time: ten minutes are two seconds.
const SPEED: u32 = 300;

/// Lease and longest duration of a request by the fast clock.
const LEASE: Duration = Duration::from_secs(600);

/// An outbox in memory, on a fast clock.
pub(super) fn outbox(settings: &Settings, emulator: &Emulator) -> Result<Outbox, CommandError> {
    let clock = FastClock::new(SystemClock.now(), SPEED);
    Outbox::builder()
        .store(MemoryStore::with_clock(Arc::new(clock)))
        .client(outbox_client(settings, emulator)?)
        .lease(LEASE)
        .call_limit(LEASE)
        .poll(Duration::from_millis(20))
        .build()
        .map_err(no_outbox)
}

/// Adds the journey to the outbox.
pub(super) async fn start(outbox: &Outbox) -> Result<RunId, CommandError> {
    let broken = "the demo's own journey is not valid";
    let journey =
        journey().map_err(|problems| CommandError::new(Exit::Other, broken).because(problems))?;
    let intent = RunIntent::new("demo", journey)
        .map_err(|error| CommandError::new(Exit::Other, broken).because(error))?;
    match outbox.start(intent).await.map_err(failed)? {
        Started::New(run) => Ok(run),
        _ => Err(CommandError::new(Exit::Other, "the outbox is not empty")),
    }
}

/// Executes the journey.
pub(super) async fn work(outbox: Outbox) -> Result<(), CommandError> {
    let ran = outbox.run(std::future::pending()).await;
    ran.map(drop)
        .map_err(|error| CommandError::new(Exit::Other, "the worker failed").because(error))
}

pub(super) async fn state(outbox: &Outbox, run: RunId) -> Result<RunState, CommandError> {
    let detail = outbox.store().show_run(run).await.map_err(failed)?;
    let missing = || CommandError::new(Exit::Other, "the run is missing from the outbox");
    Ok(detail.ok_or_else(missing)?.run.state)
}

fn journey() -> Result<Journey, Problems> {
    let text = "Your table is free at 8";
    let whatsapp = SendStep::new(v1::Whatsapp::text(SENDER, RECIPIENT, text)?);
    let sms = SendStep::new(v1::Sms::text(SENDER, RECIPIENT, text)?);
    Ok(Journey::starting_with(whatsapp.until(Until::read(WITHIN)?))
        .then(sms.until(Until::delivered(WITHIN)?)))
}
