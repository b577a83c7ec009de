//! Tables and files as spreadsheets, editors and shells save them.

use serde_json::Value;

use crate::batch::taken;
use crate::shell::{Emulator, Ended, Shell};

const TEMPLATE: &str = r#"{"channel":"sms","message_type":"text","from":"Shop","to":"{{phone}}","text":"Dear {{name}}"}"#;
const V0_1: &str = r#"{"from":{"type":"sms","number":"447700900001"},"to":{"type":"sms","number":"{{phone}}"},"message":{"content":{"type":"text","text":"Dear {{name}}"}}}"#;

fn send(shell: &Shell, table: impl AsRef<[u8]>, more: &[&str]) -> Ended {
    send_with(shell, TEMPLATE, table, more)
}

fn send_with(shell: &Shell, template: &str, table: impl AsRef<[u8]>, more: &[&str]) -> Ended {
    shell.file("template.json", template);
    std::fs::write(shell.path("people.csv"), table).unwrap();
    let arguments = ["send", "--csv", "people.csv", "--template", "template.json"];
    shell.run(&[&arguments[..], more].concat())
}

fn messages(ended: &Ended) -> Value {
    ended.object()["dry_run"]["messages"].clone()
}

#[test]
fn rows_without_a_value_are_left_out() {
    let shell = Shell::new();
    for (table, count) in [
        ("phone,name\n447700900010,Ann\n,\n,\n", 1),
        (
            "phone,name\n,\n447700900010,Ann\n , \n447700900011,Bob\n",
            2,
        ),
        ("phone;name;\r\n447700900010;Ann;\r\n;;\r\n", 1),
        ("phone,name\n447700900010,Ann,,\n\"\",\"\"\n", 1),
        ("phone\tname\n\t\n447700900010\tAnn\n", 1),
    ] {
        let ended = send(&shell, table, &["--dry-run", "--json"]);
        assert_eq!(ended.code, 0, "{table:?}: {}", ended.stdout);
        assert_eq!(messages(&ended), count, "{table:?}");
    }
}

#[test]
fn the_separator_is_detected_or_named() {
    let shell = Shell::new();
    for (table, more) in [
        ("phone;name\r\n447700900010;Ann\r\n", &[][..]),
        ("name\tphone\nAnn\t447700900010\n", &[]),
        ("\u{feff}\"phone\";\"name\"\n447700900010;\"a, b\"\n", &[]),
        ("phone,\"name; first\",name\n447700900010,a;b,Ann\n", &[]),
        ("phone|name\n447700900010|Ann\n", &["--delimiter", "|"]),
        ("phone\tname\n447700900010\tAnn\n", &["--delimiter", "tab"]),
        // The first line that Excel writes to name the separator.
        ("sep=;\r\nphone;name\r\n447700900010;Ann\r\n", &[]),
        ("\u{feff}sep=|\nphone|name\n447700900010|Ann\n", &[]),
        ("sep=\t\nphone\tname\n447700900010\tAnn\n", &[]),
        (
            "sep=;\nphone,name\n447700900010,Ann\n",
            &["--delimiter", ","],
        ),
        ("sep=;\nphone;name\n447700900010;Ann\n", &[]),
    ] {
        let ended = send(&shell, table, &[&["--dry-run", "--json"], more].concat());
        assert_eq!(ended.code, 0, "{table:?}: {}", ended.stderr);
        assert_eq!(messages(&ended), 1, "{table:?}");
    }
    for (table, more, parts) in [
        (
            "phone;name\n1;Ann\n",
            &["--delimiter", ","][..],
            ["`,`", "`phone;name`"],
        ),
        ("phone|name\n1|Ann\n", &[], ["`phone|name`", "--delimiter"]),
        ("number,name\n1,Ann\n", &[], ["`phone`", "`number`, `name`"]),
        (
            "447700900010,Ann\n447700900011,Bob\n",
            &[],
            ["not a header", "`phone`"],
        ),
        ("Ann;+447700900010\n", &[], ["not a header", "`name`"]),
        ("447700900010\tAnn\n", &[], ["not a header", "`phone`"]),
        ("ann@example.com,Ann\n", &[], ["not a header", "`phone`"]),
        ("", &[], ["is empty", "first line"]),
        (
            "phone,name,phone\n447700900010,Ann,447700900011\n",
            &[],
            ["several columns named `phone`", "its own name"],
        ),
        (
            "Name;phone;name;name\nA;447700900010;B;C\n",
            &[],
            ["several columns named `name`", "its own name"],
        ),
    ] {
        let ended = send(&shell, table, &[&["--dry-run"], more].concat());
        assert_eq!(ended.code, 3, "{table:?}: {}", ended.stderr);
        for part in parts {
            assert!(ended.stderr.contains(part), "{part}: {}", ended.stderr);
        }
        assert!(!ended.stderr.contains("44770090001"), "{}", ended.stderr);
    }
    let ended = send(&shell, "phone,name\n", &["--dry-run", "--delimiter", "abc"]);
    assert_eq!(ended.code, 2);
}

