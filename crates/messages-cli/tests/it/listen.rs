//! Webhooks that are received, passed on, stored and sent again; and what brings them about.

use std::io::{BufRead, BufReader};
use std::process::{Child, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::shell::{Emulator, Shell};

/// A running `messages listen`, ended when it is dropped.
pub(crate) struct Listener {
    child: Child,
    pub(crate) url: String,
    lines: Receiver<Value>,
}

impl Listener {
    pub(crate) fn start(shell: &Shell, more: &[&str]) -> Self {
        let arguments = [&["listen", "--port", "0", "--json"], more].concat();
        let mut child = shell
            .command(&arguments)
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut output = BufReader::new(child.stdout.take().unwrap()).lines();
        let ready: Value = serde_json::from_str(&output.next().unwrap().unwrap()).unwrap();
        let (sender, lines) = channel();
        std::thread::spawn(move || {
            for line in output.map_while(Result::ok) {
                if sender.send(serde_json::from_str(&line).unwrap()).is_err() {
                    return;
                }
            }
        });
        Self {
            child,
            url: ready["url"].as_str().unwrap().to_owned(),
            lines,
        }
    }

    pub(crate) fn process(&self) -> u32 {
        self.child.id()
    }

    pub(crate) fn next(&self) -> Value {
        self.lines
            .recv_timeout(Duration::from_secs(10))
            .expect("an event within 10 s")
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

const SECRET: (&str, &str) = (
    "VONAGE_SIGNATURE_SECRET",
    "a signature secret of thirty-two bytes",
);

#[test]
fn a_triggered_message_is_verified_forwarded_stored_and_resent() {
    let shell = Shell::new().with(SECRET.0, SECRET.1);
    let application = Listener::start(&shell, &[]);
    let store = shell.path("events.ndjson");
    let store = store.to_str().unwrap();
    let front = Listener::start(
        &shell,
        &["--forward-to", &application.url, "--store", store],
    );
    let emulator = Emulator::start_with(&[SECRET], &["--inbound-url", &front.url]);
    let trigger = emulator.shell().run(&[
        "trigger",
        "inbound",
        "--channel",
        "sms",
        "--from",
        "447700900000",
        "--to",
        "447700900001",
        "--text",
        "Hello",
        "--json",
    ]);
    assert_eq!(trigger.code, 0, "{}", trigger.stderr);
    let posted = trigger.object();
    assert_eq!(posted["webhook"]["answer"], 200, "{posted}");
    assert_eq!(posted["body"]["text"], "Hello");

    for listener in [&application, &front] {
        let event = listener.next();
        assert_eq!(event["verdict"], "verified", "{event}");
        assert_eq!(event["event"]["message_uuid"], posted["message_uuid"]);
    }
    let resend = [
        "listen",
        "resend",
        "1",
        "--store",
        store,
        "--forward-to",
        &application.url,
    ];
    let again = shell.run(&resend);
    assert_eq!(again.code, 0, "{}", again.stderr);
    // A repeated delivery is handled once: the application responds with 200 and does not see the event again.
    assert_eq!(application.next()["verdict"], "replayed");
    let missing = [
        "listen",
        "resend",
        "2",
        "--store",
        store,
        "--forward-to",
        &application.url,
    ];
    assert_eq!(shell.run(&missing).code, 3);

    // A message that was sent, and its status by hand.
    let sent = emulator.shell().run(&[
        "send",
        "sms",
        "--from",
        "447700900001",
        "--to",
        "447700970003",
        "--text",
        "Hi",
        "--json",
    ]);
    let uuid = sent.object()["message_uuid"].as_str().unwrap().to_owned();
    let status = [
        "trigger", "status", "--uuid", &uuid, "--status", "rejected", "--code", "1050", "--json",
    ];
    let ended = emulator.shell().run(&status);
    assert_eq!(ended.code, 0, "{}", ended.stderr);
    assert_eq!(ended.object()["message_uuid"], uuid.as_str());
    let unknown = ["trigger", "status", "--uuid", "none", "--status", "read"];
    assert_eq!(emulator.shell().run(&unknown).code, 3);
}

#[test]
fn a_stranger_s_webhook_is_refused() {
    let shell = Shell::new().with(SECRET.0, SECRET.1);
    let listener = Listener::start(&shell, &[]);
    let other = (SECRET.0, "another signature secret of 32 bytes");
    let emulator = Emulator::start_with(&[other], &["--inbound-url", &listener.url]);
    let trigger = emulator.shell().run(&[
        "trigger",
        "inbound",
        "--channel",
        "sms",
        "--from",
        "447700900000",
        "--to",
        "447700900001",
        "--text",
        "Hello",
        "--json",
    ]);
    assert_eq!(trigger.object()["webhook"]["answer"], 401);
    let event = listener.next();
    assert_eq!(event["verdict"], "signature");
    assert!(event.get("event").is_none());
}

/// Posts a body signed at this time; returns the status code.
fn post_signed_at(shell: &Shell, url: &str, now: u64) -> String {
    let body = shell.file("body.json", STATUS);
    let now = now.to_string();
    let sign = ["webhook", "sign", "--now", &now, "--body-file"];
    let signed = shell.run(&[&sign[..], &[body.to_str().unwrap()]].concat());
    let line = format!("authorization: {}\r\n", signed.stdout.trim_end());
    let first = crate::fake::Client::connect(url)
        .ask_with("POST", b"/status", &line, STATUS)
        .unwrap();
    first.split(' ').nth(1).unwrap().to_owned()
}

#[test]
fn a_webhook_is_deferred_while_this_machine_s_clock_is_wrong() {
    let shell = Shell::new().with(SECRET.0, SECRET.1);
    let now = std::time::SystemTime::now()
        .duration_since(std::time::UNIX_EPOCH)
        .unwrap()
        .as_secs();
    let minute = 60;
    let day = 24 * 60 * minute;
    let cases = [
        (
            &[][..],
            &[
                (now + 4 * minute, "200", "verified"),
                (now + 10 * minute, "503", "early"),
                (now - day, "200", "verified"),
                (now - 2 * day, "503", "stale"),
            ][..],
        ),
        (
            &["--clock-skew", "1h", "--max-age", "10m"],
            &[
                (now + 50 * minute, "200", "verified"),
                (now + 70 * minute, "503", "early"),
                (now - 15 * minute, "503", "stale"),
            ],
        ),
    ];
    for (arguments, webhooks) in cases {
        let listener = Listener::start(&shell, arguments);
        for (signed, answer, verdict) in webhooks {
            let status = post_signed_at(&shell, &listener.url, *signed);
            assert_eq!(status, *answer, "{verdict}");
            assert_eq!(listener.next()["verdict"], *verdict);
        }
    }
    for option in ["--max-age", "--clock-skew"] {
        let arguments = ["listen", "--port", "0", option];
        for (value, more) in [("25d", None), ("1h", Some("--unverified"))] {
            let arguments: Vec<_> = arguments.into_iter().chain([value]).chain(more).collect();
            let ended = shell.run(&arguments);
            assert_eq!(ended.code, 2, "{arguments:?} {}", ended.stderr);
        }
    }
}

#[test]
fn listening_without_a_secret_says_what_is_missing() {
    let ended = Shell::new().run(&["listen", "--port", "0"]);
    assert_eq!(ended.code, 4);
    assert!(ended.stderr.contains("VONAGE_SIGNATURE_SECRET"));
}

#[test]
fn the_doctor_finds_what_is_wrong() {
    let emulator = Emulator::start();
    let healthy = emulator
        .shell()
        .with(SECRET.0, SECRET.1)
        .run(&["doctor", "--json"]);
    assert_eq!(healthy.code, 0, "{}", healthy.stdout);
    let checks = healthy.objects();
    assert_eq!(checks.len(), 7);
    assert!(checks.iter().all(|check| check["ok"] == true));

    let bare = Shell::new().run(&["doctor", "--offline"]);
    assert_eq!(bare.code, 4);
    assert!(bare.stdout.contains("VONAGE_API_KEY"), "{}", bare.stdout);
}

#[test]
fn it_registers_itself_at_an_emulator_and_masks_what_it_prints() {
    let emulator = Emulator::start();
    // Neither knows a secret of the other's by itself.
    let shell = Shell::new().with("MESSAGES_ENDPOINT", emulator.member("url"));
    let listener = Listener::start(&shell, &["--emulator"]);
    let trigger = [
        "trigger",
        "inbound",
        "--channel",
        "whatsapp",
        "--from",
        "447700900000",
        "--to",
        "447700900001",
        "--text",
        "a private word",
        "--json",
    ];
    let posted = shell.run(&trigger).object();
    assert_eq!(posted["webhook"]["answer"], 200, "{posted}");
    let event = listener.next();
    assert_eq!(event["verdict"], "verified", "{event}");
    assert_eq!(event["event"]["text"], "a private word");
    drop(listener);

    for (show, number, text) in [
        (&[][..], "4477****000", "text of 14 characters"),
        (&["--show"], "447700900000", "says a private word"),
    ] {
        let mut child = shell
            .command(&[&["listen", "--port", "0", "--emulator"], show].concat())
            .spawn()
            .unwrap();
        let mut remarks = BufReader::new(child.stderr.take().unwrap()).lines();
        let registered = remarks.find(|line| line.as_ref().unwrap().starts_with("registered"));
        assert!(registered.is_some());
        assert_eq!(shell.run(&trigger).code, 0);
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let line = lines.next().unwrap().unwrap();
        child.kill().unwrap();
        child.wait().unwrap();
        for part in ["whatsapp", number, text, "200"] {
            assert!(line.contains(part), "{part} in {line}");
        }
        assert_eq!(line.contains("private"), !show.is_empty(), "{line}");
    }
}

#[test]
fn the_raw_request_is_passed_on_and_the_answer_is_shown() {
    let application = crate::fake::serve(|count| match count {
        0 => (200, "thank you".to_owned()),
        _ => (500, "out of order".to_owned()),
    });
    let shell = Shell::new();
    let store = shell.path("events.ndjson");
    let listener = Listener::start(
        &shell,
        &[
            "--unverified",
            "--forward-to",
            &application,
            "--store",
            store.to_str().unwrap(),
        ],
    );
    let body = r#"{ "message_uuid":"m", "channel":"sms","to":"1","from":"2","timestamp":"t","status":"read" }"#;
    let mut client = crate::fake::Client::connect(&listener.url);
    for (answer, said) in [(200, "thank you"), (500, "out of order")] {
        let line = client.ask("POST", b"/status?x=1", body).unwrap();
        assert!(line.contains(&answer.to_string()), "{line}");
        let seen = listener.next();
        assert_eq!(seen["answer"], answer);
        assert_eq!(seen["answer_body"], said);
    }
    let stored = std::fs::read_to_string(&store).unwrap();
    let stored: Value = serde_json::from_str(stored.lines().next().unwrap()).unwrap();
    assert_eq!(stored["body"], body, "byte for byte");
    assert_eq!(stored["path"], "/status?x=1");
    let headers = stored["headers"].to_string();
    assert!(headers.contains("application/json"), "{headers}");

    let again = shell.run(&[
        "listen",
        "resend",
        "1",
        "--store",
        store.to_str().unwrap(),
        "--forward-to",
        &application,
    ]);
    assert_eq!(again.code, 5, "the application refused it");
    assert!(
        again.stdout.contains("500 out of order"),
        "{}",
        again.stdout
    );
    for url in ["nowhere", "/path", "http://example.com/webhooks"] {
        let ended = shell.run(&["listen", "--port", "0", "--unverified", "--forward-to", url]);
        assert_eq!(ended.code, 2, "{url}: {}", ended.stderr);
    }
}

const STATUS: &str =
    r#"{"message_uuid":"m","channel":"sms","to":"1","from":"2","timestamp":"t","status":"read"}"#;

#[test]
fn a_damaged_store_loses_no_other_event() {
    let application = crate::fake::serve(|_| (200, String::new()));
    let shell = Shell::new();
    let event =
        |id: u32| format!(r#"{{"id":{id},"method":"POST","path":"/","headers":[],"body":"{{}}"}}"#);
    // A tear in the midst of a character, and one in the last line.
    let mut damaged = format!("{}\n{{\"id\":2,\"body\":\"", event(1)).into_bytes();
    damaged.extend_from_slice(b"\xe2\x82\n");
    damaged.extend_from_slice(event(5).as_bytes());
    damaged.extend_from_slice(b"\n{\"id\":6,\"meth");
    let store = shell.path("events.ndjson");
    std::fs::write(&store, damaged).unwrap();
    let store = store.to_str().unwrap();
    let listener = Listener::start(&shell, &["--unverified", "--store", store]);
    crate::fake::Client::connect(&listener.url)
        .ask("POST", b"/status", STATUS)
        .unwrap();
    assert_eq!(listener.next()["id"], 6, "after the last one");

    let arguments = ["listen", "--port", "0", "--unverified", "--store", store];
    let ended = shell.run(&[&arguments[..], &["--forward-to", "nowhere"]].concat());
    assert_eq!(ended.code, 2, "{}", ended.stderr);
    let mut second = shell.command(&arguments).spawn().unwrap();
    let patience = Instant::now() + Duration::from_secs(30);
    while second.try_wait().unwrap().is_none() && Instant::now() < patience {
        std::thread::sleep(Duration::from_millis(20));
    }
    let _ = second.kill();
    let output = second.wait_with_output().unwrap();
    let remarks = String::from_utf8_lossy(&output.stderr);
    assert!(remarks.contains("another run"), "{remarks}");
    assert_eq!(output.status.code(), Some(1));

    for id in ["1", "5", "6"] {
        let arguments = ["listen", "resend", id, "--store", store, "--forward-to"];
        let ended = shell.run(&[&arguments[..], &[&application]].concat());
        assert_eq!(ended.code, 0, "{id}: {}", ended.stderr);
    }
}

#[test]
fn too_little_of_a_number_is_shown_to_call_it() {
    let shell = Shell::new();
    let mut child = shell
        .command(&["listen", "--port", "0", "--unverified"])
        .spawn()
        .unwrap();
    let mut remarks = BufReader::new(child.stderr.take().unwrap()).lines();
    let url = remarks.next().unwrap().unwrap();
    let url = url.strip_prefix("listening on ").unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let mut client = crate::fake::Client::connect(url);
    let cases = [
        ("123456789012", " 1234****012 "),
        ("12345678901", " 12****01 "),
        ("123456789", " 12****89 "),
        ("12345678", " 1**** "),
        ("1", " 1**** "),
    ];
    let shown = cases.map(|(number, _)| {
        let status = STATUS.replace(r#""to":"1""#, &format!(r#""to":"{number}""#));
        client.ask("POST", b"/status", &status).unwrap();
        lines.next().unwrap().unwrap()
    });
    child.kill().unwrap();
    child.wait().unwrap();
    for ((number, part), line) in cases.iter().zip(shown) {
        assert!(line.contains(part), "{number}: {line}");
    }
}

#[test]
fn the_doctor_compares_the_clocks() {
    let cases = [
        (-120, "s ahead of the endpoint's", false),
        (120, "s behind the endpoint's", false),
        (0, "of the endpoint's", true),
        (5, "of the endpoint's", true),
    ];
    for (off, detail, ok) in cases {
        let ended = doctor_of_a_clock(off);
        assert_eq!(ended.code == 0, ok, "{}", ended.stdout);
        let clock = ended.object();
        assert_eq!(
            (&clock["check"], &clock["ok"]),
            (&"clock".into(), &ok.into())
        );
        let said = clock["detail"].as_str().unwrap();
        assert!(said.contains(detail), "{off}: {said}");
        if ok {
            continue;
        }
        // The difference itself; a machine under load takes some time for the request.
        let seconds = said.split(' ').find_map(|word| word.parse::<i32>().ok());
        assert!((100..=120).contains(&seconds.unwrap()), "{off}: {said}");
        let hint = clock["hint"].as_str().unwrap();
        for word in ["set the clock", "--clock-skew", "--max-age"] {
            assert!(hint.contains(word), "{hint}");
        }
    }
}

/// The doctor's report on an endpoint whose clock is so many seconds ahead.
fn doctor_of_a_clock(ahead: i64) -> crate::shell::Ended {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        use std::io::{Read as _, Write as _};
        for mut stream in listener.incoming().map_while(Result::ok) {
            // A connection that is closed with unread bytes is reset, and its response may be lost; one that is closed
            // unannounced may be used again.
            let mut request = Vec::new();
            let mut chunk = [0; 4096];
            while let Ok(length) = stream.read(&mut chunk)
                && length > 0
            {
                request.extend_from_slice(&chunk[..length]);
                let has_body = !request.starts_with(b"GET");
                if request.ends_with(if has_body { &b"{}"[..] } else { b"\r\n\r\n" }) {
                    break;
                }
            }
            let now = std::time::SystemTime::now();
            let by = Duration::from_secs(ahead.unsigned_abs());
            let there = if ahead < 0 { now - by } else { now + by };
            let date = httpdate::fmt_http_date(there);
            let head = format!(
                "HTTP/1.1 404 Not Found\r\ndate: {date}\r\nconnection: close\r\ncontent-length: 0\r\n\r\n"
            );
            let _ = stream.write_all(head.as_bytes());
        }
    });
    Shell::new()
        .with("MESSAGES_ENDPOINT", &url)
        .with("VONAGE_API_KEY", "a1b2c3d4")
        .with("VONAGE_API_SECRET", "secret")
        .run(&["doctor", "--json"])
}

#[test]
fn path_and_query_are_forwarded_below_the_given_url() {
    let shell = Shell::new();
    for (base, asked, arrived) in [
        ("", "/hooks/status?x=1", "/hooks/status?x=1"),
        ("", "/", "/"),
        ("/", "/inbound", "/inbound"),
        ("/app", "/", "/app"),
        ("/app/", "/inbound", "/app/inbound"),
        (
            "/app?token=t",
            "/status?x=1&y=%2F",
            "/app/status?token=t&x=1&y=%2F",
        ),
    ] {
        let store = shell.path("application.ndjson");
        let _ = std::fs::remove_file(&store);
        let store = store.to_str().unwrap();
        let application = Listener::start(&shell, &["--unverified", "--store", store]);
        let own = shell.path("front.ndjson");
        let _ = std::fs::remove_file(&own);
        let own = own.to_str().unwrap();
        let to = format!("{}{base}", application.url);
        let front = Listener::start(
            &shell,
            &["--unverified", "--forward-to", &to, "--store", own],
        );
        let mut client = crate::fake::Client::connect(&front.url);
        let line = client.ask("POST", asked.as_bytes(), STATUS).unwrap();
        assert!(line.contains("200"), "{line}");
        let resend = ["listen", "resend", "1", "--store", own, "--forward-to", &to];
        assert_eq!(shell.run(&resend).code, 0);
        let stored = std::fs::read_to_string(store).unwrap();
        let paths: Vec<Value> = stored
            .lines()
            .map(|line| serde_json::from_str::<Value>(line).unwrap()["path"].clone())
            .collect();
        assert_eq!(paths, [arrived, arrived], "{base} {asked}");
    }
}

#[test]
fn a_certificate_to_trust_must_be_one() {
    let shell = Shell::new();
    let listen = |file: &str| {
        let to = ["--forward-to", "https://localhost:1", "--forward-ca", file];
        shell.run(&[&["listen", "--port", "0", "--unverified"][..], &to].concat())
    };
    for contents in [
        "no certificate",
        "",
        include_str!("keys/rsa-2048.public.pem"),
        "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
    ] {
        shell.file("ca.pem", contents);
        let ended = listen("ca.pem");
        assert_eq!(ended.code, 3, "{contents}: {}", ended.stderr);
        assert!(
            ended.stderr.contains("--forward-ca ca.pem"),
            "{}",
            ended.stderr
        );
    }
    assert_eq!(listen("missing.pem").code, 1);
}

#[cfg(unix)]
#[test]
fn a_user_is_told_once_how_to_trust_a_certificate() {
    // A server without TLS, and one that closes every connection.
    let plain = crate::fake::serve(|_| (200, String::new()));
    let plain = plain.strip_prefix("http://").unwrap();
    let closing = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = closing.local_addr().unwrap().port();
    std::thread::spawn(move || closing.incoming().for_each(drop));
    for (to, notes) in [
        (format!("https://{plain}"), 1),
        (format!("https://localhost:{port}/hooks"), 1),
        (format!("http://localhost:{port}"), 0),
    ] {
        for form in [&[][..], &["--json"]] {
            let listen = ["listen", "--port", "0", "--unverified", "--forward-to", &to];
            let shell = Shell::new();
            let mut child = shell
                .command(&[&listen[..], form].concat())
                .spawn()
                .unwrap();
            let mut remarks = BufReader::new(child.stderr.take().unwrap()).lines();
            let head = remarks.next().unwrap().unwrap();
            let url = head.strip_prefix("listening on ").unwrap();
            for _ in 0..2 {
                let mut client = crate::fake::Client::connect(url);
                let line = client.ask("POST", b"/status", STATUS).unwrap();
                assert!(line.contains("502"), "{to}: {line}");
            }
            // It writes what it has to say before it ends.
            crate::batch::interrupt(&child);
            child.wait().unwrap();
            let told = remarks
                .map(Result::unwrap)
                .filter(|remark| remark.contains("--forward-ca FILE"));
            assert_eq!(told.count(), notes, "{to} {form:?}");
        }
    }
}
