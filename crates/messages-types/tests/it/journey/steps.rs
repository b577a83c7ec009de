//! Rules within a step.

use serde_json::{Value, json};

use super::{complete, journey, message, problems, put, step};

#[test]
fn a_step_sends_or_waits() {
    for (place, value, expected) in [
        ("/steps/0", json!("x"), "/steps/0 type"),
        ("/steps/0", json!({}), "/steps/0 required"),
        ("/steps/0/wait", json!({ "for": 1 }), "/steps/0 combination"),
        ("/steps/0/name", json!(""), "/steps/0/name min_length"),
        (
            "/steps/0/name",
            json!("n".repeat(65)),
            "/steps/0/name max_length",
        ),
        ("/steps/0/untl", json!({}), "/steps/0/untl not_allowed"),
        ("/steps/0/send", json!({}), "/steps/0/send required"),
        ("/steps/0/send", json!([]), "/steps/0/send type"),
        (
            "/steps/0/send/template",
            json!({}),
            "/steps/0/send combination",
        ),
        (
            "/steps/0/send/to",
            json!([]),
            "/steps/0/send/to not_allowed",
        ),
        (
            "/steps/0/send/message/to",
            json!("+44"),
            "/steps/0/send/message/to format",
        ),
        (
            "/steps/0/send/message/failover",
            json!([message("sms")]),
            "/steps/0/send/message/failover not_allowed",
        ),
        (
            "/steps/0/send/message/channel",
            json!("fax"),
            "/steps/0/send/message/channel one_of",
        ),
        (
            "/steps/0/until",
            json!({ "status": "read" }),
            "/steps/0/until/within required",
        ),
        (
            "/steps/0/until/status",
            json!("submitted"),
            "/steps/0/until/status one_of",
        ),
        ("/steps/0/until/x", json!(1), "/steps/0/until/x not_allowed"),
        (
            "/steps/0/until/within",
            json!(0),
            "/steps/0/until/within range",
        ),
        (
            "/steps/0/until/within",
            json!(2_592_001),
            "/steps/0/until/within range",
        ),
        (
            "/steps/0/until/within",
            json!("600"),
            "/steps/0/until/within type",
        ),
        (
            "/steps/0/on_error/1",
            json!("1300"),
            "/steps/0/on_error/1 type",
        ),
        ("/steps/0/on_error/1", json!(-1), "/steps/0/on_error/1 type"),
        (
            "/steps/0/on_error",
            json!(vec![1; 51]),
            "/steps/0/on_error max_items",
        ),
        (
            "/steps/0/before_next/ttl",
            json!(600),
            "/steps/0/before_next/ttl type",
        ),
        (
            "/steps/0/before_next/grace",
            json!(3601),
            "/steps/0/before_next/grace range",
        ),
        (
            "/steps/0/before_next/wait",
            json!(5),
            "/steps/0/before_next/wait not_allowed",
        ),
        ("/steps/1/until", json!({}), "/steps/1/until not_allowed"),
        ("/steps/1/wait", json!({}), "/steps/1/wait required"),
        (
            "/steps/1/wait/until",
            json!("2026-12-01T09:00:00Z"),
            "/steps/1/wait combination",
        ),
        ("/steps/1/wait/for", json!(0), "/steps/1/wait/for range"),
        (
            "/steps/1/wait/for",
            json!(31_536_001),
            "/steps/1/wait/for range",
        ),
        (
            "/steps/2/wait/until",
            json!("tomorrow"),
            "/steps/2/wait/until format",
        ),
        ("/steps/2/wait/until", json!(5), "/steps/2/wait/until type"),
        (
            "/steps/3/window/to",
            json!("22:00"),
            "/steps/3/window/to combination",
        ),
    ] {
        let mut changed = complete();
        // The jump must not depend on the changed step.
        put(&mut changed, "/steps/0/else", Some(json!("next")));
        put(&mut changed, place, Some(value.clone()));
        assert_eq!(problems(&changed), [expected], "{place} {value}");
    }
}

#[test]
fn both_ends_of_every_range_are_accepted() {
    for (place, values) in [
        ("/max_hold", [json!(1), json!(2_592_000)]),
        ("/steps/0/until/within", [json!(1), json!(2_592_000)]),
        ("/steps/0/before_next/grace", [json!(0), json!(3600)]),
        ("/steps/0/on_error", [json!([]), json!(vec![1; 50])]),
        ("/steps/1/wait/for", [json!(1), json!(31_536_000)]),
        ("/steps/3/window/from", [json!("00:00"), json!("23:59")]),
    ] {
        for value in values {
            let mut changed = complete();
            put(&mut changed, place, Some(value.clone()));
            assert_eq!(problems(&changed), [""; 0], "{place} {value}");
        }
    }
}

#[test]
fn a_channel_that_never_reports_read_is_not_waited_for() {
    let read = |mut step: Value| {
        step["until"]["status"] = json!("read");
        problems(&journey([step]))
    };
    for channel in ["whatsapp", "rcs", "messenger"] {
        assert_eq!(read(step(channel)), [""; 0], "{channel}");
    }
    assert_eq!(read(step("sms")), ["/steps/0/until/status combination"]);
    let mut mms = step("sms");
    mms["send"]["message"] = json!({ "channel": "mms", "message_type": "image", "from": "447700900001",
        "to": "447700900000", "image": { "url": "https://example.com/cat.jpg" } });
    assert_eq!(read(mms), ["/steps/0/until/status combination"]);

    let mut template = complete();
    put(
        &mut template,
        "/steps/3/until",
        Some(json!({ "status": "read", "within": 60 })),
    );
    assert_eq!(problems(&template), ["/steps/3/until/status combination"]);
}
