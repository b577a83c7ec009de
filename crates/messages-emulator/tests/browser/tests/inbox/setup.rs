//! Credentials, webhook URLs and workspaces.

use messages_auth::{ApiKey, ApiSecret};
use messages_emulator::Emulator;

use crate::browser::{ENTER, in_browser};
use crate::scene::PERSON;
use crate::support::{Client, Receiver, is_signed, sms};

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
        page.watch_clipboard().await;
        page.click("#copy-environment").await;
        let copied = page.copied().await;
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
fn a_workspace_is_opened_and_its_credentials_work() {
    in_browser(|page| async move {
        let emulator = Emulator::builder().seed(7).start().await.unwrap();
        page.inbox(&emulator, "").await;
        page.press("s").await;
        page.click("#open-workspace").await;
        // The key is selected, to be typed over; one with a space cannot be one.
        page.press(format!("my team{ENTER}")).await;
        page.until("!document.querySelector('dialog [name=api_key]').validity.valid")
            .await;
        let typed =
            "const field = document.querySelector('dialog [name=api_key]'); field.select();";
        page.run(typed, Vec::new()).await;
        page.press("my-team").await;
        let field = page
            .value("document.querySelector('dialog [name=api_secret]').value")
            .await;
        let secret = field.as_str().unwrap().to_owned();
        assert!(secret.len() >= 16, "{secret}");
        page.press(ENTER).await;
        page.until("location.search.includes('workspace=my-team')")
            .await;
        page.until_shown("#environment", "VONAGE_API_KEY='my-team'")
            .await;
        page.until_shown("#workspace", "my-team (0)").await;
        let address = page.value("location.href").await;
        assert!(!address.as_str().unwrap().contains(&secret));
        let opened = emulator.workspace("my-team").unwrap();
        assert_eq!(opened.credentials().api_secret().expose(), secret);
        let client = Client::with(emulator.base_url(), opened.credentials());
        client.send("/v1/messages", &sms(PERSON)).await;
        page.until_shown("#count", "1 conversation").await;

        // A key that is open already is refused with the reason.
        page.click("#open-workspace").await;
        page.press(format!("my-team{ENTER}")).await;
        page.until_shown(".notice.bad", "there is a workspace with this api_key")
            .await;
        page.until_shown("#count", "1 conversation").await;

        // One that is closed says so.
        assert!(emulator.close_workspace("my-team"));
        page.until_shown("#unknown-workspace", "This workspace is not open")
            .await;
        page.click("#unknown-workspace a").await;
        page.until_shown("#environment", "VONAGE_API_KEY='emulator'")
            .await;
    });
}
