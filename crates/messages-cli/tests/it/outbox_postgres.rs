//! `messages outbox` with its store in a Postgres server.

use std::process::Stdio;

use serde_json::{Value, json};

#[expect(dead_code, reason = "some of it serves the tests of the store alone")]
#[path = "../../../messages-outbox-postgres/tests/it/server.rs"]
mod server;

use crate::campaigns::{ADD, Kills, prepare, report, survives_kills};
use crate::outbox::{messages, outbox, outbox_with, states, work};
use crate::shell::{Emulator, Shell};

/// An empty database of the shared server, and a URL of it without its socket.
fn database() -> Option<(String, String)> {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let database = runtime.block_on(server::shared()?.empty_database());
    Some((
        format!("postgres://postgres@/{}", database.name()),
        database.host(),
    ))
}

/// Checks of `doctor` by their names.
fn checks(shell: &Shell, ok: bool) -> Vec<String> {
    let checked = outbox(shell, &["doctor"]);
    let found = checked.objects();
    let found = found.iter().filter(|finding| finding["ok"] == ok);
    found
        .map(|finding| finding["check"].as_str().unwrap().to_owned())
        .collect()
}

#[test]
fn two_workers_share_a_database() {
    let Some((url, host)) = database() else {
        return;
    };
    let emulator = Emulator::start();
    let shell = emulator
        .shell()
        .with("MESSAGES_STORE", &url)
        .with("PGHOST", &host);

    // Only `migrate` makes tables.
    let early = outbox(&shell, &["status"]);
    assert_eq!(early.code, 1, "{}", early.stdout);
    assert!(early.stderr.contains("outbox migrate"), "{}", early.stderr);
    for _ in 0..2 {
        let migrated = outbox(&shell, &["migrate"]);
        assert_eq!(migrated.code, 0, "{}", migrated.stderr);
    }
    let printed = shell.run(&["outbox", "migrate", "--print"]);
    assert!(printed.stdout.contains("CREATE TABLE messages_outbox.rows"));
    let roles = shell.run(&["outbox", "migrate", "--print-roles"]);
    assert!(roles.stdout.contains("CREATE ROLE messages_outbox_worker"));

    let added = outbox_with(&shell, &["add"], &messages(400));
    assert_eq!(added.code, 0, "{}", added.stderr);
    assert_eq!(added.object()["summary"]["added"], 400);
    let again = outbox_with(&shell, &["add"], &messages(400));
    assert_eq!(again.object()["summary"]["existing"], 400);
    let worker = ["outbox", "work", "--until-empty", "--no-webhooks", "--json"];
    let workers: Vec<_> = (0..2)
        .map(|_| {
            let mut worker = shell.command(&worker);
            worker.stdin(Stdio::null()).spawn().unwrap()
        })
        .collect();
    let mut sent = Vec::new();
    for worker in workers {
        let output = worker.wait_with_output().unwrap();
        let text = String::from_utf8(output.stdout).unwrap();
        let last: Value = serde_json::from_str(text.lines().last().unwrap()).unwrap();
        sent.push(last["summary"]["sent"].as_u64().unwrap());
    }
    println!("sent by each worker: {sent:?}");
    assert_eq!(sent.iter().sum::<u64>(), 400, "{sent:?}");
    assert_eq!(states(&shell)["queued"], 0);
    let received = emulator.received();
    assert_eq!(received.len(), 400);
    assert!(received.values().all(|count| *count == 1));

    let listed = outbox(&shell, &["list", "--state", "sent", "--limit", "1"]);
    let id = listed.objects()[0]["id"].as_str().unwrap().to_owned();
    let shown = outbox(&shell, &["show", &id]).object();
    assert!(shown["history"].is_array(), "{shown}");
    let workflow = r#"{"template":"failover","workflow":[
        {"from":{"type":"sms","number":"447700900001"},"to":{"type":"sms","number":"447700900778"},
         "message":{"content":{"type":"text","text":"step"}}}]}"#;
    let started = outbox_with(&shell, &["add"], &workflow.replace('\n', ""));
    assert_eq!(started.code, 0, "{}{}", started.stdout, started.stderr);
    let runs = outbox(&shell, &["list", "--runs"]);
    assert_eq!((runs.code, runs.objects().len()), (0, 1), "{}", runs.stderr);

    // The tests' server trades durability for speed.
    assert_eq!(checks(&shell, false), ["durability"]);
    for check in [
        "server", "schema", "role", "clock", "indexes", "leases", "notify",
    ] {
        assert!(
            checks(&shell, true).iter().any(|name| name == check),
            "{check}"
        );
    }
}

