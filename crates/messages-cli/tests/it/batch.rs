//! Many messages: what an interrupted run leaves, and what a second one does with it.

use std::collections::HashSet;
use std::fmt::Write as _;
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::shell::Emulator;

fn messages(count: usize) -> String {
    (0..count).fold(String::new(), |mut text, index| {
        let _ = writeln!(
            text,
            r#"{{"channel":"sms","message_type":"text","from":"447700900001","to":"447700900000","text":"number {index}"}}"#
        );
        text
    })
}

/// How many messages the emulator took, by its own account, once it has told of all of them.
fn taken(emulator: &Emulator) -> usize {
    let mut told = emulator.accepted();
    loop {
        std::thread::sleep(Duration::from_millis(100));
        match emulator.accepted() {
            same if same == told => return told,
            more => told = more,
        }
    }
}

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
fn a_killed_run_is_resumed_without_a_duplicate() {
    let emulator = Emulator::start();
    let shell = emulator.shell();
    let count = 2_000;
    let input = shell.file("messages.ndjson", &messages(count));
    let input = input.to_str().unwrap();
    let results = shell.path("results.ndjson");
    let file = results.to_str().unwrap();
    let first = [
        "send",
        "--file",
        input,
        "--concurrency",
        "8",
        "--rate",
        "2000",
        "--results",
        file,
    ];
    let mut child = shell.command(&first).spawn().unwrap();
    let began = Instant::now();
    while std::fs::read_to_string(&results).map_or(0, |text| text.lines().count()) < 200 {
        assert!(began.elapsed() < Duration::from_secs(20), "no results");
        std::thread::sleep(Duration::from_millis(5));
    }
    child.kill().unwrap();
    child.wait().unwrap();
    let taken_by_first = taken(&emulator);
    assert!((200..count).contains(&taken_by_first), "{taken_by_first}");

    // A new run does not overwrite what is known.
    assert_ne!(shell.run(&first).code, 0);

    let resume = [
        "send",
        "--file",
        input,
        "--concurrency",
        "8",
        "--json",
        "--resume",
        file,
    ];
    let ended = shell.run(&resume);
    let summary = ended.object()["summary"].clone();
    let left = summary["left_in_doubt"].as_u64().unwrap_or_default();
    assert!(left <= 8, "{summary}");
    assert_eq!(ended.code, if left == 0 { 0 } else { 8 });
    let total = taken(&emulator);
    assert!(total <= count, "{total}: a message was sent twice");
    assert!(
        total as u64 + left >= count as u64,
        "{total} and {left} in doubt"
    );

    // Whoever asks for it gets the rest too, and only that.
    let ended = shell.run(&[&resume[..], &["--retry", "in-doubt"]].concat());
    assert_eq!(ended.code, 0, "{}", ended.stdout);
    assert_eq!(ended.object()["summary"]["accepted"].as_u64(), Some(left));
    assert!(taken(&emulator) >= count);
    let again = shell.run(&resume).object();
    assert_eq!(again["summary"]["skipped"], count);
    println!(
        "resume: {count} messages, killed after {taken_by_first}, {left} in doubt, 0 sent twice unasked"
    );

    let edited = messages(count).replace("number 0\"", "number zero\"");
    std::fs::write(input, edited).unwrap();
    assert_eq!(
        shell.run(&resume).code,
        3,
        "another input than the first run's"
    );
}

#[test]
fn what_is_in_doubt_is_not_sent_again() {
    let emulator = Emulator::start();
    let shell = emulator.shell();
    // The emulator takes the first and loses its answer, and refuses the second.
    let input = messages(2)
        .replacen("447700900000", "447700960602", 1)
        .replacen("447700900000", "447700960402", 1);
    let input = shell.file("messages.ndjson", &input);
    let input = input.to_str().unwrap();
    let file = shell.path("results.ndjson");
    let file = file.to_str().unwrap();
    let ended = shell.run(&["send", "--file", input, "--json", "--results", file]);
    assert_eq!(ended.code, 8);
    let resume = ["send", "--file", input, "--json", "--resume", file];
    let ended = shell.run(&resume);
    let summary = &ended.object()["summary"];
    assert_eq!(summary["left_in_doubt"], 1, "{summary}");
    assert_eq!(summary["rejected"], 1, "{summary}");
    assert_eq!(taken(&emulator), 1);
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

#[test]
fn a_rate_is_kept() {
    let emulator = Emulator::start();
    let began = Instant::now();
    let ended = emulator.shell().run_with(
        &["send", "--file", "-", "--rate", "50", "--json"],
        &messages(40),
    );
    assert_eq!(ended.code, 0);
    assert!(
        began.elapsed() >= Duration::from_millis(740),
        "{:?}",
        began.elapsed()
    );
}
