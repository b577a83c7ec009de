//! Untrusted text is escaped on the terminal, whichever command prints it.

use std::io::{BufRead, BufReader, Read};
use std::process::Stdio;

use serde_json::{Map, Value, json};

use crate::endurance::signal;
use crate::fake::{Client, serve};
use crate::shell::{Ended, SMS, Shell};

const COUNT: usize = 2_000;

/// Texts in one command line or one response, where each is a process.
const CHUNK: usize = 100;

/// Texts that would act on a terminal: every control and format character, in sequences that terminals obey.
fn hostile() -> Vec<String> {
    let characters: Vec<char> = (0..0x20)
        .chain(0x7f..0xa0)
        .chain([
            0xad, 0x34f, 0x61c, 0x115f, 0x180e, 0x200b, 0x200e, 0x200f, 0x2028, 0x2029, 0x2800,
            0x3164, 0xfeff, 0xfff9, 0xe0041,
        ])
        .chain(0x202a..0x202f)
        .chain(0x2060..0x2070)
        .filter_map(char::from_u32)
        .collect();
    let sequences = [
        "",
        "]52;c;Y2FuYXJ5\u{7}",
        "]0;title\u{7}",
        "]8;;http://example.com\u{1b}\\",
        "[2J[H",
        "[31m",
        "P+q\u{1b}\\",
        "\u{301}\u{301}\u{301}\u{301}\u{301}\u{301}\u{301}\u{301}\u{301}\u{301}",
    ];
    (0..COUNT)
        .map(|index| {
            let c = characters[index % characters.len()];
            let sequence = sequences[index / characters.len() % sequences.len()];
            format!("{index}{c}{sequence}{c}end")
        })
        .collect()
}

/// Returns `true` if a terminal may obey a character, hide it or let it reorder the line. The list is independent of the
/// program's.
fn is_raw(c: char) -> bool {
    c.is_control() && c != '\n'
        || matches!(c, '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{180e}' | '\u{200b}' | '\u{200e}' | '\u{200f}'
            | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{2800}' | '\u{3164}' | '\u{feff}' | '\u{fff9}'
            | '\u{e0041}')
}

/// That neither stream holds anything raw, and that what the texts have in common was shown so many times.
fn assert_harmless(command: &str, ended: &Ended, shown: usize) {
    let all = format!("{}{}", ended.stdout, ended.stderr);
    let raw = all.chars().filter(|c| is_raw(*c)).count();
    assert_eq!(raw, 0, "{command}: {raw} raw characters");
    let seen = all.matches("end").count();
    assert!(seen >= shown, "{command}: {seen} of {shown} texts shown");
    println!("terminal: {command}: {COUNT} strings, {seen} times shown, 0 raw control characters");
}

fn sms(text: &str) -> Value {
    json!({
        "channel": "sms", "message_type": "text", "from": "447700900001", "to": "447700900000",
        "text": text, text: 1,
    })
}

fn lines(values: impl Iterator<Item = Value>) -> String {
    values.map(|value| format!("{value}\n")).collect()
}

/// A shell whose requests get their responses from `answer`.
fn answered(answer: impl Fn(usize) -> (u16, String) + Send + Sync + 'static) -> Shell {
    Shell::new()
        .with("MESSAGES_ENDPOINT", &serve(answer))
        .with("VONAGE_API_KEY", "a1b2c3d4")
        .with("VONAGE_API_SECRET", "secret")
}