#[test]
fn a_bad_cell_is_named_by_its_line_and_column() {
    let shell = Shell::new()
        .with("VONAGE_API_KEY", "a1b2c3d4")
        .with("VONAGE_API_SECRET", "secret");
    for (table, parts) in [
        // Behind a cell of two lines, and behind a row that is left out.
        (
            &b"phone,name\n447700900010,\"Ann\nMary\"\n,\n,Bob\n"[..],
            "line 5, column phone: nothing is there",
        ),
        (
            b"phone,name\n447700900010,Ann\n\n ,Bob\n",
            "line 4, column phone: nothing is there",
        ),
        (
            b"name;phone\r\nAnn;447700900010\r\nBob;\r\n",
            "line 3, column phone: nothing is there",
        ),
        (
            b"phone,name\n07700900010,Ann\n",
            "line 2, column phone: must begin with a country code",
        ),
        (
            b"phone,name\n+447700900010,Ann\n",
            "line 2, column phone: must be",
        ),
        (
            b"phone,name\n4.47701E+11,Ann\n",
            "line 2, column phone: a spreadsheet has rounded",
        ),
        (
            b"phone;name\n4,47701E+11;Ann\n",
            "line 2, column phone: a spreadsheet has rounded",
        ),
        (
            b"phone\tname\n4.5E11\tAnn\n",
            "line 2, column phone: a spreadsheet has rounded",
        ),
        (
            b"phone,name\n'447700900010,Ann\n",
            "line 2, column phone: begins with an apostrophe",
        ),
        (
            b"name;phone\nAnn;'+447700900010\n",
            "line 2, column phone: begins with an apostrophe",
        ),
        (
            "phone,name\n447700900011,Ann\n\u{2019}447700900010,Bob\n".as_bytes(),
            "line 3, column phone: begins with an apostrophe",
        ),
        (
            "phone,name\n447700900010\u{a0},Ann\n".as_bytes(),
            "line 2, column phone: has a space or another character that is not visible",
        ),
        (
            b"sep=;\r\nphone;name\r\n447700900010;Ann\r\n 447700900011;Bob\r\n",
            "line 4, column phone: has a space",
        ),
        (
            b"phone,name\n#N/A,Ann\n",
            "line 2, column phone: holds an error",
        ),
        (
            b"phone,name\n447700900010.0,Ann\n",
            "line 2, column phone: a spreadsheet or program",
        ),
        (
            b"phone,name\n447700900010,Ann\n447700900011,Ren\xe9\n",
            "line 3, column name: is not valid UTF-8",
        ),
        (
            b"phone,name\r447700900010,Ann\r447700900011,Zo\xeb\r",
            "line 3, column name: is not valid UTF-8",
        ),
        (
            b"phone;name;note\n447700900010;Ann;10 \x80\n",
            "line 2, column note: is not valid UTF-8",
        ),
        (
            b"phone\tname\n447700900010\tAnn\tb\tc\n",
            "line 2: the row has 4 cells, and the header has 2",
        ),
        (
            b"phone,name\n447700900010,Ann,extra\n",
            "line 2: the row has 3 cells, and the header has 2",
        ),
        (
            b"phone,name\n447700900010\n",
            "line 2: the row has 1 cell, and the header has 2",
        ),
    ] {
        for template in [TEMPLATE, V0_1] {
            for more in [&[][..], &["--dry-run"]] {
                let ended = send_with(&shell, template, table, more);
                assert_eq!(ended.code, 3, "{parts}: {}", ended.stderr);
                assert!(ended.stderr.contains(parts), "{parts}: {}", ended.stderr);
                assert!(!ended.stderr.contains("44770090001"), "{}", ended.stderr);
            }
        }
    }
}

#[test]
fn each_bad_row_is_an_object_and_none_is_sent_unless_it_may_be_skipped() {
    for (template, table) in [
        (
            TEMPLATE,
            "phone,name\n+447700900010,Ann\n447700900011,Bob\n,Cid\n",
        ),
        (
            V0_1,
            "name;phone\nAnn;07700900010\nBob;447700900011\nCid;4,47701E+11\n",
        ),
        (
            TEMPLATE,
            "phone\tname\n'447700900010\tAnn\n447700900011\tBob\n44 7700 900012\tCid\n",
        ),
    ] {
        bad_rows_are_objects(template, table);
    }
}

