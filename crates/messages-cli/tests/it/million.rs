//! A million messages: in how much memory, and what is left of them after `kill -9`.
//!
//! They take minutes, so they are run by hand, and optimised:
//! `cargo test --release -p messages-cli --test it -- --ignored --nocapture --test-threads 1 million`.
#![cfg(target_os = "linux")]

use std::fs::File;
use std::io::{BufRead, BufReader, BufWriter, Write};
use std::path::Path;
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::campaigns::{Kills, survives_kills};
use crate::shell::{Emulator, Shell};

const COUNT: usize = 1_000_000;
const RSS_MAX_KB: u64 = 64 * 1024;

struct Scene {
    emulator: Emulator,
    shell: Shell,
}

impl Scene {
    fn new() -> Self {
        let emulator = emulator();
        let shell = emulator
            .shell()
            .with("VONAGE_APPLICATION_ID", emulator.member("application_id"))
            .with(
                "VONAGE_PRIVATE_KEY_PATH",
                emulator.member("private_key_path"),
            );
        let mut input = BufWriter::new(File::create(shell.path("million.ndjson")).unwrap());
        for index in 0..COUNT {
            writeln!(
                input,
                r#"{{"channel":"sms","message_type":"text","from":"447700900001","to":"4479{index:08}","text":"Your code is {index}"}}"#
            )
            .unwrap();
        }
        input.flush().unwrap();
        Self { emulator, shell }
    }

    fn start(&self, more: &[&str]) -> Child {
        let arguments = [
            &[
                "send",
                "--file",
                "million.ndjson",
                "--concurrency",
                "64",
                "--auth",
                "jwt",
                "--json",
            ],
            more,
        ]
        .concat();
        self.shell
            .command(&arguments)
            .stdin(Stdio::null())
            .stderr(Stdio::inherit())
            .spawn()
            .unwrap()
    }

    /// Runs to the end: the summary, and the most memory that was ever resident, in kB.
    fn run(&self, more: &[&str]) -> (Value, u64) {
        let mut child = self.start(more);
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let (mut last, mut peak) = (String::new(), 0);
        for (number, line) in lines.map_while(Result::ok).enumerate() {
            if number % 1024 == 0 {
                peak = peak.max(peak_rss(&child));
            }
            last = line;
        }
        peak = peak.max(peak_rss(&child));
        child.wait().unwrap();
        let last: Value = serde_json::from_str(&last).unwrap();
        (last["summary"].clone(), peak)
    }

    /// Number of messages that arrived once, and more than once.
    fn once_and_more(&self) -> (usize, usize) {
        let received = self.emulator.received();
        let more = received.values().filter(|count| **count > 1).count();
        (received.len() - more, more)
    }
}

/// An emulator that stores all messages, and posts no status.
fn emulator() -> Emulator {
    let config = Shell::new();
    let file = config.file(
        "emulator.toml",
        "keep = 1200000\nspeed = 0.001\nmagic_numbers = false\n",
    );
    Emulator::start_with(&[], &["--config", file.to_str().unwrap()])
}

/// The kernel's high-water mark; 0 when the process is gone.
fn peak_rss(child: &Child) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{}/status", child.id()));
    let status = status.unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with("VmHWM:"));
    line.and_then(|line| line.split_whitespace().nth(1)?.parse().ok())
        .unwrap_or_default()
}

#[test]
#[ignore = "a million messages take minutes"]
fn a_million_messages_need_no_more_memory_than_a_few() {
    let scene = Scene::new();
    let (summary, peak) = scene.run(&["--results", "results.ndjson"]);
    assert_eq!(summary["accepted"], COUNT, "{summary}");
    assert_eq!(scene.once_and_more(), (COUNT, 0));
    assert!(0 < peak && peak < RSS_MAX_KB, "{peak} kB");
    println!(
        "million: {COUNT} accepted, {COUNT} taken by the emulator, {peak} kB resident at most, {} s",
        summary["seconds"]
    );
}

#[test]
#[ignore = "a million messages take minutes"]
fn a_million_messages_survive_a_kill() {
    let scene = Scene::new();
    let mut child = scene.start(&["--results", "results.ndjson"]);
    let mut output = child.stdout.take().unwrap();
    std::thread::spawn(move || std::io::copy(&mut output, &mut std::io::sink()));
    let half = std::fs::metadata(scene.shell.path("million.ndjson"))
        .unwrap()
        .len()
        / 2;
    wait_for_length(&scene.shell.path("results.ndjson"), half);
    child.kill().unwrap();
    child.wait().unwrap();
    let (killed_at, more) = scene.once_and_more();
    assert!(0 < killed_at && killed_at < COUNT && more == 0);

    let (summary, peak) = scene.run(&["--resume", "results.ndjson"]);
    let left = summary["left_in_doubt"].as_u64().unwrap_or_default() as usize;
    let (once, more) = scene.once_and_more();
    assert_eq!(more, 0, "{summary}");
    assert!(left <= 64 && once + left >= COUNT, "{summary}");
    assert!(0 < peak && peak < RSS_MAX_KB, "{peak} kB");
    println!(
        "kill -9 after {killed_at}: {once} of {COUNT} arrived once, 0 more than once, {left} left in doubt, {peak} kB"
    );

    let (summary, _) = scene.run(&["--resume", "results.ndjson", "--retry", "in-doubt"]);
    assert_eq!(summary["accepted"], left, "{summary}");
    let (once, more) = scene.once_and_more();
    assert_eq!(once + more, COUNT);
    assert!(more <= left);
    println!("--retry in-doubt: all {COUNT} arrived, {more} of the {left} asked for twice");
}

fn wait_for_length(file: &Path, length: u64) {
    let began = Instant::now();
    while std::fs::metadata(file).map_or(0, |file| file.len()) < length {
        assert!(began.elapsed() < Duration::from_secs(1_800), "no results");
        std::thread::sleep(Duration::from_millis(5));
    }
}

#[test]
#[ignore = "a million messages take minutes: cargo xtask long-runs"]
fn a_campaign_survives_20_kills_of_its_import_and_20_of_its_worker() {
    let emulator = emulator();
    campaign("SQLite", &emulator, &emulator.shell());
}

#[test]
#[cfg(feature = "postgres")]
#[ignore = "a million messages take minutes: cargo xtask long-runs"]
fn a_campaign_in_postgres_survives_20_kills_of_its_import_and_20_of_its_worker() {
    let emulator = emulator();
    let shell = crate::outbox_postgres::migrated(&emulator).expect("Postgres is installed");
    campaign("Postgres", &emulator, &shell);
}

fn campaign(store: &str, emulator: &Emulator, shell: &Shell) {
    let kills = Kills {
        times: 20,
        pause: 200,
    };
    let began = Instant::now();
    survives_kills(emulator, shell, COUNT, kills);
    let seconds = began.elapsed().as_secs();
    let mut again = vec!["outbox", "add", "--json"];
    // All recipients of another campaign are new.
    again.extend(["--campaign", "summer", "--csv", "people.csv"]);
    again.extend(["--template", "message.json"]);
    let mut import = shell.command(&again).stdin(Stdio::null()).spawn().unwrap();
    let mut peak = 0;
    while import.try_wait().unwrap().is_none() {
        peak = peak.max(peak_rss(&import));
        std::thread::sleep(Duration::from_millis(20));
    }
    assert!(0 < peak && peak < RSS_MAX_KB, "{peak} kB");
    println!(
        "campaign in {store}: {COUNT} recipients after 20 kills of the import and 20 of the worker in {seconds} s, \
         0 lost, 0 doubled, import in {peak} kB"
    );
}
