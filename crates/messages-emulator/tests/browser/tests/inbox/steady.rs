//! What the page holds on to while messages come in, the emulator is reset or another one takes its place.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use messages_emulator::{Action, Channel, Emulator, InboundMessage, Rule};
use serde_json::json;

use crate::browser::{ESCAPE, Page, TAB, in_browser};
use crate::scene::PERSON;
use crate::support::{Client, sms};

const OURS: &str = "447700900001";

async fn stepped() -> Emulator {
    Emulator::builder()
        .stepped()
        .seed(7)
        .magic_numbers(false)
        .rule(Rule::always(Action::Deliver))
        .start()
        .await
        .unwrap()
}

fn hello(person: &str) -> InboundMessage {
    InboundMessage::text(
        Channel::Whatsapp,
        person,
        OURS,
        format!("Hello from {person}"),
    )
}

#[test]
fn an_opened_list_a_reaction_menu_and_a_draft_survive_fifty_status_events() {
    in_browser(|page| async move {
        let emulator = stepped().await;
        let client = Client::basic(&emulator);
        let menu = json!({ "type": "interactive", "interactive": {
            "type": "list", "body": { "text": "Anything else?" },
            "action": { "button": "Choose", "sections": [{ "title": "Extras", "rows": [{ "id": "cake", "title": "A cake" }] }] } } });
        let message = |kind: &str, key: &str, value| json!({ "channel": "whatsapp", "message_type": kind, "from": OURS, "to": PERSON, key: value });
        client
            .send("/v1/messages", &message("custom", "custom", menu))
            .await;
        emulator.advance(Duration::from_secs(60)).await;
        page.inbox(&emulator, "?conversation=1").await;
        page.until_shown(".bubble", "delivered").await;

        page.click(".options summary").await;
        page.reach("[data-does=react]").await;
        page.click("#text").await;
        page.press("Half a rep").await;
        for _ in 0..25 {
            client
                .send("/v1/messages", &message("text", "text", json!("More")))
                .await;
            emulator.advance(Duration::from_secs(60)).await;
        }
        page.until("document.querySelectorAll('.mark.good').length >= 26")
            .await;
        let held = page.value(
            "[document.querySelector('.options').open, document.querySelector('.choices').checkVisibility(), \
             document.activeElement.id, document.getElementById('text').value]",
        );
        assert_eq!(held.await, json!([true, true, "text", "Half a rep"]));

        // It is there again after a look at something else.
        page.go("?q=x").await;
        page.until("!document.getElementById('text')").await;
        page.go("?conversation=1").await;
        page.until("document.getElementById('text')?.value === 'Half a rep'")
            .await;
    });
}

/// The person of the row below the mouse.
async fn aimed_at(page: &Page, x: i64, y: i64) -> String {
    let row = format!("document.elementFromPoint({x}, {y})?.closest('.conversation')");
    let person = page
        .value(&format!("{row}?.querySelector('.who')?.textContent ?? ''"))
        .await;
    person.as_str().unwrap().to_owned()
}

#[test]
fn a_click_opens_the_row_that_was_aimed_at_while_messages_come_in() {
    in_browser(|page| async move {
        let emulator = Arc::new(stepped().await);
        for number in 0..40 {
            emulator.inject(hello(&format!("4477009{number:05}"))).await;
        }
        page.inbox(&emulator, "").await;
        page.until("document.querySelectorAll('.row:not(.loading)').length > 8")
            .await;
        let stop = Arc::new(AtomicBool::new(false));
        let rain = tokio::spawn({
            let (emulator, stop) = (Arc::clone(&emulator), Arc::clone(&stop));
            async move {
                let mut number = 0;
                while !stop.load(Ordering::Relaxed) {
                    emulator
                        .inject(hello(&format!("4477009{:05}", number % 40)))
                        .await;
                    number += 7;
                    tokio::time::sleep(Duration::from_millis(50)).await;
                }
            }
        });
        let mut wrong = Vec::new();
        for (x, y) in (0..20).map(|number| (180, 220 + 76 * (number % 6))) {
            // Away from the list it is live again.
            page.driver
                .action_chain()
                .move_to(900, 30)
                .perform()
                .await
                .unwrap();
            tokio::time::sleep(Duration::from_millis(150)).await;
            page.driver
                .action_chain()
                .move_to(x, y)
                .perform()
                .await
                .unwrap();
            let aimed = aimed_at(&page, x, y).await;
            tokio::time::sleep(Duration::from_millis(300)).await;
            page.driver.action_chain().click().perform().await.unwrap();
            page.until("document.getElementById('phone-person')").await;
            let opened = page.text("#phone-person").await;
            if !opened.ends_with(&aimed) || aimed.is_empty() {
                wrong.push((aimed, opened));
            }
        }
        page.until_shown("#arrived", "new message").await;
        stop.store(true, Ordering::Relaxed);
        rain.await.unwrap();
        assert!(wrong.is_empty(), "{wrong:?}");
    });
}

