//! The whole road, without an account.

use crate::shell::Shell;

#[test]
fn the_demo_follows_everything_to_its_end() {
    let ended = Shell::new().run(&["demo", "--json"]);
    assert_eq!(ended.code, 0, "{}", ended.stderr);
    let objects = ended.objects();
    let (summary, entries) = objects.split_last().unwrap();
    assert_eq!(summary["summary"]["incomplete"], 0);
    assert_eq!(summary["summary"]["unverified"], 0);
    assert!(entries.iter().all(|entry| entry["verified"] == true));

    let messages: Vec<_> = entries
        .iter()
        .filter(|entry| entry["kind"] == "message")
        .collect();
    for (api, channel) in [
        ("v0.1", "sms"),
        ("v0.1", "viber_service_msg"),
        ("v0.1", "messenger"),
        ("v1", "sms"),
        ("v1", "mms"),
        ("v1", "rcs"),
        ("v1", "whatsapp"),
        ("v1", "messenger"),
        ("v1", "viber_service"),
    ] {
        let message = messages
            .iter()
            .find(|message| message["api"] == api && message["channel"] == channel)
            .unwrap_or_else(|| panic!("no {api} message over {channel}"));
        assert_eq!(message["message_uuid"].as_str().unwrap().len(), 36);
        assert_eq!(message["statuses"][1], "delivered");
    }

    let contents: Vec<_> = entries
        .iter()
        .filter(|entry| entry["kind"] == "inbound")
        .map(|entry| entry["content"].as_str().unwrap())
        .collect();
    assert_eq!(contents.len(), 2, "a text and a place");

    let workflow = entries
        .iter()
        .find(|entry| entry["kind"] == "workflow")
        .unwrap();
    assert_eq!(workflow["messages"][0]["channel"], "viber_service");
    assert_eq!(
        workflow["messages"][0]["statuses"],
        serde_json::json!(["rejected"])
    );
    assert_eq!(workflow["messages"][1]["channel"], "sms");
    assert_eq!(workflow["report"], "completed");

    let journey = entries.last().unwrap();
    assert_eq!(
        (&journey["kind"], &journey["state"]),
        (&"journey".into(), &"completed".into())
    );
    let messages = journey["messages"].as_array().unwrap();
    let channels: Vec<_> = messages.iter().map(|message| &message["channel"]).collect();
    assert_eq!(channels, ["whatsapp", "sms"]);
    for message in messages {
        assert_eq!(
            message["statuses"],
            serde_json::json!(["submitted", "delivered"])
        );
    }
}

#[test]
fn a_killed_worker_is_recovered_without_loss_or_doubles() {
    let ended = Shell::new().run(&["demo", "--outbox", "--json"]);
    assert_eq!(ended.code, 0, "{}{}", ended.stdout, ended.stderr);
    let objects = ended.objects();
    let steps: Vec<_> = objects
        .iter()
        .map(|step| step["step"].as_str().unwrap())
        .collect();
    assert_eq!(steps, ["stored", "killed", "recovered", "compared"]);
    let accepted = objects[1]["accepted"].as_u64().unwrap();
    assert!((60..200).contains(&accepted), "{accepted}");
    let compared = &objects[3];
    assert_eq!(
        (&compared["doubled"], &compared["lost"]),
        (&0.into(), &0.into())
    );
    let in_doubt = compared["in_doubt"].as_u64().unwrap();
    assert_eq!(compared["accepted_once"].as_u64().unwrap() + in_doubt, 200);
}
