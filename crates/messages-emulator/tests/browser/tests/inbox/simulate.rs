//! Faults, rules and the clock.

use std::time::Duration;

use messages_emulator::{Action, Emulator, Rule};
use serde_json::{Value, json};

use crate::browser::{END, ENTER, ESCAPE, fast, in_browser};
use crate::scene::PERSON;
use crate::support::{Client, Receiver, is_signed, sms};

#[test]
fn the_next_message_meets_a_fault_and_the_rule_that_acted_is_named() {
    in_browser(|page| async move {
        let receiver = Receiver::start().await;
        let emulator = fast(&receiver).await;
        let client = Client::basic(&emulator);
        page.inbox(&emulator, "?view=simulate").await;
        page.until_shown(".rules ~ .hint", "There are no rules")
            .await;
        page.click_text(".next button", "429, retry after 3 s")
            .await;
        page.until_shown(".rules li", "status 429, retry after 3")
            .await;
        page.until_shown(".rules .hits", "0×").await;
        let (status, _) = client.post("/v1/messages", &sms(PERSON)).await;
        assert_eq!(status, 429);
        page.until_shown(".rules li.over", "has acted").await;
        page.until_shown(".rules .hits", "1×").await;
        let (status, _) = client.post("/v1/messages", &sms(PERSON)).await;
        assert_eq!(status, 202);
        page.click("#activity-button").await;
        page.until_shown("#activity .event.bad", "rule: status")
            .await;

        page.click("#simulate-button").await;
        page.click(".rules li [data-does=remove]").await;
        page.until_shown(".rules ~ .hint", "There are no rules")
            .await;
        page.click_text(".next button", "webhooks wrongly signed")
            .await;
        page.until_shown(".rules li", "webhooks wrongly signed")
            .await;
        let count = receiver.all().len();
        let uuid = client.send("/v1/messages", &sms("447700900777")).await;
        let received = receiver.wait_for(count + 2).await;
        let of_it: Vec<_> = received
            .iter()
            .filter(|one| one.json["message_uuid"] == uuid)
            .collect();
        assert!(
            !of_it.is_empty()
                && of_it
                    .iter()
                    .all(|one| !is_signed(one, emulator.credentials()))
        );
        page.go(&format!("?message={uuid}")).await;
        page.until_shown(
            "#timeline .event.acted",
            "Rule (first 1): webhooks wrongly signed",
        )
        .await;
    });
}

#[test]
fn a_rule_is_written_in_the_editor_and_a_lost_response_is_shown_as_one() {
    in_browser(|page| async move {
        let receiver = Receiver::start().await;
        let emulator = fast(&receiver).await;
        emulator.add_rule(Rule::to("447700900555", Action::Deliver));
        page.inbox(&emulator, "?view=simulate").await;
        page.until_shown(".rules li", "to 447700900555").await;
        page.click(".new-rule summary").await;
        page.fill(".new-rule [name=to]", "4477009006*").await;
        page.fill(".new-rule [name=first]", "2").await;
        page.run("const select = document.querySelector('.new-rule select'); select.value = 'lose_answer'; select.dispatchEvent(new Event('change'));", Vec::new()).await;
        page.click(".new-rule .primary").await;
        page.until_shown(".rules li", "to 4477009006*, first 2")
            .await;
        let client = Client::basic(&emulator);
        let lost = client.call(
            messages_transport::http::Method::POST,
            "/v1/messages",
            sms("447700900666").to_string(),
        );
        assert!(lost.await.is_err());
        page.until_shown(".rules .hits", "1×").await;
        page.go("").await;
        page.click(".conversation").await;
        page.reach("[data-does=timeline]").await;
        page.until_shown("#timeline .event.bad", "POST /v1/messages → no response")
            .await;
        page.until_shown("#timeline", "accepted; the client got no response")
            .await;
        page.until_shown(
            "#timeline .event.acted",
            "Rule (to 4477009006*, first 2): lose answer",
        )
        .await;

        // One that cannot be used is refused with the reason.
        page.go("?view=simulate").await;
        page.click(".new-rule summary").await;
        page.run("const field = document.querySelector('.new-rule textarea'); field.value = '{\"reject\":{\"code\":1}}'; field.dispatchEvent(new Event('input'));", Vec::new()).await;
        page.click(".new-rule .primary").await;
        page.until_shown(".notice.bad", "The rule was refused")
            .await;
        page.click_text("#simulate button", "Remove all rules")
            .await;
        page.until_shown(".rules ~ .hint", "There are no rules")
            .await;
    });
}

