//! Messages as their channel shows them, and mails that can only be looked at.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use messages_emulator::{Action, Channel, Emulator, InboundMessage, Rule};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use crate::browser::{Page, in_browser};
use crate::scene::PERSON;
use crate::support::Client;

const OURS: &str = "447700900001";
pub(crate) async fn emulator() -> Emulator {
    Emulator::builder()
        .stepped()
        .seed(7)
        .magic_numbers(false)
        .rule(Rule::always(Action::Deliver))
        .start()
        .await
        .unwrap()
}

async fn send(client: &Client, channel: &str, kind: &str, content: Value) -> String {
    let mut message =
        json!({ "channel": channel, "message_type": kind, "from": OURS, "to": PERSON });
    let fields = message.as_object_mut().unwrap();
    fields.extend(content.as_object().unwrap().clone());
    client.send("/v1/messages", &message).await
}

/// A server on this machine that responds with a picture, and counts its requests.
async fn picture_server() -> (u16, Arc<AtomicUsize>) {
    const SVG: &str = "<svg xmlns='http://www.w3.org/2000/svg' width='40' height='40'><rect width='40' height='40'/></svg>";
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let count = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&count);
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            counter.fetch_add(1, Ordering::Relaxed);
            tokio::spawn(async move {
                let mut request = [0; 2048];
                let _ = stream.read(&mut request).await;
                let response = format!(
                    "HTTP/1.1 200 OK\r\ncontent-type: image/svg+xml\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{SVG}",
                    SVG.len()
                );
                let _ = stream.write_all(response.as_bytes()).await;
            });
        }
    });
    (port, count)
}

/// Time in which a browser would have fetched what it wants to fetch.
async fn settle() {
    tokio::time::sleep(Duration::from_millis(700)).await;
}

#[test]
fn a_code_or_link_is_copied_with_one_click_or_key() {
    in_browser(|page| async move {
        let emulator = emulator().await;
        let client = Client::basic(&emulator);
        let text = "Your code is 4711, or go to https://lighthouse.example/confirm?id=7.";
        send(&client, "sms", "text", json!({ "text": text })).await;
        page.inbox(&emulator, "").await;
        page.watch_clipboard().await;
        page.click(".row [data-found=Code]").await;
        assert_eq!(page.copied().await, "4711");
        page.click(".conversation").await;
        page.click(".bubble [data-found=Link]").await;
        assert_eq!(
            page.copied().await,
            "https://lighthouse.example/confirm?id=7"
        );
        page.run("document.querySelector('.bubble').focus();", Vec::new())
            .await;
        page.press("c").await;
        assert_eq!(page.copied().await, "4711");
    });
}

