//! Rules between the steps, and those of the document itself.

use serde_json::{Value, json};

use super::{complete, journey, problems, put, step};

#[test]
fn a_journey_with_every_field_is_accepted() {
    assert_eq!(problems(&complete()), [""; 0]);
    assert_eq!(problems(&journey([step("sms")])), [""; 0]);
}

#[test]
fn the_fields_of_a_journey() {
    for (place, value, expected) in [
        ("/template", json!("journey/2"), "/template one_of"),
        ("/template", json!(1), "/template type"),
        ("/zone", json!("Berlin time"), "/zone format"),
        ("/zone", json!("Europe/"), "/zone format"),
        ("/zone", json!(1), "/zone type"),
        ("/zone", json!(null), "/zone type"),
        ("/window", json!({}), "/window/from required"),
        ("/window/from", json!("9:00"), "/window/from format"),
        ("/window/from", json!("24:00"), "/window/from format"),
        ("/window/from", json!("09:60"), "/window/from format"),
        ("/window/from", json!("+9:00"), "/window/from format"),
        ("/window/to", json!("09:00"), "/window/to combination"),
        ("/window/days", json!([]), "/window/days min_items"),
        ("/window/days/1", json!("mon"), "/window/days/1 combination"),
        ("/window/days/1", json!("Monday"), "/window/days/1 one_of"),
        ("/window/zone", json!("UTC"), "/window/zone not_allowed"),
        ("/stop_on", json!([]), "/stop_on min_items"),
        ("/stop_on/0", json!("click"), "/stop_on/0 one_of"),
        ("/stop_on/1", json!({}), "/stop_on/1 required"),
        ("/stop_on/1/status", json!("read"), "/stop_on/1 combination"),
        (
            "/stop_on/1/signal",
            json!(""),
            "/stop_on/1/signal min_length",
        ),
        ("/stop_on/1/x", json!(1), "/stop_on/1/x not_allowed"),
        (
            "/stop_on/2/status",
            json!("seen"),
            "/stop_on/2/status one_of",
        ),
        ("/doubt", json!("guess"), "/doubt one_of"),
        ("/max_hold", json!(0), "/max_hold range"),
        ("/max_hold", json!(2_592_001), "/max_hold range"),
        ("/steps", json!({}), "/steps type"),
        ("/steps", json!(null), "/steps required"),
        ("/steps", json!([]), "/steps min_items"),
        ("/stop", json!([]), "/stop not_allowed"),
        ("/colour", json!(null), "/colour not_allowed"),
    ] {
        let mut changed = complete();
        put(&mut changed, place, Some(value.clone()));
        assert_eq!(
            problems(&changed).first().map(String::as_str),
            Some(expected),
            "{value}"
        );
        let is_whole = place == "/window" || place == "/steps";
        assert!(
            is_whole || problems(&changed).len() == 1,
            "{:?}",
            problems(&changed)
        );
    }
}

#[test]
fn a_step_continues_with_a_later_step_only() {
    let steps = |otherwise: [Value; 3]| {
        let names = ["a", "b", "c"];
        let steps = otherwise.into_iter().zip(names).map(|(otherwise, name)| {
            let mut step = step("sms");
            step["name"] = json!(name);
            if !otherwise.is_null() {
                step["else"] = otherwise;
            }
            step
        });
        journey(steps)
    };
    let to = |name: &str| json!({ "step": name });
    let none = || Value::Null;
    for (otherwise, expected) in [
        ([to("b"), to("c"), json!("stop")], vec![]),
        ([to("c"), json!("next"), none()], vec![]),
        ([to("a"), none(), none()], vec!["/steps/0/else/step one_of"]),
        (
            [none(), to("a"), to("d")],
            vec!["/steps/1/else/step one_of", "/steps/2/else/step one_of"],
        ),
        ([json!("b"), none(), none()], vec!["/steps/0/else one_of"]),
        (
            [json!({}), none(), none()],
            vec!["/steps/0/else/step required"],
        ),
        (
            [json!({ "step": "b", "x": 1 }), none(), none()],
            vec!["/steps/0/else/x not_allowed"],
        ),
        ([json!(["b"]), none(), none()], vec!["/steps/0/else type"]),
    ] {
        assert_eq!(
            problems(&steps(otherwise.clone())),
            expected,
            "{otherwise:?}"
        );
    }
}

#[test]
fn names_are_unique_and_something_is_sent() {
    let mut changed = complete();
    put(&mut changed, "/steps/1/name", Some(json!("whatsapp")));
    assert_eq!(problems(&changed), ["/steps/1/name combination"]);
    let waits = journey([json!({ "wait": { "for": 60 } })]);
    assert_eq!(problems(&waits), ["/steps required"]);
    assert_eq!(problems(&journey(vec![step("sms"); 50])), [""; 0]);
    assert_eq!(
        problems(&journey(vec![step("sms"); 51])),
        ["/steps max_items"]
    );
    let mut many = complete()["steps"][3].clone();
    many.as_object_mut().unwrap().remove("name");
    many["send"]["to"] = json!(vec![many["send"]["to"][1].clone(); 10]);
    let with_one = |count: usize| {
        let mut steps = vec![many.clone(); 25];
        steps.extend(vec![step("sms"); count]);
        problems(&journey(steps))
    };
    assert_eq!(with_one(5), [""; 0]);
    assert_eq!(with_one(6), ["/steps max_items"]);
}

#[test]
fn the_problems_of_all_steps_are_reported_at_once() {
    let mut changed = complete();
    put(&mut changed, "/zone", Some(json!("Berlin time")));
    put(&mut changed, "/steps/0/until/within", Some(json!(0)));
    put(&mut changed, "/steps/0/else/step", Some(json!("nowhere")));
    put(&mut changed, "/steps/1/name", Some(json!("sms")));
    put(
        &mut changed,
        "/steps/3/send/to/1/to",
        Some(json!("+447700900000")),
    );
    put(&mut changed, "/steps/3/untl", Some(json!({})));
    let mut found = problems(&changed);
    found.sort();
    assert_eq!(
        found,
        [
            "/steps/0/else/step one_of",
            "/steps/0/until/within range",
            "/steps/3/name combination",
            "/steps/3/send/to/1/to format",
            "/steps/3/untl not_allowed",
            "/zone format",
        ]
    );
}
