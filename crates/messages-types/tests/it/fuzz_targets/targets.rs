//! Invariants of every document, for any bytes: the fuzz targets call these functions.
//!
//! A target starts from its seeds and stores its findings in `corpus`:
//! `cargo xtask fuzz --only=v1_inbound --seconds=60`

use messages_types::{Document, Kind, WebhookEvent, sms, v0_1};
use serde_json::Value;

/// Decodes, checks and encodes a document by the name of its kind.
pub fn document(kind: Kind, bytes: &[u8]) {
    let Ok(value) = serde_json::from_slice::<Value>(bytes) else {
        return;
    };
    let _ = Kind::detect(&value);
    let checked = kind.check(value.clone());
    assert_eq!(checked.valid, checked.problems.is_empty());
    assert_eq!(checked.value, value, "something was lost");
    assert!(
        checked.valid || kind.is_outbound() || !value.is_object(),
        "what the API sends was refused"
    );
    if checked.valid {
        upgrade(kind, value);
    }
}

/// Upgrades a valid document of the first generation to a valid one of the second, and a workflow to a valid journey.
fn upgrade(kind: Kind, value: Value) {
    let upgraded = match kind {
        Kind::V0_1Message => v0_1::Message::from_value(value).map(v0_1::Message::upgrade),
        Kind::V0_1Workflow => v0_1::Workflow::from_value(value).map(|workflow| {
            upgrade_to_journey(workflow.clone());
            workflow.upgrade()
        }),
        _ => return,
    };
    let upgraded = upgraded.expect("a valid document is read");
    if let Some(message) = upgraded.message {
        let written = serde_json::to_value(&message).expect("a message is JSON");
        let checked = Kind::V1Message.check(written);
        assert!(checked.valid, "{:?}", checked.problems);
    }
}

fn upgrade_to_journey(workflow: v0_1::Workflow) {
    if let Some(journey) = workflow.upgrade_to_journey().journey {
        let written = serde_json::to_value(&journey).expect("a journey is JSON");
        let checked = Kind::Journey.check(written);
        assert!(checked.valid, "{:?}", checked.problems);
    }
}

/// Decodes the body of a webhook: any JSON is an event, and is written unchanged.
pub fn webhook(bytes: &[u8]) {
    let Ok(value) = serde_json::from_slice::<Value>(bytes) else {
        assert!(WebhookEvent::from_slice(bytes).is_err());
        return;
    };
    let event = WebhookEvent::from_slice(bytes).expect("any JSON is an event");
    let _ = format!("{event:?} {:?}", event.view());
    let written: Value = serde_json::from_slice(&event.to_vec()).expect("an event is JSON");
    assert_eq!(written, value, "something was lost");
}

/// Segments a text: nothing is lost, and no segment is too long.
pub fn segments(text: &str) {
    for text in [text, &sms::transliterate(text)] {
        let segmentation = sms::Segmentation::of(text);
        let joined: String = segmentation
            .segments()
            .map(|segment| segment.text)
            .collect();
        assert_eq!(joined, text);
        assert!(
            segmentation
                .segments()
                .all(|segment| segment.units <= segmentation.capacity())
        );
        assert_eq!(segmentation.segments().count(), segmentation.count());
        for offender in sms::offenders(text) {
            let _ = format!("{offender:?}");
        }
    }
}
