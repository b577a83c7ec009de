//! Many messages: what an interrupted run leaves, and what a second one does with it.

use std::fmt::Write as _;
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::shell::Emulator;

pub(crate) fn messages(count: usize) -> String {
    (0..count).fold(String::new(), |mut text, index| {
        let _ = writeln!(
            text,
            r#"{{"channel":"sms","message_type":"text","from":"447700900001","to":"447700900000","text":"number {index}"}}"#
        );
        text
    })
}

/// Number of messages the emulator accepted, by its own account, once it has reported all of them.
pub(crate) fn taken(emulator: &Emulator) -> usize {
    let mut told = emulator.accepted();
    loop {
        std::thread::sleep(Duration::from_millis(100));
        match emulator.accepted() {
            same if same == told => return told,
            more => told = more,
        }
    }
}

/// Messages to one recipient each, so that the emulator counts messages per recipient.
fn messages_to_all(count: usize) -> String {
    (0..count).fold(String::new(), |mut text, index| {
        let _ = writeln!(
            text,
            r#"{{"channel":"sms","message_type":"text","from":"447700900001","to":"{}","text":"number {index}"}}"#,
            recipient(index)
        );
        text
    })
}

fn recipient(index: usize) -> String {
    format!("4479{index:08}")
}

/// Number of messages the emulator received once, and more than once.
fn once_and_more(emulator: &Emulator) -> (usize, usize) {
    let received = emulator.received();
    let more = received.values().filter(|count| **count > 1).count();
    (received.len() - more, more)
}

#[cfg(unix)]
pub(crate) fn interrupt(child: &std::process::Child) {
    let status = std::process::Command::new("kill")
        .args(["-INT", &child.id().to_string()])
        .status()
        .unwrap();
    assert!(status.success());
}

/// Waits until a results file has this many lines.
fn wait_for_results(file: &std::path::Path, count: usize) {
    let began = Instant::now();
    while std::fs::read_to_string(file).map_or(0, |text| text.lines().count()) < count {
        assert!(began.elapsed() < Duration::from_secs(60), "no results");
        std::thread::sleep(Duration::from_millis(5));
    }
}

#[test]
fn a_killed_run_is_resumed_without_a_duplicate() {
    let emulator = Emulator::start();
    let shell = emulator.shell();
    let count = 2_000;
    let input = shell.file("messages.ndjson", &messages_to_all(count));
    let input = input.to_str().unwrap();
    let results = shell.path("results.ndjson");
    let file = results.to_str().unwrap();
    let first = [
        "send",
        "--file",
        input,
        "--concurrency",
        "8",
        "--rate",
        "2000",
        "--results",
        file,
    ];
    let mut child = shell.command(&first).spawn().unwrap();
    wait_for_results(&results, 200);
    let second = shell.run(&["send", "--file", input, "--resume", file]);
    assert_eq!(second.code, 1, "two runs at once");
    assert!(second.stderr.contains("another run"), "{}", second.stderr);
    child.kill().unwrap();
    child.wait().unwrap();
    let (once, more) = once_and_more(&emulator);
    assert!((200..count).contains(&once) && more == 0, "{once} {more}");

    // A new run does not overwrite what is known.
    assert_ne!(shell.run(&first).code, 0);

    let resume = [
        "send",
        "--file",
        input,
        "--concurrency",
        "8",
        "--json",
        "--resume",
        file,
    ];
    let ended = shell.run(&resume);
    let summary = ended.object()["summary"].clone();
    let left = summary["left_in_doubt"].as_u64().unwrap_or_default() as usize;
    assert!(left <= 8, "{summary}");
    assert_eq!(ended.code, if left == 0 { 0 } else { 8 });
    let (once, more) = once_and_more(&emulator);
    assert_eq!(more, 0, "a message was sent twice");
    assert!(once + left >= count, "{once} and {left} in doubt");

    // `--retry in-doubt` sends the rest too, and only that.
    let ended = shell.run(&[&resume[..], &["--retry", "in-doubt"]].concat());
    assert_eq!(ended.code, 0, "{}", ended.stdout);
    assert_eq!(
        ended.object()["summary"]["accepted"].as_u64(),
        Some(left as u64)
    );
    let (once_in_the_end, more) = once_and_more(&emulator);
    assert_eq!(once_in_the_end + more, count, "every message arrived");
    assert!(more <= left, "only what was asked for was sent twice");
    let again = shell.run(&resume).object();
    assert_eq!(again["summary"]["skipped"], count);
    println!(
        "resume: {count} messages, {once} once and 0 more than once after the first resume, {left} left in doubt; \
         all of them after the retry, {more} of the {left} twice"
    );

    let edited = messages_to_all(count).replace("number 0\"", "number zero\"");
    std::fs::write(input, edited).unwrap();
    assert_eq!(
        shell.run(&resume).code,
        3,
        "another input than the first run's"
    );
}