#[test]
fn after_a_reset_nothing_of_before_is_shown() {
    in_browser(|page| async move {
        let emulator = stepped().await;
        emulator.inject(hello(PERSON)).await;
        page.inbox(&emulator, "?conversation=1").await;
        page.until_shown("#phone-person", PERSON).await;
        emulator.reset();
        page.until_shown("#instead", "This conversation is gone")
            .await;
        page.until_shown("#list-empty", "No messages yet").await;
        emulator.inject(hello("447700900333")).await;
        page.click(".conversation").await;
        page.until_shown("#phone-person", "447700900333").await;
    });
}

#[test]
fn another_emulator_on_the_same_port_is_noticed() {
    in_browser(|page| async move {
        let emulator = stepped().await;
        let port = emulator.port();
        emulator.inject(hello(PERSON)).await;
        page.inbox(&emulator, "?conversation=1").await;
        page.until_shown("#phone-person", PERSON).await;
        page.fill("#text", "Not sent yet").await;
        drop(emulator);
        // Its connections need a moment to end.
        let other = loop {
            match Emulator::builder().port(port).stepped().start().await {
                Ok(other) => break other,
                Err(_) => tokio::time::sleep(Duration::from_millis(100)).await,
            }
        };
        other.inject(hello("447700900333")).await;
        page.until_shown("#phone-person", "447700900333").await;
        assert_eq!(
            page.value("document.getElementById('text').value").await,
            ""
        );
        // The draft waits for the one to whom it was written.
        other.inject(hello(PERSON)).await;
        page.click_text(".who", PERSON).await;
        page.until("document.getElementById('text')?.value === 'Not sent yet'")
            .await;
    });
}

#[test]
fn a_reply_that_is_refused_comes_back() {
    in_browser(|page| async move {
        let emulator = stepped().await;
        emulator.inject(hello(PERSON)).await;
        page.inbox(&emulator, "?conversation=1").await;
        page.until("document.getElementById('text')").await;
        page.run(
            "window.fetch = async () => new Response('{\"error\":\"no\"}', { status: 500 });",
            Vec::new(),
        )
        .await;
        page.fill("#text", "Important\u{e007}").await;
        page.until_shown(".notice", "The message was refused: no")
            .await;
        page.until("document.getElementById('text').value === 'Important'")
            .await;
    });
}

#[test]
fn few_keys_lead_from_the_load_to_a_reply_and_letters_can_be_switched_off() {
    in_browser(|page| async move {
        let emulator = stepped().await;
        for _ in 0..30 {
            emulator.inject(hello(PERSON)).await;
        }
        page.inbox(&emulator, "").await;
        page.until("document.querySelector('.conversation[href]')")
            .await;
        for key in ["j", "\u{e007}"] {
            page.press(key).await;
        }
        page.until("document.querySelectorAll('.bubble').length === 30")
            .await;
        page.press("r").await;
        page.press("Hi\u{e007}").await;
        page.until("document.querySelectorAll('.bubble').length === 31")
            .await;
        // From the head of the page, the tab key reaches the field in few steps as well.
        page.run(
            "document.querySelector('.conversation').focus();",
            Vec::new(),
        )
        .await;
        let mut stops = Vec::new();
        while page.value("document.activeElement.id").await != "text" {
            page.press(TAB).await;
            stops.push(
                page.value("document.activeElement.outerHTML.slice(0, 90)")
                    .await,
            );
            assert!(stops.len() < 10, "{stops:?}");
        }
        page.press(ESCAPE).await;
        page.press("?").await;
        page.click("#letter-keys").await;
        page.press(ESCAPE).await;
        page.until("!document.querySelector('dialog')").await;
        page.press("d").await;
        page.press("r").await;
        assert_ne!(page.value("document.activeElement.id").await, "text");
        assert_eq!(
            page.value("document.documentElement.dataset.theme ?? ''")
                .await,
            ""
        );
    });
}

