//! The knowledge of a second run about the first: whatever the disk, the input or a retry did in between, no message
//! that may have arrived is resent without a request.

use std::collections::HashMap;
use std::path::Path;

use serde_json::Value;

use crate::shell::{Emulator, Ended, Shell};

fn message(to: &str) -> String {
    format!(
        r#"{{"channel":"sms","message_type":"text","from":"447700900001","to":"{to}","text":"Hello"}}"#
    ) + "\n"
}

/// The emulator accepts it and loses its response.
const IN_DOUBT: &str = "447700960602";

fn send(shell: &Shell, how: &str, input: &Path, results: &Path, more: &[&str]) -> Ended {
    let (input, results) = (input.to_str().unwrap(), results.to_str().unwrap());
    let arguments = ["send", "--json", "--file", input, how, results];
    shell.run(&[&arguments[..], more].concat())
}

fn summary(ended: &Ended) -> HashMap<String, Value> {
    serde_json::from_value(ended.object()["summary"].clone()).expect(&ended.stdout)
}

/// A first run on a disk that is soon full: no file grows beyond one block, so that a few results fit, and the next one is
/// cut off in its midst.
#[cfg(unix)]
fn send_on_full_disk(shell: &Shell, input: &Path, results: &Path) -> Ended {
    let (input, results) = (input.to_str().unwrap(), results.to_str().unwrap());
    let arguments = [
        "send",
        "--json",
        "--skip-invalid",
        "--concurrency",
        "4",
        "--file",
        input,
        "--results",
        results,
    ];
    let command = shell.command(&arguments);
    let variables = command.get_envs();
    let output = std::process::Command::new("/bin/sh")
        .args(["-c", "trap '' XFSZ; ulimit -f 1; exec \"$@\"", "sh"])
        .arg(command.get_program())
        .args(command.get_args())
        .env_clear()
        .envs(variables.filter_map(|(name, value)| Some((name, value?))))
        .current_dir(command.get_current_dir().unwrap())
        .output()
        .unwrap();
    Ended {
        code: output.status.code().unwrap(),
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
    }
}

#[cfg(unix)]
#[test]
fn a_full_disk_leaves_the_proof_and_tells_the_ids() {
    const COUNT: usize = 20;
    let emulator = Emulator::start();
    let shell = emulator.shell();
    let text: String = (0..COUNT)
        .map(|index| message(&format!("4479{index:08}")))
        .collect();
    let input = shell.file("messages.ndjson", &text);
    let results = shell.path("results.ndjson");
    let ended = send_on_full_disk(&shell, &input, &results);
    let remarks = &ended.stderr;
    assert_eq!(ended.code, 1, "{remarks}");
    assert!(
        remarks.contains("the results cannot be written"),
        "{remarks}"
    );
    assert!(remarks.contains("in doubt: "), "{remarks}");
    let told = ended.objects();
    assert!(
        told.iter()
            .all(|settled| settled["message_uuid"].is_string())
    );
    let received = emulator.received().len();
    assert_eq!(told.len(), received, "an accepted message's id is lost");
    assert!((1..COUNT).contains(&received), "{received}");
    assert!(shell.path("results.ndjson.pending").exists());

    let ended = send(&shell, "--resume", &input, &results, &[]);
    let left = summary(&ended)["left_in_doubt"].as_u64().unwrap();
    assert!((1..=4).contains(&left), "{left}");
    let received = emulator.received();
    assert_eq!(received.len(), COUNT);
    assert!(received.values().all(|count| *count == 1), "{received:?}");
}

#[cfg(unix)]
#[test]
fn a_full_disk_puts_nothing_in_doubt_that_was_never_sent() {
    let shell = Emulator::start().shell();
    let input = shell.file("messages.ndjson", &"nonsense\n".repeat(20));
    let ended = send_on_full_disk(&shell, &input, &shell.path("results.ndjson"));
    let remarks = &ended.stderr;
    assert_eq!(ended.code, 1, "{remarks}");
    assert!(
        remarks.contains("the results cannot be written"),
        "{remarks}"
    );
    assert!(!remarks.contains("in doubt:"), "{remarks}");
    assert!(!shell.path("results.ndjson.pending").exists());
}

