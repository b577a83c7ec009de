//! Openings of windows, compared with those worked out minute by minute in another language.

use jiff::Timestamp;
use messages_outbox::window::{Window, Zone, Zones, opens_at};
use serde_json::Value;

#[test]
fn each_opening_is_the_one_found_minute_by_minute() {
    let cases: Vec<Value> =
        serde_json::from_str(include_str!("../data/windows/cases.json")).unwrap();
    let mut zones = std::collections::BTreeSet::new();
    for case in &cases {
        zones.insert(case["zone"].as_str().or(case["number"].as_str()).unwrap());
        assert_eq!(opening(case), case["opens"], "{case}");
    }
    println!("{} cases, {} zones and countries", cases.len(), zones.len());
    assert!(cases.len() >= 200 && zones.len() >= 12);
}

fn opening(case: &Value) -> Value {
    let zones = match (&case["zone"], &case["number"]) {
        (Value::String(name), _) => Zones::named(&Zone::new(name.as_str()).unwrap()),
        (_, number) => Zones::of_number(number.as_str().unwrap()),
    };
    let Some(zones) = zones else {
        return "zone_unknown".into();
    };
    let window: Window = serde_json::from_value(case["window"].clone()).unwrap();
    let now: Timestamp = case["now"].as_str().unwrap().parse().unwrap();
    opens_at(&window, &zones, now).map_or(Value::Null, |time| time.to_string().into())
}
