//! Nothing that an application, its receiver or the user of the page writes must become script.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use messages_emulator::{Action, Emulator, Rule};
use messages_transport::http::Method;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use crate::attacks::{is_clean, packed};
use crate::browser::{ESCAPE, Page, in_browser};
use crate::payloads::{self, TRACE};
use crate::scene::PERSON;
use crate::support::Client;

/// As many as the activity shows, with three requests and two webhooks for each.
const BATCH: usize = 40;

/// A receiver that refuses each webhook with the next payload, in the headers and as HTML. Returns its URL.
async fn hostile_receiver(payloads: Vec<String>) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    let (payloads, count) = (Arc::new(payloads), Arc::new(AtomicUsize::new(0)));
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(refuse(stream, Arc::clone(&payloads), Arc::clone(&count)));
        }
    });
    url
}

async fn refuse(mut stream: TcpStream, payloads: Arc<Vec<String>>, count: Arc<AtomicUsize>) {
    let mut request = [0; 16_384];
    if stream.read(&mut request).await.is_ok_and(|read| read > 0) {
        let payload = &payloads[count.fetch_add(1, Ordering::Relaxed) % payloads.len()];
        let header: String = payload.chars().filter(char::is_ascii_graphic).collect();
        let response = format!(
            "HTTP/1.1 403 Forbidden\r\ncontent-type: text/html\r\nserver: {header}\r\nretry-after: {header}\r\n\
             content-length: {}\r\nconnection: close\r\n\r\n{payload}",
            payload.len()
        );
        let _ = stream.write_all(response.as_bytes()).await;
    }
}

fn percent_encoded(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02X}")).collect()
}

/// Sends a message that a rule of the same text rejects, and requests that are refused.
async fn send_each(emulator: &Emulator, client: &Client, payloads: &[String]) {
    for payload in payloads {
        let p = payload.as_str();
        let rule = Rule::always(Action::Reject { code: 1050 });
        emulator.add_rule(rule.and(|when| {
            when.text = Some(p.into());
            when.to = Some("*".into());
        }));
        let message = json!({ "channel": "sms", "message_type": "text", "from": "447700900001", "to": PERSON, "text": p });
        client.send("/v1/messages", &message).await;
        let refused =
            json!({ "channel": p, "message_type": p, "from": p, "to": p, p: p, "text": { p: p } });
        let (status, _) = client.post("/v1/messages", &refused).await;
        assert_eq!(status, 422);
        let path = format!("/v1/messages/{}?q={0}", percent_encoded(p));
        let body = json!({ "status": p }).to_string();
        client.call(Method::PATCH, &path, body).await.unwrap();
    }
    emulator.advance(Duration::from_secs(60)).await;
}

/// Shows the payloads as rules, in requests and their refusals, and in the responses of a receiver.
async fn look_at_the_wire(page: &Page, payloads: Vec<String>) {
    let url = hostile_receiver(payloads.clone()).await;
    let emulator = Emulator::builder()
        .stepped()
        .seed(7)
        .magic_numbers(false)
        .status_url(&url)
        .start()
        .await
        .unwrap();
    let client = Client::basic(&emulator);
    for (number, batch) in payloads.chunks(BATCH).enumerate() {
        emulator.reset();
        emulator.clear_rules();
        send_each(&emulator, &client, batch).await;
        page.inbox(&emulator, "?view=activity").await;
        page.until("document.querySelectorAll('#activity .event').length === 200 || document.querySelectorAll('#activity .event').length > 90")
            .await;
        page.run(
            "for (const one of document.querySelectorAll('details')) one.open = true;",
            Vec::new(),
        )
        .await;
        page.until_shown("#activity .event", "webhook (rejected) → 403")
            .await;
        is_clean(page, &format!("activity {number}")).await;

        page.go("?view=simulate").await;
        let rules = format!(
            "document.querySelectorAll('.rules li').length === {}",
            batch.len()
        );
        page.until(&rules).await;
        page.run(
            "for (const one of document.querySelectorAll('.rules [data-does=edit]')) one.click();",
            Vec::new(),
        )
        .await;
        page.until("document.querySelectorAll('.rules [data-does=edit]').length === 0")
            .await;
        is_clean(page, &format!("rules {number}")).await;

        // The timelines name the rule and have the responses.
        page.go("").await;
        page.click(".conversation[href]").await;
        page.until(&format!(
            "document.querySelectorAll('.bubble').length === {}",
            batch.len()
        ))
        .await;
        for bubble in 0..batch.len() {
            let script =
                "document.querySelectorAll('.bubble [data-does=timeline]')[arguments[0]].click();";
            page.run(script, vec![json!(bubble)]).await;
            page.until("document.querySelector('#timeline .event.acted')")
                .await;
            page.run("for (const one of document.querySelectorAll('#timeline details')) one.open = true;", Vec::new()).await;
        }
        page.until("document.querySelector('#timeline pre')").await;
        is_clean(page, &format!("timelines {number}")).await;
    }
    println!(
        "{} payloads in rules, requests, refusals, paths, headers and responses: 0 ran",
        payloads.len()
    );
}

#[test]
fn no_rule_request_or_response_becomes_script() {
    in_browser(|page| async move {
        look_at_the_wire(&page, payloads::one_of_each_shape()).await;
    });
}

#[test]
#[ignore = "long: 500 payloads"]
fn no_rule_request_or_response_of_500_becomes_script() {
    in_browser(|page| async move { look_at_the_wire(&page, payloads::all()).await });
}

