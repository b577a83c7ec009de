//! `messages outbox` with journeys: what stops them, their windows, and the final reports of workflows.

use std::process::{Child, Stdio};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::fake::serve_bodies;
use crate::outbox::{outbox, outbox_with};
use crate::shell::{Emulator, Shell};

const FROM: &str = "447700900001";
const TO: &str = "447700900000";

fn send(channel: &str, from: &str) -> Value {
    json!({ "send": { "message": { "channel": channel, "message_type": "text", "from": from, "to": TO, "text": "Hello" } } })
}

/// A WhatsApp message to be read within an hour, then an SMS; a reply or the signal `booked` stops it.
fn journey() -> Value {
    let mut first = send("whatsapp", FROM);
    first["until"] = json!({ "status": "read", "within": 3_600 });
    json!({ "template": "journey/1", "stop_on": ["reply", { "signal": "booked" }],
        "steps": [first, send("sms", FROM)] })
}

fn add(shell: &Shell, document: &Value) -> String {
    let added = outbox_with(shell, &["add"], &document.to_string());
    assert_eq!(added.code, 0, "{}", added.stderr);
    added.objects()[0]["id"].as_str().unwrap().to_owned()
}

fn show(shell: &Shell, id: &str) -> Value {
    let shown = outbox(shell, &["show", id]);
    assert_eq!(shown.code, 0, "{}", shown.stderr);
    shown.object()
}

/// The run once it is as wanted.
fn wait_until(shell: &Shell, id: &str, is_as_wanted: impl Fn(&Value) -> bool) -> Value {
    let began = Instant::now();
    loop {
        let run = show(shell, id);
        if is_as_wanted(&run) {
            return run;
        }
        assert!(began.elapsed() < Duration::from_secs(90), "{run}");
        std::thread::sleep(Duration::from_millis(50));
    }
}

struct Worker(Child);

