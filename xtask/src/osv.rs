//! The second source of advisories: versions in the lock files that are too old, whatever RustSec knows of them.

use anyhow::{Context, Result, bail};
use cargo_metadata::semver::Version;
use serde::Deserialize;
use xshell::Shell;

use crate::command::Outcome;
use crate::workspace;

#[derive(Deserialize)]
struct Floors {
    floor: Vec<Floor>,
}

#[derive(Deserialize)]
struct Floor {
    #[serde(rename = "crate")]
    name: String,
    version: Version,
    why: String,
}

#[derive(Deserialize)]
struct Lock {
    package: Vec<Locked>,
}

#[derive(Deserialize)]
struct Locked {
    name: String,
    version: Version,
}

/// No crate of any lock file is below its floor.
pub(crate) fn check(sh: &Shell, _flags: &[String]) -> Result<Outcome> {
    let floors = floors()?;
    let locks = workspace::lock_files(sh)?;
    let mut mistakes = Vec::new();
    for lock in &locks {
        let found = below(&floors, &sh.read_file(lock)?)?;
        mistakes.extend(
            found
                .iter()
                .map(|mistake| format!("{}: {mistake}", lock.display())),
        );
    }
    if !mistakes.is_empty() {
        bail!("{}", mistakes.join("; "));
    }
    Ok(Outcome::Passed(format!(
        "{} floors, {} lock files",
        floors.len(),
        locks.len()
    )))
}

fn floors() -> Result<Vec<Floor>> {
    let floors: Floors = toml::from_str(include_str!("osv.toml")).context("osv.toml")?;
    Ok(floors.floor)
}

/// What in this lock file is too old.
fn below(floors: &[Floor], lock: &str) -> Result<Vec<String>> {
    let lock: Lock = toml::from_str(lock).context("Cargo.lock")?;
    let mut mistakes = Vec::new();
    for Locked { name, version } in &lock.package {
        for floor in floors.iter().filter(|floor| floor.name == *name) {
            if *version < floor.version {
                let Floor {
                    version: least,
                    why,
                    ..
                } = floor;
                mistakes.push(format!("{name} {version} is below {least} ({why})"));
            }
        }
    }
    Ok(mistakes)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The lock file of this workspace, with one crate at another version.
    fn lock_with(name: &str, version: &str) -> String {
        format!(
            "version = 4\n\n[[package]]\nname = \"{name}\"\nversion = \"{version}\"\n\n\
             [[package]]\nname = \"serde\"\nversion = \"1.0.0\"\n"
        )
    }

    #[test]
    fn a_version_with_a_hole_that_rustsec_does_not_list_is_found() {
        let mistakes = below(&floors().unwrap(), &lock_with("jsonwebtoken", "9.3.1")).unwrap();
        assert_eq!(mistakes.len(), 1);
        assert!(
            mistakes[0].starts_with("jsonwebtoken 9.3.1 is below 10.3.0 (CVE-2026-25537"),
            "{mistakes:?}"
        );
    }

    #[test]
    fn the_floor_itself_is_good_enough() {
        for Floor { name, version, .. } in floors().unwrap() {
            let lock = lock_with(&name, &version.to_string());
            assert!(
                below(&floors().unwrap(), &lock).unwrap().is_empty(),
                "{name}"
            );
        }
    }
}
