//! Measurable looks: contrast, names, landmarks.

use serde_json::json;

use crate::browser::{Page, in_browser};
use crate::scene::restaurant;

/// Every text that is seen, with its contrast to what lies under it where that is less than 4.5 to 1.
const CONTRAST: &str = r"
    const parse = (colour) => {
        const [r, g, b, a = 1] = colour.match(/[\d.]+(?:e-?\d+)?/g).map(Number);
        return colour.startsWith('color(') ? [r * 255, g * 255, b * 255, a] : [r, g, b, a];
    };
    const over = ([r, g, b, a], [R, G, B]) => [r * a + R * (1 - a), g * a + G * (1 - a), b * a + B * (1 - a), 1];
    const light = ([r, g, b]) => {
        const [R, G, B] = [r, g, b].map((one) => one / 255).map((one) => (one <= 0.04045 ? one / 12.92 : ((one + 0.055) / 1.055) ** 2.4));
        return 0.2126 * R + 0.7152 * G + 0.0722 * B;
    };
    const ground = (element) => {
        const layers = [];
        for (let at = element; at; at = at.parentElement) layers.unshift(parse(getComputedStyle(at).backgroundColor));
        return layers.reduce((under, layer) => over(layer, under), [255, 255, 255, 1]);
    };
    const found = [];
    let texts = 0;
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) {
        const element = walker.currentNode.parentElement;
        if (!walker.currentNode.data.trim() || !element.checkVisibility({ opacityProperty: true, visibilityProperty: true })) continue;
        if (element.closest('.unseen, .skip, noscript, option, svg')) continue;
        texts += 1;
        const under = ground(element);
        let opacity = 1;
        for (let at = element; at; at = at.parentElement) opacity *= Number(getComputedStyle(at).opacity);
        const [r, g, b, a] = parse(getComputedStyle(element).color);
        const ink = over([r, g, b, a * opacity], under);
        const [high, low] = [light(ink), light(under)].sort((one, other) => other - one);
        const ratio = (high + 0.05) / (low + 0.05);
        if (ratio < 4.5) found.push(`${ratio.toFixed(2)} ${element.tagName}.${element.className} ${walker.currentNode.data.trim().slice(0, 30)}`);
    }
    return { texts, found: [...new Set(found)].slice(0, 12) };
";

/// Controls without a name, pictures that are not hidden, ids that are there twice.
const NAMES: &str = r"
    const found = [];
    for (const one of document.querySelectorAll('button, a, input, select, textarea, summary')) {
        if (!one.checkVisibility()) continue;
        const name = one.getAttribute('aria-label') || one.innerText || one.title || [...(one.labels ?? [])].map((label) => label.innerText).join('');
        if (!name.trim() && !one.closest('.loading')) found.push(one.outerHTML.slice(0, 80));
    }
    for (const one of document.querySelectorAll('svg:not([aria-hidden=true])')) found.push(`svg in ${one.parentElement.className}`);
    const ids = [...document.querySelectorAll('[id]')].map(({ id }) => id);
    found.push(...ids.filter((id, index) => ids.indexOf(id) !== index));
    for (const wanted of ['header', 'main', 'nav[aria-label]', 'aside[aria-label]', '[role=status]', 'html[lang]', 'h1']) if (!document.querySelector(wanted)) found.push(wanted);
    return found;
";

/// In both themes. Returns the number of texts.
async fn is_readable(page: &Page, scene: &str) -> u64 {
    let mut texts = 0;
    for scheme in ["light", "dark"] {
        page.scheme(scheme).await;
        let contrast = page.run(CONTRAST, Vec::new()).await;
        assert_eq!(contrast["found"], json!([]), "{scheme} {scene}");
        texts += contrast["texts"].as_u64().unwrap();
    }
    assert_eq!(page.run(NAMES, Vec::new()).await, json!([]), "{scene}");
    texts
}

#[test]
fn every_text_has_contrast_and_every_control_a_name_in_light_and_dark() {
    in_browser(|page| async move {
        let (emulator, _receiver) = restaurant(0).await;
        let mut texts = 0;
        page.inbox(&emulator, "").await;
        for conversation in 1..=12 {
            page.go(&format!("?conversation={conversation}")).await;
            page.until_shown("#phone-person", "phone of").await;
            page.until("document.querySelector('.bubble')").await;
            page.run("document.querySelector('[data-does=timeline]').click(); for (const one of document.querySelectorAll('.bubble details')) one.open = true;", Vec::new()).await;
            page.until("document.querySelector('.event')").await;
            page.run("for (const one of document.querySelectorAll('#timeline details')) one.open = true;", Vec::new()).await;
            page.until("document.querySelector('#timeline pre')").await;
            texts += is_readable(&page, &conversation.to_string()).await;
        }
        for (query, opened) in [
            ("?view=setup", "#environment"),
            ("?view=simulate", ".new-rule summary"),
            ("?view=activity", "#activity .event"),
        ] {
            page.inbox(&emulator, query).await;
            page.click(opened).await;
            page.press("+").await;
            page.until("document.querySelector('dialog')").await;
            texts += is_readable(&page, query).await;
        }
        for query in ["", "?q=nothing-like-this", "?conversation=99"] {
            page.inbox(&emulator, query).await;
            page.until("document.querySelector('.hint h2')").await;
            page.press("?").await;
            page.until("document.querySelector('dialog')").await;
            texts += is_readable(&page, query).await;
        }
        assert!(texts > 2000, "{texts}");
        println!("{texts} texts, none below 4.5 to 1");
    });
}

#[test]
fn the_theme_follows_the_system_until_it_is_chosen() {
    in_browser(|page| async move {
        let (emulator, _receiver) = restaurant(0).await;
        let back = "getComputedStyle(document.body).backgroundColor";
        page.scheme("light").await;
        page.inbox(&emulator, "").await;
        let light = page.value(back).await;
        page.scheme("dark").await;
        let dark = page.value(back).await;
        assert_ne!(light, dark);
        page.click("#theme").await;
        assert_eq!(page.value(back).await, light, "light was chosen");
        page.driver.refresh().await.unwrap();
        page.until("document.getElementById('live').classList.contains('on')")
            .await;
        assert_eq!(page.value(back).await, light, "and stays so");
        page.press("d").await;
        assert_eq!(page.value(back).await, dark);
    });
}
