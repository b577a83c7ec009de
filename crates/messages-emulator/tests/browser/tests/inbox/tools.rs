//! The page as a tool: posting again, setup, removal, new messages, faults, the clock.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use messages_auth::{ApiKey, ApiSecret};
use messages_emulator::{Action, Emulator, Query, Rule};
use serde_json::{Value, json};

use crate::browser::{Page, fast, in_browser, required};
use crate::scene::PERSON;
use crate::support::{Client, Receiver, is_signed, sms};

const OURS: &str = "447700900001";

/// Has the page keep what would go to the clipboard.
const CLIPBOARD: &str = "window.copied = ''; Object.defineProperty(navigator, 'clipboard', { configurable: true, value: { writeText: async (text) => { window.copied = text; } } });";

async fn copied(page: &Page) -> String {
    page.until("window.copied").await;
    let copied = page.value("window.copied").await;
    page.run("window.copied = '';", Vec::new()).await;
    copied.as_str().unwrap().to_owned()
}

/// Runs a command as a user would who has the command line of this build and a shell without credentials.
async fn shell(command: String, folder: PathBuf) -> (bool, String) {
    let run = move || {
        let path = std::env::var_os("PATH").unwrap_or_default();
        let paths = std::iter::once(folder).chain(std::env::split_paths(&path));
        let output = std::process::Command::new("sh")
            .args(["-c", &command])
            .env("PATH", std::env::join_paths(paths).unwrap())
            .env("NO_PROXY", "127.0.0.1")
            .env_remove("VONAGE_API_KEY")
            .env_remove("VONAGE_API_SECRET")
            .env_remove("MESSAGES_ENDPOINT")
            .output()
            .unwrap();
        let text = [output.stdout, output.stderr].concat();
        let text = String::from_utf8_lossy(&text).into_owned();
        (output.status.success(), text)
    };
    tokio::task::spawn_blocking(run).await.unwrap()
}

/// The folder of the command line that was built beside these tests.
fn built() -> Option<PathBuf> {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR"))
        .parent()?
        .join("debug");
    let is_built = folder.join("messages").is_file();
    assert!(is_built || !required(), "messages-cli is not built");
    is_built.then_some(folder)
}

#[test]
fn a_failing_receiver_is_seen_within_two_seconds_and_its_webhook_is_posted_again() {
    in_browser(|page| async move {
        let receiver = Receiver::start().await;
        let emulator = fast(&receiver).await;
        let client = Client::basic(&emulator);
        page.inbox(&emulator, "").await;
        receiver.answer([403; 2]);
        client.send("/v1/messages", &sms(PERSON)).await;
        receiver.wait_for(1).await;
        let failed = Instant::now();
        page.until_shown(".row .mark.bad", "⚠").await;
        let seen = failed.elapsed();
        assert!(seen < Duration::from_secs(2), "{seen:?}");
        println!("seen after {seen:?}");

        page.click(".conversation").await;
        page.until_shown(".bubble .failing", "webhook failed").await;
        receiver.wait_for(2).await;
        page.click(".bubble .failing").await;
        page.until_shown("#timeline .event.bad", "→ 403").await;
        page.click("#timeline [data-does=resend]").await;
        page.until_shown(".notice", "Your application responded 200")
            .await;
        let received = receiver.wait_for(3).await;
        assert_eq!(received[2].json, received[0].json);
        assert!(is_signed(&received[2], emulator.credentials()));
        page.until_shown("#timeline .event.good", "webhook (submitted) → 200")
            .await;
        page.click_text(".thread-failed button", "Post again").await;
        receiver.wait_for(4).await;
        page.until("!document.querySelector('.failing, .thread-failed, .row .mark.bad')")
            .await;
    });
}

#[test]
fn all_that_failed_is_posted_again_and_a_webhook_as_curl_is_signed() {
    in_browser(|page| async move {
        let receiver = Receiver::start().await;
        let emulator = fast(&receiver).await;
        let client = Client::basic(&emulator);
        receiver.answer([404; 4]);
        for number in ["447700900111", "447700900222"] {
            client.send("/v1/messages", &sms(number)).await;
        }
        receiver.wait_for(4).await;
        page.inbox(&emulator, "?view=activity").await;
        page.click("#resend-failed").await;
        page.until_shown(".notice", "Posted again: 4 failed webhooks.")
            .await;
        receiver.wait_for(8).await;
        page.until_shown("#activity .event.good", "webhook (delivered) → 200")
            .await;

        page.run(CLIPBOARD, Vec::new()).await;
        page.click("#activity [data-does=copy-webhook]").await;
        let command = copied(&page).await;
        let command = command.replacen("curl ", "curl --noproxy '*' -sS ", 1);
        let (is_sent, output) = shell(command, PathBuf::new()).await;
        assert!(is_sent, "{output}");
        let received = receiver.wait_for(9).await;
        assert!(is_signed(&received[8], emulator.credentials()));
    });
}