/// Fills in every field of the form that holds the first match, and submits it without the browser's own checks.
const SUBMIT: &str = r"
    const [selector, text, done] = arguments;
    const form = document.querySelector(selector).closest('form');
    const types = new Set(['text', 'textarea', 'url', 'search']);
    for (const field of form.elements) {
        if (!types.has(field.type)) continue;
        field.value = text;
        field.dispatchEvent(new Event('input', { bubbles: true }));
    }
    form.noValidate = true;
    const submit = form.querySelector('button.primary, button.send, button');
    submit.disabled = false;
    form.requestSubmit();
    setTimeout(() => done(null), 60);
";

async fn submit(page: &Page, selector: &str, text: &str) {
    page.until(&format!("document.querySelector({})", json!(selector)))
        .await;
    page.run_async(SUBMIT, vec![json!(selector), json!(text)])
        .await;
}

const RESTORE: &str = r"
    const [text, done] = arguments;
    const files = new DataTransfer();
    files.items.add(new File([text], `${text.slice(0, 99)}.json`));
    const field = document.getElementById('snapshot-up');
    field.files = files.files;
    field.dispatchEvent(new Event('change', { bubbles: true }));
    setTimeout(() => done(null), 60);
";

/// Fills the payloads into every form, the file of a snapshot and the name of a workspace.
async fn type_everywhere(page: &Page, payloads: &[String]) {
    let emulator = Emulator::builder()
        .stepped()
        .seed(7)
        .magic_numbers(false)
        .start()
        .await
        .unwrap();
    let client = Client::basic(&emulator);
    let message = json!({ "channel": "sms", "message_type": "text", "from": "447700900001", "to": PERSON, "text": "Hello" });
    client.send("/v1/messages", &message).await;
    let texts = packed(payloads, 1_000);
    let mut notices = 0;
    for (number, text) in texts.iter().enumerate() {
        let after = |what: &str| format!("{what} {number}");
        page.inbox(&emulator, "?view=setup").await;
        for target in ["status", "inbound"] {
            submit(page, &format!(".url[data-target={target}] input"), text).await;
        }
        page.reach("#open-workspace").await;
        submit(page, "dialog [name=api_key]", text).await;
        is_clean(page, &after("setup")).await;
        notices += shown(page).await;

        page.go("?view=simulate").await;
        page.until("document.querySelector('.new-rule')").await;
        page.run(
            "document.querySelector('.new-rule').open = true;",
            Vec::new(),
        )
        .await;
        submit(page, ".new-rule [name=to]", text).await;
        // The name of an action, which the emulator refuses with its name.
        let unknown = json!({ text.as_str(): text }).to_string();
        page.run("const field = document.querySelector('.new-rule textarea'); field.value = arguments[0]; field.dispatchEvent(new Event('input')); field.form.requestSubmit();", vec![json!(unknown)]).await;
        page.until_shown(".notice", "The rule was refused").await;
        is_clean(page, &after("simulate")).await;
        notices += shown(page).await;

        page.press("+").await;
        submit(page, "#new-message input", text).await;
        page.until("!document.querySelector('dialog')").await;
        page.until("document.getElementById('text')").await;
        submit(page, "#text", text).await;
        is_clean(page, &after("messages")).await;

        page.go("?conversation=1").await;
        page.reach(".bubble [data-does=timeline]").await;
        page.reach("#send-again").await;
        page.until("document.getElementById('edited')").await;
        submit(page, "#edited", text).await;
        submit(page, "#edited", &json!({ text.as_str(): text }).to_string()).await;
        is_clean(page, &after("request")).await;
        notices += shown(page).await;
        page.press(ESCAPE).await;
        page.until("!document.querySelector('dialog')").await;

        page.reach("#handover").await;
        page.run_async(RESTORE, vec![json!(text)]).await;
        page.run_async(
            RESTORE,
            vec![json!(json!({ text.as_str(): text }).to_string())],
        )
        .await;
        is_clean(page, &after("snapshot")).await;
        notices += shown(page).await;

        // A workspace of that name.
        let address = format!(
            "{}?workspace={}",
            emulator.inbox_url(),
            percent_encoded(text)
        );
        page.driver.goto(address).await.unwrap();
        page.until_shown("#unknown-workspace", "This workspace is not open")
            .await;
        is_clean(page, &after("workspace")).await;
    }
    assert_eq!(
        page.value(&format!("'{TRACE}' in window")).await,
        Value::Bool(false)
    );
    assert!(notices > texts.len() as u64 * 4, "{notices} notices");
    println!(
        "{} payloads in every form, file and address: {notices} notices, 0 ran",
        payloads.len()
    );
}

#[test]
fn nothing_that_is_typed_becomes_script() {
    in_browser(|page| async move {
        type_everywhere(&page, &payloads::one_of_each_shape()).await;
    });
}

#[test]
#[ignore = "long: 500 payloads"]
fn nothing_of_500_that_is_typed_becomes_script() {
    in_browser(|page| async move { type_everywhere(&page, &payloads::all()).await });
}

/// Number of notices, which are closed.
async fn shown(page: &Page) -> u64 {
    let script = "const shown = document.querySelectorAll('.notice .icon'); for (const one of shown) one.click(); return shown.length;";
    page.run(script, Vec::new()).await.as_u64().unwrap()
}
