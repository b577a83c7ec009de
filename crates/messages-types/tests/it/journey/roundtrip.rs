//! Any valid journey is written as it was read.

use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::{Map, Value, json};

use super::{FROM, TO, message, problems};

/// An object of the fields that are present.
fn object(fields: impl IntoIterator<Item = (&'static str, Option<Value>)>) -> Value {
    let fields = fields.into_iter();
    let present = fields.filter_map(|(name, value)| Some((name.to_owned(), value?)));
    Value::Object(present.collect::<Map<_, _>>())
}

fn any_window() -> impl Strategy<Value = Value> {
    let day = || select(vec!["mon", "tue", "wed", "thu", "fri", "sat", "sun"]);
    let days = option::of(proptest::collection::hash_set(day(), 1..=7));
    (days, 0..24, 0..60, 0..60).prop_map(|(days, hour, from, to)| {
        object([
            ("days", days.map(|days| json!(Vec::from_iter(days)))),
            ("from", Some(json!(format!("{hour:02}:{from:02}")))),
            ("to", Some(json!(format!("{:02}:{to:02}", (hour + 5) % 24)))),
        ])
    })
}

fn any_content() -> impl Strategy<Value = (Value, bool)> {
    let channel = || select(vec!["sms", "rcs", "whatsapp", "messenger"]);
    let one = channel().prop_map(|channel| {
        let content = json!({ "message": message(channel) });
        (content, channel != "sms")
    });
    let many = (vec(channel(), 1..=10), "[a-z ]{0,20}[a-z]", any::<String>()).prop_map(
        |(channels, name, value)| {
            let reports_read = !channels.contains(&"sms");
            let to: Vec<_> = channels
                .into_iter()
                .map(|channel| json!({ "channel": channel, "from": FROM, "to": TO }))
                .collect();
            let name = name.trim();
            let value: String = value.chars().take(100).collect();
            let content = json!({
                "template": { "message_type": "text", "text": format!("Hello {{{{ {name} }}}}") },
                "variables": { name: value },
                "to": to,
            });
            (content, reports_read)
        },
    );
    prop_oneof![one, many]
}

fn any_send_step() -> impl Strategy<Value = Value> {
    let until = option::of((any::<bool>(), 1..=2_592_000_u32));
    let otherwise = option::of(select(vec![
        json!("next"),
        json!("stop"),
        json!({ "step": "last" }),
    ]));
    let codes = option::of(vec(any::<u32>(), 0..=50));
    let before = option::of((
        option::of(any::<bool>()),
        option::of(any::<bool>()),
        option::of(0..=3_600_u32),
    ));
    (
        any_content(),
        until,
        otherwise,
        codes,
        before,
        option::of(any_window()),
    )
        .prop_map(
            |((send, reports_read), until, otherwise, codes, before, window)| {
                let until = until.map(|(read, within)| {
                    let status = if read && reports_read {
                        "read"
                    } else {
                        "delivered"
                    };
                    json!({ "status": status, "within": within })
                });
                let before = before.map(|(ttl, revoke, grace)| {
                    object([
                        ("ttl", ttl.map(Value::from)),
                        ("revoke", revoke.map(Value::from)),
                        ("grace", grace.map(Value::from)),
                    ])
                });
                object([
                    ("send", Some(send)),
                    ("until", until),
                    ("else", otherwise),
                    ("on_error", codes.map(Value::from)),
                    ("before_next", before),
                    ("window", window),
                ])
            },
        )
}

fn any_step() -> impl Strategy<Value = Value> {
    let wait = prop_oneof![
        (1..=31_536_000_u32).prop_map(|seconds| json!({ "for": seconds })),
        (0..4_000_000_000_i64).prop_map(|second| {
            json!({ "until": jiff::Timestamp::from_second(second).unwrap().to_string() })
        }),
    ];
    prop_oneof![
        3 => any_send_step(),
        1 => wait.prop_map(|wait| json!({ "wait": wait })),
    ]
}

fn any_journey() -> impl Strategy<Value = Value> {
    let stop = select(vec![
        json!("reply"),
        json!({ "signal": "booked" }),
        json!({ "status": "read" }),
        json!({ "status": "delivered" }),
    ]);
    (
        vec(any_step(), 0..49),
        option::of(select(vec![
            "Europe/Berlin",
            "UTC",
            "America/Argentina/Buenos_Aires",
            "Etc/GMT+5",
        ])),
        option::of(any_window()),
        option::of(vec(stop, 1..=20)),
        option::of(select(vec!["wait", "proceed"])),
        option::of(1..=2_592_000_u32),
    )
        .prop_map(|(mut steps, zone, window, stop_on, doubt, max_hold)| {
            // Names are unique, and every jump has a later step.
            for (index, step) in steps
                .iter_mut()
                .enumerate()
                .filter(|(index, _)| index % 2 == 0)
            {
                step["name"] = json!(format!("step {index}"));
            }
            steps.push(json!({ "name": "last", "send": { "message": message("sms") } }));
            object([
                ("template", Some(json!("journey/1"))),
                ("zone", zone.map(Value::from)),
                ("window", window),
                ("stop_on", stop_on.map(Value::from)),
                ("doubt", doubt.map(Value::from)),
                ("max_hold", max_hold.map(Value::from)),
                ("steps", Some(Value::from(steps))),
            ])
        })
}

proptest! {
    #[test]
    fn a_valid_journey_is_written_as_it_was_read(journey in any_journey()) {
        prop_assert_eq!(problems(&journey), Vec::<String>::new());
    }
}