#[test]
fn a_request_is_edited_and_sent_again() {
    in_browser(|page| async move {
        let receiver = Receiver::start().await;
        let emulator = fast(&receiver).await;
        let client = Client::basic(&emulator);
        client.send("/v1/messages", &sms(PERSON)).await;
        page.inbox(&emulator, "?conversation=1").await;
        page.reach("[data-does=timeline]").await;
        page.click("#send-again").await;
        let edit = async |text: &str| {
            let script = "const field = document.getElementById('edited'); field.value = field.value.replace(/\"text\": .*/, arguments[0]); field.form.requestSubmit();";
            page.run(script, vec![json!(text)]).await;
        };
        edit("\"text\": \"\"").await;
        page.until_shown(".notice.bad", "The API responded 422")
            .await;
        page.run(
            "document.getElementById('edited').value = '{ \"text\": \"<img src=x>\"';",
            Vec::new(),
        )
        .await;
        page.click("dialog .primary").await;
        page.until("!document.getElementById('edited').validity.valid")
            .await;
        page.click_text("dialog button", "Cancel").await;
        page.click("#send-again").await;
        edit("\"text\": \"Edited\"").await;
        page.until_shown(".bubble", "Edited").await;
        assert_eq!(emulator.messages(&Query::default(), 9).len(), 2);
    });
}

#[test]
fn the_first_command_of_an_empty_inbox_works_when_it_is_pasted() {
    in_browser(|page| async move {
        let emulator = Emulator::builder().start().await.unwrap();
        page.inbox(&emulator, "").await;
        // There is nothing to see yet: the setup is open.
        page.until_shown("#setup h2", "Setup").await;
        page.run(CLIPBOARD, Vec::new()).await;
        page.click("#list-empty .command button").await;
        let command = copied(&page).await;
        assert!(command.starts_with("messages send"), "{command}");
        let Some(folder) = built() else { return };
        let (is_sent, output) = shell(command, folder).await;
        assert!(is_sent, "{output}");
        page.until_shown(".row .what", "Your table is free at 8")
            .await;
        page.until("!document.getElementById('setup')").await;
    });
}

#[test]
fn the_setup_shows_credentials_and_tests_and_changes_urls() {
    in_browser(|page| async move {
        let receiver = Receiver::start().await;
        let emulator = Emulator::builder().seed(7).start().await.unwrap();
        page.inbox(&emulator, "?view=setup").await;
        page.until_shown("#environment", "export VONAGE_API_KEY='emulator'")
            .await;
        let secret = emulator.credentials().signature_secret().expose();
        let shown = page.value("document.documentElement.outerHTML").await;
        assert!(!shown.as_str().unwrap().contains(secret));
        page.click("#secrets").await;
        page.until_shown("#environment", secret).await;
        page.click_text(".pills button", "PowerShell").await;
        page.until_shown("#environment", "$env:VONAGE_API_KEY = 'emulator'")
            .await;
        page.click_text(".pills button", ".env").await;
        page.run(CLIPBOARD, Vec::new()).await;
        page.click("#copy-environment").await;
        let copied = copied(&page).await;
        assert!(copied.starts_with("VONAGE_API_KEY=emulator\n"), "{copied}");
        assert!(copied.contains(secret));
        assert!(
            !page
                .value("location.href")
                .await
                .as_str()
                .unwrap()
                .contains(secret)
        );

        for target in ["status", "inbound"] {
            let form = format!(".url[data-target={target}]");
            page.fill(&format!("{form} input"), &receiver.url).await;
            page.click(&format!("{form} button.primary")).await;
            page.until(&format!(
                "!document.querySelector('{form} [data-does=test]').disabled"
            ))
            .await;
            receiver.answer([if target == "status" { 200 } else { 401 }]);
            page.click(&format!("{form} [data-does=test]")).await;
        }
        page.until_shown(".url[data-target=status] .mark.good", "responded 200")
            .await;
        page.until_shown(".url[data-target=inbound] .mark.bad", "responded 401")
            .await;
        assert!(
            receiver
                .all()
                .iter()
                .all(|one| is_signed(one, emulator.credentials()))
        );
        // A URL that leads elsewhere is refused with the reason.
        page.run("const field = document.querySelector('.url input'); field.value = 'ftp://example.com/'; field.dispatchEvent(new Event('input')); ", Vec::new()).await;
        page.click(".url[data-target=status] button.primary").await;
        page.until_shown(".notice.bad", "`status_url` must be an absolute URL")
            .await;
    });
}

