//! Tables whose quotes or cells are not in order: refused with their place before anything is sent.

use crate::shell::{Emulator, Ended};

const SMS: &str = r#"{"channel":"sms","message_type":"text","from":"447700900001","to":"{{to}}","text":"{{text}}"}"#;
const MESSENGER: &str = r#"{"channel":"messenger","message_type":"text","from":"{{from}}","to":"{{to}}","text":"{{text}}"}"#;
const V0_1: &str = r#"{"from":{"type":"messenger","id":"page"},"to":{"type":"messenger","id":"{{to}}"},"message":{"content":{"type":"text","text":"{{text}}"}}}"#;

fn send(emulator: &Emulator, template: &str, table: &str, more: &[&str]) -> Ended {
    let shell = emulator.shell();
    shell.file("template.json", template);
    shell.file("people.csv", table);
    let arguments = [
        "send",
        "--csv",
        "people.csv",
        "--template",
        "template.json",
        "--json",
    ];
    shell.run(&[&arguments[..], more].concat())
}

/// Rows behind a mistake.
fn rows() -> String {
    (0..9)
        .map(|row| format!("4477009000{row:02},Hello {row}\n"))
        .collect()
}

#[test]
fn a_mistake_of_a_table_is_refused_with_its_line() {
    let emulator = Emulator::start();
    let (rows, long) = (rows(), "x".repeat(70_000));
    for (template, table, parts) in [
        // All rows behind the quote would be one text for one recipient.
        (
            SMS,
            format!("to,text\n{rows}447700900050,\"Hello\n{rows}"),
            ["line 11", "column text", "is not closed"],
        ),
        (
            SMS,
            format!("to,text\n{rows}\"447700900050,Hello\n"),
            ["line 11", "column to", "is not closed"],
        ),
        (
            SMS,
            format!("to,\"text\n{rows}"),
            ["people.csv", "line 1", "is not closed"],
        ),
        // The next quote closes the cell in its stead.
        (
            SMS,
            format!("to,text\n447700900050,\"Hello\n{rows}447700900051,\"Dear you\"\n{rows}"),
            ["line 2", "column text", "closing quote"],
        ),
        (
            SMS,
            format!("to,text\n447700900050,\"{long}\"\n{rows}"),
            ["line 2", "column text", "longer than any message"],
        ),
        (
            SMS,
            format!("to,text\n447700900050,{long}"),
            ["line 2", "column text", "longer than any message"],
        ),
        // Free texts that are addresses.
        (
            MESSENGER,
            "from,to,text\npage,user-1,Hello\n\"page\n2\",user-2,Hello\n".to_owned(),
            ["line 3", "column from", "line break"],
        ),
        (
            MESSENGER,
            "from,to,text\npage,\"user-1,Hello\npage,user-2,Hello\npage,user-3\",Hello\n"
                .to_owned(),
            ["line 2", "column to", "line break"],
        ),
        (
            V0_1,
            "to,text\r\n\"user-1\r\nuser-2\",Hello\r\n".to_owned(),
            ["line 2", "column to", "line break"],
        ),
    ] {
        for more in [&[][..], &["--dry-run"], &["--results", "results"]] {
            let ended = send(&emulator, template, &table, more);
            assert_eq!(
                ended.code, 3,
                "{parts:?} {more:?}: {}{}",
                ended.stdout, ended.stderr
            );
            for part in parts {
                assert!(ended.stderr.contains(part), "{part}: {}", ended.stderr);
            }
            assert!(!ended.stderr.contains("4477"), "{}", ended.stderr);
        }
    }
    assert_eq!(emulator.received().len(), 0);
}

#[test]
fn what_is_in_order_is_sent() {
    let emulator = Emulator::start();
    let table = "to,text,unused\n447700900010,\"Two\nlines, \"\"quoted\"\"\",\"a\nb\"\n447700900011,5\" wide,\n";
    let ended = send(&emulator, SMS, table, &[]);
    assert_eq!(ended.code, 0, "{}", ended.stderr);
    let texts = emulator.texts();
    for text in ["Two\nlines, \"quoted\"", "5\" wide"] {
        assert!(texts.iter().any(|sent| sent == text), "{texts:?}");
    }
}
