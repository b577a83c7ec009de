//! `messages outbox` against the emulator: rows are stored once, sent once, and survive a killed worker.

use std::process::Stdio;
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::shell::{Emulator, Ended, Shell};

/// The emulator accepts it and loses its response.
const IN_DOUBT: &str = "447700960602";

fn sms(to: &str, text: &str, more: &str) -> String {
    format!(
        r#"{{"channel":"sms","message_type":"text","from":"447700900001","to":"{to}","text":"{text}"{more}}}"#
    )
}

/// Messages to one recipient each.
fn messages(count: usize) -> String {
    let lines = (0..count).map(|row| sms(&format!("4477009{row:05}"), &format!("text {row}"), ""));
    lines.collect::<Vec<_>>().join("\n")
}

fn outbox(shell: &Shell, arguments: &[&str]) -> Ended {
    outbox_with(shell, arguments, "")
}

fn outbox_with(shell: &Shell, arguments: &[&str], stdin: &str) -> Ended {
    shell.run_with(&[&["outbox"], arguments, &["--json"]].concat(), stdin)
}

fn work(shell: &Shell) -> Ended {
    outbox(shell, &["work", "--until-empty", "--no-webhooks"])
}

/// The counts of `status`, which add up.
fn states(shell: &Shell) -> Value {
    let status = outbox(shell, &["status"]).object();
    let states = status["states"].as_object().unwrap();
    let sum: u64 = states.values().map(|count| count.as_u64().unwrap()).sum();
    assert_eq!(states.len(), 10);
    assert_eq!(status["total"], sum, "{status}");
    status["states"].clone()
}

