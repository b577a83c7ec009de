//! Input of a batch: JSON in its forms, tables, and arguments.

use std::collections::HashSet;

use serde_json::Value;

use crate::batch::{messages, taken};
use crate::shell::{Emulator, Shell};

#[test]
fn arrays_single_documents_and_lines_are_told_apart() {
    let emulator = Emulator::start();
    let shell = emulator.shell();
    let lines = messages(3);
    let array = format!("[{}]", lines.trim_end().replace('\n', ","));
    let one: Value = serde_json::from_str(lines.lines().next().unwrap()).unwrap();
    let pretty = serde_json::to_string_pretty(&one).unwrap();
    for (input, count) in [
        (lines.as_str(), 3),
        (&array, 3),
        (&pretty, 1),
        ("", 0),
        ("[]", 0),
    ] {
        let ended = shell.run_with(&["send", "--file", "-", "--json"], input);
        assert_eq!(ended.code, 0, "{input}: {}", ended.stderr);
        assert_eq!(ended.object()["summary"]["accepted"], count, "{input}");
        assert_eq!(ended.objects().len(), count + 1);
    }
    for broken in ["{\"channel\":", "[{}, 7", "nonsense"] {
        let ended = shell.run_with(&["send", "--file", "-", "--json"], broken);
        assert_eq!(ended.code, 8, "{broken}");
        assert_ne!(ended.object()["summary"]["invalid"], 0);
    }
}

