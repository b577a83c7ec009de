//! The files of the page.

use std::borrow::Cow;
use std::fmt::Write as _;

use super::policy::Nonce;

/// A file that is served beside the page.
pub(super) struct Asset {
    /// Below `/inbox/`.
    path: &'static str,
    pub(super) kind: &'static str,
    text: &'static str,
}

impl Asset {
    /// The embedded text, of a script without its comments; a debug build prefers the file in the source tree, so that a change
    /// of the page needs no rebuild.
    pub(super) fn text(&self) -> Cow<'static, str> {
        let source = cfg!(debug_assertions).then(|| {
            let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/src/inbox/web/");
            std::fs::read_to_string(format!("{folder}{}", self.path)).ok()
        });
        match source.flatten() {
            Some(text) => Cow::Owned(text),
            None if self.path.starts_with("script/") => Cow::Owned(without_comments(self.text)),
            None => Cow::Borrowed(self.text),
        }
    }
}

/// A script without the lines that are comments: a quarter of them are types for the checker.
fn without_comments(script: &str) -> String {
    let mut kept = String::with_capacity(script.len());
    let mut is_in_comment = false;
    for line in script.lines() {
        let text = line.trim();
        let is_end = text.ends_with("*/");
        let is_beginning = text.starts_with("/**") && (is_end || !text.contains("*/"));
        if is_in_comment || is_beginning {
            is_in_comment = !is_end;
        } else if !text.starts_with("//") {
            kept.push_str(line);
            kept.push('\n');
        }
    }
    kept
}

const SCRIPT: &str = "text/javascript; charset=utf-8";
const STYLE: &str = "text/css; charset=utf-8";

macro_rules! assets {
    ($($kind:ident: $($path:literal),+;)+) => {
        &[$($(Asset { path: $path, kind: $kind, text: include_str!(concat!("web/", $path)) }),+),+]
    };
}

/// In the order in which the sheets apply.
const ASSETS: &[Asset] = assets! {
    STYLE:
        "style/theme.css",
        "style/base.css",
        "style/frame.css",
        "style/list.css",
        "style/phone.css",
        "style/bubble.css",
        "style/content.css",
        "style/channel.css",
        "style/timeline.css",
        "style/activity.css",
        "style/tools.css",
        "style/overlay.css";
    SCRIPT:
        "script/theme-early.js",
        "script/main.js",
        "script/activity/entries.js",
        "script/activity/panel.js",
        "script/address.js",
        "script/again.js",
        "script/api.js",
        "script/app.js",
        "script/begin.js",
        "script/channels.js",
        "script/content/card.js",
        "script/content/custom.js",
        "script/content/email.js",
        "script/content/formatting.js",
        "script/content/found.js",
        "script/content/mail.js",
        "script/content/media.js",
        "script/content/message.js",
        "script/content/parameters.js",
        "script/content/picture.js",
        "script/content/readable.js",
        "script/content/segments.js",
        "script/content/viber.js",
        "script/content/whatsapp.js",
        "script/copy.js",
        "script/dialog.js",
        "script/examples.js",
        "script/faults.js",
        "script/format.js",
        "script/handover/expectation.js",
        "script/handover/notify.js",
        "script/handover/panel.js",
        "script/instance.js",
        "script/json.js",
        "script/keys.js",
        "script/list/conversations.js",
        "script/list/empty.js",
        "script/list/filters.js",
        "script/list/list.js",
        "script/list/row.js",
        "script/list/window.js",
        "script/live.js",
        "script/mark.js",
        "script/markup.js",
        "script/notice.js",
        "script/reason.js",
        "script/remove.js",
        "script/setup/env.js",
        "script/setup/panel.js",
        "script/setup/workspaces.js",
        "script/simulate/actions.js",
        "script/simulate/clock.js",
        "script/simulate/panel.js",
        "script/simulate/rule.js",
        "script/store.js",
        "script/theme.js",
        "script/thread/bubble.js",
        "script/thread/compose.js",
        "script/thread/extras.js",
        "script/thread/log.js",
        "script/thread/messages.js",
        "script/thread/person.js",
        "script/thread/phone.js",
        "script/thread/reactions.js",
        "script/thread/window.js",
        "script/timeline/curl.js",
        "script/timeline/detail.js",
        "script/timeline/events.js",
        "script/timeline/panel.js",
        "script/timeline/run.js",
        "script/timeline/rust.js",
        "script/timeline/steps.js",
        "script/values.js",
        "script/view.js",
        "script/words.js",
        "vendor/htm.js",
        "vendor/preact-hooks.js",
        "vendor/preact.js";
};

/// The script that runs before the page is painted, and the one that starts the rest.
const EARLY: &str = "script/theme-early.js";
const MAIN: &str = "script/main.js";

/// The libraries, under the names by which modules import them. Their files are those of the npm packages, unchanged.
const LIBRARIES: [(&str, &str); 3] = [
    ("preact", "vendor/preact.js"),
    ("preact/hooks", "vendor/preact-hooks.js"),
    ("htm", "vendor/htm.js"),
];