impl Worker {
    fn start(shell: &Shell) -> Self {
        let work = ["outbox", "work", "--emulator", "--port", "0"];
        let mut command = shell.command(&work);
        command.stdout(Stdio::null()).stderr(Stdio::null());
        Self(command.spawn().unwrap())
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// An emulator whose messages are delivered and never read, with its folder.
fn unread() -> (Shell, Emulator) {
    let home = Shell::new();
    let rules = "[[rules]]\nwhen = {}\nthen = \"deliver\"\n";
    let config = home.file("emulator.toml", rules).display().to_string();
    let emulator = Emulator::start_with(&[], &["--speed", "600", "--config", &config]);
    (home, emulator)
}

#[test]
fn a_reply_stops_a_run() {
    let (_home, emulator) = unread();
    let shell = emulator.shell();
    let id = add(&shell, &journey());
    let _worker = Worker::start(&shell);
    wait_until(&shell, &id, |run| run["rows"][0]["status"] == "delivered");
    // To another sender, it is not about this run.
    for (to, state) in [("447700900009", "running"), (FROM, "stopped")] {
        let reply = [
            "trigger",
            "inbound",
            "--channel",
            "whatsapp",
            "--from",
            TO,
            "--to",
            to,
            "--text",
            "Yes",
        ];
        let sent = shell.run(&reply);
        assert_eq!(sent.code, 0, "{}", sent.stderr);
        let run = wait_until(&shell, &id, |run| run["state"] == state);
        assert_eq!(run["rows"].as_array().unwrap().len(), 1, "{run}");
    }
    let run = show(&shell, &id);
    assert!(events(&run).contains(&"reply"), "{run}");
    assert_eq!(emulator.accepted(), 1);
}

#[test]
fn a_signal_stops_a_run_before_its_message_is_sent() {
    let (_home, emulator) = unread();
    let shell = emulator.shell();
    let id = add(&shell, &journey());
    let other = outbox(&shell, &["signal", &id, "cancelled"]).object();
    assert_eq!(other["stopped"], false);
    let signal = outbox(&shell, &["signal", &id, "booked"]).object();
    assert_eq!(signal["stopped"], true);
    let again = outbox(&shell, &["signal", &id, "booked"]).object();
    assert_eq!(again["stopped"], false);
    let worked = outbox(&shell, &["work", "--until-empty", "--no-webhooks"]);
    assert_eq!(worked.code, 0, "{}", worked.stderr);
    let run = show(&shell, &id);
    assert_eq!(
        (&run["state"], &run["rows"][0]["state"]),
        (&json!("stopped"), &json!("cancelled"))
    );
    assert_eq!(emulator.accepted(), 0);
}

fn events(run: &Value) -> Vec<&str> {
    let history = run["history"].as_array().unwrap().iter();
    history
        .map(|entry| entry["event"].as_str().unwrap())
        .collect()
}

#[test]
fn a_final_report_is_printed_and_posted() {
    let posted = Arc::new(Mutex::new(Vec::new()));
    let received = Arc::clone(&posted);
    let url = serve_bodies(move |before, body| {
        received.lock().unwrap().push(body.to_owned());
        // The first attempt fails: another follows.
        (if before == 0 { 503 } else { 200 }, String::new())
    });
    let (_home, emulator) = unread();
    let shell = emulator.shell();
    let workflow = json!({ "template": "failover", "workflow": [
        { "from": { "type": "whatsapp", "number": FROM }, "to": { "type": "whatsapp", "number": TO },
          "message": { "content": { "type": "text", "text": "Hello" } },
          "failover": { "expiry_time": 600, "condition_status": "delivered" } },
        { "from": { "type": "sms", "number": FROM }, "to": { "type": "sms", "number": TO },
          "message": { "content": { "type": "text", "text": "Hello" } } },
    ]})
    .to_string();
    let reported = outbox_with(&shell, &["add", "--report-url", &url], &workflow);
    assert_eq!(reported.code, 0, "{}", reported.stderr);
    let silent = outbox_with(&shell, &["add", "--campaign", "spring"], &workflow);
    let id = |added: &crate::shell::Ended| added.objects()[0]["id"].as_str().unwrap().to_owned();
    let ids = [id(&reported), id(&silent)];

    let work = ["work", "--emulator", "--port", "0", "--until-empty"];
    let worked = outbox(&shell, &work);
    assert_eq!(worked.code, 0, "{}", worked.stderr);
    let posted = posted.lock().unwrap();
    assert_eq!(posted.len(), 2);
    let posted: Value = serde_json::from_str(&posted[1]).unwrap();
    let printed: Vec<Value> = worked
        .objects()
        .into_iter()
        .filter(|line| line.get("report").is_some())
        .collect();
    assert_eq!(printed.len(), 2, "{}", worked.stdout);
    for id in &ids {
        let line = printed.iter().find(|line| line["run"] == **id).unwrap();
        let run = show(&shell, id);
        assert_eq!(line["report"]["status"], "completed");
        assert_eq!(run["report"], line["report"]);
        assert!(events(&run).contains(&"reported"), "{run}");
    }
    let line = printed.iter().find(|line| line["run"] == *ids[0]).unwrap();
    assert_eq!(line["report"], posted);
    // Without `--json`, the same.
    let third = outbox_with(&shell, &["add", "--campaign", "summer"], &workflow);
    let text = shell.run(&[&["outbox"], &work[..]].concat()).stdout;
    let start = format!("{} report {{", id(&third));
    assert!(text.lines().any(|line| line.starts_with(&start)), "{text}");
    assert!(!text.contains(TO), "{text}");
}

#[test]
fn a_window_is_given_to_messages_and_journeys() {
    let shell = Shell::new();
    let window = ["--window", "09:00-20:00"];
    let message = |channel: &str, to: &str| {
        json!({ "channel": channel, "message_type": "text", "from": FROM, "to": to, "text": "Hello" })
            .to_string()
    };
    let add = |more: &[&str], document: &str| {
        outbox_with(&shell, &[&["add"], &window[..], more].concat(), document)
    };
    assert_eq!(add(&[], &message("sms", TO)).code, 0);
    // No country has this code.
    let unknown = add(&[], &message("sms", "21077009000"));
    assert_eq!(unknown.code, 8, "{}", unknown.stderr);
    assert!(
        unknown.stdout.contains("time zone is unknown"),
        "{}",
        unknown.stdout
    );
    assert_eq!(
        add(&["--zone", "Africa/Cairo"], &message("sms", "21077009000")).code,
        0
    );

    let added = add(&["--zone", "Europe/Berlin"], &journey().to_string());
    let run = show(&shell, added.objects()[0]["id"].as_str().unwrap());
    assert_eq!(
        (&run["document"]["window"], &run["document"]["zone"]),
        (
            &json!({ "from": "09:00", "to": "20:00" }),
            &json!("Europe/Berlin")
        )
    );
    // Its own window precedes.
    let mut own = journey();
    own["window"] = json!({ "from": "10:00", "to": "12:00" });
    let added = add(&["--zone", "recipient"], &own.to_string());
    let run = show(&shell, added.objects()[0]["id"].as_str().unwrap());
    assert_eq!(run["document"]["window"], own["window"]);

    let workflow = json!({ "template": "failover", "workflow": [
        { "from": { "type": "sms", "number": FROM }, "to": { "type": "sms", "number": TO },
          "message": { "content": { "type": "text", "text": "Hello" } } }]});
    let refused = add(&[], &workflow.to_string());
    assert_eq!(refused.code, 8, "{}", refused.stderr);
    assert!(
        refused.stdout.contains("has no window"),
        "{}",
        refused.stdout
    );
    for wrong in [
        &["--window", "9-20"][..],
        &["--window", "09:00-09:00"],
        &["--zone", "Mars/Olympus"],
    ] {
        assert_eq!(
            outbox(&shell, &[&["add"], wrong].concat()).code,
            2,
            "{wrong:?}"
        );
    }
}

#[test]
fn a_closed_window_keeps_a_message_in_the_queue() {
    let (_home, emulator) = unread();
    let shell = emulator.shell();
    let now = jiff::Timestamp::now();
    let time = |hours: i64| {
        let minutes = (now.as_second() / 60 + hours * 60) % (24 * 60);
        format!("{:02}:{:02}", minutes / 60, minutes % 60)
    };
    let window = format!("{}-{}", time(2), time(3));
    let document = send("sms", FROM)["send"]["message"].to_string();
    let added = outbox_with(
        &shell,
        &["add", "--window", &window, "--zone", "UTC"],
        &document,
    );
    let id = added.objects()[0]["id"].as_str().unwrap().to_owned();
    let _worker = Worker::start(&shell);
    let row = wait_until(&shell, &id, |row| events(row).contains(&"defer"));
    assert_eq!(row["state"], "queued");
    let due: jiff::Timestamp = row["due_at"].as_str().unwrap().parse().unwrap();
    let wait = due.duration_since(now).as_mins();
    assert!((118..=121).contains(&wait), "{row}");
    assert_eq!(emulator.accepted(), 0);
}

#[test]
fn a_journey_that_cannot_revoke_is_announced() {
    let mut first = send("rcs", "Acme");
    first["until"] = json!({ "status": "read", "within": 60 });
    let journey =
        |first: &Value| json!({ "template": "journey/1", "steps": [first, send("sms", FROM)] });
    let warning = "cannot revoke";
    let basic = Shell::new()
        .with("VONAGE_API_KEY", "abcd1234")
        .with("VONAGE_API_SECRET", "secret");
    let add = |shell: &Shell, document: &Value| {
        let added = outbox_with(shell, &["add"], &document.to_string());
        assert_eq!(added.code, 0, "{}", added.stderr);
        added.stderr
    };
    assert!(add(&basic, &journey(&first)).contains(warning));
    assert!(!add(&Shell::new(), &journey(&first)).contains(warning));
    first["before_next"] = json!({ "revoke": false });
    assert!(!add(&basic, &journey(&first)).contains(warning));
}
