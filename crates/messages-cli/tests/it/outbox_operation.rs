//! `messages outbox`: the commands of an operator, webhooks, rates, and the store's file.

use std::time::{Duration, Instant};

use crate::outbox::{IN_DOUBT, ids, messages, outbox, outbox_with, sms, states, work};
use crate::shell::{Emulator, Shell};

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
        outbox(&other, &["status", "--store", "mysql://localhost/x"]).code,
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
