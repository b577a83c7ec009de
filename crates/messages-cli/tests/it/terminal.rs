//! What a stranger wrote cannot act on the terminal, and secrets do not reach a log.

use crate::shell::{Emulator, Shell};

#[test]
fn control_characters_are_shown_not_obeyed() {
    let mut tried = 0;
    let dangerous = (0..0x20)
        .chain(0x7f..0xa0)
        .chain([0x200b, 0x200e, 0x202e, 0x2066, 0x2069, 0xfeff, 0xe0041])
        .filter_map(char::from_u32)
        // A NUL cannot stand in an argument.
        .filter(|c| *c != '\0');
    for c in dangerous {
        let text = format!("before{c}]52;c;Y2FuYXJ5{c}after");
        let ended = Shell::new().run(&["preview", "--text", &text]);
        let shown = format!("{}{}", ended.stdout, ended.stderr);
        assert!(!shown.contains(c) || c == '\n', "{c:?} in {shown:?}");
        tried += 1;
    }
    println!("terminal: {tried} characters tried, 0 obeyed");
}

#[test]
fn the_most_talkative_log_holds_no_secret_number_or_text() {
    let emulator = Emulator::start();
    for (name, value) in [
        ("basic", "VONAGE_API_SECRET"),
        ("jwt", "VONAGE_PRIVATE_KEY_PATH"),
    ] {
        for transport in ["hyper", "reqwest"] {
            let shell = emulator
                .shell()
                .with("RUST_LOG", "trace")
                .with("VONAGE_APPLICATION_ID", emulator.member("application_id"))
                .with(
                    "VONAGE_PRIVATE_KEY_PATH",
                    emulator.member("private_key_path"),
                );
            let ended = shell.run(&[
                "send",
                "sms",
                "--from",
                "447700900001",
                "--to",
                "447700900000",
                "--text",
                "canary text",
                "--auth",
                name,
                "--transport",
                transport,
            ]);
            assert_eq!(ended.code, 0, "{value}: {}", ended.stderr);
            assert!(ended.stderr.contains("TRACE"), "the log is on");
            for canary in [
                "emulator-secret",
                "canary text",
                "447700900000",
                "447700900001",
                "Bearer eyJ",
                "Basic ZW",
            ] {
                assert!(
                    !ended.stderr.contains(canary),
                    "{canary} is logged by {transport} with {name}"
                );
            }
        }
    }
}

/// Texts that would act on a terminal: every control and format character, in sequences that terminals obey.
fn hostile(count: usize) -> Vec<String> {
    let characters: Vec<char> = (0..0x20)
        .chain(0x7f..0xa0)
        .chain([
            0xad, 0x61c, 0x200b, 0x200e, 0x200f, 0x2028, 0x2029, 0xfeff, 0xe0041, 0x2800,
        ])
        .chain(0x202a..0x202f)
        .chain(0x2060..0x2070)
        .filter_map(char::from_u32)
        .collect();
    let sequences = [
        "",
        "]52;c;Y2FuYXJ5\u{7}",
        "]0;title\u{7}",
        "[2J[H",
        "[31m",
        "P+q\u{1b}\\",
        "\u{301}\u{301}",
    ];
    (0..count)
        .map(|index| {
            let c = characters[index % characters.len()];
            let sequence = sequences[index / characters.len() % sequences.len()];
            format!("{index}{c}{sequence}{c}end")
        })
        .collect()
}

fn is_raw(c: char) -> bool {
    c.is_control() && c != '\n'
        || matches!(c, '\u{ad}' | '\u{61c}' | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{e0041}')
}

#[test]
fn hostile_documents_are_harmless_to_people_and_lossless_to_machines() {
    let texts = hostile(2_000);
    // In a member's name, where a person sees it; in a value, where a machine gets it.
    let lines: Vec<String> = texts
        .iter()
        .map(|text| {
            let document = serde_json::json!({
                "channel": "sms", "message_type": "text", "from": "447700900001", "to": "447700900000",
                "text": text, text: 1,
            });
            format!("{document}\n")
        })
        .collect();
    let input = lines.concat();
    let shown = Shell::new().run_with(&["check", "--ndjson"], &input);
    assert!(shown.stdout.contains("is not in the catalogue"));
    let everything = format!("{}{}", shown.stdout, shown.stderr);
    assert_eq!(everything.chars().filter(|c| is_raw(*c)).count(), 0);
    assert!(
        shown.stdout.lines().count() == 2 * texts.len(),
        "a line end got through"
    );

    let machine = Shell::new().run_with(&["check", "--ndjson", "--json"], &input);
    assert_eq!(machine.stdout.chars().filter(|c| is_raw(*c)).count(), 0);
    let found = machine.objects();
    for (text, found) in texts.iter().zip(&found) {
        assert_eq!(found["value"]["text"], text.as_str());
    }

    let shell = Shell::new();
    let files: Vec<String> = texts
        .iter()
        .enumerate()
        .map(|(index, text)| {
            shell
                .file(&format!("{index}.txt"), text)
                .display()
                .to_string()
        })
        .collect();
    let mut arguments = vec!["preview"];
    arguments.extend(files.iter().map(String::as_str));
    let shown = shell.run(&arguments);
    assert_eq!(shown.code, 0, "{}", shown.stderr);
    assert_eq!(shown.stdout.chars().filter(|c| is_raw(*c)).count(), 0);
    println!(
        "terminal: {} strings through check and preview, 0 raw control characters, 0 lost in JSON",
        texts.len()
    );
}
