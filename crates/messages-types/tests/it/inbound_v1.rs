//! v1 webhooks: their typed content, and their unchanged encoding.

use messages_types::v1::inbound::{Content, ContextStatus, ReactionAction, Text};
use messages_types::v1::status::{OriginType, PricingCategory, PricingModel, PricingType};
use messages_types::v1::{Channel, Inbound, MessageStatus};
use messages_types::{DeliveryErrorCode, Document, Kind, NumberOrString, Status, WebhookEvent};
use serde_json::Value;

use crate::fixtures::{self, Fixture};

fn fixture(name: &str) -> Fixture {
    let found = fixtures::received()
        .into_iter()
        .find(|fixture| fixture.name == name);
    found.unwrap_or_else(|| panic!("no fixture {name}"))
}

fn inbound(name: &str) -> Inbound {
    Inbound::from_slice(&fixture(&format!("v1/inbound/{name}")).bytes).unwrap()
}

fn status(name: &str) -> MessageStatus {
    MessageStatus::from_slice(&fixture(&format!("v1/status/{name}")).bytes).unwrap()
}

#[test]
fn every_fixture_is_written_as_it_came() {
    let mut count = 0;
    for fixture in fixtures::webhooks() {
        let event = WebhookEvent::from_slice(&fixture.bytes).unwrap();
        let read = matches!(
            (&event, fixture.kind),
            (WebhookEvent::V1Status(_), Kind::V1Status)
                | (WebhookEvent::V1Inbound(_), Kind::V1Inbound)
                | (WebhookEvent::V0_1Status(_), Kind::V0_1Status)
                | (WebhookEvent::V0_1Inbound(_), Kind::V0_1Inbound)
                | (WebhookEvent::V0_1Report(_), Kind::V0_1Report)
        );
        assert!(read, "{} was not read as what it is", fixture.name);
        let written = event.to_vec();
        let value: Value = serde_json::from_slice(&written).unwrap();
        assert_eq!(value, fixture.value(), "{}", fixture.name);
        // Decoding and encoding again changes nothing, not even the order of fields.
        assert_eq!(
            WebhookEvent::from_slice(&written).unwrap().to_vec(),
            written
        );
        fixtures::pin(&fixture, written);
        count += 1;
    }
    println!("webhook fixtures: {count} read, written and pinned");
}

