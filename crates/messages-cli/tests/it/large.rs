//! Inputs without an end: refused after a bounded part of them, whatever command reads them.

use std::io::Write as _;

use crate::shell::{Emulator, Ended, Shell};

/// More than any command may read.
const READ_MAX: usize = 16 << 20;
/// The whole input.
const COUNT: usize = 300 << 20;

/// Runs a command whose stdin begins with `head` and goes on with `x`; how it ended, and how much it read.
fn run(shell: &Shell, arguments: &[&str], head: &str, rest: &str) -> (Ended, usize) {
    let mut child = shell.command(arguments).spawn().unwrap();
    let mut input = child.stdin.take().unwrap();
    let (head, block) = (head.to_owned(), rest.repeat((64 << 10) / rest.len()));
    let writer = std::thread::spawn(move || {
        let mut written = 0;
        let mut result = input.write_all(head.as_bytes());
        while result.is_ok() && written < COUNT {
            result = input.write_all(block.as_bytes());
            written += block.len();
        }
        written
    });
    let output = child.wait_with_output().unwrap();
    let ended = Ended {
        code: output.status.code().unwrap(),
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
    };
    (ended, writer.join().unwrap())
}

#[test]
fn a_document_without_an_end_is_refused() {
    let emulator = Emulator::start();
    let shell = emulator.shell().with("VONAGE_SIGNATURE_SECRET", "secret");
    shell.file("authorization", "Bearer a.b.c");
    const TEXT: &str = r#"{"text":""#;
    let send = ["send", "--json", "--file", "-"];
    let dry_run = ["send", "--json", "--file", "-", "--dry-run"];
    let results = ["send", "--json", "--file", "-", "--results", "results"];
    for (arguments, head, rest, code) in [
        // An array's element, a document of several lines, and one of many small values.
        (&send[..], "[{\"text\":\"", "x", 8),
        (&send, "{\n\"text\":\"", "x", 8),
        (&send, "{\n\"text\":[", "1,", 8),
        (&send, "[[", "1,", 8),
        (&dry_run, "[{\"text\":\"", "x", 3),
        (&results, "{\n\"text\":\"", "x", 8),
        (&["check", "-"], "[", "{},\n", 3),
        (&["check", "-"], TEXT, "x", 3),
        (&["upgrade", "-"], TEXT, "x", 3),
        (&["preview", "-"], "", "x", 3),
        (&["workflow", "--file", "-"], TEXT, "x", 3),
        (
            &[
                "trigger",
                "inbound",
                "--channel",
                "sms",
                "--type",
                "text",
                "--from",
                "1",
                "--to",
                "2",
                "--file",
                "-",
            ],
            TEXT,
            "x",
            3,
        ),
        (&["webhook", "sign", "--body-file", "-"], TEXT, "x", 3),
        (
            &[
                "webhook",
                "verify",
                "--authorization-file",
                "authorization",
                "--body-file",
                "-",
            ],
            TEXT,
            "x",
            3,
        ),
        (&["jwt", "inspect", "-"], "", "x", 3),
        (
            &["emulator", "--port", "0", "--config", "-"],
            "",
            "# x\n",
            3,
        ),
        (
            &[
                "send",
                "sms",
                "--from",
                "447700900001",
                "--to",
                "447700900000",
                "--text",
                "-",
            ],
            "",
            "x",
            3,
        ),
    ] {
        let (ended, read) = run(&shell, arguments, head, rest);
        assert_eq!(
            ended.code, code,
            "{arguments:?}: {}{}",
            ended.stdout, ended.stderr
        );
        assert!(read < READ_MAX, "{arguments:?}: {read}");
        let told = format!("{}{}", ended.stdout, ended.stderr);
        assert!(
            told.contains("longer than any"),
            "{arguments:?}: {told:.300}"
        );
        assert!(
            told.contains("NDJSON")
                || told.contains("a line")
                || code == 8
                || arguments.contains(&"--dry-run"),
            "{told:.300}"
        );
    }
}

#[test]
fn a_line_without_an_end_does_not_stop_a_check() {
    let shell = Shell::new();
    let long = format!("{{\"text\":\"{}\"}}\n", "x".repeat(5 << 20));
    let ended = shell.run_with(
        &["check", "--ndjson", "--json"],
        &format!("{{}}\n{long}{{}}\n"),
    );
    assert_eq!(ended.code, 3);
    let lines: Vec<_> = ended
        .objects()
        .iter()
        .map(|report| report["line"].clone())
        .collect();
    assert_eq!(lines, [1, 2, 3]);
    assert!(
        ended.objects()[1]
            .to_string()
            .contains("longer than any document")
    );
}
