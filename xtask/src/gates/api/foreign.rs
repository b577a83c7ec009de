//! Whose types the public API shows: a new major version of one of these crates is one of ours.

use std::collections::BTreeSet;

use anyhow::{Context, Result, ensure};
use xshell::Shell;

use crate::workspace;

/// The crates that may be named in the API of each library, with all features on, besides the standard ones.
#[rustfmt::skip]
const ALLOWED: &[(&str, &[&str])] = &[
    ("messages-types", &["jiff", "serde_core", "serde_json"]),
    ("messages-auth", &["bytes", "http", "serde_core", "serde_json", "zeroize"]),
    ("messages-transport", &["bytes", "http", "http_body", "reqwest", "tokio", "tower_service"]),
    ("messages-sdk", &["axum", "axum_core", "bytes", "http", "http_body", "http_body_util", "messages_auth", "messages_transport", "messages_types", "opentelemetry", "serde_json", "tower_service"]),
    ("messages-outbox", &["jiff", "messages_sdk", "messages_transport", "messages_types", "serde_core"]),
    ("messages-outbox-sqlite", &["messages_outbox", "rusqlite"]),
    ("messages-outbox-postgres", &["jiff", "messages_outbox", "rustls_pki_types", "tokio_postgres"]),
    ("messages-emulator", &["bytes", "messages_auth", "messages_transport", "messages_types", "serde_core", "serde_json"]),
];

/// Compares what each library's API names with what it may name.
pub(super) struct Foreign {
    crates: BTreeSet<String>,
}

impl Foreign {
    pub(super) fn new(sh: &Shell) -> Result<Self> {
        let packages = workspace::resolved(sh)?;
        let crates = packages
            .iter()
            .map(|package| package.name.replace('-', "_"))
            .collect();
        Ok(Self { crates })
    }

    /// # Errors
    ///
    /// Where a crate is named that may not be, or one that may be is not named any more.
    pub(super) fn check(&self, name: &str, api: &str) -> Result<()> {
        let (_, allowed) = ALLOWED
            .iter()
            .find(|(listed, _)| *listed == name)
            .with_context(|| format!("it is not decided whose types {name} may show"))?;
        let own = name.replace('-', "_");
        let mut named = roots(api);
        named.retain(|root| *root != own && self.crates.contains(*root));
        let allowed: BTreeSet<&str> = allowed.iter().copied().collect();
        let new: Vec<_> = named.difference(&allowed).collect();
        ensure!(
            new.is_empty(),
            "{name} shows types of {new:?}: their next major version would be one of {name}"
        );
        let gone: Vec<_> = allowed.difference(&named).collect();
        ensure!(
            gone.is_empty(),
            "{name} shows no type of {gone:?} any more: take them off the list"
        );
        Ok(())
    }
}

/// The first segments of all paths.
fn roots(api: &str) -> BTreeSet<&str> {
    let is_word = |letter: char| letter.is_ascii_alphanumeric() || letter == '_';
    api.split(|letter: char| !(is_word(letter) || letter == ':'))
        .filter_map(|path| path.split_once("::"))
        .map(|(root, _)| root)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const API: &str = "pub fn messages_types::A::b(&self, &jiff::Zoned) -> core::result::Result<(), hyper::Error>\n";

    #[test]
    fn the_first_segment_of_each_path_is_whose_it_is() {
        assert_eq!(
            roots(API),
            BTreeSet::from(["core", "hyper", "jiff", "messages_types"])
        );
    }

    #[test]
    fn a_crate_that_is_not_allowed_is_named() {
        let crates = ["hyper", "jiff", "messages_types"]
            .map(str::to_owned)
            .into();
        let error = Foreign { crates }
            .check("messages-types", API)
            .unwrap_err()
            .to_string();
        assert!(error.contains("shows types of [\"hyper\"]"), "{error}");
    }
}
