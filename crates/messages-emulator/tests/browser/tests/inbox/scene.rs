//! A day in the life of a restaurant: what the pictures show, and what the tests search in. All names and numbers are made up.

use std::time::Duration;

use messages_emulator::{Action, Channel, Emulator, InboundMessage, Rule};
use serde_json::{Value, json};

use crate::support::{Client, Receiver};

/// The person on the other side of most conversations.
pub(crate) const PERSON: &str = "447700900123";
const OURS: &str = "447700900001";

/// An emulator whose time is moved by hand, its receiver, and a message of every kind.
pub(crate) async fn restaurant(port: u16) -> (Emulator, Receiver) {
    let receiver = Receiver::start().await;
    let emulator = Emulator::builder()
        .port(port)
        .stepped()
        .seed(7)
        .magic_numbers(false)
        .status_url(&receiver.url)
        .inbound_url(&receiver.url)
        .start()
        .await
        .unwrap();
    let client = Client::basic(&emulator);
    let scene = Scene {
        emulator: &emulator,
        client: &client,
    };
    scene.email().await;
    scene.mms().await;
    scene.messenger().await;
    scene.viber().await;
    scene.sms().await;
    scene.failover().await;
    scene.whatsapp().await;
    scene.rcs().await;
    (emulator, receiver)
}

struct Scene<'a> {
    emulator: &'a Emulator,
    client: &'a Client,
}

