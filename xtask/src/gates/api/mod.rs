//! The public API of each library as text in the repository, so that a change of it shows in the diff, and whose types it shows.

mod foreign;

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use public_api::Builder;
use xshell::{Shell, cmd};

use self::foreign::Foreign;
use crate::{tools, workspace};

/// Compares each `api.txt` with the code, or writes it anew with `--bless`.
pub(crate) fn check(sh: &Shell, flags: &[String]) -> Result<String> {
    let bless = flags.iter().any(|flag| flag == "--bless");
    let folder = rustdoc_json(sh)?;
    let foreign = Foreign::new(sh)?;
    let mut changed = Vec::new();
    let mut items = 0;
    for package in workspace::libraries(sh)? {
        let name = package.name.as_str();
        let current = api_of(&folder, name)?;
        foreign.check(name, &current)?;
        items += current.lines().count();
        let path = format!("crates/{name}/api.txt");
        let blessed = sh.read_file(&path).unwrap_or_default();
        if blessed == current {
            continue;
        }
        if bless {
            sh.write_file(&path, &current)?;
        } else {
            show_difference(sh, name, Path::new(&path), &current)?;
        }
        changed.push(path);
    }
    match (changed.is_empty(), bless) {
        (true, _) => Ok(format!("{items} items")),
        (false, true) => Ok(format!("wrote {}", changed.join(", "))),
        (false, false) => bail!(
            "the public API differs from {}: if that is meant, run `cargo xtask api --bless` and say so in the changelog",
            changed.join(", ")
        ),
    }
}

/// One line for each public item, with all features on. A trait that a type has by derivation is told by its `impl` alone; that
/// a type is not `Send` or not `Sync` is told, and that it is goes without saying.
fn api_of(folder: &Path, name: &str) -> Result<String> {
    let json = folder.join(format!("{}.json", name.replace('-', "_")));
    let api = Builder::from_rustdoc_json(json)
        .omit_blanket_impls(true)
        .build()
        .with_context(|| format!("the API of {name} cannot be read"))?;
    let lines = api.items().map(|item| format!("{item}\n"));
    Ok(lines.filter(|line| !is_automatic(line)).collect())
}

/// What says nothing that another line does not.
fn is_automatic(line: &str) -> bool {
    const METHODS: [&str; 5] = [
        "::clone(&self) -> ",
        "::cmp(&self, ",
        "::eq(&self, ",
        "::fmt(&self, &mut core::fmt::Formatter<'_>)",
        "::hash<__H: ",
    ];
    const MARKERS: [&str; 6] = [
        "core::marker::Freeze for ",
        "core::marker::StructuralPartialEq for ",
        "core::marker::Unpin for ",
        "core::marker::UnsafeUnpin for ",
        "core::panic::unwind_safe::RefUnwindSafe for ",
        "core::panic::unwind_safe::UnwindSafe for ",
    ];
    let is_impl = line.starts_with("impl");
    let is_thread_safe = [" core::marker::Send for ", " core::marker::Sync for "]
        .iter()
        .any(|marker| line.contains(marker));
    is_impl && (is_thread_safe || MARKERS.iter().any(|marker| line.contains(marker)))
        || !is_impl && METHODS.iter().any(|method| line.contains(method))
}

/// Writes what rustdoc knows of each library, and says where. The format is unstable: `public-api` reads the one of the
/// compiler in `rust-toolchain.toml`.
fn rustdoc_json(sh: &Shell) -> Result<PathBuf> {
    // The whole workspace at once, as the other gates take it, so that nothing is compiled again.
    cmd!(
        sh,
        "cargo doc --quiet --workspace --lib --all-features --no-deps --locked"
    )
    .env("RUSTDOC", tools::unstable_rustdoc(sh)?)
    .env("RUSTDOCFLAGS", "-Z unstable-options --output-format json")
    .quiet()
    .run()?;
    Ok(workspace::target(sh)?.join("doc"))
}

fn show_difference(sh: &Shell, name: &str, blessed: &Path, current: &str) -> Result<()> {
    let now = workspace::target(sh)?.join(format!("api/{name}.txt"));
    sh.write_file(&now, current)?;
    if !sh.path_exists(blessed) {
        return Ok(());
    }
    // It ends with 1 where there is a difference.
    cmd!(
        sh,
        "git --no-pager diff --no-index --unified=0 {blessed} {now}"
    )
    .quiet()
    .ignore_status()
    .run()?;
    Ok(())
}
