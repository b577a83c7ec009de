//! Options of a campaign: caps, ramp, brake, time zones, and journeys as templates.

use std::process::Stdio;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use serde_json::{Value, json};

use crate::campaigns::{ADD, prepare, report};
use crate::outbox::{outbox, outbox_with, sms, work};
use crate::shell::{Emulator, Shell};

fn add(shell: &Shell, options: &[&str]) {
    let added = outbox(shell, &[&ADD[..], options].concat());
    assert_eq!(added.code, 0, "{}", added.stderr);
}

/// Listed state of the campaign and the reason of its pause.
fn listed(shell: &Shell) -> Value {
    let listed = outbox(shell, &["campaign", "list"]).object();
    json!([listed["state"], listed["pause"]])
}

#[test]
fn a_recipient_cap_counts_the_messages_of_other_campaigns() {
    let emulator = Emulator::start();
    let shell = emulator.shell();
    prepare(&shell, 3);
    let first = ["add", "--campaign", "winter", "--csv", "people.csv"];
    let first = [&first[..], &["--template", "message.json"]].concat();
    assert_eq!(outbox(&shell, &first).code, 0);
    work(&shell);
    prepare(&shell, 5);
    add(&shell, &["--recipient-cap", "1:7"]);
    work(&shell);
    let report = report(&shell);
    assert_eq!(report["skipped"], json!({"recipient_cap": 3}), "{report}");
    assert_eq!(report["states"], json!({"sent": 2, "skipped": 3}));
    assert_eq!(emulator.accepted(), 5);
}

#[test]
fn a_spend_cap_pauses_a_campaign_once_what_was_released_is_sent() {
    let emulator = Emulator::start();
    let shell = emulator.shell();
    prepare(&shell, 5);
    shell.file(
        "prices.json",
        r#"{"currency":"EUR","prices":{"sms/44":"0.04"}}"#,
    );
    add(&shell, &["--prices", "prices.json", "--spend-cap", "0.11"]);
    work(&shell);
    assert_eq!(listed(&shell), json!(["paused", "spend_cap"]));
    assert_eq!(report(&shell)["spent"], "0.08");
    assert_eq!(report(&shell)["states"], json!({"pending": 3, "sent": 2}));
    assert_eq!(emulator.accepted(), 2);
}

#[test]
fn a_brake_pauses_a_campaign() {
    let emulator = Emulator::start();
    let shell = emulator.shell();
    shell.file("message.json", &sms("{{phone}}", "Hello", ""));
    let rows = (0..60).map(|row| format!("4479{row:02}960422\n"));
    shell.file(
        "people.csv",
        &format!("phone\n{}", rows.collect::<String>()),
    );
    add(&shell, &["--brake", "10:20"]);
    work(&shell);
    assert_eq!(listed(&shell), json!(["paused", "failures"]));
    let states = report(&shell)["states"].clone();
    assert!(states["failed"].as_u64().unwrap() <= 40, "{states}");
    assert!(states["pending"].as_u64().unwrap() >= 20, "{states}");
}

#[test]
fn a_ramp_begins_slowly() {
    let emulator = Emulator::start();
    let shell = emulator.shell();
    prepare(&shell, 12);
    add(&shell, &["--ramp", "5:100:1"]);
    let began = Instant::now();
    work(&shell);
    assert_eq!(report(&shell)["states"], json!({"sent": 12}));
    // 5 in the first second, and 10 in the second one.
    let took = began.elapsed();
    assert!(took > Duration::from_millis(1_300), "{took:?}");
}

/// The window is open in one of two time zones that are twelve hours apart.
#[test]
fn the_window_is_that_of_the_column_with_the_time_zone() {
    let emulator = Emulator::start();
    let shell = emulator.shell();
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    let hour = now.as_secs() / 3_600;
    let window = format!("{:02}:00-{:02}:00", (hour + 21) % 24, (hour + 3) % 24);
    shell.file("message.json", &sms("{{phone}}", "Hello", ""));
    let options = ["--zone-column", "zone", "--window", &window];
    shell.file("people.csv", "phone,zone\n447700900010,Nowhere\n");
    let invalid = outbox(&shell, &[&ADD[..], &options].concat());
    assert_eq!(invalid.code, 3, "{}", invalid.stderr);
    assert_eq!(invalid.objects()[0]["problems"][0]["column"], "zone");
    shell.file(
        "people.csv",
        "phone,zone\n447700900010,Etc/UTC\n447700900011,Etc/GMT-12\n",
    );
    add(&shell, &options);
    let mut worker = shell
        .command(&["outbox", "work", "--no-webhooks"])
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let began = Instant::now();
    while emulator.accepted() == 0 {
        assert!(began.elapsed() < Duration::from_secs(20), "nothing is sent");
        std::thread::sleep(Duration::from_millis(50));
    }
    worker.kill().unwrap();
    worker.wait().unwrap();
    let received = emulator.received();
    assert_eq!(received.keys().collect::<Vec<_>>(), ["447700900010"]);
    assert_eq!(report(&shell)["states"]["pending"], 1);
}

#[test]
fn a_journey_is_a_template() {
    let emulator = Emulator::start();
    let shell = emulator.shell();
    prepare(&shell, 4);
    let message: Value = serde_json::from_str(&sms("{{phone}}", "Dear {{name}}", "")).unwrap();
    let journey = json!({"template": "journey/1", "steps": [{"send": {"message": message}}]});
    shell.file("message.json", &journey.to_string());
    add(&shell, &[]);
    work(&shell);
    assert_eq!(report(&shell)["states"], json!({"completed": 4}));
    assert_eq!(emulator.accepted(), 4);
    let exported = outbox(&shell, &["campaign", "export", "spring"]).objects();
    assert!(exported.iter().all(|one| one["state"] == "completed"));
}

#[test]
fn a_dry_run_creates_no_ledger() {
    let shell = Shell::new();
    prepare(&shell, 2);
    let dry = [&ADD[..], &["--dry-run"]].concat();
    assert_eq!(outbox(&shell, &dry).code, 0);
    let named = [&dry[..], &["--store", "named.db"]].concat();
    assert_eq!(outbox(&shell, &named).code, 0);
    let invalid = [&dry[..], &["--send-at", "2026-12-02T09:00:00Z"]].concat();
    let invalid = [&invalid[..], &["--send-before", "2026-12-01T09:00:00Z"]].concat();
    assert_eq!(outbox_with(&shell, &invalid, "").code, 2);
    let files = std::fs::read_dir(shell.path(".")).unwrap();
    let mut names: Vec<_> = files.map(|file| file.unwrap().file_name()).collect();
    names.sort_unstable();
    assert_eq!(names, ["message.json", "people.csv"]);
}