#[cfg(unix)]
#[test]
fn an_interrupted_run_waits_for_what_is_under_way() {
    let emulator = Emulator::start();
    let shell = emulator.shell();
    let input = shell.file("messages.ndjson", &messages_to_all(2_000));
    let input = input.to_str().unwrap();
    let results = shell.path("results.ndjson");
    let file = results.to_str().unwrap();
    let child = shell
        .command(&[
            "send",
            "--file",
            input,
            "--rate",
            "500",
            "--json",
            "--results",
            file,
        ])
        .spawn()
        .unwrap();
    wait_for_results(&results, 50);
    interrupt(&child);
    let output = child.wait_with_output().unwrap();
    let remarks = String::from_utf8(output.stderr).unwrap();
    assert!(remarks.contains("interrupted: waiting for"), "{remarks}");
    assert_eq!(output.status.code(), Some(8));
    let last = String::from_utf8(output.stdout).unwrap();
    let last: Value = serde_json::from_str(last.lines().last().unwrap()).unwrap();
    assert_eq!(last["summary"]["interrupted"], true);
    let accepted = last["summary"]["accepted"].as_u64().unwrap();
    assert_eq!(once_and_more(&emulator), (accepted as usize, 0));
    assert!(
        !shell.path("results.ndjson.pending").exists(),
        "all is settled"
    );

    let rest = shell.run(&["send", "--file", input, "--json", "--resume", file]);
    assert_eq!(rest.code, 0, "{}", rest.stderr);
    assert_eq!(once_and_more(&emulator), (2_000, 0));
}

#[cfg(unix)]
#[test]
fn a_second_interrupt_names_what_is_left_in_doubt() {
    // Accepts every connection and never responds.
    let silent = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", silent.local_addr().unwrap());
    let shell = crate::shell::Shell::new()
        .with("MESSAGES_ENDPOINT", &url)
        .with("VONAGE_API_KEY", "a1b2c3d4")
        .with("VONAGE_API_SECRET", "secret");
    let input = shell.file("messages.ndjson", &messages(10));
    let results = shell.path("results.ndjson");
    let child = shell
        .command(&[
            "send",
            "--file",
            input.to_str().unwrap(),
            "--concurrency",
            "3",
            "--results",
            results.to_str().unwrap(),
        ])
        .spawn()
        .unwrap();
    let journal = shell.path("results.ndjson.pending");
    // Its head, and the three messages.
    wait_for_results(&journal, 4);
    interrupt(&child);
    std::thread::sleep(Duration::from_millis(300));
    interrupt(&child);
    let output = child.wait_with_output().unwrap();
    let remarks = String::from_utf8(output.stderr).unwrap();
    assert!(
        remarks.contains("3 abandoned in flight, and in doubt: 0, 1, 2"),
        "{remarks}"
    );
    assert_eq!(output.status.code(), Some(8));
    assert!(journal.exists(), "a later run has to know");
    let told = String::from_utf8(output.stdout).unwrap();
    assert!(told.contains("3 in doubt"), "{told}");
}