/// A shell whose outbox is a database with its tables.
pub(crate) fn migrated(emulator: &Emulator) -> Option<Shell> {
    let (url, host) = database()?;
    let shell = emulator
        .shell()
        .with("MESSAGES_STORE", &url)
        .with("PGHOST", &host);
    let migrated = outbox(&shell, &["migrate"]);
    assert_eq!(migrated.code, 0, "{}", migrated.stderr);
    Some(shell)
}

#[test]
fn a_campaign_is_imported_controlled_sent_and_exported() {
    let emulator = Emulator::start();
    let Some(shell) = migrated(&emulator) else {
        return;
    };
    prepare(&shell, 300);
    let campaign = |action: &str| outbox(&shell, &["campaign", action, "spring"]);
    assert_eq!(outbox(&shell, &ADD).object()["summary"]["added"], 300);
    assert_eq!(outbox(&shell, &ADD).object()["summary"]["existing"], 300);
    assert_eq!(campaign("pause").object()["changed"], 1);
    let listed = outbox(&shell, &["campaign", "list"]).object();
    assert_eq!(listed["state"], "paused", "{listed}");
    work(&shell);
    assert_eq!(report(&shell)["states"], json!({"pending": 300}));
    assert_eq!(campaign("resume").object()["changed"], 1);
    work(&shell);
    assert_eq!(report(&shell)["states"], json!({"sent": 300}));
    assert!(emulator.received().values().all(|count| *count == 1));
    assert_eq!(emulator.accepted(), 300);
    let exported = campaign("export").objects();
    assert_eq!(exported.len(), 300);
    assert!(exported.iter().all(|one| one["message_uuid"].is_string()));
}

#[test]
fn killed_imports_and_workers_of_a_campaign_lose_and_double_nothing() {
    let emulator = Emulator::start();
    if let Some(shell) = migrated(&emulator) {
        survives_kills(&emulator, &shell, 2_000, Kills::FEW);
    }
}

#[test]
fn a_password_is_never_an_argument_and_never_printed() {
    let shell = Shell::new();
    let url = "postgres://app:canary-password@localhost:1/app";
    for query in ["", "?password=canary-password"] {
        let url = match query {
            "" => url.to_owned(),
            query => format!("postgres://app@localhost:1/app{query}"),
        };
        let refused = outbox(&shell, &["status", "--store", &url]);
        assert_eq!(refused.code, 2, "{}", refused.stderr);
        assert!(refused.stderr.contains("PGPASSWORD"), "{}", refused.stderr);
        assert!(!refused.stderr.contains("canary"), "{}", refused.stderr);
    }
    for (store, code) in [(url.to_owned(), 1), (format!("{url}?sslmode=x"), 2)] {
        let shell = Shell::new()
            .with("MESSAGES_STORE", &store)
            .with("RUST_LOG", "trace");
        for command in ["status", "migrate", "doctor"] {
            let ended = outbox(&shell, &[command]);
            assert_eq!(ended.code, code, "{}", ended.stderr);
            assert!(!ended.stderr.contains("canary"), "{}", ended.stderr);
            assert!(!ended.stdout.contains("canary"), "{}", ended.stdout);
        }
    }
    let help = shell.run(&["outbox", "status", "--help"]);
    assert!(help.stdout.contains("postgres://"), "{}", help.stdout);
}