#[test]
fn documents() {
    let texts = hostile();
    let input = lines(texts.iter().map(|text| sms(text)));
    let shell = Shell::new();
    let checked = shell.run_with(&["check", "--ndjson"], &input);
    assert_harmless("check", &checked, COUNT);
    assert_eq!(
        checked.stdout.lines().count(),
        2 * COUNT,
        "a line end got through"
    );
    let machine = shell.run_with(&["check", "--ndjson", "--json"], &input);
    assert_eq!(machine.stdout.chars().filter(|c| is_raw(*c)).count(), 0);
    for (text, found) in texts.iter().zip(machine.objects()) {
        assert_eq!(found["value"]["text"], text.as_str(), "lost in JSON");
    }

    let unknown = lines(texts.iter().map(|text| {
        json!({"channel": text, "message_type": text, "from": text, "to": text, "text": text})
    }));
    let dry = shell.run_with(&["send", "--file", "-", "--dry-run"], &unknown);
    assert_eq!(dry.code, 3);
    assert_harmless("send --file --dry-run", &dry, 0);

    let mut table = String::from("number,text\n");
    for text in &texts {
        // A number that is none, so that the row is complained about.
        table.push_str(&format!("+\"{}\",x\n", text.replace('"', "\"\"")));
    }
    shell.file("people.csv", &table);
    shell.file("template.json", r#"{"channel":"sms","message_type":"text","from":"447700900001","to":"{{number}}","text":"{{text}}"}"#);
    let rows = shell.run(&["send", "--csv", "people.csv", "--template", "template.json"]);
    assert_harmless("send --csv", &rows, 0);

    let mut upgrade = vec!["upgrade".to_owned()];
    let mut preview = vec!["preview".to_owned()];
    for (index, text) in texts.iter().enumerate() {
        let message = json!({
            "from": {"type": "sms", "number": "447700900001"}, "to": {"type": "sms", "number": "447700900000"},
            "message": {"content": {"type": "text", "text": text}, text: 1},
        });
        shell.file(&format!("{index}.txt"), text);
        shell.file(&format!("{index}.json"), &message.to_string());
        preview.push(format!("{index}.txt"));
        upgrade.push(format!("{index}.json"));
    }
    let borrowed = |words: &[String]| {
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        shell.run(&words)
    };
    assert_harmless("upgrade", &borrowed(&upgrade), COUNT);
    let previewed = borrowed(&preview);
    assert_eq!(previewed.code, 0, "{}", previewed.stderr);
    assert_harmless("preview", &previewed, 0);
}

#[test]
fn answers_of_a_server() {
    let texts = hostile();
    // A response is not read without a limit, so each holds some of them.
    let problems: Vec<String> = texts
        .chunks(CHUNK)
        .map(|chunk| {
            let all = chunk.iter().map(|text| json!({"name": text, "reason": text}));
            let problem = json!({
                "type": "https://example.com/#1150", "title": chunk[1], "detail": chunk[2], "instance": chunk[3],
                "invalid_parameters": all.collect::<Vec<_>>(),
            });
            problem.to_string()
        })
        .collect();
    let shell = answered(move |index| (422, problems[index % problems.len()].clone()));
    let step = |kind: &str, from: Value| {
        json!({
            "from": from, "to": {"type": kind, "number": "447700900000"},
            "message": {"content": {"type": "text", "text": "Hello"}},
        })
    };
    let mut first = step(
        "viber_service_msg",
        json!({"type": "viber_service_msg", "id": "Shop"}),
    );
    first["failover"] = json!({"expiry_time": 600, "condition_status": "delivered"});
    let last = step("sms", json!({"type": "sms", "number": "447700900001"}));
    let workflow = json!({"template": "failover", "workflow": [first, last]}).to_string();
    let one = SMS;
    for (command, arguments, input) in [
        ("send", &one[..], ""),
        ("workflow", &["workflow", "--file", "-"], &workflow),
    ] {
        let all = repeated(|| {
            let ended = shell.run_with(arguments, input);
            assert_eq!(ended.code, 5, "{}", ended.stderr);
            ended
        });
        assert_harmless(command, &all, 2 * COUNT);
    }

    let each = texts.clone();
    let shell = answered(move |index| {
        let text = &each[index % each.len()];
        let problem = json!({"type": text, "title": text, "detail": text, "instance": text});
        (422, problem.to_string())
    });
    let input = lines((0..COUNT).map(|_| {
        json!({"channel": "sms", "message_type": "text", "from": "447700900001", "to": "447700900000", "text": "x"})
    }));
    let ended = shell.run_with(&["send", "--file", "-"], &input);
    assert_eq!(ended.code, 8, "{}", ended.stderr);
    assert_harmless("send --file", &ended, 2 * COUNT);

    let trigger = [
        "trigger",
        "inbound",
        "--channel",
        "sms",
        "--from",
        "447700900000",
        "--to",
        "447700900001",
        "--text",
        "Hi",
    ];
    let joined: Vec<String> = texts.chunks(CHUNK).map(<[String]>::concat).collect();
    let refusals = joined.clone();
    let refused = answered(move |index| (422, json!({"error": refusals[index]}).to_string()));
    let posted = answered(move |index| {
        let text = &joined[index];
        let posted =
            json!({"message_uuid": "m", "body": {"text": text}, "webhook": {"error": text}});
        (200, posted.to_string())
    });
    let all = repeated(|| refused.run(&trigger));
    assert_harmless("trigger (refused)", &all, COUNT);
    let all = repeated(|| posted.run(&trigger));
    assert_harmless("trigger", &all, 2 * COUNT);
}

/// The output of a command in as many runs as there are chunks.
fn repeated(mut run: impl FnMut() -> Ended) -> Ended {
    (0..COUNT / CHUNK).fold(Ended::default(), |mut all, _| {
        let ended = run();
        all.stdout += &ended.stdout;
        all.stderr += &ended.stderr;
        all
    })
}

#[test]
fn webhooks() {
    let texts = hostile();
    let forward = {
        let texts = texts.clone();
        serve(move |index| (200, texts[index % texts.len()].clone()))
    };
    let mut child = Shell::new()
        .command(&[
            "listen",
            "--port",
            "0",
            "--unverified",
            "--show",
            "--forward-to",
            &forward,
        ])
        .stdin(Stdio::null())
        .spawn()
        .unwrap();
    let mut remarks = BufReader::new(child.stderr.take().unwrap());
    let mut ready = String::new();
    remarks.read_line(&mut ready).unwrap();
    let url = ready
        .trim()
        .strip_prefix("listening on ")
        .unwrap()
        .to_owned();
    let mut output = child.stdout.take().unwrap();
    let reader = std::thread::spawn(move || {
        let mut text = String::new();
        output.read_to_string(&mut text).unwrap();
        text
    });
    let mut client = Client::connect(&url);
    for text in &texts {
        let event = json!({
            "message_uuid": text, "channel": "sms", "message_type": "text", "to": "447700900001", "from": text,
            "timestamp": text, "text": text,
        });
        let answer = client.ask("POST", b"/inbound", &event.to_string()).unwrap();
        assert!(answer.contains(" 200 "), "{answer}");
    }
    // A webhook may be answered before its line is printed: a terminated listener still prints it.
    signal(&child, "TERM");
    child.wait().unwrap();
    let ended = Ended {
        stdout: reader.join().unwrap(),
        ..Ended::default()
    };
    assert_eq!(
        ended.stdout.lines().count(),
        COUNT,
        "a line end got through"
    );
    assert_harmless("listen --show --forward-to", &ended, 4 * COUNT);

    let shell = Shell::new().with("VONAGE_API_KEY", "a1b2c3d4").with(
        "VONAGE_SIGNATURE_SECRET",
        "a secret of at least thirty-two bytes",
    );
    let event = json!({
        "message_uuid": "m", "channel": "sms", "message_type": "text", "to": "447700900001", "from": "447700900000",
        "timestamp": "2026-01-01T00:00:00Z", "text": texts.concat(),
    });
    shell.file("body.json", &event.to_string());
    let signed = shell.run(&["webhook", "sign", "--body-file", "body.json"]);
    shell.file("authorization", &signed.stdout);
    let verified = shell.run(&[
        "webhook",
        "verify",
        "--authorization-file",
        "authorization",
        "--body-file",
        "body.json",
    ]);
    assert_eq!(verified.code, 0, "{}", verified.stderr);
    assert_harmless("webhook verify", &verified, COUNT);
}

#[test]
fn tokens_profiles_and_requests() {
    let texts = hostile();
    let shell = Shell::new();
    let part = |value: &Value| base64url(value.to_string().as_bytes());
    let mut chunks = texts.chunks(CHUNK);
    let inspected = repeated(|| {
        let chunk = chunks.next().unwrap();
        let claims: Map<String, Value> = chunk
            .iter()
            .map(|text| (text.clone(), json!(text)))
            .collect();
        let head = json!({"alg": chunk[1], "typ": chunk[2], "kid": chunk[3]});
        let token = format!("{}.{}.AAAA", part(&head), part(&claims.into()));
        shell.run_with(&["jwt", "inspect"], &token)
    });
    assert_harmless("jwt inspect", &inspected, COUNT);

    let profiles: String = texts
        .iter()
        .map(|text| {
            let quoted: String = text
                .chars()
                .map(|c| match c {
                    'a'..='z' | '0'..='9' => c.to_string(),
                    c => format!("\\U{:08x}", u32::from(c)),
                })
                .collect();
            format!("[profiles.\"{quoted}\"]\nendpoint = \"{quoted}\"\napi_key = \"{quoted}\"\n")
        })
        .collect();
    std::fs::create_dir_all(shell.path(".config/messages")).unwrap();
    let file = shell.file(".config/messages/profiles.toml", &profiles);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o600)).unwrap();
    }
    let listed = shell.run(&["profile", "list"]);
    assert_eq!(listed.stdout.lines().count(), COUNT, "{}", listed.stderr);
    assert_harmless("profile list", &listed, 2 * COUNT);

    // Arguments are few and long here, since each command line is a process.
    for chunk in texts.chunks(CHUNK) {
        // A NUL cannot stand in an argument.
        let text = chunk.concat().replace('\0', "");
        let option = format!("--{text}");
        for arguments in [
            &[text.as_str()][..],
            &[option.as_str()],
            &["send", &text],
            &["explain", &text],
            &["--profile", &text, "doctor", "--offline"],
            &[
                "--endpoint",
                &text,
                "send",
                "sms",
                "--dry-run",
                "--from",
                &text,
                "--to",
                &text,
                "--text",
                &text,
            ],
            &[
                "send",
                "whatsapp",
                "--dry-run",
                "--from",
                "447700900001",
                "--to",
                "447700900000",
                "--text",
                &text,
            ],
            &["check", &text],
        ] {
            let ended = shell.run(arguments);
            let all = format!("{}{}", ended.stdout, ended.stderr);
            assert_eq!(
                all.chars().filter(|c| is_raw(*c)).count(),
                0,
                "{:?}",
                arguments[0]
            );
        }
    }
    println!("terminal: arguments: {COUNT} strings in 8 places, 0 raw control characters");

    let mut emulator = shell
        .command(&["emulator", "--port", "0"])
        .stdin(Stdio::null())
        .spawn()
        .unwrap();
    let mut output = BufReader::new(emulator.stdout.take().unwrap());
    let mut ready = String::new();
    output.read_line(&mut ready).unwrap();
    let url = ready.trim().rsplit(' ').next().unwrap().to_owned();
    let reader = std::thread::spawn(move || {
        let mut text = String::new();
        output.read_to_string(&mut text).unwrap();
        text
    });
    let mut client = Client::connect(&url);
    for text in &texts {
        let path = format!("/v1/messages/{text}");
        let path: Vec<u8> = path
            .bytes()
            .filter(|byte| *byte > b' ' && *byte != 0x7f)
            .collect();
        if client.ask("PATCH", &path, "{}").is_none() {
            client = Client::connect(&url);
        }
    }
    emulator.kill().unwrap();
    emulator.wait().unwrap();
    let ended = Ended {
        stdout: reader.join().unwrap(),
        ..Ended::default()
    };
    assert_harmless("emulator", &ended, 1);
}

fn base64url(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    bytes
        .chunks(3)
        .flat_map(|chunk| {
            let number = (0..3).fold(0_u32, |number, place| {
                number << 8 | u32::from(chunk.get(place).copied().unwrap_or_default())
            });
            (0..=chunk.len()).map(move |place| {
                let digit = number >> (18 - 6 * place) & 63;
                char::from(DIGITS[digit as usize])
            })
        })
        .collect()
}
