//! Sending, answering, tapping, searching: what people do all day.

use std::time::Duration;

use serde_json::json;

use crate::browser::{ENTER, fast, in_browser};
use crate::scene::{PERSON, restaurant};
use crate::support::{Client, LIMIT, Received, Receiver, is_signed, sms};

/// Waits for an inbound webhook of this type.
async fn inbound(receiver: &Receiver, kind: &str) -> Received {
    let found = async {
        loop {
            let all = receiver.all();
            // An inbound SMS names no type.
            let is_meant = |one: &&Received| {
                one.json["message_type"] == kind || kind == "text" && one.json["text"].is_string()
            };
            if let Some(found) = all.iter().find(is_meant) {
                return found.clone();
            }
            receiver.wait_for(all.len() + 1).await;
        }
    };
    tokio::time::timeout(LIMIT, found)
        .await
        .expect("an inbound webhook")
}

#[test]
fn a_message_appears_without_a_reload_and_its_answer_reaches_the_application() {
    in_browser(|page| async move {
        let receiver = Receiver::start().await;
        let emulator = fast(&receiver).await;
        page.inbox(&emulator, "").await;
        page.until_shown("#list-empty", "No messages yet").await;
        page.run("window.stays = true;", Vec::new()).await;

        let client = Client::basic(&emulator);
        client.send("/v1/messages", &sms("447700900000")).await;
        page.until_shown(".conversation", "Your code is 4711").await;
        page.click(".conversation").await;
        page.until_shown(".bubble.application", "Your code is 4711")
            .await;
        page.until_shown(".bubble.application", "delivered").await;

        page.fill("#text", "Which code?").await;
        page.press(ENTER).await;
        let received = inbound(&receiver, "text").await;
        assert_eq!(received.json["text"], "Which code?");
        assert_eq!(received.json["from"], "447700900000");
        assert_eq!(received.json["to"], "447700900001");
        assert!(is_signed(&received, emulator.credentials()));
        page.until_shown(".bubble.person", "Which code?").await;
        assert_eq!(
            page.value("window.stays").await,
            true,
            "the page was reloaded"
        );
    });
}

#[test]
fn what_is_tapped_comes_back_as_a_reply_or_a_button() {
    in_browser(|page| async move {
        let receiver = Receiver::start().await;
        let emulator = fast(&receiver).await;
        let client = Client::basic(&emulator);
        let suggestions = json!([
            { "type": "reply", "text": "Yes", "postback_data": "yes-1" },
            { "type": "dial", "text": "Call us", "postback_data": "call-1", "phone_number": "+447700900001" },
        ]);
        let ask = json!({ "channel": "rcs", "message_type": "text", "from": "Shop", "to": PERSON, "text": "Keep it?", "suggestions": suggestions });
        client.send("/v1/messages", &ask).await;
        page.inbox(&emulator, "").await;
        page.click(".conversation").await;
        page.click_text(".chip", "Yes").await;
        let reply = inbound(&receiver, "reply").await;
        assert_eq!(
            reply.json["reply"],
            json!({ "id": "yes-1", "title": "Yes" })
        );
        assert_eq!(reply.json["channel"], "rcs");
        page.click_text(".chip", "Call us").await;
        let button = inbound(&receiver, "button").await;
        assert_eq!(
            button.json["button"],
            json!({ "payload": "call-1", "text": "Call us" })
        );
        page.until_shown(".bubble.person", "Call us").await;
    });
}

#[test]
fn the_person_reacts_quotes_shares_a_place_and_reads() {
    in_browser(|page| async move {
        let receiver = Receiver::start().await;
        let emulator = messages_emulator::Emulator::builder()
            .stepped()
            .seed(7)
            .magic_numbers(false)
            .rule(messages_emulator::Rule::always(
                messages_emulator::Action::Deliver,
            ))
            .status_url(&receiver.url)
            .inbound_url(&receiver.url)
            .start()
            .await
            .unwrap();
        let client = Client::basic(&emulator);
        let hello = json!({ "channel": "whatsapp", "message_type": "text", "from": "447700900001", "to": PERSON, "text": "Hello" });
        let uuid = client.send("/v1/messages", &hello).await;
        emulator.advance(Duration::from_secs(60)).await;
        page.inbox(&emulator, "?conversation=1").await;

        page.until_shown(".bubble", "delivered").await;
        page.run(
            "document.querySelector('[data-does=react]').click();",
            Vec::new(),
        )
        .await;
        page.click(".choices button").await;
        let reaction = inbound(&receiver, "reaction").await;
        assert_eq!(reaction.json["reaction"]["action"], "react");
        assert_eq!(reaction.json["context"]["message_uuid"], uuid);
        page.until_shown(".reactions", "👍").await;

        page.run(
            "document.querySelector('[data-does=quote]').click();",
            Vec::new(),
        )
        .await;
        page.until_shown("#quoted", "Hello").await;
        page.press("Which one?\u{e007}").await;
        let answer = inbound(&receiver, "text").await;
        assert_eq!(answer.json["context"]["message_uuid"], uuid);
        page.until_shown(".bubble.person blockquote", "Hello").await;

        page.click("[data-sends=location]").await;
        page.click("dialog .primary").await;
        let place = inbound(&receiver, "location").await;
        assert_eq!(place.json["location"]["lat"], 51.522_958);
        page.until_shown(".bubble.person .place", "51.522958").await;

        page.run(
            "document.querySelector('[data-does=read]').click();",
            Vec::new(),
        )
        .await;
        page.until_shown(".bubble.application", "read").await;
        assert!(receiver.statuses().contains(&"read".to_owned()));
    });
}

