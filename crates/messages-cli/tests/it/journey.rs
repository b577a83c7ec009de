//! Journeys offline: as TOML and as JSON, checked, drawn, upgraded to and previewed.

use std::fs;

use serde_json::{Value, json};

use crate::shell::Shell;

/// A journey with every kind of step.
const JOURNEY: &str = r#"
template = "journey/1"
zone = "Europe/Berlin"
window = { days = ["mon", "tue", "wed", "thu", "fri"], from = 09:00:00, to = "20:00" }
stop_on = ["reply", { signal = "booked" }]
max_hold = 3600

[[steps]]
name = "whatsapp"
send.message = { channel = "whatsapp", message_type = "text", from = "447700900001", to = "447700900000", text = "Free" }
until = { status = "read", within = 600 }
else = { step = "text" }
on_error = [1120, 1300]

[[steps]]
wait.for = 3600

[[steps]]
name = "text"
[steps.send]
template = { message_type = "text", text = "Your table is free, {{name}}" }
variables = { name = "Ada" }
to = [
    { channel = "rcs", from = "Acme", to = "447700900000" },
    { channel = "sms", from = "447700900001", to = "447700900000" },
]
"#;

const DRAWING: &str = "\
journey/1, 3 steps
  zone Europe/Berlin
  only mon tue wed thu fri from 09:00 to 20:00
  stopped by a reply
  stopped by the signal booked
  holds deadlines at most 1 h without webhooks

┌ 1 whatsapp
│ send whatsapp text
│ until read within 10 min
│ before the next step: grace 5 s
├─ read in time ─────────────────────────────────▶ completed
├─ error 1120, 1300, or not read in time ────────▶ 3 text
└─ any other error ──────────────────────────────▶ failed

┌ 2
│ wait 1 h
└─ then ─────────────────────────────────────────▶ 3 text

┌ 3 text
│ send rcs or sms text
├─ accepted ─────────────────────────────────────▶ completed
└─ error ────────────────────────────────────────▶ failed
";

fn workflow() -> String {
    json!({ "template": "failover", "workflow": [
        { "from": { "type": "sms", "number": "447700900001" }, "to": { "type": "sms", "number": "447700900000" },
          "message": { "content": { "type": "text", "text": "Hello" } },
          "failover": { "expiry_time": 600, "condition_status": "read" } },
        { "from": { "type": "messenger", "id": "page-1" }, "to": { "type": "messenger", "id": "user-1" },
          "message": { "content": { "type": "text", "text": "Hello" } } },
    ]})
    .to_string()
}

/// A shell with the journey in `journey.toml`.
fn shell() -> Shell {
    let shell = Shell::new();
    fs::write(shell.path("journey.toml"), JOURNEY).unwrap();
    shell
}

#[test]
fn a_journey_in_toml_is_checked_as_its_json() {
    let shell = shell();
    let ended = shell.run(&["check", "--json", "journey.toml"]);
    assert_eq!(ended.code, 0, "{}", ended.stdout);
    let found = ended.object();
    assert_eq!(found["kind"], "journey/1");
    assert_eq!(found["value"]["window"]["from"], "09:00");
    let again = shell.run_with(&["check", "--json"], &found["value"].to_string());
    assert_eq!(again.object()["value"], found["value"]);

    let broken = JOURNEY.replace("within = 600", "within = 0");
    fs::write(shell.path("broken.toml"), broken).unwrap();
    let ended = shell.run(&["check", "--json", "broken.toml"]);
    let problem = &ended.object()["problems"][0];
    assert_eq!(
        (ended.code, problem["pointer"].as_str()),
        (3, Some("/steps/0/until/within"))
    );
    fs::write(
        shell.path("broken.toml"),
        "template = \"journey/1\"\nsteps = [447700900000\n",
    )
    .unwrap();
    let ended = shell.run(&["check", "broken.toml"]);
    assert_eq!(ended.code, 3);
    assert!(ended.stdout.contains("is not TOML"), "{}", ended.stdout);
    assert!(!ended.stdout.contains("447700900000"), "{}", ended.stdout);
}

#[test]
fn a_journey_and_a_workflow_are_drawn() {
    let shell = shell();
    let ended = shell.run(&["workflow", "draw", "journey.toml"]);
    assert_eq!((ended.code, ended.stdout.as_str()), (0, DRAWING));
    let ended = shell.run_with(&["workflow", "draw"], &workflow());
    assert_eq!(ended.code, 0, "{}", ended.stderr);
    let line = "├─ read in time ─────────────────────────────────▶ completed\n\
                └─ error, or not read in time ───────────────────▶ 2\n";
    assert!(ended.stdout.contains(line), "{}", ended.stdout);

    let ended = shell.run(&["workflow", "draw", "--format", "mermaid", "journey.toml"]);
    for line in [
        "flowchart TD\n",
        "  step2[\"2<br>wait 1 h\"]\n",
        "  step1 -->|\"error 1120, 1300, or not read in time\"| step3\n",
        "  step3 -->|\"accepted\"| completed\n",
        "  completed([\"completed\"])\n",
    ] {
        assert!(ended.stdout.contains(line), "{line}{}", ended.stdout);
    }
    let ended = shell.run_with(&["workflow", "draw", "--json"], &workflow());
    assert_eq!(
        ended.object()["steps"][0]["edges"],
        json!([{ "on": "read in time", "to": "completed" },
            { "on": "error, or not read in time", "to": 2 }])
    );
}

