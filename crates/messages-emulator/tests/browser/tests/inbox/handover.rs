//! Links, searches, snapshots and tests: what is handed to somewhere else.

use messages_emulator::{Channel, InboundMessage};
use serde_json::{Value, json};
use thirtyfour::By;

use crate::browser::{ESCAPE, in_browser};
use crate::content::emulator;
use crate::scene::PERSON;
use crate::support::{Client, sms};

const OURS: &str = "447700900001";

fn text(number: usize) -> InboundMessage {
    InboundMessage::text(Channel::Whatsapp, PERSON, OURS, format!("Number {number}!"))
}

/// A bubble with this text lies within the phone.
fn in_sight(words: &str) -> String {
    format!(
        "(() => {{ const log = document.getElementById('messages').getBoundingClientRect(); \
         return [...document.querySelectorAll('.bubble')].some((one) => one.innerText.includes('{words}') \
         && one.getBoundingClientRect().top >= log.top - 1 && one.getBoundingClientRect().bottom <= log.bottom + 1); }})()"
    )
}

#[test]
fn a_link_or_a_search_leads_to_the_message_itself() {
    in_browser(|page| async move {
        let emulator = emulator().await;
        let mut uuids = Vec::new();
        for number in 0..300 {
            uuids.push(emulator.inject(text(number)).await.message_uuid);
        }
        emulator
            .inject(InboundMessage::text(
                Channel::Sms,
                "447700900333",
                OURS,
                "Other",
            ))
            .await;
        page.inbox(&emulator, &format!("?message={}", uuids[7]))
            .await;
        page.until_shown("#timeline", &uuids[7]).await;
        page.until(&in_sight("Number 7!")).await;

        page.inbox(&emulator, "?q=Number%2042!").await;
        page.until_shown(".row .what", "Number 42!").await;
        page.click(".conversation").await;
        page.until(&in_sight("Number 42!")).await;

        let latest = emulator
            .inbox_url()
            .replace("/inbox/", &format!("/inbox/latest?from={PERSON}"));
        page.driver.goto(latest).await.unwrap();
        page.until(&in_sight("Number 299!")).await;
        let title = page.driver.title().await.unwrap();
        assert!(
            title.ends_with(&format!("Inbox · {}", emulator.port())),
            "{title}"
        );
    });
}

#[test]
fn a_snapshot_goes_down_and_up_and_a_message_becomes_a_test() {
    in_browser(|page| async move {
        let emulator = emulator().await;
        let client = Client::basic(&emulator);
        client.send("/v1/messages", &sms(PERSON)).await;
        page.inbox(&emulator, "").await;
        page.until("document.querySelector('link[rel=icon]').getAttribute('href') === '/inbox/icon.svg?unread=1'")
            .await;
        page.click("#handover").await;
        // The file that the link would save.
        page.run(
            "const make = URL.createObjectURL; URL.createObjectURL = (blob) => { blob.text().then((text) => { window.saved = text; }); return make(blob); };",
            Vec::new(),
        )
        .await;
        page.click("#snapshot-down").await;
        page.until("window.saved").await;
        let saved = page.value("window.saved").await;
        let snapshot: Value = serde_json::from_str(saved.as_str().unwrap()).unwrap();
        assert!(snapshot.is_object());

        emulator.reset();
        page.until_shown("#list-empty", "No messages yet").await;
        let file = tempfile::NamedTempFile::with_suffix(".json").unwrap();
        std::fs::write(file.path(), saved.as_str().unwrap()).unwrap();
        let field = page.driver.find(By::Css("#snapshot-up")).await.unwrap();
        field
            .send_keys(file.path().to_str().unwrap())
            .await
            .unwrap();
        page.until("document.querySelectorAll('.conversation[href]').length === 1")
            .await;
        page.click("#snapshot-undo").await;
        page.until("document.querySelectorAll('.conversation[href]').length === 0")
            .await;

        // The first client's connection has been idle.
        let client = Client::basic(&emulator);
        client.send("/v1/messages", &sms(PERSON)).await;
        page.click_text("dialog button", "Close").await;
        page.click(".conversation").await;
        page.reach("[data-does=timeline]").await;
        page.watch_clipboard().await;
        page.click("#copy-test").await;
        let copied = page.copied().await;
        let wanted = format!(".to({})", json!(PERSON));
        assert!(copied.contains(&wanted), "{copied}");
    });
}

#[test]
fn a_slip_of_the_finger_posts_nothing() {
    in_browser(|page| async move {
        let emulator = emulator().await;
        let client = Client::basic(&emulator);
        let message = json!({ "channel": "whatsapp", "message_type": "text", "from": OURS, "to": PERSON, "text": "Hello" });
        client.send("/v1/messages", &message).await;
        emulator.advance(std::time::Duration::from_secs(60)).await;
        page.inbox(&emulator, "?conversation=1").await;
        page.until_shown(".bubble", "delivered").await;
        page.press("m").await;
        page.until_shown(".notice", "Press m again").await;
        page.until_shown(".bubble", "delivered").await;
        page.press("m").await;
        page.until_shown(".bubble", "read").await;
        // The field is left for the messages.
        page.press("r").await;
        page.press(ESCAPE).await;
        assert_eq!(page.value("document.activeElement.id").await, "messages");
    });
}
