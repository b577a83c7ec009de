//! Documents sent by the v0.1 API: decoding, and construction by a test double.

use messages_types::v0_1::inbound::InboundContent;
use messages_types::v0_1::report::{ReportLinks, ReportedMessage, WorkflowStatus};
use messages_types::v0_1::status::{StatusLinks, WorkflowLink};
use messages_types::v0_1::{
    Accepted, Address, Channel, Inbound, MessageStatus, WorkflowAccepted, WorkflowReport,
    WorkflowUuid,
};
use messages_types::{DecodeError, Document, Status, v1};
use serde_json::{Value, json};

const UUID: &str = "aaaaaaaa-bbbb-4ccc-8ddd-0123456789ab";
const WHEN: &str = "2020-01-01T14:00:00.000Z";

/// Decodes a document; its encoding is the same JSON.
fn read<T: Document>(document: &Value) -> T {
    let decoded = T::from_value(document.clone()).unwrap();
    assert_eq!(serde_json::to_value(&decoded).unwrap(), *document);
    decoded
}

fn written<T: Document>(document: &T) -> Value {
    serde_json::from_slice(&document.to_vec()).unwrap()
}

#[expect(
    clippy::needless_pass_by_value,
    reason = "a literal reads better without `&`"
)]
fn inbound(content: Value) -> Value {
    json!({
        "message_uuid": UUID, "timestamp": WHEN,
        "from": { "type": "whatsapp", "number": "447700900000" },
        "to": { "type": "whatsapp", "number": "447700900001" },
        "message": { "content": content },
    })
}

#[test]
fn an_address_is_a_number_or_an_id() {
    for (address, value) in [
        (json!({ "type": "sms", "number": "1" }), Some("1")),
        (json!({ "type": "messenger", "id": "2" }), Some("2")),
        // One sample of the documentation has both.
        (
            json!({ "type": "sms", "number": "1", "id": "2" }),
            Some("1"),
        ),
        (
            json!({ "type": "messenger", "number": "1", "id": "2" }),
            Some("2"),
        ),
        (json!({ "type": "fax", "id": "2" }), Some("2")),
        (json!({ "type": "sms" }), None),
        (json!({ "type": "sms", "number": null, "id": 7 }), None),
    ] {
        let status: MessageStatus = read(&json!({
            "message_uuid": UUID, "timestamp": WHEN, "status": "read", "from": address,
            "to": address,
        }));
        let (from, to) = (status.from.unwrap(), status.to.unwrap());
        assert_eq!((from.value(), to.value()), (value, value));
    }
    for (channel, business, person) in [
        (Channel::Sms, "number", "number"),
        (Channel::Mms, "number", "number"),
        (Channel::Whatsapp, "number", "number"),
        (Channel::ViberServiceMsg, "id", "number"),
        (Channel::Messenger, "id", "id"),
    ] {
        let address = |member: &str| json!({ "type": channel, member: "1" });
        let written = |address: Address| serde_json::to_value(address).unwrap();
        assert_eq!(
            written(Address::business(channel.clone(), "1")),
            address(business)
        );
        assert_eq!(
            written(Address::person(channel.clone(), "1")),
            address(person)
        );
    }
}

#[test]
fn a_status_names_its_workflow_by_either_name() {
    for (member, uuid) in [
        ("dispatch_uuid", WorkflowUuid::Dispatch(UUID.to_owned())),
        ("workflow_uuid", WorkflowUuid::Workflow(UUID.to_owned())),
    ] {
        let document = json!({
            "message_uuid": UUID,
            "from": { "type": "sms", "number": "447700900001" },
            "to": { "type": "sms", "number": "447700900000" },
            "timestamp": WHEN, "status": "rejected",
            "error": { "code": 1300, "reason": "Not part of the provider network" },
            "usage": { "currency": "EUR", "price": "0.0333" },
            "client_ref": "order-17",
            "_links": { "workflow": { member: UUID, "href": format!("/workflows/{UUID}") } },
        });
        let status: MessageStatus = read(&document);
        assert_eq!(status.workflow(), Some(&uuid));
        assert_eq!(
            status
                .error
                .as_ref()
                .unwrap()
                .code
                .as_ref()
                .unwrap()
                .to_u64(),
            Some(1300)
        );

        let mut built = MessageStatus::new(UUID, Status::Rejected);
        built.from = Some(Address::business(Channel::Sms, "447700900001"));
        built.to = Some(Address::person(Channel::Sms, "447700900000"));
        built.timestamp = Some(WHEN.into());
        built.error = status.error.clone();
        built.usage = status.usage.clone();
        built.client_ref = Some("order-17".to_owned());
        let mut links = StatusLinks::default();
        links.workflow = Some(WorkflowLink::new(uuid.clone()));
        built.links = Some(links);
        assert_eq!(written(&built), document);

        let accepted: WorkflowAccepted = read(&json!({ member: UUID, "later": 1 }));
        assert_eq!((accepted.uuid(), &accepted.id), (UUID, &uuid));
        assert_eq!(
            written(&WorkflowAccepted::new(uuid)),
            json!({ member: UUID })
        );
    }
    assert_eq!(
        written(&Accepted::new(UUID)),
        json!({ "message_uuid": UUID })
    );
}

