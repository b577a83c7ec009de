//! The page under axe-core: each scene in both themes, at several widths and zooms.

use std::path::{Path, PathBuf};
use std::process::Command;

use messages_emulator::{Channel, Emulator, InboundMessage};
use serde_json::json;

use crate::browser::{Page, in_browser};
use crate::scene::restaurant;
use crate::support::Client;

/// Width and height in CSS pixels: a phone, a tablet, a desktop, a large screen, and windows of 1280 by 1024 at 200 % and 400 %.
const SIZES: [(u32, u32); 6] = [
    (390, 844),
    (768, 1024),
    (1440, 900),
    (2560, 1440),
    (640, 512),
    (320, 256),
];
const THEMES: [&str; 2] = ["light", "dark"];

struct Scene {
    name: &'static str,
    address: &'static str,
    /// A selector to wait for.
    wanted: &'static str,
    /// A script that opens more, and a selector to wait for then.
    opens: Option<(&'static str, &'static str)>,
}

const fn scene(name: &'static str, address: &'static str, wanted: &'static str) -> Scene {
    Scene {
        name,
        address,
        wanted,
        opens: None,
    }
}

impl Scene {
    const fn opens(mut self, script: &'static str, wanted: &'static str) -> Self {
        self.opens = Some((script, wanted));
        self
    }
}

const UNFOLD: &str = "for (const one of document.querySelectorAll('#timeline details, #activity details')) one.open = true;";

/// The scenes of an emulator in which much has happened. The numbers of the conversations are those of `restaurant`.
const SCENES: [Scene; 23] = [
    scene("list", "", ".conversation[href]"),
    scene("conversation", "?conversation=11", ".bubble"),
    scene("opened list", "?conversation=11", ".options summary")
        .opens("document.querySelector('.options summary').click();", ".options[open]"),
    scene("reactions", "?conversation=11", "[data-does=react]")
        .opens("document.querySelector('[data-does=react]').click();", ".choices"),
    scene("carousel", "?conversation=12", ".carousel"),
    scene("long thread", "?conversation=13", ".bubble"),
    scene("mail", "?conversation=1", "iframe.mail"),
    scene("enlarged mail", "?conversation=1", ".mail-tools")
        .opens("document.querySelector('.mail-tools button:last-child').click();", "dialog iframe"),
    scene("timeline of a failover", "?conversation=10", ".bubble")
        .opens("document.querySelector('[data-does=timeline]').click();", "#timeline .steps"),
    scene("timeline of a user's message", "?conversation=4", ".bubble.person")
        .opens("document.querySelector('.bubble.person [data-does=timeline]').click();", "#timeline .event"),
    scene("send again", "?conversation=10", ".bubble")
        .opens("document.querySelector('[data-does=timeline]').click(); setTimeout(() => document.getElementById('send-again').click(), 300);", "#edited"),
    scene("search", "?q=parking", ".conversation[href]"),
    scene("nothing found", "?q=nothingofthekind", "#list-empty h2"),
    scene("unknown conversation", "?conversation=99", ".hint h2"),
    scene("activity", "?view=activity", "#activity .event.bad"),
    scene("failed requests", "?view=activity", "#activity .event.bad")
        .opens("document.querySelector('.activity-filters button:last-child').click();", "#activity .event.bad"),
    scene("setup", "?view=setup", "#environment"),
    scene("new workspace", "?view=setup", "#open-workspace")
        .opens("document.getElementById('open-workspace').click();", "dialog form"),
    scene("simulate", "?view=simulate", ".rules li"),
    scene("rule in the editor", "?view=simulate", ".rules li")
        .opens("document.querySelector('.rules [data-does=edit]').click(); document.querySelector('.new-rule').open = true;", ".rules form"),
    scene("new message", "", "#new")
        .opens("document.getElementById('new').click();", "#new-message"),
    scene("share", "", "#handover")
        .opens("document.getElementById('handover').click();", "dialog"),
    scene("keys and a notice", "?conversation=11", ".bubble")
        .opens("for (const key of 'm?') document.body.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true }));", "dialog.help"),
];

/// The scene of an emulator in which nothing has happened.
const EMPTY: Scene = scene("empty", "", "#environment");