#[test]
fn at_four_hundred_percent_the_list_has_room() {
    in_browser(|page| async move {
        let emulator = stepped().await;
        emulator.inject(hello(PERSON)).await;
        page.size(320, 256).await;
        page.inbox(&emulator, "").await;
        page.until("document.querySelector('.conversation[href]')")
            .await;
        let height = page
            .value("document.getElementById('list').clientHeight")
            .await;
        assert!(height.as_u64().unwrap() > 200, "{height}");
        assert_eq!(
            page.value("document.documentElement.scrollWidth").await,
            320
        );
        page.click(".conversation").await;
        page.until_shown(".bubble", "Hello").await;
    });
}

#[test]
fn the_activity_tells_why_a_request_was_refused_and_which_webhook_failed() {
    in_browser(|page| async move {
        // Nothing listens there.
        let unused = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}/", unused.local_addr().unwrap());
        drop(unused);
        let emulator = Emulator::builder()
            .speed(60.0)
            .seed(7)
            .magic_numbers(false)
            .status_url(&url)
            .rule(Rule::to("447700900602", Action::LoseAnswer))
            .start()
            .await
            .unwrap();
        page.inbox(&emulator, "").await;
        let client = Client::basic(&emulator);
        let (status, _) = client
            .post(
                "/v1/messages",
                &json!({ "channel": "sms", "message_type": "text", "from": OURS, "to": PERSON }),
            )
            .await;
        assert_eq!(status, 422);
        page.until_shown("#activity-button .failures", "1").await;
        client.send("/v1/messages", &sms(PERSON)).await;
        page.until("Number(document.querySelector('.failures')?.textContent) > 1")
            .await;
        // Its message and its conversation are marked.
        page.until_shown(".row .mark.bad", "⚠").await;
        page.click(".conversation").await;
        page.until_shown(".bubble .failing", "webhook failed").await;

        page.click("#activity-button").await;
        page.until_shown("#activity .event.bad", "POST /v1/messages → 422")
            .await;
        page.until_shown("#activity .event.bad", "text").await;
        page.until_shown(
            "#activity .event.bad",
            "status webhook (submitted) → no response",
        )
        .await;
        page.until_shown("#activity .event.good", "POST /v1/messages → 202")
            .await;
        page.until("!document.querySelector('.failures')").await;
        page.click_text(".activity-filters button", "Failed").await;
        page.until("!document.querySelector('#activity .event.good')")
            .await;
        let lost = tokio::spawn({
            let body = sms("447700900602");
            async move { client.post("/v1/messages", &body).await }
        });
        page.until_shown(
            "#activity .event.bad",
            "accepted; the client got no response",
        )
        .await;
        lost.abort();
        page.run(
            "document.querySelector('#activity details').open = true;",
            Vec::new(),
        )
        .await;
        page.until("document.querySelector('#activity pre')").await;
        page.click_text("#activity .event .quiet", "Open the message")
            .await;
        page.until_shown("#timeline", "delivered").await;
    });
}

#[test]
fn the_messages_of_a_journey_are_shown_as_steps_over_their_channels() {
    in_browser(|page| async move {
        let emulator = stepped().await;
        let client = Client::basic(&emulator);
        let mut uuids = Vec::new();
        for (channel, last) in [("whatsapp", "01"), ("sms", "02")] {
            let reference = format!("mr0-01931b2c-7d3e-7a4b-8c5d-0011223344{last}");
            let message = json!({ "channel": channel, "message_type": "text", "from": OURS, "to": PERSON, "text": "Your table", "client_ref": reference });
            uuids.push(client.send("/v1/messages", &message).await);
        }
        emulator.advance(Duration::from_secs(60)).await;
        // A link that names a message alone opens its conversation, too.
        page.inbox(&emulator, &format!("?message={}", uuids[0]))
            .await;
        page.until_shown("#phone-person", "WhatsApp").await;
        page.until_shown(".bubble .step", "message 1 of a journey")
            .await;
        page.until_shown(".steps li.here", "1. WhatsApp").await;
        page.click_text(".steps button .step-name", "2. SMS").await;
        page.until_shown("#phone-person", "SMS").await;
        page.until_shown(".steps li.here", "2. SMS").await;
    });
}
