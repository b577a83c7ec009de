//! `messages outbox` with workflows and journeys: they become runs.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::outbox::{outbox, outbox_with, states};
use crate::shell::{Emulator, Shell};

const FROM: &str = "447700900001";
const TO: &str = "447700900000";

/// A workflow that waits until a message is read, then sends an SMS.
fn workflow() -> String {
    json!({ "template": "failover", "workflow": [
        { "from": { "type": "whatsapp", "number": FROM }, "to": { "type": "whatsapp", "number": TO },
          "message": { "content": { "type": "text", "text": "Hello" } }, "colour": "red",
          "failover": { "expiry_time": 600, "condition_status": "read" } },
        { "from": { "type": "sms", "number": FROM }, "to": { "type": "sms", "number": TO },
          "message": { "content": { "type": "text", "text": "Hello" } } },
    ]})
    .to_string()
}

fn run(shell: &Shell, id: &str) -> Value {
    let shown = outbox(shell, &["show", id]);
    assert_eq!(shown.code, 0, "{}", shown.stderr);
    shown.object()
}

#[test]
fn a_workflow_becomes_a_run_once_for_each_key() {
    let shell = Shell::new();
    let added = outbox_with(&shell, &["add", "--campaign", "spring"], &workflow());
    assert_eq!(added.code, 0, "{}", added.stderr);
    let first = &added.objects()[0];
    assert_eq!(
        (&first["run"], &first["state"], &first["existing"]),
        (&json!(true), &json!("running"), &json!(false))
    );
    assert_eq!(
        first["losses"],
        json!(["/workflow/0/colour is lost: v1 has no such member here"])
    );
    assert!(added.stderr.contains("no equivalent"), "{}", added.stderr);
    let id = first["id"].as_str().unwrap();

    let again = outbox_with(&shell, &["add", "--campaign", "spring"], &workflow());
    let second = &again.objects()[0];
    assert_eq!(
        (&second["id"], &second["run"], &second["existing"]),
        (&first["id"], &json!(true), &json!(true))
    );
    assert_eq!(again.object()["summary"]["added"], 0);

    let shown = run(&shell, id);
    assert_eq!(
        (&shown["state"], &shown["step"], &shown["campaign"]),
        (&json!("running"), &json!(1), &json!("spring"))
    );
    assert_eq!(shown["document"]["template"], "failover");
    assert_eq!(shown["rows"].as_array().unwrap().len(), 1);
    assert_eq!(shown["rows"][0]["channel"], "whatsapp");
    assert!(!shown["history"].as_array().unwrap().is_empty());
    // The row has its own ID, and is a row like any other.
    let row = shown["rows"][0]["id"].as_str().unwrap();
    assert_eq!(run(&shell, row)["state"], "queued");
    assert_eq!(states(&shell)["queued"], 1);

    let text = shell.run(&["outbox", "show", id]).stdout;
    assert!(text.contains("running") && !text.contains(TO), "{text}");
}

#[test]
fn the_same_key_with_another_document_is_a_conflict() {
    let shell = Shell::new();
    let message = |text: &str| {
        json!({ "channel": "sms", "message_type": "text", "from": FROM, "to": TO, "text": text,
            "template": Value::Null })
    };
    let mut first: Value = serde_json::from_str(&workflow()).unwrap();
    first["id"] = json!("order-1");
    let add =
        |document: &Value| outbox_with(&shell, &["add", "--key", "/id"], &document.to_string());
    let id = add(&first).objects()[0]["id"].clone();
    first["workflow"][1]["message"]["content"]["text"] = json!("Other");
    let conflict = add(&first);
    assert_eq!(conflict.code, 8, "{}", conflict.stdout);
    assert_eq!(
        (
            &conflict.objects()[0]["conflict"],
            &conflict.objects()[0]["id"]
        ),
        (&json!(true), &id)
    );
    let mut row = message("Hello");
    row["id"] = json!("order-1");
    assert_eq!(add(&row).object()["summary"]["conflict"], 1);
}