#[test]
fn an_sms_without_a_type_is_a_text_and_stays_without() {
    let sms = inbound("sms__text");
    assert_eq!(sms.content.text(), Some("YES please"));
    assert_eq!(sms.content, Content::Text(Text::untyped("YES please")));
    assert!(
        !String::from_utf8(sms.to_vec())
            .unwrap()
            .contains("message_type")
    );
    let details = sms.sms.unwrap();
    assert_eq!(details.num_messages.unwrap().to_u64(), Some(1));
    assert_eq!(details.keyword.as_deref(), Some("YES"));
    assert_eq!(sms.usage.unwrap().price.unwrap().text(), "0.0057");
    assert_eq!(sms.origin.unwrap().network_code.as_deref(), Some("23410"));

    let typed = inbound("sms__text_typed");
    assert_eq!(typed.content, Content::Text(Text::new("Hello")));
    assert!(
        String::from_utf8(typed.to_vec())
            .unwrap()
            .contains(r#""message_type":"text""#)
    );
}

#[test]
fn numbers_are_read_from_strings_and_strings_from_numbers() {
    let older = inbound("sms__older_count").sms.unwrap();
    assert_eq!(
        older.total_count.as_ref().and_then(NumberOrString::to_u64),
        Some(2)
    );
    let usage = inbound("sms__older_count").usage.unwrap();
    assert_eq!(usage.price.unwrap().to_f64(), Some(0.0333));
}

#[test]
fn every_content_has_its_type() {
    let media = inbound("mms__image");
    let Content::Image(image) = &media.content else {
        panic!("{:?}", media.content)
    };
    assert_eq!(image.name.as_deref(), Some("image.bin"));
    assert_eq!(image.caption.as_deref(), Some("see this"));
    assert_eq!(media.content.media().unwrap().url, image.url);

    let Content::Content(several) = inbound("mms__content").content else {
        panic!()
    };
    assert_eq!(several[1].kind.as_deref(), Some("video"));
    let more = inbound("mms__image_and_more");
    assert!(matches!(more.content, Content::Image(_)));
    assert_eq!(more.attachments.unwrap().len(), 2);
    assert_eq!(more.mms.unwrap().participants.unwrap().len(), 2);

    let Content::Location(place) = inbound("whatsapp__location").content else {
        panic!()
    };
    assert_eq!(
        (place.lat.to_f64(), place.long.to_f64()),
        (Some(40.34772), Some(-74.18847))
    );
    assert_eq!(place.name.as_deref(), Some("Office"));

    let Content::Contacts(people) = inbound("whatsapp__contacts").content else {
        panic!()
    };
    let grace = &people[0];
    assert_eq!(
        grace.name.as_ref().unwrap().last_name.as_deref(),
        Some("Hopper")
    );
    assert_eq!(
        grace.addresses.as_ref().unwrap()[0].country_code.as_deref(),
        Some("US")
    );
    assert_eq!(
        grace.phones.as_ref().unwrap()[0].phone.as_deref(),
        Some("+12025550123")
    );

    let Content::Reply(reply) = inbound("whatsapp__reply_to_list").content else {
        panic!()
    };
    assert_eq!(
        (reply.id.as_str(), reply.description.as_deref()),
        ("row-2", Some("from 9 to 12"))
    );

    let Content::Button(quick) = inbound("whatsapp__button_quick_reply").content else {
        panic!()
    };
    assert_eq!(quick.payload_text(), Some("stop-promotions"));
    let Content::Button(flow) = inbound("whatsapp__button_flow").content else {
        panic!()
    };
    assert_eq!(flow.payload["seats"], 3);
    assert_eq!(flow.subtype.as_deref(), Some("flow"));

    let Content::Order(order) = inbound("whatsapp__order").content else {
        panic!()
    };
    let items = order.product_items.unwrap();
    assert_eq!(items[0].item_price.as_ref().unwrap().text(), "9.90");
    assert_eq!(items[1].quantity.as_ref().unwrap().to_u64(), Some(1));

    let Content::Reaction(reaction) = inbound("whatsapp__reaction").content else {
        panic!()
    };
    assert_eq!(
        (reaction.action, reaction.emoji.as_deref()),
        (ReactionAction::React, Some("👍"))
    );
    let Content::Reaction(back) = inbound("whatsapp__reaction_taken_back").content else {
        panic!()
    };
    assert_eq!((back.action, back.emoji), (ReactionAction::Unreact, None));

    assert_eq!(
        inbound("messenger__unsupported").content,
        Content::Unsupported
    );
    for (name, kind) in [
        ("mms__vcard", "vcard"),
        ("rcs__file", "file"),
        ("whatsapp__audio", "audio"),
        ("viber_service__video", "video"),
        ("whatsapp__sticker", "sticker"),
    ] {
        let content = inbound(name).content;
        assert_eq!(content.type_name(), kind);
        assert!(content.media().is_some(), "{name}");
    }
}

#[test]
fn whatsapp_tells_who_and_why() {
    let quoted = inbound("whatsapp__text_quoted");
    assert_eq!(quoted.context_status, Some(ContextStatus::Available));
    let context = quoted.context.unwrap();
    assert_eq!(
        context.message_uuid.as_deref(),
        Some("7c9e6679-7425-40de-944b-e07fc1f90ae7")
    );
    assert_eq!(quoted.profile.unwrap().username.as_deref(), Some("ada"));

    let referred = inbound("whatsapp__referral").whatsapp.unwrap();
    assert_eq!(
        referred.sender.unwrap().parent_user_id.as_deref(),
        Some("GB.ENT.24680")
    );
    assert_eq!(
        referred.referral.unwrap().ctwa_clid.as_deref(),
        Some("clid-1")
    );
    let order = inbound("whatsapp__order").whatsapp.unwrap();
    let product = order.whatsapp_referred_product.unwrap();
    assert_eq!(product.product_retailer_id.as_deref(), Some("sku-1"));
    let older = inbound("whatsapp__product_question_older").context.unwrap();
    assert!(older.whatsapp_referred_product.is_some());
}

#[test]
fn the_region_is_the_host_of_the_link() {
    assert_eq!(inbound("whatsapp__text").host(), Some("api-eu.vonage.com"));
    assert_eq!(inbound("sms__text").host(), None);
    let mut tampered = inbound("whatsapp__text");
    for (href, host) in [
        ("http://api-eu.vonage.com/v1", None),
        ("https:///v1", None),
        ("https://api-us.nexmo.com?x", Some("api-us.nexmo.com")),
        // The guard of the credentials must get the whole authority, not a trusted part of it.
        (
            "https://api-eu.vonage.com@evil.example/v1",
            Some("api-eu.vonage.com@evil.example"),
        ),
    ] {
        tampered.self_link.as_mut().unwrap().href = Some(href.to_owned());
        assert_eq!(tampered.host(), host, "{href}");
    }
}

#[test]
fn what_is_not_known_is_kept() {
    let future = inbound("instagram__text");
    assert_eq!(
        future.channel,
        Some(Channel::Unknown("instagram".to_owned()))
    );
    assert_eq!(future.content.text(), Some("Hello"));

    let poll = inbound("whatsapp__poll");
    assert_eq!(poll.content, Content::Unknown("poll".to_owned()));
    assert_eq!(poll.extra.get("poll").unwrap()["options"][1], "b");

    // A known type whose content is not as documented.
    let unfit = inbound("whatsapp__image_without_url");
    assert_eq!(unfit.content, Content::Unknown("image".to_owned()));
    assert_eq!(unfit.extra.get("image").unwrap()["name"], "x.jpg");

    // The type determines the content, not the other fields.
    let crowded = inbound("whatsapp__every_content_at_once");
    assert_eq!(crowded.content.text(), Some("chosen by its type"));
    assert_eq!(crowded.extra.len(), 3);
}

#[test]
fn a_status_has_everything_that_was_told() {
    let segments = status("sms__delivered_segments").sms.unwrap();
    assert_eq!(segments.count_total.unwrap().to_u64(), Some(2));
    let second = &segments.segments.unwrap()[1];
    assert_eq!(second.status, Some(Status::Undeliverable));
    assert_eq!(second.error_code.as_ref().unwrap().to_u64(), Some(1180));

    let whatsapp = status("whatsapp__delivered").whatsapp.unwrap();
    let pricing = whatsapp.pricing.unwrap();
    assert_eq!(pricing.kind, Some(PricingType::Regular));
    assert_eq!(pricing.pricing_model, Some(PricingModel::PerMessage));
    assert_eq!(pricing.category, Some(PricingCategory::Utility));
    let origin = whatsapp.conversation.unwrap().origin.unwrap();
    assert_eq!(origin.kind, Some(OriginType::Utility));
    assert_eq!(
        status("sms__submitted")
            .destination
            .unwrap()
            .network_code
            .as_deref(),
        Some("23410")
    );
    assert_eq!(
        status("rcs__revoked").status,
        Status::Unknown("revoked".to_owned())
    );
}

#[test]
fn the_error_code_is_read_wherever_it_stands() {
    let code = |name| {
        status(name)
            .error
            .unwrap()
            .code()
            .map(DeliveryErrorCode::number)
    };
    assert_eq!(code("sms__rejected"), Some(1240));
    assert_eq!(code("sms__undeliverable_number_title"), Some(1180));
    assert_eq!(code("sms__nested_error"), Some(1000));
    let mut only_type = status("sms__rejected").error.unwrap();
    only_type.title = Some("Illegal Number".into());
    assert_eq!(only_type.code(), Some(DeliveryErrorCode::new(1240)));
    only_type.kind = None;
    assert_eq!(only_type.code(), None);
}

#[test]
fn the_position_in_a_failover_is_read_under_every_name() {
    let documented = status("whatsapp__failover_rejected").workflow.unwrap();
    assert_eq!(
        (documented.position(), documented.total()),
        (Some(1), Some(2))
    );
    let other = status("sms__nested_error").workflow.unwrap();
    assert_eq!(
        (other.workflow_id(), other.position(), other.total()),
        (Some("wf1"), Some(2), Some(3))
    );
}

#[test]
fn debug_shows_neither_texts_nor_numbers() {
    for fixture in fixtures::webhooks() {
        let event = WebhookEvent::from_slice(&fixture.bytes).unwrap();
        let shown = format!("{event:?} {event:#?} {:?}", event.view());
        for canary in [
            "4477009",
            "123456789",
            "YES please",
            "Hello",
            "Hopper",
            "api-eu",
            "GB.13",
        ] {
            assert!(!shown.contains(canary), "{}: {shown}", fixture.name);
        }
    }
}

#[test]
fn built_webhooks_are_the_documented_ones() {
    let mut built = MessageStatus::new("u-1", Status::Submitted);
    built.channel = Some(Channel::Sms);
    built.from = Some("447700900001".to_owned());
    built.to = Some("447700900000".to_owned());
    built.timestamp = Some("2026-02-03T12:14:25.000Z".into());
    assert_eq!(
        String::from_utf8(built.to_vec()).unwrap(),
        r#"{"message_uuid":"u-1","channel":"sms","from":"447700900001","to":"447700900000","timestamp":"2026-02-03T12:14:25.000Z","status":"submitted"}"#
    );
    let mut built = Inbound::new("u-1", "Hi");
    built.channel = Some(Channel::Sms);
    built.from = Some("447700900000".to_owned());
    built.to = Some("447700900001".to_owned());
    built.timestamp = Some("2026-02-03T12:14:25.000Z".into());
    assert_eq!(
        String::from_utf8(built.to_vec()).unwrap(),
        r#"{"message_uuid":"u-1","channel":"sms","from":"447700900000","to":"447700900001","timestamp":"2026-02-03T12:14:25.000Z","message_type":"text","text":"Hi"}"#
    );
}

#[test]
fn an_event_fits_what_the_allocator_hands_out_fast() {
    // glibc serves blocks of up to 1,032 bytes from a per-thread cache. Above that size, decoding an
    // inbound SMS took 25 % longer, so the rare, large fields are boxed.
    assert!(size_of::<Inbound>() <= 1_024, "{}", size_of::<Inbound>());
    assert!(
        size_of::<MessageStatus>() <= 1_024,
        "{}",
        size_of::<MessageStatus>()
    );
}