#[test]
fn messages_of_both_generations_and_workflows_are_told_apart() {
    const STEP: &str = r#"{"from":{"type":"sms","number":"447700900001"},"to":{"type":"sms","number":"447700900000"},"message":{"content":{"type":"text","text":"Hello"}}}"#;
    let emulator = Emulator::start();
    let workflow = format!(r#"{{"template":"failover","workflow":[{STEP}]}}"#);
    // A v1 message has a template of another kind than a workflow's.
    let template = r#"{"channel":"whatsapp","message_type":"template","from":"447700900001","to":"447700900000","template":{"name":"ns:verify","parameters":["1"]},"whatsapp":{"policy":"deterministic","locale":"en-GB"}}"#;
    let lines = [template, STEP, &workflow].join("\n");
    let sent = emulator
        .shell()
        .run_with(&["send", "--file", "-", "--json"], &lines);
    assert_eq!(sent.code, 0, "{}{}", sent.stdout, sent.stderr);
    assert_eq!(sent.object()["summary"]["accepted"], 3);
    let dry = ["send", "--file", "-", "--dry-run", "--json"];
    let totals = &emulator.shell().run_with(&dry, &lines).object()["dry_run"];
    assert_eq!(totals["workflows"], 1);
    assert_eq!(totals["channels"]["whatsapp"], 1);
    assert_eq!(totals["channels"]["sms"], 2);
}

#[test]
fn a_message_is_sent_before_the_next_one_is_there() {
    use std::io::{BufRead as _, BufReader, Write as _};

    let emulator = Emulator::start();
    let mut child = emulator
        .shell()
        .command(&["send", "--file", "-", "--json"])
        .spawn()
        .unwrap();
    let mut input = child.stdin.take().unwrap();
    let mut results = BufReader::new(child.stdout.take().unwrap()).lines();
    for (index, line) in messages(3).lines().enumerate() {
        writeln!(input, "{line}").unwrap();
        let settled: Value = serde_json::from_str(&results.next().unwrap().unwrap()).unwrap();
        assert_eq!(settled["index"], index);
        assert_eq!(settled["outcome"], "accepted");
    }
    drop(input);
    assert!(results.next().unwrap().unwrap().contains("summary"));
    assert!(child.wait().unwrap().success());
}

#[test]
fn a_line_longer_than_any_message_does_not_stop_the_rest() {
    let emulator = Emulator::start();
    let long = format!("{{\"text\":\"{}\"}}\n", "x".repeat(3 << 20));
    let input = format!("{}{long}{}", messages(1), messages(2));
    let ended = emulator
        .shell()
        .run_with(&["send", "--file", "-", "--json"], &input);
    assert_eq!(ended.code, 8);
    let summary = ended.object()["summary"].clone();
    assert_eq!(
        (&summary["accepted"], &summary["invalid"]),
        (&3.into(), &1.into())
    );
}

#[test]
fn the_options_of_one_message_are_not_ignored_in_a_batch() {
    let shell = Shell::new();
    for more in [
        ["--from", "447700900001"],
        ["--to", "447700900000"],
        ["--ttl", "20"],
    ] {
        let ended = shell.run(&[&["send", "--file", "-", "--dry-run"][..], &more].concat());
        assert_eq!(ended.code, 2, "{more:?}");
    }
}

#[test]
fn a_table_is_checked_before_its_first_row_is_sent() {
    let emulator = Emulator::start();
    let shell = emulator.shell();
    let template = shell.file(
        "template.json",
        r#"{"channel":"sms","message_type":"text","from":"447700900001","to":"{{number}}","text":"Dear {{ name }}"}"#,
    );
    let template = template.to_str().unwrap();
    let send = |table: &str, more: &[&str]| {
        let table = shell.file("people.csv", table);
        let table = table.to_str().unwrap();
        shell.run(
            &[
                &["send", "--csv", table, "--template", template, "--json"],
                more,
            ]
            .concat(),
        )
    };
    let good = "name,number\n\"Doe, Jane\",447700900000\nJohn,447700900002\n";
    let ended = send(good, &["--dry-run"]);
    assert_eq!(ended.code, 0, "{}", ended.stderr);
    assert_eq!(ended.object()["dry_run"]["segments"], 2);
    let bad = "name,number\nJane,447700900000\nJohn,+447700900002\n";
    assert_eq!(send(bad, &[]).code, 3);
    assert_eq!(send("name,phone\nJane,1\n", &[]).code, 3, "no such column");
    assert_eq!(taken(&emulator), 0, "nothing was sent");
    assert_eq!(send(good, &[]).object()["summary"]["accepted"], 2);
    let texts: HashSet<String> = emulator.texts().into_iter().collect();
    assert!(texts.contains("Dear Doe, Jane"), "{texts:?}");
}

#[cfg(unix)]
#[test]
fn a_table_that_can_be_read_only_once_is_refused() {
    let shell = Emulator::start().shell();
    let template = shell.file("template.json", r#"{"to":"{{number}}"}"#);
    let template = template.to_str().unwrap();
    for table in ["/dev/stdin", "-"] {
        let arguments = ["send", "--csv", table, "--template", template];
        let ended = shell.run_with(&arguments, "number\n447700900000\n");
        assert_eq!(ended.code, 2, "{table}: {}", ended.stdout);
        for part in ["--csv", "must be a regular file", "hint"] {
            assert!(ended.stderr.contains(part), "{}", ended.stderr);
        }
    }
}

#[test]
fn numbers_that_cannot_be_used_are_refused_as_arguments() {
    let shell = Emulator::start().shell();
    for more in [
        ["--concurrency", "0"],
        ["--concurrency", "10001"],
        ["--concurrency", "99999999999999"],
        ["--timeout", "0"],
        ["--timeout", "86401"],
    ] {
        let arguments = [&["send", "--file", "-"][..], &more].concat();
        let ended = shell.run(&arguments);
        assert_eq!(ended.code, 2, "{more:?}: {}", ended.stderr);
        assert!(ended.stderr.contains(more[0]), "{}", ended.stderr);
    }
    for more in [["--concurrency", "10000"], ["--timeout", "86400"]] {
        let arguments = [&["send", "--file", "-"][..], &more].concat();
        assert_eq!(shell.run(&arguments).code, 0, "{more:?}");
    }
}

#[test]
fn no_v1_message_takes_the_path_of_2018() {
    let emulator = Emulator::start();
    let input = messages(1);
    for more in [&[][..], &["--dry-run"]] {
        let arguments = [&["send", "--file", "-", "--path", "beta", "--json"], more].concat();
        let ended = emulator.shell().run_with(&arguments, &input);
        let totals = ended.object();
        let totals = [&totals["summary"]["invalid"], &totals["dry_run"]["invalid"]];
        assert!(totals.contains(&&Value::from(1)), "{}", ended.stdout);
        assert_ne!(ended.code, 0);
    }
    assert_eq!(taken(&emulator), 0);
}
