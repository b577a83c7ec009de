//! Webhooks that are received, passed on, stored and sent again; and what brings them about.

use std::io::{BufRead, BufReader};
use std::process::{Child, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use serde_json::Value;

use crate::shell::{Emulator, Shell};

/// A running `messages listen`, ended when it is dropped.
struct Listener {
    child: Child,
    url: String,
    lines: Receiver<Value>,
}

impl Listener {
    fn start(shell: &Shell, more: &[&str]) -> Self {
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

    fn next(&self) -> Value {
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
    // The same delivery twice is handled once: the application answers 200 and does not see the event again.
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
    assert_eq!(checks.len(), 5);
    assert!(checks.iter().all(|check| check["ok"] == true));

    let bare = Shell::new().run(&["doctor", "--offline"]);
    assert_eq!(bare.code, 4);
    assert!(bare.stdout.contains("VONAGE_API_KEY"), "{}", bare.stdout);
}
