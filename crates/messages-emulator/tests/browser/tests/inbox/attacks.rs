//! Messages must not become script.

use std::time::Duration;

use messages_emulator::{Channel, Emulator, InboundMessage};
use serde_json::{Value, json};

use crate::browser::{Page, in_browser};
use crate::payloads::{self, TRACE};
use crate::support::Client;

/// Messages of a conversation that are shown at once.
const SHOWN: usize = 100;

/// Elements that the page makes of messages; whatever else appears was made by a payload.
const ALLOWED: &str = "A ARTICLE ASIDE BLOCKQUOTE BODY BUTTON CODE DD DETAILS DIALOG DIV DL DT EM FIELDSET FIGCAPTION FIGURE FORM H1 H2 H3 H4 HEADER HTML IFRAME \
                       INPUT KBD LABEL LEGEND LI MAIN NAV NOSCRIPT OL OPTGROUP OPTION P PRE S SECTION SELECT SPAN STRONG SUMMARY TEXTAREA TIME UL path svg";

/// Nothing has run, nothing was made that should not be, nothing was fetched from elsewhere.
pub(crate) async fn is_clean(page: &Page, after: &str) {
    let script = r"
        const allowed = new Set(arguments[0].split(/\s+/));
        const found = [];
        if (arguments[1] in window) found.push('a script ran');
        for (const one of document.querySelectorAll('html, body, body *')) {
            if (!allowed.has(one.tagName)) found.push(`<${one.tagName}>`);
            for (const { name, value } of one.attributes) {
                const isMail = one.tagName === 'IFRAME' && name === 'src' && one.getAttribute('sandbox') === '' && /^\/emulator\/v1\/messages\/[0-9a-f-]+\/html\?part=0$/.test(value);
                if (name.startsWith('on') || name === 'srcdoc' || name === 'src' && !isMail || name === 'style' && /url|expression/.test(value)) found.push(`${one.tagName} ${name}`);
                if (name === 'href' && !/^(\?|\/inbox|#|https?:)/.test(value)) found.push(`${one.tagName} ${name}=${value}`);
            }
        }
        for (const { name } of performance.getEntriesByType('resource')) if (!name.startsWith(location.origin)) found.push(name);
        return found.slice(0, 5);
    ";
    let found = page.run(script, vec![json!(ALLOWED), json!(TRACE)]).await;
    assert_eq!(found, json!([]), "{after}");
}

/// Loads the mails that are out of sight, too.
async fn load_mails(page: &Page) {
    page.run(
        "for (const one of document.querySelectorAll('iframe')) one.loading = 'eager';",
        Vec::new(),
    )
    .await;
    let loaded = "performance.getEntriesByType('resource').map(({ name }) => name)";
    page.until(&format!(
        "((loaded) => [...document.querySelectorAll('iframe')].every((one) => loaded.includes(one.src)))({loaded})"
    ))
    .await;
}

/// Stands for the payload as a type.
const OWN_TYPE: &str = "a type of its own";

/// The same text in every field of every kind of message.
fn everywhere(payload: &str) -> Vec<(&'static str, Value)> {
    let p = payload;
    let card = json!({ "title": p, "text": p, "media_url": p, "media_description": p, "media_height": p, "suggestions": [{ "type": p, "text": p, "postback_data": p }] });
    let rows = json!([{ "title": p, "rows": [{ "id": p, "title": p, "description": p }], "product_items": [{ "product_retailer_id": p }] }]);
    let interactive = |kind: &str| {
        json!({ "type": "interactive", "interactive": {
        "type": kind, "header": { "type": "text", "text": p }, "body": { "text": p }, "footer": { "text": p },
        "action": { "button": p, "catalog_id": p, "product_retailer_id": p, "sections": rows, "buttons": [{ "type": "reply", "reply": { "id": p, "title": p } }] } } })
    };
    let contacts = json!([{ "name": { "formatted_name": p }, "org": { "company": p }, "phones": [{ "phone": p }], "emails": [{ "email": p }], "urls": [{ "url": p }] }]);
    let place = json!({ "lat": p, "long": p, "name": p, "address": p, "url": p });
    let media = json!({ "url": p, "caption": p, "name": p, "id": p, "thumb_url": p });
    let component = json!([{ "type": "body", "parameters": [{ "type": "text", "text": p }, { "type": "image", "image": { "link": p } }] }, { "type": "button", "index": p, "parameters": [{ "type": "payload", "payload": p }] }]);
    vec![
        (
            "text",
            json!({ "text": p, "suggestions": [{ "type": "reply", "text": p, "postback_data": p }, { "type": "open_url", "text": p, "url": p, "postback_data": p }], "viber_service": { "action": { "url": p, "text": p } } }),
        ),
        ("image", json!({ "image": media })),
        ("file", json!({ "file": media })),
        ("sticker", json!({ "sticker": media })),
        (
            "content",
            json!({ "content": [{ "type": "image", "url": p, "caption": p }, { "type": p, "url": p, "text": p, "body": p }] }),
        ),
        (
            "card",
            json!({ "card": card, "rcs": { "card_orientation": p, "image_alignment": p } }),
        ),
        ("carousel", json!({ "carousel": { "cards": [card] } })),
        (
            "template",
            json!({ "template": { "name": p, "parameters": [p, { "default": p }] }, "whatsapp": { "locale": p } }),
        ),
        ("custom", json!({ "custom": interactive("button") })),
        ("custom", json!({ "custom": interactive("list") })),
        ("custom", json!({ "custom": interactive("product_list") })),
        (
            "custom",
            json!({ "custom": { "type": "template", "template": { "name": p, "language": { "code": p }, "components": component } } }),
        ),
        (
            "custom",
            json!({ "custom": { "attachment": { "type": "template", "payload": { "text": p, "buttons": [{ "title": p, "url": p }], "elements": [{ "title": p, "subtitle": p, "image_url": p }] } } } }),
        ),
        (
            "custom",
            json!({ "custom": { "contentMessage": { "text": p, "suggestions": [{ "reply": { "text": p, "postbackData": p } }] } } }),
        ),
        ("location", json!({ "location": place })),
        ("contacts", json!({ "contacts": contacts })),
        (
            "reply",
            json!({ "reply": { "id": p, "title": p, "description": p } }),
        ),
        (
            "button",
            json!({ "button": { "payload": { "a": p }, "text": p } }),
        ),
        (
            "order",
            json!({ "order": { "catalog_id": p, "product_items": [{ "product_retailer_id": p, "quantity": p, "item_price": p, "currency": p }] } }),
        ),
        (
            "reaction",
            json!({ "reaction": { "action": "react", "emoji": p }, "context": { "message_uuid": p } }),
        ),
        (
            "html",
            json!({ "html": { "body": p }, "email": { "subject": p, "to_name": p, "from_name": p, "importance": p, "cc": [{ "address": p }] } }),
        ),
        (OWN_TYPE, json!({ p: { p: p } })),
    ]
}

/// The payloads are good ones: in a page that lets them, many run, and some reach for another machine.
async fn run_where_they_may(page: &Page, payloads: &[String]) {
    let blank = "data:text/html,<title>control</title>";
    page.driver.goto(blank).await.unwrap();
    let control = r"
        const [payloads, done] = arguments;
        let count = 0;
        (async () => {
            for (const payload of payloads) {
                const frame = document.createElement('iframe');
                document.body.append(frame);
                const probe = frame.contentWindow;
                frame.contentDocument.write('<!doctype html><base href=http://control.example/><body>' + payload.replaceAll('top.', 'window.'));
                frame.contentDocument.close();
                await new Promise((next) => setTimeout(next, 2));
                try { if (probe.xssRan) count += 1; } catch {}
                frame.remove();
            }
            delete window.xssRan;
            done(count);
        })();
    ";
    let some: Vec<_> = payloads.iter().step_by(payloads.len() / 100).collect();
    let ran = page.run_async(control, vec![json!(some)]).await;
    assert!(
        ran.as_u64().unwrap() > 20,
        "of the payloads, only {ran} run where they may"
    );
    page.driver.goto("about:blank").await.unwrap();
    let outside = page.outside.take();
    assert!(
        outside.iter().any(|one| one.contains("outside.example")),
        "{outside:?}"
    );
}

/// Injects each payload in every field of every kind of message, and looks at all conversations.
async fn look_at_messages(
    page: &Page,
    payloads: &[String],
    channels: impl Fn(&'static str) -> Vec<Channel>,
) {
    run_where_they_may(page, payloads).await;
    let emulator = Emulator::builder()
        .stepped()
        .seed(7)
        .keep(200_000)
        .magic_numbers(false)
        .start()
        .await
        .unwrap();
    let (mut fields, mut messages) = (0, 0);
    for (index, payload) in payloads.iter().enumerate() {
        let quoted = json!(payload).to_string();
        for (kind_index, (kind, members)) in everywhere(payload).into_iter().enumerate() {
            let kind = if kind == OWN_TYPE {
                payload.as_str()
            } else {
                kind
            };
            for channel in channels(everywhere("")[kind_index].0) {
                fields += members.to_string().matches(&quoted).count();
                messages += 1;
                // A conversation shows a hundred messages at once.
                let person = format!("{}-{kind_index}", index / SHOWN);
                let mut message = InboundMessage::new(channel, person, "ours", kind);
                for (name, value) in members.as_object().unwrap() {
                    message = message.with(name, value.clone());
                }
                emulator.inject(message).await;
            }
        }
    }
    page.inbox(&emulator, "").await;
    // The browser counts 250 requests unless it is told otherwise.
    page.run(
        "performance.setResourceTimingBufferSize(1_000_000);",
        Vec::new(),
    )
    .await;
    for conversation in 1..=messages / SHOWN {
        page.go(&format!("?conversation={conversation}")).await;
        page.until(&format!(
            "document.querySelectorAll('.bubble').length === {SHOWN}"
        ))
        .await;
        page.run(
            "for (const one of document.querySelectorAll('details')) one.open = true;",
            Vec::new(),
        )
        .await;
        load_mails(page).await;
        is_clean(page, &format!("conversation {conversation}")).await;
        page.run("performance.clearResourceTimings();", Vec::new())
            .await;
    }
    println!(
        "{} payloads in {fields} fields of {messages} messages: 0 ran",
        payloads.len()
    );
}

/// One payload of each shape, on the channels that draw the kind in their own way.
#[test]
fn no_text_of_a_message_becomes_script() {
    let channels = |kind| match kind {
        "html" => vec![Channel::Email],
        "text" => vec![Channel::Rcs, Channel::Whatsapp, Channel::Email],
        "image" | "template" => vec![Channel::Rcs, Channel::Whatsapp],
        _ => vec![Channel::Rcs],
    };
    in_browser(move |page| async move {
        look_at_messages(&page, &payloads::one_of_each_shape(), channels).await;
    });
}

#[test]
#[ignore = "long: 500 payloads in every field on every channel"]
fn no_text_on_any_channel_becomes_script() {
    let channels = |kind| match kind {
        "html" => vec![Channel::Email],
        _ => vec![
            Channel::Sms,
            Channel::Mms,
            Channel::Rcs,
            Channel::Whatsapp,
            Channel::Messenger,
            Channel::ViberService,
            Channel::Email,
        ],
    };
    in_browser(move |page| async move {
        look_at_messages(&page, &payloads::all(), channels).await;
    });
}

/// Opens conversations with the timeline of a message each. The browser lets a page change its address 200 times in ten
/// seconds, and drops what goes beyond.
const OPEN_EACH: &str = r"
    const [opened, done] = arguments;
    const pause = (ms) => new Promise((next) => setTimeout(next, ms));
    const timeline = document.getElementById('timeline');
    (async () => {
        for (const [conversation, uuid] of opened) {
            const wanted = `?conversation=${conversation}&message=${uuid}`;
            while (location.search !== wanted) {
                history.pushState(null, '', wanted);
                if (location.search !== wanted) await pause(50);
            }
            dispatchEvent(new PopStateEvent('popstate'));
            while (!timeline.textContent.includes(uuid)) await pause(4);
            for (const one of timeline.querySelectorAll('details')) one.open = true;
            await pause(4);
            if ('xssRan' in window) return done(`a script ran with ${uuid}`);
        }
        done('done');
    })();
";

/// Puts each text into every parameter of the page's address.
const ADDRESS_EACH: &str = r"
    const [payloads, done] = arguments;
    (async () => {
        for (const payload of payloads) {
            const parameters = Object.fromEntries(['workspace', 'view', 'conversation', 'message', 'at', 'channel', 'status', 'q'].map((name) => [name, payload]));
            history.pushState(null, '', '?' + new URLSearchParams(parameters));
            dispatchEvent(new PopStateEvent('popstate'));
            await new Promise((next) => setTimeout(next, 60));
        }
        done(null);
    })();
";

/// The texts, as many in one as go into so many characters.
pub(crate) fn packed(texts: &[String], limit: usize) -> Vec<String> {
    let mut packed: Vec<String> = Vec::new();
    for text in texts {
        match packed.last_mut() {
            Some(last) if last.chars().count() + text.chars().count() < limit => {
                last.push(' ');
                last.push_str(text);
            }
            _ => packed.push(text.clone()),
        }
    }
    packed
}

/// Has the payloads as numbers, references, bodies and parameters of the address.
async fn look_at_names(page: &Page, payloads: &[String]) {
    let emulator = Emulator::builder()
        .stepped()
        .seed(7)
        .magic_numbers(false)
        .start()
        .await
        .unwrap();
    let client = Client::basic(&emulator);
    let mut opened = Vec::new();
    // Names can be as long as one likes; a reference has at most 100 characters.
    for name in packed(payloads, 250) {
        let person = InboundMessage::text(Channel::Whatsapp, &*name, &*name, &*name);
        let uuid = emulator.inject(person).await.message_uuid;
        opened.push(json!([opened.len() + 1, uuid]));
    }
    let conversation = opened.len() + 1;
    for reference in packed(payloads, 100) {
        let message = json!({
            "channel": "sms", "message_type": "text", "from": "447700900001", "to": "447700900000",
            "text": reference, "client_ref": reference
        });
        let uuid = client.send("/v1/messages", &message).await;
        opened.push(json!([conversation, uuid]));
    }
    emulator.advance(Duration::from_secs(60)).await;
    page.inbox(&emulator, "").await;
    // Each in the list, at the head of the phone and in its timeline, and in every parameter of the address.
    assert_eq!(page.run_async(OPEN_EACH, vec![json!(opened)]).await, "done");
    let addresses = packed(payloads, 1_000);
    page.run_async(ADDRESS_EACH, vec![json!(addresses)]).await;
    is_clean(page, "addresses").await;
    page.driver.goto(emulator.inbox_url()).await.unwrap();
    page.until("document.querySelectorAll('.row:not(.loading)').length > 8")
        .await;
    page.run(
        "document.getElementById('list').scrollTop = 1e9;",
        Vec::new(),
    )
    .await;
    page.until("!document.querySelector('.row.loading')").await;
    is_clean(page, "the list").await;
    println!(
        "{} payloads as numbers, references, bodies and parameters: 0 ran",
        payloads.len()
    );
}

#[test]
fn no_address_reference_or_body_becomes_script() {
    in_browser(|page| async move { look_at_names(&page, &payloads::one_of_each_shape()).await });
}

#[test]
#[ignore = "long: 500 payloads"]
fn no_address_reference_or_body_of_500_becomes_script() {
    in_browser(|page| async move { look_at_names(&page, &payloads::all()).await });
}
