//! `messages outbox` against the emulator: rows are stored once, sent once, and survive a killed worker.

use std::process::Stdio;
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::shell::{Emulator, Ended, Shell};

/// The emulator accepts it and loses its response.
pub(crate) const IN_DOUBT: &str = "447700960602";

pub(crate) fn sms(to: &str, text: &str, more: &str) -> String {
    format!(
        r#"{{"channel":"sms","message_type":"text","from":"447700900001","to":"{to}","text":"{text}"{more}}}"#
    )
}

/// Messages to one recipient each.
pub(crate) fn messages(count: usize) -> String {
    let lines = (0..count).map(|row| sms(&format!("4477009{row:05}"), &format!("text {row}"), ""));
    lines.collect::<Vec<_>>().join("\n")
}

pub(crate) fn outbox(shell: &Shell, arguments: &[&str]) -> Ended {
    outbox_with(shell, arguments, "")
}

pub(crate) fn outbox_with(shell: &Shell, arguments: &[&str], stdin: &str) -> Ended {
    shell.run_with(&[&["outbox"], arguments, &["--json"]].concat(), stdin)
}

pub(crate) fn work(shell: &Shell) -> Ended {
    outbox(shell, &["work", "--until-empty", "--no-webhooks"])
}

/// The counts of `status`, which add up.
pub(crate) fn states(shell: &Shell) -> Value {
    let status = outbox(shell, &["status"]).object();
    let states = status["states"].as_object().unwrap();
    let sum: u64 = states.values().map(|count| count.as_u64().unwrap()).sum();
    assert_eq!(states.len(), 10);
    assert_eq!(status["total"], sum, "{status}");
    status["states"].clone()
}

pub(crate) fn ids(shell: &Shell, filter: &[&str]) -> Vec<String> {
    let listed = outbox(shell, &[&["list", "--limit", "1000"], filter].concat());
    assert_eq!(listed.code, 0, "{}", listed.stderr);
    let id = |row: &Value| row["id"].as_str().unwrap().to_owned();
    listed.objects().iter().map(id).collect()
}

#[test]
fn a_message_is_stored_once_for_each_key() {
    let shell = Shell::new();
    shell.file("in.ndjson", &messages(1_500));
    let added = outbox(&shell, &["add", "in.ndjson"]);
    assert_eq!(added.code, 0, "{}", added.stderr);
    let objects = added.objects();
    assert_eq!(objects.len(), 1_501);
    for member in ["id", "key"] {
        assert!(objects[1][member].is_string(), "{}", objects[1]);
    }
    let first = (
        &objects[1]["index"],
        &objects[1]["state"],
        &objects[1]["existing"],
    );
    assert_eq!(first, (&1.into(), &"queued".into(), &false.into()));
    assert_eq!(objects[1_500]["summary"]["added"], 1_500);
    for input in [&["in.ndjson"][..], &["-"], &[]] {
        let again = outbox_with(&shell, &[&["add"], input].concat(), &messages(1_500));
        let summary = &again.object()["summary"];
        let counts = (
            &summary["added"],
            &summary["existing"],
            &summary["conflict"],
        );
        assert_eq!(
            (again.code, counts),
            (0, (&0.into(), &1_500.into(), &0.into()))
        );
        assert_eq!(again.objects()[7]["existing"], true);
    }
    assert_eq!(states(&shell)["queued"], 1_500);
    // The same messages in a campaign are other rows.
    let campaign = outbox(&shell, &["add", "in.ndjson", "--campaign", "spring"]);
    assert_eq!(campaign.object()["summary"]["added"], 1_500);
    assert_eq!(ids(&shell, &["--campaign", "spring"]).len(), 1_000);
}

