//! The pictures of `docs/inbox.md`.

use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

use crate::browser::{Page, in_browser};
use crate::scene::restaurant;

/// Larger than this, a picture is too much to look at on a slow line.
const BYTES_MAX: usize = 150 * 1024;

/// A place where the mouse and the focus leave no trace.
const STILL: &str = "document.activeElement?.blur(); for (const one of document.querySelectorAll('.notice .icon')) one.click();";

/// With 256 colours, chosen for it, a picture of a page looks the same and takes a third.
fn smaller(picture: Vec<u8>) -> Vec<u8> {
    let mut pngquant = Command::new("pngquant")
        .args(["--speed", "1", "--strip", "256", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("pngquant (apt-get install pngquant)");
    let mut input = pngquant.stdin.take().unwrap();
    let writer = std::thread::spawn(move || input.write_all(&picture));
    let output = pngquant.wait_with_output().unwrap();
    writer.join().unwrap().unwrap();
    assert!(output.status.success());
    output.stdout
}

async fn picture(page: &Page, name: &str) {
    page.run(STILL, Vec::new()).await;
    tokio::time::sleep(std::time::Duration::from_millis(300)).await;
    let bytes = smaller(page.picture().await);
    assert!(bytes.len() <= BYTES_MAX, "{name}: {} bytes", bytes.len());
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../../docs/inbox");
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join(format!("{name}.png")), bytes).unwrap();
}

async fn open_timeline(page: &Page, message: usize) {
    page.run(
        "document.querySelectorAll('.bubble [data-does=timeline]')[arguments[0]].click();",
        vec![message.into()],
    )
    .await;
    page.until("document.querySelector('.event')").await;
}

async fn unfold(page: &Page, which: usize) {
    page.run(
        "document.querySelectorAll('#timeline .event details')[arguments[0]].open = true;",
        vec![which.into()],
    )
    .await;
    page.until("document.querySelector('#timeline pre')").await;
}

#[test]
#[ignore = "writes docs/inbox: cargo test -p messages-emulator --test browser -- --ignored pictures"]
fn pictures_are_taken() {
    in_browser(|page| async move {
        let (emulator, _receiver) = restaurant(0).await;
        for scheme in ["light", "dark"] {
            page.scheme(scheme).await;
            page.size(1440, 900).await;
            page.inbox(&emulator, "").await;
            page.until("document.querySelectorAll('.row').length === 12")
                .await;
            picture(&page, &format!("list-{scheme}-1440")).await;
            page.inbox(&emulator, "?conversation=11").await;
            page.until("document.querySelectorAll('.bubble').length > 8")
                .await;
            picture(&page, &format!("conversation-{scheme}-1440")).await;
            page.inbox(&emulator, "?conversation=12").await;
            page.until("document.querySelector('.carousel')").await;
            picture(&page, &format!("carousel-{scheme}-1440")).await;
            page.inbox(&emulator, "?conversation=10").await;
            page.until("document.querySelector('.bubble')").await;
            open_timeline(&page, 0).await;
            unfold(&page, 0).await;
            picture(&page, &format!("timeline-{scheme}-1440")).await;
            page.inbox(&emulator, "?conversation=1").await;
            page.until("document.querySelector('iframe.mail')").await;
            picture(&page, &format!("mail-{scheme}-1440")).await;

            page.size(390, 844).await;
            page.inbox(&emulator, "").await;
            page.until("document.querySelectorAll('.row').length > 8")
                .await;
            picture(&page, &format!("list-{scheme}-390")).await;
            page.inbox(&emulator, "?conversation=11").await;
            page.until("document.querySelectorAll('.bubble').length > 8")
                .await;
            page.run(
                "document.getElementById('messages').scrollTop = 0;",
                Vec::new(),
            )
            .await;
            picture(&page, &format!("conversation-{scheme}-390")).await;
            page.inbox(&emulator, "?conversation=12").await;
            page.until("document.querySelector('.carousel')").await;
            picture(&page, &format!("carousel-{scheme}-390")).await;
            open_timeline(&page, 0).await;
            unfold(&page, 0).await;
            picture(&page, &format!("timeline-{scheme}-390")).await;
        }
    });
}
