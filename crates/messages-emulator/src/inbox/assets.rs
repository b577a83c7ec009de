//! The files of the page.

use super::policy::Nonce;

/// A file that is served beside the page.
pub(super) struct Asset {
    /// Below `/inbox/`.
    path: &'static str,
    pub(super) kind: &'static str,
    pub(super) text: &'static str,
}

const SCRIPT: &str = "text/javascript; charset=utf-8";
const STYLE: &str = "text/css; charset=utf-8";

macro_rules! assets {
    ($($kind:ident: $($path:literal),+;)+) => {
        &[$($(Asset { path: $path, kind: $kind, text: include_str!($path) }),+),+]
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
        "style/overlay.css";
    SCRIPT:
        "script/theme-early.js",
        "script/main.js",
        "script/address.js",
        "script/api.js",
        "script/ask.js",
        "script/bubble.js",
        "script/channels.js",
        "script/compose.js",
        "script/content.js",
        "script/content/card.js",
        "script/content/custom.js",
        "script/content/email.js",
        "script/content/media.js",
        "script/content/viber.js",
        "script/content/whatsapp.js",
        "script/copy.js",
        "script/curl.js",
        "script/dom.js",
        "script/empty.js",
        "script/filters.js",
        "script/format.js",
        "script/json.js",
        "script/keys.js",
        "script/list.js",
        "script/live.js",
        "script/mark.js",
        "script/notice.js",
        "script/open.js",
        "script/person.js",
        "script/row.js",
        "script/rust.js",
        "script/steps.js",
        "script/theme.js",
        "script/thread.js",
        "script/timeline.js",
        "script/window.js";
};

/// The script that runs before the page is painted, and the one that starts the rest.
const EARLY: &str = "script/theme-early.js";
const MAIN: &str = "script/main.js";

pub(super) fn find(path: &str) -> Option<&'static Asset> {
    ASSETS.iter().find(|asset| asset.path == path)
}

/// The links of the page's head. Every module is named, so that none waits until another one was read.
pub(super) fn head(nonce: &Nonce) -> String {
    let links = ASSETS
        .iter()
        .map(|Asset { path, kind, .. }| match (*kind, *path) {
            (STYLE, _) => {
                format!(r#"<link rel="stylesheet" nonce="{nonce}" href="/inbox/{path}">"#)
            }
            (_, EARLY) => format!(r#"<script nonce="{nonce}" src="/inbox/{path}"></script>"#),
            (_, MAIN) => {
                format!(r#"<script type="module" nonce="{nonce}" src="/inbox/{path}"></script>"#)
            }
            (_, _) => format!(r#"<link rel="modulepreload" nonce="{nonce}" href="/inbox/{path}">"#),
        });
    links.collect::<Vec<_>>().join("\n  ")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The imports of a module's line, relative to its own folder.
    fn imports(asset: &Asset) -> impl Iterator<Item = String> {
        let folder = asset.path.rsplit_once('/').map_or("", |(folder, _)| folder);
        asset.text.lines().filter_map(move |line| {
            let (_, from) = line.strip_prefix("import ")?.split_once(" from \"")?;
            let mut path: Vec<&str> = folder.split('/').collect();
            for part in from.strip_suffix("\";")?.split('/') {
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
            "outerHTML",
            "insertAdjacentHTML",
            "document.write",
            "eval(",
            "Function(",
            "DOMParser",
            "srcdoc",
        ];
        for asset in ASSETS {
            let forbidden: &[&str] = match asset.kind {
                STYLE => &["@import", "url("],
                _ => &in_scripts,
            };
            for word in forbidden {
                assert!(!asset.text.contains(word), "{}: {word}", asset.path);
            }
        }
    }
}
