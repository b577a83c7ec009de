//! IDs, references and digests.

use messages_outbox::{Enqueued, Intent, MemoryStore, Outbox, Reference, RowId};
use messages_sdk::types::{Document, Submission};

const ROW: &str = "01930000-0000-7000-8000-000000000001";

#[test]
fn a_reference_is_read_as_it_is_written_and_nothing_else_is() {
    let row: RowId = ROW.parse().unwrap();
    for resend in 0..=9 {
        let reference = Reference::new(row, resend).unwrap();
        let text = reference.to_string();
        assert_eq!(text.len(), 40);
        assert_eq!(text.parse(), Ok(reference));
        let of_run = reference.of_run();
        let text = of_run.to_string();
        assert!(text.starts_with("mr") && text.len() == 40, "{text}");
        assert_eq!(text.parse(), Ok(of_run));
    }
    assert_eq!(Reference::new(row, 10), None);
    for text in [
        "",
        "mo0-",
        ROW,
        &format!("mo-{ROW}"),
        &format!("mo10-{ROW}"),
        &format!("moa-{ROW}"),
        &format!("MO0-{ROW}"),
        &format!("mo0-{ROW} "),
        &format!("mo0-{}", ROW.replace('-', "")),
        "order-17",
    ] {
        assert!(text.parse::<Reference>().is_err(), "{text}");
    }
}

#[test]
fn ids_sort_by_their_time() {
    use std::time::{Duration, SystemTime};
    let at = |seconds| RowId::mint(SystemTime::UNIX_EPOCH + Duration::from_secs(seconds));
    assert!(at(1) < at(2) && at(2) < at(1_700_000_000));
    assert_eq!(RowId::from_bytes(at(5).to_bytes()).to_bytes().len(), 16);
    assert_ne!(at(5), at(5));
}

#[tokio::test]
async fn the_order_of_fields_does_not_make_another_payload() {
    let outbox = Outbox::builder().store(MemoryStore::new()).build().unwrap();
    let enqueue = async |text: &str| {
        let submission = Submission::from_slice(text.as_bytes()).unwrap();
        outbox
            .enqueue(Intent::new("key", submission))
            .await
            .unwrap()
    };
    let first = enqueue(
        r#"{"channel":"sms","message_type":"text","from":"447700900001","to":"447700900000","text":"Hi"}"#,
    )
    .await;
    let again = enqueue(
        r#"{ "text": "Hi", "to": "447700900000", "from": "447700900001", "message_type": "text",
            "channel": "sms" }"#,
    )
    .await;
    assert_eq!(again, Enqueued::Existing(first.id()));
}