/// A table whose first and third rows have bad phone numbers.
fn bad_rows_are_objects(template: &str, table: &str) {
    let emulator = Emulator::start();
    let shell = emulator.shell();
    let file = r#"
{"channel":"sms","message_type":"text","from":"Shop","to":"+447700900010","text":"Ann"}
{"channel":"sms","message_type":"text","from":"Shop","to":"447700900011","text":"Bob"}
nonsense"#;
    shell.file("messages.ndjson", file);
    let runs = |more: &[&str]| {
        let more = [&["--json"], more].concat();
        let by_file = [&["send", "--file", "messages.ndjson"][..], &more].concat();
        [
            send_with(&shell, template, table, &more),
            shell.run(&by_file),
        ]
    };
    for more in [&["--dry-run"][..], &[]] {
        for ended in runs(more) {
            assert_eq!(ended.code, 3, "{more:?}: {}{}", ended.stdout, ended.stderr);
            let objects = ended.objects();
            let places: Vec<_> = objects
                .iter()
                .filter(|object| object["outcome"] == "invalid")
                .map(|object| (object["index"].as_u64(), object["line"].as_u64()))
                .collect();
            assert_eq!(
                places,
                [(Some(0), Some(2)), (Some(2), Some(4))],
                "{}",
                ended.stdout
            );
            let last = &objects[objects.len() - 1];
            assert!(
                [&last["dry_run"]["invalid"], &last["summary"]["invalid"]].contains(&&2.into())
            );
        }
    }
    let column = &runs(&["--dry-run"])[0].objects()[1]["problems"][0]["column"];
    assert_eq!(column, "phone");
    assert_eq!(taken(&emulator), 0);
    for ended in runs(&["--skip-invalid"]) {
        assert_eq!(ended.code, 8, "{}{}", ended.stdout, ended.stderr);
        let summary = ended.object()["summary"].clone();
        assert_eq!(
            (&summary["accepted"], &summary["invalid"]),
            (&1.into(), &2.into())
        );
    }
    assert_eq!(taken(&emulator), 2);
}

#[test]
fn recipients_with_several_rows_are_listed_by_their_lines() {
    let shell = Shell::new();
    let twice =
        "phone,name\n447700900010,Ann\n447700900011,Bob\n,\n447700900010,Ann\n447700900010,Ann\n";
    for (template, table, lines) in [
        (TEMPLATE, twice, Some("lines 2, 5, 6")),
        (
            V0_1,
            "phone;name\n447700900010;Ann\n 447700900010;Bob\n",
            Some("lines 2, 3"),
        ),
        (
            TEMPLATE,
            "name\tphone\nAnn\t447700900010\nBob\t447700900011\nCid\t447700900012\nBob\t447700900011\n",
            Some("lines 3, 5"),
        ),
        (
            TEMPLATE,
            "phone,name\n447700900010,Ann\n447700900011,Ann\n",
            None,
        ),
        (&TEMPLATE.replace("{{phone}}", "447700900010"), twice, None),
    ] {
        let ended = send_with(&shell, template, table, &["--dry-run"]);
        assert_eq!(
            ended.stderr.contains("with more than one row"),
            lines.is_some(),
            "{}",
            ended.stderr
        );
        assert!(
            ended.stderr.contains(lines.unwrap_or_default()),
            "{}",
            ended.stderr
        );
        assert!(!ended.stderr.contains("44770090001"), "{}", ended.stderr);
        let more = ["--dry-run", "--allow-duplicates", "--json"];
        let ended = send_with(&shell, template, table, &more);
        assert!(
            !ended.stderr.contains("with more than one row"),
            "{}",
            ended.stderr
        );
    }
    let ended = send(&shell, twice, &["--dry-run", "--json"]);
    assert_eq!((ended.code, messages(&ended)), (0, 4.into()));
}

#[test]
fn an_empty_text_is_refused_before_it_is_sent() {
    let emulator = Emulator::start();
    let shell = emulator.shell();
    let table = "phone,name\n447700900010,\n";
    for template in [TEMPLATE, V0_1].map(|template| template.replace("Dear ", "")) {
        for more in [&[][..], &["--dry-run"]] {
            let ended = send_with(&shell, &template, table, more);
            assert_eq!(ended.code, 3, "{template}: {}", ended.stderr);
            let place = "line 2, column name: must be at least 1";
            assert!(ended.stderr.contains(place), "{}", ended.stderr);
        }
        let message = template.replace("{{phone}}", "447700900010");
        shell.file("in", &message.replace("{{name}}", ""));
        for arguments in [&["check", "in"][..], &["send", "--file", "in"]] {
            let ended = shell.run(arguments);
            assert_eq!(ended.code, 3, "{template}: {}", ended.stderr);
            let said = format!("{}{}", ended.stdout, ended.stderr);
            assert!(said.contains("text must be at least 1"), "{said}");
        }
    }
    assert_eq!(taken(&emulator), 0);
}