pub(super) fn find(path: &str) -> Option<&'static Asset> {
    ASSETS.iter().find(|asset| asset.path == path)
}

/// The links of the page's head. Every module is named, so that none waits until another one was read.
pub(super) fn head(nonce: &Nonce) -> String {
    let imports = LIBRARIES
        .map(|(name, path)| format!(r#""{name}":"/inbox/{path}""#))
        .join(",");
    let mut head =
        format!(r#"<script type="importmap" nonce="{nonce}">{{"imports":{{{imports}}}}}</script>"#);
    let _ = write!(
        head,
        "\n  <link rel=\"icon\" href=\"/inbox/icon.svg\" nonce=\"{nonce}\">"
    );
    for Asset { path, kind, .. } in ASSETS {
        let (before, after) = match (*kind, *path) {
            (STYLE, _) => ("<link rel=\"stylesheet\" href", ""),
            (_, EARLY) => ("<script src", "</script>"),
            (_, MAIN) => ("<script type=\"module\" src", "</script>"),
            (_, _) => ("<link rel=\"modulepreload\" href", ""),
        };
        let _ = write!(
            head,
            "\n  {before}=\"/inbox/{path}\" nonce=\"{nonce}\">{after}"
        );
    }
    head
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The imports of a module's line, relative to its own folder.
    fn imports(asset: &Asset) -> impl Iterator<Item = String> {
        let folder = asset.path.rsplit_once('/').map_or("", |(folder, _)| folder);
        asset.text.lines().filter_map(move |line| {
            let (_, from) = line.strip_prefix("import ")?.split_once(" from \"")?;
            let from = from.strip_suffix("\";")?;
            if let Some((_, library)) = LIBRARIES.iter().find(|(name, _)| *name == from) {
                return Some((*library).to_owned());
            }
            let mut path: Vec<&str> = folder.split('/').collect();
            for part in from.split('/') {
                match part {
                    "." => {}
                    ".." => drop(path.pop()),
                    name => path.push(name),
                }
            }
            Some(path.join("/"))
        })
    }

    #[test]
    fn every_import_is_embedded_and_every_module_is_imported() {
        let mut imported = vec![EARLY.to_owned(), MAIN.to_owned()];
        for asset in ASSETS.iter().filter(|asset| asset.kind == SCRIPT) {
            for import in imports(asset) {
                assert!(find(&import).is_some(), "{}: {import}", asset.path);
                imported.push(import);
            }
        }
        for asset in ASSETS.iter().filter(|asset| asset.kind == SCRIPT) {
            assert!(
                imported.iter().any(|path| path == asset.path),
                "{}",
                asset.path
            );
        }
    }

    #[test]
    fn no_script_can_turn_a_text_into_markup_and_no_sheet_reaches_elsewhere() {
        let in_scripts = [
            "innerHTML",
            "InnerHTML",
            "outerHTML",
            "insertAdjacentHTML",
            "document.write",
            "eval(",
            "Function(",
            "DOMParser",
            "srcdoc",
        ];
        // Preact has `innerHTML` for `dangerouslySetInnerHTML`, which no module names and the page's policy blocks.
        for asset in ASSETS
            .iter()
            .filter(|asset| !asset.path.starts_with("vendor/"))
        {
            let forbidden: &[&str] = match asset.kind {
                STYLE => &["@import", "url("],
                _ => &in_scripts,
            };
            for word in forbidden {
                assert!(!asset.text.contains(word), "{}: {word}", asset.path);
            }
        }
    }

    #[test]
    fn comments_are_left_out_of_scripts_and_nothing_else_is() {
        let script = "// One.\n/** Two. */\n/**\n * Three.\n */\nconst a = 1; // Four.\n/** @type {B} */ (b).c();\n  // Five.\nd();\n";
        assert_eq!(
            without_comments(script),
            "const a = 1; // Four.\n/** @type {B} */ (b).c();\nd();\n"
        );
        for asset in ASSETS
            .iter()
            .filter(|asset| asset.path.starts_with("script/"))
        {
            let kept = without_comments(asset.text);
            let code = |text: &str| text.matches(['{', '}', ';', '`']).count();
            let comments = asset.text.lines().filter(|line| {
                let text = line.trim_start();
                text.starts_with("//") || text.starts_with('*') || text.starts_with("/**")
            });
            let in_comments: usize = comments.map(code).sum();
            assert!(
                code(&kept) + in_comments >= code(asset.text),
                "{}",
                asset.path
            );
        }
    }

    #[test]
    fn the_page_is_smaller_than_250_kilobytes() {
        let bytes: usize = ASSETS
            .iter()
            .map(|asset| {
                let is_script = asset.path.starts_with("script/");
                let script = is_script.then(|| without_comments(asset.text));
                script.as_deref().unwrap_or(asset.text).len()
            })
            .sum();
        assert!(bytes < 250_000, "{bytes}");
    }
}
