//! The tools that need no network.

use serde_json::json;

use crate::shell::Shell;

#[test]
fn check_reports_all_problems_and_what_it_does_not_know() {
    let document = json!({
        "channel": "messenger", "message_type": "image", "from": "page", "ttl": 5, "colour": "red",
        "image": { "url": "https://example.com/a.jpg", "caption": "no captions here" },
    })
    .to_string();
    let ended = Shell::new().run_with(&["check", "--json"], &document);
    assert_eq!(ended.code, 3);
    let found = ended.object();
    assert_eq!(found["kind"], "v1/message");
    assert_eq!(found["valid"], false);
    assert_eq!(found["unknown"], json!(["/colour"]));
    let mut pointers: Vec<_> = found["problems"]
        .as_array()
        .unwrap()
        .iter()
        .map(|problem| problem["pointer"].as_str().unwrap().to_owned())
        .collect();
    pointers.sort_unstable();
    assert_eq!(pointers, ["/image/caption", "/to", "/ttl"]);
}

#[test]
fn check_reads_ndjson_and_stays_valid_on_webhooks() {
    let lines = concat!(
        r#"{"message_uuid":"a","channel":"telegram","to":"1","from":"2","timestamp":"t","status":"teleported"}"#,
        "\n",
        r#"{"channel":"sms","message_type":"text","from":"447700900001","to":"447700900000","text":"one"}"#,
        "\n",
    );
    let ended = Shell::new().run_with(&["check", "--ndjson", "--json"], lines);
    assert_eq!(ended.code, 0, "{}", ended.stdout);
    let kinds: Vec<_> = ended
        .objects()
        .into_iter()
        .map(|found| found["kind"].clone())
        .collect();
    assert_eq!(kinds, ["v1/status", "v1/message"]);
    // One is expected where nothing is said.
    let ended = Shell::new().run_with(&["check"], lines);
    assert_eq!(ended.code, 3);
    assert!(ended.stderr.contains("add --ndjson"), "{}", ended.stderr);
    // A document over several lines is one, however wrong it is.
    for broken in ["{\n\"channel\": \"sms\",\n\"to\": 5\n}\n", "[\n1,\n2\n]\n"] {
        let ended = Shell::new().run_with(&["check"], broken);
        assert_eq!((ended.code, ended.stderr.as_str()), (3, ""), "{broken}");
    }
}

#[test]
fn what_is_no_json_is_a_problem_with_a_place() {
    let ended = Shell::new().run_with(&["check", "--json"], "{\"channel\":");
    assert_eq!(ended.code, 3);
    assert_eq!(ended.object()["valid"], false);
}

#[test]
fn a_workflow_is_upgraded_and_says_what_is_lost() {
    let workflow = json!({ "template": "failover", "workflow": [
        { "from": { "type": "viber_service_msg", "id": "Shop" }, "to": { "type": "viber_service_msg", "number": "447700900000" },
          "message": { "content": { "type": "text", "text": "Hello" } },
          "failover": { "expiry_time": 600, "condition_status": "read" } },
        { "from": { "type": "sms", "number": "447700900001" }, "to": { "type": "sms", "number": "447700900000" },
          "message": { "content": { "type": "text", "text": "Hello" } } },
    ]})
    .to_string();
    let ended = Shell::new().run_with(&["upgrade"], &workflow);
    assert_eq!(ended.code, 0, "{}", ended.stderr);
    let message = ended.object();
    assert_eq!(message["channel"], "viber_service");
    assert_eq!(message["failover"][0]["channel"], "sms");
    assert!(
        ended.stderr.contains("expiry_time") && ended.stderr.contains("condition_status"),
        "{}",
        ended.stderr
    );
    let checked = Shell::new().run_with(&["check"], &ended.stdout);
    assert_eq!(checked.code, 0);
    let again = Shell::new().run_with(&["upgrade"], &ended.stdout);
    assert_eq!((again.code, again.stdout.as_str()), (3, ""));
    assert!(again.stderr.contains("already"), "{}", again.stderr);
}

#[test]
fn preview_counts_segments_and_names_what_forces_unicode() {
    let preview = |text: &str| {
        Shell::new()
            .run(&["preview", "--json", "--text", text])
            .object()
    };
    let plain = preview(&"a".repeat(161));
    assert_eq!(
        (&plain["encoding"], &plain["segments"]),
        (&json!("gsm7"), &json!(2))
    );
    let euro = preview(&"€".repeat(80));
    assert_eq!(
        (&euro["units"], &euro["segments"]),
        (&json!(160), &json!(1))
    );
    for (encoding, segments) in [("unicode", 2), ("auto", 1), ("text", 1)] {
        let text = "a".repeat(101);
        let shown =
            Shell::new().run(&["preview", "--json", "--text", &text, "--encoding", encoding]);
        assert_eq!(shown.object()["segments"], segments, "{encoding}");
    }
    let wrong = Shell::new().run(&["preview", "--text", "x", "--encoding", "utf8"]);
    assert_eq!(wrong.code, 2, "{}", wrong.stderr);
    assert!(
        wrong.stderr.contains("text unicode auto"),
        "{}",
        wrong.stderr
    );
    let snowman = preview("Hello ☃");
    assert_eq!(snowman["encoding"], "ucs2");
    assert_eq!(snowman["offenders"][0]["index"], 6);
}

#[test]
fn codes_are_explained() {
    let ended = Shell::new().run(&["explain", "1340"]);
    assert_eq!(ended.code, 0);
    assert!(
        ended.stdout.contains("outside the allowed window"),
        "{}",
        ended.stdout
    );
}

#[test]
fn a_number_of_several_meanings_is_explained_with_all_of_them() {
    let explain = |code: &str| -> Vec<_> {
        let ended = Shell::new().run(&["explain", code, "--json"]);
        assert_eq!(ended.code, 0, "{}", ended.stderr);
        ended
            .objects()
            .into_iter()
            .map(|meaning| (meaning["http_status"].clone(), meaning["kind"].clone()))
            .collect()
    };
    assert_eq!(
        explain("1000"),
        [
            (json!(null), json!("retry")),
            (json!(429), json!("retry")),
            (json!(500), json!("unknown")),
        ]
    );
    assert_eq!(
        explain("1120"),
        [
            (json!(null), json!("configuration")),
            (json!(422), json!("configuration")),
        ]
    );
    assert_eq!(explain("invalid-id"), [(json!(null), json!("permanent"))]);
    assert_eq!(Shell::new().run(&["explain", "4242"]).code, 3);
}

#[test]
fn help_completions_and_manual_are_there() {
    for arguments in [
        &["--help"][..],
        &["help", "send"],
        &["completions", "bash"],
        &["man"],
        &["--version"],
    ] {
        let ended = Shell::new()
            .with("VONAGE_API_SECRET", "canary-secret")
            .with("MESSAGES_ENDPOINT", "http://canary.example")
            .run(arguments);
        assert_eq!(ended.code, 0, "{arguments:?}");
        assert!(!ended.stdout.contains("canary"), "{arguments:?}");
    }
}