impl Scene<'_> {
    /// Sends over v1, to the person, and lets it arrive.
    async fn send(&self, channel: &str, from: &str, kind: &str, content: Value) -> String {
        let mut message = json!({ "channel": channel, "message_type": kind, "from": from, "to": recipient(channel) });
        let members = message.as_object_mut().unwrap();
        members.extend(content.as_object().unwrap().clone());
        let uuid = self.client.send("/v1/messages", &message).await;
        self.pass(40).await;
        uuid
    }

    async fn pass(&self, seconds: u64) {
        self.emulator.advance(Duration::from_secs(seconds)).await;
    }

    async fn person(&self, channel: Channel, to: &str, kind: &str, members: Value) {
        let mut message = InboundMessage::new(channel, recipient(channel.name()), to, kind);
        for (name, value) in members.as_object().unwrap() {
            message = message.with(name, value.clone());
        }
        self.emulator.inject(message).await;
        self.pass(25).await;
    }

    async fn email(&self) {
        let html = "<html><head><style>p { color: red }</style></head><body><h1>Your table</h1>\
                    <p>Dear Jane,</p><p>we expect you on <b>Friday at 8&nbsp;pm</b>.</p>\
                    <ul><li>Table 12, by the window</li><li>Four guests</li></ul><p>Bon app&eacute;tit &amp; see you soon!</p></body></html>";
        let email = json!({ "subject": "Your table on Friday", "from_name": "The Lighthouse", "to_name": "Jane Smith" });
        self.send(
            "email",
            "table@lighthouse.example",
            "html",
            json!({ "html": { "body": html }, "email": email }),
        )
        .await;
    }

    async fn mms(&self) {
        let content = json!([
            { "type": "image", "url": "https://lighthouse.example/menu/winter.jpg", "caption": "The winter menu" },
            { "type": "vcard", "url": "https://lighthouse.example/contact.vcf" },
        ]);
        self.send("mms", OURS, "content", json!({ "content": content }))
            .await;
        self.person(Channel::Mms, OURS, "image", json!({ "image": { "url": "https://api-eu.nexmo.com/v3/media/b1a2", "name": "birthday-cake.jpg", "caption": "Can you make one like this?" } })).await;
    }

    async fn messenger(&self) {
        self.person(
            Channel::Messenger,
            "lighthouse-page",
            "text",
            json!({ "text": "Do you have a table for four on Friday?" }),
        )
        .await;
        self.send(
            "messenger",
            "lighthouse-page",
            "text",
            json!({ "text": "We do! 7 pm or 8 pm?" }),
        )
        .await;
        self.person(
            Channel::Messenger,
            "lighthouse-page",
            "text",
            json!({ "text": "8 please" }),
        )
        .await;
        self.send(
            "messenger",
            "lighthouse-page",
            "image",
            json!({ "image": { "url": "https://lighthouse.example/room/window.png" } }),
        )
        .await;
    }

    async fn viber(&self) {
        let action =
            json!({ "url": "https://lighthouse.example/book", "text": "Change the booking" });
        self.send("viber_service", "Lighthouse", "text", json!({ "text": "Your table is booked: Friday, 8 pm, four guests.", "viber_service": { "action": action } })).await;
        self.send("viber_service", "Lighthouse", "file", json!({ "file": { "url": "https://lighthouse.example/menu/winter.pdf", "name": "Winter menu.pdf" } })).await;
        self.person(
            Channel::ViberService,
            "Lighthouse",
            "text",
            json!({ "text": "Thank you, see you then" }),
        )
        .await;
    }

    async fn sms(&self) {
        self.send(
            "sms",
            "Lighthouse",
            "text",
            json!({ "text": "4711 is your code for The Lighthouse. It is good for ten minutes." }),
        )
        .await;
        let long = "Your table for four is ready at eight. Please come to the entrance by the harbour: the street in front of the main door is closed for the winter market, and taxis cannot stop there.";
        self.send(
            "sms",
            OURS,
            "text",
            json!({ "text": long, "client_ref": "booking-1207" }),
        )
        .await;
        self.person(
            Channel::Sms,
            OURS,
            "text",
            json!({ "text": "Ok. Is there parking?" }),
        )
        .await;
        self.emulator
            .add_rule(Rule::to("447700900404", Action::Reject { code: 1050 }));
        let barred = json!({ "channel": "sms", "message_type": "text", "from": OURS, "to": "447700900404", "text": "Your table is free at 8" });
        self.client.send("/v1/messages", &barred).await;
        self.pass(30).await;
    }

    /// Messenger, then Viber, then SMS: the first is rejected, the second is not read in time.
    async fn failover(&self) {
        self.emulator
            .add_rule(Rule::to("guest-77", Action::Reject { code: 1340 }));
        self.emulator
            .add_rule(Rule::to("447700900077", Action::Deliver));
        let step = |from: Value, to: Value, failover: Option<Value>| {
            let mut step = json!({ "from": from, "to": to, "message": { "content": { "type": "text", "text": "Your table is free at 8. Shall we keep it?" } } });
            if let Some(failover) = failover {
                step["failover"] = failover;
            }
            step
        };
        let workflow = json!({ "template": "failover", "workflow": [
            step(json!({ "type": "messenger", "id": "lighthouse-page" }), json!({ "type": "messenger", "id": "guest-77" }), Some(json!({ "expiry_time": 600, "condition_status": "read" }))),
            step(json!({ "type": "viber_service_msg", "id": "Lighthouse" }), json!({ "type": "viber_service_msg", "number": "447700900077" }), Some(json!({ "expiry_time": 600, "condition_status": "read" }))),
            step(json!({ "type": "sms", "number": OURS }), json!({ "type": "sms", "number": "447700900077" }), None),
        ] });
        let (status, answer) = self.client.post("/v0.1/dispatch", &workflow).await;
        assert_eq!(status, 202, "{answer}");
        self.pass(700).await;
    }

    async fn whatsapp(&self) {
        let template = json!({ "name": "booking_confirmed", "parameters": ["Jane", "Friday, 8 pm", "Table 12"] });
        let booked = self.send("whatsapp", OURS, "template", json!({ "template": template, "whatsapp": { "locale": "en_GB", "policy": "deterministic" } })).await;
        self.person(Channel::Whatsapp, OURS, "reaction", json!({ "reaction": { "action": "react", "emoji": "👍" }, "context": { "message_uuid": booked, "message_from": OURS } })).await;
        self.person(
            Channel::Whatsapp,
            OURS,
            "text",
            json!({ "text": "Could we sit outside?" }),
        )
        .await;
        let ask = json!({ "type": "interactive", "interactive": {
            "type": "button", "header": { "type": "text", "text": "Your table" }, "body": { "text": "It may be cold. Which one do you prefer?" }, "footer": { "text": "The Lighthouse" },
            "action": { "buttons": [
                { "type": "reply", "reply": { "id": "inside", "title": "By the window" } },
                { "type": "reply", "reply": { "id": "outside", "title": "On the terrace" } },
            ] } } });
        let asked = self
            .send("whatsapp", OURS, "custom", json!({ "custom": ask }))
            .await;
        self.person(Channel::Whatsapp, OURS, "reply", json!({ "reply": { "id": "outside", "title": "On the terrace" }, "context": { "message_uuid": asked, "message_from": OURS } })).await;
        let menu = json!({ "type": "interactive", "interactive": {
            "type": "list", "body": { "text": "Anything we should prepare?" },
            "action": { "button": "Choose", "sections": [{ "title": "For the table", "rows": [
                { "id": "cake", "title": "A birthday cake", "description": "Ordered a day ahead" },
                { "id": "chair", "title": "A high chair" },
            ] }] } } });
        self.send("whatsapp", OURS, "custom", json!({ "custom": menu }))
            .await;
        let place = json!({ "type": "location", "location": { "latitude": 51.5053, "longitude": 0.0553, "name": "The Lighthouse", "address": "1 Harbour Road" } });
        self.send("whatsapp", OURS, "custom", json!({ "custom": place }))
            .await;
        self.person(Channel::Whatsapp, OURS, "sticker", json!({ "sticker": { "url": "https://api-eu.nexmo.com/v3/media/c3d4", "name": "cheers.webp" } })).await;
        self.person(Channel::Whatsapp, OURS, "contacts", json!({ "contacts": [{ "name": { "formatted_name": "Tom Smith" }, "phones": [{ "phone": "447700900124", "type": "CELL" }] }] })).await;
        self.send(
            "whatsapp",
            OURS,
            "text",
            json!({ "text": "Perfect, we have noted the terrace and will call Tom if it rains." }),
        )
        .await;
    }

    async fn rcs(&self) {
        let suggestions = json!([
            { "type": "reply", "text": "Yes, keep it", "postback_data": "keep" },
            { "type": "reply", "text": "Cancel", "postback_data": "cancel" },
            { "type": "dial", "text": "Call us", "postback_data": "call", "phone_number": "+447700900001" },
        ]);
        self.send("rcs", "Lighthouse", "text", json!({ "text": "Your table is free at 8. Shall we keep it for you?", "suggestions": suggestions })).await;
        self.person(
            Channel::Rcs,
            "Lighthouse",
            "reply",
            json!({ "reply": { "id": "keep", "title": "Yes, keep it" } }),
        )
        .await;
        let dish = |title: &str, text: &str, image: &str, id: &str| {
            json!({
            "title": title, "text": text, "media_url": format!("https://lighthouse.example/dish/{image}.jpg"), "media_height": "SHORT",
            "suggestions": [
                { "type": "reply", "text": "Order it", "postback_data": format!("order-{id}") },
                { "type": "open_url", "text": "Recipe", "postback_data": format!("recipe-{id}"), "url": format!("https://lighthouse.example/recipe/{id}"), "description": title },
            ] })
        };
        let carousel = json!({ "cards": [
            dish("Harbour soup", "Mussels, fennel, saffron", "soup", "soup"),
            dish("Pumpkin risotto", "With sage and hazelnuts", "risotto", "risotto"),
            dish("Apple tart", "Warm, with vanilla ice", "tart", "tart"),
        ] });
        self.send("rcs", "Lighthouse", "carousel", json!({ "carousel": carousel, "suggestions": [
            { "type": "share_location", "text": "Find my way", "postback_data": "way" },
            { "type": "create_calendar_event", "text": "Note it", "postback_data": "note", "start_time": "2026-11-27T20:00:00Z", "end_time": "2026-11-27T22:00:00Z", "title": "Dinner", "description": "The Lighthouse" },
        ] })).await;
    }
}

/// The recipient, as the channel addresses users.
fn recipient(channel: &str) -> &'static str {
    match channel {
        "messenger" => "psid-2041",
        "email" => "jane@example.com",
        _ => PERSON,
    }
}
