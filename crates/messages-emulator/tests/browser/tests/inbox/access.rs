//! The page under axe-core: each scene in both themes, at several widths and zooms.

use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::{Value, json};

use crate::browser::{Page, in_browser};
use crate::scene::restaurant;

/// Width and height in CSS pixels: a phone, a desktop, and a window of 1280 by 1024 at 400 %.
const SIZES: [(u32, u32); 3] = [(390, 844), (1440, 900), (320, 256)];
/// In addition: a tablet, a large screen, and 200 %.
const MORE_SIZES: [(u32, u32); 3] = [(768, 1024), (2560, 1440), (640, 512)];

/// The scenes: a name, the address, a selector to wait for, and what is done then.
const SCENES: [(&str, &str, &str, &str); 9] = [
    ("list", "", ".conversation[href]", ""),
    ("conversation", "?conversation=11", ".bubble", ""),
    ("carousel", "?conversation=12", ".carousel", ""),
    ("mail", "?conversation=1", "iframe.mail", ""),
    (
        "timeline",
        "?conversation=10",
        ".bubble",
        "document.querySelector('[data-does=timeline]').click();",
    ),
    ("search", "?q=parking", ".conversation[href]", ""),
    ("nothing found", "?q=nothingofthekind", "#list-empty h2", ""),
    ("activity", "?view=activity", "#activity", ""),
    (
        "share",
        "",
        "#handover",
        "document.getElementById('handover').click();",
    ),
];

/// The rules of WCAG 2.2 A and AA, and axe's best practices. Mails in their frames are not the page's.
const RUN: &str = r"
    const done = arguments[0];
    axe.run(document, { iframes: false, resultTypes: ['violations'] }).then(
        ({ violations }) => done(violations.map(({ id, nodes }) => `${id}: ${nodes[0].target} (${nodes.length}) ${nodes[0].any[0]?.message ?? nodes[0].all[0]?.message ?? nodes[0].none[0]?.message ?? ''}`)),
        (error) => done([String(error)]),
    );
";

/// The script of axe-core, which is installed beside the page's other tools.
fn axe() -> String {
    let web = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../src/inbox/web");
    let script: PathBuf = web.join("node_modules/axe-core/axe.min.js");
    if !script.exists() {
        let installed = Command::new("npm")
            .args(["ci", "--no-audit", "--no-fund", "--loglevel=error"])
            .current_dir(&web)
            .status()
            .expect("npm");
        assert!(installed.success(), "npm ci");
    }
    std::fs::read_to_string(script).unwrap()
}

async fn violations(page: &Page, axe: &str) -> Value {
    page.run(axe, Vec::new()).await;
    page.run_async(RUN, Vec::new()).await
}

async fn look(page: &Page, sizes: &[(u32, u32)]) {
    let axe = axe();
    let (emulator, _receiver) = restaurant(0).await;
    let (mut count, mut found) = (0, Vec::new());
    for theme in ["light", "dark"] {
        page.scheme(theme).await;
        for (width, height) in sizes {
            page.size(*width, *height).await;
            for (name, address, wanted, act) in SCENES {
                page.inbox(&emulator, address).await;
                page.until(&format!("document.querySelector({})", json!(wanted)))
                    .await;
                page.run(act, Vec::new()).await;
                tokio::time::sleep(std::time::Duration::from_millis(200)).await;
                let sideways = page
                    .value("document.documentElement.scrollWidth > innerWidth")
                    .await;
                if sideways == true {
                    found.push(format!("{name}, {theme}, {width}: scrolls sideways"));
                }
                for violation in violations(page, &axe).await.as_array().unwrap() {
                    found.push(format!("{name}, {theme}, {width}: {violation}"));
                }
                count += 1;
            }
        }
    }
    assert!(found.is_empty(), "{}", found.join("\n"));
    println!("axe-core: 0 violations in {count} scenes");
}

#[test]
fn axe_finds_nothing() {
    in_browser(|page| async move { look(&page, &SIZES).await });
}

#[test]
#[ignore = "long: further widths and zooms"]
fn axe_finds_nothing_at_further_widths_and_zooms() {
    in_browser(|page| async move { look(&page, &MORE_SIZES).await });
}

/// The rule that has to find something, or the others say nothing.
#[test]
fn axe_finds_a_control_without_a_name() {
    in_browser(|page| async move {
        let axe = axe();
        let (emulator, _receiver) = restaurant(0).await;
        page.inbox(&emulator, "").await;
        page.run(
            "document.querySelector('main').append(document.createElement('button'));",
            Vec::new(),
        )
        .await;
        let found = violations(&page, &axe).await.to_string();
        assert!(found.contains("button-name"), "{found}");
    });
}
