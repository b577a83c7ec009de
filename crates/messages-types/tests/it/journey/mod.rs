//! Journeys: their JSON, their rules, and their builder.

mod builder;
mod order;
mod roundtrip;
mod steps;
mod templates;

use messages_types::journey::Journey;
use serde_json::{Value, json};

pub(crate) use crate::outbound::put;

const FROM: &str = "447700900001";
const TO: &str = "447700900000";

/// Problems of a journey, as `pointer rule`; none if it is accepted.
fn problems(journey: &Value) -> Vec<String> {
    crate::outbound::problems_of::<Journey>(journey, Journey::validate)
}

fn message(channel: &str) -> Value {
    json!({ "channel": channel, "message_type": "text", "from": FROM, "to": TO, "text": "Hello" })
}

/// A step that sends over `channel` until the message is delivered.
fn step(channel: &str) -> Value {
    json!({ "send": { "message": message(channel) }, "until": { "status": "delivered", "within": 600 } })
}

fn journey(steps: impl IntoIterator<Item = Value>) -> Value {
    json!({ "template": "journey/1", "steps": Vec::from_iter(steps) })
}

/// A journey with every field.
fn complete() -> Value {
    let template = json!({ "message_type": "text", "text": "Hello {{name}}" });
    json!({
        "template": "journey/1",
        "zone": "Europe/Berlin",
        "window": { "days": ["mon", "fri"], "from": "09:00", "to": "20:00" },
        "stop_on": ["reply", { "signal": "booked" }, { "status": "read" }],
        "doubt": "proceed",
        "max_hold": 3600,
        "steps": [
            {
                "name": "whatsapp",
                "send": { "message": message("whatsapp") },
                "until": { "status": "read", "within": 600 },
                "else": { "step": "sms" },
                "on_error": [1120, 1300],
                "before_next": { "ttl": true, "revoke": false, "grace": 5 },
            },
            { "name": "pause", "wait": { "for": 3600 } },
            { "wait": { "until": "2026-12-01T09:00:00Z" } },
            {
                "name": "sms",
                "send": {
                    "template": template,
                    "variables": { "name": "Ada" },
                    "to": [
                        { "channel": "rcs", "from": "Acme", "to": TO },
                        { "channel": "sms", "from": FROM, "to": TO, "ttl": 600 },
                    ],
                },
                "else": "stop",
                "window": { "from": "22:00", "to": "06:00" },
            },
        ],
    })
}
