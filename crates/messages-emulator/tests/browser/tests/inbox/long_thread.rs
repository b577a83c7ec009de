//! A conversation of thousands of messages.

use messages_emulator::{Channel, Emulator, InboundMessage};
use serde_json::json;

use crate::browser::{Page, in_browser};

const NODES_MAX: u64 = 3_000;
const NODES: &str = "document.querySelectorAll('*').length";

fn message(number: usize) -> InboundMessage {
    // Of different heights.
    let lines = "line\n".repeat(number % 5);
    InboundMessage::text(
        Channel::Whatsapp,
        "447700900000",
        "447700900001",
        format!("{lines}Number {number}!"),
    )
}

/// Jumps to places all over it. Returns the most nodes, and the number of places at which nothing was shown.
const JUMP: &str = r"
    const [nodes, done] = arguments;
    const log = document.getElementById('messages');
    const next = () => new Promise(requestAnimationFrame);
    (async () => {
        let most = 0, empty = 0;
        for (let step = 0; step <= 40; step += 1) {
            log.scrollTop = (step * 7 % 41) / 40 * log.scrollHeight;
            for (let frame = 0; frame < 4; frame += 1) await next();
            most = Math.max(most, document.querySelectorAll('*').length);
            const view = log.getBoundingClientRect();
            const seen = [...log.querySelectorAll('.bubble')].some((one) => {
                const box = one.getBoundingClientRect();
                return box.bottom > view.top && box.top < view.bottom;
            });
            if (!seen) empty += 1;
        }
        done([most, empty]);
    })();
";

async fn draw_in_part(page: Page, messages: usize) {
    let emulator = Emulator::builder()
        .stepped()
        .seed(7)
        .keep(20_000)
        .start()
        .await
        .unwrap();
    let first = emulator.inject(message(0)).await.message_uuid;
    for number in 1..messages {
        emulator.inject(message(number)).await;
    }
    page.inbox(&emulator, &format!("?conversation=1&at={first}"))
        .await;
    page.until_shown(".bubble.selected", "Number 0!").await;
    let at_first = page.value(NODES).await.as_u64().unwrap();
    let jumped = page.run_async(JUMP, vec![json!(0)]).await;
    let (most, empty) = (jumped[0].as_u64().unwrap(), jumped[1].as_u64().unwrap());
    assert_eq!(empty, 0, "places without a message");
    assert!(at_first.max(most) < NODES_MAX, "{at_first}, {most} nodes");

    // In the middle, what is in sight stays where it is while messages come in.
    page.run(
        "const log = document.getElementById('messages'); log.scrollTop = log.scrollHeight / 2;",
        Vec::new(),
    )
    .await;
    tokio::time::sleep(std::time::Duration::from_millis(500)).await;
    let seen = "(() => { const log = document.getElementById('messages').getBoundingClientRect(); \
                    const one = [...document.querySelectorAll('.bubble')].find((one) => one.getBoundingClientRect().top >= log.top); \
                    return [one.dataset.uuid, Math.round(one.getBoundingClientRect().top)]; })()";
    let before = page.value(seen).await;
    for number in messages..messages + 20 {
        emulator.inject(message(number)).await;
    }
    tokio::time::sleep(std::time::Duration::from_secs(2)).await;
    assert_eq!(page.value(seen).await, before);
    page.run(
        "const log = document.getElementById('messages'); log.scrollTop = log.scrollHeight;",
        Vec::new(),
    )
    .await;
    page.until_shown(".bubble", &format!("Number {}!", messages + 19))
        .await;
    println!(
        "{messages} messages: {at_first} nodes at the first, at most {most} while jumping, 0 of 41 places empty"
    );
}

#[test]
fn a_long_thread_is_drawn_in_part() {
    in_browser(|page| draw_in_part(page, 2_000));
}

#[test]
#[ignore = "long: 10,000 messages"]
fn a_thread_of_ten_thousand_messages_is_drawn_in_part() {
    in_browser(|page| draw_in_part(page, 10_000));
}
