//! `messages outbox campaign` against the emulator: each recipient is one record, and gets at most one message.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::outbox::{outbox, sms, states, work};
use crate::shell::{Emulator, Shell};

pub(crate) const ADD: [&str; 7] = [
    "add",
    "--campaign",
    "spring",
    "--csv",
    "people.csv",
    "--template",
    "message.json",
];

/// Files of a campaign with this number of recipients.
pub(crate) fn prepare(shell: &Shell, count: usize) {
    shell.file("message.json", &sms("{{phone}}", "Dear {{name}}", ""));
    let rows = (0..count).map(|row| format!("{},name {row}\n", phone(row)));
    shell.file(
        "people.csv",
        &format!("phone,name\n{}", rows.collect::<String>()),
    );
}

fn phone(row: usize) -> String {
    (447_700_900_000 + row).to_string()
}

pub(crate) fn report(shell: &Shell) -> Value {
    let report = outbox(shell, &["campaign", "report", "spring"]);
    assert_eq!(report.code, 0, "{}", report.stderr);
    let report = report.object();
    let states = report["states"].as_object().unwrap();
    let sum: u64 = states.values().map(|count| count.as_u64().unwrap()).sum();
    assert_eq!(report["recipients"], sum, "{report}");
    report
}

#[test]
fn a_campaign_is_imported_once_and_sent() {
    let emulator = Emulator::start();
    let shell = emulator.shell();
    prepare(&shell, 600);
    let added = outbox(&shell, &ADD);
    assert_eq!(added.code, 0, "{}", added.stderr);
    assert_eq!(added.object()["summary"]["added"], 600);
    assert_eq!(outbox(&shell, &ADD).object()["summary"]["existing"], 600);
    assert_eq!(report(&shell)["states"], json!({"pending": 600}));
    assert_eq!(states(&shell)["queued"], 0, "nothing is rendered yet");

    let worked = work(&shell);
    assert_eq!(worked.code, 0, "{}", worked.stderr);
    assert_eq!(report(&shell)["states"], json!({"sent": 600}));
    assert_eq!(emulator.received().len(), 600);
    assert!(emulator.received().values().all(|count| *count == 1));
    let exported = outbox(&shell, &["campaign", "export", "spring"]);
    assert_eq!(exported.objects().len(), 600);
    assert!(!exported.stdout.contains("4477009"), "numbers are exported");
    assert_eq!(exported.objects()[7]["line"], 9);
    assert_eq!(exported.objects()[7]["state"], "sent");
}

#[test]
fn duplicates_and_conflicts_are_named_by_their_lines() {
    let shell = Shell::new();
    prepare(&shell, 3);
    shell.file(
        "people.csv",
        "phone,name\n447700900010,Ann\n447700900011,Bob\n447700900010,Ann\n447700900011,Eve\n",
    );
    let added = outbox(&shell, &ADD);
    assert_eq!(added.code, 8, "{}", added.stderr);
    let expected = [
        json!({"duplicate": {"line": 4, "stored_line": 2}}),
        json!({"conflict": {"line": 5, "stored_line": 3}}),
        json!({"summary": {"added": 2, "existing": 0, "duplicate": 1, "conflict": 1, "invalid": 0}}),
    ];
    assert_eq!(added.objects(), expected);
    let mut text = sms("{{phone}}", "Another text", "");
    text.push(' ');
    shell.file("message.json", &text);
    let refused = outbox(&shell, &ADD);
    assert_eq!(refused.code, 3);
    assert!(
        refused.stderr.contains("other templates"),
        "{}",
        refused.stderr
    );
}

