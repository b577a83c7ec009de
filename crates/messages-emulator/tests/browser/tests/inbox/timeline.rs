//! The history of a message, and its export.

use crate::browser::in_browser;
use crate::scene::restaurant;

#[test]
fn a_timeline_tells_requests_answers_and_webhooks() {
    in_browser(|page| async move {
        let (emulator, receiver) = restaurant(0).await;
        page.inbox(&emulator, "?q=entrance").await;
        page.click(".conversation").await;
        page.reach(".bubble.application [data-does=timeline]").await;
        page.until_shown("#timeline", "POST /v1/messages → 202")
            .await;
        let shown = page.text("#timeline").await;
        for wanted in [
            "booking-1207",
            "2",
            "submitted",
            "delivered",
            "status webhook (delivered) → 200",
            "authenticated by basic",
            &receiver.url,
        ] {
            assert!(shown.contains(wanted), "{wanted}: {shown}");
        }
        page.run("for (const one of document.querySelectorAll('#timeline .event details')) one.open = true;", Vec::new()).await;
        page.until_shown("#timeline .json", "\"client_ref\": \"booking-1207\"")
            .await;
        page.until_shown("#timeline .json", "\"status\": \"delivered\"")
            .await;
        page.until_shown("#timeline .json", "\"message_uuid\"")
            .await;

        page.watch_clipboard().await;
        page.click("#copy-curl").await;
        let command = page.copied().await;
        assert!(
            command.contains("/v1/messages'") && command.contains("booking-1207"),
            "{command}"
        );

        // The command works as it stands.
        if let Some(answer) = shell(command).await {
            assert!(answer.contains("message_uuid"), "{answer}");
        }
        page.click("#copy-rust").await;
        let code = page.copied().await;
        assert!(
            code.starts_with(
                "let message: messages_sdk::types::v1::Message = serde_json::from_str(r#\"{"
            ),
            "{code}"
        );

        // A plain text is written with its constructor.
        page.inbox(&emulator, "?q=4711").await;
        page.click(".conversation").await;
        page.reach("[data-does=timeline]").await;
        page.watch_clipboard().await;
        page.click("#copy-rust").await;
        let expected = "use messages_sdk::types::v1::Sms;\n\nlet accepted = client.send(Sms::text(\"Lighthouse\", \"447700900123\", \
                        \"4711 is your code for The Lighthouse. It is good for ten minutes.\")?).await?;";
        assert_eq!(page.copied().await, expected);
    });
}

/// Runs a command, against the emulator of this test; `None` where there is no curl.
async fn shell(command: String) -> Option<String> {
    let run = move || {
        let output = std::process::Command::new("sh")
            .args([
                "-c",
                &command.replacen("curl ", "curl --noproxy '*' -sS ", 1),
            ])
            .env_remove("VONAGE_API_KEY")
            .env_remove("VONAGE_API_SECRET")
            .output()
            .unwrap();
        let is_there = output.status.code() != Some(127);
        is_there.then(|| String::from_utf8_lossy(&output.stdout).into_owned())
    };
    tokio::task::spawn_blocking(run).await.unwrap()
}

#[test]
fn a_failover_is_shown_as_steps() {
    in_browser(|page| async move {
        let (emulator, _receiver) = restaurant(0).await;
        page.inbox(&emulator, "?q=guest-77").await;
        page.click(".conversation").await;
        page.until_shown(".bubble", "Not on the phone").await;
        page.click(".step").await;
        page.until_shown(".steps li.here", "1. Messenger").await;
        page.until_shown(".steps li", "has to be read within 600 seconds")
            .await;
        let steps = page.value("[...document.querySelectorAll('.steps .state')].map((one) => one.innerText).join()").await;
        assert_eq!(steps, "rejected,delivered,delivered");
        page.click(".steps li:nth-child(3) button").await;
        page.until_shown(".steps li.here", "3. SMS").await;
        page.until_shown("#phone-person", "SMS").await;
        page.until_shown("#timeline", "The failover came to this step")
            .await;
    });
}

#[test]
fn a_state_is_brought_about_by_hand() {
    in_browser(|page| async move {
        let (emulator, receiver) = restaurant(0).await;
        page.inbox(&emulator, "?q=4711").await;
        page.click(".conversation").await;
        page.reach("[data-does=timeline]").await;
        page.click(".forces summary").await;
        page.click("[data-status=undeliverable]").await;
        page.until_shown(".bubble", "undeliverable (1050)").await;
        page.until_shown("#timeline .event", "undeliverable · error 1050")
            .await;
        assert_eq!(
            receiver.statuses().last().map(String::as_str),
            Some("undeliverable")
        );
    });
}
