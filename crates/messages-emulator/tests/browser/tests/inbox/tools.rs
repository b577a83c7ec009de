//! The page as a tool: posting again, removal, new messages.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use messages_emulator::{Emulator, Query};
use serde_json::json;

use crate::browser::{fast, in_browser, required};
use crate::scene::PERSON;
use crate::support::{Client, Receiver, is_signed, sms};

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

        page.watch_clipboard().await;
        page.click("#activity [data-does=copy-webhook]").await;
        let command = page.copied().await;
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
        page.watch_clipboard().await;
        page.click("#list-empty .command button").await;
        let command = page.copied().await;
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
