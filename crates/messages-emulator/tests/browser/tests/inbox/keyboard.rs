//! Everything with the keyboard alone.

use crate::browser::{DOWN, ENTER, ESCAPE, TAB, in_browser};
use crate::scene::restaurant;

#[test]
fn no_mouse_is_needed() {
    in_browser(|page| async move {
        let (emulator, receiver) = restaurant(0).await;
        page.inbox(&emulator, "").await;
        page.until("document.querySelectorAll('.row').length === 12")
            .await;

        page.press("?").await;
        page.until_shown("dialog", "Keys").await;
        page.press(ENTER).await;
        page.until("!document.querySelector('dialog')").await;

        // Down the list, and into the second conversation.
        page.press("j").await;
        page.press("j").await;
        page.press(DOWN).await;
        page.press("k").await;
        page.until("document.activeElement.matches('.conversation')")
            .await;
        page.press(ENTER).await;
        page.until("document.querySelectorAll('.bubble').length > 5")
            .await;
        let before = receiver.all().len();

        page.press("r").await;
        page.until("document.activeElement.id === 'text'").await;
        page.press(format!("From the keys{ENTER}")).await;
        let received = receiver.wait_for(before + 1).await;
        assert_eq!(received.last().unwrap().json["text"], "From the keys");
        page.until_shown(".bubble.person", "From the keys").await;

        // Out of the field, to the messages, up by one, its timeline.
        page.press(ESCAPE).await;
        page.press("l").await;
        page.press("k").await;
        page.until("document.activeElement.matches('.bubble')")
            .await;
        page.press(ENTER).await;
        page.until_shown("#timeline", "POST /v1/messages → 202")
            .await;
        page.until("document.activeElement.id === 'close-timeline'")
            .await;
        page.press(ESCAPE).await;
        page.until("!document.getElementById('timeline').checkVisibility()")
            .await;
        page.press(ESCAPE).await;
        page.until("!document.getElementById('phone').checkVisibility()")
            .await;

        page.press("/").await;
        page.press("parking").await;
        page.until("document.querySelectorAll('.row').length === 1")
            .await;
        page.press(ENTER).await;
        page.until("document.activeElement.matches('.conversation')")
            .await;

        // The tab key reaches everything that can be used, and the focus is always to be seen.
        page.inbox(&emulator, "?conversation=12").await;
        page.until("document.querySelector('.chip')").await;
        let mut reached = Vec::new();
        for _ in 0..60 {
            page.press(TAB).await;
            let at = page
                .value("(({ id, className, tagName }) => `${tagName}#${id}.${className}`)(document.activeElement)")
                .await;
            let ring = page.value("document.activeElement === document.body || getComputedStyle(document.activeElement).outlineStyle !== 'none' || getComputedStyle(document.activeElement.nextElementSibling ?? document.body).outlineStyle !== 'none'").await;
            assert_eq!(ring, true, "{at}");
            reached.push(at.as_str().unwrap().to_owned());
        }
        for wanted in [
            "#search",
            "#help",
            "#theme",
            "#status",
            "conversation",
            "#messages",
            "chip",
            "carousel",
            "#text",
            "send",
        ] {
            assert!(
                reached.iter().any(|at| at.contains(wanted)),
                "{wanted} of {reached:?}"
            );
        }
    });
}
