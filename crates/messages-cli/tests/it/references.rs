//! Client references that the command mints, and doubts that stored statuses settle by them.

use std::collections::HashSet;
use std::sync::{Arc, Mutex};

use serde_json::{Value, json};

use crate::fake::serve_bodies;
use crate::shell::{Ended, SMS, Shell};

const V0_1: &str = r#"{"from":{"type":"sms","number":"447700900001"},"to":{"type":"sms","number":"447700900000"},"message":{"content":{"type":"text","text":"in doubt"}}}"#;

fn v1(text: &str, more: &str) -> String {
    format!(
        r#"{{"channel":"sms","message_type":"text","from":"447700900001","to":"447700900000","text":"{text}"{more}}}"#
    )
}

/// A shell whose API stores the bodies it gets, and fails for texts that request it.
fn shell() -> (Shell, Arc<Mutex<Vec<Value>>>) {
    let bodies = Arc::new(Mutex::new(Vec::new()));
    let kept = Arc::clone(&bodies);
    let url = serve_bodies(move |before, body| {
        kept.lock()
            .unwrap()
            .push(serde_json::from_str(body).unwrap());
        if body.contains("in doubt") {
            return (500, String::new());
        }
        let dispatch = format!(r#"{{"dispatch_uuid":"d-{before}","message_uuid":"m-{before}"}}"#);
        (202, dispatch)
    });
    let shell = Shell::new()
        .with("MESSAGES_ENDPOINT", &url)
        .with("VONAGE_API_KEY", "a1b2c3d4")
        .with("VONAGE_API_SECRET", "secret");
    (shell, bodies)
}

#[test]
fn every_send_has_a_reference_unless_it_is_switched_off() {
    let (shell, bodies) = shell();
    let workflow = format!(
        r#"{{"template":"failover","workflow":[{},{V0_1}]}}"#,
        V0_1.replace(
            r#","message""#,
            r#","failover":{"expiry_time":600,"condition_status":"delivered"},"message""#
        )
    )
    .replace("in doubt", "Hi");
    shell.file("workflow.json", &workflow);
    let lines = [
        v1("one", ""),
        v1("two", ""),
        V0_1.replace("in doubt", "three"),
        workflow,
    ]
    .join("\n");
    shell.file("in.ndjson", &lines);
    shell.file("people.csv", "phone\n447700900010\n447700900011\n");
    shell.file(
        "template.json",
        &v1("Hi", "").replace("447700900000", "{{phone}}"),
    );
    let old = [&SMS[..], &["--api", "v0.1"]].concat();
    for (arguments, count) in [
        (&SMS[..], 1),
        (&old, 1),
        (&["send", "--file", "in.ndjson"], 4),
        (&["send", "--file", "in.ndjson", "--results", "results"], 4),
        (
            &["send", "--csv", "people.csv", "--template", "template.json"],
            2,
        ),
        (&["workflow", "--file", "workflow.json"], 1),
    ] {
        let run = |more: &[&str]| {
            bodies.lock().unwrap().clear();
            let _ = std::fs::remove_file(shell.path("results"));
            let ended = shell.run(&[arguments, more, &["--json"]].concat());
            assert_eq!(
                ended.code, 0,
                "{arguments:?}: {}{}",
                ended.stdout, ended.stderr
            );
            let sent: Vec<Value> = bodies.lock().unwrap().iter().map(reference).collect();
            let told = ended.objects();
            let told = told.iter().filter(|object| object["outcome"] == "accepted");
            (
                sent,
                told.map(|object| object["client_ref"].clone())
                    .collect::<HashSet<_>>(),
            )
        };
        let (sent, told) = run(&[]);
        let distinct: HashSet<Value> = sent.iter().cloned().collect();
        assert_eq!(
            (sent.len(), distinct.len()),
            (count, count),
            "{arguments:?}: {sent:?}"
        );
        assert!(
            sent.iter()
                .all(|reference| reference.as_str().is_some_and(|text| text.len() == 36))
        );
        assert_eq!(distinct, told, "{arguments:?}");
        let (sent, told) = run(&["--client-ref", "none"]);
        assert_eq!(told, HashSet::from([Value::Null]), "{arguments:?}");
        assert!(sent.iter().all(Value::is_null), "{arguments:?}: {sent:?}");
    }
    let own = [&SMS[..], &["--client-ref", "order-17"]].concat();
    bodies.lock().unwrap().clear();
    assert_eq!(shell.run(&own).code, 0);
    assert_eq!(reference(&bodies.lock().unwrap()[0]), "order-17");
    let dry = shell.run(&[&SMS[..], &["--dry-run", "--json"]].concat());
    assert_eq!(dry.object()["body"]["client_ref"], Value::Null);
}

fn reference(body: &Value) -> Value {
    match body.pointer("/workflow/0/client_ref") {
        Some(reference) => reference.clone(),
        None => body["client_ref"].clone(),
    }
}

fn status(client_ref: &str, message_uuid: &str) -> String {
    json!({
        "message_uuid": message_uuid, "channel": "sms", "to": "447700900000", "from": "447700900001",
        "timestamp": "2026-01-01T14:00:00Z", "status": "rejected", "client_ref": client_ref,
    })
    .to_string()
}

fn resume(shell: &Shell, more: &[&str]) -> Ended {
    let arguments = [
        "send",
        "--file",
        "in.ndjson",
        "--resume",
        "results",
        "--json",
    ];
    shell.run(&[&arguments[..], more].concat())
}

#[test]
fn stored_statuses_settle_what_is_in_doubt() {
    for is_killed in [false, true] {
        let (shell, bodies) = shell();
        let shared = r#","client_ref":"campaign""#;
        let lines = [
            v1("one", ""),
            v1("in doubt", ""),
            V0_1.to_owned(),
            v1("in doubt, too", ""),
            v1("in doubt, shared", shared),
            v1("shared", shared),
        ];
        shell.file("in.ndjson", &lines.join("\n"));
        let first = shell.run(&[
            "send",
            "--file",
            "in.ndjson",
            "--results",
            "results",
            "--json",
        ]);
        assert_eq!(first.object()["summary"]["in_doubt"], 4, "{}", first.stdout);
        let results = std::fs::read_to_string(shell.path("results")).unwrap();
        let records: Vec<Value> = results
            .lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect();
        if is_killed {
            // As a kill leaves it: what was in flight stands in the journal alone.
            let in_flight = |record: &&Value| record["outcome"] == "in_doubt";
            let settled = records.iter().filter(|record| !in_flight(record));
            let settled: String = settled.map(|record| format!("{record}\n")).collect();
            let input = &records
                .iter()
                .find(|record| !record["input"].is_null())
                .unwrap()["input"];
            let head = format!(
                "0 {} {}\n",
                input["bytes"],
                input["digest"].as_str().unwrap()
            );
            let begun = records.iter().map(|record| {
                let digest = record["digest"].as_str().unwrap();
                format!("{} {digest} {}\n", record["index"], record["client_ref"])
            });
            std::fs::write(shell.path("results"), settled).unwrap();
            std::fs::write(
                shell.path("results.pending"),
                head + &begun.collect::<String>(),
            )
            .unwrap();
        }
        let sent = bodies.lock().unwrap().len();
        let of = |index: u64| {
            let record = records
                .iter()
                .find(|record| record["index"] == index)
                .unwrap();
            record["client_ref"].as_str().unwrap().to_owned()
        };
        let stored = json!({"id": 1, "method": "POST", "path": "/", "headers": [], "body": status(&of(1), "u-1")});
        let events = [
            stored.to_string(),
            status(&of(2), "u-2"),
            status("campaign", "u-4"),
            status("foreign", "u-9"),
            "torn {".to_owned(),
        ];
        shell.file("events.ndjson", &events.join("\n"));
        let ended = resume(&shell, &["--settle", "events.ndjson"]);
        assert_eq!(ended.code, 8, "{}", ended.stderr);
        assert!(
            ended.stderr.contains("settled as accepted: 2"),
            "{}",
            ended.stderr
        );
        let summary = &ended.object()["summary"];
        assert_eq!(
            (&summary["settled"], &summary["left_in_doubt"]),
            (&2.into(), &2.into()),
            "{}",
            ended.stdout
        );
        // A settled message stays settled, and is never sent again.
        let ended = resume(&shell, &["--retry", "in-doubt"]);
        assert!(ended.object()["summary"].get("settled").is_none());
        assert_eq!(bodies.lock().unwrap().len(), sent + 2, "{}", ended.stdout);
        let results = std::fs::read_to_string(shell.path("results")).unwrap();
        for uuid in ["u-1", "u-2"] {
            assert!(results.contains(uuid), "{results}");
        }
        assert!(!results.contains("u-4"), "{results}");
    }
}

#[test]
fn what_settles_must_hold_webhooks() {
    let (shell, _) = shell();
    shell.file("in.ndjson", &v1("in doubt", ""));
    shell.run(&["send", "--file", "in.ndjson", "--results", "results"]);
    shell.file("events.ndjson", "nonsense\n");
    let ended = resume(&shell, &["--settle", "events.ndjson"]);
    assert_eq!(ended.code, 3, "{}", ended.stderr);
    assert!(
        ended.stderr.contains("does not hold webhooks"),
        "{}",
        ended.stderr
    );
    assert_eq!(resume(&shell, &["--settle", "missing"]).code, 1);
    let ended = shell.run(&["send", "--file", "in.ndjson", "--settle", "events.ndjson"]);
    assert_eq!(ended.code, 2, "it needs --resume");
}