#[test]
fn utf_16_is_named_by_every_command_that_reads_texts() {
    let shell = Shell::new();
    let utf_16 = |text: &str, order: fn(u16) -> [u8; 2]| -> Vec<u8> {
        text.encode_utf16().flat_map(order).collect()
    };
    let message = TEMPLATE.replace("{{phone}}", "447700900010");
    let table = "phone\tname\n447700900010\tAnn\n";
    for (mark, order) in [
        ("\u{feff}", u16::to_le_bytes as fn(u16) -> [u8; 2]),
        ("\u{feff}", u16::to_be_bytes),
        ("", u16::to_le_bytes),
        ("", u16::to_be_bytes),
    ] {
        let write = |name: &str, text: &str| {
            std::fs::write(shell.path(name), utf_16(&format!("{mark}{text}"), order)).unwrap();
        };
        write("in", &message);
        write("people.csv", table);
        shell.file("template.json", TEMPLATE);
        for arguments in [
            &["check", "in"][..],
            &["check", "--ndjson", "in"],
            &["send", "--file", "in", "--dry-run"],
            &["workflow", "--file", "in", "--dry-run"],
            &["upgrade", "in"],
            &["preview", "in"],
            &[
                "send",
                "--csv",
                "people.csv",
                "--template",
                "template.json",
                "--dry-run",
            ],
            &[
                "send",
                "--csv",
                "template.json",
                "--template",
                "in",
                "--dry-run",
            ],
            &[
                "send",
                "rcs",
                "--from",
                "Shop",
                "--to",
                "447700900010",
                "--card",
                "@in",
                "--dry-run",
            ],
            &["trigger", "inbound", "--file", "in"],
            &["emulator", "--config", "in"],
        ] {
            let ended = shell.run(arguments);
            assert_eq!(ended.code, 3, "{arguments:?}: {}", ended.stderr);
            let said = format!("{}{}", ended.stdout, ended.stderr);
            assert!(said.contains("UTF-16"), "{arguments:?}: {said}");
        }
    }
}

#[test]
fn a_byte_order_mark_is_left_out_by_every_command() {
    let shell = Shell::new();
    let message = TEMPLATE.replace("{{phone}}", "447700900010");
    let old = V0_1.replace("{{phone}}", "447700900010");
    let workflow = format!(r#"{{"template":"failover","workflow":[{old}]}}"#);
    for (name, text) in [
        ("in", message.as_str()),
        ("lines", &format!("{message}\n\u{feff}{message}\n")),
        ("old", &old),
        ("workflow", &workflow),
        ("template.json", TEMPLATE),
        ("people.csv", "phone,name\n447700900010,Ann\n"),
    ] {
        shell.file(name, &format!("\u{feff}{text}"));
    }
    for arguments in [
        &["check", "in"][..],
        &["check", "--ndjson", "lines"],
        &["send", "--file", "in", "--dry-run"],
        &["send", "--file", "lines", "--dry-run"],
        &["workflow", "--file", "workflow", "--dry-run"],
        &["upgrade", "old"],
        &["upgrade", "workflow"],
        &["preview", "in"],
        &[
            "send",
            "--csv",
            "people.csv",
            "--template",
            "template.json",
            "--dry-run",
        ],
    ] {
        let ended = shell.run(arguments);
        assert_eq!(
            ended.code, 0,
            "{arguments:?}: {}{}",
            ended.stdout, ended.stderr
        );
    }
}

#[test]
fn json_in_another_encoding_is_named() {
    let shell = Shell::new();
    let message: Vec<u8> = TEMPLATE
        .replace("{{phone}}", "447700900010")
        .replace("{{name}}", "René")
        .chars()
        .map(|c| u8::try_from(c).unwrap())
        .collect();
    let array = [b"[", &message[..], b"]"].concat();
    for input in [&message, &array] {
        std::fs::write(shell.path("in"), input).unwrap();
        for arguments in [
            &["check", "in"][..],
            &["send", "--file", "in", "--dry-run"],
            &["upgrade", "in"],
            &["preview", "in"],
        ] {
            let ended = shell.run(arguments);
            assert_eq!(ended.code, 3, "{arguments:?}");
            let said = format!("{}{}", ended.stdout, ended.stderr);
            assert!(said.contains("not valid UTF-8"), "{arguments:?}: {said}");
        }
    }
}
