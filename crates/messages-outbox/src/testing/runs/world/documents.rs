//! Random documents.

use fastrand::Rng;
use messages_sdk::types::journey::Journey;
use messages_sdk::types::v0_1::{self, Condition, Workflow};
use messages_sdk::types::{Document, Problems};
use serde_json::{Value, json};

use crate::testing::scene::{RECIPIENT, SENDER};

/// Code of failures, which some steps list.
pub(super) const CODE: u32 = 1330;
/// Signal that some journeys stop on.
pub(super) const SIGNAL: &str = "booked";

/// Two or three messages, each to be read or delivered in time but the last.
pub(super) fn workflow(rng: &mut Rng) -> Result<Workflow, String> {
    let step = |rng: &mut Rng| {
        let condition = if rng.bool() {
            Condition::Read
        } else {
            Condition::Delivered
        };
        let text = v0_1::Whatsapp::text(SENDER, RECIPIENT, "Hello")?;
        text.expecting(condition, rng.u32(15..900))
    };
    let build = |rng: &mut Rng| -> Result<Workflow, Problems> {
        let mut start = Workflow::starting_with(step(rng)?);
        if rng.bool() {
            start = start.then(step(rng)?);
        }
        Ok(start.ending_with(v0_1::Sms::text(SENDER, RECIPIENT, "Hello")?))
    };
    build(rng).map_err(|problems| problems.to_string())
}

/// One to four steps, with all that a journey may ask for.
pub(super) fn journey(rng: &mut Rng) -> Result<Journey, String> {
    let count = rng.usize(1..5);
    let steps: Vec<Value> = (0..count).map(|index| step(rng, index, count)).collect();
    let mut journey = json!({ "template": "journey/1", "steps": steps });
    let stops = [
        json!("reply"),
        json!({ "signal": SIGNAL }),
        json!({ "status": "read" }),
    ];
    let stops: Vec<Value> = stops.into_iter().filter(|_| rng.u8(0..3) == 0).collect();
    if !stops.is_empty() {
        journey["stop_on"] = stops.into();
    }
    if rng.u8(0..3) == 0 {
        journey["doubt"] = json!("proceed");
    }
    if rng.u8(0..4) == 0 {
        journey["max_hold"] = json!(rng.u32(60..3_600));
    }
    Journey::from_slice(journey.to_string().as_bytes()).map_err(|error| format!("{error:?}"))
}

fn step(rng: &mut Rng, index: usize, count: usize) -> Value {
    let name = |index: usize| format!("step-{index}");
    // A journey has a message: the last step sends one.
    if index + 1 < count && rng.u8(0..5) == 0 {
        return json!({ "name": name(index), "wait": { "for": rng.u32(1..7_200) } });
    }
    let channel = *rng.choice(&["whatsapp", "rcs", "sms"]).unwrap_or(&"sms");
    let from = if channel == "rcs" { "Sender" } else { SENDER };
    let mut step = json!({ "name": name(index), "send": { "message": {
        "channel": channel, "message_type": "text", "from": from, "to": RECIPIENT, "text": "Hello",
    } } });
    if rng.u8(0..5) != 0 {
        // SMS never reports that it was read.
        let is_read = channel != "sms" && rng.bool();
        let status = if is_read { "read" } else { "delivered" };
        step["until"] = json!({ "status": status, "within": rng.u32(15..900) });
    }
    match rng.u8(0..6) {
        0 => step["else"] = json!("stop"),
        1 | 2 if index + 1 < count => {
            step["else"] = json!({ "step": name(rng.usize(index + 1..count)) });
        }
        _ => {}
    }
    if rng.u8(0..4) == 0 {
        step["on_error"] = json!([CODE]);
    }
    if rng.bool() {
        let grace = rng.u32(0..60);
        step["before_next"] = json!({ "ttl": rng.bool(), "revoke": rng.bool(), "grace": grace });
    }
    if rng.u8(0..6) == 0 {
        step["window"] = json!({ "from": "08:00", "to": "20:00" });
    }
    step
}