/// The rules of WCAG 2.2 A and AA, and axe's best practices. Mails in their frames are not the page's.
const RUN: &str = r"
    const done = arguments[0];
    axe.run(document, { iframes: false, resultTypes: ['violations'] }).then(
        ({ violations }) => done(violations.map(({ id, nodes }) => `${id}: ${nodes[0].target} (${nodes.length}) ${nodes[0].any[0]?.message ?? nodes[0].all[0]?.message ?? nodes[0].none[0]?.message ?? ''}`)),
        (error) => done([String(error)]),
    );
";

/// Waits until a change of the size is drawn.
const SETTLE: &str = "const done = arguments[0]; requestAnimationFrame(() => setTimeout(() => requestAnimationFrame(() => done(null)), 60));";

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

/// Has each page that is opened load axe-core.
async fn load_axe(page: &Page) {
    let source = json!({ "source": axe() });
    page.devtools("Page.addScriptToEvaluateOnNewDocument", source)
        .await;
}

/// Looks at the scenes, each at the views of its index.
async fn look(page: &Page, views: impl Fn(usize) -> Vec<(&'static str, (u32, u32))>) {
    load_axe(page).await;
    let (emulator, _receiver) = restaurant(0).await;
    for number in 0..200 {
        let message = InboundMessage::text(
            Channel::Whatsapp,
            "447700900200",
            "447700900001",
            format!("Number {number}"),
        );
        emulator.inject(message).await;
    }
    let refused = json!({ "channel": "sms", "message_type": "text", "from": "447700900001", "to": "447700900123" });
    let (status, _) = Client::basic(&emulator)
        .post("/v1/messages", &refused)
        .await;
    assert_eq!(status, 422);
    let empty = Emulator::builder().stepped().seed(7).start().await.unwrap();
    let scenes = SCENES.iter().map(|scene| (scene, &emulator));
    let (mut count, mut found) = (0, Vec::new());
    for (index, (scene, emulator)) in scenes.chain([(&EMPTY, &empty)]).enumerate() {
        page.size(1440, 900).await;
        page.inbox(emulator, scene.address).await;
        let is_there = |selector: &str| format!("document.querySelector({})", json!(selector));
        page.until(&is_there(scene.wanted)).await;
        if let Some((script, wanted)) = scene.opens {
            page.run(script, Vec::new()).await;
            page.until(&is_there(wanted)).await;
            page.run(UNFOLD, Vec::new()).await;
        }
        for (theme, (width, height)) in views(index) {
            page.scheme(theme).await;
            page.size(width, height).await;
            page.run_async(SETTLE, Vec::new()).await;
            let Scene { name, .. } = scene;
            let sideways = page
                .value("document.documentElement.scrollWidth > innerWidth")
                .await;
            if sideways == true {
                found.push(format!("{name}, {theme}, {width}: scrolls sideways"));
            }
            let violations = page.run_async(RUN, Vec::new()).await;
            for violation in violations.as_array().unwrap() {
                found.push(format!("{name}, {theme}, {width}: {violation}"));
            }
            count += 1;
        }
    }
    assert!(found.is_empty(), "{}", found.join("\n"));
    println!(
        "axe-core: {} scenes in {count} views: 0 violations",
        SCENES.len() + 1
    );
}

/// One view for each scene; over all scenes, every theme at every size.
#[test]
fn axe_finds_nothing() {
    let views = |index: usize| {
        let theme = THEMES[index / SIZES.len() % THEMES.len()];
        vec![(theme, SIZES[index % SIZES.len()])]
    };
    in_browser(move |page| async move { look(&page, views).await });
}

#[test]
#[ignore = "long: every scene in both themes and at every size"]
fn axe_finds_nothing_in_any_theme_at_any_size() {
    let views = |_| {
        let of_theme = |theme| SIZES.map(|size| (theme, size));
        THEMES.into_iter().flat_map(of_theme).collect()
    };
    in_browser(move |page| async move { look(&page, views).await });
}

/// The rule that has to find something, or the others say nothing.
#[test]
fn axe_finds_a_control_without_a_name() {
    in_browser(|page| async move {
        load_axe(&page).await;
        let (emulator, _receiver) = restaurant(0).await;
        page.inbox(&emulator, "").await;
        page.run(
            "document.querySelector('main').append(document.createElement('button'));",
            Vec::new(),
        )
        .await;
        let found = page.run_async(RUN, Vec::new()).await.to_string();
        assert!(found.contains("button-name"), "{found}");
    });
}