#[test]
fn runs_are_listed_counted_and_cancelled_with_their_rows() {
    let shell = Shell::new();
    let ids: Vec<String> = ["spring", "summer"]
        .iter()
        .map(|campaign| {
            let added = outbox_with(&shell, &["add", "--campaign", campaign], &workflow());
            added.objects()[0]["id"].as_str().unwrap().to_owned()
        })
        .collect();
    let list = |filter: &[&str]| {
        let listed = outbox(&shell, &[&["list", "--runs"], filter].concat());
        assert_eq!(listed.code, 0, "{}", listed.stderr);
        let ids = listed.objects().into_iter();
        ids.map(|run| run["id"].as_str().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(list(&[]).len(), 2);
    assert_eq!(list(&["--campaign", "spring"]), ids[..1]);
    assert_eq!(list(&["--state", "running", "--limit", "1"]).len(), 1);
    assert_eq!(list(&["--state", "completed"]), [""; 0]);
    let unknown = outbox(&shell, &["list", "--runs", "--state", "queued"]);
    assert_eq!(unknown.code, 2);
    assert!(unknown.stderr.contains("exhausted"), "{}", unknown.stderr);

    let cancelled = outbox(&shell, &["cancel", &ids[0]]);
    assert_eq!(
        (cancelled.code, &cancelled.object()["cancelled"]),
        (0, &json!(1))
    );
    assert_eq!(run(&shell, &ids[0])["state"], "cancelled");
    assert_eq!(states(&shell)["cancelled"], 1);
    assert_eq!(outbox(&shell, &["cancel", &ids[0]]).code, 8);
    let status = outbox(&shell, &["status"]).object();
    assert_eq!(
        (&status["runs"]["active"], &status["runs"]["cancelled"]),
        (&json!(1), &json!(1))
    );
    assert_eq!(status["runs"]["completed"], 0);

    let signal = outbox(&shell, &["signal", &ids[1], "booked"]);
    assert_eq!(
        (signal.code, &signal.object()["stopped"]),
        (0, &json!(false))
    );
    let unknown = outbox(
        &shell,
        &["signal", "01a7c0de-0000-7000-8000-000000000000", "booked"],
    );
    assert_eq!(unknown.code, 3);
    assert!(unknown.stderr.contains("has no run"), "{}", unknown.stderr);
}

#[test]
fn the_api_executes_a_workflow_that_is_added_for_it() {
    let shell = Shell::new();
    let added = outbox_with(&shell, &["add", "--engine", "api"], &workflow());
    let first = &added.objects()[0];
    assert_eq!(
        (&first["state"], first.get("run")),
        (&json!("queued"), None)
    );
    assert_eq!(outbox(&shell, &["list", "--runs"]).stdout, "");
}

/// Three channels, each of which must be read within a second but the last: 600 seconds of an emulator at this speed.
const SPEED: &str = "600";

fn journey() -> String {
    let step = |channel: &str, from: &str| {
        json!({ "send": { "message": { "channel": channel, "message_type": "text", "from": from, "to": TO, "text": "Hello" } },
            "until": { "status": "read", "within": 1 }, "before_next": { "grace": 0 } })
    };
    let mut last = step("sms", FROM);
    for field in ["until", "before_next"] {
        last.as_object_mut().unwrap().remove(field);
    }
    json!({ "template": "journey/1", "steps": [step("whatsapp", FROM), step("rcs", "Acme"), last] })
        .to_string()
}

/// An emulator whose messages are delivered and never read.
fn unread() -> (Shell, Emulator) {
    let home = Shell::new();
    let config = home.file(
        "emulator.toml",
        "[[rules]]\nwhen = {}\nthen = \"deliver\"\n",
    );
    let config = config.display().to_string();
    let emulator = Emulator::start_with(&[], &["--speed", SPEED, "--config", &config]);
    (home, emulator)
}

#[test]
fn a_worker_executes_a_journey_of_three_channels() {
    let (_home, emulator) = unread();
    // Only an application can revoke a message.
    let shell = emulator
        .shell()
        .with("VONAGE_APPLICATION_ID", emulator.member("application_id"))
        .with(
            "VONAGE_PRIVATE_KEY_PATH",
            emulator.member("private_key_path"),
        );
    let added = outbox_with(&shell, &["add"], &journey());
    assert_eq!(added.code, 0, "{}", added.stderr);
    let id = added.objects()[0]["id"].as_str().unwrap().to_owned();

    let work = [
        "outbox",
        "work",
        "--emulator",
        "--port",
        "0",
        "--auth",
        "jwt",
    ];
    let began = Instant::now();
    let mut child = shell.command(&work).spawn().unwrap();
    let ended = loop {
        let shown = run(&shell, &id);
        if shown["state"] != "running" || began.elapsed() > Duration::from_secs(90) {
            break shown;
        }
        std::thread::sleep(Duration::from_millis(20));
    };
    child.kill().unwrap();
    child.wait().unwrap();
    assert_eq!(ended["state"], "completed", "{ended}");
    let channels: Vec<_> = ended["rows"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| &row["channel"])
        .collect();
    assert_eq!(channels, ["whatsapp", "rcs", "sms"]);
    // By the emulator's own account, each channel has one message.
    let conversations = emulator.ask("conversations?limit=1000");
    let mut received: Vec<_> = conversations["conversations"]
        .as_array()
        .unwrap()
        .iter()
        .map(|of_channel| {
            (
                of_channel["channel"].as_str().unwrap(),
                of_channel["messages"].as_u64().unwrap(),
            )
        })
        .collect();
    received.sort_unstable();
    assert_eq!(received, [("rcs", 1), ("sms", 1), ("whatsapp", 1)]);
    let history = ended["history"].as_array().unwrap();
    assert!(
        history.iter().any(|entry| entry["event"] == "revoked"),
        "{ended}"
    );
}