#[test]
fn a_dry_run_counts_and_stores_nothing() {
    let shell = Shell::new();
    prepare(&shell, 20);
    shell.file("b.json", &sms("{{phone}}", &"long ".repeat(40), ""));
    shell.file(
        "prices.json",
        r#"{"currency":"EUR","prices":{"sms/44":"0.04"}}"#,
    );
    let options = [
        "--variant",
        "b:1=b.json",
        "--prices",
        "prices.json",
        "--dry-run",
    ];
    let dry = outbox(&shell, &[&ADD[..], &options].concat());
    assert_eq!(dry.code, 0, "{}", dry.stderr);
    let totals = dry.object()["dry_run"].clone();
    let of_b = totals["variants"]["b"].as_u64().unwrap();
    let segments = 20 + of_b;
    assert_eq!(totals["recipients"], 20);
    assert_eq!(totals["segments"], segments);
    assert_eq!(totals["countries"]["sms/44"]["messages"], 20);
    let cents = segments * 4;
    assert_eq!(
        totals["price"],
        format!("{}.{:02}", cents / 100, cents % 100)
    );
    assert!(outbox(&shell, &["campaign", "list"]).stdout.is_empty());
}

#[test]
fn json_objects_are_recipients_and_an_unknown_zone_is_not_sent_to() {
    let emulator = Emulator::start();
    let shell = emulator.shell();
    shell.file("message.json", &sms("{{phone}}", "Dear {{name}}", ""));
    shell.file(
        "people.ndjson",
        "{\"phone\":\"447700900010\",\"name\":\"Ann\"}\n{\"phone\":\"870773000000\",\"name\":\"Sea\"}\n",
    );
    let arguments = [
        "add",
        "--campaign",
        "spring",
        "--template",
        "message.json",
        "--window",
        "00:00-23:59",
        "people.ndjson",
    ];
    let added = outbox(&shell, &arguments);
    assert_eq!(added.code, 0, "{}", added.stderr);
    work(&shell);
    let report = report(&shell);
    assert_eq!(report["skipped"], json!({"zone_unknown": 1}), "{report}");
}

#[test]
fn a_cancelled_campaign_sends_nothing_more() {
    let emulator = Emulator::start();
    let shell = emulator.shell();
    prepare(&shell, 50);
    outbox(&shell, &ADD);
    assert_eq!(
        outbox(&shell, &["campaign", "pause", "spring"]).object()["changed"],
        1
    );
    assert_eq!(report(&shell)["state"], "paused");
    work(&shell);
    assert_eq!(report(&shell)["states"], json!({"pending": 50}));
    outbox(&shell, &["resume", "--campaign", "spring"]);
    assert_eq!(report(&shell)["state"], "running");
    outbox(&shell, &["cancel", "--campaign", "spring"]);
    work(&shell);
    let report = report(&shell);
    assert_eq!(report["state"], "cancelled");
    assert_eq!(report["skipped"], json!({"cancelled": 50}));
    assert_eq!(emulator.accepted(), 0);
}

#[test]
fn a_worker_serves_metrics_without_numbers() {
    let emulator = Emulator::start();
    let shell = emulator.shell();
    prepare(&shell, 3);
    outbox(&shell, &ADD);
    let mut child = shell
        .command(&["outbox", "work", "--emulator", "--port", "0", "--json"])
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    let mut notes = BufReader::new(child.stderr.take().unwrap()).lines();
    let note = notes.next().unwrap().unwrap();
    let (_, address) = note.split_once("http://").expect(&note);
    let began = Instant::now();
    let metrics = loop {
        let metrics = get(address.trim(), "/metrics");
        if metrics.contains("messages_outbox_rows{state=\"sent\"} 3") {
            break metrics;
        }
        assert!(began.elapsed() < Duration::from_secs(20), "{metrics}");
        std::thread::sleep(Duration::from_millis(50));
    };
    child.kill().unwrap();
    child.wait().unwrap();
    for sample in [
        "messages_outbox_campaign_recipients{campaign=\"spring\"} 3",
        "messages_outbox_campaign_released{campaign=\"spring\"} 3",
        "messages_outbox_campaign_paused{campaign=\"spring\"} 0",
        "# TYPE messages_outbox_post_seconds summary",
    ] {
        assert!(metrics.contains(sample), "{sample} is missing: {metrics}");
    }
    assert!(!metrics.contains("4477009") && !metrics.contains("Dear"));
}

