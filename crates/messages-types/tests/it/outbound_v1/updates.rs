//! Updates of a sent or received message: the bodies of a PATCH.

use messages_types::v1::Update;
use messages_types::v1::update::{ReplyingIndicator, UpdateStatus};
use serde_json::{Value, json};

use super::problems_of;
use super::snapshots::assert_snapshots;

#[test]
fn the_bytes_of_every_kind_are_pinned() {
    let mut hidden = Update::read();
    hidden.status = UpdateStatus::Read {
        replying_indicator: Some(ReplyingIndicator::new(false)),
    };
    assert_snapshots(
        "v1_update",
        [
            ("update__read", Update::read()),
            ("update__read_and_typing", Update::read_and_typing()),
            ("update__read_not_typing", hidden),
            ("update__revoked", Update::revoked()),
        ],
    );
}

#[test]
fn what_does_not_fit_is_refused() {
    let rows: &[(Value, &[&str])] = &[
        (json!({ "status": "read" }), &[]),
        (json!({ "status": "revoked" }), &[]),
        (
            json!({ "status": "read", "replying_indicator": { "show": false, "type": "text" } }),
            &[],
        ),
        (json!({ "status": "read", "colour": 1 }), &[]),
        (json!({ "status": "read", "replying_indicator": null }), &[]),
        (json!([]), &[" type"]),
        (json!({}), &["/status required"]),
        (json!({ "status": 5 }), &["/status type"]),
        (json!({ "status": "delivered" }), &["/status one_of"]),
        (
            json!({ "status": "revoked", "replying_indicator": { "show": true, "type": "text" } }),
            &["/replying_indicator not_allowed"],
        ),
        (
            json!({ "status": "read", "replying_indicator": { "show": "true" } }),
            &[
                "/replying_indicator/show type",
                "/replying_indicator/type required",
            ],
        ),
        (
            json!({ "status": "read", "replying_indicator": { "type": "voice" } }),
            &[
                "/replying_indicator/show required",
                "/replying_indicator/type one_of",
            ],
        ),
        (
            json!({ "status": "read", "replying_indicator": true }),
            &["/replying_indicator type"],
        ),
    ];
    for (body, expected) in rows {
        assert_eq!(problems_of(body, |_: &Update| Ok(())), *expected, "{body}");
    }
}