#[test]
fn a_mail_is_only_looked_at() {
    in_browser(|page| async move {
        let emulator = emulator().await;
        let (port, count) = picture_server().await;
        let remote = format!("http://evil.example:{port}");
        let hostile = format!(
            "<html><head><meta http-equiv=refresh content='0;url={remote}/refresh'><base href='{remote}/'>\
             <link rel=preconnect href='{remote}'><link rel=stylesheet href='{remote}/a.css'><LINK rel=dns-prefetch href='{remote}'>\
             <style>@import '{remote}/b.css'; body {{ background: url({remote}/c.png) }} @font-face {{ font-family: x; src: url({remote}/f) }} p {{ font-family: x }}</style></head>\
             <body onload='top.xssRan=1'><script>top.xssRan=1; top.location='{remote}/top'</script><p>Dear Jane</p><img src='{remote}/pixel.png'>\
             <iframe src='{remote}/frame'></iframe><object data='{remote}/object'></object><video src='{remote}/video' autoplay></video>\
             <a id=a href='{remote}/self' target=_self>one</a><a id=b href='{remote}/top' target=_top>two</a><a id=c href='{remote}/blank'>three</a>\
             <form action='{remote}/form'><input name=q><button id=d>four</button></form></body></html>"
        );
        let mail = InboundMessage::new(Channel::Email, "jane@example.com", OURS, "html")
            .with("html", json!({ "body": hostile }))
            .with("email", json!({ "subject": "Your table on Friday" }));
        emulator.inject(mail).await;
        page.inbox(&emulator, "").await;
        page.until_shown(".row", "Your table on Friday").await;
        page.click(".conversation").await;
        page.until("document.querySelector('iframe.mail')?.sandbox.value === ''")
            .await;
        settle().await;
        let mut counts = vec![("shown", count.load(Ordering::Relaxed))];

        // Within the frame: it has no origin, and the page is out of its reach.
        page.driver.enter_frame(0).await.unwrap();
        page.until_shown("p", "Dear Jane").await;
        let reached =
            "(() => { try { return parent.document.title } catch { return self.origin } })()";
        assert_eq!(page.value(reached).await, "null");
        for link in ["a", "b", "c", "d"] {
            page.run(
                "document.getElementById(arguments[0]).click();",
                vec![json!(link)],
            )
            .await;
            settle().await;
            page.until_shown("p", "Dear Jane").await;
            counts.push((link, count.load(Ordering::Relaxed)));
        }
        page.driver.enter_default_frame().await.unwrap();
        assert_eq!(
            page.value("document.querySelector('iframe').contentDocument")
                .await,
            Value::Null
        );
        assert_eq!(page.driver.windows().await.unwrap().len(), 1);
        assert_eq!(page.value("'xssRan' in window").await, false);
        assert_eq!(page.value("location.pathname").await, "/inbox/");
        assert!(
            counts.iter().all(|(_, count)| *count == 0),
            "connections to another host: {counts:?}"
        );

        // The count can count: on request its pictures come.
        page.click_text(".mail-tools button", "Load remote pictures")
            .await;
        for _ in 0..100 {
            if count.load(Ordering::Relaxed) > 0 {
                break;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        assert!(count.load(Ordering::Relaxed) > 0);
        page.click_text(".mail-tools button", "Enlarge").await;
        page.until("document.querySelector('dialog iframe.mail')")
            .await;
    });
}

async fn picture_message(client: &Client, url: &str) {
    send(
        client,
        "whatsapp",
        "image",
        json!({ "image": { "url": url, "caption": "A *menu*" } }),
    )
    .await;
}

#[test]
fn pictures_of_this_machine_are_shown_at_once_and_others_on_a_click() {
    in_browser(|page| async move {
        let emulator = emulator().await;
        let client = Client::basic(&emulator);
        let (port, count) = picture_server().await;
        picture_message(&client, &format!("http://127.0.0.1:{port}/a.svg")).await;
        page.inbox(&emulator, "?conversation=1").await;
        page.until("document.querySelector('img.picture')?.naturalWidth > 0")
            .await;
        page.until_shown("figcaption strong", "menu").await;
        let before = count.load(Ordering::Relaxed);
        picture_message(&client, &format!("http://evil.example:{port}/b.svg")).await;
        page.until("document.querySelectorAll('.bubble').length === 2")
            .await;
        settle().await;
        assert_eq!(count.load(Ordering::Relaxed), before);
        page.click_text(".bubble button", "Show the picture").await;
        page.until("document.querySelector('iframe.picture')").await;
        for _ in 0..100 {
            if count.load(Ordering::Relaxed) > before {
                break;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        assert!(count.load(Ordering::Relaxed) > before);
    });
}

async fn whatsapp_kinds(page: &Page, client: &Client) {
    let text = |text: &str| json!({ "text": text });
    send(
        client,
        "whatsapp",
        "text",
        text("*Bold* and _lean_, ~old~ `x_y`\n- one\n- two\n> said"),
    )
    .await;
    page.until_shown(".bubble strong", "Bold").await;
    page.until_shown(".bubble em", "lean").await;
    page.until_shown(".bubble s", "old").await;
    page.until_shown(".bubble code", "x_y").await;
    page.until_shown(".bubble ul li", "two").await;
    page.until_shown(".bubble blockquote", "said").await;

    let parameters = json!([
        { "type": "text", "text": "Jane" },
        { "type": "currency", "currency": { "fallback_value": "€12.50", "code": "EUR", "amount_1000": 12500 } },
        { "type": "date_time", "date_time": { "fallback_value": "25 December" } },
    ]);
    let template = json!({ "type": "template", "template": {
        "name": "bill", "language": { "code": "en", "policy": "deterministic" }, "components": [{ "type": "body", "parameters": parameters }] } });
    send(client, "whatsapp", "custom", json!({ "custom": template })).await;
    page.until_shown(".parameters li:nth-child(2)", "€12.50")
        .await;
    page.until_shown(".parameters li:nth-child(3)", "25 December")
        .await;

    for (action, label) in [
        (
            json!({ "type": "cta_url", "body": { "text": "B" }, "action": { "name": "cta_url", "parameters": { "display_text": "See the menu", "url": "https://lighthouse.example/menu" } } }),
            "See the menu",
        ),
        (
            json!({ "type": "flow", "body": { "text": "B" }, "action": { "name": "flow", "parameters": { "flow_cta": "Book now", "flow_id": "17", "flow_message_version": "3", "flow_token": "t" } } }),
            "Book now",
        ),
        (
            json!({ "type": "location_request_message", "body": { "text": "Where are you?" }, "action": { "name": "send_location" } }),
            "Send location",
        ),
    ] {
        send(
            client,
            "whatsapp",
            "custom",
            json!({ "custom": { "type": "interactive", "interactive": action } }),
        )
        .await;
        page.until_shown(".bubble .tap", label).await;
    }
    page.click_text(".bubble .tap", "Send location").await;
    page.click("dialog button.primary").await;
    page.until_shown(".bubble.person", "51.522958").await;
}

#[test]
fn every_kind_of_content_is_shown() {
    in_browser(|page| async move {
        let emulator = emulator().await;
        let client = Client::basic(&emulator);
        send(
            &client,
            "whatsapp",
            "text",
            json!({ "text": "مرحبا https" }),
        )
        .await;
        page.inbox(&emulator, "?conversation=1").await;
        page.until_shown(".bubble", "مرحبا").await;
        let direction = "getComputedStyle(document.querySelector('.bubble .words')).direction";
        assert_eq!(page.value(direction).await, "rtl");
        whatsapp_kinds(&page, &client).await;

        let card = |title: &str| json!({ "title": title, "description": "Fresh", "suggestions": [{ "action": { "text": "Recipe", "postbackData": "r", "openUrlAction": { "url": "https://lighthouse.example/" } } }] });
        let carousel = json!({ "contentMessage": { "richCard": { "carouselCard": { "cardWidth": "MEDIUM", "cardContents": [card("Soup"), card("Tart")] } } } });
        send(&client, "rcs", "custom", json!({ "custom": carousel })).await;
        send(&client, "sms", "text", json!({ "text": "It’s ready" })).await;
        page.go("?conversation=2").await;
        page.until_shown(".carousel .card:nth-child(2)", "Tart")
            .await;
        page.until_shown(".carousel .chip", "Recipe").await;
        page.go("?conversation=3").await;
        page.until_shown(".foot", "UCS-2 because of “’”").await;
    });
}