/// The response to a GET.
fn get(address: &str, path: &str) -> String {
    let mut stream = TcpStream::connect(address).unwrap();
    write!(
        stream,
        "GET {path} HTTP/1.1\r\nhost: {address}\r\nconnection: close\r\n\r\n"
    )
    .unwrap();
    let mut response = String::new();
    stream.read_to_string(&mut response).unwrap();
    response
}

fn start(shell: &Shell, arguments: &[&str]) -> Child {
    let mut command = shell.command(&[&["outbox"], arguments, &["--json"]].concat());
    command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap()
}

/// Kills of an import, and as many of a worker.
#[derive(Clone, Copy)]
pub(crate) struct Kills {
    pub(crate) times: u32,
    /// Time to the first one, in milliseconds. It grows with each kill.
    pub(crate) pause: u64,
}

impl Kills {
    pub(crate) const FEW: Self = Self {
        times: 5,
        pause: 60,
    };
}

/// Kills a command again and again, each time a little later. Returns the number of kills that found it running.
fn kill_times(shell: &Shell, arguments: &[&str], Kills { times, pause }: Kills) -> u32 {
    let mut killed = 0;
    for n in 0..times {
        let mut child = start(shell, arguments);
        std::thread::sleep(Duration::from_millis(pause + pause * 2 / 3 * u64::from(n)));
        killed += u32::from(child.try_wait().unwrap().is_none());
        child.kill().unwrap();
        child.wait().unwrap();
    }
    killed
}

#[test]
fn killed_imports_and_workers_lose_and_double_nothing() {
    let emulator = Emulator::start();
    survives_kills(&emulator, &emulator.shell(), 2_000, Kills::FEW);
}

/// A campaign whose import and whose worker are killed this many times each.
pub(crate) fn survives_kills(emulator: &Emulator, shell: &Shell, recipients: usize, kills: Kills) {
    prepare(shell, recipients);
    let killed = kill_times(shell, &ADD, kills);
    assert!(killed > 0, "no import was killed while it was busy");
    let added = outbox(shell, &ADD);
    assert_eq!(added.code, 0, "{}", added.stderr);
    let summary = &added.object()["summary"];
    let stored = summary["added"].as_u64().unwrap() + summary["existing"].as_u64().unwrap();
    assert_eq!(stored, recipients as u64, "{summary}");

    let worker = [
        "work",
        "--until-empty",
        "--no-webhooks",
        "--lease",
        "1",
        "--concurrency",
        "8",
        "--timeout",
        "2",
    ];
    let killed = kill_times(shell, &worker, kills);
    assert!(killed > 0, "no worker was killed while it was busy");
    // Opted out in the middle: those that are not sent yet are not sent to.
    let before = emulator.received();
    let numbers: Vec<String> = (0..recipients).rev().map(phone).collect();
    let waiting = numbers
        .iter()
        .filter(|number| !before.contains_key(*number));
    let gone: Vec<&String> = waiting.take(10).collect();
    let input = gone.iter().map(|number| format!("{number}\n"));
    let forgotten = crate::outbox::outbox_with(shell, &["forget"], &input.collect::<String>());
    assert_eq!(forgotten.code, 0, "{}", forgotten.stderr);

    outbox(shell, &worker);
    let received = emulator.received();
    assert!(received.values().all(|count| *count == 1), "doubled");
    let report = report(shell);
    let count = |state: &str| report["states"][state].as_u64().unwrap_or(0);
    assert_eq!(count("pending") + count("queued"), 0, "{report}");
    // A killed worker leaves what it was posting in doubt, accepted or not.
    let accepted = received.len() as u64;
    let (sent, unknown) = (count("sent"), count("in_doubt") + count("sending"));
    assert!(
        sent <= accepted && accepted <= sent + unknown,
        "{report}, {accepted} accepted"
    );
    for number in gone {
        assert!(
            before.contains_key(number) || !received.contains_key(number),
            "a recipient who opted out was sent to"
        );
    }
}