#[test]
fn a_drawing_fits_a_terminal_and_its_texts_act_on_nothing() {
    let name = "\u{1b}[31m\"]<b>|% ".repeat(4);
    let message = json!({ "channel": "sms", "message_type": "text", "from": "447700900001",
        "to": "447700900000", "text": "Hello" });
    let mut steps: Vec<Value> = (0..12)
        .map(|index| {
            json!({ "name": format!("{index} {name}"), "send": { "message": message },
                "until": { "status": "delivered", "within": 93_784 },
                "on_error": Vec::from_iter(4_294_967_200_u32..4_294_967_250) })
        })
        .collect();
    steps[0]["else"] = json!({ "step": format!("11 {name}") });
    let journey = json!({ "template": "journey/1", "steps": steps,
        "stop_on": [{ "signal": "s".repeat(64) }] })
    .to_string();
    let shell = Shell::new();
    let ended = shell.run_with(&["workflow", "draw"], &journey);
    assert_eq!(ended.code, 0, "{}", ended.stderr);
    assert!(!ended.stdout.contains('\u{1b}'));
    // An escaped character takes more columns than it has here.
    let widest = ended
        .stdout
        .lines()
        .map(|line| line.replace("\\u{1b}", "x"));
    let widest = widest.map(|line| line.chars().count()).max();
    assert!(widest <= Some(80), "{widest:?}\n{}", ended.stdout);
    assert!(
        ended
            .stdout
            .contains("until delivered within 1 d 2 h 3 min 4 s")
    );

    let ended = shell.run_with(&["workflow", "draw", "--format", "mermaid"], &journey);
    assert!(!ended.stdout.contains('\u{1b}') && !ended.stdout.contains("<b>"));
    let quotes = ended.stdout.lines().map(|line| line.matches('"').count());
    assert!(
        quotes.into_iter().all(|count| count == 0 || count == 2),
        "{}",
        ended.stdout
    );
}

#[test]
fn nothing_else_is_drawn() {
    let message = json!({ "channel": "sms", "message_type": "text", "from": "447700900001",
        "to": "447700900000", "text": "Hello" });
    for (document, expected) in [
        (
            message.to_string(),
            "is a v1/message: only workflows and journeys are drawn",
        ),
        (
            r#"{"template":"journey/1"}"#.to_owned(),
            "/steps is required",
        ),
        ("[]".to_owned(), "must be an object"),
    ] {
        let ended = Shell::new().run_with(&["workflow", "draw"], &document);
        assert_eq!((ended.code, ended.stdout.as_str()), (3, ""));
        assert!(ended.stderr.contains(expected), "{}", ended.stderr);
    }
    // Posting a workflow still needs a file.
    assert_eq!(Shell::new().run(&["workflow"]).code, 2);
}

#[test]
fn a_workflow_is_upgraded_to_a_journey() {
    let shell = shell();
    let ended = shell.run_with(&["upgrade", "--journey"], &workflow());
    assert_eq!(ended.code, 0, "{}", ended.stderr);
    let journey = ended.object();
    assert_eq!(
        journey["steps"][0]["until"],
        json!({ "status": "delivered", "within": 600 })
    );
    let loss = "/workflow/0/failover/condition_status becomes delivered: sms never reports read";
    assert!(ended.stderr.contains(loss), "{}", ended.stderr);
    assert_eq!(shell.run_with(&["check"], &journey.to_string()).code, 0);
    for (arguments, expected) in [
        (
            ["upgrade", "--journey", "journey.toml"],
            "is a journey already",
        ),
        (["upgrade", "--", "journey.toml"], "has no equivalent in v1"),
    ] {
        let ended = shell.run(&arguments);
        assert_eq!((ended.code, ended.stdout.as_str()), (3, ""));
        assert!(ended.stderr.contains(expected), "{}", ended.stderr);
    }
}

#[test]
fn the_texts_of_a_journey_are_previewed_with_their_variables() {
    let shell = shell();
    let ended = shell.run(&["preview", "--json", "journey.toml"]);
    let preview = ended.object();
    assert_eq!(
        (preview["characters"].as_u64(), preview["segments"].as_u64()),
        (Some("Your table is free, Ada".len() as u64), Some(1))
    );
}

#[test]
fn a_dry_run_counts_journeys_and_send_refuses_them() {
    let shell = shell();
    let ended = shell.run(&["send", "--file", "journey.toml", "--dry-run", "--json"]);
    assert_eq!(ended.code, 0, "{}", ended.stderr);
    let totals = &ended.object()["dry_run"];
    assert_eq!(totals["journeys"], 1);
    assert_eq!(totals["channels"], json!({ "whatsapp": 1 }));
    assert!(
        ended.stderr.contains("`messages outbox add`"),
        "{}",
        ended.stderr
    );

    let shell = shell
        .with("VONAGE_API_KEY", "key")
        .with("VONAGE_API_SECRET", "secret");
    let ended = shell.run(&[
        "send",
        "--file",
        "journey.toml",
        "--endpoint",
        "http://127.0.0.1:9",
    ]);
    assert_eq!(ended.code, 3);
    assert!(
        ended.stderr.contains("`messages outbox add` runs it"),
        "{}",
        ended.stderr
    );
}