#[test]
fn workspaces_are_listed_counted_and_switched() {
    in_browser(|page| async move {
        let emulator = Emulator::builder().seed(7).start().await.unwrap();
        let key = ApiKey::new("second").unwrap();
        let second = emulator
            .open_workspace(key, ApiSecret::new("second-secret").unwrap())
            .unwrap();
        let other = Client::with(emulator.base_url(), second.credentials());
        for number in ["447700900111", "447700900222"] {
            other.send("/v1/messages", &sms(number)).await;
        }
        page.inbox(&emulator, "?view=setup").await;
        page.until_shown(".workspaces li", "2 messages").await;
        page.until_shown(".workspaces [aria-current]", "emulator")
            .await;
        page.click_text(".workspaces a", "second").await;
        page.until_shown("#count", "2 conversations").await;
        page.until("document.getElementById('live')?.classList.contains('on')")
            .await;
        other.send("/v1/messages", &sms("447700900333")).await;
        page.until_shown("#count", "3 conversations").await;
        page.click(".conversation").await;
        page.until_shown("#phone-person", "447700900").await;
        assert!(
            page.value("location.search.includes('workspace=second')")
                .await
                == true
        );
        let client = Client::basic(&emulator);
        client.send("/v1/messages", &sms("447700900444")).await;
        page.until(
            "document.querySelector('#workspace option:checked')?.textContent === 'second (3)'",
        )
        .await;
        page.run("const field = document.getElementById('workspace'); field.value = location.pathname; field.dispatchEvent(new Event('change'));", Vec::new()).await;
        page.until_shown("#count", "1 conversation").await;
    });
}

#[test]
fn what_was_cleared_comes_back() {
    in_browser(|page| async move {
        let emulator = Emulator::builder().seed(7).start().await.unwrap();
        let client = Client::basic(&emulator);
        for number in ["447700900111", "447700900222", "447700900333"] {
            client.send("/v1/messages", &sms(number)).await;
        }
        page.inbox(&emulator, "?conversation=2").await;
        page.until_shown("#phone-person", "447700900222").await;
        page.press("x").await;
        page.until_shown("#count", "2 conversations").await;
        page.until("document.getElementById('phone').hidden").await;
        page.click_text(".notice button", "Undo").await;
        page.until_shown("#count", "3 conversations").await;
        page.until_shown("#phone-person", "447700900222").await;
        page.click("#clear").await;
        page.until_shown("#list-empty", "No messages yet").await;
        // One that comes in meanwhile stays.
        client.send("/v1/messages", &sms("447700900444")).await;
        page.until_shown("#count", "1 conversation").await;
        page.click_text(".notice button", "Undo").await;
        page.until_shown("#count", "4 conversations").await;
        page.press("X").await;
        page.until_shown("#list-empty", "No messages yet").await;
    });
}

#[test]
fn a_user_writes_first_over_any_channel_and_the_inbox_is_filled_with_examples() {
    in_browser(|page| async move {
        let receiver = Receiver::start().await;
        let emulator = fast(&receiver).await;
        page.inbox(&emulator, "").await;
        page.until("document.getElementById('setup')").await;
        let choose = async |label: &str, value: &str| {
            let script = "const select = [...document.querySelectorAll('dialog label')].find((one) => one.firstElementChild.innerText === arguments[0]).querySelector('select'); select.value = arguments[1]; select.dispatchEvent(new Event('change'));";
            page.run(script, vec![json!(label), json!(value)]).await;
        };
        for (channel, kind, field) in [
            ("sms", "text", "text"),
            ("whatsapp", "contacts", "phone"),
            ("whatsapp", "sticker", "url"),
            ("rcs", "location", "lat"),
            ("mms", "image", "caption"),
            ("viber_service", "text", "text"),
            ("messenger", "image", "url"),
        ] {
            let count = receiver.all().len();
            page.press("+").await;
            page.until("document.getElementById('new-message')").await;
            choose("Channel", channel).await;
            choose("Type", kind).await;
            page.until(&format!("document.querySelector('dialog [name={field}]')"))
                .await;
            page.click("dialog .primary").await;
            page.until(&format!(
                "!document.querySelector('dialog') && document.querySelector('#phone[data-channel={channel}] .bubble.person[data-type={kind}]')"
            ))
            .await;
            let received = receiver.wait_for(count + 1).await;
            let webhook = &received[count].json;
            assert_eq!(
                (&webhook["channel"], &webhook["from"]),
                (&json!(channel), &json!(PERSON))
            );
        }
        page.press("X").await;
        page.click_text("#list-empty button", "Fill with examples")
            .await;
        page.until_shown(".notice", "Examples sent").await;
        page.until_shown(".row .what", "4711").await;
        page.until("document.querySelectorAll('.row .avatar').length >= 5")
            .await;
    });
}

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
        page.click(".rules li button").await;
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
        page.run("const select = document.getElementById('action'); select.value = 'lose_answer'; select.dispatchEvent(new Event('change'));", Vec::new()).await;
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
