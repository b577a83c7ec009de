//! The inbox in a real browser is tested by a workspace of its own.

use std::path::Path;
use std::process::Command;

#[test]
#[ignore = "needs a browser, and is skipped here: run `cargo xtask browser`"]
fn the_inbox_works_in_a_real_browser() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let ended = Command::new(env!("CARGO"))
        .args(["xtask", "browser"])
        .current_dir(root)
        .env("MESSAGES_REQUIRE_BROWSER", "1")
        .status()
        .unwrap();
    assert!(ended.success());
}