#[test]
fn content_is_told_by_its_type_and_never_refused() {
    let url = "https://example.com/a";
    for (content, fits) in [
        (json!({ "type": "text", "text": "Hello" }), true),
        (
            json!({ "type": "image", "image": { "url": url, "caption": "Look" } }),
            true,
        ),
        (json!({ "type": "audio", "audio": { "url": url } }), true),
        (json!({ "type": "video", "video": { "url": url } }), true),
        (
            json!({ "type": "file", "file": { "url": url, "size": 3 } }),
            true,
        ),
        (
            json!({ "type": "button", "button": { "payload": "yes", "text": "Yes" } }),
            true,
        ),
        (json!({ "type": "unsupported" }), true),
        (
            json!({ "type": "sticker", "sticker": { "url": url } }),
            false,
        ),
        (json!({ "type": "text", "text": 5 }), false),
        (json!({ "type": "text" }), false),
    ] {
        let document = inbound(content.clone());
        let message: Inbound = read(&document);
        assert_eq!(message.content().type_name(), content["type"]);
        let is_unknown = matches!(message.content(), InboundContent::Unknown(_));
        assert_eq!(is_unknown, !fits, "{content}");
    }

    let mut built = Inbound::new(UUID, InboundContent::Text("Hello".to_owned()));
    built.from = Some(Address::person(Channel::Whatsapp, "447700900000"));
    built.to = Some(Address::business(Channel::Whatsapp, "447700900001"));
    built.timestamp = Some(WHEN.into());
    assert_eq!(
        written(&built),
        inbound(json!({ "type": "text", "text": "Hello" }))
    );
}

#[test]
fn a_place_has_degrees_by_either_name() {
    for (location, degrees) in [
        (
            json!({ "longitude": "-122.425332", "latitude": "37.758056", "name": "HQ" }),
            (Some(37.758056), Some(-122.425332)),
        ),
        (
            json!({ "long": "-0.0854414", "lat": "51.5228349", "url": "https://example.com" }),
            (Some(51.5228349), Some(-0.0854414)),
        ),
        (
            json!({ "longitude": 2.5, "latitude": "north" }),
            (None, Some(2.5)),
        ),
        (json!({}), (None, None)),
    ] {
        let message: Inbound = read(&inbound(
            json!({ "type": "location", "location": location }),
        ));
        let InboundContent::Location(place) = message.content() else {
            panic!("{location}");
        };
        assert_eq!((place.degrees_north(), place.degrees_east()), degrees);
    }
}

#[test]
fn a_final_report_lists_its_messages() {
    let document = json!({
        "dispatch_uuid": UUID, "template": "failover", "status": "completed", "timestamp": WHEN,
        "usage": { "price": "0.02", "currency": "EUR" },
        "_links": { "messages": [
            { "message_uuid": UUID, "href": "/messages/1", "channel": "viber_sevice_msg",
              "status": "undeliverable" },
            { "message_uuid": UUID, "channel": "sms", "status": "delivered" },
        ] },
    });
    let report: WorkflowReport = read(&document);
    assert_eq!(
        (report.uuid(), &report.status),
        (UUID, &WorkflowStatus::Completed)
    );
    let messages = report.messages();
    // The API's own misspelling is preserved, and recognized.
    let misspelt = messages[0].channel.as_ref().unwrap();
    assert_eq!(misspelt.corrected(), Channel::ViberServiceMsg);
    assert_eq!(
        v1::Channel::from(misspelt.clone()),
        v1::Channel::ViberService
    );
    assert_eq!(messages[1].status, Some(Status::Delivered));

    let mut built = WorkflowReport::new(
        WorkflowStatus::Error,
        WorkflowUuid::Workflow(UUID.to_owned()),
    );
    built.template = Some("failover".to_owned());
    built.timestamp = Some(WHEN.into());
    assert!(built.messages().is_empty());
    built.links = Some(ReportLinks::from_iter([ReportedMessage::new(UUID)]));
    assert_eq!(
        written(&built),
        json!({
            "workflow_uuid": UUID, "template": "failover", "status": "error", "timestamp": WHEN,
            "_links": { "messages": [{ "message_uuid": UUID }] },
        })
    );
}

#[test]
fn channels_have_their_v1_names() {
    for (old, new) in [
        ("sms", "sms"),
        ("mms", "mms"),
        ("whatsapp", "whatsapp"),
        ("viber_service_msg", "viber_service"),
        ("messenger", "messenger"),
        ("fax", "fax"),
    ] {
        assert_eq!(v1::Channel::from(Channel::from(old)).as_str(), new);
    }
}

#[test]
fn a_webhook_without_its_essentials_is_none_of_its_kind() {
    fn refused<T: Document>(document: &Value) -> bool {
        matches!(
            T::from_value(document.clone()),
            Err(DecodeError::Problems(_))
        )
    }
    assert!(refused::<Accepted>(&json!({ "dispatch_uuid": UUID })));
    assert!(refused::<WorkflowAccepted>(
        &json!({ "message_uuid": UUID })
    ));
    assert!(refused::<Inbound>(&json!({ "message_uuid": UUID })));
    assert!(refused::<MessageStatus>(&inbound(
        json!({ "type": "text", "text": "a" })
    )));
    assert!(refused::<WorkflowReport>(
        &json!({ "template": "failover", "status": "completed" })
    ));
}