#[test]
fn the_key_is_taken_from_the_document_and_another_message_is_a_conflict() {
    let shell = Shell::new();
    let add = |text: &str| {
        let document = sms("447700900010", text, r#","client_ref":"order-1""#);
        outbox_with(&shell, &["add", "--key", "/client_ref"], &document)
    };
    let first = add("one");
    assert_eq!(first.objects()[0]["key"], "order-1");
    let conflict = add("two");
    assert_eq!(conflict.code, 8, "{}", conflict.stdout);
    let object = &conflict.objects()[0];
    assert_eq!(
        (&object["conflict"], &object["id"]),
        (&true.into(), &first.objects()[0]["id"])
    );
    assert_eq!(conflict.object()["summary"]["conflict"], 1);
    // Of a file, nothing is stored before each document has its key.
    shell.file(
        "in.ndjson",
        &format!(
            "{}\n{}",
            sms("447700900011", "x", r#","client_ref":"b""#),
            sms("447700900012", "y", "")
        ),
    );
    let refused = outbox(&shell, &["add", "--key", "/client_ref", "in.ndjson"]);
    assert_eq!(refused.code, 3, "{}", refused.stdout);
    assert_eq!(
        refused.objects()[0]["problems"][0]["pointer"],
        "/client_ref"
    );
    assert_eq!(refused.object()["summary"]["invalid"], 1);
    let skipping = outbox(
        &shell,
        &["add", "--key", "/client_ref", "--skip-invalid", "in.ndjson"],
    );
    assert_eq!(
        (skipping.code, skipping.object()["summary"]["added"].clone()),
        (8, 1.into())
    );
    assert_eq!(states(&shell)["queued"], 2);
    assert_eq!(outbox(&shell, &["add", "--key", "client_ref"]).code, 2);
}

#[test]
fn tables_fill_a_template_and_the_key_may_be_a_column() {
    let shell = Shell::new();
    shell.file(
        "template.json",
        &sms("{{phone}}", "Dear {{name}}", r#","client_ref":"{{id}}""#),
    );
    shell.file(
        "people.csv",
        "phone;name;id\n447700900010;Ann;1\n447700900011;Bob;2\n;;\n",
    );
    let arguments = [
        "add",
        "--csv",
        "people.csv",
        "--template",
        "template.json",
        "--key",
        "/client_ref",
    ];
    let added = outbox(&shell, &arguments);
    assert_eq!(added.code, 0, "{}", added.stderr);
    let keys: Vec<_> = added.objects()[..2]
        .iter()
        .map(|row| row["key"].clone())
        .collect();
    assert_eq!(keys, ["1", "2"]);
    shell.file(
        "people.csv",
        "phone;name;id\n447700900010;Ann;1\n+447700900011;Bob;3\n",
    );
    let refused = outbox(&shell, &arguments);
    assert_eq!(refused.code, 3, "{}", refused.stdout);
    assert_eq!(refused.objects()[0]["problems"][0]["column"], "phone");
    assert_eq!(states(&shell)["queued"], 2);
    assert_eq!(outbox(&shell, &["add", "--csv", "people.csv"]).code, 2);
}

#[test]
fn rows_are_sent_once_and_failures_are_named() {
    let emulator = Emulator::start();
    let shell = emulator.shell();
    outbox_with(&shell, &["add"], &messages(300));
    // Rejected by the emulator, in doubt, and too late.
    outbox_with(&shell, &["add"], &sms("447700960422", "rejected", ""));
    outbox_with(&shell, &["add"], &sms(IN_DOUBT, "in doubt", ""));
    let past = ["add", "--send-before", "2026-01-01T00:00:00Z"];
    outbox_with(&shell, &past, &sms("447700900999", "late", ""));
    let later = ["add", "--send-at", "2100-01-01T00:00:00+01:00"];
    let later = outbox_with(&shell, &later, &sms("447700900998", "early", ""));
    assert_eq!(later.code, 0, "{}", later.stderr);
    let id = later.objects()[0]["id"].as_str().unwrap().to_owned();
    assert_eq!(outbox(&shell, &["cancel", &id]).object()["cancelled"], 1);

    let worked = work(&shell);
    assert_eq!(worked.code, 8, "{}{}", worked.stdout, worked.stderr);
    let summary = worked.object()["summary"].clone();
    for (name, count) in [
        ("sent", 300),
        ("failed", 1),
        ("in_doubt", 1),
        ("expired", 1),
    ] {
        assert_eq!(summary[name], count, "{summary}");
    }
    let objects = worked.objects();
    let failed = objects
        .iter()
        .find(|object| object["state"] == "failed")
        .unwrap();
    assert_eq!(
        (&failed["outcome"], &failed["status"]),
        (&"rejected".into(), &422.into())
    );
    let sent = objects
        .iter()
        .find(|object| object["state"] == "sent")
        .unwrap();
    for member in ["id", "key", "client_ref", "message_uuid"] {
        assert!(sent[member].is_string(), "{sent}");
    }
    let counts = states(&shell);
    for (name, count) in [
        ("queued", 0),
        ("sent", 300),
        ("failed", 1),
        ("in_doubt", 1),
        ("expired", 1),
        ("cancelled", 1),
    ] {
        assert_eq!(counts[name], count, "{counts}");
    }
    // A second run, and the same input again, send nothing.
    outbox_with(&shell, &["add"], &messages(300));
    assert_eq!(work(&shell).object()["summary"]["sent"], 0);
    let received = emulator.received();
    assert_eq!(received.len(), 301);
    assert!(received.values().all(|count| *count == 1));
}

#[test]
fn a_killed_worker_neither_loses_nor_doubles_a_message() {
    let emulator = Emulator::start();
    let shell = emulator.shell();
    outbox_with(&shell, &["add"], &messages(2_000));
    let worker = [
        "outbox",
        "work",
        "--emulator",
        "--port",
        "0",
        "--until-empty",
        "--lease",
        "1",
        "--timeout",
        "1",
        "--json",
    ];
    for round in 0..3 {
        let mut child = shell
            .command(&worker)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let before = emulator.accepted();
        let began = Instant::now();
        while emulator.accepted() < before + 100 {
            assert!(began.elapsed() < Duration::from_secs(20), "round {round}");
            std::thread::sleep(Duration::from_millis(1));
        }
        child.kill().unwrap();
        child.wait().unwrap();
    }
    let counts = states(&shell);
    assert!(
        counts["queued"].as_u64().unwrap() > 0,
        "killed too late: {counts}"
    );
    let ended = shell.run(&worker);
    assert!([0, 8].contains(&ended.code), "{}", ended.stderr);
    // Statuses of messages that were in flight come again, and settle them.
    let began = Instant::now();
    loop {
        let counts = states(&shell);
        let received = emulator.received();
        assert!(received.values().all(|count| *count == 1), "doubled");
        let open = ["queued", "claimed", "sending"].map(|state| counts[state].as_u64().unwrap());
        if open == [0; 3]
            && received.len() as u64
                <= counts["sent"].as_u64().unwrap() + counts["in_doubt"].as_u64().unwrap()
        {
            let unsent = 2_000 - received.len() as u64;
            println!("2000 rows, 3 kills: {counts}, {unsent} begun and never posted");
            assert!(unsent <= counts["in_doubt"].as_u64().unwrap(), "lost");
            break;
        }
        assert!(began.elapsed() < Duration::from_secs(60), "{counts}");
        shell.run(&worker);
    }
}