fn ids(shell: &Shell, filter: &[&str]) -> Vec<String> {
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

#[test]
fn rows_are_paused_cancelled_and_resolved() {
    let emulator = Emulator::start();
    let shell = emulator.shell();
    outbox_with(&shell, &["add", "--campaign", "spring"], &messages(20));
    outbox_with(&shell, &["add"], &sms("447700900900", "other", ""));
    let paused = outbox(&shell, &["pause", "--campaign", "spring"]);
    assert_eq!(
        (paused.code, paused.object()["changed"].clone()),
        (0, 1.into())
    );
    assert_eq!(work(&shell).object()["summary"]["sent"], 1);
    let spring = ids(&shell, &["--campaign", "spring", "--state", "queued"]);
    assert_eq!(spring.len(), 20);
    let two = outbox(&shell, &["cancel", &spring[0], &spring[1]]);
    assert_eq!((two.code, two.object()["cancelled"].clone()), (0, 2.into()));
    let again = outbox(&shell, &["cancel", &spring[1], &spring[2]]);
    assert_eq!(
        (again.code, again.object()["cancelled"].clone()),
        (8, 1.into())
    );
    assert_eq!(
        outbox(&shell, &["cancel"]).code,
        2,
        "everything only by --all"
    );
    outbox(&shell, &["resume", "--campaign", "spring"]);
    assert_eq!(work(&shell).object()["summary"]["sent"], 17);

    let doubts: Vec<String> = (0..4)
        .map(|row| sms(IN_DOUBT, &format!("doubt {row}"), ""))
        .collect();
    outbox_with(&shell, &["add"], &doubts.join("\n"));
    assert_eq!(work(&shell).code, 8);
    let in_doubt = ids(&shell, &["--state", "in_doubt"]);
    assert_eq!(in_doubt.len(), 4);
    for wrong in [
        &["resolve", "--sent"][..],
        &["resolve", "--all", "--at-most", "1"],
        &["resolve", "--sent", "--all"],
        &["resolve", "--sent", "--resend", "--all", "--at-most", "1"],
    ] {
        assert_eq!(outbox(&shell, wrong).code, 2, "{wrong:?}");
    }
    assert_eq!(
        outbox(&shell, &["resolve", "--sent", &in_doubt[0]]).object()["resolved"],
        1
    );
    assert_eq!(
        outbox(&shell, &["resolve", "--abandon", "--all", "--at-most", "2"]).object()["resolved"],
        2
    );
    let rest = ids(&shell, &["--state", "in_doubt"]);
    assert_eq!(
        outbox(&shell, &["resolve", "--resend", &rest[0], "--by", "jo"]).object()["resolved"],
        1
    );
    let counts = states(&shell);
    for (name, count) in [
        ("queued", 1),
        ("in_doubt", 0),
        ("sent", 19),
        ("abandoned", 2),
        ("cancelled", 3),
    ] {
        assert_eq!(counts[name], count, "{counts}");
    }
    let shown = outbox(&shell, &["show", &rest[0]]).object();
    assert_eq!(shown["resend"], 1);
    assert!(
        shown["client_ref"].as_str().unwrap().starts_with("mo1-"),
        "{shown}"
    );
    let history = shown["history"].as_array().unwrap();
    assert!(
        history.iter().any(|entry| entry["detail"] == "jo"),
        "{shown}"
    );
}

#[test]
fn stored_statuses_settle_rows_in_doubt() {
    let emulator = Emulator::start();
    let shell = emulator.shell();
    outbox_with(&shell, &["add"], &sms(IN_DOUBT, "in doubt", ""));
    assert_eq!(work(&shell).code, 8);
    let row = outbox(&shell, &["list"]).object();
    let reference = row["client_ref"].as_str().unwrap();
    let status = |reference: &str, uuid: &str| {
        format!(
            r#"{{"message_uuid":"{uuid}","channel":"sms","from":"447700900001","to":"{IN_DOUBT}","timestamp":"2026-03-01T12:00:00Z","status":"delivered","client_ref":"{reference}"}}"#
        )
    };
    let events = [
        status(reference, "u-1"),
        status("campaign", "u-2"),
        "torn {".to_owned(),
    ]
    .join("\n");
    let applied = outbox_with(&shell, &["apply"], &events);
    assert_eq!(applied.code, 8, "{}", applied.stdout);
    let summary = &applied.object()["summary"];
    for (name, count) in [
        ("events", 2),
        ("changed", 1),
        ("foreign", 1),
        ("invalid", 1),
    ] {
        assert_eq!(summary[name], count, "{summary}");
    }
    let stored = serde_json::json!({"id": 1, "body": status(reference, "u-1")}).to_string();
    let file = shell.file("events.ndjson", &stored);
    let again = outbox(&shell, &["apply", file.to_str().unwrap()]);
    assert_eq!(
        (again.code, again.object()["summary"]["unchanged"].clone()),
        (0, 1.into())
    );
    let row = outbox(&shell, &["list"]).object();
    assert_eq!(
        (&row["state"], &row["status"]),
        (&"sent".into(), &"delivered".into())
    );
    assert_eq!(
        outbox(&shell, &["status"]).object()["statuses"]["delivered"],
        1
    );
    assert_eq!(outbox(&shell, &["doctor"]).code, 0);
}

#[test]
fn webhooks_are_received_while_it_works() {
    let emulator = Emulator::start_with(&[], &["--speed", "100"]);
    let shell = emulator.shell();
    outbox_with(&shell, &["add"], &messages(5));
    let child = shell
        .command(&["outbox", "work", "--emulator", "--port", "0", "--json"])
        .spawn()
        .unwrap();
    let began = Instant::now();
    while outbox(&shell, &["status"]).object()["statuses"]["delivered"] != 5 {
        assert!(began.elapsed() < Duration::from_secs(20));
        std::thread::sleep(Duration::from_millis(50));
    }
    #[cfg(unix)]
    {
        let kill = std::process::Command::new("kill")
            .args(["-TERM", &child.id().to_string()])
            .status();
        assert!(kill.unwrap().success());
        let ended = child.wait_with_output().unwrap();
        assert_eq!(ended.status.code(), Some(0));
    }
    // Without a secret, webhooks are not received unless that is wanted.
    let refused = outbox(&shell, &["work", "--until-empty"]);
    assert_eq!(refused.code, 4, "{}", refused.stderr);
    assert!(
        refused.stderr.contains("--no-webhooks"),
        "{}",
        refused.stderr
    );
}

#[test]
fn a_rate_holds_for_all_messages_or_for_each_sender() {
    let emulator = Emulator::start();
    let shell = emulator.shell();
    for (options, least, most) in [
        (["--rate", "5"], 1_000, 6_000),
        (["--sender-rate", "2.5"], 1_900, 9_000),
    ] {
        outbox_with(&shell, &["add", "--campaign", options[1]], &messages(6));
        let began = Instant::now();
        let arguments = ["work", "--until-empty", "--no-webhooks"];
        let worked = outbox(&shell, &[&arguments[..], &options].concat());
        assert_eq!(worked.object()["summary"]["sent"], 6, "{}", worked.stderr);
        let took = began.elapsed().as_millis();
        assert!((least..most).contains(&took), "{options:?}: {took} ms");
    }
    for rate in ["0", "-1", "fast", "1e9"] {
        let rate = format!("--rate={rate}");
        assert_eq!(outbox(&shell, &["work", "--no-webhooks", &rate]).code, 2);
    }
}

#[test]
fn a_reader_that_goes_leaves_no_row_in_doubt() {
    use std::io::{BufRead as _, BufReader};

    let emulator = Emulator::start();
    let shell = emulator.shell();
    outbox_with(&shell, &["add"], &messages(3_000));
    let worker = ["outbox", "work", "--no-webhooks", "--json"];
    let mut child = shell.command(&worker).spawn().unwrap();
    let mut line = String::new();
    let mut output = BufReader::new(child.stdout.take().unwrap());
    output.read_line(&mut line).unwrap();
    drop(output);
    child.wait().unwrap();
    let counts = states(&shell);
    for state in ["in_doubt", "sending", "claimed"] {
        assert_eq!(counts[state], 0, "{counts}");
    }
    assert!(counts["queued"].as_u64().unwrap() > 0, "{counts}");
}

#[test]
fn finished_rows_are_purged_and_recipients_erased() {
    let emulator = Emulator::start();
    let shell = emulator.shell();
    outbox_with(&shell, &["add"], &messages(3));
    work(&shell);
    assert_eq!(
        outbox(&shell, &["purge", "--older-than", "1d"]).object()["purged"],
        0
    );
    assert_eq!(
        outbox(&shell, &["purge", "--older-than", "0s"]).object()["purged"],
        3
    );
    outbox_with(&shell, &["add"], &sms("447700900777", "canary", ""));
    let forgotten = outbox_with(&shell, &["forget"], "447700900777\n\n+447700900778\n");
    assert_eq!(forgotten.code, 0, "{}", forgotten.stderr);
    let object = forgotten.object();
    assert_eq!(
        (&object["recipients"], &object["erased"]),
        (&2.into(), &1.into())
    );
    let exported = outbox(&shell, &["export"]);
    assert_eq!(exported.objects().len(), 4);
    assert!(
        !exported.stdout.contains("4477009007"),
        "{}",
        exported.stdout
    );
    // The recipient stays suppressed.
    outbox_with(&shell, &["add"], &sms("447700900777", "again", ""));
    work(&shell);
    assert_eq!(states(&shell)["suppressed"], 1);
    assert_eq!(emulator.received().len(), 3);
}

#[test]
fn the_store_is_private_and_in_the_data_folder() {
    let shell = Shell::new();
    outbox_with(&shell, &["add"], &messages(1));
    let file = if cfg!(target_os = "macos") {
        "Library/Application Support/messages/outbox.db"
    } else {
        ".local/share/messages/outbox.db"
    };
    assert!(shell.path(file).exists());
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = shell.path(file).metadata().unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }
    let other = Shell::new().with("MESSAGES_STORE", "other.db");
    outbox_with(&other, &["add"], &messages(1));
    assert!(other.path("other.db").exists());
    let named = outbox(&other, &["status", "--store", "third.db"]).object();
    assert_eq!(named["total"], 0);
    assert_eq!(
        outbox(&other, &["status", "--store", "postgres://localhost/x"]).code,
        2
    );
    assert_eq!(outbox(&other, &["migrate"]).code, 0);
    let printed = other.run(&["outbox", "migrate", "--print", "--store", "none.db"]);
    assert!(printed.stdout.contains("CREATE TABLE messages_outbox_"));
    assert!(!other.path("none.db").exists());
    other.file(
        "text.db",
        &"not a database, but long enough to be read as one".repeat(50),
    );
    let corrupt = outbox(&other, &["status", "--store", "text.db"]);
    assert_eq!(corrupt.code, 1, "{}", corrupt.stdout);
    assert!(corrupt.stderr.contains("error: "), "{}", corrupt.stderr);
    // Recipients are masked for people.
    let listed = other.run(&["outbox", "list"]);
    assert!(!listed.stdout.contains("447700900000"), "{}", listed.stdout);
    let shown = other.run(&["outbox", "list", "--show"]);
    assert!(shown.stdout.contains("447700900000"), "{}", shown.stdout);
    let missing = outbox(&other, &["show", "01930000-0000-7000-8000-000000000001"]);
    assert_eq!(missing.code, 3);
}