#[test]
fn a_damaged_or_wrong_input_does_not_undo_what_is_known() {
    let emulator = Emulator::start();
    let shell = emulator.shell();
    let right = message("447700900000") + &message(IN_DOUBT);
    let input = shell.file("messages.ndjson", &right);
    let results = shell.path("results.ndjson");
    assert_eq!(send(&shell, "--results", &input, &results, &[]).code, 8);
    let known = std::fs::read(&results).unwrap();
    for (wrong, more) in [
        ("nonsense\n".to_owned() + &message(IN_DOUBT), &[][..]),
        (message("447700900000") + "{}\n", &[]),
        (message("447700900000") + "{}\n", &["--retry", "in-doubt"]),
        ("[".to_owned(), &[]),
    ] {
        let wrong = shell.file("wrong.ndjson", &wrong);
        let ended = send(&shell, "--resume", &wrong, &results, more);
        assert_eq!(ended.code, 3, "{}", ended.stdout);
        assert!(
            ended.stderr.contains("differs from the one"),
            "{}",
            ended.stderr
        );
        assert_eq!(std::fs::read(&results).unwrap(), known);
    }
    let summary = summary(&send(&shell, "--resume", &input, &results, &[]));
    assert_eq!(
        (&summary["skipped"], &summary["left_in_doubt"]),
        (&1.into(), &1.into())
    );
    assert!(emulator.received().values().all(|count| *count == 1));

    // The same for lines that an earlier version wrote.
    let line = r#"{"index":0,"outcome":"invalid","digest":0}"#;
    let damaged = String::from_utf8(known).unwrap() + line + "\n";
    std::fs::write(&results, damaged).unwrap();
    send(&shell, "--resume", &input, &results, &[]);
    assert!(emulator.received().values().all(|count| *count == 1));
}

#[test]
fn a_retry_that_fails_leaves_the_doubt() {
    let refusing = crate::fake::serve(|_| (402, "{}".to_owned()));
    // Port 1 has no listener.
    for (elsewhere, outcome) in [("http://127.0.0.1:1", "not_sent"), (&refusing, "rejected")] {
        let emulator = Emulator::start();
        let shell = emulator.shell();
        let input = shell.file("messages.ndjson", &message(IN_DOUBT));
        let results = shell.path("results.ndjson");
        let first = send(&shell, "--results", &input, &results, &[]);
        assert_eq!(summary(&first)["in_doubt"], 1);
        let retry = ["--retry", "in-doubt", "--endpoint", elsewhere];
        let second = send(&shell, "--resume", &input, &results, &retry);
        assert_eq!(summary(&second)[outcome], 1, "{}", second.stdout);
        let third = send(&shell, "--resume", &input, &results, &[]);
        assert_eq!(summary(&third)["left_in_doubt"], 1, "{}", third.stdout);
        assert_eq!(emulator.received()[IN_DOUBT], 1, "{outcome}");
    }
}

#[test]
fn a_batch_does_not_read_what_it_writes() {
    let shell = Emulator::start().shell();
    let file = shell.file("messages.ndjson", "nonsense\n");
    let other = shell.path("./messages.ndjson");
    for (how, results) in [
        ("--results", &file),
        ("--resume", &file),
        ("--resume", &other),
    ] {
        let ended = send(&shell, how, &file, results, &[]);
        assert_eq!(ended.code, 2, "{how}: {}", ended.stderr);
        assert!(ended.stderr.contains("--file"), "{}", ended.stderr);
    }
    // The input may be the journal as well.
    let journal = shell.file("results.ndjson.pending", "nonsense\n");
    let ended = send(
        &shell,
        "--results",
        &journal,
        &shell.path("results.ndjson"),
        &[],
    );
    assert_eq!(ended.code, 2, "{}", ended.stderr);
    assert_eq!(std::fs::read_to_string(&file).unwrap(), "nonsense\n");
}

#[test]
fn a_mistyped_input_leaves_nothing_behind() {
    let emulator = Emulator::start();
    let shell = emulator.shell();
    let input = shell.file("messages.ndjson", &message("447700900000"));
    let results = shell.path("results.ndjson");
    let mistyped = shell.path("mesages.ndjson");
    assert_eq!(send(&shell, "--results", &mistyped, &results, &[]).code, 1);
    assert!(!results.exists() && !shell.path("results.ndjson.pending").exists());
    assert_eq!(send(&shell, "--results", &input, &results, &[]).code, 0);
}

#[test]
fn a_journal_without_its_results_is_not_replaced() {
    let emulator = Emulator::start();
    let shell = emulator.shell();
    let input = shell.file("messages.ndjson", &message("447700900000"));
    let journal = shell.file("results.ndjson.pending", "0\n0 1\n");
    let results = shell.path("results.ndjson");
    let ended = send(&shell, "--results", &input, &results, &[]);
    assert_eq!(ended.code, 1, "{}", ended.stderr);
    assert!(ended.stderr.contains("hint"), "{}", ended.stderr);
    assert_eq!(std::fs::read_to_string(&journal).unwrap(), "0\n0 1\n");
    assert!(!results.exists());
    assert_eq!(emulator.received().len(), 0);

    // With its results it is that of a run that was killed.
    std::fs::write(&results, "").unwrap();
    let ended = send(&shell, "--results", &input, &results, &[]);
    assert_eq!(ended.code, 1, "{}", ended.stderr);
    assert!(
        ended.stderr.contains("hint: continue with --resume"),
        "{}",
        ended.stderr
    );
}