#[test]
fn what_is_in_doubt_is_not_sent_again() {
    let emulator = Emulator::start();
    let shell = emulator.shell();
    // The emulator accepts the first and loses its response, and refuses the second.
    let input = messages(2)
        .replacen("447700900000", "447700960602", 1)
        .replacen("447700900000", "447700960402", 1);
    let input = shell.file("messages.ndjson", &input);
    let input = input.to_str().unwrap();
    let file = shell.path("results.ndjson");
    let file = file.to_str().unwrap();
    let ended = shell.run(&["send", "--file", input, "--json", "--results", file]);
    assert_eq!(ended.code, 8);
    let resume = ["send", "--file", input, "--json", "--resume", file];
    let ended = shell.run(&resume);
    let summary = &ended.object()["summary"];
    assert_eq!(summary["left_in_doubt"], 1, "{summary}");
    assert_eq!(summary["rejected"], 1, "{summary}");
    assert_eq!(taken(&emulator), 1);
}

#[test]
fn a_batch_slows_down_to_the_rate_of_the_api() {
    // As many at a time as by default, fewer, and more than there are messages.
    std::thread::scope(|scope| {
        for concurrency in ["16", "3", "100"] {
            scope.spawn(move || slows_down(concurrency));
        }
    });
}

fn slows_down(concurrency: &str) {
    let directory = tempfile::tempdir().unwrap();
    let config = directory.path().join("emulator.toml");
    std::fs::write(&config, "rate_limit = { per_second = 4, burst = 1 }\n").unwrap();
    let emulator = Emulator::start_with(&[], &["--config", config.to_str().unwrap()]);
    let ended = emulator.shell().run_with(
        &[
            "send",
            "--file",
            "-",
            "--concurrency",
            concurrency,
            "--json",
        ],
        &messages(12),
    );
    let summary = &ended.objects().pop().unwrap()["summary"];
    assert_eq!(summary["accepted"], 12, "{concurrency}: {summary}");
    assert_eq!(ended.code, 0, "{concurrency}");
    assert_eq!(taken(&emulator), 12, "{concurrency}");
}

#[test]
fn a_rate_may_be_a_fraction() {
    let emulator = Emulator::start();
    for (rate, count, least) in [
        // Three intervals of 400 ms.
        ("2.5", 4, 1_190),
        // Far fewer than one a second: one interval of 2 s.
        ("0.5", 2, 1_990),
        ("12.5", 4, 235),
    ] {
        let began = Instant::now();
        let ended = emulator.shell().run_with(
            &["send", "--file", "-", "--rate", rate, "--json"],
            &messages(count),
        );
        assert_eq!(ended.code, 0, "{rate}");
        let elapsed = began.elapsed();
        assert!(
            elapsed >= Duration::from_millis(least),
            "{rate}: {elapsed:?}"
        );
        // The 16 workers that find nothing more to send do not wait for further turns: 6.4 s, and 32 s.
        let most = Duration::from_millis(least + 2_800);
        assert!(elapsed < most, "{rate}: {elapsed:?}");
    }
    for rate in ["0", "-1", "0.00001", "NaN", "inf", "fast", "1e9"] {
        let rate = format!("--rate={rate}");
        let ended = emulator
            .shell()
            .run_with(&["send", "--file", "-", &rate], &messages(1));
        assert_eq!(ended.code, 2, "{rate}");
        assert!(
            ended.stderr.contains("messages per second"),
            "{}",
            ended.stderr
        );
    }
}

#[test]
fn a_rate_is_kept() {
    let emulator = Emulator::start();
    let began = Instant::now();
    let ended = emulator.shell().run_with(
        &["send", "--file", "-", "--rate", "50", "--json"],
        &messages(40),
    );
    assert_eq!(ended.code, 0);
    assert!(
        began.elapsed() >= Duration::from_millis(740),
        "{:?}",
        began.elapsed()
    );
}