#[test]
fn the_list_is_searched_and_filtered_and_the_address_says_so() {
    in_browser(|page| async move {
        let (emulator, _receiver) = restaurant(0).await;
        page.inbox(&emulator, "").await;
        let rows = "document.querySelectorAll('.row:not(.loading)').length";
        page.until(&format!("{rows} === 12")).await;

        page.fill("#search", "parking").await;
        page.until(&format!("{rows} === 1")).await;
        assert_eq!(page.value("location.search").await, "?q=parking");
        page.driver.refresh().await.unwrap();
        page.until(&format!("{rows} === 1")).await;
        assert_eq!(
            page.value("document.getElementById('search').value").await,
            "parking"
        );
        page.fill("#search", " lot").await;
        page.until_shown("#list-empty", "Nothing matches").await;
        page.click_text("#list-empty button", "Show everything")
            .await;
        page.until(&format!("{rows} === 12")).await;

        page.click("#channels input[value=viber_service]").await;
        page.until(&format!("{rows} === 2")).await;
        page.click("#channels input[value='']").await;
        page.until(&format!("{rows} === 12")).await;
        page.run("const state = document.getElementById('status'); state.value = 'rejected'; state.dispatchEvent(new Event('change'));", Vec::new()).await;
        page.until(&format!("{rows} === 2")).await;
        assert_eq!(page.value("location.search").await, "?status=rejected");

        // Unread counts go when the conversation is looked at.
        page.inbox(&emulator, "?q=parking").await;
        page.until_shown(".unread", "2").await;
        page.click(".conversation").await;
        page.until("document.querySelector('.unread').textContent === ''")
            .await;
    });
}

#[test]
fn a_narrow_screen_shows_one_thing_at_a_time() {
    in_browser(|page| async move {
        let (emulator, _receiver) = restaurant(0).await;
        page.size(390, 844).await;
        page.inbox(&emulator, "").await;
        page.until_shown(".conversation", "Carousel").await;
        assert_eq!(
            page.value("document.getElementById('phone').checkVisibility()")
                .await,
            false
        );
        page.click(".conversation").await;
        page.until_shown(".card", "Harbour soup").await;
        assert_eq!(
            page.value("document.getElementById('list').checkVisibility()")
                .await,
            false
        );
        page.reach("[data-does=timeline]").await;
        page.until_shown("#timeline", "POST /v1/messages").await;
        page.click("#close-timeline").await;
        page.click("#back").await;
        page.until("document.getElementById('list').checkVisibility()")
            .await;
        // Nothing stands out at the side.
        for path in [
            "",
            "?conversation=11",
            "?conversation=12",
            "?conversation=1",
        ] {
            page.inbox(&emulator, path).await;
            page.until("document.querySelector('.row, .bubble')").await;
            let width = page.value("document.documentElement.scrollWidth").await;
            assert!(width.as_u64().unwrap() <= 390, "{path}: {width}");
        }
        // The browser's own way back works as well.
        page.inbox(&emulator, "").await;
        page.click(".conversation").await;
        page.until("document.body.classList.contains('reading')")
            .await;
        page.driver.back().await.unwrap();
        page.until("!document.body.classList.contains('reading')")
            .await;
    });
}

#[test]
fn no_word_in_a_message_keeps_its_conversation_from_being_shown() {
    in_browser(|page| async move {
        let receiver = Receiver::start().await;
        let emulator = fast(&receiver).await;
        let client = Client::basic(&emulator);
        // Names that every object has, and values that cannot be a name.
        for word in ["valueOf", "constructor", "__proto__", "toString"] {
            let inbound = json!({ "channel": "whatsapp", "message_type": word, "from": PERSON, "to": "447700900001" });
            let (status, answer) = client.post("/emulator/v1/inbound", &inbound).await;
            assert_eq!(status, 200, "{answer}");
            for custom in [
                json!({ "type": word }),
                json!({ "type": { word: 1 } }),
                json!({ "type": "interactive", "interactive": { "type": word } }),
                json!({ "type": "interactive", "interactive": { "type": { word: 1 } } }),
            ] {
                let message = json!({ "channel": "whatsapp", "message_type": "custom", "from": "447700900001", "to": PERSON, "custom": custom });
                client.send("/v1/messages", &message).await;
            }
        }
        let last = json!({ "channel": "whatsapp", "message_type": "text", "from": "447700900001", "to": PERSON, "text": "All are here" });
        client.send("/v1/messages", &last).await;
        page.inbox(&emulator, "").await;
        page.click(".conversation").await;
        page.until_shown(".bubble", "All are here").await;
        let shown = page.value("document.querySelectorAll('.bubble').length");
        assert_eq!(shown.await, 21);
    });
}

#[test]
fn earlier_messages_are_shown_to_the_first() {
    in_browser(|page| async move {
        let receiver = Receiver::start().await;
        let emulator = fast(&receiver).await;
        emulator.set_status_url(None);
        let client = Client::basic(&emulator);
        for _ in 0..1_050 {
            client.send("/v1/messages", &sms(PERSON)).await;
        }
        page.inbox(&emulator, "").await;
        page.click(".conversation").await;
        for shown in [100, 200, 400, 800, 1_050] {
            page.until(&format!(
                "document.getElementById('messages').dataset.messages === '{shown}'"
            ))
            .await;
            if shown < 1_050 {
                page.reach(".earlier button").await;
            }
        }
        page.until("document.querySelector('.earlier') === null")
            .await;
    });
}