#[test]
fn the_clock_is_shown_when_it_is_not_real_time_and_is_moved_from_the_page() {
    in_browser(|page| async move {
        let receiver = Receiver::start().await;
        let emulator = Emulator::builder()
            .seed(7)
            .magic_numbers(false)
            .status_url(&receiver.url)
            .start()
            .await
            .unwrap();
        let client = Client::basic(&emulator);
        client.send("/v1/messages", &sms(PERSON)).await;
        page.inbox(&emulator, "").await;
        page.until_shown("#count", "1 conversation").await;
        assert_eq!(
            page.value("document.getElementById('clock')").await,
            Value::Null
        );
        page.click("#simulate-button").await;
        page.until_shown(".time", "real time").await;
        page.click("#pause").await;
        page.until_shown("#clock", "paused").await;
        receiver.wait_for(0).await;
        client.send("/v1/messages", &sms("447700900444")).await;
        let before = emulator.now();
        page.click_text(".pills button", "+10 min").await;
        page.until_shown(".notice, .time", "paused").await;
        page.until("document.querySelectorAll('.row .mark.good').length === 2")
            .await;
        page.click_text(".pills button", "+1 day").await;
        let day = Duration::from_secs(86_400);
        while emulator.now().since(before) < day {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        page.click_text(".pills button", "×60").await;
        page.until_shown("#clock", "×60").await;
        // The chip leads back to the controls.
        page.go("").await;
        page.click("#clock").await;
        page.click_text(".pills button", "×1").await;
        page.until_shown("#clock", "moved").await;
    });
}

#[test]
fn a_rule_is_edited_in_its_place() {
    in_browser(|page| async move {
        let receiver = Receiver::start().await;
        let emulator = fast(&receiver).await;
        emulator.add_rule(Rule::always(Action::Deliver));
        let middle = Rule::to("447700900555", Action::LateRead { ms: 1234 });
        emulator.add_rule(middle.and(|when| when.every = Some(1)));
        emulator.add_rule(Rule::to("447700900666", Action::Silence));
        let client = Client::basic(&emulator);
        client.send("/v1/messages", &sms("447700900555")).await;
        page.inbox(&emulator, "").await;
        page.press("f").await;
        page.until_shown(".rules li:nth-child(2) .hits", "1×").await;

        // With the keyboard alone. Escape leaves the form, not the view, and the focus is on the button again.
        let edit = ".rules li:nth-child(2) [data-does=edit]";
        let focus = "document.querySelector(arguments[0]).focus();";
        page.run(focus, vec![json!(edit)]).await;
        page.press(ENTER).await;
        page.until("document.activeElement.name === 'to' && document.activeElement.value === '447700900555'")
            .await;
        page.press(ESCAPE).await;
        page.until(&format!(
            "document.activeElement === document.querySelector({})",
            json!(edit)
        ))
        .await;
        page.press(ENTER).await;
        page.until("document.activeElement.name === 'to'").await;
        // A status event draws the list anew; what is typed stays.
        page.press(format!("{END}*")).await;
        client.send("/v1/messages", &sms(PERSON)).await;
        page.until_shown(".rules li:nth-child(3) .hits", "1×").await;
        page.run("const field = document.querySelector('.rules textarea'); field.value = '{\"reject\":{\"code\":1}}'; field.dispatchEvent(new Event('input'));", Vec::new()).await;
        page.press(ENTER).await;
        page.until_shown(".notice.bad", "The rule was refused")
            .await;
        page.run("const select = document.querySelector('.rules select'); select.value = 'reject'; select.dispatchEvent(new Event('change'));", Vec::new()).await;
        page.press(ENTER).await;
        page.until_shown(".rules li:nth-child(2) strong", "reject 1050")
            .await;
        page.until_shown(".rules li:nth-child(2)", "to 447700900555*, every 1")
            .await;
        page.until_shown(".rules li:nth-child(2) .hits", "0×").await;
        let order = "[...document.querySelectorAll('.rules strong')].map((one) => one.innerText)";
        assert_eq!(
            page.value(order).await,
            json!(["silence", "reject 1050", "deliver"])
        );
        let uuid = client.send("/v1/messages", &sms("4477009005551")).await;
        page.go(&format!("?message={uuid}")).await;
        page.until_shown("#timeline", "1050").await;
    });
}
